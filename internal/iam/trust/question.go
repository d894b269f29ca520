package trust

import (
	"maps"
	"slices"
	"strings"

	"podpass/internal/iam"
	"podpass/internal/iam/glob"
)

// question asks for which values of a world's keys all formulas allow. The
// first has the terms that are looked at one by one.
type question struct {
	*world
	formulas []formula
	subject  func(values []string) string // of a service account
}

// decide is what the formulas say at a point where the first of them is taken
// to have one term alone.
func (q *question) decide(t *term, p *point) iam.Truth {
	first := formula{allow: []term{*t}, deny: q.formulas[0].deny}
	all := first.decide(p)
	for i := range q.formulas[1:] {
		all = min(all, q.formulas[i+1].decide(p))
	}
	return all
}

// needed are the terms that decide looks at besides the one.
func (q *question) needed() []term {
	terms := slices.Clone(q.formulas[0].deny)
	for _, f := range q.formulas[1:] {
		terms = append(append(terms, f.allow...), f.deny...)
	}
	return terms
}

// witness gives values for which a term makes the answer at least so true.
func (q *question) witness(t *term, least iam.Truth) (string, bool, error) {
	values, ok, err := q.find(t, q.needed(), q.unknowns(), func(p *point) bool { return q.decide(t, p) >= least })
	if !ok || err != nil {
		return "", false, err
	}
	return q.subject(values), true, nil
}

// gathering adds up the answers to questions that differ in the audience.
type gathering struct {
	certain, possible   map[string]bool // patterns
	certainNames, names []string        // witnesses
	undecided           []string
}

// most is how many witnesses are named.
const most = 3

func (g *gathering) ask(q *question) {
	for i := range q.formulas[0].allow {
		t := &q.formulas[0].allow[i]
		g.term(q, t, iam.True, g.certain, &g.certainNames)
		g.term(q, t, iam.Unknown, g.possible, &g.names)
	}
}

func (g *gathering) term(q *question, t *term, least iam.Truth, patterns map[string]bool, names *[]string) {
	name, ok, err := q.witness(t, least)
	switch {
	case err != nil:
		g.doubt(err)
	case !ok:
		return
	case len(*names) < most && !slices.Contains(*names, name):
		*names = append(*names, name)
	}
	for _, text := range g.patterns(q, t, least) {
		patterns[text] = true
	}
}

func (g *gathering) doubt(err error) {
	if !slices.Contains(g.undecided, err.Error()) {
		g.undecided = append(g.undecided, err.Error())
	}
}

func (g *gathering) fill(a *Admission) {
	a.Certain.Patterns = slices.Sorted(maps.Keys(g.certain))
	a.Possible.Patterns = slices.Sorted(maps.Keys(g.possible))
	a.Witnesses = g.certainNames
	if len(a.Witnesses) == 0 {
		a.Witnesses = g.names
	}
	a.Empty = len(g.possible) == 0 && len(g.undecided) == 0
	a.Undecided = g.undecided
	for _, list := range []*[]string{&a.Certain.Patterns, &a.Possible.Patterns, &a.Witnesses} {
		if *list == nil {
			*list = []string{}
		}
	}
}

// patterns describes what a term admits: a pattern each of one of its parts,
// if the whole of it is admitted, else with what narrows it.
func (g *gathering) patterns(q *question, t *term, least iam.Truth) []string {
	choices := [][]choice{}
	for key := range q.sets {
		choices = append(choices, q.choices(t, key, least))
	}
	var all []string
	each(choices, func(picked []choice) {
		if text, ok := g.pattern(q, t, picked, least); ok {
			all = append(all, text)
		}
	})
	return all
}

// choice is one pattern of a key, as a part that stands for the one it was
// taken from.
type choice struct {
	text string
	lit  lit
	from int // index of the part of the term; -1 for any value
}

// choices are the patterns of the part of a term that has the fewest.
func (q *question) choices(t *term, key int, least iam.Truth) []choice {
	best, from := [][]glob.Pattern(nil), -1
	for i, l := range t.lits {
		if l.key != key || l.negated {
			continue
		}
		set := q.sets[key][l.sure]
		if l.maybe >= 0 && least < iam.True {
			set = append(slices.Clone(set), q.sets[key][l.maybe]...)
		}
		if from < 0 || len(set) < len(best) {
			best, from = nil, i
			for _, p := range set {
				best = append(best, []glob.Pattern{p})
			}
		}
	}
	if from < 0 {
		return []choice{{text: "*", from: -1}}
	}
	all := make([]choice, len(best))
	for i, one := range best {
		text := one[0].String()
		all[i] = choice{text, lit{key: key, sure: q.set(key, "choice "+text, one), maybe: -1, opaque: -1}, from}
	}
	return all
}

// mostChoices is how many combinations of patterns are told one by one.
const mostChoices = 1000

// each calls f for every combination of one choice of each key.
func each(choices [][]choice, f func([]choice)) {
	picked := make([]choice, len(choices))
	left := mostChoices
	var rec func(int)
	rec = func(key int) {
		if key == len(choices) {
			if left--; left >= 0 {
				f(picked)
			}
			return
		}
		for _, picked[key] = range choices[key] {
			rec(key + 1)
		}
	}
	rec(0)
}

// pattern tells one combination; ok is false if it admits nothing.
func (g *gathering) pattern(q *question, t *term, picked []choice, least iam.Truth) (text string, ok bool) {
	narrowed := *t
	narrowed.lits = slices.Clone(t.lits)
	alone := term{principal: iam.True}
	var texts []string
	for _, c := range picked {
		texts = append(texts, c.text)
		if c.from >= 0 {
			narrowed.lits[c.from] = c.lit
			alone.lits = append(alone.lits, c.lit)
		}
	}
	only, ok, err := q.witness(&narrowed, least)
	if err == nil && !ok {
		return "", false
	}
	if err != nil {
		g.doubt(err)
	}
	text = q.subject(texts)
	if ok && !strings.ContainsAny(text, "*?") {
		return only, true // a single account, in the spelling that fits
	}
	_, short, err := q.find(&alone, append(q.needed(), narrowed), q.unknowns(), func(p *point) bool {
		return q.decide(&narrowed, p) < least
	})
	if err != nil {
		g.doubt(err)
	}
	if short || err != nil {
		text += q.narrowing(t, picked)
	}
	return text, true
}

// narrowing says what else a term takes, and what the denies take away.
func (q *question) narrowing(t *term, picked []choice) string {
	var b strings.Builder
	for i, l := range t.lits {
		if slices.ContainsFunc(picked, func(c choice) bool { return c.from == i }) {
			continue
		}
		b.WriteString(map[bool]string{false: " and ", true: " but not "}[l.negated] + q.listed(l))
	}
	for _, d := range q.formulas[0].deny {
		var parts []string
		for _, l := range d.lits {
			parts = append(parts, map[bool]string{false: "", true: "not "}[l.negated]+q.listed(l))
		}
		if len(parts) > 0 {
			b.WriteString(" but not " + strings.Join(parts, " with "))
		}
	}
	return b.String()
}

func (q *question) listed(l lit) string {
	var texts []string
	for _, p := range q.sets[l.key][l.sure] {
		texts = append(texts, p.String())
	}
	if l.maybe >= 0 {
		texts = append(texts, "what is not known")
	}
	if len(texts) == 1 {
		return texts[0]
	}
	return "(" + strings.Join(texts, " or ") + ")"
}
