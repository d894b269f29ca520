package files

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	sigs "sigs.k8s.io/yaml"

	"podpass/internal/snapshot"
)

// taken reads text from standard input.
func taken(t testing.TB, text string) *snapshot.Snapshot {
	t.Helper()
	s, err := Collect(context.Background(), Options{Paths: []string{Stdin}, Stdin: strings.NewReader(text)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// withoutPlaces leaves out what differs between YAML and its JSON: lines, and
// the gaps, which name them.
func withoutPlaces(s *snapshot.Snapshot) *snapshot.Snapshot {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	var c snapshot.Snapshot
	if err := json.Unmarshal(text, &c); err != nil {
		panic(err)
	}
	each := func(m *snapshot.Meta) { m.Source = nil }
	for i := range c.ServiceAccounts {
		each(&c.ServiceAccounts[i].Meta)
	}
	for i := range c.Namespaces {
		each(&c.Namespaces[i].Meta)
	}
	for i := range c.Roles {
		each(&c.Roles[i].Meta)
	}
	for i := range c.Bindings {
		each(&c.Bindings[i].Meta)
	}
	for i := range c.Workloads {
		each(&c.Workloads[i].Meta)
	}
	for i := range c.Pods {
		each(&c.Pods[i].Meta)
	}
	for i := range c.TokenSecrets {
		each(&c.TokenSecrets[i].Meta)
	}
	for i := range c.Gaps {
		c.Gaps[i].Scope, c.Gaps[i].Reason, c.Gaps[i].Grant = "", "", ""
	}
	return &c
}

// asKubectl gives what sigs.k8s.io/yaml, kubectl's own parser, makes of the
// first document of text, as JSON; false where it refuses it.
func asKubectl(text []byte) (string, bool) {
	out, err := sigs.YAMLToJSONStrict(text)
	return string(out), err == nil
}

// TestYAMLMeansWhatKubectlTakesItToMean compares each document of the traps
// with its JSON as kubectl's parser gives it.
func TestYAMLMeansWhatKubectlTakesItToMean(t *testing.T) {
	traps, err := filepath.Glob("testdata/yaml-traps/*.yaml")
	if err != nil || len(traps) < 60 {
		t.Fatal(len(traps), err)
	}
	for _, path := range traps {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range split(data, 1) {
			text, ok := asKubectl(c.text)
			if !ok {
				if got := taken(t, string(c.text)); len(got.Gaps) == 0 {
					t.Errorf("%s:%d: kubectl refuses it, and no gap says so", path, c.line)
				}
				continue
			}
			if filepath.Base(path) == "scalar-04-nel-ls-ps.yaml" && len(taken(t, string(c.text)).Gaps) == 1 {
				continue // NEL ends a comment for the one parser, and is an error for the other: refused, not guessed
			}
			want, got := withoutPlaces(taken(t, text)), withoutPlaces(taken(t, string(c.text)))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s:%d: -kubectl +podpass\n%s", path, c.line, diff)
			}
			want, got = withoutPlaces(detailed(t, text)), withoutPlaces(detailed(t, string(c.text)))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s:%d: with detail: -kubectl +podpass\n%s", path, c.line, diff)
			}
		}
	}
}

// FuzzYAML: whatever kubectl's parser makes of a document, Podpass makes of
// it, or it says that it cannot read it.
func FuzzYAML(f *testing.F) {
	traps, _ := filepath.Glob("testdata/yaml-traps/*.yaml")
	for _, path := range traps {
		if data, err := os.ReadFile(path); err == nil {
			f.Add(string(data))
		}
	}
	for _, seed := range []string{
		"apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a}\nautomountServiceAccountToken: off\n",
		"apiVersion: v1\nkind: Pod\nmetadata: {name: !!str 1, labels: {1_0: a, yes: b, .5: c}}\nspec: {<<: [{a: b}], serviceAccountName: x}\n",
		"apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: a, labels: {a: b}}\nspec: {paused: on, updateStrategy: {type: OnDelete, rollingUpdate: {partition: 0x1}}}\n",
		"kind: ServiceAccount\napiVersion: v1\nmetadata: {name: a, labels: {a: b, a: c}, annotations: {x: y}}\nsecrets: [{name: s}]\n",
		"a: &a {serviceAccountName: s}\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {serviceAccountName: t, <<: *a}\n",
	} {
		f.Add(seed)
	}
	nonSpecific := regexp.MustCompile(`!([^!\w<]|$)`)
	f.Fuzz(func(t *testing.T, text string) {
		chunks := split([]byte(text), 1)
		if len(chunks) != 1 || chunks[0].isJSON() || bytes.HasPrefix(bytes.TrimLeft(chunks[0].text, " \t\r\n"), []byte("{")) {
			t.Skip("not one document of YAML")
		}
		if nonSpecific.MatchString(text) {
			t.Skip("a lone ! is a tag of which the nodes of yaml/v3 know nothing")
		}
		asJSON, ok := asKubectl(chunks[0].text)
		if !ok {
			t.Skip("kubectl refuses it")
		}
		got := taken(t, text)
		// Podpass may refuse more than kubectl's parser, never less.
		if slices.ContainsFunc(got.Gaps, func(g snapshot.Gap) bool { return g.Object == nil }) {
			t.Skip("refused")
		}
		if diff := cmp.Diff(withoutPlaces(taken(t, asJSON)), withoutPlaces(got)); diff != "" {
			t.Errorf("-kubectl +podpass\n%s", diff)
		}
		more := detailed(t, text)
		if diff := cmp.Diff(withoutPlaces(detailed(t, asJSON)), withoutPlaces(more)); diff != "" {
			t.Errorf("with detail: -kubectl +podpass\n%s", diff)
		}
		if diff := cmp.Diff(got, withoutDetail(more), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("-without detail +with\n%s", diff)
		}
	})
}

// FuzzJSON: JSON that the standard library takes means to the stream what it
// means once compacted, and cutting it short makes a gap and no new object.
func FuzzJSON(f *testing.F) {
	f.Add(`{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}}]}`, 40)
	f.Add(`{"apiVersion":"v1","items":[{"metadata":{"name":"a"}}],"kind":"PodList"}`, 30)
	f.Fuzz(func(t *testing.T, text string, cut int) {
		var compact bytes.Buffer
		if !strings.HasPrefix(text, "{") || json.Compact(&compact, []byte(text)) != nil {
			t.Skip("no JSON object")
		}
		whole := taken(t, text)
		if diff := cmp.Diff(whole, withoutDetail(detailed(t, text)), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("-without detail +with\n%s", diff)
		}
		if diff := cmp.Diff(withoutPlaces(whole), withoutPlaces(taken(t, compact.String()))); diff != "" {
			t.Errorf("-spaced +compact\n%s", diff)
		}
		text = strings.TrimRight(text, " \t\r\n")
		if cut < 1 || cut >= len(text) {
			return
		}
		part := taken(t, text[:cut])
		if len(part.Gaps) == 0 {
			t.Errorf("no gap for %q", text[:cut])
		}
		if len(part.Pods) > len(whole.Pods) || len(part.ServiceAccounts) > len(whole.ServiceAccounts) {
			t.Errorf("%q has objects that the whole has not", text[:cut])
		}
	})
}
