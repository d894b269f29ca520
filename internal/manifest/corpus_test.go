package manifest

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestRealManifestsTakeAnAnnotationEach edits every object of the real files
// that the reader's tests have.
func TestRealManifestsTakeAnAnnotationEach(t *testing.T) {
	files, err := filepath.Glob("../collect/files/testdata/manifests/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no manifests: %v", err)
	}
	for _, file := range files {
		plain, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, data := range [][]byte{plain, bytes.ReplaceAll(plain, []byte("\n"), []byte("\r\n")), bytes.TrimRight(plain, "\n")} {
			f, err := Parse(data, YAML, Options{EditGenerated: true})
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			var edits []Edit
			for _, d := range f.Documents() {
				if d.Refusal != nil {
					t.Errorf("%s: %v", file, d.Refusal)
				}
				if d.Kind != "" {
					edits = append(edits, Insert(d.Index, Path{"metadata", "annotations"}, "example.com/edited", "yes"))
				}
			}
			got, err := f.Apply(edits...)
			if err != nil {
				t.Errorf("%s: %v", file, err)
				continue
			}
			checkMeaning(t, data, got, YAML, edits)
		}
	}
}
