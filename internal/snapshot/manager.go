package snapshot

import "strings"

// Managers that an object can have.
const (
	ByKubernetes = "kubernetes"
	ByEKS        = "eks"
	ByEKSAddon   = "eks-addon"
	ByArgoCD     = "argocd"
	ByFlux       = "flux"
	ByHelm       = "helm"
)

// Manager is who writes an object, so that a change made beside it does not
// last.
type Manager struct {
	By     string `json:"by"`
	Source string `json:"source,omitempty"` // in words, where known: "Helm release shop in namespace team"
}

// Marks are the traces that tell an object's manager.
type Marks struct {
	Kind, Namespace, Name string
	Labels, Annotations   map[string]string
	// FieldManagers are the names in managedFields, but those of the status.
	FieldManagers []string
}

// MarkLabels and MarkAnnotations are the only keys that ManagerOf looks at.
func MarkLabels() []string {
	return []string{
		"argocd.argoproj.io/instance",
		"helm.toolkit.fluxcd.io/name", "helm.toolkit.fluxcd.io/namespace",
		"kustomize.toolkit.fluxcd.io/name", "kustomize.toolkit.fluxcd.io/namespace",
	}
}

// MarkAnnotations: see MarkLabels.
func MarkAnnotations() []string {
	return []string{"argocd.argoproj.io/tracking-id", "meta.helm.sh/release-name", "meta.helm.sh/release-namespace"}
}

// ManagerOf tells the manager of an object, nil for none that is known. The
// order is that of authority: an add-on's or a GitOps controller's write
// comes back however the object was made first. A namespace alone tells
// nothing, since teams run controllers in kube-system too.
func ManagerOf(m Marks) *Manager {
	for _, tell := range []func(Marks) *Manager{byAddon, byArgoCD, byFlux, byHelm, byEKS, byKubernetes} {
		if by := tell(m); by != nil {
			return by
		}
	}
	return nil
}

// byAddon: EKS applies its add-ons server-side as the field manager "eks".
// https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-field-management.html
func byAddon(m Marks) *Manager {
	if !m.wrote("eks") {
		return nil
	}
	return &Manager{By: ByEKSAddon, Source: "EKS add-on"}
}

// byArgoCD: https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/
func byArgoCD(m Marks) *Manager {
	if id := m.Annotations["argocd.argoproj.io/tracking-id"]; id != "" {
		app, _, _ := strings.Cut(id, ":")
		return &Manager{By: ByArgoCD, Source: "Argo CD application " + app}
	}
	if app := m.Labels["argocd.argoproj.io/instance"]; app != "" {
		return &Manager{By: ByArgoCD, Source: "Argo CD application " + app}
	}
	if m.wrote("argocd-controller") || m.wrote("argocd-application-controller") {
		return &Manager{By: ByArgoCD}
	}
	return nil
}

// byFlux: https://fluxcd.io/flux/components/kustomize/kustomizations/
func byFlux(m Marks) *Manager {
	if name := m.Labels["kustomize.toolkit.fluxcd.io/name"]; name != "" {
		return &Manager{By: ByFlux, Source: "Flux Kustomization " + m.Labels["kustomize.toolkit.fluxcd.io/namespace"] + "/" + name}
	}
	if name := m.Labels["helm.toolkit.fluxcd.io/name"]; name != "" {
		return &Manager{By: ByFlux, Source: "Flux HelmRelease " + m.Labels["helm.toolkit.fluxcd.io/namespace"] + "/" + name}
	}
	if m.wrote("kustomize-controller") || m.wrote("helm-controller") {
		return &Manager{By: ByFlux}
	}
	return nil
}

// byHelm: https://helm.sh/docs/topics/charts/ (adopting resources). The label
// alone is in many charts that were rendered and applied by hand.
func byHelm(m Marks) *Manager {
	if name := m.Annotations["meta.helm.sh/release-name"]; name != "" {
		return &Manager{By: ByHelm, Source: "Helm release " + name + " in namespace " + m.Annotations["meta.helm.sh/release-namespace"]}
	}
	if m.wrote("helm") {
		return &Manager{By: ByHelm}
	}
	return nil
}

// byEKS tells what EKS itself puts into every cluster, by exact kind,
// namespace and name.
func byEKS(m Marks) *Manager {
	if m.Namespace != "kube-system" {
		return nil
	}
	switch m.Kind + "/" + m.Name {
	case "DaemonSet/aws-node", "ServiceAccount/aws-node",
		"DaemonSet/kube-proxy", "ServiceAccount/kube-proxy",
		"Deployment/coredns", "ServiceAccount/coredns",
		"DaemonSet/eks-pod-identity-agent", "ServiceAccount/eks-pod-identity-agent",
		"DaemonSet/ebs-csi-node", "ServiceAccount/ebs-csi-node-sa",
		"Deployment/ebs-csi-controller", "ServiceAccount/ebs-csi-controller-sa",
		"DaemonSet/eks-node-monitoring-agent", "ServiceAccount/eks-node-monitoring-agent":
		return &Manager{By: ByEKS, Source: "Amazon EKS"}
	}
	return nil
}

// byKubernetes tells accounts, roles and bindings that the control plane
// makes. Not workloads and pods: there the controller manager is but the hand
// of whoever wrote the Deployment.
func byKubernetes(m Marks) *Manager {
	switch m.Kind {
	case KindServiceAccount, KindRole, KindClusterRole, KindRoleBinding, KindClusterRoleBinding:
		if m.wrote("kube-controller-manager") || m.wrote("kube-apiserver") {
			return &Manager{By: ByKubernetes, Source: "Kubernetes control plane"}
		}
	}
	return nil
}

func (m Marks) wrote(manager string) bool {
	for _, name := range m.FieldManagers {
		if name == manager {
			return true
		}
	}
	return false
}
