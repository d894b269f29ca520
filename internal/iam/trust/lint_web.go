package trust

import (
	"regexp"
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
	known     bool // the audiences are the provider's
	other     bool // the only audience is one that nobody named
	questions map[inquiry]*question
}

type inquiry struct {
	audience string
	least    iam.Truth
}

func (l *linter) webIdentity(i int) {
	s := &l.doc.Statements[i]
	if s.Effect == iam.Deny || !s.Covers(iam.AssumeRoleWithWebIdentity) {
		return
	}
	for _, v := range s.Principals {
		c, ok := named(v)
		if v.Type != iam.Federated || !ok || c.Host() == "" || !provider(v.Value) {
			continue
		}
		l.web(i, c).check()
	}
}

func (l *linter) web(i int, provider iam.Caller) *web {
	w := &web{linter: l, statement: i, provider: provider, questions: map[inquiry]*question{}}
	w.audiences, w.known = l.audiences(provider.Host())
	return w
}

func (w *web) check() {
	host := w.provider.Host()
	if w.ctx.Providers != nil && !w.known && !iam.Builtin(host) {
		w.found("PT15", whole, quoted(host), "")
	}
	s := &w.doc.Statements[w.statement]
	if misspelt(host) {
		w.found("PT13", whole, "the provider "+quoted(host), "")
	}
	for j := range s.Conditions {
		w.key(j, &s.Conditions[j])
	}
	if w.foreign(host) {
		w.tenants(s)
		return
	}
	w.several(s)
	w.subjects(s)
	before := len(w.report.Findings)
	w.breadth(s)
	if len(w.report.Findings) == before && !w.known {
		other := *w // is it for audiences that nobody named?
		other.audiences, other.other, other.questions = []string{w.unheard}, true, map[inquiry]*question{}
		other.breadth(s)
	}
	w.audience()
}

