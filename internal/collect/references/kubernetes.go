package references

import (
	"strings"

	"podpass/internal/snapshot"
)

// kubernetesKinds are those of Kubernetes itself and of OpenShift.
func kubernetesKinds() []*Kind {
	return []*Kind{
		{
			Group: "flowcontrol.apiserver.k8s.io", Name: "FlowSchema", Resource: "flowschemas",
			Versions: []string{"v1", "v1beta3", "v1beta2", "v1beta1"}, Cluster: true,
			Fields: "spec.rules[].subjects[]: serviceAccount (namespace; name or *), user", Effect: "silently another priority", Source: "source",
			extract: flowSchema,
		},
		{
			Group: "admissionregistration.k8s.io", Name: "ValidatingAdmissionPolicy", Resource: "validatingadmissionpolicies",
			Versions: []string{"v1", "v1beta1"}, Cluster: true,
			Fields: "spec.validations[].expression, spec.matchConditions[].expression, spec.variables[].expression, where they speak of accounts or users",
			Effect: "as the expression says", Source: "unverified",
			extract: admissionPolicy,
		},
		{
			Group: "security.openshift.io", Name: "SecurityContextConstraints", Resource: "securitycontextconstraints",
			Versions: []string{"v1"}, Cluster: true,
			Fields: "users[]", Effect: "pods are refused", Source: "source",
			extract: func(x *extraction) {
				for u := range x.root.field("users").each() {
					if strings.HasPrefix(u.text(), userPrefix) {
						x.take(u, user, snapshot.Reference{Entry: true})
					}
				}
			},
		},
	}
}

// flowSchema: a subject of all accounts of a namespace is a group, and goes on
// matching.
func flowSchema(x *extraction) {
	for rule := range x.root.field("spec", "rules").each() {
		for subject := range rule.field("subjects").each() {
			base := item(subject, snapshot.Reference{})
			account := subject.field("serviceAccount")
			name := account.field("name")
			parse := named(account.field("namespace").text())
			if name.text() == anyName {
				parse = globbed(account.field("namespace").text())
			}
			x.take(name, parse, base)
			if name := subject.field("user", "name"); strings.HasPrefix(name.text(), userPrefix) {
				x.take(name, user, base)
			}
		}
	}
}

func admissionPolicy(x *extraction) {
	for _, list := range []string{"validations", "matchConditions", "variables"} {
		for one := range x.root.field("spec", list).each() {
			x.speaking(one.field("expression"))
		}
	}
}

// speaking adds an expression or template if it speaks of accounts or of users.
func (x *extraction) speaking(at node) {
	text := strings.ToLower(at.text())
	if strings.Contains(text, "serviceaccount") || strings.Contains(text, "userinfo") {
		x.take(at, asText, snapshot.Reference{})
	}
}
