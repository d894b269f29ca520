package waivers

import (
	"strings"
	"testing"

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
		{"*", "a/b", true},
		{"?", "", false},
		{"?", "é", true},
		{"?", "ab", false},
		{"s3-*", "s3-", true},
		{"s3-*", "old-s3-a", false}, // the whole field
		{"*-s3", "a-s3-s3", true},
		{"*a*b*c*", "xxaxxbxxcxx", true},
		{"*a*b*c*", "xxaxxcxxbxx", false},
		{"a**b", "ab", true},
		{`\*`, "*", true},
		{`\*`, "a", false},
		{`a\?c`, "abc", false},
		{`\\`, `\`, true},
		{"App", "app", false},
		{"a.c", "abc", false}, // no regular expression
	} {
		if got := Match(c.pattern, c.text); got != c.want {
			t.Errorf("%q on %q: got %v", c.pattern, c.text, got)
		}
	}
}

// TestMatchTakesFewSteps: a matcher that tries every split would not end.
func TestMatchTakesFewSteps(t *testing.T) {
	if Match(strings.Repeat("*a", 500)+"*b", strings.Repeat("a", 20000)) {
		t.Error("matches a text without b")
	}
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

func TestMatchIsThatOfItsDefinition(t *testing.T) {
	letters := rapid.StringOfN(rapid.RuneFrom([]rune("abé")), 0, 8, -1)
	patterns := rapid.StringOfN(rapid.RuneFrom([]rune("abé?**")), 0, 8, -1)
	rapid.Check(t, func(t *rapid.T) {
		pattern, text := patterns.Draw(t, "pattern"), letters.Draw(t, "text")
		if got, want := Match(pattern, text), simple([]rune(pattern), []rune(text)); got != want {
			t.Errorf("%q on %q: got %v, want %v", pattern, text, got, want)
		}
	})
}

func TestEscapeMatchesOneTextOnly(t *testing.T) {
	text := rapid.StringOfN(rapid.RuneFrom([]rune(`a*?[]\/`)), 0, 8, -1)
	rapid.Check(t, func(t *rapid.T) {
		name, other := text.Draw(t, "name"), text.Draw(t, "other")
		pattern := Escape(name)
		if flaw := globFlaw(pattern); flaw != "" {
			t.Fatalf("%q %s", pattern, flaw)
		}
		if Match(pattern, other) != (name == other) || !Match(pattern, name) {
			t.Errorf("%q of %q on %q", pattern, name, other)
		}
		if literal, ok := Literal(pattern); !ok || literal != name {
			t.Errorf("the literal of %q is %q, %v", pattern, literal, ok)
		}
	})
}
