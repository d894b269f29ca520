package keys

import (
	"cmp"
	"slices"
	"strings"

	"podpass/internal/snapshot"
)

// pairing finds out which access key ids have their secret beside them.
//
// It pairs within the innermost profile, object or mapping first, then in
// those around it, in the value, in the container, in the object. Within each
// it pairs by what the names have in common (PROD_… with PROD_…), then by
// nearness. An example of AWS's documentation only goes with another: an id
// that is nobody's has no secret.
type pairing struct {
	found  []half
	paired map[string]bool // ids
	used   map[string]bool // secrets
	told   map[string]*snapshot.Key
}

func newPairing(found []half) *pairing {
	return &pairing{found, map[string]bool{}, map[string]bool{}, map[string]*snapshot.Key{}}
}

func (p *pairing) run() {
	p.within(func(h *half) string { return itoa(h.add) + h.group })
	for p.widen() {
	}
	p.within(func(h *half) string { return itoa(h.add) })
	p.within(func(h *half) string { return h.place.Container + "\x00" + h.place.Field })
	p.within(func(h *half) string { return h.place.Container })
	p.within(func(*half) string { return "" })
}

// widen takes every half out of its innermost group and pairs again, until
// there is none left.
func (p *pairing) widen() bool {
	deeper := false
	for i := range p.found {
		if at := strings.LastIndexByte(p.found[i].group, 0); at >= 0 {
			p.found[i].group = p.found[i].group[:at]
			deeper = true
		}
	}
	if deeper {
		p.within(func(h *half) string { return itoa(h.add) + h.group })
	}
	return deeper
}

// within pairs the halves that share a key.
func (p *pairing) within(key func(*half) string) {
	groups := map[string][]*half{}
	var order []string
	for i := range p.found {
		h := &p.found[i]
		if h.id != "" && p.paired[h.id] || h.secret != "" && p.used[h.secret] {
			continue
		}
		k := key(h)
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], h)
	}
	for _, k := range order {
		p.group(groups[k])
	}
}

// group pairs what is open in one group: first by name, then by nearness.
func (p *pairing) group(halves []*half) {
	for _, may := range []func(id, secret *half) bool{sameStem, mayGo} {
		for _, c := range couples(halves, may) {
			id, secret := halves[c.id].id, halves[c.secret].secret
			if !p.paired[id] && !p.used[secret] {
				p.paired[id], p.used[secret] = true, true
			}
		}
	}
}

// couple is an id and a secret that may go together, by index.
type couple struct{ id, secret, distance int }

// window is how many halves apart those of one key may stand.
const window = 32

// couples lists those of a group, the nearest first; of two alike, the one
// whose halves stand in the order in which the group begins.
func couples(halves []*half, may func(id, secret *half) bool) []couple {
	var list []couple
	leads := halves[0].id != ""
	for i, a := range halves {
		for j := max(0, i-window); a.id != "" && j < min(len(halves), i+window); j++ {
			b := halves[j]
			if b.secret == "" || isExampleID(a.id) != isExampleSecret(b.secret) || !may(a, b) {
				continue
			}
			d := 2 * distance(a, b, i, j)
			if (i < j) != leads {
				d++
			}
			list = append(list, couple{i, j, d})
		}
	}
	slices.SortStableFunc(list, func(a, b couple) int { return cmp.Compare(a.distance, b.distance) })
	return list
}

// distance is that in lines, or in values.
func distance(a, b *half, i, j int) int {
	if a.add == b.add && a.line != b.line {
		return max(a.line-b.line, b.line-a.line)
	}
	if a.add == b.add {
		return 0
	}
	return max(i-j, j-i)
}

func sameStem(id, secret *half) bool {
	s := stem(id.label)
	return s != "" && s == stem(secret.label) && mayGo(id, secret)
}

// mayGo tells whether a secret may be that of an id. One whose name does not
// say what it is must look random, and stand near or under a name that
// could be that of a secret.
func mayGo(id, secret *half) bool {
	if !secret.sure {
		near := id.add == secret.add && distance(id, secret, 0, 0) <= 3 || id.add != secret.add && secret.line == 1
		if !mixed(secret.secret) || endsOther(letters(secret.label)) || !near && !mayBeSecret(secret.label) {
			return false
		}
	}
	a, b := stem(id.label), stem(secret.label)
	return a == b || a == "" || b == "" || !halves(id.label) || !halves(secret.label)
}

// lone gives the key to tell of a secret without an id, once for all places of
// the secret; nil where it has one, or where only its look speaks for it.
func (p *pairing) lone(h *half) *snapshot.Key {
	if p.used[h.secret] || !h.sure && !p.surely(h.secret) {
		return nil
	}
	k := p.told[h.secret]
	if k == nil {
		k = &snapshot.Key{Secret: true, Example: isExampleSecret(h.secret), Profile: h.ini}
		p.told[h.secret] = k
	}
	return k
}

func (p *pairing) surely(secret string) bool {
	return slices.ContainsFunc(p.found, func(h half) bool { return h.secret == secret && h.sure })
}
