package rbac

import (
	"slices"

	"podpass/internal/snapshot"
)

// Role is a role as a binding sees it.
type Role struct {
	Ref snapshot.RoleRef
	// Missing is set where no such role is in the Snapshot. It may not exist,
	// or could not be read: the Snapshot's gaps tell.
	Missing bool
	// Rules are what it grants, aggregation resolved.
	Rules []snapshot.Rule
	// From names the ClusterRoles whose rules an aggregated template takes.
	From []string
}

type roleKey struct{ namespace, name string }

// roles resolves role references, each role once.
type roles struct {
	byKey    map[roleKey][]*snapshot.Role
	cluster  []*snapshot.Role
	resolved map[roleKey]*Role
}

func newRoles(s *snapshot.Snapshot) *roles {
	r := &roles{byKey: map[roleKey][]*snapshot.Role{}, resolved: map[roleKey]*Role{}}
	for i := range s.Roles {
		role := &s.Roles[i]
		key := roleKey{role.Namespace, role.Name}
		r.byKey[key] = append(r.byKey[key], role)
		if role.Namespace == "" {
			r.cluster = append(r.cluster, role)
		}
	}
	return r
}

// resolve gives the role of a binding. A reference that the API server would
// refuse (a Role in a ClusterRoleBinding, another group or kind) is a role
// that cannot exist.
func (r *roles) resolve(b *snapshot.Binding) *Role {
	key, ok := keyOf(b)
	if !ok {
		return &Role{Ref: b.Role, Missing: true}
	}
	if role := r.resolved[key]; role != nil {
		return role
	}
	role := &Role{Ref: b.Role, Missing: len(r.byKey[key]) == 0}
	for _, defined := range r.byKey[key] {
		rules, from := r.rules(defined, map[*snapshot.Role]bool{})
		role.Rules = append(role.Rules, rules...)
		role.From = append(role.From, from...)
	}
	slices.Sort(role.From)
	role.From = slices.Compact(role.From)
	r.resolved[key] = role
	return role
}

func keyOf(b *snapshot.Binding) (roleKey, bool) {
	if b.Role.Group != "" && b.Role.Group != snapshot.GroupRBAC {
		return roleKey{}, false
	}
	switch {
	case b.Role.Kind == snapshot.KindClusterRole:
		return roleKey{"", b.Role.Name}, true
	case b.Role.Kind == snapshot.KindRole && b.Namespace != "":
		return roleKey{b.Namespace, b.Role.Name}, true
	}
	return roleKey{}, false
}

// rules gives a role's rules. Those of a template with an aggregationRule are
// the rules of the roles that it selects, over all levels: its own are
// overwritten by the controller. A role as served holds the outcome already.
func (r *roles) rules(role *snapshot.Role, seen map[*snapshot.Role]bool) (rules []snapshot.Rule, from []string) {
	if role.Aggregate == nil || role.Live {
		return role.Rules, nil
	}
	if seen[role] {
		return nil, nil
	}
	seen[role] = true
	for _, other := range r.cluster {
		if other == role || seen[other] || !selectsAny(role.Aggregate, other.Labels) {
			continue
		}
		more, deeper := r.rules(other, seen)
		seen[other] = true
		rules = append(rules, more...)
		from = append(append(from, other.Name), deeper...)
	}
	return rules, from
}

func selectsAny(selectors []snapshot.Selector, labels map[string]string) bool {
	return slices.ContainsFunc(selectors, func(s snapshot.Selector) bool { return Selects(s, labels) })
}

// Selects tells whether a label selector matches labels. An empty selector
// matches all, an unknown operator nothing.
// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
func Selects(s snapshot.Selector, labels map[string]string) bool {
	for key, value := range s.MatchLabels {
		if have, ok := labels[key]; !ok || have != value {
			return false
		}
	}
	for _, e := range s.MatchExpressions {
		if !holds(e, labels) {
			return false
		}
	}
	return true
}

func holds(e snapshot.Expression, labels map[string]string) bool {
	value, has := labels[e.Key]
	switch e.Operator {
	case "In":
		return has && slices.Contains(e.Values, value)
	case "NotIn":
		return !has || !slices.Contains(e.Values, value)
	case "Exists":
		return has
	case "DoesNotExist":
		return !has
	}
	return false
}
