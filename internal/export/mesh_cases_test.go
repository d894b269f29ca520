package export_test

import (
	"fmt"
	"strings"
)

// meshCase is a policy and what becomes of those that it knows.
type meshCase struct {
	name, policy string
	// accounts are those of cart, web and worker at the end: "cart web worker"
	// where nothing holds them up.
	accounts string
	// waits is the decision that holds them up; empty for none.
	waits string
	// indifferent is set where a move alone changes nothing, since the policy means
	// old and new accounts alike.
	indifferent bool
}

const (
	all      = "cart web worker"
	none     = "default default shared"
	noCart   = "default web worker"
	fromOwn  = "default default worker" // those on default stay
	elseCart = "cart-deployment web worker"
)

// meshCases are all kinds of references, as allow and as deny.
func meshCases() []meshCase {
	var list []meshCase
	list = append(list, istioCases()...)
	list = append(list, linkerdCases()...)
	list = append(list, ciliumCases()...)
	return append(list, calicoCases()...)
}

func istioCases() []meshCase {
	const id = "reference/AuthorizationPolicy/shop/policy"
	from := func(source string) string { return "from: [{source: {" + source + "}}]" }
	when := func(key, values string) string { return "when: [{key: source." + key + ", " + values + "}]" }
	list := serverCases()
	for _, action := range []string{"ALLOW", "DENY", "CUSTOM"} {
		for _, c := range []meshCase{
			{"principals", from("principals: [cluster.local/ns/shop/sa/default, cluster.local/ns/shop/sa/shared, cluster.local/ns/other/sa/probe]"), all, "", false},
			{"principals by what they end with", from(`principals: ["*/ns/shop/sa/default"]`), all, "", false},
			{"notPrincipals", from("notPrincipals: [cluster.local/ns/shop/sa/default, cluster.local/ns/shop/sa/shared]"), all, "", false},
			{"serviceAccounts", from("serviceAccounts: [default, shop/shared, other/probe]"), all, "", false},
			{"serviceAccounts of which one is the new name in another form", from("serviceAccounts: [default, shop/cart]"), all, "", false},
			{"notServiceAccounts", from("notServiceAccounts: [shop/default, shared]"), all, "", false},
			{"values of source.principal", when("principal", "values: [cluster.local/ns/shop/sa/default, cluster.local/ns/other/sa/probe]"), all, "", false},
			{"notValues of source.principal", when("principal", "notValues: [cluster.local/ns/shop/sa/shared]"), all, "", false},
			{"values of source.serviceAccount", when("serviceAccount", "values: [shop/default, shop/shared]"), all, "", false},
			{"notValues of source.serviceAccount", when("serviceAccount", "notValues: [shop/default]"), all, "", false},
			{"several rules", from("principals: [cluster.local/ns/shop/sa/default]") + "\n  - " + when("serviceAccount", "values: [shop/shared]"), all, "", false},
			{"a list and its exceptions", from(`principals: ["cluster.local/ns/shop/*"], notPrincipals: [cluster.local/ns/shop/sa/default]`), all, "", false},
			{"all of a namespace", from(`principals: ["cluster.local/ns/shop/*"]`), all, "", true},
			{"all but those of a namespace", from(`notPrincipals: ["cluster.local/ns/shop/*"]`), all, "", true},
			{"a name in any namespace", from(`principals: ["*/sa/default"]`), fromOwn, id, false},
			{"all but a name in any namespace", from(`notPrincipals: ["*/sa/shared"]`), "cart web shared", id, false},
			{"what a name begins with", from(`principals: ["cluster.local/ns/shop/sa/def*"]`), fromOwn, id, false},
			{"the new name in any namespace", from(`principals: ["*/sa/cart"]`), noCart, id, false},
			{"all but the new name in any namespace", from(`notPrincipals: ["*/sa/cart"]`), noCart, id, false},
			{"the new name elsewhere in the policy", from("principals: [cluster.local/ns/shop/sa/default], notPrincipals: [cluster.local/ns/shop/sa/cart]"), noCart, id, false},
			{"the new name in another trust domain", from("principals: [cluster.local/ns/shop/sa/default, elsewhere/ns/shop/sa/cart]"), noCart, id, false},
		} {
			c.name = "Istio, " + action + ", " + c.name
			c.policy = fmt.Sprintf("apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: policy, namespace: shop}\nspec:\n  action: %s\n  rules:\n  - %s\n", action, c.policy)
			list = append(list, c)
		}
	}
	return list
}

