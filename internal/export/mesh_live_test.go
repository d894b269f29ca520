package export_test

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"podpass/internal/lab"
	"podpass/internal/plan"
)

// meshLists are the kinds of policies that testdata/mesh.yaml defines.
func meshLists() []schema.GroupVersionResource {
	return []schema.GroupVersionResource{
		{Group: "security.istio.io", Version: "v1", Resource: "authorizationpolicies"},
		{Group: "policy.linkerd.io", Version: "v1beta1", Resource: "serverauthorizations"},
		{Group: "policy.linkerd.io", Version: "v1alpha1", Resource: "meshtlsauthentications"},
		{Group: "policy.linkerd.io", Version: "v1alpha1", Resource: "authorizationpolicies"},
		{Group: "cilium.io", Version: "v2", Resource: "ciliumnetworkpolicies"},
		{Group: "projectcalico.org", Version: "v3", Resource: "networkpolicies"},
	}
}

// serveMesh has the API server know those kinds.
func (c *cluster) serveMesh(t *testing.T) {
	t.Helper()
	kinds, err := lab.Manifests("testdata/mesh.yaml")
	must(t, err)
	must(t, lab.Apply(t.Context(), c.Config(), "podpass-test", kinds))
	until(t, "the kinds to be served", func() bool {
		return !slices.ContainsFunc(meshLists(), func(kind schema.GroupVersionResource) bool {
			there, err := c.Discovery().ServerResourcesForGroupVersion(kind.GroupVersion().String())
			return err != nil || !slices.ContainsFunc(there.APIResources, func(r metav1.APIResource) bool { return r.Name == kind.Resource })
		})
	})
}

// meshPolicies are the cases that the cluster gets, each under a name of its own.
func meshPolicies(t *testing.T) map[string][]map[string]any {
	t.Helper()
	wanted := []string{
		"Istio, ALLOW, principals", "Istio, DENY, a list and its exceptions", "Istio, DENY, notValues of source.principal",
		"Linkerd, ServerAuthorization of accounts", "Linkerd, ServerAuthorization of another account", "Linkerd, MeshTLSAuthentication of accounts",
		"Cilium, ingress from one of some labels", "Cilium, ingressDeny from one of some labels",
		"Calico, Allow ingress from names", "Calico, Deny ingress from names",
	}
	policies := map[string][]map[string]any{}
	for _, c := range meshCases() {
		if i := slices.Index(wanted, c.name); i >= 0 {
			policy := strings.NewReplacer("name: policy", fmt.Sprint("name: policy-", i), "name: clients", fmt.Sprint("name: clients-", i)).Replace(c.policy)
			policies[c.name] = decode(t, []byte(policy))
		}
	}
	if len(policies) != len(wanted) {
		t.Fatalf("of %d cases %d are there", len(wanted), len(policies))
	}
	return policies
}

// worlds reads what is in the cluster now: for each case, its policies alone, and
// the pods that there are, beside others.
func (c *cluster) worlds(t *testing.T, cases map[string][]map[string]any, others []pod) map[string]*mesh {
	t.Helper()
	client, err := dynamic.NewForConfig(c.Config())
	must(t, err)
	there := map[string]map[string]any{}
	var accounts []map[string]any
	read := func(kind schema.GroupVersionResource) []unstructured.Unstructured {
		all, err := client.Resource(kind).List(t.Context(), metav1.ListOptions{})
		must(t, err)
		return all.Items
	}
	for _, kind := range meshLists() {
		for _, o := range read(kind) {
			there[o.GetAPIVersion()+" "+o.GetKind()+" "+o.GetNamespace()+"/"+o.GetName()] = o.Object
		}
	}
	for _, o := range read(schema.GroupVersionResource{Version: "v1", Resource: "serviceaccounts"}) {
		accounts = append(accounts, o.Object)
	}
	pods := append(slices.Clone(others), c.pods(t)...)
	worlds := map[string]*mesh{}
	for name, policies := range cases {
		objects := slices.Clone(accounts)
		for _, o := range policies {
			u := unstructured.Unstructured{Object: o}
			objects = append(objects, there[u.GetAPIVersion()+" "+u.GetKind()+" "+u.GetNamespace()+"/"+u.GetName()])
		}
		worlds[name] = newMesh(objects, pods)
	}
	return worlds
}

