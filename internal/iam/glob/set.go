package glob

import (
	"slices"
	"strings"
)

// Set is a union of patterns. It is made once and asked often: what it costs
// to make pays off from some hundred strings on.
type Set struct {
	any      bool
	literals map[string]bool
	direct   []Pattern
	tables   []*table
}

const (
	// fewPatterns are tried one by one: that is faster than any table.
	fewPatterns = 3
	// maxStates bounds the states of all tables of a set.
	maxStates = 4096
)

// NewSet makes the union of patterns; that of none holds nothing.
func NewSet(list []Pattern) *Set {
	s := &Set{}
	if len(list) <= fewPatterns {
		s.direct = slices.Clone(list)
		return s
	}
	rest := []Pattern{}
	for _, p := range list {
		text, literal := p.IsLiteral()
		switch {
		case p.form == formAny:
			return &Set{any: true}
		case !literal:
			rest = append(rest, p)
		case s.literals == nil:
			s.literals = map[string]bool{text: true}
		default:
			s.literals[text] = true
		}
	}
	// Neighbours have beginnings in common, and those that begin with * stay
	// together: they are what makes tables large.
	slices.SortStableFunc(rest, func(a, b Pattern) int { return strings.Compare(a.text, b.text) })
	s.add(rest, maxStates)
	return s
}

// add makes one table of patterns if it needs no more states than it may have,
// else one of each half.
func (s *Set) add(list []Pattern, states int) {
	if len(list) <= fewPatterns {
		s.direct = append(s.direct, list...)
		return
	}
	if t := newTable(list, states); t != nil {
		s.tables = append(s.tables, t)
		return
	}
	half := len(list) / 2
	s.add(list[:half], states/2)
	s.add(list[half:], states/2)
}

// Match tells whether one of the patterns matches the whole of a string. It
// allocates nothing.
func (s *Set) Match(text string) bool {
	if s.any || s.literals != nil && s.literals[text] {
		return true
	}
	for i := range s.direct {
		if s.direct[i].Match(text) {
			return true
		}
	}
	for _, t := range s.tables {
		if t.match(text) {
			return true
		}
	}
	return false
}
