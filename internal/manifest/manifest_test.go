package manifest

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDocumentsSayWhatTheyAre(t *testing.T) {
	f, err := Parse([]byte("# head\n---\napiVersion: v1\nkind: Thing\nmetadata: {name: web, namespace: shop}\n"+
		"base: &b {n: 010, d: 2024-01-01}\nspec: {<<: *b, on: yes, n: 1, list: [~, true, \"no\"]}\n---\n"), YAML, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []Document{
		{Index: 0, Line: 3, APIVersion: "v1", Kind: "Thing", Namespace: "shop", Name: "web", Value: map[string]any{
			"apiVersion": "v1", "kind": "Thing", "metadata": map[string]any{"name": "web", "namespace": "shop"},
			"base": map[string]any{"n": Number("010"), "d": Number("2024-01-01")},
			"spec": map[string]any{"n": Number("1"), "d": Number("2024-01-01"), "on": true, "list": []any{nil, true, "no"}},
		}},
		{Index: 1, Line: 8},
	}
	if diff := cmp.Diff(want, f.Documents(), cmp.AllowUnexported(Refusal{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestGeneratedFilesAreEditedWhereThatIsAllowed(t *testing.T) {
	data, err := os.ReadFile("testdata/traps/refuse-08-generated.yaml")
	if err != nil {
		t.Fatal(err)
	}
	f, err := Parse(data, YAML, Options{EditGenerated: true})
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.Apply(name(0, pod))
	if want := strings.Replace(string(data), "spec:\n", "spec:\n  serviceAccountName: app-sa\n", 1); err != nil || string(got) != want {
		t.Errorf("got %v\n%s", err, got)
	}
}

func TestEditsThatCannotBeMadeSafelyAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		edit Edit
		want string
	}{
		"a key that is there with another value": {"a: 1\n", Insert(0, nil, "a", "x"), `line 1: the key "a" has another value: set that`},
		"a scalar where a mapping is":            {"a: {b: 1}\n", Set(0, Path{"a"}, "x"), "line 1: a mapping or list stands where a value is to be set: delete it first"},
		"a mapping where a scalar is":            {"a: b\n", Set(0, Path{"a"}, Mapping{{"x", 1}}), "line 1: a value stands where a mapping or list is to be set: delete it first"},
		"a key that is not there":                {"a: b\n", Set(0, Path{"x"}, "y"), `line 1: there is no key "x": insert it`},
		"a value with a tag":                     {"a: !!str b\n", Set(0, Path{"a"}, "y"), "line 1: the value has a tag: leave the tag out"},
		"a null with an anchor":                  {"a: &x\nb: 1\n", Set(0, Path{"a"}, "y"), "line 1: the empty value has a tag or an anchor: leave it out"},
		"a whole document":                       {"a: b\n", Delete(0, nil), "line 1: a whole document is to be deleted: delete it by hand"},
		"an item that is no list's":              {"a: b\n", Append(0, Path{"a"}, "y"), "line 1: no list stands where an item is to be added: make it a list"},
		"a key of a merge":                       {"b: &b {x: 1}\na:\n  <<: *b\n", Delete(0, Path{"a", "x"}), `line 3: the key "x" comes by a merge key: write it out in this mapping`},
		"a comment within a value":               {"a: | # why\n  x\n", Set(0, Path{"a"}, "y"), "line 1: a comment stands within the value: move it above the value"},
		"a comment beside an item in brackets":   {"a: [x, # why\n  y]\n", Delete(0, Path{"a", 0}), "line 1: a comment stands beside what is to be deleted: move the comment"},
		"a list on another's dash":               {"a:\n- - x\n  - y\n", Delete(0, Path{"a", 0, 0}), "line 2: a list starts on the line of another's dash: put it on a line of its own"},
		"text without a line end":                {"a: |\n  x", Insert(0, nil, "b", "y"), "line 2: the text above ends without a line end, and would gain one: end the file with a line end"},
		"a head that would move":                 {"# head\na: b\n", AddDocument(0, Before, account), "line 1: the head of the file would come to stand behind the new object: add it behind, or put --- in front of the first object"},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := Parse([]byte(c.file), YAML, Options{})
			if err != nil {
				t.Fatal(err)
			}
			got, err := f.Apply(c.edit)
			if refusal := (*Refusal)(nil); !errors.As(err, &refusal) || err.Error() != c.want || got != nil {
				t.Errorf("got %q, %v, want %s", got, err, c.want)
			}
		})
	}
}

func TestEditsKeepWhatStandsBesideThem(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		edit Edit
		want string
	}{
		"a comment above the next key stays":   {"a:\n- b: 1\n  # c\n  d: 2\n", Delete(0, Path{"a", 0, "b"}), "a:\n-\n  # c\n  d: 2\n"},
		"a merge that has the key comes first": {"b: &b {x: 1}\na:\n  <<: *b\n  c: 1\n", Insert(0, Path{"a"}, "x", 2).At(First, ""), "b: &b {x: 1}\na:\n  <<: *b\n  c: 1\n  x: 2\n"},
		"an absent key deleted":                {"a: 1 # é\n", Delete(0, Path{"b", "c"}), "a: 1 # é\n"},
		"single quotes":                        {"a: 'x' # c\n", Set(0, Path{"a"}, "it's"), "a: 'it''s' # c\n"},
		"a line break in single quotes":        {"a: 'x'\n", Set(0, Path{"a"}, "\n\u2028"), "a: \"\\n\\u2028\"\n"},
		"an empty file":                        {"# none\n", AddDocument(0, After, Mapping{{"a", 1}}), "# none\na: 1\n"},
		"a list that comes to be":              {"a: {}\n", Append(0, Path{"a", "b"}, Mapping{{"c", "d"}, {"e", "f"}}), "a:\n  b:\n  - c: d\n    e: f\n"},
		"the last key leaves {}":               {"a:\n  b: 1\nc: 2\n", Delete(0, Path{"a", "b"}).LeaveEmpty(), "a: {}\nc: 2\n"},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := Parse([]byte(c.file), YAML, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got, err := f.Apply(c.edit); err != nil || string(got) != c.want {
				t.Errorf("got %q, %v, want %q", got, err, c.want)
			}
		})
	}
}
