package trust

import (
	"slices"
	"strings"

	"podpass/internal/iam"
	"podpass/internal/iam/glob"
)

// web is a statement that lets tokens of a provider in, as lint looks at it.
type web struct {
	*linter
	statement int
	provider  iam.Caller
	audiences []string
	known     bool // the audiences are the provider's, not those of every EKS cluster
}

func (l *linter) webIdentity(i int) {
	s := &l.doc.Statements[i]
	if s.Effect == iam.Deny || !s.Covers(iam.AssumeRoleWithWebIdentity) {
		return
	}
	for _, v := range s.Principals {
		c, err := iam.ParseCaller(v.Value)
		if v.Type != iam.Federated || err != nil || c.Host() == "" || public(c.Host()) {
			continue
		}
		w := &web{linter: l, statement: i, provider: c, audiences: []string{DefaultAudience}}
		w.check()
	}
}

func (w *web) check() {
	if p := w.ctx.provider(w.provider.Host()); p != nil {
		w.audiences, w.known = p.ClientIDs, true
	} else if w.ctx.Providers != nil {
		w.found("PT15", whole, quoted(w.provider.Host()), "")
	}
	if misspelt(w.provider.Host()) {
		w.found("PT13", whole, "the provider "+quoted(w.provider.Host()), "")
	}
	s := &w.doc.Statements[w.statement]
	for j := range s.Conditions {
		w.key(j, &s.Conditions[j])
	}
	w.several(s)
	w.subjects(s)
	w.breadth(s)
	w.audience()
}

func (c *Context) provider(issuer string) *Provider {
	for i := range c.Providers {
		if c.Providers[i].Issuer == issuer {
			return &c.Providers[i]
		}
	}
	return nil
}

func (w *web) found(id string, condition int, text, witness string) {
	w.add(id, at{w.statement, condition}, text, witness)
}

// key judges the key of a condition: is it one that tokens of the provider
// have?
func (w *web) key(j int, c *iam.Condition) {
	issuer, claim := split(c.Key)
	if claim == "" || issuer == "" {
		return // a key of AWS
	}
	switch {
	case sameIssuer(issuer, w.provider.Host()):
		w.ownKey(j, c, strings.ToLower(claim))
	case c.TrueIfAbsent() == iam.False:
		if !w.named(issuer) {
			w.found("PT13", j, quoted(c.Key)+" is of no provider that the statement trusts", "")
		}
	default:
		w.vacuous(j, c)
	}
}

// vacuous notes a condition that holds as its key is absent.
func (w *web) vacuous(j int, c *iam.Condition) {
	id := "PT10"
	if c.Traits().ForAll {
		id = "PT09"
	}
	if witness, ok := w.anyone(); ok {
		w.found(id, j, quoted(c.Key), witness)
	}
}

func (w *web) ownKey(j int, c *iam.Condition, claim string) {
	switch {
	case claim == "aud":
		w.audienceValues(j, c)
	case claim == "sub" || isTime(claim):
	case !strings.HasPrefix(w.provider.Host(), "oidc.eks."):
	case c.TrueIfAbsent() == iam.False:
		w.found("PT26", j, quoted(c.Key), "")
	default:
		w.vacuous(j, c)
	}
}

func (w *web) audienceValues(j int, c *iam.Condition) {
	if c.Traits().Negated || !c.Traits().Text {
		return
	}
	subjects := func(v string) bool { return strings.HasPrefix(v, "system:serviceaccount:") }
	if !slices.ContainsFunc(c.Values, func(v string) bool { return !subjects(v) }) {
		w.found("PT03", j, quoted(c.Values[0]), "")
		return
	}
	fits := func(v string) bool {
		return slices.ContainsFunc(w.audiences, func(id string) bool { return c.Traits().Like && glob.Parse(v).Match(id) || v == id })
	}
	if w.known && !slices.ContainsFunc(c.Values, fits) {
		w.found("PT30", j, quoted(c.Values[0]), "")
	}
}

// split takes a provider's key apart, at its last colon; empty for a key of AWS.
func split(key string) (issuer, claim string) {
	i := strings.LastIndexByte(key, ':')
	if i < 0 || !strings.ContainsAny(key[:i], "./") {
		return "", ""
	}
	for _, service := range []string{"aws:", "sts:", "iam:", "saml:", "ec2:"} {
		if len(key) > len(service) && strings.EqualFold(key[:len(service)], service) {
			return "", ""
		}
	}
	return key[:i], key[i+1:]
}

func sameIssuer(a, b string) bool { return strings.EqualFold(a, b) }

