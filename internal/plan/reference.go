package plan

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
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
	if !ok || !exact(r.Of) || !r.Means(namespace, mv.from) || r.Use == snapshot.Blocks {
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
	m.retire(account{mv.object.Namespace, mv.from}, r, Field{Path: place, Value: whole}, mv)
	if m.standsIn(list, r, mv.object.Namespace, mv.to) {
		return
	}
	object := Object{r.APIVersion(), r.Kind, r.Namespace, r.Name}
	step := m.step(Add, Change, object)
	step.Source, step.For = sourceOf(&r.Meta), mv.about
	step.Expects = Expects{UID: r.UID, Fields: []Field{{Path: place, Value: whole}}}
	step.Before, step.After = &State{Fields: []Field{{Path: list + "/-"}}}, &State{Fields: []Field{{Path: list + "/-", Value: item}}}
	step.Waits = append(m.managedObject("references", audit.Object{Kind: r.Kind, Namespace: r.Namespace, Name: r.Name}, &r.Meta, false), mv.waits...)
	step.Risk, step.Reverse = []string{riskReference(r)}, textRemoveName
	for _, id := range step.Waits {
		mv.hold(id)
	}
	mv.needs = append(mv.needs, step.ID)
	m.keep(step)
}

// standsIn tells whether an account stands in the list of a reference already,
// as after an Add that was carried out.
func (m *maker) standsIn(list string, r *snapshot.Reference, namespace, name string) bool {
	value, ok := r.Named(name)
	return ok && slices.ContainsFunc(m.refs[snapshot.Names{Namespace: namespace, Name: name}], func(o *snapshot.Reference) bool {
		return sameObject(o, r) && o.Value == value && strings.HasPrefix(o.Pointer, list+"/")
	})
}

func sameObject(a, b *snapshot.Reference) bool {
	return a.Group == b.Group && a.Kind == b.Kind && a.Namespace == b.Namespace && a.Name == b.Name &&
		(a.Source == b.Source || a.Source != nil && b.Source != nil && *a.Source == *b.Source)
}

// retiring is an old name in a list.
type retiring struct {
	ref    *snapshot.Reference
	field  Field
	object Object
	old    account
	moves  []*move
}

func (m *maker) retire(old account, r *snapshot.Reference, f Field, moves ...*move) {
	for _, other := range m.retirings {
		if other.ref == r {
			other.moves = append(other.moves, moves...)
			return
		}
	}
	m.retirings = append(m.retirings, &retiring{r, f, Object{r.APIVersion(), r.Kind, r.Namespace, r.Name}, old, moves})
}

// dropOldNames takes old names out of lists, where no workload keeps the
// account. Items of one list go from its end, since places shift.
func (m *maker) dropOldNames() {
	m.retireEarlier()
	slices.SortStableFunc(m.retirings, func(a, b *retiring) int {
		listA, itemA := cutItem(a.field.Path)
		listB, itemB := cutItem(b.field.Path)
		return cmp.Or(compareRefs(a.ref, b.ref), cmp.Compare(listA, listB), cmp.Compare(itemB, itemA))
	})
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

func compareRefs(a, b *snapshot.Reference) int {
	return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Group, b.Group), cmp.Compare(a.Name, b.Name))
}

// cutItem splits the place of an item into its list and its number.
func cutItem(path string) (list string, item int) {
	i := strings.LastIndexByte(path, '/')
	item, err := strconv.Atoi(path[i+1:])
	if err != nil {
		return path, 0
	}
	return path[:i], item
}

// retireEarlier finds names of default that an earlier plan has left in lists:
// nothing runs as it any more, and another account of the namespace stands
// beside it.
func (m *maker) retireEarlier() {
	for i := range m.s.References {
		r := &m.s.References[i]
		if r.Use != snapshot.Knows || !r.Entry || r.Of.Name != snapshot.Default || !exact(r.Of) || len(m.o.Workloads) > 0 || !m.judge.Judged(r.Of.Namespace) ||
			len(m.judge.Users(r.Of.Namespace, snapshot.Default)) > 0 {
			continue
		}
		place, whole := r.Pointer, any(r.Value)
		if r.Item != "" {
			place = r.Item
			if json.Unmarshal([]byte(r.Whole), &whole) != nil {
				continue
			}
		}
		list := place[:strings.LastIndexByte(place, '/')]
		for j := range m.s.References {
			o := &m.s.References[j]
			if exact(o.Of) && o.Of.Namespace == r.Of.Namespace && o.Of.Name != snapshot.Default && sameObject(o, r) && strings.HasPrefix(o.Pointer, list+"/") &&
				len(m.judge.Users(o.Of.Namespace, o.Of.Name)) > 0 {
				m.retire(account{r.Of.Namespace, r.Of.Name}, r, Field{Path: place, Value: whole})
				break
			}
		}
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
