package trust

import (
	"slices"
	"strings"

	"podpass/internal/iam"
	"podpass/internal/iam/glob"
)

// subjects judges the values of conditions on the subject.
func (w *web) subjects(s *iam.Statement) {
	positive, negated := false, whole
	for _, j := range w.on(w.statement, w.provider.Host()+":sub") {
		c := &s.Conditions[j]
		traits := c.Traits()
		switch {
		case !traits.Text || c.TrueIfAbsent() == iam.Unknown:
		case traits.Negated:
			negated = j
		default:
			positive = true
			w.values(j, c, traits)
		}
	}
	if negated != whole && !positive {
		if witness, ok := w.anyone(); ok {
			w.found("PT11", negated, quoted(s.Conditions[negated].Values[0]), witness)
		}
	}
}

func (w *web) values(j int, c *iam.Condition, traits iam.Traits) {
	widest := w.poison(c, traits)
	for i, v := range c.Values {
		switch {
		case !traits.Like && strings.ContainsAny(v, "*?") && !strings.Contains(v, "${"):
			w.found("PT04", j, quoted(v), "")
		case !w.alive(c, v):
			w.deadValue(j, c, v)
		case i == widest:
			w.wide("PT08", j, v, "")
		case traits.Like && strings.ContainsAny(v, "*?"):
			w.pattern(j, v)
		}
	}
}

// poison gives the index of a pattern that includes another value of the list,
// -1 if there is none.
func (w *web) poison(c *iam.Condition, traits iam.Traits) int {
	if !traits.Like || len(c.Values) < 2 {
		return -1
	}
	var alive []string
	for _, v := range c.Values {
		if w.alive(c, v) {
			alive = append(alive, v)
		}
	}
	universe := glob.ServiceAccounts()
	for i, wide := range c.Values {
		pattern := glob.Parse(wide)
		for _, other := range alive {
			if wide != other && !outside(universe, pattern, other) && includes(pattern, other) {
				return i
			}
		}
	}
	return -1
}

// outside is a cheap proof that a pattern does not include another one: an
// account of the other one that it does not fit.
func outside(universe glob.Universe, wide glob.Pattern, other string) bool {
	for _, run := range []string{"", "x", "x:x"} {
		one := strings.NewReplacer("*", run, "?", "x").Replace(other)
		if !wide.Match(one) && universe.Contains(one) {
			return true
		}
	}
	return false
}

// includes says whether a pattern fits every service account that another
// fits.
func includes(wide glob.Pattern, other string) bool {
	_, less, err := glob.Find(glob.ServiceAccounts(), [][]glob.Pattern{{glob.Parse(other)}},
		[][]glob.Pattern{{wide}}, func(in []bool) bool { return !in[0] }, MaxStates)
	return err == nil && !less
}

// alive says whether a value of a condition fits any service account.
func (w *web) alive(c *iam.Condition, value string) bool {
	if strings.Contains(value, "${") {
		return true // a variable: what it stands for is judged elsewhere
	}
	pattern := glob.Literal(value)
	switch traits := c.Traits(); {
	case traits.Like:
		pattern = glob.Parse(value)
	case strings.Contains(c.Operator, "IgnoreCase"):
		pattern = glob.Fold(value)
	}
	_, ok, err := glob.Find(glob.ServiceAccounts(), [][]glob.Pattern{{pattern}}, nil, nil, MaxStates)
	return ok || err != nil
}

// deadValue says why no service account has a subject.
func (w *web) deadValue(j int, c *iam.Condition, value string) {
	folded := iam.Condition{Operator: c.Operator, Key: c.Key, Values: []string{strings.ToLower(value)}}
	if folded.Values[0] != value && w.alive(&folded, folded.Values[0]) {
		w.found("PT14", j, quoted(value), "")
		return
	}
	w.found("PT29", j, quoted(value), "")
}

// pattern judges a value with wildcards by where they stand.
func (w *web) pattern(j int, value string) {
	rest, ok := strings.CutPrefix(value, "system:serviceaccount:")
	namespace, name, both := strings.Cut(rest, ":")
	switch {
	case !ok || !both || strings.Trim(namespace, "*?") == "":
		w.wide("PT05", j, value, "")
	case strings.ContainsAny(namespace, "*?"):
		w.wide("PT06", j, value, "")
	case glob.Parse(name).Match("default"):
		w.wide("PT07", j, value, "system:serviceaccount:"+namespace+":default")
	}
}

// wide notes a pattern that is too wide if what makes it so is admitted: the
// subject wanted or, where that is empty, subjects of two namespaces.
func (w *web) wide(id string, j int, value, wanted string) {
	witness := ""
	found := w.each(func(q *question, t *term) bool {
		first, ok := q.within(t, value, wanted, nil)
		if !ok || wanted != "" {
			witness = first
			return ok
		}
		if id == "PT08" {
			witness, ok = q.within(t, value, "", w.others(j, value))
			return ok
		}
		namespace := first[:strings.LastIndexByte(first, ':')+1]
		witness, ok = q.within(t, value, "", []glob.Pattern{glob.Parse(namespace + "*")})
		return ok
	})
	if found {
		w.found(id, j, quoted(value), witness)
	}
}

// others are the other values of a condition as patterns.
func (w *web) others(j int, value string) []glob.Pattern {
	var all []glob.Pattern
	for _, v := range w.doc.Statements[w.statement].Conditions[j].Values {
		if v != value {
			all = append(all, glob.Parse(v))
		}
	}
	return all
}

// within gives a subject that a term admits, that a pattern fits and, if they
// are given, that is wanted and that is none of without.
func (q *question) within(t *term, pattern, wanted string, without []glob.Pattern) (string, bool) {
	narrowed := *t
	narrowed.lits = slices.Clone(t.lits)
	add := func(name string, patterns []glob.Pattern, negated bool) {
		narrowed.lits = append(narrowed.lits, lit{sure: q.set(0, name, patterns), maybe: -1, opaque: -1, negated: negated})
	}
	add("within "+pattern, []glob.Pattern{glob.Parse(pattern)}, false)
	if wanted != "" {
		add("wanted "+wanted, []glob.Pattern{glob.Literal(wanted)}, false)
	}
	if without != nil {
		text := "without"
		for _, p := range without {
			text += "\x00" + p.String()
		}
		add(text, without, true)
	}
	witness, ok, _ := q.witness(&narrowed)
	return witness, ok
}
