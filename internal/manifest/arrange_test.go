package manifest

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func named(name string) Mapping {
	return Mapping{{"apiVersion", "v1"}, {"kind", "ServiceAccount"}, {"metadata", Mapping{{"name", name}}}}
}

func apply(t *testing.T, data string, edits ...Edit) (string, error) {
	t.Helper()
	f, err := Parse([]byte(data), YAML, Options{})
	if err != nil {
		t.Fatal(err)
	}
	out, err := f.Apply(edits...)
	return string(out), err
}

// TestDocumentsComeAndGo: several at once, in the order of the edits.
func TestDocumentsComeAndGo(t *testing.T) {
	const three = "# head\n\na: 1 # one\n---\n# of b\nb: 2\n---\nc: 3\n"
	text := func(name string) string {
		return "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: " + name + "\n"
	}
	for name, c := range map[string]struct {
		edits []Edit
		want  string
	}{
		"several in front of one":     {[]Edit{AddDocument(1, Before, named("p")), AddDocument(1, Before, named("q"))}, "# head\n\na: 1 # one\n---\n" + text("p") + "---\n" + text("q") + "---\n# of b\nb: 2\n---\nc: 3\n"},
		"several behind one":          {[]Edit{AddDocument(1, After, named("p")), AddDocument(1, After, named("q"))}, "# head\n\na: 1 # one\n---\n# of b\nb: 2\n---\n" + text("p") + "---\n" + text("q") + "---\nc: 3\n"},
		"several at the end":          {[]Edit{AddDocument(2, After, named("p")), AddDocument(2, After, named("q"))}, three + "---\n" + text("p") + "---\n" + text("q")},
		"in front and behind":         {[]Edit{AddDocument(1, After, named("p")), AddDocument(2, Before, named("q"))}, "# head\n\na: 1 # one\n---\n# of b\nb: 2\n---\n" + text("p") + "---\n" + text("q") + "---\nc: 3\n"},
		"the same twice":              {[]Edit{AddDocument(1, Before, named("p")), AddDocument(2, Before, named("p"))}, "# head\n\na: 1 # one\n---\n" + text("p") + "---\n# of b\nb: 2\n---\nc: 3\n"},
		"one goes, with its comments": {[]Edit{DeleteDocument(1)}, "# head\n\na: 1 # one\n---\nc: 3\n"},
		"the last goes":               {[]Edit{DeleteDocument(2)}, "# head\n\na: 1 # one\n---\n# of b\nb: 2\n"},
		"one goes, and one comes":     {[]Edit{DeleteDocument(1), AddDocument(2, Before, named("p"))}, "# head\n\na: 1 # one\n---\n" + text("p") + "---\nc: 3\n"},
		"one is changed beside it":    {[]Edit{DeleteDocument(2), Set(1, Path{"b"}, 4)}, "# head\n\na: 1 # one\n---\n# of b\nb: 4\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := apply(t, three, c.edits...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDocumentsThatStay(t *testing.T) {
	for name, c := range map[string]struct {
		data string
		edit Edit
		want string
	}{
		"the only one":              {"a: 1\n", DeleteDocument(0), "the only object"},
		"one below the file's head": {"# head\n\na: 1\n---\nb: 2\n", DeleteDocument(0), "the head of the file"},
		"another of the name":       {"apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: p}\nautomountServiceAccountToken: true\n", AddDocument(0, After, named("p")), "says something else"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := apply(t, c.data, c.edit)
			var refusal *Refusal
			if !errors.As(err, &refusal) || !strings.Contains(refusal.Reason, c.want) {
				t.Errorf("got %v", err)
			}
		})
	}
	if got, err := apply(t, "a: 1\n---\nb: 2\n", DeleteDocument(0)); err != nil || got != "b: 2\n" {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := apply(t, "a: 1\n---\nb: 2\n---\nc: 3\n", DeleteDocument(0), DeleteDocument(1)); err != nil || got != "c: 3\n" {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := apply(t, "a: 1\n---\nb: 2\n", DeleteDocument(0), DeleteDocument(1)); err == nil {
		t.Errorf("got %q", got)
	}
}

// TestManyEditsAreReadOnce: a file of many documents, and a document of many
// items, are parsed a few times and not once for each edit.
func TestManyEditsAreReadOnce(t *testing.T) {
	const n = 3000
	var documents, items strings.Builder
	var inDocuments, inItems []Edit
	items.WriteString("kind: List\napiVersion: v1\nitems:\n")
	for i := range n {
		fmt.Fprintf(&documents, "---\nkind: K\nspec:\n  a: %d\n", i)
		fmt.Fprintf(&items, "- kind: K\n  spec:\n    a: %d\n", i)
		inDocuments = append(inDocuments, Insert(i, Path{"spec"}, "b", "x"), AddDocument(i, Before, named(fmt.Sprint("n", i))))
		inItems = append(inItems, Insert(0, Path{"items", i, "spec"}, "b", "x"))
	}
	for _, c := range []struct {
		data  string
		edits []Edit
	}{{documents.String(), inDocuments}, {items.String(), inItems}} {
		f, err := Parse([]byte(c.data), YAML, Options{})
		if err != nil {
			t.Fatal(err)
		}
		var out []byte
		allocations := testing.AllocsPerRun(1, func() { out, err = f.Apply(c.edits...) })
		if err != nil || strings.Count(string(out), "b: x") != n {
			t.Errorf("%v: %d of %d edits", err, strings.Count(string(out), "b: x"), n)
		}
		if per := allocations / n; per > 1500 {
			t.Errorf("%.0f allocations for each edit", per)
		}
	}
}

func TestObjectsOfAFile(t *testing.T) {
	const data = "# head\nkind: A\nmetadata: {name: a, namespace: ns}\n---\nkind: PodList\napiVersion: v1\nitems:\n- metadata:\n    name: p\n- kind: List\n  items:\n  - kind: B\n    metadata: {name: b}\n---\n- kind: C\n"
	f, err := Parse([]byte(data), YAML, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range f.Objects() {
		got = append(got, fmt.Sprintf("%d %v %d %s %s/%s", o.Document, o.Path, o.Line, o.Kind, o.Namespace, o.Name))
	}
	want := []string{"0 [] 2 A ns/a", "1 [items 0] 8 Pod /p", "1 [items 1 items 0] 12 B /b"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
