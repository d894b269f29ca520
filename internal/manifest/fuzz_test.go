package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
	kubeyaml "sigs.k8s.io/yaml"
)

// FuzzYAML: an edit of any file gives the intended object or an error, and a
// second time nothing more.
func FuzzYAML(f *testing.F) {
	addTraps(f, "yaml")
	f.Fuzz(func(t *testing.T, data []byte, pick, operation uint8) { checkAnyEdit(t, data, YAML, pick, operation) })
}

// FuzzJSON is the same for files of JSON.
func FuzzJSON(f *testing.F) {
	addTraps(f, "json")
	f.Fuzz(func(t *testing.T, data []byte, pick, operation uint8) { checkAnyEdit(t, data, JSON, pick, operation) })
}

func addTraps(f *testing.F, ext string) {
	files, err := filepath.Glob("testdata/traps/*." + ext)
	if err != nil || len(files) == 0 {
		f.Fatalf("no traps: %v", err)
	}
	for i, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, uint8(7*i), uint8(i))
		f.Add(data, uint8(5*i+1), uint8(i+3))
	}
}

// checkAnyEdit makes an edit at one of the values of the first document.
func checkAnyEdit(t testing.TB, data []byte, format Format, pick, operation uint8) {
	original := bytes.Clone(data)
	f, err := Parse(data, format, Options{EditGenerated: true})
	if err != nil || len(f.documents) == 0 {
		return
	}
	paths := pathsOf(f.documents[0].root, nil)
	e := anyEdit(paths[int(pick)%len(paths)], operation)
	got, err := f.Apply(e)
	if !bytes.Equal(data, original) {
		t.Fatal("the input is changed")
	}
	if err != nil {
		if refusal := (*Refusal)(nil); got != nil || errors.As(err, &refusal) && (refusal.Line < 1 || refusal.Way == "") {
			t.Errorf("bytes with an error, or no way out: %v", err)
		}
		return
	}
	before, ok := kubectlReads(f)
	again, err := Parse(got, format, f.options)
	if err != nil {
		t.Fatalf("the result does not parse: %v", err)
	}
	after, still := kubectlReads(again)
	if ok && !still {
		t.Fatalf("kubectl read it before, and not after:\n%s", got)
	}
	if ok {
		if diff := cmp.Diff(intend(before, e), after); diff != "" {
			t.Fatalf("%+v gives another object (-want +got):\n%s\n%s", e, diff, got)
		}
	}
	if e.operation != remove {
		if second, err := again.Apply(e); err != nil || !bytes.Equal(second, got) {
			t.Errorf("%+v a second time: %v\n%s\n%s", e, err, got, second)
		}
	}
}

func pathsOf(n *node, at Path) []Path {
	paths := []Path{slices.Clone(at)}
	for i, c := range n.children {
		step := any(i)
		if c.key != nil {
			if step = c.key.Value; c.key.Kind != yaml.ScalarNode || c.key.Style&yaml.TaggedStyle != 0 || c.key.ShortTag() != "!!str" {
				continue
			}
			if _, legacy := legacyBool(c.key.Node); legacy {
				continue
			}
		}
		paths = append(paths, pathsOf(c.value, append(slices.Clone(at), step))...)
	}
	return paths
}

func anyEdit(path Path, operation uint8) Edit {
	value := []any{"app-sa", "on", false, Mapping{{"a", "1e3"}, {"b", []any{"x", Mapping{{"c", nil}}}}}, []any{"123"}}[int(operation/8)%5]
	switch operation % 8 {
	case 0:
		return Set(0, path, value)
	case 1, 2, 3:
		return Insert(0, path, "added", value).At(Place(operation%8-1), "")
	case 4:
		return Insert(0, path, "added", value).At(After, "name")
	case 5:
		return Delete(0, path).LeaveEmpty()
	case 6:
		return Append(0, path, value)
	}
	return AddDocument(0, After, account)
}

// kubectlReads decodes the documents; false where the parser of kubectl, which
// is an older one, does not read all of them.
func kubectlReads(f *File) ([]any, bool) {
	var list []any
	for _, d := range f.documents {
		var v any
		read := func(data []byte) error { return kubeyaml.Unmarshal(data, &v) }
		if f.format == JSON {
			read = func(data []byte) error { return json.Unmarshal(bytes.TrimPrefix(data, []byte(bom)), &v) }
		}
		if read(d.src) != nil {
			return nil, false
		}
		list = append(list, v)
	}
	return list, true
}
