package waivers

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func cart() Entry {
	return Entry{Rule: "PP201", Kind: "Deployment", Namespace: "shop", Name: "cart", Container: "*", Owner: "team-shop", Reason: "moves: soon", Expires: "2026-12-31"}
}

func judged() Entry {
	e := cart()
	e.Verdict, e.Evidence, e.KeyIDs, e.Container = VerdictPass, "ticket 12", []string{}, "app"
	return e
}

const cartText = "- rule: PP201\n  kind: Deployment\n  namespace: shop\n  name: cart\n  owner: team-shop\n  reason: \"moves: soon\"\n  expires: 2026-12-31\n"

func TestAppend(t *testing.T) {
	indented := strings.ReplaceAll("  "+strings.TrimSuffix(cartText, "\n"), "\n", "\n  ") + "\n"
	for _, c := range []struct{ name, before, want string }{
		{"to a file that is not there", "", "waivers:\n" + cartText},
		{"to a file of comments", "# of the shop\n", "# of the shop\nwaivers:\n" + cartText},
		{"to a key without a list", "waivers:\n", "waivers:\n" + cartText},
		{"to a file without a last line break", "waivers:", "waivers:\n" + cartText},
		{"behind other entries, as far indented", "waivers:\n  " + strings.ReplaceAll(waiver(), "\n  ", "\n    "), "waivers:\n  " + strings.ReplaceAll(waiver(), "\n  ", "\n    ") + indented},
		{"behind comments at the end", "waivers:\n" + waiver() + "# the end\n\n", "waivers:\n" + waiver() + "# the end\n\n" + cartText},
		{"before the verdicts and the comments that lead to them", "waivers: # all\n" + waiver() + "\n# judged\n\nverdicts: []\n", "waivers: # all\n" + waiver() + cartText + "\n# judged\n\nverdicts: []\n"},
		{"behind verdicts that come first", "verdicts: []\nwaivers:\n" + waiver(), "verdicts: []\nwaivers:\n" + waiver() + cartText},
		{"with the line ends of the file", "waivers:\r\n", "waivers:\r\n" + strings.ReplaceAll(cartText, "\n", "\r\n")},
		{"behind a text of several lines", "waivers:\n" + waiver("expires:", "reason: |\n    a\n    # b") + "  expires: 2026-12-31\n", "waivers:\n" + waiver("expires:", "reason: |\n    a\n    # b") + "  expires: 2026-12-31\n" + cartText},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Append("w.yaml", []byte(c.before), ids(), &Set{Waivers: []Entry{cart()}})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAppendPutsVerdictsInTheirOwnList(t *testing.T) {
	verdict := "verdicts:\n" + strings.ReplaceAll(cartText, "  owner", "  container: app\n  keyIds: []\n  owner") + "  verdict: pass\n  evidence: \"ticket 12\"\n"
	both := &Set{Waivers: []Entry{cart()}, Verdicts: []Entry{judged()}}
	for before, want := range map[string]string{
		"":                         "waivers:\n" + cartText + verdict,
		"verdicts:\nwaivers:\n":    verdict + "waivers:\n" + cartText,
		"waivers:\n# c\nverdicts:": "waivers:\n" + cartText + "# c\n" + verdict,
	} {
		got, err := Append("w.yaml", []byte(before), ids(), both)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Error(diff)
		}
	}
}

func TestAppendRefusesWhatItCannotKeep(t *testing.T) {
	for _, c := range []struct{ name, before, want string }{
		{"a list in flow style", "waivers: []\n", `w.yaml:1: waivers is in flow style or null, to which nothing can be added: write "waivers:" on a line`},
		{"a word for no list", "waivers: null\n", `w.yaml:1: waivers is in flow style or null, to which nothing can be added: write "waivers:" on a line`},
		{"a file in flow style", "{waivers: []}\n", "w.yaml:1: it is in flow style"},
		{"a file that ends with a mark", "waivers:\n" + waiver() + "...\n", "with the new entries at its end w.yaml would be refused, so nothing was written: add them by hand"},
		{"a file that is wrong already", "waivers:\n" + waiver("owner:"), "w.yaml:2: owner is missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Append("w.yaml", []byte(c.before), ids(), &Set{Waivers: []Entry{cart()}})
			if err == nil || got != nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %q, %v; want an error with %q", got, err, c.want)
			}
		})
	}
}

// text is what a name, an owner or a reason may hold.
func text() *rapid.Generator[string] {
	evil := rapid.SampledFrom([]string{"a", "on", "1", "2026-12-31", "null", "~", "- ", ": ", " #", "'", "\"", "\\", "\n", "\r\n", "\t", "\x00", "\x1b[2J", "\u0085", "\u2028", "\ufeff", "\ufffd", "😀", "名", "*", "&x", "!t", "%", "@", "`", "{", "[", "|", "---", "<<"})
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.OneOf(evil, rapid.StringN(0, 4, -1)), 1, 4).Draw(t, "parts"), "") + "x"
	})
}

