package references

import (
	"cmp"
	"slices"

	"podpass/internal/snapshot"
)

// secretKinds are those that fetch secrets, certificates and metrics as an
// account that they name.
func secretKinds() []*Kind {
	// pair is a kind, and the same of the whole cluster.
	pair := func(k Kind) []*Kind {
		whole := k
		whole.Name, whole.Resource, whole.Cluster = "Cluster"+k.Name, "cluster"+k.Resource, true
		return []*Kind{&k, &whole}
	}
	return slices.Concat(vaultKinds(),
		pair(Kind{
			Group: "external-secrets.io", Name: "SecretStore", Resource: "secretstores", Versions: []string{"v1", "v1beta1", "v1alpha1"},
			Fields: "spec.provider: every serviceAccountRef (aws.auth.jwt, vault.auth.kubernetes, …), kubernetes.auth.serviceAccount",
			Effect: borrowed, Source: "source", extract: secretStore,
		}),
		pair(Kind{
			Group: "cert-manager.io", Name: "Issuer", Resource: "issuers", Versions: []string{"v1"},
			Fields: "spec: every serviceAccountRef (vault.auth.kubernetes, vault.auth.aws, acme…route53.auth.kubernetes)",
			Effect: borrowed, Source: "source", extract: issuer,
		}),
		pair(Kind{
			Group: "keda.sh", Name: "TriggerAuthentication", Resource: "triggerauthentications", Versions: []string{"v1alpha1"},
			Fields: "spec.boundServiceAccountToken[].serviceAccountName, spec.hashiCorpVault.credential.serviceAccountName; spec.podIdentity that takes the role of the scaled pod's account",
			Effect: borrowed + "; aws: the scaler fails; aws-eks: silently no role", Source: "source", extract: triggerAuthentication,
		}),
	)
}

const borrowed = "borrowed: breaks only where the old account goes"

func vaultKinds() []*Kind {
	const group = "secrets.hashicorp.com"
	return []*Kind{
		{
			Group: group, Name: "VaultAuth", Resource: "vaultauths", Versions: []string{"v1beta1"}, Afar: true,
			Fields: "spec.kubernetes.serviceAccount, spec.jwt.serviceAccount, spec.aws.irsaServiceAccount", Effect: borrowed, Source: "source",
			extract: vaultAuth,
		},
		{
			Group: group, Name: "CSISecrets", Resource: "csisecrets", Versions: []string{"v1beta1"}, Afar: true,
			Fields: "spec.accessControl.serviceAccountPattern: a regular expression on the pod's account", Effect: "denied", Source: "source",
			extract: func(x *extraction) {
				at := x.root.field("spec", "accessControl", "serviceAccountPattern")
				if at.text() != "" {
					x.add(at, snapshot.Reference{Value: at.text(), Form: snapshot.FormPattern})
				}
			},
		},
	}
}

// vaultAuth: the account lies in the namespace of whoever uses it, which may be
// others than its own where it allows them.
// https://developer.hashicorp.com/vault/docs/platform/k8s/vso/sources/vault/auth
func vaultAuth(x *extraction) {
	spec := x.root.field("spec")
	namespace, base := x.own(), snapshot.Reference{Use: snapshot.Borrows}
	if spec.field("allowedNamespaces").is() {
		namespace, base.Loose = anyName, true
	}
	for _, path := range [][]string{{"kubernetes", "serviceAccount"}, {"jwt", "serviceAccount"}, {"aws", "irsaServiceAccount"}} {
		x.take(spec.field(path...), named(namespace), base)
	}
}

// secretStore: that of a cluster names the namespace, or means that of whoever
// uses it.
// https://external-secrets.io/latest/api/spec/
func secretStore(x *extraction) {
	provider := x.root.field("spec", "provider")
	x.accountRefs(provider)
	x.borrow(provider.field("kubernetes", "auth", "serviceAccount"))
}

// issuer: that of a cluster means accounts of the namespace that cert-manager
// is set up with.
// https://cert-manager.io/docs/configuration/acme/dns01/route53/
func issuer(x *extraction) { x.accountRefs(x.root.field("spec")) }

// accountRefs finds every serviceAccountRef.
func (x *extraction) accountRefs(at node) {
	for name, member := range at.members() {
		if name == "serviceAccountRef" {
			x.borrow(member)
		}
		x.accountRefs(member)
	}
	for one := range at.each() {
		x.accountRefs(one)
	}
}

// borrow reads the name of an account that is borrowed, and the namespace with
// it, which counts for objects of the whole cluster alone.
func (x *extraction) borrow(at node) {
	namespace, base := x.own(), snapshot.Reference{Use: snapshot.Borrows}
	if x.kind.Cluster {
		said := at.field("namespace").text()
		namespace, base.Loose = cmp.Or(said, anyName), said == ""
	}
	x.take(at.field("name"), named(namespace), base)
}

// triggerAuthentication: that of a cluster means accounts of the namespace that
// KEDA is set up with.
// https://keda.sh/docs/latest/concepts/authentication/
func triggerAuthentication(x *extraction) {
	spec := x.root.field("spec")
	base := snapshot.Reference{Use: snapshot.Borrows, Loose: x.kind.Cluster}
	for one := range spec.field("boundServiceAccountToken").each() {
		x.take(one.field("serviceAccountName"), named(x.own()), base)
	}
	x.take(spec.field("hashiCorpVault", "credential", "serviceAccountName"), named(x.own()), base)
	identity := spec.field("podIdentity")
	switch provider := identity.field("provider"); {
	case provider.text() == "aws-eks",
		provider.text() == "aws" && identity.field("identityOwner").text() == "workload":
		r := snapshot.Reference{Value: provider.text(), Form: snapshot.FormText}
		if !x.kind.Cluster {
			r.Of.Namespace = x.own()
		}
		x.add(provider, r)
	}
}
