package export_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"podpass/internal/lab"
)

// lists are those by which the policies of testdata/policies.yaml know pods.
type lists struct{ Principals, NotPrincipals, Accounts []any }

func (c *cluster) lists(t *testing.T) lists {
	t.Helper()
	client, err := dynamic.NewForConfig(c.Config())
	must(t, err)
	get := func(group, version, resource, name string) map[string]any {
		o, err := client.Resource(schema.GroupVersionResource{Group: group, Version: version, Resource: resource}).Namespace("mesh").Get(t.Context(), name, metav1.GetOptions{})
		must(t, err)
		return o.Object
	}
	deny := get("security.istio.io", "v1", "authorizationpolicies", "deny")
	rules, _, _ := unstructured.NestedSlice(deny, "spec", "rules")
	source := rules[0].(map[string]any)["from"].([]any)[0].(map[string]any)["source"].(map[string]any)
	accounts, _, _ := unstructured.NestedSlice(get("policy.linkerd.io", "v1beta1", "serverauthorizations", "allow"), "spec", "client", "meshTLS", "serviceAccounts")
	return lists{source["principals"].([]any), source["notPrincipals"].([]any), accounts}
}

func TestNewNamesStandBesideOldOnesUntilTheMoveIsProven(t *testing.T) {
	c := shared(t)
	c.small(t, "mesh")
	c.serveMesh(t)
	policies, err := lab.Manifests("testdata/policies.yaml")
	must(t, err)
	must(t, lab.Apply(t.Context(), c.Config(), "podpass-test", policies))

	old, cart, odd := any("cluster.local/ns/mesh/sa/default"), any("cluster.local/ns/mesh/sa/cart"), any(`x",cluster.local/ns/mesh/sa/cart-2`)
	account := func(namespace, name string) any { return map[string]any{"name": name, "namespace": namespace} }
	first := lists{[]any{old, odd}, []any{old, "*/sa/1e3"}, []any{account("mesh", "default"), account("elsewhere", "on")}}
	both := lists{append(first.Principals, cart), append(first.NotPrincipals, cart), append(first.Accounts, account("mesh", "cart"))}
	after := lists{both.Principals[1:], both.NotPrincipals[1:], both.Accounts[1:]}
	folder := write(t, c.plan(t, "mesh"))
	for _, step := range []struct {
		script string
		want   lists
	}{
		{"1-add/apply.sh", both}, {"2-move/apply.sh", both}, {"3-lock/apply.sh", both}, {"4-clean/apply.sh", after}, {"1-add/apply.sh", after},
		{"4-clean/revert.sh", lists{append(after.Principals[:2:2], old), append(after.NotPrincipals[:2:2], old), append(after.Accounts[:2:2], account("mesh", "default"))}},
		{"3-lock/revert.sh", lists{[]any{odd, cart, old}, []any{"*/sa/1e3", cart, old}, []any{account("elsewhere", "on"), account("mesh", "cart"), account("mesh", "default")}}},
		{"2-move/revert.sh", lists{[]any{odd, cart, old}, []any{"*/sa/1e3", cart, old}, []any{account("elsewhere", "on"), account("mesh", "cart"), account("mesh", "default")}}},
		{"1-add/revert.sh", lists{[]any{odd, old}, []any{"*/sa/1e3", old}, []any{account("elsewhere", "on"), account("mesh", "default")}}},
	} {
		for range 2 {
			c.done(t, filepath.Join(folder, step.script))
			if diff := cmp.Diff(step.want, c.lists(t)); diff != "" {
				t.Errorf("after %s: %s", step.script, diff)
			}
		}
	}
}
