package snapshot

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestManagerOf(t *testing.T) {
	type m = map[string]string
	tests := []struct {
		name  string
		marks Marks
		want  *Manager
	}{
		{"nobody", Marks{Kind: "Deployment", Namespace: "team", Name: "a"}, nil},
		{"a controller of a team in kube-system", Marks{Kind: "Deployment", Namespace: "kube-system", Name: "ours"}, nil},
		{"AWS's own by exact name", Marks{Kind: "DaemonSet", Namespace: "kube-system", Name: "aws-node"}, &Manager{ByEKS, "Amazon EKS"}},
		{"the same name elsewhere", Marks{Kind: "DaemonSet", Namespace: "team", Name: "aws-node"}, nil},
		{"the same name of another kind", Marks{Kind: "Deployment", Namespace: "kube-system", Name: "aws-node"}, nil},
		{"an add-on by its field manager, whatever else it bears", Marks{FieldManagers: []string{"kubectl", "eks"}, Annotations: m{"meta.helm.sh/release-name": "x"}}, &Manager{ByEKSAddon, "EKS add-on"}},
		{"Argo CD by tracking id", Marks{Annotations: m{"argocd.argoproj.io/tracking-id": "shop:apps/Deployment:team/a"}}, &Manager{ByArgoCD, "Argo CD application shop"}},
		{"Argo CD by field manager", Marks{FieldManagers: []string{"argocd-controller"}}, &Manager{ByArgoCD, ""}},
		{"Flux over the Helm release that it makes", Marks{Labels: m{"helm.toolkit.fluxcd.io/name": "shop", "helm.toolkit.fluxcd.io/namespace": "flux"}, Annotations: m{"meta.helm.sh/release-name": "shop"}}, &Manager{ByFlux, "Flux HelmRelease flux/shop"}},
		{"Helm by its annotations", Marks{Annotations: m{"meta.helm.sh/release-name": "shop", "meta.helm.sh/release-namespace": "team"}}, &Manager{ByHelm, "Helm release shop in namespace team"}},
		{"the label of a chart that was rendered and applied by hand", Marks{Labels: m{"app.kubernetes.io/managed-by": "Helm"}}, nil},
		{"an account that the controller manager made", Marks{Kind: "ServiceAccount", FieldManagers: []string{"kube-controller-manager"}}, &Manager{ByKubernetes, "Kubernetes control plane"}},
		{"a workload that it scaled", Marks{Kind: "Deployment", FieldManagers: []string{"kube-controller-manager"}}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, ManagerOf(test.marks)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
