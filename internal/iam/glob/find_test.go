package glob

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

const plenty = 1 << 20

// sample is a segment and what it describes, told in another way.
type sample struct {
	segment Segment
	shape   string // regular expression
	min     int
	max     int
}

// short bounds a segment so that all its strings can be listed.
func short(s Segment, min, max int) Segment {
	s.Min, s.Max = min, max
	return s
}

func samplesOfSegments() []sample {
	region := Chars(lower(), 1, 3)
	region.Join = '-'
	return []sample{
		{Text("a:"), `a:`, 2, 2},
		{Text("-"), `-`, 1, 1},
		{Segment{}, ``, 0, 0},
		{short(Label(), 1, 3), `[ab]([-ab]*[ab])?`, 1, 3},
		{short(Label(), 0, 2), `([ab]([-ab]*[ab])?)?`, 0, 2},
		{short(Subdomain(), 1, 4), `[ab]([-ab]*[ab])?(\.[ab]([-ab]*[ab])?)*`, 1, 4},
		{short(Subdomain(), 3, 3), `[ab]([-ab]*[ab])?(\.[ab]([-ab]*[ab])?)*`, 3, 3},
		{region, `[ab]+(-[ab]+)*`, 1, 3},
		{Chars(lower(), 2, 2), `[ab]*`, 2, 2},
		{Chars(anyChar(), 0, 2), `[-abA.:]*`, 0, 2},
		{Chars(anyChar(), 2, 3), `[-abA.:]*`, 2, 3},
		{Segment{First: Class{'a', 'a'}, Inner: Class{'-', '.'}, Last: Class{'a', 'b'}, Min: 1, Max: 3}, `a|a[-.]?[ab]`, 1, 3},
	}
}

// listed are the characters of the strings that are listed. Of those that no
// pattern mentions one is enough.
const listed = "abA-.:"

// list gives all strings of a sample over those characters.
func (s sample) list() []string {
	shape := regexp.MustCompile(`\A(` + s.shape + `)\z`)
	list, layer := []string{}, []string{""}
	for n := 0; n <= s.max; n++ {
		longer := []string{}
		for _, text := range layer {
			if n >= s.min && shape.MatchString(text) {
				list = append(list, text)
			}
			for _, r := range listed {
				longer = append(longer, text+string(r))
			}
		}
		layer = longer
	}
	return list
}

// small is a universe with all of its strings.
type small struct {
	universe Universe
	strings  []string
}

// singles gives the universe of each sample.
func singles() []small {
	list := []small{}
	for _, s := range samplesOfSegments() {
		list = append(list, small{Universe{s.segment}, s.list()})
	}
	return list
}

// join gives the universe of some behind each other, but for those that make it
// too large to be listed.
func join(parts []small) small {
	s := small{strings: []string{""}}
	for _, part := range parts {
		if len(s.strings)*len(part.strings) > 1000 {
			continue
		}
		s.universe = slices.Concat(s.universe, part.universe)
		longer := []string{}
		for _, begin := range s.strings {
			for _, end := range part.strings {
				longer = append(longer, begin+end)
			}
		}
		s.strings = longer
	}
	slices.Sort(s.strings)
	s.strings = slices.Compact(s.strings)
	return s
}

func drawSmall(t *rapid.T, parts []small) small {
	return join(rapid.SliceOfN(rapid.SampledFrom(parts), 0, 3).Draw(t, "universe"))
}

// drawSets gives sets of patterns that mention no characters but "aA-.:".
func drawSets(t *rapid.T, label string) [][]Pattern {
	pattern := rapid.Custom(func(t *rapid.T) Pattern {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "*", "?", "-", ".", ":", "a:", "*a"}), 0, 6).Draw(t, "text"), "")
		switch rapid.IntRange(0, 7).Draw(t, "kind") {
		case 0:
			return Fold(strings.ToUpper(strings.NewReplacer("*", "", "?", "").Replace(text)))
		}
		return Parse(text)
	})
	return rapid.SliceOfN(rapid.SliceOfN(pattern, 0, 3), 0, 3).Draw(t, label)
}

func in(set []Pattern, text string) bool {
	return slices.ContainsFunc(set, func(p Pattern) bool { return p.Match(text) })
}

func memberships(det [][]Pattern, text string) []bool {
	list := []bool{}
	for _, set := range det {
		list = append(list, in(set, text))
	}
	return list
}

// shortest gives the length of the shortest string that fulfils, -1 for none.
func (s small) shortest(all, det [][]Pattern, accept func([]bool) bool) int {
	best := -1
	for _, text := range s.strings {
		outside := slices.ContainsFunc(all, func(set []Pattern) bool { return !in(set, text) })
		if n := utf8.RuneCountInString(text); !outside && accept(memberships(det, text)) && (best < 0 || n < best) {
			best = n
		}
	}
	return best
}

func (s small) check(t failer, all, det [][]Pattern, accept func([]bool) bool) {
	witness, found, err := Find(s.universe, all, det, accept, plenty)
	best := s.shortest(all, det, accept)
	if err != nil || found != (best >= 0) {
		t.Errorf("%+v, all %q, det %q: found %v, %v, error %v; want length %d", s.universe, all, det, found, witness, err, best)
		return
	}
	if !found {
		return
	}
	for _, set := range all {
		if !in(set, witness) {
			t.Errorf("%+v, all %q: %q does not lie in %q", s.universe, all, witness, set)
		}
	}
	if !s.universe.Contains(witness) || !accept(memberships(det, witness)) || utf8.RuneCountInString(witness) != best {
		t.Errorf("%+v, all %q, det %q: got %q; want length %d", s.universe, all, det, witness, best)
	}
}

