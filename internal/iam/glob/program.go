package glob

import (
	"cmp"
	"maps"
	"slices"
)

// program is the patterns of a set as a tree: those that begin alike have the
// nodes of their beginning in common. A position is the number of a node: what
// leads on from there is still to come.
//
// Nodes are numbered in preorder.
type program struct {
	nodes  []tree
	starts []int32
}

// tree is one node of a program.
type tree struct {
	atom     atom // that leads here; at a * any character leads here again
	children []int32
	end      bool // a pattern ends here
	// chain is the first of the nodes from which there is but one way here, with
	// no end of a pattern on it.
	chain int32
}

// passed is the position of a pattern that takes whatever follows.
const passed = -1

func newProgram(set []Pattern) *program {
	list := [][]atom{}
	for _, p := range set {
		list = append(list, loosen(p.atoms()))
	}
	slices.SortFunc(list, func(a, b []atom) int { // so that insert numbers in preorder
		return slices.CompareFunc(a, b, func(x, y atom) int {
			return cmp.Or(cmp.Compare(x.op, y.op), cmp.Compare(x.char, y.char))
		})
	})
	p := &program{nodes: []tree{{}}}
	for _, atoms := range list {
		p.insert(atoms)
	}
	for parent, n := range p.nodes {
		for _, child := range n.children {
			p.nodes[child].chain = child
			if len(n.children) == 1 && !n.end {
				p.nodes[child].chain = p.nodes[parent].chain
			}
		}
	}
	p.starts = p.enter(nil, 0)
	return p
}

// loosen writes *?*?* for ??*. That holds the same strings, and to be at the
// later * is better than at the earlier one in all that may follow, while to be
// at the later ? is not: without * between them, prune would have to keep both.
func loosen(atoms []atom) []atom {
	list := []atom{}
	beforeRun := false
	for _, a := range slices.Backward(atoms) {
		beforeRun = a.op == opRun || a.op == opOne && beforeRun
		list = append(list, a)
		if a.op == opOne && beforeRun {
			list = append(list, atom{op: opRun})
		}
	}
	slices.Reverse(list)
	return list
}

func (p *program) insert(atoms []atom) {
	at := int32(0)
	for _, a := range atoms {
		children := p.nodes[at].children
		if len(children) > 0 && p.nodes[children[len(children)-1]].atom == a {
			at = children[len(children)-1]
			continue
		}
		child := int32(len(p.nodes))
		p.nodes[at].children = append(children, child)
		p.nodes = append(p.nodes, tree{atom: a})
		at = child
	}
	p.nodes[at].end = true
}

// accepts tells whether a string may end here.
func (p *program) accepts(position int32) bool {
	return position == passed || p.nodes[position].end
}

// enter adds the positions of one who comes to a node: a * behind it, which may
// stand for nothing, and the node itself unless it leads to the * only.
func (p *program) enter(list []int32, position int32) []int32 {
	n := &p.nodes[position]
	run := slices.IndexFunc(n.children, func(child int32) bool { return p.nodes[child].atom.op == opRun })
	switch {
	case run < 0:
		return append(list, position)
	case p.nodes[n.children[run]].end:
		return append(list, passed)
	case n.end || len(n.children) > 1:
		list = append(list, position)
	}
	return append(list, n.children[run])
}

// follow adds the positions behind a letter.
func (p *program) follow(list []int32, position int32, l letter) []int32 {
	if position == passed {
		return append(list, passed)
	}
	n := &p.nodes[position]
	before := len(list)
	for _, child := range n.children {
		if p.nodes[child].atom.takes(l) {
			list = p.enter(list, child)
		}
	}
	if n.atom.op == opRun {
		list = append(list, position)
	}
	return append(list[:before], p.prune(list[before:])...)
}

// prune sorts positions and drops those that tell nothing: all others where
// one takes whatever follows, and in a chain those before the last * reached,
// which takes all that they do. It works in place.
func (p *program) prune(list []int32) []int32 {
	slices.Sort(list)
	list = slices.Compact(list)
	if len(list) > 0 && list[0] == passed {
		return list[:1]
	}
	kept := len(list)
	reached := int32(-1) // the chain in which a * was seen
	for i := len(list) - 1; i >= 0; i-- {
		n := &p.nodes[list[i]]
		if n.chain == reached {
			continue
		}
		if n.atom.op == opRun {
			reached = n.chain
		}
		kept--
		list[kept] = list[i]
	}
	return list[kept:]
}

// mentioned gives the characters that the patterns tell from others, ascending.
func (p *program) mentioned() []rune {
	chars := map[rune]bool{}
	for _, n := range p.nodes[1:] {
		switch n.atom.op {
		case opChar:
			chars[n.atom.char] = true
		case opFold:
			for _, char := range orbit(n.atom.char) {
				chars[char] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(chars))
}
