package references_test

import (
	"strings"
	"testing"

	"podpass/internal/collect/references"
	"podpass/internal/snapshot"
)

func TestEveryKindHasAnExample(t *testing.T) {
	found := map[*references.Kind]int{}
	for _, e := range examples(t) {
		k := e.kind(t)
		found[k] += len(e.extract(t))
	}
	for _, k := range references.Kinds() {
		if found[k] == 0 {
			t.Errorf("%s of %s has no example with a reference", k.Name, k.Group)
		}
	}
}

// TestKindsThatNameOthersAccountsAreReadEverywhere: a kind that is read in the
// selected namespaces alone must name only accounts of its own.
func TestKindsThatNameOthersAccountsAreReadEverywhere(t *testing.T) {
	for _, e := range examples(t) {
		k := e.kind(t)
		for _, r := range e.extract(t) {
			if !k.Afar && !k.Cluster && r.Of.Namespace != "" && r.Of.Namespace != r.Namespace {
				t.Errorf("%s names an account of %s from %s", e.name, r.Of.Namespace, r.Namespace)
			}
		}
	}
}

// TestDeniesAreTold: kinds that can deny have an example of either sort.
func TestDeniesAreTold(t *testing.T) {
	type sorts struct{ allow, deny bool }
	seen := map[string]sorts{}
	for _, e := range examples(t) {
		for _, r := range e.extract(t) {
			s := seen[r.Group]
			s.allow, s.deny = s.allow || !r.Denies, s.deny || r.Denies
			seen[r.Group] = s
		}
	}
	for _, group := range []string{"security.istio.io", "cilium.io", "projectcalico.org", "consul.hashicorp.com"} {
		if s := seen[group]; !s.allow || !s.deny {
			t.Errorf("%s: allow %v, deny %v", group, s.allow, s.deny)
		}
	}
}

func TestRowsAreWhole(t *testing.T) {
	for _, k := range references.Kinds() {
		if k.Group == "" || k.Resource != strings.ToLower(k.Resource) || len(k.Versions) == 0 || k.Fields == "" || k.Effect == "" || k.Source == "" {
			t.Errorf("%s of %s: %+v", k.Name, k.Group, k)
		}
		if references.Find(k.Group, k.Name) != k {
			t.Errorf("%s of %s is not found", k.Name, k.Group)
		}
	}
}

// TestFieldsOfOwnersAreThoseThatAreRead: what OwnerField tells of an owner is
// the field that is read of it.
func TestFieldsOfOwnersAreThoseThatAreRead(t *testing.T) {
	for _, e := range examples(t) {
		for _, r := range e.extract(t) {
			if r.Use != snapshot.FallsBack {
				continue
			}
			field, known := snapshot.OwnerField(r.Group, r.Kind)
			switch r.Kind {
			case "ClusterWorkflowTemplate", "CronWorkflow": // they own workflows, no pods
				continue
			}
			if !known || !strings.HasPrefix(field, r.Field) {
				t.Errorf("%s: %q is read, and the owner's field told as %q", e.name, r.Field, field)
			}
		}
	}
}

func TestMetadataOfLiveObjects(t *testing.T) {
	k := references.Find("tekton.dev", "TaskRun")
	m := k.Meta(map[string]any{"metadata": map[string]any{
		"name": "r", "namespace": "shop", "uid": "u", "deletionTimestamp": "2026-01-01T00:00:00Z",
		"labels":        map[string]any{"argocd.argoproj.io/instance": "shop"},
		"managedFields": []any{map[string]any{"manager": "eks", "subresource": "status"}},
		"ownerReferences": []any{
			map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "name": "x"},
			map[string]any{"apiVersion": "tekton.dev/v1", "kind": "PipelineRun", "name": "p", "controller": true},
		},
	}})
	if m.Name != "r" || m.Namespace != "shop" || m.UID != "u" || !m.Live || !m.Deleting ||
		m.Owner == nil || *m.Owner != (snapshot.Owner{Group: "tekton.dev", Kind: "PipelineRun", Name: "p"}) ||
		m.Manager == nil || m.Manager.By != snapshot.ByArgoCD {
		t.Errorf("read as %+v, owner %+v, manager %+v", m, m.Owner, m.Manager)
	}
}
