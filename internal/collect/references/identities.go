package references

import (
	"strings"

	"podpass/internal/snapshot"
)

// identityKinds are those of Consul and SPIRE.
func identityKinds() []*Kind {
	return []*Kind{
		{
			Group: "consul.hashicorp.com", Name: "ServiceIntentions", Resource: "serviceintentions", Versions: []string{"v1alpha1"}, Afar: true,
			Fields: "spec.destination.name, spec.sources[].name: services, which with ACLs have the names of accounts",
			Effect: "the init container fails for good", Source: "source",
			extract: intentions,
		},
		{
			Group: "spire.spiffe.io", Name: "ClusterSPIFFEID", Resource: "clusterspiffeids", Versions: []string{"v1alpha1"}, Cluster: true,
			Fields: "spec.spiffeIDTemplate, spec.dnsNameTemplates[], spec.workloadSelectorTemplates[], where they speak of accounts", Effect: "a new identity, which peers refuse", Source: "source",
			extract: func(x *extraction) {
				x.speaking(x.root.field("spec", "spiffeIDTemplate"))
				for _, list := range []string{"dnsNameTemplates", "workloadSelectorTemplates"} {
					for one := range x.root.field("spec", list).each() {
						x.speaking(one)
					}
				}
			},
		},
		{
			Group: "spire.spiffe.io", Name: "ClusterStaticEntry", Resource: "clusterstaticentries", Versions: []string{"v1alpha1"}, Cluster: true,
			Fields: "spec.selectors[]: k8s:sa:NAME, with k8s:ns:NAMESPACE", Effect: "no identity", Source: "unverified",
			extract: staticEntry,
		},
	}
}

// intentions: the namespace of a service is one of Consul, not of Kubernetes.
func intentions(x *extraction) {
	base := snapshot.Reference{Loose: true}
	denies := false
	for source := range x.root.field("spec", "sources").each() {
		from := base
		from.Denies = source.field("action").text() == "deny"
		for permission := range source.field("permissions").each() {
			from.Denies = from.Denies || permission.field("action").text() == "deny"
		}
		denies = denies || from.Denies
		x.take(source.field("name"), globbed(anyName), item(source, from))
	}
	base.Denies = denies
	x.take(x.root.field("spec", "destination", "name"), globbed(anyName), base)
}

// staticEntry: all selectors must hold, so that no other may stand beside one.
func staticEntry(x *extraction) {
	namespace := anyName
	for one := range x.root.field("spec", "selectors").each() {
		if space, ok := strings.CutPrefix(one.text(), "k8s:ns:"); ok {
			namespace = space
		}
	}
	for one := range x.root.field("spec", "selectors").each() {
		if strings.HasPrefix(one.text(), "k8s:sa:") {
			x.take(one, workload(namespace), snapshot.Reference{})
		}
	}
}
