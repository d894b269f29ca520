package trust

import (
	"fmt"
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
	formula        // that grants; its denies describe what narrows a pattern
	needed  []term // all others that accept looks at
	opaque  []iam.Truth
	accept  func(t *term, p *point) bool
	loose   bool                         // what may be in a set counts as in it
	wider   func(t *term, p *point) bool // of a difference: what it is taken from
	subject func(values []string) string
}

// admitted is the question for which values a formula allows, at least so
// truly.
func admitted(w *world, least iam.Truth, subject func([]string) string, f formula) *question {
	q := &question{world: w, formula: f, needed: slices.Clone(f.deny), opaque: w.unknowns(), loose: least < iam.True, subject: subject}
	q.accept = func(t *term, p *point) bool {
		alone := formula{allow: []term{*t}, deny: f.deny}
		return alone.decide(p) >= least
	}
	return q
}

// witness gives values that are accepted and that a term is about.
func (q *question) witness(t *term) (string, bool, error) {
	values, ok, err := q.find(t, q.needed, q.opaque, func(p *point) bool { return q.accept(t, p) })
	if !ok || err != nil {
		return "", false, err
	}
	return q.subject(q.plausible(t, values)), true, nil
}

// plausible puts likelier values in the place of those that were found, one
// part at a time, where they are accepted too.
func (q *question) plausible(t *term, values []string) []string {
	for key, value := range values {
		for _, change := range q.likelier[key] {
			with := slices.Clone(values)
			with[key] = change(with)
			if with[key] != value && q.universes[key].Contains(with[key]) && t.holds(q.at(with)) == t.holds(q.at(values)) && q.accept(t, q.at(with)) {
				values = with
			}
		}
	}
	return values
}

// at is the point of one value of each key.
func (q *question) at(values []string) *point {
	p := &point{in: make([][]bool, len(values)), opaque: q.opaque}
	for key, value := range values {
		for _, set := range q.sets[key] {
			in := slices.ContainsFunc(set, func(pattern glob.Pattern) bool { return pattern.Match(value) })
			p.in[key] = append(p.in[key], in)
		}
	}
	return p
}

// gathering adds up the answers to questions.
type gathering struct {
	patterns  map[string]bool
	witnesses []string
	undecided bool
	untold    bool // there are more patterns than are told
	within    bool // the patterns cover more than the difference asked about
}

// most is how many witnesses are named.
const most = 3

// mostTerms is how many terms are asked about: a document within IAM's quotas
// has less than a hundred.
const mostTerms = 1000

