package lab

import "slices"

// Issuer is the issuer of service account tokens unless Options name another.
// It has the form of an EKS cluster's and does not exist.
const Issuer = "https://oidc.eks.eu-central-1.amazonaws.com/id/000102030405060708090A0B0C0D0E0F"

// Audience is the only audience of the API server, and so that of a token that
// asks for none, as on EKS. sts.amazonaws.com is not among them: every default
// token would carry it.
const Audience = "https://kubernetes.default.svc"

// Options say what a cluster is to be. The zero value is a cluster in which
// workloads, service accounts, tokens and RBAC behave as on EKS, but for pods,
// which are never run.
type Options struct {
	// Controllers are those of kube-controller-manager to run, by their full
	// upstream names. Nil means DefaultControllers; empty but not nil means
	// none, and no controller manager.
	Controllers []string

	// Admission holds names of admission plugins to enable beside
	// NodeRestriction and those that the API server enables by itself.
	Admission []string

	// Issuer of service account tokens; its keys are said to be at Issuer/keys.
	// Empty means the constant Issuer.
	Issuer string

	// APIServerFlags and ControllerFlags come after those of the lab, and so
	// win over them; a flag that takes a list may be added to by them.
	// Relative paths in them are taken from the cluster's folder.
	APIServerFlags, ControllerFlags []string

	// ports gives the port for the API server to try next; nil means a free one.
	ports func() (int, error)
}

// DefaultControllers returns the controllers that a cluster runs if its options
// name none. pod-garbage-collector is not one of them: it would delete pods on
// nodes that do not exist, of which large test clusters are made.
func DefaultControllers() []string {
	return []string{
		"clusterrole-aggregation-controller",
		"cronjob-controller",
		"daemonset-controller",
		"deployment-controller",
		"endpointslice-controller",
		"garbage-collector-controller",
		"job-controller",
		"namespace-controller",
		"node-lifecycle-controller", // takes the taint off new nodes
		"replicaset-controller",
		"root-ca-certificate-publisher-controller",
		"serviceaccount-controller",
		"serviceaccount-token-controller", // fills Secrets of service account tokens
		"statefulset-controller",
		"taint-eviction-controller",
	}
}

func (o Options) withDefaults() Options {
	if o.Controllers == nil {
		o.Controllers = DefaultControllers()
	}
	if o.Issuer == "" {
		o.Issuer = Issuer
	}
	if o.ports == nil {
		o.ports = freePort
	}
	return o
}

func (o Options) runs(controller string) bool {
	return slices.Contains(o.Controllers, controller)
}
