package trust

import (
	"slices"
	"strings"

	"podpass/internal/iam"
	"podpass/internal/iam/glob"
)

// accountsOfToken asks about each account. What is a plain list of patterns is
// asked as one set, so that many cost hardly more than few; the rest by
// deciding, once an account and audience.
func accountsOfToken(p *iam.Policy, provider iam.Caller, audiences, accounts []string) (certain, possible []string) {
	var all []asking
	rest := false
	for _, audience := range audiences {
		f := tokens(provider, iam.AssumeRoleWithWebIdentity, audience)
		w := f.world()
		a := asking{key: provider.Host() + ":sub", request: iam.NewRequest(provider, f.action, "", f.context)}
		a.shorten(w, f.formula(w, p, anyWay))
		rest = rest || a.rest
		all = append(all, a)
	}
	if rest && len(accounts) > fewAccounts {
		p = p.Indexed()
	}
	return sift(accounts, func(namespace, name string) iam.Decision {
		best := iam.DecideDeny
		for i := range all {
			best = max(best, all[i].decide(p, "system:serviceaccount:"+namespace+":"+name))
		}
		return best
	})
}

// fewAccounts are not worth an index of the patterns.
const fewAccounts = 100

// asking decides for one subject after the other.
type asking struct {
	request *iam.Request
	key     string
	plain   *glob.Set // let in for certain; nil where a deny may take back
	rest    bool      // there is more than plain
}

// shorten gathers the terms that want one thing of the subject and nothing
// else.
func (a *asking) shorten(w *world, f formula) {
	if a.rest = len(f.deny) > 0; a.rest {
		return
	}
	var patterns []glob.Pattern
	for _, t := range f.allow {
		switch {
		case len(t.opaque) > 0 || len(t.lits) > 1:
			a.rest = true
		case len(t.lits) == 0:
			patterns = append(patterns, glob.Parse("*"))
		case t.lits[0].negated || t.lits[0].maybe >= 0:
			a.rest = true
		default:
			patterns = append(patterns, w.sets[0][t.lits[0].sure]...)
		}
	}
	a.plain = glob.NewSet(patterns)
}

func (a *asking) decide(p *iam.Policy, subject string) iam.Decision {
	switch {
	case a.plain != nil && a.plain.Match(subject):
		return iam.DecideAllow
	case !a.rest:
		return iam.DecideDeny
	}
	a.request.Context.Add(a.key, subject)
	return p.Decide(a.request)
}

func sift(accounts []string, decide func(namespace, name string) iam.Decision) (certain, possible []string) {
	certain, possible = []string{}, []string{}
	for _, account := range accounts {
		namespace, name, _ := strings.Cut(account, "/")
		switch decide(namespace, name) {
		case iam.DecideAllow:
			certain = append(certain, account)
			possible = append(possible, account)
		case iam.DecideUnknown:
			possible = append(possible, account)
		}
	}
	slices.Sort(certain)
	slices.Sort(possible)
	return certain, possible
}
