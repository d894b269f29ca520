package kube

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"podpass/internal/collect/references"
	controlplane "podpass/internal/lab"
	"podpass/internal/snapshot"
)

// referred is what the cluster of these tests holds, made once: a definition
// for each kind of the table, and the examples of it.
var referred struct {
	once    sync.Once
	objects []*unstructured.Unstructured
}

const (
	referringSpace = "referring"
	bystanderSpace = "bystander"
)

// referring fills the cluster.
func (c cluster) referring(t *testing.T) []*unstructured.Unstructured {
	t.Helper()
	referred.once.Do(func() {
		c.namespace(t, referringSpace)
		c.namespace(t, bystanderSpace)
		var definitions []*unstructured.Unstructured
		for _, k := range references.Kinds() {
			if !builtin(k) {
				definitions = append(definitions, definition(k))
			}
		}
		must(t, controlplane.Apply(t.Context(), c.config, "tests", definitions))
		referred.objects = examples(t)
		var refused error
		t.Cleanup(func() {
			if refused != nil {
				t.Error(refused)
			}
		})
		until(t, "the examples to be taken", func() bool { // once the definitions are served
			refused = controlplane.Apply(t.Context(), c.config, "helm", referred.objects)
			return refused == nil
		})
	})
	if len(referred.objects) == 0 {
		t.Fatal("the cluster could not be filled")
	}
	return referred.objects
}

// builtin tells kinds that an API server serves by itself.
func builtin(k *references.Kind) bool {
	return k.Group == "flowcontrol.apiserver.k8s.io" || k.Group == "admissionregistration.k8s.io"
}

// definition takes any fields.
func definition(k *references.Kind) *unstructured.Unstructured {
	scope := "Namespaced"
	if k.Cluster {
		scope = "Cluster"
	}
	var versions []any
	for i, v := range k.Versions {
		versions = append(versions, map[string]any{
			"name": v, "served": true, "storage": i == 0,
			"schema": map[string]any{"openAPIV3Schema": map[string]any{"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
		})
	}
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
		"metadata": map[string]any{
			"name":        k.Resource + "." + k.Group,
			"annotations": map[string]any{"api-approved.kubernetes.io": "unapproved, for tests"}, // groups of k8s.io ask for it
		},
		"spec": map[string]any{
			"group": k.Group, "scope": scope, "versions": versions,
			"names": map[string]any{"plural": k.Resource, "singular": strings.ToLower(k.Name), "kind": k.Name},
		},
	}}
}

// examples are those of package references, each under a name of its own.
func examples(t *testing.T) []*unstructured.Unstructured {
	t.Helper()
	paths, err := filepath.Glob("../references/testdata/*.txtar")
	must(t, err)
	var list []*unstructured.Unstructured
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		must(t, err)
		for _, one := range archive.Files {
			o := &unstructured.Unstructured{}
			must(t, yaml.Unmarshal(one.Data, &o.Object))
			if o.GetAPIVersion() == "tekton.dev/v1beta1" { // nothing here converts it
				continue
			}
			o.SetName(fmt.Sprintf("example-%d", len(list)))
			if o.GetNamespace() != "" {
				o.SetNamespace([]string{referringSpace, bystanderSpace}[len(list)%2])
			}
			complete(o)
			list = append(list, o)
		}
	}
	return list
}

// complete adds what the API server asks for in its own kinds.
func complete(o *unstructured.Unstructured) {
	spec, _ := o.Object["spec"].(map[string]any)
	switch o.GetKind() {
	case "FlowSchema":
		maps.Copy(spec, map[string]any{"priorityLevelConfiguration": map[string]any{"name": "global-default"}, "matchingPrecedence": int64(9000)})
		rule := spec["rules"].([]any)[0].(map[string]any)
		rule["nonResourceRules"] = []any{map[string]any{"verbs": []any{"get"}, "nonResourceURLs": []any{"/nothing"}}}
	case "ValidatingAdmissionPolicy":
		spec["matchConstraints"] = map[string]any{"resourceRules": []any{map[string]any{
			"apiGroups": []any{"example.com"}, "apiVersions": []any{"v1"}, "operations": []any{"CREATE"}, "resources": []any{"things"},
		}}}
	}
}

// expected are the references of the examples, but for those of kinds that are
// not read beside others, and of namespaces that do not bear on the selected one.
func expected(objects []*unstructured.Unstructured, selected string) []snapshot.Reference {
	var s snapshot.Snapshot
	for _, o := range objects {
		k := references.Find(o.GroupVersionKind().Group, o.GetKind())
		if k.Unless != "" || selected != "" && !k.Cluster && !k.Afar && o.GetNamespace() != selected {
			continue
		}
		s.References = append(s.References, k.Extract(o.Object, k.Meta(o.Object))...)
	}
	s.Sort()
	return meant(&s)
}

