package references

import (
	"cmp"

	"podpass/internal/snapshot"
)

func linkerdKinds() []*Kind {
	const group = "policy.linkerd.io"
	return []*Kind{
		{
			Group: group, Name: "ServerAuthorization", Resource: "serverauthorizations", Versions: []string{"v1beta1", "v1alpha1"}, Afar: true,
			Fields: "spec.client.meshTLS: serviceAccounts[], identities[]", Effect: "denied", Source: "source",
			extract: func(x *extraction) {
				tls := x.root.field("spec", "client", "meshTLS")
				x.identities(tls.field("identities"))
				for one := range tls.field("serviceAccounts").each() {
					x.accountItem(one)
				}
			},
		},
		{
			Group: group, Name: "MeshTLSAuthentication", Resource: "meshtlsauthentications", Versions: []string{"v1alpha1"}, Afar: true,
			Fields: "spec.identities[], spec.identityRefs[] of kind ServiceAccount", Effect: "denied", Source: "source",
			extract: func(x *extraction) {
				x.identities(x.root.field("spec", "identities"))
				for one := range x.root.field("spec", "identityRefs").each() {
					if one.field("kind").text() == snapshot.KindServiceAccount { // a Namespace goes on matching
						x.accountItem(one)
					}
				}
			},
		},
		{
			Group: group, Name: "AuthorizationPolicy", Resource: "authorizationpolicies", Versions: []string{"v1alpha1"}, Afar: true,
			Fields: "spec.requiredAuthenticationRefs[] of kind ServiceAccount: all of them must match", Effect: "denied", Source: "documentation, https://linkerd.io/2/reference/authorization-policy/",
			extract: func(x *extraction) {
				for one := range x.root.field("spec", "requiredAuthenticationRefs").each() {
					if one.field("kind").text() == snapshot.KindServiceAccount {
						x.take(one.field("name"), named(cmp.Or(one.field("namespace").text(), x.own())), snapshot.Reference{})
					}
				}
			},
		},
	}
}

func (x *extraction) identities(list node) {
	for one := range list.each() {
		x.take(one, identity, snapshot.Reference{Entry: true})
	}
}

// accountItem reads an item with the name of an account, in the namespace of
// the object where it names none.
func (x *extraction) accountItem(at node) {
	namespace := cmp.Or(at.field("namespace").text(), x.own())
	x.take(at.field("name"), named(namespace), item(at, snapshot.Reference{}))
}
