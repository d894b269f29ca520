package references

import (
	"strings"

	"podpass/internal/snapshot"
)

// calicoKinds: where Calico runs without an API server of its own, its objects
// are those of the group by which it stores them.
// https://docs.tigera.io/calico/latest/operations/install-apiserver
func calicoKinds() []*Kind {
	const group, stored = "projectcalico.org", "crd.projectcalico.org"
	var list []*Kind
	add := func(name, resource string, cluster bool) {
		kind := Kind{
			Group: group, Name: name, Resource: resource, Versions: []string{"v3"}, Cluster: cluster, Afar: true,
			Fields: "spec.serviceAccountSelector; spec.ingress[] and spec.egress[], source and destination: serviceAccounts.names, serviceAccounts.selector; any selector on the label projectcalico.org/serviceaccount",
			Effect: "what it allowed is refused, or what it denied silently allowed", Source: "source",
			extract: calicoPolicy,
		}
		same := kind
		same.Group, same.Versions, same.Unless = stored, []string{"v1"}, group
		list = append(list, &kind, &same)
	}
	add("NetworkPolicy", "networkpolicies", false)
	add("GlobalNetworkPolicy", "globalnetworkpolicies", true)
	add("StagedNetworkPolicy", "stagednetworkpolicies", false)
	add("StagedGlobalNetworkPolicy", "stagedglobalnetworkpolicies", true)
	return list
}

// calicoPolicy: as with Cilium, a pod that the policy selects no more is open.
// https://docs.tigera.io/calico/latest/reference/resources/networkpolicy
func calicoPolicy(x *extraction) {
	spec := x.root.field("spec")
	x.calicoSelector(spec.field("serviceAccountSelector"), x.own(), true)
	x.calicoPods(spec.field("selector"), x.own(), true)
	for _, direction := range []string{"ingress", "egress"} {
		for rule := range spec.field(direction).each() {
			denies := rule.field("action").text() == "Deny"
			for _, side := range []string{"source", "destination"} {
				x.calicoSide(rule.field(side), denies)
			}
		}
	}
}

func (x *extraction) calicoSide(side node, denies bool) {
	base := snapshot.Reference{Denies: denies, Entry: true}
	namespace := x.own()
	if side.field("namespaceSelector").text() != "" {
		namespace, base.Loose = anyName, true
	}
	for one := range side.field("serviceAccounts", "names").each() {
		x.take(one, named(namespace), base)
	}
	x.calicoSelector(side.field("serviceAccounts", "selector"), namespace, denies)
	x.calicoPods(side.field("selector"), namespace, denies)
	x.calicoPods(side.field("notSelector"), namespace, !denies)
}

// calicoLabel is one that Calico gives to each pod: the name of its account.
// https://github.com/projectcalico/api/blob/master/pkg/apis/projectcalico/v3/constants.go (LabelServiceAccount)
const calicoLabel = "projectcalico.org/serviceaccount"

// calicoPods keeps an expression on labels of pods that speaks of their accounts.
func (x *extraction) calicoPods(at node, namespace string, denies bool) {
	if strings.Contains(at.text(), calicoLabel) {
		x.calicoSelector(at, namespace, denies)
	}
}

// calicoSelector keeps an expression on labels of accounts.
func (x *extraction) calicoSelector(at node, namespace string, denies bool) {
	if at.text() == "" {
		return
	}
	r := snapshot.Reference{Value: cut(at.text()), Form: snapshot.FormText, Denies: denies}
	if namespace != anyName {
		r.Of.Namespace = namespace
	}
	x.add(at, r)
}