// accepting is an accept function that is drawn: bit i of the mask is the
// answer to the combination i.
func accepting(mask uint8) func([]bool) bool {
	return func(in []bool) bool { return mask>>number(in)&1 == 1 }
}

func number(in []bool) int {
	n := 0
	for i, yes := range in {
		if yes {
			n |= 1 << i
		}
	}
	return n
}

func TestFindFindsWhatIsThere(t *testing.T) {
	parts := singles()
	rapid.Check(t, func(t *rapid.T) {
		drawSmall(t, parts).check(t, drawSets(t, "all"), drawSets(t, "det"), accepting(rapid.Uint8().Draw(t, "accept")))
	})
}

func TestCellsGivesAllCombinations(t *testing.T) {
	parts := singles()
	rapid.Check(t, func(t *rapid.T) {
		s, det := drawSmall(t, parts), drawSets(t, "det")
		want := map[int]int{} // of a combination: the length of a shortest string
		for _, text := range s.strings {
			in := number(memberships(det, text))
			if n, ok := want[in]; !ok || len(text) < n {
				want[in] = len(text)
			}
		}
		cells, err := Cells(s.universe, det, plenty)
		if err != nil {
			t.Fatal(err)
		}
		got, before := map[int]int{}, 0
		for _, c := range cells {
			n := utf8.RuneCountInString(c.Witness)
			got[number(c.In)] = n
			if !s.universe.Contains(c.Witness) || !slices.Equal(c.In, memberships(det, c.Witness)) || n < before {
				t.Errorf("%+v of %q", c, det)
			}
			before = n
		}
		if diff := cmp.Diff(want, got); diff != "" || len(got) != len(cells) {
			t.Errorf("%+v, %q: %s", s.universe, det, diff)
		}
	})
}

func TestAUniverseContainsItsStringsOnly(t *testing.T) {
	parts := singles()
	rapid.Check(t, func(t *rapid.T) {
		s := drawSmall(t, parts)
		for _, text := range s.strings {
			if !s.universe.Contains(text) {
				t.Errorf("%+v does not contain %q", s.universe, text)
			}
		}
		text := rapid.StringOfN(rapid.RuneFrom([]rune(listed)), 0, 8, -1).Draw(t, "text")
		_, want := slices.BinarySearch(s.strings, text)
		if s.universe.Contains(text) != want {
			t.Errorf("%+v: %q, want %v", s.universe, text, want)
		}
		if _, found, err := Find(s.universe, [][]Pattern{{Literal(text)}}, nil, nil, plenty); err != nil || found != want {
			t.Errorf("%+v: found %q: %v, %v, want %v", s.universe, text, found, err, want)
		}
	})
}

// TestFindEndsAtItsBudget: the last sixty characters of a string may be a or
// not in 2^60 ways, and only one position matters where they are followed
// singly.
func TestFindEndsAtItsBudget(t *testing.T) {
	set := [][]Pattern{{Parse("*a" + strings.Repeat("?", 60))}}
	if _, _, err := Find(ServiceAccounts(), nil, set, func(in []bool) bool { return in[0] && !in[0] }, 5000); !errors.Is(err, ErrBudget) {
		t.Errorf("got %v", err)
	}
	if _, err := Cells(ServiceAccounts(), set, 5000); !errors.Is(err, ErrBudget) {
		t.Errorf("got %v of Cells", err)
	}
	witness, found, err := Find(ServiceAccounts(), set, nil, nil, 5000)
	if err != nil || !found || !ServiceAccounts().Contains(witness) || !in(set[0], witness) {
		t.Errorf("got %q, %v, %v", witness, found, err)
	}
}

func TestABudgetIsANumberOfStates(t *testing.T) {
	u := Universe{Text("a")} // before a, behind a, at the end
	if _, _, err := Find(u, nil, nil, nil, 2); !errors.Is(err, ErrBudget) {
		t.Errorf("got %v", err)
	}
	if witness, found, err := Find(u, nil, nil, nil, 3); witness != "a" || !found || err != nil {
		t.Errorf("got %q, %v, %v", witness, found, err)
	}
}

// TestCharactersBeforeARunNeedFewStates: it is enough to follow the first a.
func TestCharactersBeforeARunNeedFewStates(t *testing.T) {
	set := []Pattern{Parse("*a" + strings.Repeat("?", 60) + "*b")}
	if cells, err := Cells(ServiceAccounts(), [][]Pattern{set}, 10000); err != nil || len(cells) != 2 {
		t.Errorf("got %v, %v", cells, err)
	}
}

// FuzzFind: what Find says of small universes is what their list of strings
// says.
func FuzzFind(f *testing.F) {
	f.Add([]byte{0, 3, 1}, "a*|?a", "*-*|a.*", "*:", uint8(0x55))
	f.Add([]byte{5, 1, 9}, "*", "*.?", "a?*a", uint8(2))
	parts := singles()
	f.Fuzz(func(t *testing.T, shape []byte, all, first, second string, mask uint8) {
		if len(shape) > 3 || len(all)+len(first)+len(second) > 24 {
			return
		}
		list := []small{}
		for _, b := range shape {
			list = append(list, parts[int(b)%len(parts)])
		}
		sets := [][]Pattern{}
		for _, text := range []string{all, first, second} {
			set := []Pattern{}
			for _, pattern := range strings.Split(text, "|") {
				if strings.Trim(pattern, "*?aA-.:") != "" {
					return // tells characters apart that are not listed
				}
				set = append(set, Parse(pattern))
			}
			sets = append(sets, set)
		}
		join(list).check(t, sets[:1], sets[1:], accepting(mask))
	})
}
