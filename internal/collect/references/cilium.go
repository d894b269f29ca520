package references

import (
	"strings"

	"podpass/internal/snapshot"
)

func ciliumKinds() []*Kind {
	kind := func(name, resource string, cluster bool) *Kind {
		return &Kind{
			Group: "cilium.io", Name: name, Resource: resource, Versions: []string{"v2"}, Cluster: cluster, Afar: true,
			Fields: "every selector with the label " + accountLabel + ", with k8s: before it or not",
			Effect: "dropped; an endpointSelector or denying rule silently ends", Source: "source; that they end silently: unverified",
			extract: func(x *extraction) {
				x.ciliumRule(x.root.field("spec"))
				for one := range x.root.field("specs").each() {
					x.ciliumRule(one)
				}
			},
		}
	}
	return []*Kind{
		kind("CiliumNetworkPolicy", "ciliumnetworkpolicies", false),
		kind("CiliumClusterwideNetworkPolicy", "ciliumclusterwidenetworkpolicies", true),
	}
}

// Labels of pods that Cilium makes.
// https://docs.cilium.io/en/stable/network/kubernetes/policy/#serviceaccounts
const (
	accountLabel    = "io.cilium.k8s.policy.serviceaccount"
	namespaceLabel  = "io.kubernetes.pod.namespace"
	namespaceLabels = "io.cilium.k8s.namespace.labels."
)

// ciliumRule: a pod that its endpointSelector selects may talk to nobody but by
// the rule, so that one that is selected no more is open.
func (x *extraction) ciliumRule(rule node) {
	for name, part := range rule.members() {
		denies := name == "endpointSelector" || name == "ingressDeny" || name == "egressDeny"
		x.ciliumSelectors(part, denies)
	}
}

func (x *extraction) ciliumSelectors(at node, denies bool) {
	for _, member := range at.members() {
		x.ciliumSelectors(member, denies)
	}
	for one := range at.each() {
		x.ciliumSelectors(one, denies)
	}
	for key, value := range at.field("matchLabels").members() {
		if plainLabel(key) == accountLabel {
			namespace, loose := x.ciliumNamespace(at)
			x.take(value, labelled(namespace), snapshot.Reference{Denies: denies, Loose: loose})
		}
	}
	for e := range at.field("matchExpressions").each() {
		operator := e.field("operator").text()
		if plainLabel(e.field("key").text()) != accountLabel || operator != "In" && operator != "NotIn" {
			continue // every pod has the label
		}
		namespace, loose := x.ciliumNamespace(at)
		for value := range e.field("values").each() {
			x.take(value, labelled(namespace), snapshot.Reference{Denies: denies, Loose: loose, Entry: true, Except: operator == "NotIn"})
		}
	}
}

// plainLabel leaves out where a label is from.
func plainLabel(key string) string {
	for _, source := range []string{"k8s:", "any:"} {
		key = strings.TrimPrefix(key, source)
	}
	return key
}

// ciliumNamespace gives the namespace of the pods that a selector selects: its
// own, where it says nothing; loose: not all that the pattern fits.
func (x *extraction) ciliumNamespace(selector node) (namespace string, loose bool) {
	namespace = x.own()
	for key, value := range selector.field("matchLabels").members() {
		switch key = plainLabel(key); {
		case key == namespaceLabel && isSpace(value.text()):
			namespace = value.text()
		case strings.HasPrefix(key, namespaceLabels):
			return anyName, true
		}
	}
	for e := range selector.field("matchExpressions").each() {
		key, operator := plainLabel(e.field("key").text()), e.field("operator").text()
		switch {
		case key == namespaceLabel && operator == "Exists":
			namespace = anyName
		case key == namespaceLabel, strings.HasPrefix(key, namespaceLabels):
			return anyName, true
		}
	}
	return namespace, false
}
