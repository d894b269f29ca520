package glob

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// find looks for a service account that all patterns match, whichever way they
// are followed.
func find(t *testing.T, patterns ...string) (witness string, found bool) {
	t.Helper()
	sets := [][]Pattern{}
	for _, text := range patterns {
		sets = append(sets, []Pattern{Parse(text)})
	}
	witness, found, err := Find(ServiceAccounts(), sets, nil, nil, plenty)
	if err != nil {
		t.Fatal(err)
	}
	if found && !ServiceAccounts().Contains(witness) {
		t.Errorf("%q is no service account", witness)
	}
	all := func(in []bool) bool { return !slices.Contains(in, false) }
	det, inDet, err := Find(ServiceAccounts(), nil, sets, all, 20000)
	if errors.Is(err, ErrBudget) && strings.Contains(patterns[0], "*b???") {
		return witness, found // can be followed singly only
	}
	if err != nil || found != inDet || len(det) != len(witness) {
		t.Errorf("%.60q: %v followed singly, %v at once, %v", patterns, found, inDet, err)
	}
	return witness, found
}

func TestServiceAccountsHaveBounds(t *testing.T) {
	const start = "system:serviceaccount:"
	ns := func(n int) string { return start + strings.Repeat("?", n) }
	name := func(n int) string { return ":" + strings.Repeat("?", n) }
	for _, c := range []struct {
		about    string
		patterns []string
		found    bool
	}{
		{"a namespace of 63", []string{ns(63) + ":a"}, true},
		{"a namespace of 64", []string{ns(64) + ":a"}, false},
		{"a name of 253", []string{start + "a" + name(253)}, true},
		{"a name of 254", []string{start + "a" + name(254)}, false},
		{"both at their bound", []string{ns(63) + name(253)}, true},
		{"one beyond either", []string{ns(63) + name(254)}, false},
		{"one beyond the other", []string{ns(64) + name(253)}, false},
		{"a name of 253 behind a * that is the namespace", []string{start + "*" + name(253)}, true},
		{"a * over the colon", []string{start + "a*b" + strings.Repeat("?", 252)}, true},
		{"a * over the colon, too much behind it", []string{start + "a*:b" + strings.Repeat("?", 253)}, false},
		{"? for the colon, as long as both together", []string{start + strings.Repeat("?", 63+1+253)}, true},
		{"? for the colon, longer than both together", []string{start + strings.Repeat("?", 63+1+253+1)}, false},
		{"at least as long as both together", []string{start + strings.Repeat("?", 63+1+253) + "*"}, true},
		{"three characters", []string{start + "???"}, true},
		{"two characters", []string{start + "??"}, false},
		{"a dot in the namespace", []string{start + "a.b:*"}, false},
		{"a dot in the name", []string{start + "*:a.b"}, true},
		{"an empty label", []string{start + "*:a..b"}, false},
		{"a dash at the end", []string{start + "*-:*"}, false},
		{"a dash at the start of a label", []string{start + "*:*.-*"}, false},
		{"a label of the name with more than 63", []string{start + "a:" + strings.Repeat("b", 64)}, true},
		{"an upper-case letter", []string{start + "*A*"}, false},
		{"three colons", []string{"*:*:*:*"}, true},
		{"four colons", []string{"*:*:*:*:*"}, false},
		{"both of two", []string{start + "shop-*:*", "*:*-api"}, true},
		{"both of two that exclude each other", []string{start + "shop-*:*", start + "prod-*:*"}, false},
		{"no character of UTF-8", []string{start + "*\xff*"}, false},
	} {
		if witness, found := find(t, c.patterns...); found != c.found {
			t.Errorf("%s: found %v, %q", c.about, found, witness)
		}
	}
}

// TestAShortWayDoesNotHideAShallowOne: a:xq… is the shorter way to the
// character behind q, but from bbbb:q… one character more may follow in the
// name.
func TestAShortWayDoesNotHideAShallowOne(t *testing.T) {
	const start = "system:serviceaccount:"
	ways := []Pattern{Parse(start + "a:xq*"), Parse(start + "bbbb:q*")}
	for n, want := range map[int]string{251: "a:xq", 252: "bbbb:q", 253: ""} {
		witness, found, err := Find(ServiceAccounts(), [][]Pattern{ways, {Parse("*q" + strings.Repeat("?", n))}}, nil, nil, plenty)
		if text, _ := strings.CutPrefix(witness, start); err != nil || found != (want != "") || !strings.HasPrefix(text, want) {
			t.Errorf("%d characters behind q: got %q, %v, %v", n, witness, found, err)
		}
	}
}

