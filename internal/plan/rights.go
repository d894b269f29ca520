package plan

import (
	"slices"

	"podpass/internal/audit"
	"podpass/internal/rbac"
	"podpass/internal/snapshot"
)

// copied is a binding of a new account's own.
type copied struct {
	*Manifest
	of *snapshot.Binding
}

// copies gives the bindings by which the new account holds what the old one
// holds by name. Rights by a group go on by themselves.
func (m *maker) copies(mv *move) []copied {
	if !mv.moves() || mv.choice.Rights == RightsNone {
		return nil
	}
	var list []copied
	seen := map[*snapshot.Binding]bool{}
	grants, _ := m.judge.Rights(mv.object.Namespace, mv.from)
	for _, g := range grants {
		if g.Form == rbac.ByGroup || seen[g.Binding] || !mv.wants(g.Binding) {
			continue
		}
		seen[g.Binding] = true
		switch {
		case m.dangling(g):
			mv.risk = append(mv.risk, riskDangling(g))
		case m.isBroad(g) && mv.choice.Rights != RightsAll && len(mv.choice.Bindings) == 0:
			mv.hold(m.decide("rights", mv.object, mv.source(), textBroad(mv.from, g), linesRights(mv)))
		default:
			if b := m.copyOf(g.Binding, mv); b != nil && !slices.ContainsFunc(list, b.same) {
				list = append(list, copied{b, g.Binding})
			}
		}
	}
	for _, chosen := range mv.choice.Bindings {
		if !slices.ContainsFunc(grants, func(g *rbac.Grant) bool { return g.Form != rbac.ByGroup && refOf(bindingObject(g.Binding)) == chosen }) {
			mv.hold(m.decide("rights", mv.object, mv.source(), textNoSuchRight(chosen, mv.from), linesRights(mv)))
		}
	}
	return list
}

// same tells a copy of the same binding: files may define one twice.
func (b *Manifest) same(o copied) bool {
	return b.Kind == o.Kind && b.Metadata.Namespace == o.Metadata.Namespace && b.Metadata.Name == o.Metadata.Name && *b.RoleRef == *o.RoleRef
}

// wants tells whether a binding is among those chosen.
func (mv *move) wants(b *snapshot.Binding) bool {
	return len(mv.choice.Bindings) == 0 || slices.Contains(mv.choice.Bindings, refOf(bindingObject(b)))
}

// dangling tells whether the role of a grant is missing in a cluster that was
// read whole: it grants nothing, and whoever makes the role decides what it
// will. Among files a missing role is merely not among them.
func (m *maker) dangling(g *rbac.Grant) bool {
	return g.Role.Missing && m.live() && m.judge.Gap(g.Binding.Namespace, g.Binding.Role.Kind) == nil
}

// isBroad is broad, asked once for each role: thousands of bindings share one.
func (m *maker) isBroad(g *rbac.Grant) bool {
	is, known := m.broad[g.Role]
	if !known {
		is = broad(g)
		m.broad[g.Role] = is
	}
	return is
}

// broad tells rights that nobody wants to hand on unasked: cluster-admin and
// what is like it. The role cluster-admin need not be among the files.
func broad(g *rbac.Grant) bool {
	if g.Role.Missing {
		return g.Binding.Role.Kind == snapshot.KindClusterRole && g.Binding.Role.Name == "cluster-admin"
	}
	return slices.Contains(g.Powers(), rbac.Escalates) || slices.ContainsFunc(g.Role.Rules, func(r snapshot.Rule) bool {
		return slices.Contains(r.Verbs, "*") && slices.Contains(r.Resources, "*") && slices.Contains(r.APIGroups, "*")
	})
}

// copyOf is a binding of the new account's own; nil where it is there already.
func (m *maker) copyOf(b *snapshot.Binding, mv *move) *Manifest {
	kind := bindingObject(b).Kind
	name := audit.CutName(b.Name+"-"+mv.to, audit.MaxName)
	group := b.Role.Group
	if group == "" {
		group = snapshot.GroupRBAC
	}
	subject := SubjectItem{Kind: snapshot.KindServiceAccount, Name: mv.to, Namespace: subjectNamespace(b, mv)}
	hashed := audit.CutName(name+"-"+hashOf(kind, b.Namespace, b.Name, mv.object.Namespace, mv.to), audit.MaxName)
	for _, there := range append(slices.Clone(m.bindings(kind, b.Namespace, name)), m.bindings(kind, b.Namespace, hashed)...) {
		if there.Role.Kind == b.Role.Kind && there.Role.Name == b.Role.Name && len(there.Subjects) == 1 && sameAccount(there, subject, mv) {
			return nil
		}
	}
	// One name is one binding: of what is there, and of what is planned.
	whose := copyOwner{account{mv.object.Namespace, mv.to}, b.Namespace, b.Name, b.Role.Name}
	key := audit.Object{Kind: kind, Namespace: b.Namespace, Name: name}
	if other, planned := m.copied[key]; len(m.bindings(kind, b.Namespace, name)) > 0 || planned && other != whose {
		name = hashed
	} else {
		m.copied[key] = whose
	}
	return &Manifest{
		APIVersion: snapshot.GroupRBAC + "/v1", Kind: kind,
		Metadata: Metadata{Name: name, Namespace: b.Namespace},
		RoleRef:  &RoleRef{group, b.Role.Kind, b.Role.Name},
		Subjects: []SubjectItem{subject},
	}
}

// copyOwner is whose copy of which binding a name is for.
type copyOwner struct {
	account
	bindingNamespace, binding, role string
}

// sameAccount tells whether the subject of a binding is an account, also where it
// leaves the namespace to the binding.
func sameAccount(b *snapshot.Binding, s SubjectItem, mv *move) bool {
	namespace, name, ok := rbac.Names(b, b.Subjects[0])
	return ok && name == s.Name && namespace == mv.object.Namespace && b.Subjects[0].Kind == snapshot.KindServiceAccount
}

// subjectNamespace leaves the namespace to the binding where the subject that
// names the old account does, as in files that get theirs from elsewhere.
func subjectNamespace(b *snapshot.Binding, mv *move) string {
	for _, s := range b.Subjects {
		if s.Kind == snapshot.KindServiceAccount && s.Namespace == "" && s.Name == mv.from && b.Namespace == mv.object.Namespace {
			return ""
		}
	}
	return mv.object.Namespace
}

// bindings finds bindings by name: several only where files define it twice.
func (m *maker) bindings(kind, namespace, name string) []*snapshot.Binding {
	if m.byName == nil {
		m.byName = map[audit.Object][]*snapshot.Binding{}
		for i := range m.s.Bindings {
			b := &m.s.Bindings[i]
			o := bindingObject(b)
			m.byName[o] = append(m.byName[o], b)
		}
	}
	return m.byName[audit.Object{Kind: kind, Namespace: namespace, Name: name}]
}

func bindingObject(b *snapshot.Binding) audit.Object {
	if b.Namespace == "" {
		return audit.Object{Kind: snapshot.KindClusterRoleBinding, Name: b.Name}
	}
	return audit.Object{Kind: snapshot.KindRoleBinding, Namespace: b.Namespace, Name: b.Name}
}

func itemOf(s snapshot.Subject) SubjectItem {
	return SubjectItem{Kind: s.Kind, APIGroup: s.Group, Name: s.Name, Namespace: s.Namespace}
}

func itemsOf(list []snapshot.Subject) []SubjectItem {
	items := make([]SubjectItem, len(list))
	for i, s := range list {
		items[i] = itemOf(s)
	}
	return items
}
