package audit

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"podpass/internal/snapshot"
)

// References are for plans: with them, and with what could not be read of
// them, an audit says the same to the byte.
func TestReferencesAndTheirGapsChangeNoAudit(t *testing.T) {
	build := func() *world {
		return live().account("default", unset).account("app", unset).
			workload("Deployment", meta("app"), &snapshot.PodSpec{Account: "app", APIToken: true}).
			gap(snapshot.KindPod)
	}
	with := build()
	with.Detail = true
	for _, namespace := range []string{"", "team", "other"} {
		with.Gaps = append(with.Gaps, snapshot.Gap{
			What: "authorizationpolicies.security.istio.io", Scope: "cluster", Namespace: namespace,
			Reason: "forbidden", Grant: "list them", Kinds: []string{snapshot.KindReference},
		})
	}
	with.References = []snapshot.Reference{{Meta: snapshot.Meta{Name: "a", Namespace: "elsewhere"}, Kind: "AuthorizationPolicy", Pointer: "/spec", Form: snapshot.FormText}}
	want, got := build().run(), with.run()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	if len(want.Coverage.Gaps) != 1 {
		t.Errorf("gaps %v, want that of pods alone", want.Coverage.Gaps)
	}
}
