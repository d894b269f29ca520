package trust

import (
	"errors"
	"slices"
	"strings"

	"podpass/internal/iam"
	"podpass/internal/iam/glob"
)

// MaxStates is how many states a question about sets may visit before its answer
// is "unknown". Ordinary trusts need a few hundred; one of `*a` and sixty `?`
// that is asked for its complement would need 2⁶⁰.
const MaxStates = 100_000

// mostOpaque is how many conditions that are unknown are told apart; each
// doubles the cases.
const mostOpaque = 10

// errUndecided is the error of a question beyond the budget, or with too many
// unknown conditions.
var errUndecided = errors.New("it takes more states than the budget allows")

// world is a family of requests: all that differ in the values of some keys
// alone, and what policies say of them as formulas over sets of these values.
type world struct {
	universes []glob.Universe
	sets      [][][]glob.Pattern // of each key
	index     map[string]int     // of sets, by key and text
	opaque    []iam.Opaque
	words     []string // of each key, to tell what its sets are of; may lack
	unasked   map[int][]glob.Cell
	told      map[[2]int][]string // texts of sets, by key and set
	likelier  map[int][]change    // of each key what may make a witness of it plausible
	alias     map[int]int         // keys of atoms that are another one here
	effort    *effort
}

// effort counts what questions take: the states that were visited, and how often
// one question went beyond MaxStates. After that no more are asked.
type effort struct{ beyond, states int }

const (
	mostBeyond = 5
	mostEffort = 250_000 // states: some seconds at most
)

func (e *effort) spent() bool { return e.beyond >= mostBeyond || e.states >= mostEffort }

func (e *effort) note(states int, err error) {
	e.states += states
	if err != nil {
		e.beyond++
	}
}

// change gives another value for a key of a witness.
type change func(witness []string) string

// formula is a policy in a world: a request is allowed where a term of allow
// holds and none of deny does.
type formula struct {
	allow, deny []term
	cut         bool // there are more terms of allow
}

// mostPairs is how many pairs of terms stand for two formulas.
const mostPairs = 300

// both is where two formulas of one policy allow: by one statement, or by a pair
// of which neither does alone.
func both(f, g formula) formula {
	joint := formula{deny: slices.Clone(f.deny)}
	ofF, ofG := statements(f), map[int]term{}
	for _, t := range g.allow {
		ofG[t.statement] = t
	}
	for _, d := range g.deny {
		if !ofF[d.statement] {
			joint.deny = append(joint.deny, d)
		}
	}
	rest := slices.DeleteFunc(slices.Clone(g.allow), func(t term) bool { return ofF[t.statement] })
	for _, t := range f.allow {
		if same, ok := ofG[t.statement]; ok {
			joint.allow = append(joint.allow, t.and(same))
			continue
		}
		for _, other := range rest {
			if len(joint.allow) >= mostPairs {
				joint.cut = true
				return joint
			}
			joint.allow = append(joint.allow, t.and(other))
		}
	}
	return joint
}

// statements are those that a formula has terms of: one each at most.
func statements(f formula) map[int]bool {
	of := map[int]bool{}
	for _, t := range slices.Concat(f.allow, f.deny) {
		of[t.statement] = true
	}
	return of
}

// and is the term of what two want.
func (t term) and(other term) term {
	t.principal = min(t.principal, other.principal)
	t.lits, t.opaque = union(t.lits, other.lits), union(t.opaque, other.opaque)
	return t
}

func union[T comparable](a, b []T) []T {
	all := slices.Clone(a)
	for _, x := range b {
		if !slices.Contains(all, x) {
			all = append(all, x)
		}
	}
	return all
}

// term is a clause over the sets of its world.
type term struct {
	principal iam.Truth
	lits      []lit
	opaque    []int
	statement int
}

// lit asks whether the value of a key lies in a set; where it lies in maybe
// alone, that is as unknown as opaque says.
type lit struct {
	key, sure, maybe int // sets; maybe is -1 where there is none
	opaque           int
	negated          bool
}

func newWorld(universes ...glob.Universe) *world {
	return &world{universes: universes, sets: make([][][]glob.Pattern, len(universes)), index: map[string]int{}, unasked: map[int][]glob.Cell{}, told: map[[2]int][]string{}, effort: &effort{}}
}

// sharing counts with others; nil shares nothing.
func (w *world) sharing(e *effort) *world {
	if e != nil {
		w.effort = e
	}
	return w
}

// add makes a formula of clauses. strength says which of a clause's ways to
// name a principal count.
func (w *world) add(clauses []iam.Clause, doc *iam.Document, strength strength) formula {
	var f formula
	version := doc.Version
	for i := range clauses {
		c := &clauses[i]
		t := term{principal: c.Principal(), statement: c.Statement}
		if c.Effect == iam.Allow {
			t.principal = strength.of(c)
		}
		switch t.principal {
		case iam.False:
			continue
		case iam.Unknown:
			t.principal = iam.True
			t.opaque = append(t.opaque, w.unknown(iam.Opaque{Text: principalText(&doc.Statements[c.Statement])}))
		}
		for _, a := range c.Atoms {
			t.lits = append(t.lits, w.lit(a, version))
		}
		for _, o := range c.Opaque {
			t.opaque = append(t.opaque, w.unknown(in(version, o)))
		}
		if c.Effect == iam.Allow {
			f.allow = append(f.allow, t)
		} else {
			f.deny = append(f.deny, t)
		}
	}
	f.absorb()
	return f
}

