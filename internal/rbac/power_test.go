package rbac

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/snapshot"
)

func list(words ...string) []string { return words }

// grant binds one rule in a namespace, or in the cluster where it is empty.
func grant(namespace string, rule snapshot.Rule) *Grant {
	return &Grant{Binding: &snapshot.Binding{Meta: snapshot.Meta{Namespace: namespace, Name: "b"}}, Role: &Role{Rules: []snapshot.Rule{rule}}}
}

func TestPowersOfARule(t *testing.T) {
	core := list("")
	tests := []struct {
		name      string
		namespace string
		rule      snapshot.Rule
		want      []Power
	}{
		{"watching Secrets reads them", "team", snapshot.Rule{Verbs: list("watch"), APIGroups: core, Resources: list("secrets")}, []Power{ReadsSecrets}},
		{"named Secrets are Secrets", "team", snapshot.Rule{Verbs: list("get"), APIGroups: core, Resources: list("secrets"), ResourceNames: list("db")}, []Power{ReadsSecrets}},
		{"Secrets of another group are none", "team", snapshot.Rule{Verbs: list("get"), APIGroups: list("example.com"), Resources: list("secrets")}, nil},
		{"deleting Secrets reads nothing", "team", snapshot.Rule{Verbs: list("delete"), APIGroups: core, Resources: list("secrets")}, nil},
		{"patching Deployments makes pods", "team", snapshot.Rule{Verbs: list("patch"), APIGroups: list("apps"), Resources: list("deployments")}, []Power{MakesPods}},
		{"scaling them does not change what runs", "team", snapshot.Rule{Verbs: list("patch"), APIGroups: list("apps"), Resources: list("deployments/scale")}, nil},
		{"creating pods by name is not possible", "team", snapshot.Rule{Verbs: list("create"), APIGroups: core, Resources: list("pods"), ResourceNames: list("a")}, nil},
		{"minting a token of one account", "team", snapshot.Rule{Verbs: list("create"), APIGroups: core, Resources: list("serviceaccounts/token"), ResourceNames: list("admin")}, []Power{MintsTokens}},
		{"exec by get", "team", snapshot.Rule{Verbs: list("get"), APIGroups: core, Resources: list("pods/exec")}, []Power{Executes}},
		{"exec through the subresource wildcard", "team", snapshot.Rule{Verbs: list("create"), APIGroups: core, Resources: list("*/exec")}, []Power{Executes}},
		{"pods/* is no wildcard", "team", snapshot.Rule{Verbs: list("create"), APIGroups: core, Resources: list("pods/*")}, nil},
		{"ephemeral containers execute", "team", snapshot.Rule{Verbs: list("patch"), APIGroups: core, Resources: list("pods/ephemeralcontainers")}, []Power{Executes}},
		{"the node's proxy executes", "", snapshot.Rule{Verbs: list("get"), APIGroups: core, Resources: list("nodes/proxy")}, []Power{Executes}},
		{"but not by a RoleBinding", "team", snapshot.Rule{Verbs: list("get"), APIGroups: core, Resources: list("nodes/proxy")}, nil},
		{"bind works by a RoleBinding too", "team", snapshot.Rule{Verbs: list("bind"), APIGroups: list(rbacGroup), Resources: list("clusterroles")}, []Power{Escalates}},
		{"impersonation", "", snapshot.Rule{Verbs: list("impersonate"), APIGroups: core, Resources: list("groups")}, []Power{Escalates}},
		{"cluster-admin is all of it", "", snapshot.Rule{Verbs: list("*"), APIGroups: list("*"), Resources: list("*")}, []Power{ReadsSecrets, MakesPods, MintsTokens, Executes, Escalates}},
		{"reading pods is none", "", snapshot.Rule{Verbs: list("get", "list"), APIGroups: core, Resources: list("pods", "pods/log")}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, grant(test.namespace, test.rule).Powers()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRightsAreToldInTheWordsOfTheAPI(t *testing.T) {
	void := "a RoleBinding gives no rights on cluster-scoped resources"
	tests := []struct {
		name      string
		namespace string
		rule      snapshot.Rule
		want      []Right
	}{
		{"subresources and groups", "", snapshot.Rule{Verbs: list("get", "list"), APIGroups: list("", "apps"), Resources: list("pods/exec", "deployments/scale")},
			[]Right{{Text: "get, list pods/exec, pods.apps/exec, deployments/scale, deployments.apps/scale"}}},
		{"names", "team", snapshot.Rule{Verbs: list("get"), APIGroups: list(""), Resources: list("secrets"), ResourceNames: list("a", "b")}, []Right{{Text: "get secrets [a, b]"}}},
		{"URLs", "", snapshot.Rule{Verbs: list("get"), NonResourceURLs: list("/metrics")}, []Right{{Text: "get /metrics"}}},
		{"URLs by a RoleBinding", "team", snapshot.Rule{Verbs: list("get"), NonResourceURLs: list("/metrics")}, []Right{{Text: "get /metrics", Void: "a RoleBinding gives no rights on URLs"}}},
		{"nodes by a RoleBinding beside pods", "team", snapshot.Rule{Verbs: list("get"), APIGroups: list(""), Resources: list("nodes", "pods")},
			[]Right{{Text: "get pods"}, {Text: "get nodes", Void: void}}},
		{"listing namespaces by a RoleBinding", "team", snapshot.Rule{Verbs: list("list"), APIGroups: list(""), Resources: list("namespaces")}, []Right{{Text: "list namespaces", Void: void}}},
		{"getting its own namespace by a RoleBinding", "team", snapshot.Rule{Verbs: list("get"), APIGroups: list(""), Resources: list("namespaces")}, []Right{{Text: "get namespaces"}}},
		{"no verb", "", snapshot.Rule{APIGroups: list(""), Resources: list("pods")}, []Right{{Text: "(no verb) pods", Void: "it names no verb, group or resource"}}},
		{"no API group", "", snapshot.Rule{Verbs: list("get"), Resources: list("pods")}, []Right{{Text: "get pods (no API group)", Void: "it names no verb, group or resource"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, grant(test.namespace, test.rule).Rights()); diff != "" {
				t.Error(diff)
			}
		})
	}
}
