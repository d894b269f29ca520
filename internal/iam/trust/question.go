package trust

import (
	"maps"
	"slices"
	"strings"

	"podpass/internal/iam"
	"podpass/internal/iam/glob"
)

// question asks which values of a world's keys are accepted, and looks at the
// terms of a formula one by one: what one admits is described by its patterns.
type question struct {
	*world
	terms   []term // of the formula that grants
	denies  []term // of the same, to describe what narrows a pattern
	needed  []term // all others that accept looks at
	opaque  []iam.Truth
	accept  func(t *term, p *point) bool
	loose   bool // what may be in a set counts as in it
	subject func(values []string) string
}

// admitted is the question for which values all formulas allow, at least so
// truly. The terms are those of the first.
func admitted(w *world, least iam.Truth, subject func([]string) string, formulas ...formula) *question {
	first := formulas[0]
	q := &question{world: w, terms: first.allow, denies: first.deny, needed: slices.Clone(first.deny),
		opaque: w.unknowns(), loose: least < iam.True, subject: subject}
	for _, f := range formulas[1:] {
		q.needed = append(append(q.needed, f.allow...), f.deny...)
	}
	q.accept = func(t *term, p *point) bool {
		alone := formula{allow: []term{*t}, deny: first.deny}
		all := alone.decide(p)
		for i := range formulas[1:] {
			all = min(all, formulas[i+1].decide(p))
		}
		return all >= least
	}
	return q
}

// witness gives values that are accepted and that a term is about.
func (q *question) witness(t *term) (string, bool, error) {
	values, ok, err := q.find(t, q.needed, q.opaque, func(p *point) bool { return q.accept(t, p) })
	if !ok || err != nil {
		return "", false, err
	}
	return q.subject(values), true, nil
}

// gathering adds up the answers to questions.
type gathering struct {
	patterns  map[string]bool
	witnesses []string
	undecided bool
}

// most is how many witnesses are named.
const most = 3

func (g *gathering) ask(q *question) {
	if g.patterns == nil {
		g.patterns = map[string]bool{}
	}
	for i := range q.terms {
		t := &q.terms[i]
		name, ok, err := q.witness(t)
		switch {
		case err != nil:
			g.undecided = true
		case !ok:
			continue
		case len(g.witnesses) < most && !slices.Contains(g.witnesses, name):
			g.witnesses = append(g.witnesses, name)
		}
		g.describe(q, t)
	}
}

// sorted gives the patterns; the list is never nil.
func (g *gathering) sorted() []string {
	return append([]string{}, slices.Sorted(maps.Keys(g.patterns))...)
}

// describe tells what a term admits: by a pattern each of one of its parts, if
// the whole of it is accepted, else with what narrows it.
func (g *gathering) describe(q *question, t *term) {
	choices := [][]choice{}
	for key := range q.sets {
		choices = append(choices, q.choices(t, key))
	}
	each(choices, func(picked []choice) {
		if text, ok := g.pattern(q, t, picked); ok {
			g.patterns[text] = true
		}
	})
}

// choice is one pattern of a key, as a part that stands for the one it was
// taken from.
type choice struct {
	text string
	lit  lit
	from int // index of the part of the term; -1 for any value
}

// choices are the patterns of the part of a term that has the fewest.
func (q *question) choices(t *term, key int) []choice {
	best, from := [][]glob.Pattern(nil), -1
	for i, l := range t.lits {
		if l.key != key || l.negated {
			continue
		}
		set := q.sets[key][l.sure]
		if l.maybe >= 0 && q.loose {
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
func (g *gathering) pattern(q *question, t *term, picked []choice) (text string, ok bool) {
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
	only, ok, err := q.witness(&narrowed)
	switch {
	case err == nil && !ok:
		return "", false
	case err != nil:
		g.undecided = true
	}
	text = q.subject(texts)
	if ok && !strings.ContainsAny(text, "*?") {
		return only, true // a single one, in the spelling that fits
	}
	_, less, err := q.find(&alone, append(slices.Clone(q.needed), narrowed), q.opaque, func(p *point) bool {
		return !q.accept(&narrowed, p)
	})
	if g.undecided = g.undecided || err != nil; less || err != nil {
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
	for _, d := range q.denies {
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
