package trust

import (
	"slices"
	"strings"

	"podpass/internal/iam"
	"podpass/internal/iam/glob"
)

// subjects judges the values of conditions on the subject one by one: those that
// fit nobody, so that they neither let in nor keep out, and those that make the
// others pointless.
func (w *web) subjects(s *iam.Statement) {
	for _, j := range w.on(w.statement, w.provider.Host()+":sub") {
		c := &s.Conditions[j]
		if !compares(c) {
			continue
		}
		w.deadValues(j, c)
		if widest := w.poison(c); widest >= 0 {
			w.wide("PT08", j, c.Values[widest], "")
		}
	}
}

// compares says whether a condition compares subjects with its values.
func compares(c *iam.Condition) bool {
	return c.Traits().Text && c.TrueIfAbsent() != iam.Unknown
}

// breadth judges whom the statement admits: as a whole, by its patterns, and
// where neither tells, by what the denies leave.
func (w *web) breadth(s *iam.Statement) {
	if w.has(w.statement, w.provider.ARN(), "PT08", "PT09", "PT10", "PT12", "PT32") {
		return
	}
	on := w.on(w.statement, w.provider.Host()+":sub")
	witness, maybe, all := w.universal()
	switch {
	case all && len(s.Conditions) == 0:
		w.found("PT01", whole, quoted(w.provider.Host()), w.token(witness)).Maybe = maybe
	case all && (!maybe || w.other || len(on) == 0):
		w.contested(w.found("PT02", whole, quoted(w.provider.Host()), w.token(witness))).Maybe = maybe
	case !w.exclusion(s, on) && !w.patterns(s, on):
		w.left()
	}
}

// token tells whose token a witness stands for, where that is not to be seen.
func (w *web) token(witness string) string {
	switch {
	case !isEKS(w.provider.Host()):
		return "every token of " + w.provider.Host()
	case w.other:
		return witness + " with an audience that no value names"
	}
	return witness
}

// contested says what it may depend on.
func (w *web) contested(f *Finding) *Finding {
	deny := slices.ContainsFunc(w.doc.Statements, func(s iam.Statement) bool { return s.Effect == iam.Deny && forEveryone(&s) })
	if deny {
		f.Fix += "; or name the provider in the Deny: whether \"*\" is for tokens AWS does not document"
	}
	return f
}

// exclusion looks for a list of those that must not get in: by conditions of the
// statement, or by denies.
func (w *web) exclusion(s *iam.Statement, on []int) bool {
	j, text := whole, "a deny takes some away, and leaves the rest"
	for _, i := range on {
		if !compares(&s.Conditions[i]) || !s.Conditions[i].Traits().Negated {
			return false
		}
		j, text = i, quoted(s.Conditions[i].Values[0])
	}
	d := w.admits(w.stranger())
	if d != iam.DecideDeny {
		w.found("PT11", j, text, w.stranger()).Maybe = d == iam.DecideUnknown
	}
	return d != iam.DecideDeny
}

// patterns judges patterns by where their wildcards stand.
func (w *web) patterns(s *iam.Statement, on []int) (found bool) {
	for _, j := range on {
		c := &s.Conditions[j]
		if !compares(c) || c.Traits().Negated || !c.Traits().Like {
			continue
		}
		for _, v := range c.Values {
			if strings.ContainsAny(v, "*?") && !strings.Contains(v, "${") && alive(c, v) {
				found = w.pattern(j, v) || found
			}
		}
	}
	return found
}

// pattern judges one pattern.
func (w *web) pattern(j int, value string) bool {
	rest, ok := strings.CutPrefix(value, subjectPrefix)
	namespace, name, both := strings.Cut(rest, ":")
	switch {
	case !ok || !both || strings.Trim(namespace, "*?") == "":
		return w.wide("PT05", j, value, "")
	case strings.ContainsAny(namespace, "*?"):
		return w.wide("PT06", j, value, "")
	case glob.Parse(name).Match("default"):
		return w.wide("PT07", j, value, subjectPrefix+namespace+":default")
	}
	return false
}

