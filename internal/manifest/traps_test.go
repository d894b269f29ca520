package manifest

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the edited traps anew: read each change before it is committed")

// trap is what happens to a file of INDEX.tsv: the edits are refused, or give
// its golden file.
type trap struct {
	edits   []Edit
	refused string // part of the refusal's text
	line    int
}

var (
	role    = "arn:aws:iam::111122223333:role/app"
	account = Mapping{{"apiVersion", "v1"}, {"kind", "ServiceAccount"}, {"metadata", Mapping{{"name", "app-sa"}, {"namespace", "shop"}}}}
	pod     = Path{"spec"}
	deploy  = Path{"spec", "template", "spec"}
)

func name(document int, spec Path) Edit {
	return Insert(document, spec, "serviceAccountName", "app-sa").At(First, "")
}

func annotate(document int, metadata ...any) Edit {
	return Insert(document, append(Path(metadata), "metadata", "annotations"), "eks.amazonaws.com/role-arn", role)
}

func automount(document int, path ...any) Edit {
	return Insert(document, path, "automountServiceAccountToken", false).At(First, "")
}

func drop(container any, env ...any) []Edit {
	var list []Edit
	for _, e := range env {
		list = append(list, Delete(0, Path{"spec", "containers", container, "env", e}))
	}
	return list
}

func image(container any, to string) Edit {
	return Set(0, Path{"spec", "containers", container, "image"}, to)
}

func one(edits ...Edit) trap { return trap{edits: edits} }

func refused(text string, line int, edits ...Edit) trap {
	return trap{edits: edits, refused: text, line: line}
}

func TestTrapsGiveTheEditMeantOrARefusal(t *testing.T) {
	index, err := os.ReadFile("testdata/traps/INDEX.tsv")
	if err != nil {
		t.Fatal(err)
	}
	all := traps()
	rows := strings.Split(strings.TrimSpace(string(index)), "\n")[1:]
	if len(rows) != 107 {
		t.Errorf("%d rows in the index, want 107", len(rows))
	}
	for _, row := range rows {
		file, _, _ := strings.Cut(row, "\t")
		cases, ok := all[file]
		if !ok {
			t.Errorf("no test for %s", row)
		}
		delete(all, file)
		for i, c := range cases {
			golden := file
			if i > 0 {
				golden += "." + string(rune('a'+i))
			}
			t.Run(golden, func(t *testing.T) { c.check(t, file, golden) })
		}
	}
	for file := range all {
		t.Errorf("%s is not in the index", file)
	}
}

func formatOf(file string) Format {
	if filepath.Ext(file) == ".json" {
		return JSON
	}
	return YAML
}

func (c trap) check(t *testing.T, file, golden string) {
	before, err := os.ReadFile("testdata/traps/" + file)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Parse(before, formatOf(file), Options{})
	var got []byte
	if err == nil {
		got, err = f.Apply(c.edits...)
	}
	if c.refused != "" {
		refusal := (*Refusal)(nil)
		if !errors.As(err, &refusal) || !strings.Contains(err.Error(), c.refused) || refusal.Line != c.line || refusal.Way == "" || got != nil {
			t.Fatalf("got %q, %v, want a refusal of line %d: %s", got, err, c.line, c.refused)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	checkGolden(t, golden, got)
	checkMeaning(t, before, got, formatOf(file), c.edits)
	again, err := Parse(got, formatOf(file), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if second, err := again.Apply(c.edits...); err != nil || !bytes.Equal(second, got) {
		t.Errorf("a second time changes it: %v\n%s", err, second)
	}
}

func checkGolden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := "testdata/golden/" + name
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s (-want +got):\n%s", name, cmp.Diff(string(want), string(got)))
	}
}

// checkMeaning asks kubectl's parser whether the objects are those meant.
func checkMeaning(t testing.TB, before, after []byte, format Format, edits []Edit) {
	t.Helper()
	want := kubectl(t, before, format)
	for _, e := range edits {
		want = intend(want, e)
	}
	if diff := cmp.Diff(want, kubectl(t, after, format)); diff != "" {
		t.Errorf("another object (-want +got):\n%s\n%s", diff, after)
	}
}
