package references

import (
	"strings"

	"podpass/internal/snapshot"
)

// awsKinds are those of AWS's controllers, and of Argo CD's projects.
func awsKinds() []*Kind {
	return []*Kind{
		{
			Group: "eks.services.k8s.aws", Name: "PodIdentityAssociation", Resource: "podidentityassociations",
			Versions: []string{"v1alpha1"}, Afar: true,
			Fields: "spec.serviceAccount, with spec.namespace", Effect: "no credentials are injected; SDKs may take the node's role", Source: "documentation",
			extract: func(x *extraction) { association(x, x.root.field("spec")) },
		},
		crossplane("eks.aws.upbound.io", true), crossplane("eks.aws.m.upbound.io", false),
		{
			Group: "vpcresources.k8s.aws", Name: "SecurityGroupPolicy", Resource: "securitygrouppolicies",
			Versions: []string{"v1beta1"},
			Fields:   "spec.serviceAccountSelector: labels of accounts", Effect: "an account without the labels silently has no security group of its own", Source: "source",
			extract: func(x *extraction) {
				at := x.root.field("spec", "serviceAccountSelector")
				selects := at.selector()
				if selects == nil {
					return
				}
				x.add(at, snapshot.Reference{
					Value: at.json(), Form: snapshot.FormSelector, Selects: selects, Of: snapshot.Names{Namespace: x.own()},
				})
			},
		},
		{
			Group: "argoproj.io", Name: "AppProject", Resource: "appprojects", Versions: []string{"v1alpha1"}, Afar: true,
			Fields: "spec.destinationServiceAccounts[].defaultServiceAccount", Effect: borrowed, Source: "source",
			extract: appProject,
		},
	}
}

func crossplane(group string, cluster bool) *Kind {
	return &Kind{
		Group: group, Name: "PodIdentityAssociation", Resource: "podidentityassociations",
		Versions: []string{"v1beta1"}, Cluster: cluster, Afar: true,
		Fields: "spec.forProvider.serviceAccount, with spec.forProvider.namespace", Effect: "no credentials are injected", Source: "unverified",
		extract: func(x *extraction) { association(x, x.root.field("spec", "forProvider")) },
	}
}

// association: the cluster that it is for may be another than the one at hand,
// whose name in AWS is not known here; it is taken to be this one.
func association(x *extraction, spec node) {
	x.take(spec.field("serviceAccount"), named(spec.field("namespace").text()), snapshot.Reference{})
}

// appProject: the accounts are those of the cluster that the entry names, which
// may be this one under another address. The namespace is a pattern.
// https://argo-cd.readthedocs.io/en/stable/operator-manual/app-sync-using-impersonation/
func appProject(x *extraction) {
	for one := range x.root.field("spec", "destinationServiceAccounts").each() {
		base := snapshot.Reference{Use: snapshot.Borrows}
		switch one.field("server").text() {
		case "", anyName, "https://kubernetes.default.svc":
		default:
			base.Loose = true
		}
		namespace := one.field("namespace").text()
		if !isSpace(namespace) { // other signs of patterns, or none
			namespace = anyName
			base.Loose = base.Loose || !strings.Contains(one.field("defaultServiceAccount").text(), ":")
		}
		x.take(one.field("defaultServiceAccount"), coloned(namespace), base)
	}
}
