package report

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Escape makes a string from outside safe to show in one line of a terminal
// or a page: whatever is not a visible character or a plain space becomes
// visible text. That holds for line breaks, escape sequences, C1 and
// bidirectional controls, zero-width and look-alike spaces (\u{202e}), and
// bytes that are not UTF-8 (\x{ff}). A string of visible characters is
// returned as it is; so a backslash stays single, since commands must.
func Escape(s string) string {
	clean := true
	for i := 0; i < len(s) && clean; i++ {
		clean = s[i] >= ' ' && s[i] < 0x7f
	}
	if clean {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x{%02x}`, s[i])
		case visible(r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, `\u{%x}`, r)
		}
		i += size
	}
	return b.String()
}

// escapeLines is Escape for text whose line breaks are meant.
func escapeLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = Escape(lines[i])
	}
	return strings.Join(lines, "\n")
}

// visible tells characters that show themselves and change nothing around
// them.
func visible(r rune) bool { return unicode.IsPrint(r) && !blank(r) }

// blank tells characters that Unicode counts as letters, marks or symbols
// though nothing is seen of them: fillers, the blank Braille pattern, joiners
// and variation selectors.
func blank(r rune) bool {
	switch r {
	case 0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x2800, 0x3164, 0xffa0:
		return true
	}
	return unicode.Is(unicode.Variation_Selector, r)
}

// jsonEscaper passes JSON through and writes every invisible character in it
// as \uXXXX, which is the same JSON. encoding/json leaves DEL, C1,
// bidirectional and zero-width characters raw. The replacement character is
// escaped too, as encoding/json does only where it replaces broken UTF-8: so a
// report that is read and written again has the same bytes. Each Write must
// hold whole characters.
type jsonEscaper struct{ w io.Writer }

func (e jsonEscaper) Write(p []byte) (int, error) {
	start := 0
	for i := 0; i < len(p); {
		if p[i] < 0x7f { // almost all; what is no visible ASCII, encoding/json escapes
			i++
			continue
		}
		r, size := utf8.DecodeRune(p[i:])
		if !visible(r) || r == utf8.RuneError {
			if _, err := e.w.Write(p[start:i]); err != nil {
				return start, err
			}
			if _, err := io.WriteString(e.w, jsonEscape(r)); err != nil {
				return i, err
			}
			start = i + size
		}
		i += size
	}
	if _, err := e.w.Write(p[start:]); err != nil {
		return start, err
	}
	return len(p), nil
}

func jsonEscape(r rune) string {
	if r < 0x10000 {
		return fmt.Sprintf(`\u%04x`, r)
	}
	r -= 0x10000
	return fmt.Sprintf(`\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
}
