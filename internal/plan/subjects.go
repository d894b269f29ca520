package plan

import (
	"slices"
	"strings"

	"podpass/internal/audit"
	"podpass/internal/rbac"
	"podpass/internal/snapshot"
)

// emptying is what Lock takes out of a binding, namespace by namespace: one
// binding may name the default accounts of several, of which not all can be
// locked.
type emptying struct {
	binding *snapshot.Binding
	now     []snapshot.Subject // as the steps so far leave it
	parts   []part
}

type part struct {
	*locking
	group string // the group that goes; empty: what names default
	found []*audit.Result
}

// drops tells whether a subject is taken out.
func (p part) drops(b *snapshot.Binding, s snapshot.Subject) bool {
	if p.group != "" {
		return s.Kind == string(rbac.ByGroup) && s.Name == p.group
	}
	namespace, name, ok := rbac.Names(b, s)
	return ok && namespace == p.object.Namespace && name == snapshot.Default
}

// lockRights notes the subjects that mean default, and decides on groups.
func (m *maker) lockRights(l *locking, found []*audit.Result) {
	m.keptTokens(l)
	m.borrowed(l)
	grants, _ := m.judge.Rights(l.object.Namespace, snapshot.Default)
	var open string
	byChoice := true
	for _, g := range grants {
		if g.Form != rbac.ByGroup {
			if m.bindingChoice(bindingObject(g.Binding)).LeaveAlone {
				open = textLeftAlone
			}
			continue
		}
		if reason, chosen := m.byGroup(g, l, found); reason != "" {
			open, byChoice = reason, byChoice && chosen
		}
	}
	if open != "" {
		m.leave(found, open, byChoice)
		found = nil
	}
	for _, g := range grants {
		if g.Form != rbac.ByGroup && !m.bindingChoice(bindingObject(g.Binding)).LeaveAlone {
			m.drop(g.Binding, part{l, "", found})
		}
	}
}

// keptTokens: a token of default that lies in a Secret is used by somebody whom
// no pod tells.
func (m *maker) keptTokens(l *locking) {
	choice := m.namespaceChoice(l.object.Namespace)
	for _, t := range m.s.TokenSecrets {
		if t.Namespace == l.object.Namespace && t.Account == snapshot.Default && !choice.Lock {
			secret := audit.Object{Kind: snapshot.KindSecret, Namespace: t.Namespace, Name: t.Name}
			l.waits = append(l.waits, m.decide("token", secret, sourceOf(&t.Meta), textKeptToken, linesLock(t.Namespace)))
		}
	}
}

// borrowed: what asks for tokens of default uses its rights.
func (m *maker) borrowed(l *locking) {
	if m.namespaceChoice(l.object.Namespace).Lock {
		return
	}
	for i := range m.s.References {
		if r := &m.s.References[i]; r.Use == snapshot.Borrows && r.May(l.object.Namespace, snapshot.Default) {
			o := audit.Object{Kind: r.Kind, Namespace: r.Namespace, Name: r.Name}
			l.waits = append(l.waits, m.decide("borrows", o, sourceOf(&r.Meta), textBorrows, linesLock(l.object.Namespace)))
		}
	}
}

// byGroup puts chosen accounts in the place of a group; without a choice it
// tells what stays open.
func (m *maker) byGroup(g *rbac.Grant, l *locking, found []*audit.Result) (reason string, byChoice bool) {
	o := bindingObject(g.Binding)
	choice := m.bindingChoice(o)
	switch {
	case choice.LeaveAlone:
		return textLeftAlone, true
	case len(choice.Accounts) == 0:
		m.decide("group", o, sourceOf(&g.Binding.Meta), textGroup(g), linesGroup(o, l.object.Namespace))
		return textOpenGroup(o), false
	}
	for _, chosen := range choice.Accounts {
		if s := subjectOf(chosen, g.Binding); !m.willBe(s.Namespace, s.Name) {
			m.decide("group", o, sourceOf(&g.Binding.Meta), textNoChosen(s.Namespace, s.Name)+" "+textGroup(g), linesGroup(o, l.object.Namespace))
			return textOpenGroup(o), false
		}
	}
	if !m.named[g.Binding] {
		m.named[g.Binding] = true
		m.nameAccounts(g, choice)
	}
	m.drop(g.Binding, part{m.lockingOf(g, l), g.Subject, found})
	return "", false
}

// lockingOf adds to what Lock waits for the moves of all that a group reaches:
// also of those that leave another account than default.
func (m *maker) lockingOf(g *rbac.Grant, l *locking) *locking {
	wide := &locking{object: l.object, needs: slices.Clone(l.needs), waits: slices.Clone(l.waits)}
	for _, mv := range m.moves {
		if mv.moves() && (g.Everyone() || mv.object.Namespace == l.object.Namespace) {
			wide.needs, wide.waits = append(wide.needs, mv.ids...), append(wide.waits, mv.waits...)
		}
	}
	return wide
}

