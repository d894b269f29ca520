package glob

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestASetHoldsWhatOneOfItsPatternsMatches(t *testing.T) {
	parts := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "*", "?", "é", "\xff", "\ufffd", "k", "\u212a"}), 0, 6)
	start := rapid.SampledFrom([]string{"aab", "aab", "aab", "aab", ""})
	patterns := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Pattern {
		text := start.Draw(t, "start") + strings.Join(parts.Draw(t, "text"), "")
		switch rapid.IntRange(0, 5).Draw(t, "kind") {
		case 0:
			return Fold(text)
		case 1:
			return Literal(text)
		}
		return Parse(text)
	}), 0, 12)
	rapid.Check(t, func(t *rapid.T) {
		list := patterns.Draw(t, "patterns")
		small := &Set{}
		small.add(list, rapid.IntRange(0, 64).Draw(t, "states"))
		for range 10 {
			text := start.Draw(t, "start") + strings.Join(parts.Draw(t, "text"), "")
			want := false
			for _, p := range list {
				want = want || p.Match(text)
			}
			if got := NewSet(list).Match(text); got != want {
				t.Errorf("%q on %q: got %v", list, text, got)
			}
			if got := small.Match(text); got != want {
				t.Errorf("%q in small tables on %q: got %v", list, text, got)
			}
		}
	})
}

func TestASetOfNothingHoldsNothing(t *testing.T) {
	if NewSet(nil).Match("") || !NewSet([]Pattern{{}}).Match("") {
		t.Error("the empty string")
	}
}

func TestWhatAllPatternsBeginWithIsComparedAtOnce(t *testing.T) {
	for _, c := range []struct {
		patterns []string
		prefix   string
	}{
		{[]string{"s:a-*", "s:b-*", "s:*c", "s:a"}, "s:"},
		{[]string{"s:", "s:a*", "s:b*c", "s:?d"}, "s:"},
		{[]string{"s:é*a", "s:é*b", "s:é*c", "s:é*d"}, "s:"}, // a byte is no character
		{[]string{"?:a*", "?:b*", "?:c*", "?:d*"}, ""},
		{[]string{"a*", "b*", "c*", "d*"}, ""},
		{[]string{"?", "??", "????", "?????"}, ""},
	} {
		list := []Pattern{}
		for _, text := range c.patterns {
			list = append(list, Parse(text))
		}
		if table := newTable(list, maxStates); table.prefix != c.prefix || !table.match(strings.ReplaceAll(c.patterns[3], "?", "x")) || table.match("") || table.match("s:e") {
			t.Errorf("%q: prefix %q, or a string that it should not hold", c.patterns, table.prefix)
		}
	}
}

func TestASetFoldsAsEqualFoldDoes(t *testing.T) {
	s := NewSet([]Pattern{Fold("a\ufffd"), Fold("b\xff"), Fold("k"), Fold("\u017f")})
	if len(s.tables) != 1 {
		t.Errorf("%d tables", len(s.tables))
	}
	for text, want := range map[string]bool{"A\xfe": true, "a\ufffd": true, "b\ufffd": true, "b\xfe": true, "\u212a": true, "S": true, "a": false, "b": false} {
		if s.Match(text) != want {
			t.Errorf("%q: want %v", text, want)
		}
	}
}

// TestASetThatNeedsManyStatesIsSplit: each of the patterns doubles the states
// of a table of all.
func TestASetThatNeedsManyStatesIsSplit(t *testing.T) {
	list := []Pattern{}
	for i := range 40 {
		list = append(list, Parse(fmt.Sprintf("*%c%c*x", 'a'+i%20, 'a'+i/20)))
	}
	s := NewSet(list)
	if len(s.tables) < 2 {
		t.Errorf("%d tables", len(s.tables))
	}
	rows := 0
	for _, table := range s.tables {
		rows += len(table.holds)
	}
	if rows > maxStates {
		t.Errorf("%d states", rows)
	}
	if !s.Match("q:bb-x") || s.Match("q:bz-x") {
		t.Error("a pattern was lost")
	}
}

func TestASetAllocatesNothing(t *testing.T) {
	s := NewSet(append(samples()[2:], subjects(20)...))
	if n := testing.AllocsPerRun(10, func() { s.Match("system:serviceaccount:shop-é:api2") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// subjects gives n patterns as they stand in trust policies.
func subjects(n int) []Pattern {
	list := []Pattern{}
	for i := range n {
		list = append(list, Parse(subject(i)))
	}
	return list
}

func subject(i int) string {
	form := []string{"system:serviceaccount:team-%d:*", "system:serviceaccount:*:job-%d", "system:serviceaccount:prod-*:api-%d", "*:worker-%d-*"}[i%4]
	return fmt.Sprintf(form, i)
}