func anyEntry(verdict bool) *rapid.Generator[Entry] {
	return rapid.Custom(func(t *rapid.T) Entry {
		name := func(label string) string { return Escape(text().Draw(t, label)) }
		e := Entry{
			Rule: rapid.SampledFrom([]string{"PP101", "PP*", "*", "PP?01"}).Draw(t, "rule"), Kind: name("kind"), Namespace: name("namespace"), Name: name("name"),
			Container: rapid.SampledFrom([]string{"*", "", "app-?"}).Draw(t, "container"),
			Owner:     text().Draw(t, "owner"), Reason: text().Draw(t, "reason"), Expires: rapid.SampledFrom([]string{"2026-12-31", "0001-01-01"}).Draw(t, "expires"),
			KeyIDs: rapid.SampledFrom([][]string{nil, {}, {"AKIAIOSFODNN7EXAMPLE"}, {"AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE"}}).Draw(t, "keys"),
		}
		if verdict {
			e.Verdict, e.Evidence = rapid.SampledFrom([]string{VerdictPass, VerdictFail}).Draw(t, "verdict"), text().Draw(t, "evidence")
		}
		return e
	})
}

func anySet() *rapid.Generator[*Set] {
	return rapid.Custom(func(t *rapid.T) *Set {
		return &Set{File: "w.yaml", Waivers: rapid.SliceOfN(anyEntry(false), 0, 3).Draw(t, "waivers"), Verdicts: rapid.SliceOfN(anyEntry(true), 0, 3).Draw(t, "verdicts")}
	})
}

// TestWhatIsAppendedIsRead: whatever is in a file and whatever is added, the
// file then says both, and every old line is still there, in order.
func TestWhatIsAppendedIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		end := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "line end")
		data := []byte(rapid.SampledFrom([]string{"", "# top" + end, "---" + end, "waivers:" + end + end + "# v" + end + "verdicts:" + end, "verdicts:" + end + "# w" + end + "waivers:" + end}).Draw(t, "start"))
		want := &Set{File: "w.yaml"}
		for _, add := range rapid.SliceOfN(anySet(), 1, 3).Draw(t, "sets") {
			before := data
			var err error
			if data, err = Append("w.yaml", data, ids(), add); err != nil {
				t.Fatalf("%v\n%q", err, before)
			}
			rest := data
			for _, line := range bytes.SplitAfter(before, []byte("\n")) {
				at := bytes.Index(rest, line)
				if at < 0 {
					t.Fatalf("the line %q is gone:\n%s", line, data)
				}
				rest = rest[at+len(line):]
			}
			want.Waivers, want.Verdicts = append(want.Waivers, add.Waivers...), append(want.Verdicts, add.Verdicts...)
		}
		got, err := Parse("w.yaml", data, ids())
		if err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
		// No list and an empty one mean the same; of key ids they do not.
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Entry{}, "Line"), cmp.FilterPath(func(p cmp.Path) bool { return p.Last().Type() != nil && p.Last().Type().String() == "[]waivers.Entry" }, cmpopts.EquateEmpty())); diff != "" {
			t.Errorf("%s\n%s", diff, data)
		}
	})
}

// FuzzWaivers: what is accepted is whole, and means the same when it is
// written anew.
func FuzzWaivers(f *testing.F) {
	f.Add([]byte("waivers:\n" + waiver() + waiver("rule: PP*", "keyIds: [AKIAIOSFODNN7EXAMPLE]", "container: a") + "verdicts:\n" + waiver("verdict: pass", "evidence: x")))
	f.Add([]byte("waivers: [{rule: '*', kind: a, namespace: '', name: 'a\\*', owner: b, reason: c, expires: 2026-12-31, keyIds: []}]"))
	for _, seed := range []string{"", "---\n...", "waivers: &a [*a]", "{", "waivers:\n- <<: 1", "\ufeffwaivers:\r\n", "%YAML 1.1\n---\nwaivers:\n", "? waivers\n: []", "waivers:\n- rule: |+\n    PP101\n\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		set, err := Parse("w.yaml", data, ids())
		if err != nil {
			for line := range strings.SplitSeq(err.Error(), "\n") {
				if !strings.HasPrefix(line, "w.yaml:") {
					t.Errorf("a problem without a place: %q", line)
				}
			}
			return
		}
		for _, e := range set.Waivers {
			checkWhole(t, &e, e.Verdict == "" && e.Evidence == "")
		}
		for _, e := range set.Verdicts {
			checkWhole(t, &e, e.Evidence != "" && (e.Verdict == VerdictPass || e.Verdict == VerdictFail))
		}
		written, err := Append("w.yaml", nil, ids(), set)
		if err != nil {
			t.Fatalf("what was accepted cannot be written: %v\n%q", err, data)
		}
		again, err := Parse("w.yaml", written, ids())
		if err != nil || !same(again.Waivers, set.Waivers, nil) || !same(again.Verdicts, set.Verdicts, nil) {
			t.Errorf("%v\n%s\nmeans something else than\n%s", err, written, data)
		}
	})
}

func checkWhole(t *testing.T, e *Entry, kind bool) {
	t.Helper()
	for _, text := range []string{e.Rule, e.Kind, e.Name, e.Owner, e.Reason} {
		if strings.TrimSpace(text) == "" {
			t.Errorf("a field is empty: %+v", e)
		}
	}
	for _, pattern := range []string{e.Rule, e.Kind, e.Namespace, e.Name, e.Container} {
		if globFlaw(pattern) != "" {
			t.Errorf("a malformed glob: %+v", e)
		}
	}
	if !kind || CheckDate(e.Expires) != "" || e.Line < 1 {
		t.Errorf("an entry that should be refused: %+v", e)
	}
}
