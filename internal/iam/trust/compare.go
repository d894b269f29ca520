package trust

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"podpass/internal/iam"
)

// Verdict is the answer to a question about two policies.
type Verdict uint8

// The verdicts.
const (
	No      Verdict = iota // proven not to be so, with a witness
	Unknown                // a condition that is unknown, or the budget, decides
	Yes                    // proven
)

// String is the verdict in lower case.
func (v Verdict) String() string { return [...]string{"no", "unknown", "yes"}[v] }

// Grant is something that one policy allows and another does not.
type Grant struct {
	Principal string   `json:"principal"`    // who: an ARN, a service, "*", or an issuer's tokens
	As        string   `json:"as,omitempty"` // itself or its role, where that is the difference
	Action    string   `json:"action"`
	Patterns  []string `json:"patterns"` // of subjects, or of actions and resources
	Within    bool     `json:"within"`   // not all that fits Patterns is new, but Witness is
	Where     []string `json:"where"`    // what must hold, or not, for that: conditions of both policies
	Witness   string   `json:"witness"`  // one request of it
	Maybe     bool     `json:"maybe"`    // it depends on what is unknown
	Unknown   []string `json:"unknown"`  // the conditions that it depends on
}

// More is what a policy grants that another did not, most certain first.
type More struct {
	Verdict Verdict // whether it grants nothing more
	Grants  []Grant

	effort *effort
}