// left judges what the denies leave, or a variable may stand for: subjects in
// namespaces that no value names, and accounts default that none names.
func (w *web) left() {
	var namespaces, defaults []glob.Pattern
	for _, value := range w.values(w.provider.Host() + ":sub") {
		parts := strings.Split(strings.ToLower(value), ":") // as all subjects are
		if len(parts) < 2 {
			continue
		}
		namespace, name := parts[len(parts)-2], parts[len(parts)-1]
		if strings.ContainsAny(namespace, "*?${}") {
			continue
		}
		namespaces = append(namespaces, glob.Parse(subjectPrefix+namespace+":*"))
		if name == "default" {
			defaults = append(defaults, glob.Literal(subjectPrefix+namespace+":"+name))
		}
	}
	const text = "by what the conditions and denies leave"
	if !w.leaves("PT05", text, subjectPrefix+w.unheard+":*", nil) && !w.leaves("PT06", text, "*", namespaces) {
		w.leaves("PT07", text, subjectPrefix+"*:default", defaults)
	}
}

// leaves notes what the statement admits of a pattern, without some others.
func (w *web) leaves(id, text, pattern string, without []glob.Pattern) bool {
	witness := ""
	maybe, ok := w.each(func(q *question, t *term) (found bool) {
		witness, found = q.within(t, pattern, "", without)
		return found
	})
	if ok {
		w.found(id, whole, text, witness).Maybe = maybe
	}
	return ok
}

// deadValues notes the values of a condition that no service account has.
func (w *web) deadValues(j int, c *iam.Condition) {
	for _, v := range c.Values {
		switch {
		case !c.Traits().Like && strings.ContainsAny(v, "*?") && !strings.Contains(v, "${"):
			w.found("PT04", j, quoted(v), "")
		case !alive(c, v):
			w.found(deadValue(c, v), j, quoted(v), "")
		}
	}
}

// poison gives the index of a pattern that includes another value of the list,
// -1 if there is none.
func (l *linter) poison(c *iam.Condition) int {
	if !c.Traits().Like || c.Traits().Negated || len(c.Values) < 2 {
		return -1
	}
	var living []string
	for _, v := range c.Values {
		if !strings.Contains(v, "${") && alive(c, v) {
			living = append(living, v)
		}
	}
	universe := glob.ServiceAccounts()
	for i, wide := range c.Values {
		pattern := glob.Parse(wide)
		for _, other := range living {
			if wide != other && !outside(universe, pattern, other) && l.includes(pattern, other) {
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
func (l *linter) includes(wide glob.Pattern, other string) bool {
	if l.effort.spent() {
		return false
	}
	_, less, states, err := glob.FindCounted(glob.ServiceAccounts(), [][]glob.Pattern{{glob.Parse(other)}},
		[][]glob.Pattern{{wide}}, func(in []bool) bool { return !in[0] }, MaxStates)
	l.effort.note(states, err)
	return err == nil && !less
}

// alive says whether a value of a condition fits any service account.
func alive(c *iam.Condition, value string) bool {
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

// deadValue is the check for a value that no service account has as its subject.
func deadValue(c *iam.Condition, value string) string {
	folded := iam.Condition{Operator: c.Operator, Key: c.Key, Values: []string{strings.ToLower(value)}}
	if folded.Values[0] != value && alive(&folded, folded.Values[0]) {
		return "PT14"
	}
	return "PT29"
}

// wide notes a pattern that is too wide if what makes it so is admitted: the
// subject wanted or, where that is empty, subjects of two namespaces.
func (w *web) wide(id string, j int, value, wanted string) bool {
	witness := ""
	maybe, ok := w.each(func(q *question, t *term) bool {
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
	if ok {
		w.found(id, j, quoted(value), witness).Maybe = maybe
	}
	return ok
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