// willBe tells whether an account is there, or planned.
func (m *maker) willBe(namespace, name string) bool {
	return len(m.judge.Accounts(namespace, name)) > 0 || len(m.judge.Users(namespace, name)) > 0 ||
		slices.ContainsFunc(m.moves, func(mv *move) bool { return mv.object.Namespace == namespace && mv.to == name })
}

func (m *maker) bindingChoice(o audit.Object) BindingChoice { return m.chosen.bindings.find(o) }

// nameAccounts adds, in Add, the accounts that take the place of a group. They
// hold the right already.
func (m *maker) nameAccounts(g *rbac.Grant, choice BindingChoice) {
	e := m.emptyingOf(g.Binding)
	before := e.now
	for _, a := range choice.Accounts {
		s := subjectOf(a, g.Binding)
		if !slices.Contains(e.now, s) {
			e.now = append(slices.Clone(e.now), s)
		}
	}
	if len(e.now) > len(before) {
		step := m.subjectsStep(Add, g.Binding, before, e.now)
		step.Waits = m.managedObject("bindings", bindingObject(g.Binding), &g.Binding.Meta, choice.Managed)
		m.keep(step)
	}
}

func (m *maker) emptyingOf(b *snapshot.Binding) *emptying {
	if m.emptied[b] == nil {
		m.emptied[b] = &emptying{binding: b, now: b.Subjects}
		m.emptyings = append(m.emptyings, m.emptied[b])
	}
	return m.emptied[b]
}

// drop notes subjects to be taken out; each namespace's once.
func (m *maker) drop(b *snapshot.Binding, p part) {
	e := m.emptyingOf(b)
	if !slices.ContainsFunc(e.parts, func(o part) bool { return o.object == p.object && o.group == p.group }) {
		e.parts = append(e.parts, p)
	}
}

// emptyBindings makes a step for each binding: of what can go now, and then of
// what waits.
func (m *maker) emptyBindings() {
	slices.SortStableFunc(m.emptyings, func(a, b *emptying) int {
		return compareObjects(bindingObject(a.binding), bindingObject(b.binding))
	})
	for _, e := range m.emptyings {
		waits := m.managedObject("bindings", bindingObject(e.binding), &e.binding.Meta, m.bindingChoice(bindingObject(e.binding)).Managed)
		var free, held []part
		for _, p := range e.parts {
			if len(p.waits)+len(waits) == 0 {
				free = append(free, p)
			} else {
				held = append(held, p)
			}
		}
		m.emptyStep(e, free, nil)
		m.emptyStep(e, held, waits)
	}
}

func (m *maker) emptyStep(e *emptying, parts []part, waits []string) {
	if len(parts) == 0 {
		return
	}
	left := []snapshot.Subject{}
	for _, s := range e.now {
		if !slices.ContainsFunc(parts, func(p part) bool { return p.drops(e.binding, s) }) {
			left = append(left, s)
		}
	}
	if len(left) == len(e.now) {
		return
	}
	step := m.subjectsStep(Lock, e.binding, e.now, left)
	e.now = left
	step.Waits, step.Reverse = append(step.Waits, waits...), textGiveBack
	for _, p := range parts {
		step.Settles = append(step.Settles, m.settle(p.found)...)
		step.Needs = append(step.Needs, p.needs...)
		step.Waits = append(step.Waits, p.waits...)
	}
	if m.live() {
		step.Needs = append(step.Needs, GateRollout)
	}
	step.Risk = append(step.Risk, riskEmpty)
	m.keep(step)
	m.lastStep(e, step)
}

// lastStep: a binding that has lost its last subject goes in Clean.
func (m *maker) lastStep(e *emptying, step *Step) {
	if len(e.now) > 0 {
		return
	}
	gone := m.deleteBinding(e.binding, step.Object)
	gone.Needs, gone.Waits = []string{step.ID, GateSoak}, step.Waits
	m.keep(gone)
}

func (m *maker) subjectsStep(wave Wave, b *snapshot.Binding, before, after []snapshot.Subject) *Step {
	o := bindingObject(b)
	step := m.step(wave, Change, Object{snapshot.GroupRBAC + "/v1", o.Kind, o.Namespace, o.Name})
	step.Source, step.Expects.UID = sourceOf(&b.Meta), b.UID
	step.Before = &State{Fields: []Field{{Path: "/subjects", Value: itemsOf(before)}}}
	step.After = &State{Fields: []Field{{Path: "/subjects", Value: itemsOf(after)}}}
	step.Reverse = textGiveBack
	return step
}

// subjectOf is a chosen account, NAMESPACE/NAME, or NAME in the namespace of the
// binding.
func subjectOf(chosen string, b *snapshot.Binding) snapshot.Subject {
	namespace, name, ok := strings.Cut(chosen, "/")
	if !ok {
		namespace, name = b.Namespace, chosen
	}
	return snapshot.Subject{Kind: snapshot.KindServiceAccount, Namespace: namespace, Name: name}
}
