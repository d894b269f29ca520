package files

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/rogpeppe/go-internal/txtar"
	sigs "sigs.k8s.io/yaml"

	"podpass/internal/collect/references"
	"podpass/internal/snapshot"
)

// referring gives objects that name accounts, of which the table has examples.
func referring(t testing.TB) []map[string]any {
	t.Helper()
	paths, err := filepath.Glob("../references/testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	var list []map[string]any
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range archive.Files {
			var object map[string]any
			if err := sigs.Unmarshal(one.Data, &object); err != nil {
				t.Fatal(err)
			}
			list = append(list, object)
		}
	}
	return list
}

// extracted is what the table finds in objects.
func extracted(objects ...map[string]any) *snapshot.Snapshot {
	var s snapshot.Snapshot
	for _, o := range objects {
		k := references.Find(groupOf(o["apiVersion"].(string)), o["kind"].(string))
		m := k.Meta(o)
		m.Live = o["status"] != nil
		s.References = append(s.References, k.Extract(o, m)...)
	}
	s.Sort()
	return &s
}

// inOrder writes an object as JSON with some keys first and others last.
func inOrder(t testing.TB, o map[string]any, order ...string) string {
	t.Helper()
	var parts []string
	for _, key := range order {
		if value, ok := o[key]; ok {
			text, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			parts = append(parts, fmt.Sprintf("%q: %s", key, text))
		}
	}
	return "{" + strings.Join(parts, ",\n") + "}\n"
}

// TestReferencesAreFoundHoweverAnObjectIsWritten: as YAML or JSON, by itself
// or in a list, with its kind first or last.
func TestReferencesAreFoundHoweverAnObjectIsWritten(t *testing.T) {
	first := []string{"apiVersion", "kind", "metadata", "spec", "specs", "users", "status"}
	last := slices.Clone(first)
	slices.Reverse(last)
	for _, o := range referring(t) {
		yaml, err := sigs.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		whole, kindless := inOrder(t, o, first...), inOrder(t, o, first[2:]...)
		typed := fmt.Sprintf("%q, \"apiVersion\": %q", o["kind"].(string)+"List", o["apiVersion"])
		want := extracted(o).References
		for form, text := range map[string]string{
			"YAML":                        string(yaml),
			"JSON":                        whole,
			"JSON with the kind last":     inOrder(t, o, last...),
			"YAML with the kind last":     "---\n" + inOrder(t, o, last...),
			"a List":                      `{"apiVersion": "v1", "kind": "List", "items": [` + whole + `]}`,
			"a List with its kind last":   `{"items": [` + whole + `], "kind": "List", "apiVersion": "v1"}`,
			"a typed list":                `{"kind": ` + typed + `, "items": [` + kindless + `]}`,
			"a typed list, its kind last": `{"items": [` + kindless + `], "kind": ` + typed + `}`,
		} {
			s := detailed(t, text)
			for i := range s.References {
				if r := &s.References[i]; r.Source == nil || r.Source.File != Stdin || r.Source.Line < 1 {
					t.Errorf("%s: %s has no place in the file", form, r.Pointer)
				}
				s.References[i].Source = nil
			}
			if diff := cmp.Diff(want, s.References); diff != "" || len(s.Gaps) > 0 {
				t.Errorf("%s of %s: gaps %v\n%s", form, whole, s.Gaps, diff)
			}
		}
	}
}

func TestReferencesAreReadOfAllObjectsOfAFile(t *testing.T) {
	objects := referring(t)
	var documents []string
	for _, o := range objects {
		documents = append(documents, inOrder(t, o, "kind", "apiVersion", "spec", "specs", "users", "metadata", "status"))
	}
	s := detailed(t, strings.Join(documents, "---\n"))
	for i := range s.References {
		s.References[i].Source = nil
	}
	if diff := cmp.Diff(len(extracted(objects...).References), len(s.References)); diff != "" || len(s.Gaps) > 0 {
		t.Errorf("gaps %v: %s", s.Gaps, diff)
	}
}

func TestObjectsThatNameNoNamespaceLieInTheDefaultOne(t *testing.T) {
	s, err := Collect(t.Context(), Options{Paths: []string{Stdin}, Namespace: "team", Detail: true, Stdin: strings.NewReader(
		"apiVersion: keda.sh/v1alpha1\nkind: TriggerAuthentication\nmetadata: {name: a}\nspec: {boundServiceAccountToken: [{serviceAccountName: web}]}\n")})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.References) != 1 || s.References[0].Namespace != "team" || !s.References[0].Means("team", "web") {
		t.Errorf("references %+v, want one of team/web", s.References)
	}
}