func (g *gathering) ask(q *question) {
	if g.patterns == nil {
		g.patterns = map[string]bool{}
	}
	g.undecided = g.undecided || q.cut || len(q.allow) > mostTerms
	for i := range min(len(q.allow), mostTerms) {
		t := &q.allow[i]
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
	most := min(mostChoices, 1+mostWork/(1+len(q.needed)))
	all := each(choices, most, func(picked []choice) {
		if text, ok := g.pattern(q, t, picked); ok {
			g.patterns[text] = true
		}
	})
	g.untold = g.untold || !all
}

// choice is one pattern of a key, as a part that stands for the one it was
// taken from.
type choice struct {
	text string // empty for any value
	many bool   // it stands for several values
	lit  lit
	from int // index of the part of the term; -1 for any value
}

// choices are the patterns of the part of a term that is told best.
func (q *question) choices(t *term, key int) []choice {
	best, from := []glob.Pattern(nil), -1
	for i, l := range t.lits {
		if l.key != key || l.negated {
			continue
		}
		set := q.sets[key][l.sure]
		if l.maybe >= 0 && q.loose {
			set = append(slices.Clone(set), q.sets[key][l.maybe]...)
		}
		if from < 0 || simpler(set, best) {
			best, from = set, i
		}
	}
	if from < 0 {
		return []choice{{many: true, from: -1}}
	}
	all := make([]choice, len(best))
	for i, p := range best {
		id := fmt.Sprint("choice ", t.lits[from].sure, t.lits[from].maybe, i) // texts do not tell a literal from a pattern
		text, many := q.spelled(key, p)
		all[i] = choice{text, many, lit{key: key, sure: q.set(key, id, []glob.Pattern{p}), maybe: -1, opaque: -1}, from}
	}
	return all
}

// fewNames are told one by one rather than as what narrows a pattern.
const fewNames = 50

// simpler says whether one set tells more in less: a few names, else fewer
// patterns, else a longer one.
func simpler(set, than []glob.Pattern) bool {
	names := func(set []glob.Pattern) bool {
		return len(set) <= fewNames && !slices.ContainsFunc(set, glob.Pattern.Wild)
	}
	if names(set) != names(than) {
		return names(set)
	}
	if len(set) != len(than) {
		return len(set) < len(than)
	}
	length := func(set []glob.Pattern) (sum int) {
		for _, p := range set {
			sum += len(p.String())
		}
		return sum
	}
	return length(set) > length(than)
}

// spelled gives the text of a pattern, and whether several values of the key
// fit it. Of a text that folds case it gives the only spelling that there is.
func (w *world) spelled(key int, p glob.Pattern) (text string, many bool) {
	if _, literal := p.IsLiteral(); literal || p.Wild() {
		return p.String(), p.Wild()
	}
	set := [][]glob.Pattern{{p}}
	first, found, err := glob.Find(w.universes[key], set, nil, nil, MaxStates)
	if !found || err != nil {
		return p.String(), err != nil
	}
	_, more, err := glob.Find(w.universes[key], set, [][]glob.Pattern{{glob.Literal(first)}}, func(in []bool) bool { return !in[0] }, MaxStates)
	if more || err != nil {
		return p.String() + " in any case", true
	}
	return first, false
}

// mostChoices is how many combinations of patterns are told one by one.
const mostChoices = 1000

// each calls f for every combination of one choice of each key, but for left of
// them at most; all says whether these were all.
func each(choices [][]choice, left int, f func([]choice)) (all bool) {
	picked := make([]choice, len(choices))
	var rec func(int)
	rec = func(key int) {
		if key == len(choices) {
			if left--; left >= 0 {
				f(picked)
			}
			return
		}
		for _, picked[key] = range choices[key] {
			if left >= 0 { // there may be 10^18 of them
				rec(key + 1)
			}
		}
	}
	rec(0)
	return left >= 0
}

// pattern tells one combination; ok is false if it admits nothing.
func (g *gathering) pattern(q *question, t *term, picked []choice) (text string, ok bool) {
	narrowed := *t
	narrowed.lits = slices.Clone(t.lits)
	alone := term{principal: iam.True}
	many := false
	var texts []string
	for _, c := range picked {
		texts, many = append(texts, c.text), many || c.many
		if c.from >= 0 {
			narrowed.lits[c.from] = c.lit
			alone.lits = append(alone.lits, c.lit)
		}
	}
	_, ok, err := q.witness(&narrowed)
	switch {
	case err == nil && !ok:
		return "", false
	case err != nil:
		g.undecided = true
	}
	text = q.subject(texts)
	if ok && !many {
		return text, true
	}
	_, less, err := q.find(&alone, append(slices.Clone(q.needed), narrowed), q.opaque, func(p *point) bool {
		return !q.accept(&narrowed, p)
	})
	if g.undecided = g.undecided || err != nil; less || err != nil {
		text += q.narrowing(t, picked)
	}
	if q.wider != nil && !g.within {
		_, more, err := q.find(&narrowed, q.needed, q.opaque, func(p *point) bool { return q.wider(&narrowed, p) && !q.accept(&narrowed, p) })
		g.within = more || err != nil
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
		if text := q.listed(l, q.loose != l.negated); text != "" {
			b.WriteString(map[bool]string{false: " and ", true: " but not "}[l.negated] + text)
		}
	}
	for i := range q.deny {
		b.WriteString(q.less(&q.deny[i]))
	}
	return b.String()
}

// less says what a deny takes away, with the word before it: of what is
// possible only what it does so without doubt.
func (q *question) less(d *term) string {
	untrue := func(o int) bool { return q.opaque[o] == iam.False }
	if q.loose && len(d.opaque) > 0 || slices.ContainsFunc(d.opaque, untrue) {
		return ""
	}
	kept := !slices.ContainsFunc(d.lits, func(l lit) bool { return !l.negated })
	var parts []string
	for _, l := range d.lits {
		text := q.listed(l, q.loose == l.negated)
		switch {
		case text != "" && l.negated && !kept:
			parts = append(parts, "not "+text)
		case text != "":
			parts = append(parts, text)
		case !l.negated:
			return ""
		}
	}
	switch {
	case len(parts) == 0:
		return ""
	case !kept:
		return " but not " + strings.Join(parts, " with ")
	case len(parts) > 1: // what is in one of the sets stays
		return " and (" + strings.Join(parts, " or ") + ")"
	}
	return " and " + parts[0]
}

// listed writes the set of a part; doubt says whether what may be in it counts.
func (q *question) listed(l lit, doubt bool) string {
	texts := slices.Clone(q.texts(l.key, l.sure))
	if doubt && l.maybe >= 0 {
		texts = append(texts, "what is not known")
	}
	if len(texts) == 0 {
		return ""
	}
	text := strings.Join(texts, " or ")
	if len(texts) > 1 {
		text = "(" + text + ")"
	}
	if l.key < len(q.words) {
		text = q.words[l.key] + text
	}
	return text
}

// mostTexts is how many patterns of a set are told.
const mostTexts = 100

// texts writes the patterns of a set that fit any value of the key.
func (w *world) texts(key, set int) []string {
	at := [2]int{key, set}
	if texts, ok := w.told[at]; ok {
		return texts
	}
	texts, all := []string{}, w.sets[key][set]
	for i, p := range all {
		if len(texts) == mostTexts {
			texts = append(texts, fmt.Sprintf("up to %d more", len(all)-i))
			break
		}
		if text, _ := w.spelled(key, p); w.living(key, p) && !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	w.told[at] = texts
	return texts
}

// living says whether any value of a key fits a pattern.
func (w *world) living(key int, p glob.Pattern) bool {
	if text, ok := p.IsLiteral(); ok {
		return w.universes[key].Contains(text)
	}
	_, ok, err := glob.Find(w.universes[key], [][]glob.Pattern{{p}}, nil, nil, MaxStates)
	return ok || err != nil
}
