// Package rbac tells which Kubernetes rights a service account holds, and
// through which bindings and roles.
//
// It reads the roles and bindings of a snapshot.Snapshot and resolves them as
// the API server's RBAC authorizer does, with the defaults and refusals of its
// validation. It never asks an API server: what no role in the Snapshot says
// is reported as a missing role, not as an absent right.
//
// Sources: pkg/apis/rbac/validation and plugin/pkg/auth/authorizer/rbac of
// Kubernetes 1.37; https://kubernetes.io/docs/reference/access-authn-authz/rbac/.
package rbac

import (
	"cmp"
	"slices"
	"strings"

	"podpass/internal/snapshot"
)

// Groups that every service account is in, and the prefix of the group of its
// namespace and of its user name.
const (
	GroupAuthenticated = "system:authenticated"
	GroupAccounts      = "system:serviceaccounts"
	groupNamespace     = "system:serviceaccounts:"
	userPrefix         = "system:serviceaccount:"
)

// Form is how a subject names an account.
type Form string

// The forms.
const (
	ByAccount Form = "ServiceAccount"
	ByUser    Form = "User"
	ByGroup   Form = "Group"
)

// Grant is one path from an account to a role: a subject of a binding that
// means the account.
type Grant struct {
	Binding *snapshot.Binding
	Form    Form
	Subject string // its name in that form: "default", a user name or a group
	Role    *Role
	Builtin Builtin
}

// Everyone tells whether the grant reaches the accounts of all namespaces.
func (g *Grant) Everyone() bool {
	return g.Form == ByGroup && (g.Subject == GroupAccounts || g.Subject == GroupAuthenticated)
}

type account struct{ namespace, name string }

// Index answers for every account of a Snapshot. It is safe for concurrent
// use once made.
type Index struct {
	accounts   map[account][]*Grant
	namespaces map[string][]*Grant // by group system:serviceaccounts:<namespace>
	everyone   []*Grant
}

// New indexes the roles and bindings of a Snapshot.
func New(s *snapshot.Snapshot) *Index {
	x := &Index{accounts: map[account][]*Grant{}, namespaces: map[string][]*Grant{}}
	roles := newRoles(s)
	for i := range s.Bindings {
		b := &s.Bindings[i]
		role := roles.resolve(b)
		for j, subject := range b.Subjects {
			if slices.Contains(b.Subjects[:j], subject) {
				continue
			}
			x.add(b, subject, role)
		}
	}
	return x
}

// Grants lists what reaches an account, also the built-in grants, sorted by
// binding. It may hold one binding several times, once for each subject.
func (x *Index) Grants(namespace, name string) []*Grant {
	grants := slices.Concat(x.accounts[account{namespace, name}], x.namespaces[namespace], x.everyone)
	slices.SortStableFunc(grants, func(a, b *Grant) int {
		return cmp.Or(
			cmp.Compare(a.Binding.Namespace, b.Binding.Namespace),
			cmp.Compare(a.Binding.Name, b.Binding.Name),
			cmp.Compare(a.Form, b.Form),
			cmp.Compare(a.Subject, b.Subject),
		)
	})
	return grants
}

// add files a subject under the account or group that it means. A subject
// that the API server would refuse means nobody: a ServiceAccount with an API
// group, a User or Group with another than GroupRBAC (an empty one is filled
// in), any other kind.
func (x *Index) add(b *snapshot.Binding, s snapshot.Subject, role *Role) {
	grant := func(form Form) *Grant {
		return &Grant{Binding: b, Form: form, Subject: s.Name, Role: role, Builtin: builtin(b, s, role)}
	}
	rbacGroup := s.Group == "" || s.Group == snapshot.GroupRBAC
	namespace, name, ok := Names(b, s)
	switch {
	case ok:
		key := account{namespace, name}
		x.accounts[key] = append(x.accounts[key], grant(Form(s.Kind)))
	case s.Kind == string(ByGroup) && rbacGroup:
		if s.Name == GroupAccounts || s.Name == GroupAuthenticated {
			x.everyone = append(x.everyone, grant(ByGroup))
			return
		}
		if namespace, ok := strings.CutPrefix(s.Name, groupNamespace); ok {
			x.namespaces[namespace] = append(x.namespaces[namespace], grant(ByGroup))
		}
	}
}

// Names gives the account that a subject of a binding names, as a
// ServiceAccount or as its user; ok is false where it names none.
func Names(b *snapshot.Binding, s snapshot.Subject) (namespace, name string, ok bool) {
	switch {
	case s.Kind == string(ByAccount) && s.Group == "":
		namespace, name = s.Namespace, s.Name
		if namespace == "" {
			namespace = b.Namespace // of a ClusterRoleBinding none: matches nobody
		}
		return namespace, name, namespace != ""
	case s.Kind == string(ByUser) && (s.Group == "" || s.Group == snapshot.GroupRBAC):
		rest, ours := strings.CutPrefix(s.Name, userPrefix)
		if !ours {
			return "", "", false
		}
		return strings.Cut(rest, ":")
	}
	return "", "", false
}

// All gives every grant under the words for who holds it: "ServiceAccount
// ns/name", "Group system:serviceaccounts:ns", ….
func (x *Index) All() map[string][]*Grant {
	all := map[string][]*Grant{}
	for key, grants := range x.accounts {
		all[snapshot.Ref{Kind: snapshot.KindServiceAccount, Namespace: key.namespace, Name: key.name}.String()] = grants
	}
	for namespace, grants := range x.namespaces {
		all["Group "+groupNamespace+namespace] = grants
	}
	for _, g := range x.everyone {
		holder := "Group " + g.Subject
		all[holder] = append(all[holder], g)
	}
	return all
}
