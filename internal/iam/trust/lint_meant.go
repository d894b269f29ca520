package trust

import (
	"slices"

	"podpass/internal/iam"
	"podpass/internal/iam/glob"
)

// meant compares the trust with those that are meant: is each let in, and
// nobody else?
func (l *linter) meant() {
	if l.ctx.Meant == nil {
		return
	}
	for _, m := range l.ctx.Meant {
		if !l.letsIn(m) {
			l.add("PT38", at{whole, whole}, m.String(), "")
		}
	}
	wide := slices.ContainsFunc(l.report.Findings, func(f Finding) bool { return f.Verdict == "too wide" })
	if wide {
		return
	}
	for i := range l.doc.Statements {
		if l.doc.Statements[i].Effect == iam.Allow {
			l.unmeant(i)
		}
	}
}

// String tells a service account that is meant.
func (m Meant) String() string {
	if m.Provider != "" {
		return m.subject() + " of " + m.Provider
	}
	return m.subject() + " in " + m.Cluster
}

// letsIn decides for one of those that are meant, for some audience of its
// provider.
func (l *linter) letsIn(m Meant) bool {
	if m.Provider == "" {
		s := l.samples(whole, l.p)
		l.left = max(l.left, 1) // this one is asked in any case
		p := workload{m.Cluster, m.Namespace, m.ServiceAccount}
		if l.untaggedOnly() {
			p.account = ""
		}
		return s.admits(p) != iam.DecideDeny
	}
	audiences, known := l.audiences(m.Provider)
	if l.ctx.Providers != nil && !known {
		return false
	}
	switch {
	case m.Audience == "":
	case known && !slices.Contains(audiences, m.Audience):
		return false
	default:
		audiences = []string{m.Audience}
	}
	return slices.ContainsFunc(audiences, func(audience string) bool {
		return slices.ContainsFunc(l.issuers(m.Provider), func(c iam.Caller) bool {
			ctx := &iam.Context{OpenGlobals: true}
			ctx.Add(m.Provider+":aud", audience)
			ctx.Add(m.Provider+":sub", m.subject())
			return l.p.Decide(iam.NewRequest(c, iam.AssumeRoleWithWebIdentity, "", ctx)) != iam.DecideDeny
		})
	})
}

// issuers are the providers of an issuer that may be the role's.
func (l *linter) issuers(host string) []iam.Caller {
	all := []iam.Caller{iam.OIDC(host, l.home())}
	for _, s := range l.doc.Statements {
		for _, v := range s.Principals {
			if c, ok := named(v); ok && c.Host() == host && (l.account() == "" || c.Account() == l.account()) {
				all = append(all, c)
			}
		}
	}
	return all
}

// unmeant looks for service accounts that a statement lets in and that nobody
// meant.
func (l *linter) unmeant(i int) {
	s := &l.doc.Statements[i]
	for _, v := range s.Principals {
		c, _ := named(v)
		switch {
		case v.Value == iam.PodIdentity && v.Type == iam.Service:
			l.samples(i, l.alone(i, v)).unmeant()
		case v.Type == iam.Federated && c.Host() != "" && !l.foreign(c.Host()) && s.Covers(iam.AssumeRoleWithWebIdentity):
			w := l.web(i, c)
			meant := []glob.Pattern{}
			for _, m := range l.ctx.Meant {
				if m.Provider == c.Host() {
					meant = append(meant, glob.Literal(m.subject()))
				}
			}
			w.leaves("PT39", quoted(c.Host()), "*", meant)
		}
	}
}

// unmeant looks for pods that the statement lets in and that nobody meant.
func (s *samples) unmeant() {
	if s.untaggedOnly() {
		return
	}
	for _, c := range s.clusters.all() {
		for _, n := range s.namespaces.all() {
			for _, a := range s.accounts.all() {
				meant := slices.Contains(s.ctx.Meant, Meant{Cluster: c, Namespace: n, ServiceAccount: a})
				if d := s.admits(workload{c, n, a}); !meant && d != iam.DecideDeny {
					s.add("PT39", at{s.index, whole}, "", workload{c, n, a}.String()).Maybe = d == iam.DecideUnknown
					return
				}
			}
		}
	}
	if s.left < 0 {
		s.linter.open("the conditions on EKS Pod Identity name too many pods to ask for each", "PT39")
	}
}
