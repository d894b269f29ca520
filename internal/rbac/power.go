package rbac

import (
	"slices"
	"strings"

	"podpass/internal/snapshot"
)

// Power is a right that leads to more rights.
// https://kubernetes.io/docs/concepts/security/rbac-good-practices/
type Power string

// The powers, in the order of Powers.
const (
	ReadsSecrets Power = "reads Secrets"
	MakesPods    Power = "creates pods"
	MintsTokens  Power = "mints tokens"
	Executes     Power = "executes in containers"
	Escalates    Power = "escalates"
)

// right is one thing that a power consists of.
type right struct {
	power    Power
	verbs    []string
	group    string
	resource string // with subresource
}

// rights lists what makes a power. Updating a controller's template makes
// pods as much as creating one.
func rights() []right {
	read := []string{"get", "list", "watch"}
	write := []string{"create", "update", "patch"}
	list := []right{
		{ReadsSecrets, read, "", "secrets"},
		{MakesPods, []string{"create"}, "", "pods"},
		{MintsTokens, []string{"create"}, "", "serviceaccounts/token"},
		{Executes, []string{"create", "get"}, "", "pods/exec"},
		{Executes, []string{"create", "get"}, "", "pods/attach"},
		{Executes, []string{"update", "patch"}, "", "pods/ephemeralcontainers"},
		{Executes, []string{"create", "get"}, "", "nodes/proxy"},
	}
	for _, r := range []struct{ group, resource string }{
		{"", "replicationcontrollers"}, {"apps", "deployments"}, {"apps", "replicasets"}, {"apps", "statefulsets"},
		{"apps", "daemonsets"}, {"batch", "jobs"}, {"batch", "cronjobs"},
	} {
		list = append(list, right{MakesPods, write, r.group, r.resource})
	}
	for _, resource := range []string{"roles", "clusterroles"} {
		list = append(list, right{Escalates, []string{"escalate", "bind"}, snapshot.GroupRBAC, resource})
	}
	for _, resource := range []string{"rolebindings", "clusterrolebindings"} {
		list = append(list, right{Escalates, write, snapshot.GroupRBAC, resource})
	}
	for _, resource := range []string{"users", "groups", "serviceaccounts"} {
		list = append(list, right{Escalates, []string{"impersonate"}, "", resource})
	}
	for _, resource := range []string{"mutatingwebhookconfigurations", "validatingwebhookconfigurations"} {
		list = append(list, right{Escalates, write, "admissionregistration.k8s.io", resource})
	}
	return append(list,
		right{Escalates, []string{"update", "patch"}, "certificates.k8s.io", "certificatesigningrequests/approval"},
		right{Escalates, []string{"approve", "sign"}, "certificates.k8s.io", "signers"},
	)
}

// Powers lists the powers that a grant gives, in fixed order.
func (g *Grant) Powers() []Power {
	var powers []Power
	for _, r := range rights() {
		if !slices.Contains(powers, r.power) && slices.ContainsFunc(g.Role.Rules, func(rule snapshot.Rule) bool { return gives(g, rule, r) }) {
			powers = append(powers, r.power)
		}
	}
	return powers
}

func gives(g *Grant, rule snapshot.Rule, r right) bool {
	if !matches(rule.APIGroups, r.group) || !slices.ContainsFunc(rule.Resources, func(res string) bool { return resourceMatches(res, r.resource) }) {
		return false
	}
	for _, verb := range r.verbs {
		// The name of an object is not known when it is created, so a rule
		// with names never allows that, but for subresources.
		if verb == "create" && len(rule.ResourceNames) > 0 && !strings.Contains(r.resource, "/") {
			continue
		}
		if matches(rule.Verbs, verb) && (g.Binding.Namespace == "" || namespaced(r.group, r.resource, verb)) {
			return true
		}
	}
	return false
}

func matches(list []string, one string) bool {
	return slices.Contains(list, one) || slices.Contains(list, "*")
}

// resourceMatches: "*" is all, "*/sub" the subresource of all; "pods/*" is
// no pattern.
func resourceMatches(pattern, resource string) bool {
	if pattern == "*" || pattern == resource {
		return true
	}
	_, sub, ok := strings.Cut(resource, "/")
	return ok && pattern == "*/"+sub
}
