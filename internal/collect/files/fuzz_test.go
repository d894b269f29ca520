package files

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"podpass/internal/snapshot"
)

// FuzzGoodNeighbours: whatever stands between two good documents, both are
// read, at their lines. What could change that, as by a marker of its own,
// only adds documents.
func FuzzGoodNeighbours(f *testing.F) {
	for _, pattern := range []string{"testdata/yaml-traps/*", "testdata/manifests/k*"} {
		paths, _ := filepath.Glob(pattern)
		for _, path := range paths {
			if data, err := os.ReadFile(path); err == nil {
				f.Add(string(data))
			}
		}
	}
	for _, seed := range []string{"a: [", "{{- if }}", "a: *x", "%YAML 1.1", "...", "--- |", "'", "\"", "? [", "- - -", "{\"a\":", "\x00", "\xff\xfe", "a: |\n  b", "<<: 1", "!!x y"} {
		f.Add(seed)
	}
	const first, last = "apiVersion: v1\nkind: Pod\nmetadata: {name: first-neighbour}\n", "apiVersion: v1\nkind: Pod\nmetadata: {name: last-neighbour}\n"
	f.Fuzz(func(t *testing.T, part string) {
		before := first + "---\n" + part + "\n---\n"
		places := map[string]int{}
		s := taken(t, before+last)
		for _, p := range s.Pods {
			places[p.Name] = p.Source.Line
		}
		if places["first-neighbour"] != 1 || places["last-neighbour"] != strings.Count(before, "\n")+1 {
			t.Errorf("the neighbours are at %v: %v", places, facts(s))
		}
		if strings.ContainsAny(strings.ReplaceAll(part, "\r\n", ""), "\r\u0085\u2028\u2029") || !utf8.ValidString(part) {
			return // the parser counts these as ends of lines too
		}
		for _, g := range s.Gaps {
			var line int
			if _, err := fmt.Sscanf(g.Scope, "-:%d", &line); err != nil || line < 3 || line >= strings.Count(before, "\n")+1 || g.Grant == "" {
				t.Errorf("the gap %+v is not where the part is", g)
			}
		}
	})
}

// FuzzJSONInYAML: JSON with keys that are unique means the same as a document
// of a YAML stream as it does when streamed.
func FuzzJSONInYAML(f *testing.F) {
	paths, _ := filepath.Glob("testdata/yaml-traps/*.json")
	for _, path := range append(paths, "testdata/pod.json") {
		if data, err := os.ReadFile(path); err == nil {
			f.Add(string(data))
		}
	}
	for seed := range uint64(20) {
		if text, err := json.Marshal(newCluster(seed, 1).objects[0]); err == nil {
			f.Add(string(text))
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !jsontext.Value(text).IsValid() || !strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "{") {
			t.Skip("no JSON object with unique keys and valid UTF-8")
		}
		want := withoutPlaces(taken(t, text))
		for form, in := range map[string]string{
			"behind a marker": "---\n" + text, "before a marker": text + "\n---\n",
		} {
			if diff := cmp.Diff(want, withoutPlaces(taken(t, in))); diff != "" {
				t.Errorf("-JSON +%s\n%s", form, diff)
			}
		}
		sameAsNodes(t, text)
	})
}

// sameAsNodes reads JSON by the parser of YAML too, unless that takes it to
// mean something else: it folds other line breaks than JSON knows, has other
// escapes, and makes numbers and keys of 1.1 of what JSON has not quoted.
func sameAsNodes(t *testing.T, text string) {
	t.Helper()
	if strings.ContainsAny(text, "\\\t\x7f\u0085\u00a0\u2028\u2029\ufeff") {
		return
	}
	document, more, err := chunk{text: []byte(text)}.parse()
	if err != nil || more {
		return // as for keys of more than 1,024 characters
	}
	read := func(src source) *snapshot.Snapshot {
		r := newReader(t.Context(), Options{})
		r.out.file = Stdin
		r.walker.document(src)
		return withoutPlaces(r.out.finish())
	}
	streamed := newJSON(strings.NewReader(text), 1)
	if !streamed.begin() {
		t.Fatal("no document")
	}
	if diff := cmp.Diff(read(streamed), read(newYAML(document, 1))); diff != "" {
		t.Errorf("-streamed +nodes\n%s", diff)
	}
}