// meant gives the references of examples, in full but for the uid and for the
// version, which is the best that the server has and not the example's.
func meant(s *snapshot.Snapshot) []snapshot.Reference {
	var list []snapshot.Reference
	for _, r := range s.References {
		if strings.HasPrefix(r.Name, "example-") {
			r.Meta, r.Version = snapshot.Meta{Namespace: r.Namespace, Name: r.Name}, ""
			list = append(list, r)
		}
	}
	return list
}

func TestReferencesOfEveryKindAreReadFromACluster(t *testing.T) {
	c := lab(t)
	objects := c.referring(t)
	for name, o := range map[string]Options{
		"all namespaces":               {},
		"pages of two":                 {PageSize: 2},
		"one namespace":                {Namespaces: []string{bystanderSpace}},
		"as a user with these rights":  {Config: c.grant(t, "referring-all", Access(Options{Detail: true}))},
		"as one with those for a part": {Config: c.grant(t, "referring-one", Access(Options{Detail: true, Namespaces: []string{bystanderSpace}})), Namespaces: []string{bystanderSpace}},
	} {
		t.Run(name, func(t *testing.T) {
			if o.Detail = true; o.Config == nil {
				o.Config = c.config
			}
			s := scanned(t, o)
			if diff := cmp.Diff(expected(objects, strings.Join(o.Namespaces, "")), meant(s)); diff != "" || len(s.Gaps) > 0 {
				t.Errorf("gaps %v: %s", told(s.Gaps), diff)
			}
			if s.Cluster.Issuer == "" {
				t.Error("the issuer was not read")
			}
			for _, r := range s.References {
				if r.UID == "" || r.Version == "" || !r.Live || strings.HasPrefix(r.Name, "example-") && (r.Manager == nil || r.Manager.By != snapshot.ByHelm) {
					t.Errorf("%s %s: uid %q, live %v, manager %v", r.Kind, r.Name, r.UID, r.Live, r.Manager)
				}
			}
		})
	}
}

// Who has the rights of an audit gets its snapshot, with a gap of the plan for
// each kind that is served.
func TestWhoMayAuditHasGapsOfThePlanAlone(t *testing.T) {
	c := lab(t)
	c.referring(t)
	rights := Access(Options{})
	config := c.grant(t, "referring-none", rights)
	without := scanned(t, Options{Config: config})
	with := scanned(t, Options{Config: config, Detail: true})
	kinds := map[string]bool{}
	for _, g := range with.Gaps {
		if !g.OnlyReferences() {
			t.Errorf("a gap of more than the plan: %+v", g)
		}
		kinds[g.What] = true
	}
	want := map[string]bool{}
	for _, k := range references.Kinds() {
		if k.Unless == "" {
			want[k.Resource+"."+k.Group] = true
		}
	}
	if diff := cmp.Diff(want, kinds); diff != "" || len(with.References) > 0 {
		t.Errorf("references %v, gaps for %s", found(with), diff)
	}
	with.Detail, with.Gaps = false, slices.DeleteFunc(with.Gaps, func(g snapshot.Gap) bool { return g.OnlyReferences() })
	if diff := cmp.Diff(names(without), names(with)); diff != "" || len(with.Gaps) != len(without.Gaps) {
		t.Errorf("the rest is not the same: gaps %v, %s", told(with.Gaps), diff)
	}
}

// Where only one namespace may be read, its own references are, and the others
// are gaps.
func TestReferencesAreReadNamespaceByNamespace(t *testing.T) {
	c := lab(t)
	objects := c.referring(t)
	rights := append(namespaced(everythingIn(bystanderSpace), bystanderSpace), Right{Resource: "namespaces", Verbs: []string{"list"}})
	for _, k := range references.Kinds() {
		if !k.Cluster && k.Unless == "" {
			rights = append(rights, Right{Group: k.Group, Resource: k.Resource, Verbs: []string{"list"}, Namespaces: []string{bystanderSpace}})
		}
	}
	s := scanned(t, Options{Config: c.grant(t, "referring-part", rights), Detail: true})
	want := slices.DeleteFunc(expected(objects, ""), func(r snapshot.Reference) bool { return r.Namespace != bystanderSpace })
	if diff := cmp.Diff(want, meant(s)); diff != "" || len(want) == 0 {
		t.Errorf("%d wanted: %s", len(want), diff)
	}
	if !slices.ContainsFunc(s.Gaps, func(g snapshot.Gap) bool {
		return g.OnlyReferences() && g.Namespace == referringSpace && g.Grant == "list authorizationpolicies.security.istio.io in namespace "+referringSpace
	}) || slices.ContainsFunc(s.Gaps, func(g snapshot.Gap) bool { return g.Namespace == bystanderSpace }) {
		t.Errorf("gaps %v", told(s.Gaps))
	}
}
