package plan

import (
	"encoding/json"
	"slices"
	"strings"

	"podpass/internal/audit"
	"podpass/internal/rbac"
	"podpass/internal/snapshot"
)

// addReferences looks at all that knows pods by the account that a workload
// leaves. Where the name is an item of a list, the new one is put beside it
// before the move, and the old one goes in Clean; in what denies too, since
// that lets in what it matches no more. All else is for a person to decide.
func (m *maker) addReferences(mv *move) {
	namespace := mv.object.Namespace
	for _, r := range m.refs[snapshot.Names{Namespace: namespace, Name: mv.from}] {
		m.refer(mv, r)
	}
	for _, r := range m.wide {
		if r.May(namespace, mv.from) {
			m.refer(mv, r)
		}
	}
}

func (m *maker) refer(mv *move, r *snapshot.Reference) {
	namespace := mv.object.Namespace
	o := audit.Object{Kind: r.Kind, Namespace: r.Namespace, Name: r.Name}
	switch {
	case r.Use != snapshot.Knows && r.Use != snapshot.Blocks: // the old account stays
		return
	case r.Means(namespace, mv.from) && r.Means(namespace, mv.to):
		return
	case r.Form == snapshot.FormSelector && m.selectsAlike(mv, r):
		return
	case m.handled(o):
		return
	}
	_, item, ok := r.Beside(mv.to)
	if !ok || !r.Means(namespace, mv.from) || r.Use == snapshot.Blocks {
		mv.hold(m.decide("reference", o, sourceOf(&r.Meta), textReference(r), linesHandled(o)))
		return
	}
	var value any
	if json.Unmarshal([]byte(item), &value) != nil {
		return
	}
	m.besideStep(mv, r, value)
}

func (m *maker) handled(o audit.Object) bool { return m.chosen.references.find(o).Handled }

// selectsAlike tells whether a selector on labels of accounts selects the new
// account just if it selects the old one.
func (m *maker) selectsAlike(mv *move, r *snapshot.Reference) bool {
	there := m.judge.Accounts(mv.object.Namespace, mv.from)
	if r.Selects == nil || len(there) == 0 {
		return false
	}
	return rbac.Selects(*r.Selects, there[0].Labels) == rbac.Selects(*r.Selects, m.newAccount(mv).Metadata.Labels)
}

// besideStep puts a new name beside the old one, and drops the old one in Clean
// unless a workload stays with it.
func (m *maker) besideStep(mv *move, r *snapshot.Reference, item any) {
	place, whole := r.Pointer, any(r.Value)
	if r.Item != "" {
		place = r.Item
		if json.Unmarshal([]byte(r.Whole), &whole) != nil {
			return
		}
	}
	list := place[:strings.LastIndexByte(place, '/')]
	object := Object{r.APIVersion(), r.Kind, r.Namespace, r.Name}
	step := m.step(Add, Change, object)
	step.Source, step.For = sourceOf(&r.Meta), &mv.object
	step.Expects = Expects{UID: r.UID, Fields: []Field{{Path: place, Value: whole}}}
	step.Before, step.After = &State{Fields: []Field{{Path: list + "/-"}}}, &State{Fields: []Field{{Path: list + "/-", Value: item}}}
	step.Waits = append(m.managedObject("references", audit.Object{Kind: r.Kind, Namespace: r.Namespace, Name: r.Name}, &r.Meta, false), mv.waits...)
	step.Risk, step.Reverse = []string{riskReference(r)}, textRemoveName
	for _, id := range step.Waits {
		mv.hold(id)
	}
	mv.needs = append(mv.needs, step.ID)
	m.keep(step)
	m.retire(mv, r, Field{Path: place, Value: whole})
}

// retiring is an old name in a list.
type retiring struct {
	ref    *snapshot.Reference
	field  Field
	object Object
	old    account
	moves  []*move
}

func (m *maker) retire(mv *move, r *snapshot.Reference, f Field) {
	for _, old := range m.retirings {
		if old.ref == r {
			old.moves = append(old.moves, mv)
			return
		}
	}
	m.retirings = append(m.retirings, &retiring{r, f, Object{r.APIVersion(), r.Kind, r.Namespace, r.Name}, account{mv.object.Namespace, mv.from}, []*move{mv}})
}

// dropOldNames takes old names out of lists, where no workload keeps the
// account. Items of one list go from its end, since places shift.
func (m *maker) dropOldNames() {
	slices.Reverse(m.retirings)
	for _, old := range m.retirings {
		if !m.deserted(old) {
			continue
		}
		step := m.step(Clean, Change, old.object)
		step.Source = sourceOf(&old.ref.Meta)
		step.Expects.UID = old.ref.UID
		step.Before, step.After = &State{Fields: []Field{old.field}}, &State{Fields: []Field{{Path: old.field.Path}}}
		for _, mv := range old.moves {
			step.Needs, step.Waits = append(step.Needs, mv.ids...), append(step.Waits, mv.waits...)
		}
		step.Needs = append(step.Needs, GateSoak)
		step.Reverse = textPutBack
		m.keep(step)
	}
}

// deserted tells whether all workloads of an account move away.
func (m *maker) deserted(old *retiring) bool {
	for _, w := range m.judge.Users(old.old.namespace, old.old.name) {
		if !slices.ContainsFunc(old.moves, func(mv *move) bool { return mv.w.Is(w) }) {
			return false
		}
	}
	return true
}