// serverCases are of the names by which clients know servers.
func serverCases() []meshCase {
	const server = "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: policy, namespace: shop}\nspec:\n  host: any\n  trafficPolicy: {tls: {subjectAltNames: [%s]}}\n"
	return []meshCase{
		{"Istio, names of servers", fmt.Sprintf(server, "spiffe://cluster.local/ns/shop/sa/default, spiffe://cluster.local/ns/shop/sa/shared"), all, "", false},
		{"Istio, names of other servers", fmt.Sprintf(server, "spiffe://cluster.local/ns/shop/sa/store"), all, "", true},
		{"Istio, names of servers that have the new name", fmt.Sprintf(server, "spiffe://cluster.local/ns/shop/sa/cart"), elseCart, "", false},
	}
}

// linkerdCases: nothing of Linkerd's denies, but that it lets in nobody else.
func linkerdCases() []meshCase {
	const server = "apiVersion: policy.linkerd.io/v1beta1\nkind: ServerAuthorization\nmetadata: {name: policy, namespace: shop}\nspec:\n  server: {name: any}\n  client:\n    meshTLS:\n      "
	authentication := func(spec string) string {
		return "apiVersion: policy.linkerd.io/v1alpha1\nkind: MeshTLSAuthentication\nmetadata: {name: clients, namespace: shop}\nspec:\n  " + spec +
			"\n---\napiVersion: policy.linkerd.io/v1alpha1\nkind: AuthorizationPolicy\nmetadata: {name: policy, namespace: shop}\nspec:\n  requiredAuthenticationRefs:\n  - {group: policy.linkerd.io, kind: MeshTLSAuthentication, name: clients}\n"
	}
	identity := func(account string) string { return account + ".serviceaccount.identity.linkerd.cluster.local" }
	list := []meshCase{
		{"a policy that demands an account", "apiVersion: policy.linkerd.io/v1alpha1\nkind: AuthorizationPolicy\nmetadata: {name: policy, namespace: shop}\nspec:\n  requiredAuthenticationRefs:\n  - {kind: ServiceAccount, name: default}\n", fromOwn, "reference/AuthorizationPolicy/shop/policy", false},
		{"ServerAuthorization of accounts", server + "serviceAccounts:\n      - name: default\n      - {name: shared, namespace: shop}\n", all, "", false},
		{"ServerAuthorization of the new name in another form", server + "serviceAccounts: [{name: default}, {name: cart, namespace: shop}]\n", all, "", false},
		{"ServerAuthorization of another account", server + "serviceAccounts: [{name: store}]\n", all, "", true},
		{"ServerAuthorization of an account of the new name", server + "serviceAccounts: [{name: cart, namespace: other}]\n", all, "", true},
		{"ServerAuthorization of what has the new name", server + "serviceAccounts: [{name: cart}]\n", elseCart, "", false},
		{"MeshTLSAuthentication of accounts", authentication("identityRefs:\n  - {kind: ServiceAccount, name: default}\n  - kind: ServiceAccount\n    name: shared\n    namespace: shop"), all, "", false},
		{"MeshTLSAuthentication of another account", authentication("identityRefs: [{kind: ServiceAccount, name: probe, namespace: other}]"), all, "", true},
		{"MeshTLSAuthentication of a namespace", authentication("identityRefs: [{kind: Namespace, name: shop}]"), all, "", true},
	}
	for _, form := range []struct{ name, before, id string }{
		{"ServerAuthorization", server, "reference/ServerAuthorization/shop/policy"}, {"MeshTLSAuthentication", "", "reference/MeshTLSAuthentication/shop/clients"},
	} {
		policy := func(identities string) string {
			if form.before == "" {
				return authentication("identities: [" + identities + "]")
			}
			return form.before + "identities: [" + identities + "]\n"
		}
		list = append(list,
			meshCase{form.name + " of identities", policy(identity("default.shop") + ", " + identity("shared.shop")), all, "", false},
			meshCase{form.name + " of another identity", policy(identity("store.shop")), all, "", true},
			meshCase{form.name + " of identities of a namespace", policy(`"*.` + identity("shop") + `"`), all, "", true},
			meshCase{form.name + " of the identity with the new name", policy(identity("cart.shop")), elseCart, "", false},
			meshCase{form.name + " of two trust domains", policy(identity("default.shop") + ", cart.shop.serviceaccount.identity.linkerd.elsewhere"), noCart, form.id, false},
		)
	}
	for i := range list {
		list[i].name = "Linkerd, " + list[i].name
	}
	return list
}

