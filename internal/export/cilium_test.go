package export_test

import "slices"

// ciliumPolicy is a CiliumNetworkPolicy, or one of the whole cluster, with what it
// says of endpoints.
// https://docs.cilium.io/en/stable/security/policy/language/
type ciliumPolicy struct {
	Metadata struct{ Namespace string }
	Spec     *ciliumRule
	Specs    []ciliumRule
}

type ciliumRule struct {
	EndpointSelector     ciliumSelector
	Ingress, IngressDeny []struct{ FromEndpoints []ciliumSelector }
	Egress, EgressDeny   []struct{ ToEndpoints []ciliumSelector }
}

type ciliumSelector struct {
	MatchLabels      map[string]string
	MatchExpressions []struct {
		Key, Operator string
		Values        []string
	}
}

// cilium tells whether rules let one pod talk to another: both ends must let it.
func cilium(w *mesh, from, to pod) bool {
	in, out := verdict{}, verdict{}
	for _, kind := range []string{"CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"} {
		for _, p := range list[ciliumPolicy](w, "cilium.io", kind) {
			rules := p.Specs
			if p.Spec != nil {
				rules = append(rules, *p.Spec)
			}
			for _, r := range rules {
				own := p.Metadata.Namespace
				if r.EndpointSelector.selects(own, to) {
					for _, one := range r.Ingress {
						in.allow(anyOf(one.FromEndpoints, own, from))
					}
					for _, one := range r.IngressDeny {
						in.deny(anyOf(one.FromEndpoints, own, from))
					}
				}
				if r.EndpointSelector.selects(own, from) {
					for _, one := range r.Egress {
						out.allow(anyOf(one.ToEndpoints, own, to))
					}
					for _, one := range r.EgressDeny {
						out.deny(anyOf(one.ToEndpoints, own, to))
					}
				}
			}
		}
	}
	return in.open() && out.open()
}

// verdict is what rules that select a pod say: where there is one, only what is
// allowed and not denied goes through.
type verdict struct{ closed, allowed, denied bool }

func (v *verdict) allow(match bool) { v.closed, v.allowed = true, v.allowed || match }
func (v *verdict) deny(match bool)  { v.closed, v.denied = true, v.denied || match }
func (v *verdict) open() bool       { return !v.closed || v.allowed && !v.denied }

func anyOf(selectors []ciliumSelector, own string, p pod) bool {
	return slices.ContainsFunc(selectors, func(s ciliumSelector) bool { return s.selects(own, p) })
}

// selects: a selector of a policy with a namespace means pods of that one, unless
// it says another.
func (s ciliumSelector) selects(own string, p pod) bool {
	const namespace = "io.kubernetes.pod.namespace"
	labels := map[string]string{
		"app": p.workload, namespace: p.namespace, "io.cilium.k8s.policy.serviceaccount": p.account,
		"io.cilium.k8s.namespace.labels.team": p.namespace,
	}
	said := own == ""
	for key, value := range s.MatchLabels {
		key = trimSource(key)
		said = said || key == namespace
		if labels[key] != value {
			return false
		}
	}
	for _, e := range s.MatchExpressions {
		key := trimSource(e.Key)
		said = said || key == namespace
		value, there := labels[key]
		if in := slices.Contains(e.Values, value); e.Operator == "In" && !in || e.Operator == "NotIn" && in ||
			e.Operator == "Exists" && !there || e.Operator == "DoesNotExist" && there {
			return false
		}
	}
	return said || p.namespace == own
}

func trimSource(key string) string {
	for _, source := range []string{"k8s:", "any:"} {
		if len(key) > len(source) && key[:len(source)] == source {
			return key[len(source):]
		}
	}
	return key
}
