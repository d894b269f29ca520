package keys

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the figures of docs/keys.md anew")

// figures counts what is found in the samples of one kind, or of all.
type figures struct {
	name    string
	samples int
	exact   int // samples in which just what is there is found
	objects hits
	facts   hits
	misses  []string
}

// hits counts what is rightly found, wrongly found, and missed: objects that
// hold anything; and in them facts, each an id with whether it is paired and
// public, or a secret alone. So an id whose secret is not seen is one fact
// wrongly found and one missed.
type hits struct{ right, wrong, missed int }

func (h hits) precision() float64 { return share(h.right, h.right+h.wrong) }
func (h hits) recall() float64    { return share(h.right, h.right+h.missed) }

// String writes both for the table: nothing of kinds that hold no keys.
func (h hits) String() string {
	if h.right+h.missed == 0 {
		return "– | –"
	}
	return fmt.Sprintf("%.2f %% | %.2f %%", h.precision(), h.recall())
}

func share(n, of int) float64 {
	if of == 0 {
		return 100
	}
	return 100 * float64(n) / float64(of)
}

func (f *figures) count(s sample, got []string) {
	f.samples++
	switch {
	case len(s.want) > 0 && len(got) > 0:
		f.objects.right++
	case len(s.want) > 0:
		f.objects.missed++
	case len(got) > 0:
		f.objects.wrong++
	}
	wrong, missed := without(got, s.want), without(s.want, got)
	f.facts.right += len(got) - len(wrong)
	f.facts.wrong += len(wrong)
	f.facts.missed += len(missed)
	if len(wrong)+len(missed) == 0 && len(got) == len(s.want) {
		f.exact++
		return
	}
	var parts []string
	if len(missed) > 0 {
		parts = append(parts, "there is "+plain(missed))
	}
	if len(wrong) > 0 {
		parts = append(parts, "found is "+plain(wrong))
	} else {
		parts = append(parts, "not found")
	}
	f.misses = append(f.misses, fmt.Sprintf("%s, %s: %s", s.kind, s.name, strings.Join(parts, ", ")))
}

// without gives what is in one list and not in the other.
func without(list, other []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(fact string) bool { return slices.Contains(other, fact) })
}

// plain writes facts without their ids.
func plain(facts []string) string {
	list := make([]string, len(facts))
	for i, fact := range facts {
		switch {
		case fact == "secret":
			list[i] = "a secret alone"
		case strings.Contains(fact, " pair"):
			list[i] = "a pair"
		default:
			list[i] = "an id without a secret"
		}
	}
	return strings.Join(list, ", ")
}

// measured scans the corpus; the last figures are those of all kinds.
func measured() []*figures {
	var list []*figures
	all := &figures{name: "all"}
	for _, s := range corpus() {
		if len(list) == 0 || list[len(list)-1].name != s.kind {
			list = append(list, &figures{name: s.kind})
		}
		got := s.facts()
		list[len(list)-1].count(s, got)
		all.count(s, got)
	}
	return append(list, all)
}

// TestFiguresOfTheCorpus holds what was reached. Kinds that are not named here
// have no miss.
func TestFiguresOfTheCorpus(t *testing.T) {
	missing := map[string]int{
		"odd encodings": 21, "a secret alone": 1, "an id beside a decoy": 3, "placeholders": 3, "settings of every day": 5,
	}
	list := measured()
	for _, f := range list[:len(list)-1] {
		if n := f.samples - f.exact; n > missing[f.name] {
			t.Errorf("%s: %d of %d are not exact, want at most %d:\n%s", f.name, n, f.samples, missing[f.name], strings.Join(f.misses, "\n"))
		}
	}
	all := list[len(list)-1]
	for _, one := range []struct {
		name        string
		have, least float64
	}{
		{"precision of objects", all.objects.precision(), 99.4}, {"recall of objects", all.objects.recall(), 99.2},
		{"precision of facts", all.facts.precision(), 98.5}, {"recall of facts", all.facts.recall(), 98.3},
	} {
		if one.have < one.least {
			t.Errorf("%s: %.2f %%, want %.1f", one.name, one.have, one.least)
		}
	}
}

const figuresBegin, figuresEnd = "<!-- figures: written by make generate -->\n", "<!-- end of figures -->\n"

// TestGeneratedFigures: the table of docs/keys.md is what is measured.
func TestGeneratedFigures(t *testing.T) {
	const file = "../../docs/keys.md"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), figuresBegin)
	_, after, ended := strings.Cut(rest, figuresEnd)
	if !found || !ended {
		t.Fatalf("%s has no place for the figures: %q … %q", file, figuresBegin, figuresEnd)
	}
	want := before + figuresBegin + table(measured()) + figuresEnd + after
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		text = []byte(want)
	}
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("%s is not fresh, run make generate:\n%s", file, diff)
	}
}

func table(list []*figures) string {
	var b strings.Builder
	b.WriteString("| Kind | Objects | Exact | Precision, objects | Recall, objects | Precision, facts | Recall, facts |\n|---|---|---|---|---|---|---|\n")
	for _, f := range list {
		fmt.Fprintf(&b, "| %s | %d | %d | %s | %s |\n", f.name, f.samples, f.exact, f.objects, f.facts)
	}
	all := list[len(list)-1]
	fmt.Fprintf(&b, "\nAll %d that are not exact:\n\n", len(all.misses))
	for _, miss := range all.misses {
		b.WriteString("- " + strings.NewReplacer("<", "&lt;", "*", "\\*", "_", "\\_").Replace(miss) + "\n")
	}
	return b.String()
}
