package glob

import (
	"encoding/binary"
	"slices"
)

// search goes through the strings of a universe, the shortest first, and takes
// those for one that nothing tells apart by how they may go on.
type search struct {
	shapes  []*shape
	letters []letter
	roles   [][]role // by shape and letter
	all     []*program
	det     []*dfa
	budget  int
	// visit is called with each combination of memberships in det, perhaps
	// more than once, and ends the search by true.
	visit func(in []bool, text func() string) bool

	nodes []node
	seen  map[string]int32 // by key of node: the least depth
	key   []byte           // scratch space
	done  bool
	err   error
}

// node is a way to begin a string.
type node struct {
	parent  int32 // -1 at the start
	letter  int32 // that it adds to its parent's string, -1 for none
	segment int32 // of the next character; len(shapes) for a whole string
	depth   int32 // characters in that segment so far
	place   place
	states  []int32 // one a set: positions of all, states of det
}

func newSearch(u Universe, all, det [][]Pattern, budget int) *search {
	s := &search{budget: budget, seen: map[string]int32{}}
	for _, segment := range u {
		s.shapes = append(s.shapes, newShape(segment))
	}
	programs := []*program{}
	for _, set := range slices.Concat(all, det) {
		programs = append(programs, newProgram(set))
	}
	s.letters = alphabet(s.shapes, programs)
	for _, shape := range s.shapes {
		roles := []role{}
		for _, l := range s.letters {
			roles = append(roles, shape.role(l.char))
		}
		s.roles = append(s.roles, roles)
	}
	s.all = programs[:len(all)]
	for _, p := range programs[len(all):] {
		s.det = append(s.det, newDFA(p, s.letters))
	}
	return s
}

func (s *search) run() error {
	choices := make([][]int32, len(s.all)+len(s.det))
	for i, p := range s.all {
		choices[i] = p.starts
	}
	for i, d := range s.det {
		choices[len(s.all)+i] = []int32{d.start}
	}
	s.fan(node{parent: -1, letter: -1, place: mustBegin}, choices)
	for i := 0; i < len(s.nodes) && !s.done; i++ {
		s.expand(i)
	}
	return s.err
}

// expand adds the nodes that are one character longer.
func (s *search) expand(index int) {
	n := s.nodes[index]
	if int(n.segment) == len(s.shapes) {
		return
	}
	shape := s.shapes[n.segment]
	choices := make([][]int32, len(n.states))
	for i, l := range s.letters {
		at := shape.step(n.place, int(n.depth), l.char, s.roles[n.segment][i])
		if at != 0 && s.choose(choices, n.states, i) {
			s.fan(node{parent: int32(index), letter: int32(i), segment: n.segment, depth: n.depth + 1, place: at}, choices)
		}
	}
}

// choose fills in the states that may follow by a letter; ok is false where a
// set of all has none.
func (s *search) choose(choices [][]int32, states []int32, letter int) (ok bool) {
	for i, p := range s.all {
		choices[i] = p.follow(choices[i][:0], states[i], s.letters[letter])
		if len(choices[i]) == 0 {
			return false
		}
	}
	for i, d := range s.det {
		i += len(s.all)
		choices[i] = append(choices[i][:0], d.step(states[i], letter))
	}
	return true
}

// fan adds a node with each combination of the states that it can have.
func (s *search) fan(n node, choices [][]int32) {
	if len(n.states) == len(choices) {
		s.add(n)
		return
	}
	for _, state := range choices[len(n.states)] {
		with := n
		with.states = append(n.states, state)
		s.fan(with, choices)
	}
}

// add adds a node, and where its segment may end the one at the start of the
// next, unless there was one that can go on in all ways that this one can. That
// is one with the same states and the same place that is no deeper in its
// segment: the fewer characters there, the more may follow. It is no longer
// either, since nodes come in the order of their length. Only up to Min
// characters the depth itself is part of what must be the same.
func (s *search) add(n node) {
	if s.done || int(n.segment) == len(s.shapes) && !s.accepted(n.states) {
		return
	}
	key := s.keyOf(n)
	if least, ok := s.seen[string(key)]; ok && least <= n.depth {
		return
	}
	if len(s.nodes) >= s.budget {
		s.done, s.err = true, ErrBudget
		return
	}
	s.seen[string(key)] = n.depth
	n.states = slices.Clone(n.states)
	index := len(s.nodes)
	s.nodes = append(s.nodes, n)
	if int(n.segment) == len(s.shapes) {
		s.done = s.visit(s.memberships(n.states), func() string { return s.text(n) })
	} else if s.shapes[n.segment].whole(n.place, int(n.depth)) {
		s.add(node{parent: int32(index), letter: -1, segment: n.segment + 1, place: mustBegin, states: n.states})
	}
}

func (s *search) keyOf(n node) []byte {
	least := 0
	if int(n.segment) < len(s.shapes) {
		least = s.shapes[n.segment].Min
	}
	s.key = binary.LittleEndian.AppendUint32(s.key[:0], uint32(n.segment))
	s.key = binary.LittleEndian.AppendUint32(s.key, uint32(min(int(n.depth), least)))
	s.key = append(s.key, byte(n.place))
	for _, state := range n.states {
		s.key = binary.LittleEndian.AppendUint32(s.key, uint32(state))
	}
	return s.key
}

// accepted tells whether a string with these states lies in all sets of all.
func (s *search) accepted(states []int32) bool {
	for i, p := range s.all {
		if !p.accepts(states[i]) {
			return false
		}
	}
	return true
}

// memberships tells in which sets of det a string with these states lies.
func (s *search) memberships(states []int32) []bool {
	in := make([]bool, len(s.det))
	for i, d := range s.det {
		in[i] = d.holds(states[len(s.all)+i])
	}
	return in
}

// text gives the string of a node.
func (s *search) text(n node) string {
	chars := []rune{}
	for {
		if n.letter >= 0 {
			chars = append(chars, s.letters[n.letter].char)
		}
		if n.parent < 0 {
			slices.Reverse(chars)
			return string(chars)
		}
		n = s.nodes[n.parent]
	}
}
