package plan

import (
	"slices"
	"strings"

	"podpass/internal/audit"
	"podpass/internal/snapshot"
)

// cleanWave takes away what nobody needs any more once the moves are proven.
func (m *maker) cleanWave() {
	m.dropOldNames()
	m.dropAnnotations()
	m.dropHolders()
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
	gone.Expects = Expects{UID: b.UID, Fields: []Field{{Path: "/roleRef/kind", Value: b.Role.Kind}, {Path: "/roleRef/name", Value: b.Role.Name}}}
	gone.Before = &State{Fields: []Field{{Path: "/subjects", Value: []SubjectItem{}}}}
	gone.Reverse = textMakeAgain(bindingObject(b))
	return gone
}

// dropHolders deletes Secrets and ConfigMaps that hold nothing but keys which no
// workload takes any more. What else is in one, or uses it, keeps it.
func (m *maker) dropHolders() {
	byHolder := map[snapshot.Ref][]*move{}
	for _, mv := range m.moves {
		for _, r := range mv.aws.keys {
			if r.Object.Kind == snapshot.KindSecret || r.Object.Kind == snapshot.KindConfigMap {
				ref := snapshot.Ref{Kind: r.Object.Kind, Namespace: r.Object.Namespace, Name: r.Object.Name}
				byHolder[ref] = append(byHolder[ref], mv)
			}
		}
	}
	for i := range m.s.Holders {
		h := &m.s.Holders[i]
		found := m.fails("PP401", audit.Object{Kind: h.Kind, Namespace: h.Namespace, Name: h.Name})
		moves := byHolder[h.Ref()]
		if len(found) == 0 || len(moves) == 0 {
			continue
		}
		if reason := m.keepsHolder(h, moves); reason != "" {
			m.leave(found, reason, false)
			continue
		}
		step := m.step(Clean, Delete, Object{"v1", h.Kind, h.Namespace, h.Name})
		step.Source, step.Expects.UID = sourceOf(&h.Meta), h.UID
		step.Before = &State{Fields: []Field{{Path: "/metadata/name", Value: h.Name}}}
		step.Needs, step.Settles, step.Reverse, step.Risk = []string{GateUse, GateSoak}, m.settle(found), textGoneKey, []string{riskKey}
		for _, mv := range moves {
			step.Needs, step.Waits = append(step.Needs, mv.ids...), append(step.Waits, mv.waits...)
		}
		step.Waits = append(step.Waits, m.managedObject("workloads", moves[0].object, &h.Meta, moves[0].choice.Managed)...)
		m.keep(step)
	}
}

// keepsHolder says why a Secret or ConfigMap stays: it holds other things, or
// something that was seen goes on to need it, be it for a volume that nothing
// mounts any more.
func (m *maker) keepsHolder(h *snapshot.Holder, moves []*move) string {
	if h.More > 0 {
		return textMixed
	}
	for _, w := range m.judge.Workloads() {
		if w.Object().Namespace != h.Namespace {
			continue
		}
		i := slices.IndexFunc(moves, func(mv *move) bool { return mv.w.Is(w) && len(mv.aws.strips) > 0 })
		for _, d := range w.Definitions() {
			spec := d.Spec
			if i >= 0 {
				spec = moves[i].stripped(d)
			}
			if spec.AWS != nil && takesFrom(spec.AWS, h.Kind, h.Name) {
				return textUsedBy(w.Object())
			}
		}
		if i >= 0 && moves[i].leavesVolume(h) {
			return textVolumeStays(w.Object())
		}
		if i < 0 && slices.ContainsFunc(w.Pods(), func(p *snapshot.Pod) bool { return p.Spec.AWS != nil && takesFrom(p.Spec.AWS, h.Kind, h.Name) }) {
			return textUsedBy(w.Object())
		}
	}
	if !slices.ContainsFunc(moves, func(mv *move) bool { return len(mv.aws.strips) > 0 }) {
		return textUsedBy(moves[0].object)
	}
	return ""
}

// stripped is what a definition says once it has lost what would override its
// role.
func (mv *move) stripped(d audit.Definition) *snapshot.PodSpec {
	spec, meta := *d.Spec, *d.Meta
	for _, s := range mv.aws.strips[d.Meta] {
		setAWS(&spec, &meta, Field{Path: s.path, Value: s.after})
	}
	return &spec
}

// leavesVolume tells whether a mount of a Secret or ConfigMap went, whose volume
// stays.
func (mv *move) leavesVolume(h *snapshot.Holder) bool {
	for _, d := range mv.defs {
		if d.Spec.AWS == nil {
			continue
		}
		for _, c := range d.Spec.AWS.Containers {
			if slices.ContainsFunc(c.Uses, func(u snapshot.Use) bool { return u.How == snapshot.UseVolume && u.Kind == h.Kind && u.Name == h.Name }) {
				return true
			}
		}
	}
	return false
}
