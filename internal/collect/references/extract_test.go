package references_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"sigs.k8s.io/yaml"

	"podpass/internal/collect/references"
	"podpass/internal/snapshot"
)

var update = flag.Bool("update", false, "write testdata/want and docs/references.md anew")

// example is one object of testdata.
type example struct {
	name   string
	object map[string]any
}

func examples(t testing.TB) []example {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	var list []example
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range archive.Files {
			e := example{name: filepath.Base(file) + ": " + one.Name}
			if err := yaml.Unmarshal(one.Data, &e.object); err != nil {
				t.Fatalf("%s: %v", e.name, err)
			}
			list = append(list, e)
		}
	}
	return list
}

// kind finds the row for an example.
func (e *example) kind(t testing.TB) *references.Kind {
	t.Helper()
	group, _, _ := strings.Cut(e.object["apiVersion"].(string), "/")
	k := references.Find(group, e.object["kind"].(string))
	if k == nil {
		t.Fatalf("%s: no such kind in the table", e.name)
	}
	return k
}

func (e *example) extract(t testing.TB) []snapshot.Reference {
	k := e.kind(t)
	return k.Extract(e.object, k.Meta(e.object))
}

// line tells all of a reference but its object.
func line(r *snapshot.Reference) string {
	words := []string{r.Pointer, fmt.Sprintf("%q", r.Value), r.Form}
	if r.Of != (snapshot.Names{}) {
		words = append(words, r.Of.Namespace+"/"+r.Of.Name)
	}
	words = append(words, r.Use)
	for _, flag := range []struct {
		name string
		set  bool
	}{{"loose", r.Loose}, {"denies", r.Denies}, {"except", r.Except}, {"entry", r.Entry}, {"withheld", r.Withheld}} {
		if flag.set {
			words = append(words, flag.name)
		}
	}
	if r.Item != "" {
		words = append(words, r.Item+"="+r.Whole)
	}
	if r.Field != "" {
		words = append(words, "field="+r.Field)
	}
	if r.Selects != nil {
		words = append(words, fmt.Sprintf("%+v", *r.Selects))
	}
	return strings.Join(words, " ")
}

// TestWhatEachKindNames: testdata/want is to be read as the expectation; it is
// written by -update.
func TestWhatEachKindNames(t *testing.T) {
	var got strings.Builder
	for _, e := range examples(t) {
		fmt.Fprintf(&got, "# %s\n", e.name)
		for _, r := range e.extract(t) {
			fmt.Fprintln(&got, line(&r))
		}
	}
	golden(t, "testdata/want", got.String())
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: %s", file, diff)
	}
}