// absorb turns each Deny of all that is not in one set into what every Allow
// wants: the same, and easier to search and to tell.
func (f *formula) absorb() {
	if len(f.allow) == 0 {
		return
	}
	f.deny = slices.DeleteFunc(f.deny, func(d term) bool {
		if len(d.lits) != 1 || !d.lits[0].negated || len(d.opaque) > 0 {
			return false
		}
		want := d.lits[0]
		want.negated = false
		for i := range f.allow {
			f.allow[i].lits = union(f.allow[i].lits, []lit{want})
		}
		return true
	})
}

// principalText names principals that may or may not cover a caller, the same
// for all that are everyone.
func principalText(s *iam.Statement) string {
	if forEveryone(s) {
		return "Principal *"
	}
	var texts []string
	for _, v := range s.Principals {
		texts = append(texts, v.Value)
	}
	slices.Sort(texts)
	return "Principal " + strings.Join(slices.Compact(texts), "\x00")
}

// strength is how strongly a principal must be named.
type strength uint8

const (
	anyWay   strength = iota // its account suffices
	byRole                   // itself or its role
	directly                 // itself
)

func (s strength) of(c *iam.Clause) iam.Truth {
	switch s {
	case directly:
		return c.Direct
	case byRole:
		return max(c.Direct, c.Role)
	}
	return c.Principal()
}

func (w *world) lit(a iam.Atom, version string) lit {
	l := lit{key: a.Of, negated: a.Negated, maybe: -1, opaque: -1}
	if same, ok := w.alias[a.Of]; ok {
		l.key = same
	}
	switch a.Of {
	case iam.OfAction:
		l.key = 0
	case iam.OfResource:
		l.key = 1
	}
	l.sure = w.set(l.key, "sure "+version+" "+a.Text, a.Sure)
	if len(a.Maybe) > 0 {
		l.maybe = w.set(l.key, "maybe "+version+" "+a.Text, a.Maybe)
		l.opaque = w.unknown(in(version, iam.Opaque{Text: a.Text}))
	}
	return l
}

// in tells conditions of the older version, in which ${…} is plain text, from
// those with variables.
func in(version string, o iam.Opaque) iam.Opaque {
	if version != iam.Version2012 && strings.Contains(o.Text, "${") {
		o.Text += " as plain text"
	}
	return o
}

func (w *world) set(key int, text string, patterns []glob.Pattern) int {
	id := string(rune(key)) + text
	if i, ok := w.index[id]; ok {
		return i
	}
	w.sets[key] = append(w.sets[key], patterns)
	w.index[id] = len(w.sets[key]) - 1
	return w.index[id]
}

func (w *world) unknown(o iam.Opaque) int {
	if i := slices.Index(w.opaque, o); i >= 0 {
		return i
	}
	w.opaque = append(w.opaque, o)
	return len(w.opaque) - 1
}

// unknownTexts are the unknown conditions for people, sorted.
func (w *world) unknownTexts() []string {
	texts := []string{}
	for _, o := range w.opaque {
		texts = append(texts, strings.ReplaceAll(o.Text, "\x00", " or "))
	}
	slices.Sort(texts)
	return texts
}

// point is one request: in which sets its values lie, and what the unknown
// conditions are taken to be.
type point struct {
	in     [][]bool
	opaque []iam.Truth
}

func (f *formula) decide(p *point) iam.Truth {
	return min(holds(f.allow, p), holds(f.deny, p).Not())
}

func holds(terms []term, p *point) iam.Truth {
	any := iam.False
	for i := range terms {
		if any = max(any, terms[i].holds(p)); any == iam.True {
			break
		}
	}
	return any
}

func (t *term) holds(p *point) iam.Truth {
	all := t.principal
	for i := range t.lits {
		all = min(all, t.lits[i].holds(p))
	}
	for _, o := range t.opaque {
		all = min(all, p.opaque[o])
	}
	return all
}

func (l *lit) holds(p *point) iam.Truth {
	truth := iam.False
	switch {
	case p.in[l.key][l.sure]:
		truth = iam.True
	case l.maybe >= 0 && p.in[l.key][l.maybe]:
		truth = p.opaque[l.opaque]
	}
	if l.negated {
		truth = truth.Not()
	}
	return truth
}

// unknowns is the assignment in which every unknown condition is unknown.
func (w *world) unknowns() []iam.Truth {
	all := make([]iam.Truth, len(w.opaque))
	for i := range all {
		all[i] = iam.Unknown
	}
	return all
}
