package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"podpass/internal/audit"
)

// TestABindingThatReachesAllNamespacesIsShownOnce, also where some of them
// have bindings of their own beside it.
func TestABindingThatReachesAllNamespacesIsShownOnce(t *testing.T) {
	r := &audit.Report{}
	for i := range 30 {
		ns := fmt.Sprintf("team-%02d", i)
		result := audit.Result{
			Rule: "PP101", Status: audit.Fail, Severity: audit.High, Object: audit.Object{Kind: "ServiceAccount", Namespace: ns, Name: "default"},
			Message: "A role is bound to it.", Evidence: []audit.Evidence{{Text: "ClusterRoleBinding everyone: get pods", Everywhere: true, Severity: audit.High}},
		}
		if i%3 == 0 {
			result.Severity = audit.Critical
			result.Evidence = append(result.Evidence, audit.Evidence{Text: "RoleBinding " + ns + "/own: get secrets"})
		}
		r.Results = append(r.Results, result)
	}
	var b bytes.Buffer
	if err := Write(&b, r, Options{Format: Text}); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "ClusterRoleBinding everyone"); n != 1 {
		t.Errorf("shown %d times:\n%s", n, b.String())
	}
	for _, want := range []string{"default in 30 namespaces", "default in 10 namespaces"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the text does not say %q:\n%s", want, b.String())
		}
	}
}
