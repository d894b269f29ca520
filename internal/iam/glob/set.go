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
	// Neighbours have beginnings in common.
	slices.SortStableFunc(rest, func(a, b Pattern) int { return strings.Compare(a.text, b.text) })
	for _, part := range divide(rest) {
		s.add(part, maxStates/2)
	}
	return s
}

// divide sets those patterns apart that have a * where the others still begin
// alike: in one table with them, all that the * may stand for would be told
// again behind each beginning.
func divide(list []Pattern) [2][]Pattern {
	common, known := "", false
	for _, p := range list {
		switch begin := p.begin(); {
		case begin == "":
		case !known:
			common, known = begin, true
		default:
			for !strings.HasPrefix(begin, common) {
				common = common[:len(common)-1]
			}
		}
	}
	var parts [2][]Pattern
	for _, p := range list {
		i := 0
		if p.body == nil || !p.open || len(p.begin()) > len(common) {
			i = 1
		}
		parts[i] = append(parts[i], p)
	}
	return parts
}

// begin is what stands before the first *; empty if there is a ? in it.
func (p Pattern) begin() string {
	if p.body == nil {
		return p.text
	}
	return p.head.text
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
