package trust

import (
	"errors"

	"podpass/internal/iam"
	"podpass/internal/iam/glob"
)

// find gives values of the keys for which accept holds of their point. Every
// request that is looked at fulfils the positive parts of term as far as it may:
// these are followed one position at a time, which costs little. needed are the
// other terms that accept looks at.
func (w *world) find(t *term, needed []term, opaque []iam.Truth, accept func(*point) bool) (values []string, ok bool, err error) {
	if w.effort.spent() {
		return nil, false, errUndecided
	}
	s := &finder{world: w, term: t, point: point{in: make([][]bool, len(w.sets)), opaque: opaque}, accept: accept}
	s.used = make([][]int, len(w.sets))
	s.all = make([][][]glob.Pattern, len(w.sets))
	s.values, s.cached = make([]string, len(w.sets)), map[int][]glob.Cell{}
	for key := range w.sets {
		s.point.in[key] = make([]bool, len(w.sets[key]))
		s.split(key, needed)
	}
	ok, err = s.key(0)
	if errors.Is(err, glob.ErrBudget) {
		err = errUndecided
	}
	return s.values, ok, err
}

// finder goes through the keys one after the other: cells of all but the last,
// a search in the last.
type finder struct {
	*world
	term   *term
	point  point
	accept func(*point) bool
	used   [][]int            // of each key the sets that must be told
	all    [][][]glob.Pattern // of each key the sets that values lie in
	values []string
	cached map[int][]glob.Cell // of each key: the same in every branch
	cases  int                 // combinations of cells that were tried
}

// mostCases is how many combinations of cells are tried.
const mostCases = 20_000

// split sorts the sets of a key: those that values must lie in, as the term
// wants it, and those that must be told. A set that the term wants without
// doubt needs no telling, whoever else asks about it: each value lies in it.
func (s *finder) split(key int, needed []term) {
	tell := make([]bool, len(s.sets[key]))
	for i := range needed {
		mark(tell, needed[i].lits, key)
	}
	mark(tell, s.term.lits, key)
	for _, l := range s.term.lits {
		if l.key != key || l.negated {
			continue
		}
		s.all[key] = append(s.all[key], s.reach(l))
		if l.maybe < 0 {
			s.point.in[key][l.sure] = true
			tell[l.sure] = false
		}
	}
	for set, told := range tell {
		if told {
			s.used[key] = append(s.used[key], set)
		}
	}
}

func mark(tell []bool, lits []lit, key int) {
	for _, l := range lits {
		if l.key == key {
			tell[l.sure] = true
			if l.maybe >= 0 {
				tell[l.maybe] = true
			}
		}
	}
}

// reach is all that a positive part may be fulfilled by.
func (s *finder) reach(l lit) []glob.Pattern {
	set := s.sets[l.key][l.sure]
	if l.maybe < 0 {
		return set
	}
	return append(append([]glob.Pattern{}, set...), s.sets[l.key][l.maybe]...)
}

func (s *finder) key(key int) (bool, error) {
	if len(s.sets) == 0 {
		return s.accept(&s.point), nil
	}
	det := make([][]glob.Pattern, len(s.used[key]))
	for i, set := range s.used[key] {
		det[i] = s.sets[key][set]
	}
	if key == len(s.sets)-1 {
		value, ok, states, err := glob.FindCounted(s.universes[key], s.all[key], det, func(in []bool) bool {
			s.tell(key, in)
			return s.accept(&s.point)
		}, MaxStates)
		s.effort.note(states, err)
		s.values[key] = value
		return ok, err
	}
	return s.cells(key, det)
}

func (s *finder) tell(key int, in []bool) {
	for i, set := range s.used[key] {
		s.point.in[key][set] = in[i]
	}
}

// cells tries every combination of memberships of a key that is not the last.
func (s *finder) cells(key int, det [][]glob.Pattern) (bool, error) {
	wanted := len(det)
	cells := s.cached[key]
	if cells == nil {
		var err error
		if cells, err = s.cellsOf(key, append(det, s.all[key]...)); err != nil {
			return false, err
		}
		s.cached[key] = cells
	}
	for _, c := range cells {
		if !all(c.In[wanted:]) {
			continue
		}
		if s.cases++; s.cases > mostCases || s.effort.spent() {
			return false, errUndecided
		}
		s.tell(key, c.In[:wanted])
		s.values[key] = c.Witness
		if ok, err := s.key(key + 1); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

// cellsOf keeps the cell of a key that nobody asks about: most are, most times.
func (w *world) cellsOf(key int, sets [][]glob.Pattern) ([]glob.Cell, error) {
	if cells, ok := w.unasked[key]; ok && len(sets) == 0 {
		return cells, nil
	}
	cells, states, err := glob.CellsCounted(w.universes[key], sets, MaxStates)
	w.effort.note(states, err)
	if err == nil && len(sets) == 0 {
		w.unasked[key] = cells
	}
	return cells, err
}

func all(in []bool) bool {
	for _, b := range in {
		if !b {
			return false
		}
	}
	return true
}
