package report_test

import (
	"strings"
	"testing"
	"testing/quick"
	"unicode/utf8"

	"podpass/internal/report"
)

func TestEscape(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain text stays", `kubectl patch -p '{"a":"b\n"}' <b>`, `kubectl patch -p '{"a":"b\n"}' <b>`},
		{"letters of any script stay", "名前 → é…", "名前 → é…"},
		{"an escape sequence shows", "\x1b[31mred\x1b[0m", `\u{1b}[31mred\u{1b}[0m`},
		{"a C1 control shows", "\u009b31m", `\u{9b}31m`},
		{"a raw C1 byte shows", "\x9b31m", `\x{9b}31m`},
		{"line breaks, tabs and DEL show", "a\r\n\tb\x7f", `a\u{d}\u{a}\u{9}b\u{7f}`},
		{"bidirectional controls show", "\u202a\u202e\u2066\u2069\u200e\u200f\u061c", `\u{202a}\u{202e}\u{2066}\u{2069}\u{200e}\u{200f}\u{61c}`},
		{"zero-width characters show", "a\u200b\u200d\u2060\ufeffb", `a\u{200b}\u{200d}\u{2060}\u{feff}b`},
		{"line and paragraph separators show", "\u2028\u2029", `\u{2028}\u{2029}`},
		{"spaces that only look like one show", "a\u00a0b\u3000c", `a\u{a0}b\u{3000}c`},
		{"letters that are blank show", "a\u3164\u2800b\ufe0f", `a\u{3164}\u{2800}b\u{fe0f}`},
		{"tag characters show", "\U000e0041", `\u{e0041}`},
		{"broken UTF-8 shows", "a\xff\xc3", `a\x{ff}\x{c3}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := report.Escape(c.in); got != c.want {
				t.Errorf("Escape(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func TestEscapeTwiceIsEscapeOnce(t *testing.T) {
	once := func(b []byte) bool {
		s := report.Escape(string(b))
		return report.Escape(s) == s && invisible(s) == -1
	}
	if err := quick.Check(once, &quick.Config{MaxCount: 5000}); err != nil {
		t.Error(err)
	}
}

// invisible gives the place of a character that must never be written raw, or
// -1. It names the ranges that terminals and browsers act on, not the rule by
// which they are escaped.
func invisible(s string) int {
	if !utf8.ValidString(s) {
		return 0
	}
	return strings.IndexFunc(s, func(r rune) bool {
		switch {
		case r < ' ' && r != '\n', r >= 0x7f && r <= 0x9f, r == 0x061c, r >= 0x200b && r <= 0x200f,
			r >= 0x2028 && r <= 0x202e, r >= 0x2060 && r <= 0x206f, r == 0xfeff, r >= 0xe0000 && r <= 0xe0fff:
			return true
		}
		return false
	})
}