// pods are those of testdata/mesh/world.yaml.
func (c *cluster) pods(t *testing.T) []pod {
	t.Helper()
	var pods []pod
	for _, ns := range []string{"shop", "other"} {
		list, err := c.CoreV1().Pods(ns).List(t.Context(), metav1.ListOptions{})
		must(t, err)
		for _, p := range list.Items {
			pods = append(pods, pod{p.Labels["app"], ns, p.Spec.ServiceAccountName})
		}
	}
	return pods
}

// serveShop fills the cluster with testdata/mesh/world.yaml.
func (c *cluster) serveShop(t *testing.T, cases map[string][]map[string]any) {
	t.Helper()
	world, err := lab.Manifests("testdata/mesh/world.yaml")
	must(t, err)
	t.Cleanup(func() {
		for _, ns := range []string{"shop", "other"} {
			_ = c.CoreV1().Namespaces().Delete(context.Background(), ns, metav1.DeleteOptions{})
		}
	})
	must(t, lab.Apply(t.Context(), c.Config(), "podpass-test", world))
	var policies []*unstructured.Unstructured
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		for _, o := range cases[name] {
			policies = append(policies, &unstructured.Unstructured{Object: o})
		}
	}
	must(t, lab.Apply(t.Context(), c.Config(), "podpass-test", policies))
	c.settled(t)
}

func (c *cluster) planShop(t *testing.T) *plan.Plan {
	t.Helper()
	namespaces := []string{"shop", "other"}
	p := plan.Make(c.snapshot(t, namespaces...), plan.Options{Namespaces: namespaces, Now: time.Now()})
	if len(p.Decisions) > 0 {
		t.Fatalf("decisions: %+v", p.Decisions)
	}
	return p
}

// TestScriptsLeavePoliciesThatLetInWhomTheyLetInBefore is the proof of references
// on a cluster: after each script, and while pods of the old account and of the
// new one run, each reaches just what its workload reached before.
func TestScriptsLeavePoliciesThatLetInWhomTheyLetInBefore(t *testing.T) {
	c := shared(t)
	c.serveMesh(t)
	cases := meshPolicies(t)
	c.serveShop(t, cases)
	first := c.pods(t)
	before := map[string]reach{}
	for name, w := range c.worlds(t, cases, nil) {
		before[name] = w.reach()
	}
	folder := write(t, c.planShop(t))
	holds := func(moment string, others []pod) {
		t.Helper()
		for name, w := range c.worlds(t, cases, others) {
			for _, wrong := range w.differs(before[name]) {
				t.Errorf("%s, %s: %s", name, moment, wrong)
			}
		}
	}
	c.done(t, filepath.Join(folder, "1-add/apply.sh"))
	holds("after add", nil)
	c.stuck.Store("shop", true)
	c.done(t, filepath.Join(folder, "2-move/apply.sh"), "WAIT=0")
	until(t, "a second pod of each of the five in shop", func() bool { return len(c.pods(t)) == len(first)+5 })
	holds("during move", nil)
	c.stuck.Delete("shop")
	c.done(t, filepath.Join(folder, "2-move/apply.sh"))
	c.settled(t)
	holds("after move", first)
	c.done(t, filepath.Join(folder, "3-lock/apply.sh"))
	holds("after lock", first)
	c.done(t, filepath.Join(folder, "4-clean/apply.sh"))
	until(t, "old pods to be gone", func() bool { return len(c.pods(t)) == len(first) })
	holds("after clean", nil)
	if got := ends((&mesh{pods: c.pods(t)}).accounts()); got != all {
		t.Errorf("cart, web and worker end as %s", got)
	}
}
