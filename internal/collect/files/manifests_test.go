package files

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRealManifestsAreReadWhole counts what the manifests hold, by hand: each
// line "kind:" of an object.
func TestRealManifestsAreReadWhole(t *testing.T) {
	type counts struct{ Namespaces, Implied, Accounts, Roles, Bindings, Workloads, Pods, Ignored int }
	for file, want := range map[string]counts{
		"aws-load-balancer-controller.yaml": {Implied: 1, Accounts: 1, Roles: 2, Bindings: 2, Workloads: 1, Ignored: 5},
		"aws-vpc-cni.yaml":                  {Implied: 1, Accounts: 1, Roles: 1, Bindings: 1, Workloads: 1, Ignored: 1},
		"cluster-autoscaler.yaml":           {Implied: 1, Accounts: 1, Roles: 2, Bindings: 2, Workloads: 1},
		"ebs-csi-driver.yaml":               {Implied: 1, Accounts: 2, Roles: 6, Bindings: 6, Workloads: 2, Ignored: 2},
		"eks-workshop.yaml":                 {Namespaces: 6, Accounts: 5, Workloads: 9, Ignored: 9},
		"kiam.yaml":                         {Implied: 1, Accounts: 1, Roles: 2, Bindings: 2, Workloads: 2, Ignored: 1},
		"kube2iam.yaml":                     {Implied: 1, Accounts: 1, Roles: 1, Bindings: 1, Workloads: 1},
		"retail-store.yaml":                 {Implied: 1, Accounts: 5, Workloads: 5, Pods: 5, Ignored: 5},
	} {
		s, err := Collect(context.Background(), Options{Paths: []string{"testdata/manifests/" + file}})
		if err != nil {
			t.Fatal(err)
		}
		got := counts{
			Accounts: len(s.ServiceAccounts), Roles: len(s.Roles), Bindings: len(s.Bindings), Workloads: len(s.Workloads), Pods: len(s.Pods),
		}
		for _, n := range s.Namespaces {
			if n.Implied {
				got.Implied++
			} else {
				got.Namespaces++
			}
		}
		for _, k := range s.Ignored {
			got.Ignored += k.Count
		}
		if diff := cmp.Diff(want, got); diff != "" || len(s.Gaps) != 0 {
			t.Errorf("%s: %v\n%s", file, s.Gaps, diff)
		}
	}
}
