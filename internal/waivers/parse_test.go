package waivers

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func ids() []string { return []string{"PP101", "PP201", "PP401"} }

// waiver gives an entry as YAML, with some lines in place of its own; one
// without a value leaves the field out.
func waiver(lines ...string) string {
	fields := []string{"rule", "kind", "namespace", "name", "owner", "reason", "expires"}
	values := map[string]string{
		"rule": " PP401", "kind": " Secret", "namespace": " shop", "name": ` "s3-*"`, "owner": " team-shop", "reason": " rotates soon", "expires": " 2026-12-31",
	}
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ":")
		if _, known := values[name]; !known {
			fields = append(fields, name)
		}
		values[name] = value
	}
	text, lead := "", "- "
	for _, name := range fields {
		if values[name] != "" {
			text += lead + name + ":" + values[name] + "\n"
			lead = "  "
		}
	}
	return text
}

func TestParse(t *testing.T) {
	data := "# of the shop\nwaivers:\n" + waiver() + waiver("rule: PP*", `namespace: ""`, "name: '*'", "container: app", "keyIds: [AKIAIOSFODNN7EXAMPLE]", "expires: '2027-01-01'") +
		"verdicts:\n" + waiver("verdict: pass", "evidence: ticket 12", "keyIds: []")
	got, err := Parse("w.yaml", []byte(data), ids())
	if err != nil {
		t.Fatal(err)
	}
	base := Entry{Rule: "PP401", Kind: "Secret", Namespace: "shop", Name: "s3-*", Container: "*", Owner: "team-shop", Reason: "rotates soon", Expires: "2026-12-31"}
	first, second, third := base, base, base
	first.Line = 3
	second.Line, second.Rule, second.Namespace, second.Name, second.Container, second.Expires = 10, "PP*", "", "*", "app", "2027-01-01"
	second.KeyIDs = []string{"AKIAIOSFODNN7EXAMPLE"}
	third.Line, third.Verdict, third.Evidence, third.KeyIDs = 20, "pass", "ticket 12", []string{}
	want := &Set{File: "w.yaml", Waivers: []Entry{first, second}, Verdicts: []Entry{third}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAFileThatSaysNothingIsNoError(t *testing.T) {
	for _, data := range []string{"", "# nothing yet\n", "---\n", "waivers:\n", "waivers: []\nverdicts: []\n", "\ufeff# with a mark\nwaivers:\n"} {
		if set, err := Parse("w.yaml", []byte(data), ids()); err != nil || len(set.Waivers)+len(set.Verdicts) != 0 {
			t.Errorf("%q: got %v, %v", data, set, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	list := func(lines ...string) string { return "waivers:\n" + waiver(lines...) }
	for _, c := range []struct{ name, data, want string }{
		{"a field that is not known", list("ownr: x"), `w.yaml:9: "ownr" is no field of an entry of waivers: its fields are rule, kind`},
		{"a key of the file that is not known", "waivrs: []", `w.yaml:1: "waivrs" is no field of the file: its fields are waivers, verdicts`},
		{"a field of verdicts in a waiver", list("verdict: pass"), `"verdict" is no field`},
		{"a field that stands twice", list("owner: a\n  owner: b"), "w.yaml:7: owner stands twice"},
		{"a list that stands twice", "waivers: []\nwaivers: []", "w.yaml:2: waivers stands twice"},
		{"a field that is missing", list("owner:"), "w.yaml:2: owner is missing: name the team"},
		{"no namespace, which may be empty but must stand", list("namespace:"), `w.yaml:2: namespace is missing: give the namespace of the object, "*", or ""`},
		{"a field without a value", list("reason: "), "w.yaml:7: reason is empty"},
		{"a blank field", list("reason: ' '"), "w.yaml:7: reason is empty: say why"},
		{"a day that is none", list("expires: 2026-02-30"), `w.yaml:8: expires: "2026-02-30" is no day of the calendar`},
		{"a time", list("expires: 2026-12-31T10:00:00Z"), `"2026-12-31T10:00:00Z" is no day`},
		{"another order", list("expires: 31.12.2026"), `"31.12.2026" is no day`},
		{"a day as a list", list("expires: [2026-12-31]"), "expires must be a day"},
		{"a rule that is none", list("rule: PP999"), `w.yaml:2: rule "PP999" is none: "podpass rules" lists them`},
		{"a glob of no rule", list(`rule: "QQ*"`), "w.yaml:2: rule what is written here is none"},
		{"a boolean of YAML 1.1", list("name: on"), `w.yaml:5: name: "on" is no text in YAML: put it in quotes`},
		{"a number", list("name: 123"), `name: "123" is no text`},
		{"a number with an exponent", list("name: 1e3"), `name: "1e3" is no text`},
		{"a date as a name", list("name: 2026-12-31"), `name: "2026-12-31" is no text`},
		{"a tilde", list("name: ~"), "w.yaml:5: name: what is written here is no text"},
		{"a list as a name", list("name: [a]"), "name must be a text"},
		{"an anchor", list("name: &a x"), "w.yaml:5: an anchor stands here"},
		{"an alias", list("name: &a x", "reason: *a"), "w.yaml:7: an alias stands here"},
		{"a merge key", "waivers:\n- <<: {rule: PP101}\n", "w.yaml:2: a merge key stands here"},
		{"a tag", list("name: !!str 123"), "w.yaml:5: a tag stands here"},
		{"a second document", list() + "---\n" + list(), "w.yaml:9: a second document starts here"},
		{"a bracket in a glob", list("name: 'a[bc]'"), `name has a bracket, which has no meaning here: write \[`},
		{"a glob that ends in a backslash", list(`name: 'a\'`), `name ends in \`},
		{"a backslash for nothing", list(`name: 'a\b'`), `name has a \ before a character that needs none`},
		{"key ids that are no list", list("keyIds: AKIAIOSFODNN7EXAMPLE"), "keyIds must be a list"},
		{"a key id that is none", list("keyIds: [akia]"), "w.yaml:9: keyIds: this is no access key id"},
		{"a key id twice", list("keyIds: [AKIAIOSFODNN7EXAMPLE, AKIAIOSFODNN7EXAMPLE]"), "an id stands twice"},
		{"a verdict that is none", "verdicts:\n" + waiver("verdict: ok", "evidence: x"), `verdict "ok" is none: write pass or fail`},
		{"a verdict without evidence", "verdicts:\n" + waiver("verdict: pass"), "evidence is missing"},
		{"waivers that are no list", "waivers: {rule: PP101}", "w.yaml:1: waivers must be a list"},
		{"an entry that is no mapping", "waivers:\n- PP101\n", "w.yaml:2: an entry of waivers must be a mapping"},
		{"a file that is no mapping", "- a\n", "w.yaml:1: the file must be a mapping"},
		{"what is no YAML", "waivers:\n- rule: [\n", "it is no YAML"},
		{"bytes that are no UTF-8", "waivers: \xff", "it is not UTF-8"},
		{"UTF-16", "\xff\xfew\x00", "it is not UTF-8"},
		{"a file too large", "#" + strings.Repeat(" ", MaxBytes), "larger than 4 MiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			set, err := Parse("w.yaml", []byte(c.data), ids())
			if err == nil || set != nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, %v; want an error with %q", set, err, c.want)
			}
		})
	}
}

func TestParseTellsAllProblemsInOrder(t *testing.T) {
	data := "waivers:\n" + waiver("owner:", "expires: soon") + waiver("rule: PP999", "colour: red") + "else: 1\n"
	_, err := Parse("w.yaml", []byte(data), ids())
	var got []string
	for line := range strings.SplitSeq(fmt.Sprint(err), "\n") {
		got = append(got, strings.Join(strings.SplitN(line, " ", 3)[:2], " "))
	}
	want := []string{"w.yaml:2: owner", "w.yaml:7: expires:", "w.yaml:8: rule", `w.yaml:15: "colour"`, `w.yaml:16: "else"`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s\n%v", diff, err)
	}
}

func TestProblemsWithoutEndAreCounted(t *testing.T) {
	_, err := Parse("w.yaml", []byte("waivers:\n"+strings.Repeat("- a\n", mostProblems+7)), ids())
	lines := strings.Split(fmt.Sprint(err), "\n")
	if last := lines[len(lines)-1]; len(lines) != mostProblems+1 || last != "w.yaml: and 7 problems more: is it the right file?" {
		t.Errorf("%d lines, the last %q", len(lines), last)
	}
}

// TestErrorsQuoteNoSecret: the file may be a wrong one.
func TestErrorsQuoteNoSecret(t *testing.T) {
	secret := strings.Repeat("wJalrXUtnFEMI/K7", 3)
	for _, data := range []string{
		secret, "a: " + secret, secret + ": a", "waivers: *" + secret[:8], "waivers: &" + secret[:8] + " [*x]", "waivers: !" + secret[:8] + " x",
		"waivers:\n- " + secret, "waivers:\n" + waiver("name: "+secret+"]: ["), "waivers:\n" + waiver("rule: "+secret), "waivers:\n" + waiver("expires: "+secret),
		"waivers:\n" + waiver("keyIds: ["+secret+"]"), "verdicts:\n" + waiver("verdict: "+secret), "waivers: [\"" + secret, "%TAG !" + secret[:8] + "! x\n---\na: b",
		"a: b\n" + secret + "\nc: '", "{" + secret,
	} {
		_, err := Parse("w.yaml", []byte(data), ids())
		if err == nil || strings.Contains(err.Error(), secret[:8]) {
			t.Errorf("%q: got %v", data, err)
		}
	}
}

func TestAnEntryHoldsAllOfItsLastDay(t *testing.T) {
	e := Entry{Expires: "2026-12-31"}
	for _, c := range []struct {
		now  time.Time
		want bool
	}{
		{time.Date(2026, 12, 31, 23, 59, 59, 0, time.UTC), false},
		{time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), true},
		{time.Date(2027, 1, 1, 1, 0, 0, 0, time.FixedZone("east", 2*3600)), false},
		{time.Date(2026, 12, 31, 23, 0, 0, 0, time.FixedZone("west", -2*3600)), true},
	} {
		if got := e.Expired(c.now); got != c.want {
			t.Errorf("at %v: got %v", c.now, got)
		}
	}
}

func TestKeyIDsNarrowAnEntry(t *testing.T) {
	const one, two = "AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE"
	for _, c := range []struct {
		entry, result []string
		want          bool
	}{
		{nil, nil, true}, {nil, []string{one}, true},
		{[]string{}, nil, true}, {[]string{}, []string{one}, false},
		{[]string{one}, []string{one}, true}, {[]string{one}, []string{one, two}, false}, {[]string{one}, []string{two}, false},
		{[]string{one, two}, []string{two}, true}, {[]string{one}, nil, false},
	} {
		e := Entry{Rule: "*", Kind: "*", Namespace: "*", Name: "*", Container: "*", KeyIDs: c.entry}
		if got := e.Matches(&Target{Rule: "PP401", KeyIDs: c.result}); got != c.want {
			t.Errorf("an entry of %q on a result of %q: got %v", c.entry, c.result, got)
		}
	}
}
