package export_test

import (
	"regexp"
	"slices"
	"strings"
)

// calicoPolicy is a NetworkPolicy or GlobalNetworkPolicy of Calico, with what it
// says of accounts and labels.
// https://docs.tigera.io/calico/latest/reference/resources/networkpolicy
type calicoPolicy struct {
	Metadata struct{ Namespace string }
	Spec     struct {
		Selector, ServiceAccountSelector string
		Ingress, Egress                  []calicoRule
	}
}

type calicoRule struct {
	Action              string
	Source, Destination calicoSide
}

type calicoSide struct {
	Selector, NotSelector, NamespaceSelector string
	ServiceAccounts                          *struct {
		Names    []string
		Selector string
	}
}

// calico tells whether policies let one pod talk to another: both ends must let
// it. The first rule that matches counts; whoever a policy selects is shut off
// from all that no rule matches.
func calico(w *mesh, from, to pod) bool {
	in, out := "", ""
	for _, kind := range []string{"NetworkPolicy", "GlobalNetworkPolicy"} {
		for _, p := range list[calicoPolicy](w, "projectcalico.org", kind) {
			if p.selects(w, to) {
				in = p.decide(w, p.Spec.Ingress, in, from, to)
			}
			if p.selects(w, from) {
				out = p.decide(w, p.Spec.Egress, out, from, to)
			}
		}
	}
	open := func(action string) bool { return action == "" || action == "Allow" }
	return open(in) && open(out)
}

func (p *calicoPolicy) selects(w *mesh, one pod) bool {
	own := p.Metadata.Namespace
	return (own == "" || own == one.namespace) && expression(p.Spec.Selector, one.calicoLabels()) && expression(p.Spec.ServiceAccountSelector, w.labels(one))
}

// decide gives the action of the first rule that matches, unless a policy before
// has had one: "" where no policy selects the pod, "None" where no rule matches.
func (p *calicoPolicy) decide(w *mesh, rules []calicoRule, before string, from, to pod) string {
	if len(rules) == 0 || before == "Allow" || before == "Deny" {
		return before
	}
	for _, r := range rules {
		if own := p.Metadata.Namespace; r.Source.means(w, own, from) && r.Destination.means(w, own, to) {
			return r.Action
		}
	}
	return "None"
}

// means: accounts are those of the policy's namespace, unless another is said; a
// side that says nothing means everything.
func (s *calicoSide) means(w *mesh, own string, p pod) bool {
	scoped := s.Selector != "" || s.ServiceAccounts != nil
	if own != "" && scoped && s.NamespaceSelector == "" && p.namespace != own {
		return false
	}
	if a := s.ServiceAccounts; a != nil && (len(a.Names) > 0 && !slices.Contains(a.Names, p.account) || !expression(a.Selector, w.labels(p))) {
		return false
	}
	if s.NotSelector != "" && expression(s.NotSelector, p.calicoLabels()) {
		return false
	}
	return expression(s.Selector, p.calicoLabels()) && expression(s.NamespaceSelector, map[string]string{"team": p.namespace})
}

func (p pod) calicoLabels() map[string]string {
	return map[string]string{"app": p.workload, "projectcalico.org/serviceaccount": p.account}
}

// expression evaluates what these tests say in Calico's language: all(), has(K),
// K == 'V', K != 'V', and these joined by &&.
func expression(text string, labels map[string]string) bool {
	for part := range strings.SplitSeq(text, "&&") {
		part = strings.TrimSpace(part)
		if part == "" || part == "all()" {
			continue
		}
		if m := regexp.MustCompile(`^has\(([^)]*)\)$`).FindStringSubmatch(part); m != nil {
			if _, ok := labels[m[1]]; !ok {
				return false
			}
			continue
		}
		m := regexp.MustCompile(`^(\S+) (==|!=) '([^']*)'$`).FindStringSubmatch(part)
		if m == nil {
			panic("the evaluator does not know the expression " + part)
		}
		if (labels[m[1]] == m[3]) != (m[2] == "==") {
			return false
		}
	}
	return true
}
