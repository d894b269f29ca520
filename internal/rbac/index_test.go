package rbac

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/snapshot"
)

const rbacGroup = snapshot.GroupRBAC

func viewBinding(namespace string, subjects ...snapshot.Subject) snapshot.Binding {
	return snapshot.Binding{
		Meta:     snapshot.Meta{Namespace: namespace, Name: "b"},
		Role:     snapshot.RoleRef{Group: rbacGroup, Kind: "ClusterRole", Name: "view"},
		Subjects: subjects,
	}
}

func viewRole() snapshot.Role {
	return snapshot.Role{Meta: snapshot.Meta{Name: "view"}, Rules: []snapshot.Rule{{Verbs: []string{"get"}, APIGroups: []string{""}, Resources: []string{"pods"}}}}
}

func TestSubjectsThatMeanDefaultOfTeam(t *testing.T) {
	subject := func(kind, group, namespace, name string) snapshot.Subject {
		return snapshot.Subject{Kind: kind, Group: group, Namespace: namespace, Name: name}
	}
	tests := []struct {
		name    string
		binding snapshot.Binding
		want    []string // form and name of each match
	}{
		{"a direct ClusterRoleBinding", viewBinding("", subject("ServiceAccount", "", "team", "default")), []string{"ServiceAccount default"}},
		{"the group of the namespace", viewBinding("", subject("Group", rbacGroup, "", "system:serviceaccounts:team")), []string{"Group system:serviceaccounts:team"}},
		{"the group of all accounts", viewBinding("", subject("Group", rbacGroup, "", "system:serviceaccounts")), []string{"Group system:serviceaccounts"}},
		{"the group of all who are authenticated", viewBinding("", subject("Group", rbacGroup, "", "system:authenticated")), []string{"Group system:authenticated"}},
		{"the kind User", viewBinding("", subject("User", rbacGroup, "", "system:serviceaccount:team:default")), []string{"User system:serviceaccount:team:default"}},
		{"an unrelated Group first", viewBinding("", subject("Group", rbacGroup, "", "devs"), subject("ServiceAccount", "", "team", "default")), []string{"ServiceAccount default"}},
		{"a RoleBinding in another namespace", viewBinding("other", subject("ServiceAccount", "", "team", "default")), []string{"ServiceAccount default"}},
		{"a RoleBinding whose subject has no namespace", viewBinding("team", subject("ServiceAccount", "", "", "default")), []string{"ServiceAccount default"}},
		{"a User without API group, which is filled in", viewBinding("", subject("User", "", "", "system:serviceaccount:team:default")), []string{"User system:serviceaccount:team:default"}},
		{"two subjects that both mean it", viewBinding("team", subject("ServiceAccount", "", "", "default"), subject("Group", rbacGroup, "", "system:serviceaccounts")), []string{"Group system:serviceaccounts", "ServiceAccount default"}},

		{"another case", viewBinding("", subject("ServiceAccount", "", "team", "Default")), nil},
		{"another namespace", viewBinding("", subject("ServiceAccount", "", "other", "default")), nil},
		{"a namespace that starts alike", viewBinding("", subject("Group", rbacGroup, "", "system:serviceaccounts:team-two")), nil},
		{"a ServiceAccount with an API group, which the API server refuses", viewBinding("", subject("ServiceAccount", rbacGroup, "team", "default")), nil},
		{"a User of another API group", viewBinding("", subject("User", "example.com", "", "system:serviceaccount:team:default")), nil},
		{"a Group of another API group", viewBinding("", subject("Group", "example.com", "", "system:serviceaccounts")), nil},
		{"a ClusterRoleBinding whose ServiceAccount has no namespace", viewBinding("", subject("ServiceAccount", "", "", "default")), nil},
		{"the group of those who are not authenticated", viewBinding("", subject("Group", rbacGroup, "", "system:unauthenticated")), nil},
		{"a user named like a group", viewBinding("", subject("User", rbacGroup, "", "system:serviceaccounts:team")), nil},
		{"a group named like the user", viewBinding("", subject("Group", rbacGroup, "", "system:serviceaccount:team:default")), nil},
		{"a kind in another case", viewBinding("", subject("serviceaccount", "", "team", "default")), nil},
		{"a user with a colon too many", viewBinding("", subject("User", rbacGroup, "", "system:serviceaccount:team:default:x")), nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			x := New(&snapshot.Snapshot{Roles: []snapshot.Role{viewRole()}, Bindings: []snapshot.Binding{test.binding}})
			var got []string
			for _, g := range x.Grants("team", "default") {
				got = append(got, string(g.Form)+" "+g.Subject)
				if g.Builtin != NotBuiltin {
					t.Errorf("grant %v is taken for built-in", g)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAggregatedRolesTakeTheRulesOfThoseTheySelect(t *testing.T) {
	rule := func(resource string) []snapshot.Rule {
		return []snapshot.Rule{{Verbs: []string{"get"}, APIGroups: []string{""}, Resources: []string{resource}}}
	}
	role := func(name string, labels map[string]string, selects map[string]string, own string) snapshot.Role {
		r := snapshot.Role{Meta: snapshot.Meta{Name: name}, Labels: labels, Rules: rule(own)}
		if selects != nil {
			r.Aggregate = []snapshot.Selector{{MatchLabels: selects}}
		}
		return r
	}
	label := func(s string) map[string]string { return map[string]string{"agg": s} }
	roles := []snapshot.Role{
		role("view", nil, label("one"), "overwritten"),
		role("middle", label("one"), label("two"), "overwritten"),
		role("leaf", label("two"), nil, "pods"),
		role("direct", label("one"), nil, "services"),
		role("loop", label("two"), label("one"), "overwritten"),
		role("other", label("three"), nil, "secrets"),
	}
	resources := func(roles []snapshot.Role) []string {
		x := New(&snapshot.Snapshot{Roles: roles, Bindings: []snapshot.Binding{viewBinding("", snapshot.Subject{Kind: "ServiceAccount", Namespace: "team", Name: "default"})}})
		var got []string
		for _, r := range x.Grants("team", "default")[0].Role.Rules {
			got = append(got, r.Resources...)
		}
		return got
	}
	if diff := cmp.Diff([]string{"pods", "services"}, resources(roles)); diff != "" {
		t.Error("over all levels:", diff)
	}
	roles[0].Live = true
	if diff := cmp.Diff([]string{"overwritten"}, resources(roles)); diff != "" {
		t.Error("a role as served holds the outcome already:", diff)
	}
}

func TestSelectors(t *testing.T) {
	labels := map[string]string{"a": "1"}
	one := func(key, op string, values ...string) snapshot.Selector {
		return snapshot.Selector{MatchExpressions: []snapshot.Expression{{Key: key, Operator: op, Values: values}}}
	}
	tests := map[string]struct {
		selector snapshot.Selector
		want     bool
	}{
		"an empty selector matches all":          {snapshot.Selector{}, true},
		"a label that is there":                  {snapshot.Selector{MatchLabels: map[string]string{"a": "1"}}, true},
		"a label of another value":               {snapshot.Selector{MatchLabels: map[string]string{"a": "2"}}, false},
		"a missing label is not an empty one":    {snapshot.Selector{MatchLabels: map[string]string{"b": ""}}, false},
		"In":                                     {one("a", "In", "0", "1"), true},
		"In, missing":                            {one("b", "In", ""), false},
		"NotIn":                                  {one("a", "NotIn", "1"), false},
		"NotIn matches where the label is not":   {one("b", "NotIn", "1"), true},
		"Exists":                                 {one("a", "Exists"), true},
		"DoesNotExist":                           {one("a", "DoesNotExist"), false},
		"an unknown operator matches nothing":    {one("a", "in", "1"), false},
		"all requirements must hold, not one":    {snapshot.Selector{MatchLabels: labels, MatchExpressions: []snapshot.Expression{{Key: "a", Operator: "DoesNotExist"}}}, false},
		"DoesNotExist where the label is not so": {one("b", "DoesNotExist"), true},
	}
	for name, test := range tests {
		if got := Selects(test.selector, labels); got != test.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func TestRoleReferencesThatTheAPIServerRefusesNameNoRole(t *testing.T) {
	b := viewBinding("", snapshot.Subject{Kind: "ServiceAccount", Namespace: "team", Name: "default"})
	for name, change := range map[string]func(*snapshot.Binding){
		"a Role in a ClusterRoleBinding": func(b *snapshot.Binding) { b.Role.Kind = "Role" },
		"another API group":              func(b *snapshot.Binding) { b.Role.Group = "example.com" },
		"a kind that is none":            func(b *snapshot.Binding) { b.Role.Kind = "clusterrole" },
		"a role that is not there":       func(b *snapshot.Binding) { b.Role.Name = "edit" },
	} {
		b := b
		change(&b)
		x := New(&snapshot.Snapshot{Roles: []snapshot.Role{viewRole()}, Bindings: []snapshot.Binding{b}})
		if grants := x.Grants("team", "default"); len(grants) != 1 || !grants[0].Role.Missing {
			t.Errorf("%s: got %+v", name, grants)
		}
	}
}