// named says whether the statement trusts an issuer.
func (w *web) named(issuer string) bool {
	return slices.ContainsFunc(w.doc.Statements[w.statement].Principals, func(v iam.Principal) bool {
		c, err := iam.ParseCaller(v.Value)
		return err == nil && v.Type == iam.Federated && sameIssuer(c.Host(), issuer)
	})
}

// misspelt says whether an issuer has one of the forms that no issuer has.
func misspelt(issuer string) bool {
	host, path, _ := strings.Cut(issuer, "/")
	eks := strings.Contains(host, "eks") && strings.Contains(host, "amazonaws.com")
	return strings.HasPrefix(issuer, "https:") ||
		eks && (!strings.HasPrefix(host, "oidc.eks.") && !strings.HasPrefix(host, "oidc-eks.") || !strings.HasPrefix(path, "id/"))
}

// several judges a statement of several providers: conditions on keys of one
// say nothing of the others.
func (w *web) several(s *iam.Statement) {
	foreign, own := false, false
	for _, c := range s.Conditions {
		issuer, claim := split(c.Key)
		own = own || claim != "" && sameIssuer(issuer, w.provider.Host())
		foreign = foreign || claim != "" && !sameIssuer(issuer, w.provider.Host()) && w.named(issuer)
	}
	if !foreign || own {
		return
	}
	text := quoted(w.provider.Host()) + " is let in by none of its tokens"
	witness, ok := w.anyone()
	if ok {
		text = quoted(w.provider.Host()) + " is let in by all of its tokens"
	}
	w.found("PT12", whole, text, witness)
}

// question asks about what the statement alone admits, less what the denies of
// the document take.
func (w *web) question(audience string, least iam.Truth) (*question, *term) {
	f := tokens(w.provider, iam.AssumeRoleWithWebIdentity, audience)
	world := f.world()
	formula := f.formula(world, w.p, anyWay)
	q := admitted(world, least, subjectOfToken, formula)
	for i := range formula.allow {
		if formula.allow[i].statement == w.statement {
			return q, &formula.allow[i]
		}
	}
	return q, nil
}

// each asks for every audience, and stops when f is true.
func (w *web) each(f func(q *question, t *term) bool) bool {
	for _, audience := range w.audiences {
		if q, t := w.question(audience, iam.Unknown); t != nil && f(q, t) {
			return true
		}
	}
	return false
}

// anyone gives a subject that the statement may admit.
func (w *web) anyone() (witness string, ok bool) {
	ok = w.each(func(q *question, t *term) (found bool) {
		witness, found, _ = q.witness(t)
		return found
	})
	return witness, ok
}

// universal says whether the statement admits every service account.
func (w *web) universal() (witness string, ok bool) {
	ok = w.each(func(q *question, t *term) bool {
		all := term{principal: iam.True}
		_, less, err := q.find(&all, append(slices.Clone(q.needed), *t), q.opaque, func(p *point) bool { return !q.accept(t, p) })
		if less || err != nil {
			return false
		}
		witness, _, _ = q.witness(t)
		return true
	})
	return witness, ok
}

// breadth judges the statement as a whole.
func (w *web) breadth(s *iam.Statement) {
	if w.has(w.statement, "PT05", "PT08", "PT09", "PT10", "PT11", "PT12", "PT32") {
		return
	}
	witness, all := w.universal()
	switch {
	case all && len(s.Conditions) == 0:
		w.found("PT01", whole, "", witness)
	case all:
		w.found("PT02", whole, "", witness)
	case len(w.on(w.statement, w.provider.Host()+":sub")) == 0 && w.admits(unheard):
		w.found("PT11", whole, "a deny takes some away, and leaves the rest", unheard)
	}
}

// unheard is a subject that no policy names: what lets it in lets in whatever
// it does not exclude.
const unheard = "system:serviceaccount:unheard-of:unheard-of"

// admits says whether the statement may admit a subject.
func (w *web) admits(subject string) bool {
	return w.each(func(q *question, t *term) bool {
		_, ok := q.within(t, subject, "", nil)
		return ok
	})
}

// audience looks for client ids that nobody meant: such that no condition
// rules out, beside the one of EKS.
func (w *web) audience() {
	if !w.known || len(w.audiences) < 2 || len(w.on(w.statement, w.provider.Host()+":aud")) > 0 {
		return
	}
	for _, id := range w.audiences {
		if id == DefaultAudience {
			continue
		}
		q, t := w.question(id, iam.Unknown)
		if t == nil {
			continue
		}
		if witness, ok, _ := q.witness(t); ok {
			w.found("PT16", whole, quoted(id), witness+" with audience "+id)
			return
		}
	}
}