func TestWhatCannotBeReadOfAReferenceIsAGapOfThePlanAlone(t *testing.T) {
	const spec = "spec: {serviceAccountName: web}\n"
	tests := map[string]struct{ text, gap, namespace string }{
		"a template in the name": {
			"apiVersion: tekton.dev/v1\nkind: TaskRun\nmetadata: {name: '{{ .Release.Name }}', namespace: shop}\n" + spec,
			"-:3: TaskRun: metadata.name holds {{, a template that is not rendered", "shop",
		},
		"no name":                   {"apiVersion: tekton.dev/v1\nkind: TaskRun\nmetadata: {namespace: shop}\n" + spec, "-:1: TaskRun: metadata.name is missing", "shop"},
		"no namespace that can be":  {"apiVersion: tekton.dev/v1\nkind: TaskRun\nmetadata: {name: a, namespace: A_B}\n" + spec, "-:1: TaskRun: metadata.namespace is no name of a namespace", ""},
		"a name of the wrong type":  {"apiVersion: tekton.dev/v1\nkind: TaskRun\nmetadata: {name: [a], namespace: shop}\n" + spec, "-:3: TaskRun: metadata.name is a list, where the API server takes only a string", "shop"},
		"more than an object holds": {`{"metadata":{"name":"a","namespace":"shop"},"spec":{"x":"` + strings.Repeat("x", 3<<20) + `"},"kind":"TaskRun","apiVersion":"tekton.dev/v1"}`, "-:1: TaskRun: it is larger than an object can be in a cluster", "shop"},
		"what may name other namespaces' accounts": {
			"apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {namespace: shop}\n" + spec, "-:1: CiliumNetworkPolicy: metadata.name is missing", "",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := detailed(t, test.text)
			if len(s.References) > 0 || len(s.Gaps) != 1 {
				t.Fatalf("references %v, gaps %v; want one gap", s.References, s.Gaps)
			}
			g := &s.Gaps[0]
			if got := g.Scope + ": " + g.Reason; got != test.gap || !g.OnlyReferences() || g.Grant == "" || g.Namespace != test.namespace {
				t.Errorf("gap %+v, want %q in %q", g, test.gap, test.namespace)
			}
			if without := taken(t, test.text); len(without.Gaps) > 0 {
				t.Errorf("a gap without detail too: %v", without.Gaps)
			}
		})
	}
}

func TestConfigMapsAreLookedThroughForAccountsOfPods(t *testing.T) {
	const data = `"data":{"config.toml":"[runners.kubernetes]\nnamespace = \"shop\"\nservice_account = \"web\"\n","other":"x"}`
	const meta = `"metadata":{"name":"runner","namespace":"ops"}`
	for form, text := range map[string]string{
		"with its kind first": `{"apiVersion":"v1","kind":"ConfigMap",` + meta + "," + data + "}",
		"with its kind last":  "{" + data + "," + meta + `,"kind":"ConfigMap","apiVersion":"v1"}`,
		"as YAML":             "apiVersion: v1\nkind: ConfigMap\n" + `metadata: {name: runner, namespace: ops}` + "\ndata:\n  config.toml: |\n    [runners.kubernetes]\n      namespace = 'shop'\n      service_account = 'web'\n",
	} {
		s := detailed(t, text)
		if len(s.References) != 1 || !s.References[0].Means("shop", "web") || s.References[0].Pointer != "/data/config.toml" || s.References[0].Namespace != "ops" {
			t.Errorf("%s: references %+v", form, s.References)
		}
		if without := taken(t, text); len(without.References) > 0 {
			t.Errorf("%s: %+v without detail", form, without.References)
		}
	}
	if s := detailed(t, `{"apiVersion":"v1","kind":"Secret",`+meta+`,"stringData":{"config.toml":"[runners.kubernetes]\nservice_account = \"web\"\n"}}`); len(s.References) > 0 {
		t.Errorf("of a Secret: %+v", s.References)
	}
}

// planted gives copies of a value in each of which one string is another.
func planted(value any, text string) (copies []any) {
	switch v := value.(type) {
	case string:
		return []any{text}
	case []any:
		for i := range v {
			for _, one := range planted(v[i], text) {
				copied := slices.Clone(v)
				copied[i] = one
				copies = append(copies, copied)
			}
		}
	case map[string]any:
		for key := range v {
			for _, one := range planted(v[key], text) {
				copied := maps.Clone(v)
				copied[key] = one
				copies = append(copies, copied)
			}
		}
	}
	return copies
}

// TestNoReferenceKeepsASecret puts a secret into every string of the examples.
func TestNoReferenceKeepsASecret(t *testing.T) {
	id, secret := madeKey(7)
	tried := 0
	for _, o := range referring(t) {
		for _, text := range []string{secret, "AWS_SECRET_ACCESS_KEY=" + secret, id + ":" + secret, "system:serviceaccount:" + secret + ":" + secret} {
			for _, one := range planted(map[string]any{"spec": o["spec"], "users": o["users"]}, text) {
				object := maps.Clone(o)
				maps.Copy(object, one.(map[string]any))
				manifest, err := json.Marshal(object)
				if err != nil {
					t.Fatal(err)
				}
				kept, _ := keptOf(t, string(manifest))
				noSecret(t, string(manifest), kept, secret)
				tried++
			}
		}
	}
	if tried < 1000 {
		t.Errorf("only %d were tried", tried)
	}
}

// FuzzDetail: what detail brings changes nothing of the rest.
func FuzzDetail(f *testing.F) {
	for _, pattern := range []string{"testdata/yaml-traps/*", "testdata/manifests/*"} {
		paths, _ := filepath.Glob(pattern)
		for _, path := range paths {
			if data, err := os.ReadFile(path); err == nil {
				f.Add(string(data))
			}
		}
	}
	for _, o := range referring(f) {
		f.Add(inOrder(f, o, "spec", "metadata", "kind", "apiVersion"))
	}
	f.Fuzz(func(t *testing.T, text string) {
		without, with := taken(t, text), detailed(t, text)
		with.Gaps = slices.DeleteFunc(with.Gaps, func(g snapshot.Gap) bool { return g.OnlyReferences() })
		if len(with.Gaps) == 0 {
			with.Gaps = without.Gaps[:len(without.Gaps):len(without.Gaps)]
		}
		if diff := cmp.Diff(without, withoutDetail(with), cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
	})
}