func ciliumCases() []meshCase {
	const id = "reference/CiliumNetworkPolicy/shop/policy"
	policy := func(spec string) string {
		return "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: policy, namespace: shop}\nspec:\n  " + spec + "\n"
	}
	label := func(account string) string {
		return "{matchLabels: {io.cilium.k8s.policy.serviceaccount: " + account + "}}"
	}
	where := func(operator, values string) string {
		return "{matchExpressions: [{key: \"k8s:io.cilium.k8s.policy.serviceaccount\", operator: " + operator + ", values: [" + values + "]}]}"
	}
	const rest = "\n  ingress: [{fromEndpoints: [{}, {matchLabels: {io.kubernetes.pod.namespace: other}}]}]\n  egress: [{toEndpoints: [{}]}]"
	list := []meshCase{}
	for _, c := range []struct {
		name, selector, accounts, waits string
		indifferent                     bool
	}{
		{"the label", label("default"), fromOwn, id, false},
		{"the new name's label", label("cart"), elseCart, "", false},
		{"one of some labels", where("In", "default, shared"), all, "", false},
		{"none of some labels", where("NotIn", "default, store"), all, "", false},
		{"any label", "{matchExpressions: [{key: io.cilium.k8s.policy.serviceaccount, operator: Exists}]}", all, "", true},
		{"labels of some namespaces", "{matchLabels: {io.cilium.k8s.namespace.labels.team: shop}, matchExpressions: [{key: io.cilium.k8s.policy.serviceaccount, operator: In, values: [shared]}]}", "cart web shared", id, false},
	} {
		list = append(list,
			meshCase{"ingress from " + c.name, policy("endpointSelector: {}\n  ingress: [{fromEndpoints: [" + c.selector + "]}]"), c.accounts, c.waits, c.indifferent},
			meshCase{"ingressDeny from " + c.name, policy("endpointSelector: {}\n  ingressDeny: [{fromEndpoints: [" + c.selector + "]}]" + rest), c.accounts, c.waits, c.indifferent},
			meshCase{"egress to " + c.name, policy("endpointSelector: {}\n  egress: [{toEndpoints: [" + c.selector + "]}]"), c.accounts, c.waits, c.indifferent},
			meshCase{"egressDeny to " + c.name, policy("endpointSelector: {}\n  egressDeny: [{toEndpoints: [" + c.selector + "]}]" + rest), c.accounts, c.waits, c.indifferent},
		)
		if !strings.Contains(c.selector, "namespace") {
			list = append(list, meshCase{"endpoints with " + c.name, policy("endpointSelector: " + c.selector + "\n  ingress: [{fromEndpoints: [{matchLabels: {app: store}}]}]"), c.accounts, c.waits, c.indifferent})
		}
	}
	list = append(list, ciliumClusterCases(rest)...)
	for i := range list {
		list[i].name = "Cilium, " + list[i].name
	}
	return list
}

