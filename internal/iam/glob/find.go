package glob

import (
	"errors"
	"slices"
)

// ErrBudget is the error of a search that needs more states than it may visit:
// the answer is not known.
var ErrBudget = errors.New("patterns need more states than the search may visit")

// Find gives a string of u that lies in every set of all and for which accept
// is true. A set is a union of patterns; accept gets for each set of det
// whether the string lies in it, and nil accepts all. The witness is among the
// shortest there are, of plain letters where they do, and always the same.
// Where found is false and err is nil there is none.
//
// Sets of all are followed one position at a time: what they cost is the product
// of their lengths at most. Sets of det are followed by all positions at once,
// for which those with many ? behind a * need a number of states that doubles
// with each. More states than budget, of some hundred bytes each, give
// ErrBudget.
func Find(u Universe, all, det [][]Pattern, accept func(in []bool) bool, budget int) (witness string, found bool, err error) {
	witness, found, _, err = FindCounted(u, all, det, accept, budget)
	return witness, found, err
}

// FindCounted is Find and says how many states it visited.
func FindCounted(u Universe, all, det [][]Pattern, accept func(in []bool) bool, budget int) (witness string, found bool, states int, err error) {
	s := newSearch(u, all, det, budget)
	s.visit = func(in []bool, text func() string) bool {
		if accept == nil || accept(in) {
			witness, found = text(), true
		}
		return found
	}
	err = s.run()
	return witness, found, len(s.nodes), err
}

// Cell is one combination of memberships in sets.
type Cell struct {
	In      []bool // one a set
	Witness string // a shortest string that has them
}

// Cells gives all combinations of memberships in the sets of det that strings
// of u have, in the order of the length of their witnesses. Budget is that of
// Find.
func Cells(u Universe, det [][]Pattern, budget int) ([]Cell, error) {
	cells, _, err := CellsCounted(u, det, budget)
	return cells, err
}

// CellsCounted is Cells and says how many states it visited.
func CellsCounted(u Universe, det [][]Pattern, budget int) ([]Cell, int, error) {
	cells := []Cell{}
	s := newSearch(u, nil, det, budget)
	s.visit = func(in []bool, text func() string) bool {
		if !slices.ContainsFunc(cells, func(c Cell) bool { return slices.Equal(c.In, in) }) {
			cells = append(cells, Cell{in, text()})
		}
		return false
	}
	if err := s.run(); err != nil {
		return nil, len(s.nodes), err
	}
	return cells, len(s.nodes), nil
}
