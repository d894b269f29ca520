package kube

import "podpass/internal/snapshot"

// addRole reads a Role or a ClusterRole.
func addRole(d *decoder, object []byte, into *snapshot.Snapshot) {
	role := snapshot.Role{Meta: d.meta(object)}
	if d.resource.labels && len(d.labels) > 0 {
		role.Labels = d.labels
	}
	for f := d.fields(object); f.next(); {
		switch f.num {
		case 2:
			role.Rules = append(role.Rules, d.rule(f.bytes()))
		case 3:
			role.Aggregate = d.selectors(f.bytes())
		}
	}
	into.Roles = append(into.Roles, role)
}

func (d *decoder) rule(message []byte) snapshot.Rule {
	var r snapshot.Rule
	for f := d.fields(message); f.next(); {
		switch f.num {
		case 1:
			r.Verbs = append(r.Verbs, d.intern.Bytes(f.bytes()))
		case 2:
			r.APIGroups = append(r.APIGroups, d.intern.Bytes(f.bytes()))
		case 3:
			r.Resources = append(r.Resources, d.intern.Bytes(f.bytes()))
		case 4:
			r.ResourceNames = append(r.ResourceNames, d.intern.Bytes(f.bytes()))
		case 5:
			r.NonResourceURLs = append(r.NonResourceURLs, d.intern.Bytes(f.bytes()))
		}
	}
	return r
}

// selectors reads an AggregationRule. It is never nil: a rule that selects
// nothing still makes the role an aggregated one.
func (d *decoder) selectors(message []byte) []snapshot.Selector {
	list := []snapshot.Selector{}
	for f := d.fields(message); f.next(); {
		if f.num == 1 {
			list = append(list, d.selector(f.bytes()))
		}
	}
	return list
}

func (d *decoder) selector(message []byte) snapshot.Selector {
	var s snapshot.Selector
	for f := d.fields(message); f.next(); {
		switch f.num {
		case 1:
			if s.MatchLabels == nil {
				s.MatchLabels = map[string]string{}
			}
			d.entry(f.bytes(), s.MatchLabels, true)
		case 2:
			s.MatchExpressions = append(s.MatchExpressions, d.expression(f.bytes()))
		}
	}
	return s
}

func (d *decoder) expression(message []byte) snapshot.Expression {
	var e snapshot.Expression
	for f := d.fields(message); f.next(); {
		switch f.num {
		case 1:
			e.Key = d.intern.Bytes(f.bytes())
		case 2:
			e.Operator = d.intern.Bytes(f.bytes())
		case 3:
			e.Values = append(e.Values, d.intern.Bytes(f.bytes()))
		}
	}
	return e
}

// addBinding reads a RoleBinding or a ClusterRoleBinding.
func addBinding(d *decoder, object []byte, into *snapshot.Snapshot) {
	binding := snapshot.Binding{Meta: d.meta(object)}
	for f := d.fields(object); f.next(); {
		switch f.num {
		case 2:
			binding.Subjects = append(binding.Subjects, d.subject(f.bytes()))
		case 3:
			binding.Role = d.roleRef(f.bytes())
		}
	}
	into.Bindings = append(into.Bindings, binding)
}

func (d *decoder) subject(message []byte) snapshot.Subject {
	var s snapshot.Subject
	for f := d.fields(message); f.next(); {
		switch f.num {
		case 1:
			s.Kind = d.intern.Bytes(f.bytes())
		case 2:
			s.Group = d.intern.Bytes(f.bytes())
		case 3:
			s.Name = d.intern.Bytes(f.bytes())
		case 4:
			s.Namespace = d.intern.Bytes(f.bytes())
		}
	}
	return s
}

func (d *decoder) roleRef(message []byte) snapshot.RoleRef {
	var r snapshot.RoleRef
	for f := d.fields(message); f.next(); {
		switch f.num {
		case 1:
			r.Group = d.intern.Bytes(f.bytes())
		case 2:
			r.Kind = d.intern.Bytes(f.bytes())
		case 3:
			r.Name = d.intern.Bytes(f.bytes())
		}
	}
	return r
}
