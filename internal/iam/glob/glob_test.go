package glob

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true},
		{"", "a", false},
		{"*", "", true},
		{"***", "a:b/c\n", true},
		{"?", "", false},
		{"?", "é", true},
		{"?", "ab", false},
		{"?", "\xff", true},
		{"??", "\xe2\x82", true}, // two bytes of three: two characters
		{"?", "\xe2\x82", false},
		{"\xc3*", "é", false}, // no part of a character
		{"\xc3*", "\xc3a", true},
		{"*\xa9", "é", false},
		{"*\ufffd", "\xff", false},
		{"*?\xff", "a\xff", true},
		{"*?\xff", "a\ufffd", false},
		{"s3:Get*", "s3:Get", true},
		{"s3:Get*", "s3:get", false},
		{"*:default", "system:serviceaccount:shop:default", true},
		{"a*a", "a", false}, // the ends may not overlap
		{"a*a", "aa", true},
		{"a*?", "a", false},
		{"a?*?b", "axyb", true},
		{"*a*b*c*", "xxaxxbxxcxx", true},
		{"*a*b*c*", "xxaxxcxxbxx", false},
		{"*a?c*", "abbabc", true},
		{"*ab?", "ababx", true},
		{"*a?*b?", "aab", false},
		{"[a-z]", "a", false},
		{"a.c", "abc", false},
	} {
		if got := Parse(c.pattern).Match(c.text); got != c.want {
			t.Errorf("%q on %q: got %v", c.pattern, c.text, got)
		}
	}
}

func TestWildcardsOfALiteralStandForThemselves(t *testing.T) {
	var b Builder
	b.Wild("a*")
	b.Literal("*?")
	b.Wild("?")
	for text, want := range map[string]bool{"a*?x": true, "ab*?x": true, "abcx": false, "a*?": false} {
		if b.Pattern().Match(text) != want {
			t.Errorf("%q: want %v", text, want)
		}
	}
	if !Literal("a*").Match("a*") || Literal("a*").Match("ab") {
		t.Error("the * of a literal is a wildcard")
	}
	for want, got := range map[string]string{"a*${*}${?}?": b.Pattern().String(), "${*}": Literal("*").String(), "a${?}": Fold("a?").String(), "*?a": Parse("*?a").String(), "é": Literal("é").String()} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestIsLiteral(t *testing.T) {
	for _, c := range []struct {
		pattern Pattern
		text    string
		ok      bool
	}{
		{Pattern{}, "", true},
		{Parse("a"), "a", true},
		{Literal("*"), "*", true},
		{Parse("*"), "", false},
		{Parse("a?"), "", false},
		{Fold("a"), "", false},
	} {
		if text, ok := c.pattern.IsLiteral(); text != c.text || ok != c.ok {
			t.Errorf("%q: got %q, %v", c.pattern, text, ok)
		}
	}
}

// TestMatchTakesFewSteps: a matcher that tries every split would not end.
func TestMatchTakesFewSteps(t *testing.T) {
	text := strings.Repeat("a", 20000)
	for _, pattern := range []string{strings.Repeat("*a", 500) + "*b", strings.Repeat("*a?", 500) + "*b", strings.Repeat("*a?", 500) + "*b*"} {
		if Parse(pattern).Match(text) {
			t.Errorf("%.20q matches a text without b", pattern)
		}
	}
}

func TestMatchAllocatesNothing(t *testing.T) {
	for _, p := range samples() {
		if n := testing.AllocsPerRun(10, func() { p.Match("system:serviceaccount:shop-é:api") }); n != 0 {
			t.Errorf("%q: %v allocations", p, n)
		}
	}
}

// samples has a pattern of each form.
func samples() []Pattern {
	list := []Pattern{Fold("System:ServiceAccount:shop-é:api")}
	for _, s := range []string{"system:serviceaccount:shop-é:api", "*", "system:serviceaccount:shop-*", "*:api", "system:*:api", "system:*:????-*:*i", "*:s???-?:*"} {
		list = append(list, Parse(s))
	}
	return list
}

// simple is Match by its definition.
func simple(pattern, text []rune) bool {
	switch {
	case len(pattern) == 0:
		return len(text) == 0
	case pattern[0] == '*':
		return simple(pattern[1:], text) || len(text) > 0 && simple(pattern, text[1:])
	case len(text) == 0:
		return false
	}
	return (pattern[0] == '?' || pattern[0] == text[0]) && simple(pattern[1:], text[1:])
}

// chars splits a text into characters, each byte that is no UTF-8 one of its
// own, from -256 on.
func chars(text string) []rune {
	list := []rune{}
	for i, r := range text {
		if r == utf8.RuneError && text[i] != "\ufffd"[0] || r == utf8.RuneError && !strings.HasPrefix(text[i:], "\ufffd") {
			r = rune(text[i]) - 256
		}
		list = append(list, r)
	}
	return list
}

func TestMatchIsThatOfItsDefinition(t *testing.T) {
	part := rapid.SampledFrom([]string{"a", "b", "*", "?", "é", "\xc3", "\xa9", "\ufffd", "?*", "*a"})
	parts := rapid.SliceOfN(part, 0, 8)
	rapid.Check(t, func(t *rapid.T) {
		pattern := strings.Join(parts.Draw(t, "pattern"), "")
		text := strings.Join(parts.Draw(t, "text"), "")
		checkMatch(t, pattern, text)
	})
}

type failer interface {
	Errorf(format string, args ...any)
}

func checkMatch(t failer, pattern, text string) {
	got := Parse(pattern).Match(text)
	if want := simple(chars(pattern), chars(text)); got != want {
		t.Errorf("%q on %q: got %v, want %v", pattern, text, got, want)
	}
	if !utf8.ValidString(pattern) || strings.ContainsRune(pattern, utf8.RuneError) {
		return // regexp takes bytes that are no UTF-8 for U+FFFD
	}
	expression := strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(pattern))
	if want := regexp.MustCompile(`(?s)\A` + expression + `\z`).MatchString(text); got != want {
		t.Errorf("%q on %q: got %v, want %v of regexp", pattern, text, got, want)
	}
}

func TestFoldIsEqualFold(t *testing.T) {
	text := rapid.StringOfN(rapid.RuneFrom([]rune("kK\u212asS\u017f1-éÉ*?\ufffd")), 0, 4, -1)
	rapid.Check(t, func(t *rapid.T) {
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		if Fold(a).Match(b) != strings.EqualFold(a, b) {
			t.Errorf("%q, %q", a, b)
		}
	})
}

// FuzzMatch: what Match says of any pattern is what its definition says.
func FuzzMatch(f *testing.F) {
	for _, pattern := range []string{"*a?b*", "a\xff?", "*é*", "a*?b"} {
		f.Add(pattern, "aa\xffb")
		f.Add(pattern, "éaéb")
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if len(pattern)+len(text) > 60 || strings.Count(pattern, "*") > 4 {
			return // the definition takes for ever
		}
		checkMatch(t, pattern, text)
	})
}
