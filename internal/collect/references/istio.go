package references

import (
	"strings"

	"podpass/internal/snapshot"
)

func istioKinds() []*Kind {
	networking := []string{"v1", "v1beta1", "v1alpha3"}
	return []*Kind{
		{
			Group: "security.istio.io", Name: "AuthorizationPolicy", Resource: "authorizationpolicies", Versions: []string{"v1", "v1beta1"}, Afar: true,
			Fields: "spec.rules[].from[].source: principals, notPrincipals, serviceAccounts, notServiceAccounts; when[] with source.principal, source.serviceAccount",
			Effect: "ALLOW: denied; DENY and CUSTOM: silently allowed; not…: the reverse", Source: "source",
			extract: authorizationPolicy,
		},
		{
			Group: "networking.istio.io", Name: "DestinationRule", Resource: "destinationrules", Versions: networking, Afar: true,
			Fields: "trafficPolicy.tls.subjectAltNames of spec, its ports and subsets", Effect: "where the server moves, clients reject it", Source: "source",
			extract: destinationRule,
		},
		{
			Group: "networking.istio.io", Name: "ServiceEntry", Resource: "serviceentries", Versions: networking, Afar: true,
			Fields: "spec.subjectAltNames, spec.endpoints[].serviceAccount", Effect: "stale identity", Source: "source",
			extract: func(x *extraction) {
				x.altNames(x.root.field("spec", "subjectAltNames"))
				for one := range x.root.field("spec", "endpoints").each() {
					x.take(one.field("serviceAccount"), named(x.own()), snapshot.Reference{})
				}
			},
		},
		{
			Group: "networking.istio.io", Name: "WorkloadEntry", Resource: "workloadentries", Versions: networking,
			Fields: "spec.serviceAccount", Effect: "stale identity", Source: "source",
			extract: func(x *extraction) {
				x.take(x.root.field("spec", "serviceAccount"), named(x.own()), snapshot.Reference{})
			},
		},
		{
			Group: "networking.istio.io", Name: "WorkloadGroup", Resource: "workloadgroups", Versions: networking,
			Fields: "spec.template.serviceAccount", Effect: "stale identity", Source: "source",
			extract: func(x *extraction) {
				x.take(x.root.field("spec", "template", "serviceAccount"), named(x.own()), snapshot.Reference{})
			},
		},
	}
}

// authorizationPolicy: who matches a CUSTOM policy is asked for by an external
// authorizer, so that it opens like DENY where nobody matches any more.
// https://istio.io/latest/docs/reference/config/security/authorization-policy/
func authorizationPolicy(x *extraction) {
	action := x.root.field("spec", "action").text()
	denies := action == "DENY" || action == "CUSTOM"
	list := func(at node, parse parser, except bool) {
		for one := range at.each() {
			x.take(one, parse, snapshot.Reference{Denies: denies, Except: except, Entry: true})
		}
	}
	account := pathed(x.own())
	for rule := range x.root.field("spec", "rules").each() {
		for from := range rule.field("from").each() {
			source := from.field("source")
			list(source.field("principals"), principal, false)
			list(source.field("notPrincipals"), principal, true)
			list(source.field("serviceAccounts"), account, false)
			list(source.field("notServiceAccounts"), account, true)
		}
		for when := range rule.field("when").each() {
			parse := principal
			switch when.field("key").text() {
			case "source.principal":
			case "source.serviceAccount":
				parse = account
			default:
				continue
			}
			list(when.field("values"), parse, false)
			list(when.field("notValues"), parse, true)
		}
	}
}

func destinationRule(x *extraction) {
	policy := func(at node) {
		x.altNames(at.field("tls", "subjectAltNames"))
		for port := range at.field("portLevelSettings").each() {
			x.altNames(port.field("tls", "subjectAltNames"))
		}
	}
	policy(x.root.field("spec", "trafficPolicy"))
	for subset := range x.root.field("spec", "subsets").each() {
		policy(subset.field("trafficPolicy"))
	}
}

// altNames reads names of certificates, of which those that are no URI of
// SPIFFE name hosts.
func (x *extraction) altNames(list node) {
	for one := range list.each() {
		if strings.HasPrefix(one.text(), "spiffe://") {
			x.take(one, spiffe, snapshot.Reference{Entry: true})
		}
	}
}