// audiences are the client ids of a provider. Where these are not known they are
// the one that EKS registers, and those that conditions name.
func (l *linter) audiences(host string) (ids []string, known bool) {
	if p := l.ctx.provider(host); p != nil {
		return p.ClientIDs, true
	}
	ids = []string{DefaultAudience}
	for _, id := range l.values(host + ":aud") {
		spelt := strings.EqualFold(strings.TrimPrefix(id, "https://"), DefaultAudience) || strings.ContainsAny(id, "*?$")
		if len(ids) < mostAudiences && !spelt && !strings.HasPrefix(id, subjectPrefix) && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids, false
}

// mostAudiences is how many audiences are asked about; a document within IAM's
// quotas names a few.
const mostAudiences = 50

const subjectPrefix = "system:serviceaccount:"

// foreign says whether an issuer is no cluster: one of many tenants, or one
// whose subjects are none of Kubernetes.
func (l *linter) foreign(host string) bool {
	if public(host) {
		return true
	}
	subjects := l.values(host + ":sub")
	return !isEKS(host) && len(subjects) > 0 && !slices.ContainsFunc(subjects, func(v string) bool {
		return strings.HasPrefix(v, "system:") || strings.HasPrefix(v, "*") || strings.HasPrefix(v, "?")
	})
}

func (c *Context) provider(issuer string) *Provider {
	for i := range c.Providers {
		if c.Providers[i].Issuer == issuer {
			return &c.Providers[i]
		}
	}
	return nil
}

func (w *web) found(id string, condition int, text, witness string) *Finding {
	f := w.add(id, at{w.statement, condition}, text, witness)
	f.provider = w.provider.ARN()
	return f
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
	case sameIssuer(issuer, strings.TrimPrefix(w.provider.Host(), "https://")): // the provider is what is misspelt
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
	if d := w.admits(w.stranger()); d != iam.DecideDeny {
		w.found(id, j, quoted(c.Key)+", of "+quoted(w.provider.Host()), w.stranger()).Maybe = d == iam.DecideUnknown
	}
}

func (w *web) ownKey(j int, c *iam.Condition, claim string) {
	switch {
	case claim == "aud":
		w.audienceValues(j, c)
	case claim == "sub" || isTime(claim):
	case !isEKS(w.provider.Host()):
	case c.TrueIfAbsent() == iam.False:
		w.found("PT26", j, quoted(c.Key), "")
	default:
		w.vacuous(j, c)
	}
}

func (w *web) audienceValues(j int, c *iam.Condition) {
	traits := c.Traits()
	if traits.Negated || !traits.Text {
		return
	}
	subjects, taken := true, false
	for _, v := range c.Values {
		takes := func(id string) bool { return fits(c, v, id) }
		taken = taken || strings.Contains(v, "${") || slices.ContainsFunc(w.audiences, takes)
		subjects = subjects && !takes(DefaultAudience) && alive(c, v) && !strings.Contains(v, "${")
		if !traits.Like && strings.ContainsAny(v, "*?") && !strings.Contains(v, "${") && !strings.HasPrefix(v, subjectPrefix) {
			w.found("PT04", j, quoted(v), "")
		}
	}
	switch {
	case subjects:
		w.found("PT03", j, quoted(c.Values[0]), "")
	case w.known && !taken && !w.has(w.statement, w.provider.ARN(), "PT04"):
		w.found("PT30", j, quoted(c.Values[0]), "")
	}
}

// fits says whether a value of a condition on text fits another text.
func fits(c *iam.Condition, value, text string) bool {
	switch {
	case c.Traits().Like:
		return glob.Parse(value).Match(text)
	case strings.Contains(c.Operator, "IgnoreCase"):
		return strings.EqualFold(value, text)
	}
	return value == text
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

// misspelt says whether an issuer has one of the forms that no issuer has:
// clusters of EKS are oidc.eks.REGION.amazonaws.com/id/ID, in China with .cn,
// or oidc-eks.REGION.api.aws/id/ID.
func misspelt(issuer string) bool {
	host, path, _ := strings.Cut(issuer, "/")
	if strings.HasPrefix(issuer, "https:") {
		return true
	}
	if !strings.Contains(host, "eks") || !strings.Contains(host, "amazonaws.com") {
		return false
	}
	m := clusterHost.FindStringSubmatch(host)
	return m == nil || !strings.HasPrefix(path, "id/") || strings.HasPrefix(m[1], "cn-") != strings.HasSuffix(host, ".cn")
}

var clusterHost = regexp.MustCompile(`^oidc[.-]eks\.([a-z]{2,4}(?:-[a-z]+)+-[0-9]{1,2})\.amazonaws\.com(?:\.cn)?$`)

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
	witness, maybe, ok := w.anyone()
	text := quoted(w.provider.Host()) + " is let in by none of its tokens"
	if ok {
		text = quoted(w.provider.Host()) + " is let in all the same"
	}
	w.found("PT12", whole, text, witness).Maybe = maybe
}

// question asks about what the statement alone admits, less what the denies of
// the document take; there is no term where the statement admits nothing.
func (w *web) question(audience string, least iam.Truth) (*question, *term) {
	q := w.questions[inquiry{audience, least}]
	if q == nil {
		f := tokens(w.provider, iam.AssumeRoleWithWebIdentity, audience)
		world := f.world().sharing(&w.effort)
		q = admitted(world, least, subjectOfToken, f.formula(world, w.p, anyWay))
		w.questions[inquiry{audience, least}] = q
	}
	for i := range q.allow {
		if q.allow[i].statement == w.statement {
			return q, &q.allow[i]
		}
	}
	return q, nil
}

// each asks for every audience, first for what is admitted for certain, then for
// what may be, and stops when f is true.
func (w *web) each(f func(q *question, t *term) bool) (maybe, found bool) {
	for _, least := range []iam.Truth{iam.True, iam.Unknown} {
		for _, audience := range w.audiences {
			if q, t := w.question(audience, least); t != nil && f(q, t) {
				return least == iam.Unknown || w.other, true
			}
		}
	}
	return false, false
}

// anyone gives a subject that the statement may admit.
func (w *web) anyone() (witness string, maybe, ok bool) {
	maybe, ok = w.each(func(q *question, t *term) (found bool) {
		witness, found, _ = q.witness(t)
		return found
	})
	return witness, maybe, ok
}

// universal says whether the statement admits every service account.
func (w *web) universal() (witness string, maybe, ok bool) {
	maybe, ok = w.each(func(q *question, t *term) bool {
		all := term{principal: iam.True}
		_, less, err := q.find(&all, append(slices.Clone(q.needed), *t), q.opaque, func(p *point) bool { return !q.accept(t, p) })
		if less || err != nil {
			return false
		}
		witness, _, _ = q.witness(t)
		return true
	})
	return witness, maybe, ok
}

// stranger is a subject that no policy names: what lets it in lets in whatever
// it does not exclude.
func (w *web) stranger() string { return subjectPrefix + w.unheard + ":" + w.unheard }

// admits says whether the statement admits a subject.
func (w *web) admits(subject string) iam.Decision {
	maybe, ok := w.each(func(q *question, t *term) bool {
		_, ok := q.within(t, subject, "", nil)
		return ok
	})
	switch {
	case !ok:
		return iam.DecideDeny
	case maybe:
		return iam.DecideUnknown
	}
	return iam.DecideAllow
}

// audience looks for client ids that nobody meant: such that a token for them is
// let in although no condition names them, beside the one of EKS.
func (w *web) audience() {
	if !w.known {
		return
	}
	var named []string
	for _, j := range w.on(w.statement, w.provider.Host()+":aud") {
		if c := &w.doc.Statements[w.statement].Conditions[j]; !c.Traits().Negated {
			named = append(named, c.Values...)
		}
	}
	for _, id := range w.audiences {
		alone := len(w.audiences) == 1 && !strings.Contains(id, "kubernetes.default") // which all pods have tokens for
		if alone || id == DefaultAudience || slices.Contains(named, id) {
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