func TestWitnessesAreShortAndPlain(t *testing.T) {
	for _, c := range []struct{ pattern, want string }{
		{"*", "system:serviceaccount:a:a"},
		{"*:api", "system:serviceaccount:a:api"},
		{"*:prod-*", "system:serviceaccount:a:prod-a"},
		{"system:serviceaccount:shop-?:*.*", "system:serviceaccount:shop-a:a.a"},
	} {
		if got, _ := find(t, c.pattern); got != c.want {
			t.Errorf("%q: got %q", c.pattern, got)
		}
	}
	not := func(in []bool) bool { return !in[0] }
	for _, c := range []struct {
		u       Universe
		outside string
		want    string
	}{
		{ServiceAccounts(), "*:a", "system:serviceaccount:a:b"},
		{Universe{Digits(12)}, "0*", "100000000000"},
		{Region(), "aa-a-?", "aa-b-0"},
		{Universe{Any()}, "a", "b"},
		{Universe{{First: Class{'a', 'a'}, Last: Class{'a', 'a'}, Join: '+', Min: 3, Max: 3}}, "a", "a+a"},
		{Universe{Text("\xff")}, "a", "\ufffd"},
		{Universe{Chars(Class{0, ' ', 0xd000, 0xe000}, 1, 1)}, "a", "\ud000"},
		{Universe{Chars(Class{0xd900, 0xe001}, 1, 1)}, "\ue000", "\ue001"},
	} {
		got, found, err := Find(c.u, nil, [][]Pattern{{Parse(c.outside)}}, not, plenty)
		if got != c.want || !found || err != nil || !c.u.Contains(got) {
			t.Errorf("outside of %q: got %q, %v, %v", c.outside, got, found, err)
		}
	}
}

func TestFoldIsOfAnyCase(t *testing.T) {
	kelvin := Universe{Chars(Class{'\u212a', '\u212a'}, 1, 0)}
	if got, found, err := Find(kelvin, [][]Pattern{{Fold("kK")}}, nil, nil, plenty); got != "\u212a\u212a" || !found || err != nil {
		t.Errorf("got %q, %v, %v", got, found, err)
	}
}

func TestUniversesHaveTheirShapes(t *testing.T) {
	const label = `[a-z0-9](?:[-a-z0-9]*[a-z0-9])?`
	const subdomain = label + `(?:\.` + label + `)*`
	for _, c := range []struct {
		name     string
		universe Universe
		shape    string // its group 1 has at most 63 characters, its group 2 at most 253
		chars    string
	}{
		{"label", Universe{Label()}, `(` + label + `)()`, "az09-.A_é"},
		{"subdomain", Universe{Subdomain()}, `()(` + subdomain + `)`, "az09-.A_é"},
		{"digits", Universe{Digits(12)}, `()()[0-9]{12}`, "059a"},
		{"region", Region(), `()()[a-z]{2,4}-[a-z]+(?:-[a-z]+)*-[0-9]{1,2}`, "az0-"},
		{"any", Universe{Any()}, `()()(?s:.+)`, "a \n\U0010ffff\x00"},
		{"service accounts", ServiceAccounts(), `system:serviceaccount:(` + label + `):(` + subdomain + `)`, "a:-."},
	} {
		shape := regexp.MustCompile(`\A` + c.shape + `\z`)
		text := rapid.StringOfN(rapid.RuneFrom([]rune(c.chars)), 0, 14, -1)
		t.Run(c.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				s := rapid.SampledFrom([]string{"", "us-gov-west-", "system:serviceaccount:", "system:serviceaccount:a:"}).Draw(t, "start") + text.Draw(t, "text")
				s += strings.Repeat("a", rapid.SampledFrom([]int{0, 0, 0, 61, 62, 63, 64, 252, 253, 254}).Draw(t, "more"))
				groups := shape.FindStringSubmatch(s)
				if want := groups != nil && len(groups[1]) <= 63 && len(groups[2]) <= 253; c.universe.Contains(s) != want {
					t.Errorf("%q: want %v", s, want)
				}
			})
		})
	}
	if (Universe{Any()}).Contains("\xff") {
		t.Error("a byte that is no UTF-8 is in a universe")
	}
}
