package rbac

import (
	"testing"

	"podpass/internal/snapshot"
)

func basicUser() (snapshot.Binding, snapshot.Role) {
	name := "system:basic-user"
	return snapshot.Binding{
			Meta:     snapshot.Meta{Name: name},
			Role:     snapshot.RoleRef{Group: rbacGroup, Kind: "ClusterRole", Name: name},
			Subjects: []snapshot.Subject{{Kind: "Group", Group: rbacGroup, Name: "system:authenticated"}},
		}, snapshot.Role{
			Meta: snapshot.Meta{Name: name},
			Rules: []snapshot.Rule{
				{Verbs: []string{"create"}, APIGroups: []string{"authorization.k8s.io"}, Resources: []string{"selfsubjectaccessreviews", "selfsubjectrulesreviews"}},
				{Verbs: []string{"create"}, APIGroups: []string{"authentication.k8s.io"}, Resources: []string{"selfsubjectreviews"}},
			},
		}
}

func TestBuiltinGrantsAreToldByAllTheirParts(t *testing.T) {
	tests := []struct {
		name   string
		change func(*snapshot.Binding, *snapshot.Role)
		want   Builtin
	}{
		{"as the API server makes it", func(*snapshot.Binding, *snapshot.Role) {}, IsBuiltin},
		{"of an older release, with fewer rules", func(_ *snapshot.Binding, r *snapshot.Role) { r.Rules = r.Rules[:1] }, IsBuiltin},
		{"an empty role is a subset", func(_ *snapshot.Binding, r *snapshot.Role) { r.Rules = nil }, IsBuiltin},
		{"with a rule more", func(_ *snapshot.Binding, r *snapshot.Role) {
			r.Rules = append(r.Rules, snapshot.Rule{Verbs: []string{"get"}, APIGroups: []string{""}, Resources: []string{"pods"}})
		}, NotBuiltin},
		{"with a verb more", func(_ *snapshot.Binding, r *snapshot.Role) { r.Rules[0].Verbs = []string{"create", "delete"} }, NotBuiltin},
		{"with a wildcard", func(_ *snapshot.Binding, r *snapshot.Role) { r.Rules[0].Resources = []string{"*"} }, NotBuiltin},
		{"with a URL more", func(_ *snapshot.Binding, r *snapshot.Role) {
			r.Rules = append(r.Rules, snapshot.Rule{Verbs: []string{"get"}, NonResourceURLs: []string{"/metrics"}})
		}, NotBuiltin},
		{"its name on another role", func(b *snapshot.Binding, _ *snapshot.Role) { b.Role.Name = "view" }, NotBuiltin},
		{"its role by another binding", func(b *snapshot.Binding, _ *snapshot.Role) { b.Name = "mine" }, NotBuiltin},
		{"in a namespace", func(b *snapshot.Binding, _ *snapshot.Role) { b.Namespace = "team" }, NotBuiltin},
		{"to another group", func(b *snapshot.Binding, _ *snapshot.Role) { b.Subjects[0].Name = "system:serviceaccounts:team" }, NotBuiltin},
		{"to an account", func(b *snapshot.Binding, _ *snapshot.Role) {
			b.Subjects[0] = snapshot.Subject{Kind: "ServiceAccount", Namespace: "team", Name: "default"}
		}, NotBuiltin},
		{"whose role was not seen", func(_ *snapshot.Binding, r *snapshot.Role) { r.Name = "elsewhere" }, MayBeBuiltin},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b, r := basicUser()
			test.change(&b, &r)
			x := New(&snapshot.Snapshot{Roles: []snapshot.Role{r}, Bindings: []snapshot.Binding{b}})
			grants := x.Grants("team", "default")
			if len(grants) != 1 || grants[0].Builtin != test.want {
				t.Errorf("got %+v, want one grant, built-in %v", grants, test.want)
			}
		})
	}
}

func TestURLsWithinABuiltinPattern(t *testing.T) {
	for url, want := range map[string]bool{"/api": true, "/api/v1": true, "/apis/*": true, "/*": false, "*": false, "/metrics": false, "/apiserver": false} {
		boot, _ := bootstrapped("system:discovery")
		if got := within(snapshot.Rule{Verbs: []string{"get"}, NonResourceURLs: []string{url}}, boot.rules); got != want {
			t.Errorf("%s: got %v", url, got)
		}
	}
}

func TestASubjectThatReachesNoAccountDoesNotMatter(t *testing.T) {
	b, r := basicUser()
	b.Subjects = append(b.Subjects, snapshot.Subject{Kind: "Group", Group: rbacGroup, Name: "system:unauthenticated"})
	x := New(&snapshot.Snapshot{Roles: []snapshot.Role{r}, Bindings: []snapshot.Binding{b}})
	if grants := x.Grants("team", "default"); len(grants) != 1 || grants[0].Builtin != IsBuiltin {
		t.Errorf("got %+v", grants)
	}
}
