package plan

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"podpass/internal/audit"
	"podpass/internal/rbac"
	"podpass/internal/snapshot"
)

// addReferences looks at all that knows pods by the account that a workload
// leaves. Where the name is an item of a list, the new one is put beside it
// before the move, and the old one goes in Clean; in what denies too, since
// that lets in what it matches no more. All else is for a person to decide, and
// so is what means the new account already and not the old one: the workload
// would be let in, or refused, where it was not.
func (m *maker) addReferences(mv *move) {
	namespace := mv.object.Namespace
	for _, r := range m.refs[snapshot.Names{Namespace: namespace, Name: mv.to}] {
		if !m.isBeside(mv, r) {
			m.foresee(mv, r)
		}
	}
	var items []*snapshot.Reference
	for _, r := range m.refs[snapshot.Names{Namespace: namespace, Name: mv.from}] {
		if m.refer(mv, r) {
			items = append(items, r)
		}
	}
	for _, r := range m.wide {
		switch {
		case r.May(namespace, mv.from):
			m.refer(mv, r)
		case r.May(namespace, mv.to):
			m.foresee(mv, r)
		}
	}
	for _, r := range items { // once all is known that the move waits for
		m.besideStep(mv, r)
	}
}

// refer tells whether the new name is to be put beside the old one; what else is
// to be done with a reference is a decision.
func (m *maker) refer(mv *move, r *snapshot.Reference) bool {
	namespace := mv.object.Namespace
	o := referrer(r)
	switch {
	case r.Use != snapshot.Knows && r.Use != snapshot.Blocks: // the old account stays
		return false
	case r.Means(namespace, mv.from) && r.Means(namespace, mv.to):
		return false
	case r.Form == snapshot.FormSelector && m.selectsAlike(mv, r):
		return false
	case m.handled(o):
		return false
	}
	if _, _, ok := r.Beside(mv.to); !ok || !exact(r.Of) || !r.Means(namespace, mv.from) || r.Use == snapshot.Blocks {
		mv.hold(m.ask(r, textReference(r)))
		return false
	}
	for _, id := range m.managedObject("references", o, &r.Meta, false) {
		mv.hold(id)
	}
	return true
}

// foresee is the decision on a reference that means the new account already.
func (m *maker) foresee(mv *move, r *snapshot.Reference) {
	if !m.handled(referrer(r)) {
		mv.hold(m.ask(r, textForeseen(mv, r)))
	}
}

// ask keeps a decision on an object that names accounts. It is one for all places
// in the object, and so tells of each: whoever says that the object is handled
// speaks for all of them.
func (m *maker) ask(r *snapshot.Reference, question string) string {
	const most = 2 << 10 // bytes, of objects with hundreds of places
	o := referrer(r)
	id := m.decide("reference", o, sourceOf(&r.Meta), question, linesHandled(o))
	switch d := &m.plan.Decisions[m.decisions[id]]; {
	case strings.Contains(d.Question, question), strings.HasSuffix(d.Question, textMorePlaces):
	case len(d.Question)+len(question) > most:
		d.Question += textMorePlaces
	default:
		d.Question += " " + question
	}
	return id
}

func referrer(r *snapshot.Reference) audit.Object {
	return audit.Object{Kind: r.Kind, Namespace: r.Namespace, Name: r.Name}
}

// isBeside tells whether a reference to the new account stands beside one to the
// old, as after an Add that was carried out.
func (m *maker) isBeside(mv *move, r *snapshot.Reference) bool {
	return slices.ContainsFunc(m.refs[snapshot.Names{Namespace: mv.object.Namespace, Name: mv.from}], func(o *snapshot.Reference) bool {
		list, item, ok := o.Beside(mv.to)
		return ok && isItem(r, o, list, item)
	})
}

// isItem tells whether a reference to the new account is, or does the same as, an
// item of a list of another's object. One that names an account of another trust
// domain is another.
func isItem(r, of *snapshot.Reference, list, item string) bool {
	place, whole := standing(r)
	if !sameObject(r, of) || place[:strings.LastIndexByte(place, '/')] != list {
		return false
	}
	return whole == item || r.Form != snapshot.FormSPIFFE && r.Form != snapshot.FormIdentity
}

// standing gives the place and the JSON of what stands in a list for a reference.
func standing(r *snapshot.Reference) (place, whole string) {
	if r.Item != "" {
		return r.Item, r.Whole
	}
	text, err := jsontext.AppendQuote(nil, r.Value)
	if err != nil { // no UTF-8, and so no JSON
		return r.Pointer, ""
	}
	return r.Pointer, string(text)
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
func (m *maker) besideStep(mv *move, r *snapshot.Reference) {
	list, item, _ := r.Beside(mv.to)
	place, _ := standing(r)
	var whole, value any
	if json.Unmarshal([]byte(item), &value) != nil || !decoded(r, &whole) {
		return
	}
	m.retire(account{mv.object.Namespace, mv.from}, r, Field{Path: place, Value: whole}, mv)
	if m.standsIn(list, item, r, mv) {
		return
	}
	step := m.step(Add, Change, Object{r.APIVersion(), r.Kind, r.Namespace, r.Name})
	step.Source, step.For = sourceOf(&r.Meta), mv.about
	step.Expects = Expects{UID: r.UID, Fields: []Field{{Path: place, Value: whole}}}
	step.Before, step.After = &State{Fields: []Field{{Path: list + "/-"}}}, &State{Fields: []Field{{Path: list + "/-", Value: value}}}
	step.Waits, step.Risk, step.Reverse = mv.waits, []string{riskReference(r)}, textRemoveName
	mv.needs = append(mv.needs, step.ID)
	m.keep(step)
}

// decoded gives what stands in a list for a reference.
func decoded(r *snapshot.Reference, into *any) bool {
	_, whole := standing(r)
	return json.Unmarshal([]byte(whole), into) == nil
}

// standsIn tells whether an item stands in a list already, as after an Add that
// was carried out.
func (m *maker) standsIn(list, item string, r *snapshot.Reference, mv *move) bool {
	return slices.ContainsFunc(m.refs[snapshot.Names{Namespace: mv.object.Namespace, Name: mv.to}], func(o *snapshot.Reference) bool {
		return isItem(o, r, list, item)
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
		place, _ := standing(r)
		var whole any
		if !decoded(r, &whole) {
			continue
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

// deserted tells whether all workloads of an account move away, and no object of
// another controller makes pods that run as it.
func (m *maker) deserted(old *retiring) bool {
	for _, w := range m.judge.Users(old.old.namespace, old.old.name) {
		if !slices.ContainsFunc(old.moves, func(mv *move) bool { return mv.w.Is(w) }) {
			return false
		}
	}
	if old.old.name == snapshot.Default && m.namespaceChoice(old.old.namespace).Lock { // they are said to name others
		return true
	}
	runs := func(r *snapshot.Reference) bool {
		return (r.Use == snapshot.RunsAs || r.Use == snapshot.FallsBack) && r.May(old.old.namespace, old.old.name)
	}
	return !slices.ContainsFunc(m.refs[snapshot.Names{Namespace: old.old.namespace, Name: old.old.name}], runs) && !slices.ContainsFunc(m.wide, runs)
}
