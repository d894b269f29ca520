package plan

import (
	"slices"
	"strings"

	"podpass/internal/snapshot"
)

// cleanWave takes away what nobody needs any more once the moves are proven.
func (m *maker) cleanWave() {
	m.dropOldNames()
	m.dropEmptied()
}

// dropEmptied deletes bindings that an earlier Lock has emptied: without a
// subject, and with a copy for an account beside them.
func (m *maker) dropEmptied() {
	for i := range m.s.Bindings {
		b := &m.s.Bindings[i]
		if len(b.Subjects) > 0 || !m.judge.Judged(b.Namespace) && b.Namespace != "" || len(m.o.Workloads) > 0 || !m.hasCopy(i) {
			continue
		}
		o := bindingObject(b)
		step := m.deleteBinding(b, Object{snapshot.GroupRBAC + "/v1", o.Kind, o.Namespace, o.Name})
		step.Waits = m.managedObject("bindings", o, &b.Meta, m.bindingChoice(o).Managed)
		step.Needs = []string{GateSoak}
		m.keep(step)
	}
}

// hasCopy tells whether a binding of one account goes by the name and role of
// another; those stand behind it, since bindings are sorted.
func (m *maker) hasCopy(i int) bool {
	b := &m.s.Bindings[i]
	rest := m.s.Bindings[i+1:]
	end := slices.IndexFunc(rest, func(o snapshot.Binding) bool { return o.Namespace != b.Namespace || !strings.HasPrefix(o.Name, b.Name) })
	if end >= 0 {
		rest = rest[:end]
	}
	return slices.ContainsFunc(rest, func(o snapshot.Binding) bool {
		return strings.HasPrefix(o.Name, b.Name+"-") && o.Role == b.Role && len(o.Subjects) == 1 &&
			o.Subjects[0].Kind == snapshot.KindServiceAccount && strings.HasSuffix(o.Name, "-"+o.Subjects[0].Name)
	})
}

// deleteBinding is the step that takes an empty binding away.
func (m *maker) deleteBinding(b *snapshot.Binding, o Object) *Step {
	gone := m.step(Clean, Delete, o)
	gone.Source = sourceOf(&b.Meta)
	gone.Expects = Expects{UID: b.UID, Fields: []Field{{"/roleRef/kind", b.Role.Kind}, {"/roleRef/name", b.Role.Name}}}
	gone.Before = &State{Fields: []Field{{"/subjects", []SubjectItem{}}}}
	gone.Reverse = textMakeAgain(bindingObject(b))
	return gone
}
