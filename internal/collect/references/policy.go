package references

import (
	"cmp"
	"strings"

	"podpass/internal/snapshot"
)

// policyKinds are those of policy engines, which know the requester and not
// the pod's account.
func policyKinds() []*Kind {
	kyverno := func(name, resource string, cluster bool) *Kind {
		return &Kind{
			Group: "kyverno.io", Name: name, Resource: resource, Versions: []string{"v1", "v2beta1"}, Cluster: cluster, Afar: true,
			Fields: "spec.rules[]: subjects of kind ServiceAccount and User in match and exclude; patterns and variables that speak of accounts",
			Effect: "subjects are requesters: only where the pod calls the API", Source: "source",
			extract: func(x *extraction) { x.kyverno(x.root.field("spec", "rules"), "", false) },
		}
	}
	return []*Kind{
		kyverno("Policy", "policies", false), kyverno("ClusterPolicy", "clusterpolicies", true),
		{
			Group: "constraints.gatekeeper.sh", Name: "NoUpdateServiceAccount", Resource: "noupdateserviceaccount",
			Versions: []string{"v1beta1"}, Cluster: true,
			Fields: "the object itself; spec.parameters.allowedUsers[]", Effect: "refuses to let the account of a workload change, and any update while a template names none", Source: "source",
			extract: gatekeeper,
		},
	}
}

func (x *extraction) kyverno(at node, name string, except bool) {
	switch {
	case name == "message":
		return
	case name == "exclude":
		except = true
	case name == "subjects":
		for one := range at.each() {
			x.kyvernoSubject(one, except)
		}
		return
	case strings.Contains(name, "serviceAccountName") && at.text() != "":
		x.take(at, asText, snapshot.Reference{})
		return
	}
	x.speaking(at)
	for name, member := range at.members() {
		x.kyverno(member, name, except)
	}
	for one := range at.each() {
		x.kyverno(one, "", except)
	}
}

// kyvernoSubject: one of a namespaced Policy needs no namespace of its own.
// https://kyverno.io/docs/policy-types/cluster-policy/match-exclude/
func (x *extraction) kyvernoSubject(at node, except bool) {
	base := item(at, snapshot.Reference{Except: except})
	switch name := at.field("name"); at.field("kind").text() {
	case snapshot.KindServiceAccount:
		x.take(name, globbed(cmp.Or(at.field("namespace").text(), x.own())), base)
	case "User":
		if strings.HasPrefix(name.text(), userPrefix) {
			x.take(name, user, base)
		}
	}
}

// gatekeeper: https://open-policy-agent.github.io/gatekeeper-library/website/validation/noupdateserviceaccount/
func gatekeeper(x *extraction) {
	spec := x.root.field("spec")
	switch action := spec.field("enforcementAction"); action.text() {
	case "dryrun", "warn":
	default:
		at := x.root.field("kind")
		x.add(at, snapshot.Reference{Value: at.text(), Form: snapshot.FormText, Use: snapshot.Blocks})
	}
	for one := range spec.field("parameters", "allowedUsers").each() {
		if strings.HasPrefix(one.text(), userPrefix) {
			x.take(one, user, snapshot.Reference{Entry: true})
		}
	}
}
