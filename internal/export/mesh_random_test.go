package export_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// some draws the items of a list of YAML, at least one.
func some(t *rapid.T, pool ...string) string {
	return "[" + strings.Join(rapid.SliceOfNDistinct(rapid.SampledFrom(pool), 1, 3, rapid.ID[string]).Draw(t, "items"), ", ") + "]"
}

func accountsIn(form func(namespace, name string) string) []string {
	var pool []string
	for _, a := range []string{"shop/default", "shop/default", "shop/shared", "shop/shared", "shop/store", "shop/cart", "shop/web", "shop/worker", "other/cart", "other/default"} {
		namespace, name, _ := strings.Cut(a, "/")
		pool = append(pool, form(namespace, name))
	}
	return pool
}

// randomIstio draws a policy of rules with lists of all kinds.
func randomIstio(t *rapid.T) string {
	principals := append(accountsIn(func(ns, name string) string { return "cluster.local/ns/" + ns + "/sa/" + name }),
		`"*"`, `"*/sa/default"`, `"*/sa/cart"`, `"cluster.local/ns/shop/*"`, `"cluster.local/ns/other/*"`, `"*/ns/shop/sa/default"`, `"cluster.local/ns/shop/sa/w*"`, "elsewhere/ns/shop/sa/default", "elsewhere/ns/shop/sa/web")
	accounts := append(accountsIn(func(ns, name string) string { return ns + "/" + name }), "default", "shared", "cart")
	var b strings.Builder
	fmt.Fprintf(&b, "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: policy, namespace: shop}\nspec:\n  action: %s\n  rules:\n", rapid.SampledFrom([]string{"ALLOW", "DENY", "CUSTOM"}).Draw(t, "action"))
	for range rapid.IntRange(1, 3).Draw(t, "rules") {
		var parts []string
		add := func(key string, pool []string) {
			if rapid.IntRange(0, 2).Draw(t, key) == 0 {
				parts = append(parts, key+": "+some(t, pool...))
			}
		}
		kind, pool := "principal", principals
		if rapid.Bool().Draw(t, "by account") {
			kind, pool = "serviceAccount", accounts
			add("serviceAccounts", pool)
			add("notServiceAccounts", pool)
		} else {
			add("principals", pool)
			add("notPrincipals", pool)
		}
		fmt.Fprintf(&b, "  - from: [{source: {%s}}]\n", strings.Join(parts, ", "))
		if parts = nil; rapid.IntRange(0, 2).Draw(t, "when") == 0 {
			add("values", pool)
			add("notValues", pool)
			if len(parts) > 0 {
				fmt.Fprintf(&b, "    when: [{key: source.%s, %s}]\n", kind, strings.Join(parts, ", "))
			}
		}
	}
	return b.String()
}

// randomCilium draws a policy of selectors.
func randomCilium(t *rapid.T) string {
	names := []string{"default", "default", "shared", "shared", "store", "cart", "web"}
	selector := func() string {
		var parts []string
		for range rapid.IntRange(0, 2).Draw(t, "expressions") {
			parts = append(parts, fmt.Sprintf("{key: io.cilium.k8s.policy.serviceaccount, operator: %s, values: %s}", rapid.SampledFrom([]string{"In", "NotIn"}).Draw(t, "operator"), some(t, names...)))
		}
		labels := rapid.SampledFrom([]string{"", "", "io.kubernetes.pod.namespace: shop", "io.kubernetes.pod.namespace: other", "app: web", "io.cilium.k8s.policy.serviceaccount: store"}).Draw(t, "labels")
		return "{matchLabels: {" + labels + "}, matchExpressions: [" + strings.Join(parts, ", ") + "]}"
	}
	var b strings.Builder
	if rapid.IntRange(0, 3).Draw(t, "cluster") == 0 {
		b.WriteString("apiVersion: cilium.io/v2\nkind: CiliumClusterwideNetworkPolicy\nmetadata: {name: policy}\nspec:\n")
	} else {
		b.WriteString("apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: policy, namespace: shop}\nspec:\n")
	}
	fmt.Fprintf(&b, "  endpointSelector: %s\n", selector())
	for _, part := range []string{"ingress: [{from", "ingressDeny: [{from", "egress: [{to", "egressDeny: [{to"} {
		if rapid.Bool().Draw(t, part) {
			fmt.Fprintf(&b, "  %sEndpoints: [%s, %s]}]\n", part, selector(), selector())
		}
	}
	return b.String()
}

// randomCalico draws a policy of rules in their order.
func randomCalico(t *rapid.T) string {
	names := []string{"default", "default", "shared", "shared", "store", "cart", "web"}
	side := func() string {
		parts := []string{rapid.SampledFrom([]string{"", "", "selector: \"app == 'web'\"", "namespaceSelector: \"team == 'shop'\""}).Draw(t, "selector")}
		if rapid.IntRange(0, 2).Draw(t, "names") > 0 {
			parts = append(parts, "serviceAccounts: {names: "+some(t, names...)+"}")
		}
		return strings.Trim(strings.Join(parts, ", "), ", ")
	}
	var b strings.Builder
	if rapid.IntRange(0, 3).Draw(t, "cluster") == 0 {
		b.WriteString("apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {name: policy}\nspec:\n")
	} else {
		b.WriteString("apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: policy, namespace: shop}\nspec:\n")
	}
	for _, direction := range []string{"ingress", "egress"} {
		fmt.Fprintf(&b, "  %s:\n", direction)
		for range rapid.IntRange(1, 3).Draw(t, direction) {
			fmt.Fprintf(&b, "  - {action: %s, source: {%s}, destination: {%s}}\n", rapid.SampledFrom([]string{"Allow", "Deny"}).Draw(t, "action"), side(), side())
		}
	}
	return b.String()
}

// TestAnyPolicyLetsInWhomItLetInBefore: whether anything waits for a decision or
// not, no moment opens what was closed, or closes what was open.
func TestAnyPolicyLetsInWhomItLetInBefore(t *testing.T) {
	for name, policy := range map[string]func(*rapid.T) string{"Istio": randomIstio, "Cilium": randomCilium, "Calico": randomCalico} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			moved := 0
			rapid.Check(t, func(r *rapid.T) {
				accounts, wrong := newFolder(t, policy(r)).walk(t, rapid.Bool().Draw(r, "anew"))
				if len(wrong) > 0 {
					r.Fatal(strings.Join(wrong, "\n"))
				}
				if ends(accounts) != none {
					moved++
				}
			})
			if moved == 0 {
				t.Error("no policy let anything move")
			}
		})
	}
}
