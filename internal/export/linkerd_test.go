package export_test

import (
	"cmp"
	"slices"
	"strings"
)

// linkerdServer is a ServerAuthorization. It bears on all pods of its namespace.
// https://linkerd.io/2/reference/authorization-policy/
type linkerdServer struct {
	Metadata struct{ Namespace string }
	Spec     struct {
		Client struct {
			MeshTLS struct {
				Identities      []string
				ServiceAccounts []linkerdRef
			}
		}
	}
}

type linkerdRef struct{ Kind, Namespace, Name string }

// linkerdAuthentication is a MeshTLSAuthentication.
type linkerdAuthentication struct {
	Metadata struct{ Namespace, Name string }
	Spec     struct {
		Identities   []string
		IdentityRefs []linkerdRef
	}
}

// linkerdPolicy is an AuthorizationPolicy, of all of whose references each must
// match. It bears on all pods of its namespace.
type linkerdPolicy struct {
	Metadata struct{ Namespace string }
	Spec     struct{ RequiredAuthenticationRefs []linkerdRef }
}

// linkerd tells whether some authorization lets a client in. Whatever there is a
// policy for refuses all others.
func linkerd(w *mesh, from, to pod) bool {
	known := false
	for _, a := range list[linkerdServer](w, "policy.linkerd.io", "ServerAuthorization") {
		if own := a.Metadata.Namespace; own == to.namespace {
			known = true
			tls := a.Spec.Client.MeshTLS
			if from.isIdentity(tls.Identities) || slices.ContainsFunc(tls.ServiceAccounts, func(r linkerdRef) bool { return from.isAccount(own, r) }) {
				return true
			}
		}
	}
	for _, p := range list[linkerdPolicy](w, "policy.linkerd.io", "AuthorizationPolicy") {
		if own := p.Metadata.Namespace; own == to.namespace {
			known = true
			if !slices.ContainsFunc(p.Spec.RequiredAuthenticationRefs, func(r linkerdRef) bool { return !authenticated(w, own, from, r) }) {
				return true
			}
		}
	}
	return !known
}

// authenticated tells whether a client is what a reference of a policy demands.
func authenticated(w *mesh, own string, from pod, r linkerdRef) bool {
	if r.Kind != "MeshTLSAuthentication" {
		return from.is(own, r)
	}
	for _, a := range list[linkerdAuthentication](w, "policy.linkerd.io", "MeshTLSAuthentication") {
		there := a.Metadata.Namespace
		if a.Metadata.Name == r.Name && there == cmp.Or(r.Namespace, own) {
			return from.isIdentity(a.Spec.Identities) || slices.ContainsFunc(a.Spec.IdentityRefs, func(r linkerdRef) bool { return from.is(there, r) })
		}
	}
	return false
}

func (p pod) is(own string, r linkerdRef) bool {
	return r.Kind == "Namespace" && r.Name == p.namespace || r.Kind == "ServiceAccount" && p.isAccount(own, r)
}

func (p pod) isAccount(own string, r linkerdRef) bool {
	return r.Name == p.account && cmp.Or(r.Namespace, own) == p.namespace
}

// isIdentity tells whether a list has the pod's identity: exactly, or "*" for its
// first parts.
func (p pod) isIdentity(identities []string) bool {
	own := p.account + "." + p.namespace + ".serviceaccount.identity.linkerd.cluster.local"
	return slices.ContainsFunc(identities, func(one string) bool {
		suffix, starred := strings.CutPrefix(one, "*")
		return one == own || starred && strings.HasSuffix(own, suffix)
	})
}