// NothingMore says whether a grants nothing that b did not. Of trust policies
// the answer is exact in who asks (provider, subject and audience of tokens;
// tags of EKS Pod Identity, or none); of all policies in actions and resources. Any
// other condition is opaque: it is what it is in both, or unknown. Documents
// of different kinds grant to different callers, and are compared as the kind
// of a.
func NothingMore(a, b *iam.Policy) More {
	more := More{Verdict: Yes, Grants: []Grant{}, effort: &effort{}}
	for _, f := range families(a, b) {
		for _, s := range f.strengths() {
			more.family(&f, a, b, s)
		}
	}
	for _, text := range unnamed(a, b) {
		more.Verdict = min(more.Verdict, Unknown)
		more.Grants = append(more.Grants, Grant{Principal: text, Action: "*", Patterns: []string{}, Where: []string{}, Maybe: true,
			Unknown: []string{whomItFits}})
	}
	slices.SortStableFunc(more.Grants, func(x, y Grant) int { return boolInt(x.Maybe) - boolInt(y.Maybe) })
	return more
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Same says whether two policies mean the same.
func Same(a, b *iam.Policy) Verdict {
	return min(NothingMore(a, b).Verdict, NothingMore(b, a).Verdict)
}

// strengths are the ways of naming the caller that are worth telling apart:
// what names it by its account is worth less than what names itself.
func (f *family) strengths() []strength {
	switch f.caller.Kind() {
	case "user", "federated user":
		return []strength{directly, anyWay}
	case "role":
		return []strength{byRole, anyWay}
	case "session":
		return []strength{directly, byRole, anyWay}
	}
	return []strength{anyWay}
}

func (m *More) family(f *family, a, b *iam.Policy, s strength) {
	w := f.world().sharing(m.effort)
	fa := f.formula(w, a, s)
	ofA := len(w.opaque)
	fb := f.formula(w, b, s)
	if fa.allow = without(&fa, &fb); len(fa.allow) == 0 {
		return
	}
	g := Grant{Principal: f.name(), Action: f.action, Patterns: []string{}, Where: []string{}, Unknown: []string{}}
	if s != anyWay {
		g.As = [...]string{byRole: "its role", directly: "itself"}[s]
	}
	c := comparison{w, fa, fb, func(values []string) string { return f.subject(w.named(values, f.aside)) }}
	all, undecided := []difference{}, c.large()
	if !undecided {
		all, undecided = c.certain(c.shared(ofA))
	}
	for _, d := range all {
		one := g
		one.Patterns, one.Witness, one.Within, one.Where = d.sorted(), d.witnesses[0], d.within, d.where
		if d.untold {
			one.Unknown = append(one.Unknown, untold)
		}
		m.Verdict = No
		m.Grants = append(m.Grants, one)
	}
	if len(all) > 0 {
		return
	}
	if witness, maybe := c.possible(); maybe || undecided {
		m.Verdict = min(m.Verdict, Unknown)
		g.Witness, g.Maybe, g.Unknown = witness, true, w.unknownTexts()
		if undecided || len(w.opaque) > mostOpaque {
			g.Unknown = append(g.Unknown, errUndecided.Error())
		}
		m.Grants = append(m.Grants, g)
	}
}

// comparison asks what one formula of a world allows and another does not.
type comparison struct {
	*world
	a, b    formula
	subject func([]string) string
}

// mostWork is how many pairs of terms are compared, times the cases of what is
// unknown.
const mostWork = 20_000

// large says whether a comparison would take too long: documents within IAM's
// quotas need far less.
func (c *comparison) large() bool {
	cases := 1 << min(len(c.opaque), mostOpaque)
	return len(c.a.allow)*(1+len(c.a.deny)+len(c.b.allow)+len(c.b.deny))*cases > mostWork
}

// without are the terms of a that grant more than b on the face of it: if b
// denies nothing that a does not, those that b has too grant nothing more. Most
// of two versions of a document is the same.
func without(a, b *formula) []term {
	has := map[string]bool{}
	for _, d := range a.deny {
		has[d.key()] = true
	}
	if slices.ContainsFunc(b.deny, func(d term) bool { return !has[d.key()] }) {
		return a.allow
	}
	clear(has)
	for _, t := range b.allow {
		has[t.key()] = true
	}
	return slices.DeleteFunc(slices.Clone(a.allow), func(t term) bool { return has[t.key()] })
}

// key is the same for terms of one world that mean the same.
func (t *term) key() string { return fmt.Sprint(t.principal, t.lits, t.opaque) }

// shared are the unknown conditions that both formulas have, each on a key of
// its own: of these either truth may be taken, as it is the same in both.
// first is the number of conditions that a has.
func (c *comparison) shared(first int) []int {
	var used [2][]bool
	for i, terms := range [][]term{append(slices.Clone(c.a.allow), c.a.deny...), append(slices.Clone(c.b.allow), c.b.deny...)} {
		used[i] = make([]bool, len(c.opaque))
		for _, t := range terms {
			for _, o := range t.opaque {
				used[i][o] = true
			}
		}
	}
	var shared []int
	for i, o := range c.opaque[:first] {
		alone := !slices.ContainsFunc(c.opaque, func(other iam.Opaque) bool { return other != o && other.Key == o.Key })
		if o.Key != "" && alone && used[0][i] && used[1][i] {
			shared = append(shared, i)
		}
	}
	return shared
}

// difference is what one formula allows and another denies.
type difference struct {
	gathering
	where []string // what is taken to hold, or not, of the shared conditions
}

// certain finds what a allows and b denies whatever is unknown: where all shared
// conditions hold, where none does, and if that is nothing, for some other truth
// of them.
func (c *comparison) certain(shared []int) (all []difference, undecided bool) {
	if len(shared) > mostOpaque {
		return nil, true
	}
	last := 1<<len(shared) - 1
	for n := range last + 1 {
		assignment := (last + n) % (last + 1) // all, none, others
		if n > 1 && len(all) > 0 {
			break
		}
		opaque := c.unknowns()
		assign(opaque, shared, assignment)
		d := difference{gathering: c.denied(opaque)}
		undecided = undecided || d.undecided
		if len(d.witnesses) == 0 {
			continue
		}
		c.least(&d, opaque, shared)
		if !slices.ContainsFunc(all, func(o difference) bool { return o.covers(&d) }) {
			all = append(all, d)
		}
	}
	return all, undecided
}

// covers says whether all that another difference tells was told.
func (d *difference) covers(other *difference) bool {
	for p := range other.patterns {
		if !d.patterns[p] {
			return false
		}
	}
	return len(d.where) == 0
}

// least takes back what need not be taken of the shared conditions: what is so
// whatever they are is told so, as long as nothing is lost.
func (c *comparison) least(d *difference, opaque []iam.Truth, shared []int) {
	d.where = []string{}
	for _, i := range shared {
		was := opaque[i]
		opaque[i] = iam.Unknown
		without := difference{gathering: c.denied(opaque)}
		if len(without.witnesses) > 0 && without.covers(d) {
			d.gathering = without.gathering
			continue
		}
		opaque[i] = was
		d.where = append(d.where, taken(c.opaque[i], was))
	}
	slices.Sort(d.where)
}

func taken(o iam.Opaque, truth iam.Truth) string {
	text := strings.ReplaceAll(o.Text, "\x00", " or ")
	if truth == iam.False {
		return "not " + text
	}
	return text
}

// denied asks for what a allows and b denies.
func (c *comparison) denied(opaque []iam.Truth) (found gathering) {
	q := c.difference(opaque)
	maybe := q.accept
	q.accept = func(t *term, p *point) bool { return maybe(t, p) && c.b.decide(p) == iam.False }
	found.ask(q)
	return found
}

func assign(opaque []iam.Truth, which []int, assignment int) {
	for i, o := range which {
		opaque[o] = iam.False
		if assignment>>i&1 == 1 {
			opaque[o] = iam.True
		}
	}
}

// difference is the question what a allows and b does not.
func (c *comparison) difference(opaque []iam.Truth) *question {
	q := admitted(c.world, iam.True, c.subject, c.a)
	q.opaque = opaque
	q.needed = append(append(q.needed, c.b.allow...), c.b.deny...)
	allowed := q.accept
	q.wider = allowed
	q.accept = func(t *term, p *point) bool { return allowed(t, p) && c.b.decide(p) != iam.True }
	return q
}

// possible looks for something that a allows and b does not for some truth of
// the unknown conditions, each of which is the same in both.
func (c *comparison) possible() (witness string, ok bool) {
	if len(c.opaque) > mostOpaque || c.large() {
		return "", true
	}
	every := make([]int, len(c.opaque))
	for i := range every {
		every[i] = i
	}
	opaque := c.unknowns()
	for assignment := range 1 << len(opaque) {
		assign(opaque, every, assignment)
		q := c.difference(opaque)
		for i := range q.allow {
			if witness, ok, err := q.witness(&q.allow[i]); ok || err != nil {
				return witness, true
			}
		}
	}
	return "", false
}

// unnamed are the principals of a that are compared by their text alone, since
// they name no caller that is known. Of users and roles that were deleted there
// is none.
func unnamed(a, b *iam.Policy) []string {
	var all []string
	for _, s := range a.Document().Statements {
		for _, v := range s.Principals {
			_, ok := named(v)
			odd := !ok && !(v.Type == iam.AWS && Deleted(v.Value))
			if odd && s.Effect == iam.Allow && !(hasStatement(b.Document(), &s) && deniesNoMore(a, b)) {
				all = append(all, v.Value)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// deniesNoMore says whether each Deny of b stands in a too.
func deniesNoMore(a, b *iam.Policy) bool {
	return !slices.ContainsFunc(b.Document().Statements, func(s iam.Statement) bool {
		return s.Effect == iam.Deny && !hasStatement(a.Document(), &s)
	})
}

// hasStatement says whether a document has the same statement.
func hasStatement(doc *iam.Document, s *iam.Statement) bool {
	want := iam.CanonicalStatement(s)
	return slices.ContainsFunc(doc.Statements, func(other iam.Statement) bool {
		return iam.CanonicalStatement(&other) == want
	})
}

// name is how the family's caller is told.
func (f *family) name() string {
	return cmp.Or(f.label, f.caller.Host(), f.caller.ARN())
}

// subject writes values of the family's keys.
func (f *family) subject(values []string) string {
	switch {
	case f.general:
		return cmp.Or(values[0], "*") + " on " + cmp.Or(values[1], "*")
	case len(values) == len(tagWords()):
		return subjectOfTags(values)
	case len(values) == 2:
		text := cmp.Or(values[1], "*")
		if !public(f.caller.Host()) {
			text = subjectOfToken(values[1:])
		}
		if values[0] != "" {
			text += " with audience " + values[0]
		}
		return text
	}
	return f.name()
}
