package keys

import (
	"cmp"
	"slices"

	"podpass/internal/snapshot"
)

// pairing finds out which access key ids have their secret beside them.
//
// It pairs within the innermost profile, object or mapping first, then in
// those around it, in the value, in the container, in the object. Within each
// it pairs by what the names have in common (PROD_… with PROD_…), then secrets
// whose name says so, then others, each by nearness. An example of AWS's
// documentation only goes with another: an id that is nobody's has no secret.
type pairing struct {
	halves []half          // in order
	paired map[string]bool // ids
	used   map[string]bool // secrets
	sure   map[string]bool // secrets that some name says to be one
	keys   map[string]*snapshot.Key
	nodes  map[*group]*node
	levels [][]*node // by depth
	work   int       // see Scan
}

// node is a group while halves are paired.
type node struct {
	group *group
	open  []int // halves without another half, by index
	own   bool  // some of them stand in no group within
	inner int   // groups within that others come from
}

func newPairing(halves []half) *pairing {
	p := &pairing{halves, map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]*snapshot.Key{}, map[*group]*node{}, nil, 0}
	for _, h := range halves {
		if h.sure {
			p.sure[h.secret] = true
		}
	}
	return p
}

// run goes from the innermost groups outwards.
func (p *pairing) run() {
	for i := range p.halves {
		n := p.node(p.halves[i].group)
		n.own = true
		n.open = append(n.open, i)
	}
	for depth := len(p.levels) - 1; depth >= 0; depth-- {
		for _, n := range p.levels[depth] {
			if n.own || n.inner > 1 { // else all was tried in the one group within
				slices.Sort(n.open)
				p.within(n)
			}
			if outer := n.group.parent; outer != nil && len(n.open) > 0 {
				o := p.node(outer)
				o.open = append(o.open, n.open...)
				o.inner++
			}
		}
	}
}

func (p *pairing) node(g *group) *node {
	n := p.nodes[g]
	if n == nil {
		n = &node{group: g}
		p.nodes[g] = n
		for len(p.levels) <= g.depth {
			p.levels = append(p.levels, nil)
		}
		p.levels[g.depth] = append(p.levels[g.depth], n)
	}
	return n
}

// within pairs what is open in one group.
func (p *pairing) within(n *node) {
	p.work += len(n.open)
	byStem := map[string][]int{}
	var stems []string
	for _, i := range n.open {
		s := p.halves[i].name.stem
		if s != "" && byStem[s] == nil {
			stems = append(stems, s)
		}
		byStem[s] = append(byStem[s], i)
	}
	if p.mixed(n.open) {
		for _, s := range stems {
			p.nearest(byStem[s], mayGo)
		}
		p.nearest(n.open, func(id, secret *half) bool { return secret.sure && mayGo(id, secret) })
		p.nearest(n.open, mayGo)
		p.inOrder(n.open)
	}
	n.open = slices.DeleteFunc(n.open, func(i int) bool { return !p.isOpen(i) })
}

func (p *pairing) isOpen(i int) bool {
	h := &p.halves[i]
	return h.id != "" && !p.paired[h.id] || h.secret != "" && !p.used[h.secret]
}

// mixed tells whether halves of both sorts are open.
func (p *pairing) mixed(list []int) bool {
	var id, secret bool
	for _, i := range list {
		if p.isOpen(i) {
			id, secret = id || p.halves[i].id != "", secret || p.halves[i].secret != ""
		}
	}
	return id && secret
}

func (p *pairing) join(id, secret *half) {
	if !p.paired[id.id] && !p.used[secret.secret] {
		p.paired[id.id], p.used[secret.secret] = true, true
	}
}

// couple is an id and a secret that may go together, and how far they stand
// apart, in lines and in halves.
type couple struct {
	id, secret   *half
	lines, apart int
}

// window is how many halves apart those of one key may stand, if other keys
// are between them.
const window = 8

// nearest pairs halves, the nearest first; of two alike, those that stand in
// the order in which the group begins.
func (p *pairing) nearest(list []int, may func(id, secret *half) bool) {
	list = slices.DeleteFunc(slices.Clone(list), func(i int) bool { return !p.isOpen(i) })
	if !p.mixed(list) {
		return
	}
	var couples []couple
	leads := p.halves[list[0]].id != ""
	for i := range list {
		id := &p.halves[list[i]]
		for j := max(0, i-window); id.id != "" && j < min(len(list), i+window+1); j++ {
			secret := &p.halves[list[j]]
			p.work++
			if secret.secret == "" || !may(id, secret) {
				continue
			}
			apart := 2 * max(i-j, j-i)
			if (i < j) != leads {
				apart++
			}
			couples = append(couples, couple{id, secret, lines(id, secret), apart})
		}
	}
	slices.SortStableFunc(couples, func(a, b couple) int { return cmp.Or(cmp.Compare(a.lines, b.lines), cmp.Compare(a.apart, b.apart)) })
	for _, c := range couples {
		p.join(c.id, c.secret)
	}
}

// inOrder pairs what is left, however far apart: the first id with the first
// secret. It looks at a few secrets for each id only.
func (p *pairing) inOrder(list []int) {
	var secrets []*half
	for _, i := range list {
		if h := &p.halves[i]; h.secret != "" && p.isOpen(i) {
			secrets = append(secrets, h)
		}
	}
	for _, i := range list {
		id := &p.halves[i]
		if id.id == "" || p.paired[id.id] {
			continue
		}
		for len(secrets) > 0 && p.used[secrets[0].secret] {
			secrets = secrets[1:]
		}
		for _, secret := range secrets[:min(window, len(secrets))] {
			if !p.used[secret.secret] && mayGo(id, secret) {
				p.join(id, secret)
				break
			}
		}
	}
}

// elsewhere is the distance between halves of different values.
const elsewhere = 1 << 30

// lines is the distance of two halves in lines.
func lines(a, b *half) int {
	if a.add != b.add {
		return elsewhere
	}
	return max(a.line-b.line, b.line-a.line)
}

// mayGo tells whether a secret may be that of an id.
func mayGo(id, secret *half) bool {
	if isExampleID(id.id) != isExampleSecret(secret.secret) {
		return false
	}
	a, b := id.name, secret.name
	if !secret.sure {
		if b.other || secret.look == hash || a.half && b.stem != "" && a.stem != b.stem { // JWT_SECRET beside AWS_ACCESS_KEY_ID
			return false
		}
		named := b.mayBeSecret && (secret.look >= mixed || a.stem == b.stem)
		if !named && (secret.look < random || !near(id, secret)) {
			return false
		}
	}
	return a.stem == b.stem || a.stem == "" || b.stem == "" || !a.half || !b.half
}

// near tells halves that stand within a few lines, or of which the secret is a
// value of its own.
func near(id, secret *half) bool {
	distance := lines(id, secret)
	return distance <= 3 || distance == elsewhere && secret.line == 1
}

// key gives the key to tell of a half, once for all its places; nil for a
// secret that has an id, and for one for which only its look speaks.
func (p *pairing) key(h *half) *snapshot.Key {
	if h.secret != "" && (p.used[h.secret] || !p.sure[h.secret]) {
		return nil
	}
	k := p.keys[h.id+h.secret]
	if k == nil {
		k = &snapshot.Key{ID: h.id, Profile: h.profile, Example: isExampleID(h.id) || isExampleSecret(h.secret), Secret: h.secret != "" || p.paired[h.id]}
		p.keys[h.id+h.secret] = k
	}
	return k
}
