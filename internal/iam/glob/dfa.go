package glob

import (
	"encoding/binary"
	"slices"
)

// dfa follows a program deterministically: its states are sets of positions,
// made when they are first reached.
type dfa struct {
	*program
	letters []letter
	states  [][]int32
	ids     map[string]int32
	rows    [][]int32 // of a state and a letter: the next state, -1 if not yet known
	start   int32
	set     []int32 // scratch space
	key     []byte  // scratch space
}

// States that each dfa has.
const (
	dead = iota // takes nothing
	pass        // takes everything
)

func newDFA(p *program, letters []letter) *dfa {
	d := &dfa{program: p, letters: letters, ids: map[string]int32{}}
	d.intern(nil)
	d.intern([]int32{passed})
	d.start = d.intern(p.prune(slices.Clone(p.starts)))
	return d
}

// intern gives the number of a set of positions, which is pruned.
func (d *dfa) intern(set []int32) int32 {
	d.key = d.key[:0]
	for _, position := range set {
		d.key = binary.LittleEndian.AppendUint32(d.key, uint32(position))
	}
	if id, ok := d.ids[string(d.key)]; ok {
		return id
	}
	id := int32(len(d.states))
	d.ids[string(d.key)] = id
	d.states = append(d.states, slices.Clone(set))
	d.rows = append(d.rows, slices.Repeat([]int32{-1}, len(d.letters)))
	return id
}

// step gives the state behind a letter.
func (d *dfa) step(state int32, letter int) int32 {
	if id := d.rows[state][letter]; id >= 0 {
		return id
	}
	d.set = d.set[:0]
	for _, position := range d.states[state] {
		d.set = d.follow(d.set, position, d.letters[letter])
	}
	d.set = d.prune(d.set)
	id := d.intern(d.set)
	d.rows[state][letter] = id
	return id
}

// holds tells whether a string that leads to a state is in the set.
func (d *dfa) holds(state int32) bool {
	return slices.ContainsFunc(d.states[state], d.accepts)
}