// ciliumClusterCases are those of the whole cluster, with the rest of a policy that
// denies.
func ciliumClusterCases(rest string) []meshCase {
	const wide = "reference/CiliumClusterwideNetworkPolicy/policy"
	everywhere := func(spec string) string {
		return "apiVersion: cilium.io/v2\nkind: CiliumClusterwideNetworkPolicy\nmetadata: {name: policy}\nspec:\n  " + spec + "\n"
	}
	in := func(more string) string {
		return "endpointSelector: {}\n  ingressDeny: [{fromEndpoints: [{matchExpressions: [{key: io.cilium.k8s.policy.serviceaccount, operator: In, values: [shared]}]" + more + "}]}]" + rest
	}
	return []meshCase{
		meshCase{"of the cluster, a name in any namespace", everywhere(in("")), "cart web shared", wide, false},
		meshCase{"of the cluster, a name in one namespace", everywhere(in(", matchLabels: {io.kubernetes.pod.namespace: shop}")), all, "", false},
		meshCase{"of the cluster, the new name in any namespace", everywhere(strings.Replace(in(""), "shared", "cart", 1)), noCart, wide, false},
	}
}

func calicoCases() []meshCase {
	const id, wide = "reference/NetworkPolicy/shop/policy", "reference/GlobalNetworkPolicy/policy"
	policy := func(spec string) string {
		return "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: policy, namespace: shop}\nspec:\n  " + spec + "\n"
	}
	everywhere := func(spec string) string {
		return "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {name: policy}\nspec:\n  " + spec + "\n"
	}
	list := []meshCase{
		{"accounts by their labels", policy("serviceAccountSelector: \"tier == 'front'\"\n  ingress: [{action: Deny}]"), none, id, false},
		{"pods by the label of their account", policy("selector: \"projectcalico.org/serviceaccount == 'default'\"\n  ingress: [{action: Deny}]"), none, id, false},
		{"pods but by the label of their account", policy("ingress: [{action: Allow, source: {notSelector: \"projectcalico.org/serviceaccount == 'default'\"}}]"), none, id, false},
	}
	for _, action := range []struct{ name, rest string }{{"Allow", ""}, {"Deny", ", {action: Allow}"}} {
		for _, c := range []struct {
			name, side, accounts, waits string
		}{
			{"names", "{serviceAccounts: {names: [default, shared]}}", all, ""},
			{"names of some namespaces", "{namespaceSelector: \"team == 'shop'\", serviceAccounts: {names: [shared]}}", "cart web shared", id},
			{"the new name", "{serviceAccounts: {names: [cart]}}", elseCart, ""},
			{"accounts by their labels", "{serviceAccounts: {selector: \"tier == 'back'\"}}", none, id},
			{"the label of pods", "{selector: \"projectcalico.org/serviceaccount == 'default'\"}", none, id},
		} {
			list = append(list,
				meshCase{action.name + " ingress from " + c.name, policy("ingress: [{action: " + action.name + ", source: " + c.side + "}" + action.rest + "]"), c.accounts, c.waits, false},
				meshCase{action.name + " egress to " + c.name, policy("egress: [{action: " + action.name + ", destination: " + c.side + "}" + action.rest + "]"), c.accounts, c.waits, false},
			)
		}
		list = append(list,
			meshCase{action.name + " of the cluster, a name in any namespace", everywhere("ingress: [{action: " + action.name + ", source: {serviceAccounts: {names: [default]}}}" + action.rest + "]"), fromOwn, wide, false},
			meshCase{action.name + " of the cluster, the new name in any namespace", everywhere("ingress: [{action: " + action.name + ", source: {serviceAccounts: {names: [cart]}}}" + action.rest + "]"), noCart, wide, false},
		)
	}
	for i := range list {
		list[i].name = "Calico, " + list[i].name
	}
	return list
}
