package trust

import (
	"slices"
	"strings"

	"podpass/internal/iam"
)

// document judges what is wrong however it is evaluated.
func (l *linter) document() {
	size := l.doc.Size()
	switch {
	case size > RaisedQuota:
		l.add("PT28", at{whole, whole}, "", "")
	case size > DefaultQuota:
		l.add("PT27", at{whole, whole}, "", "")
	}
	seen := map[string]bool{}
	for i := range l.doc.Statements {
		s := &l.doc.Statements[i]
		if s.Sid != "" && (seen[s.Sid] || strings.Trim(s.Sid, letters) != "") {
			l.add("PT31", at{i, whole}, quoted(s.Sid), "")
		}
		seen[s.Sid] = true
		l.conditions(i, s)
	}
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

func (l *linter) conditions(i int, s *iam.Statement) {
	for j := range s.Conditions {
		c := &s.Conditions[j]
		if !c.Traits().Known {
			l.add("PT32", at{i, j}, quoted(c.Operator), "")
		}
		if l.doc.Version != iam.Version2012 && strings.Contains(strings.Join(c.Values, ""), "${") {
			l.add("PT35", at{i, j}, "", "")
		}
	}
}

// dead looks for providers that nobody is let in by, where no other finding
// says why.
func (l *linter) dead() {
	for _, provider := range providers(l.p, nil) {
		host := provider.Host()
		audiences, known := l.audiences(host)
		none := known && len(audiences) == 0
		if !known {
			audiences = append(audiences, l.unheard)
		}
		if l.foreign(host) || len(audiences) >= mostAudiences || !none && !admit(l.p, provider, Options{Audiences: audiences, effort: &l.effort}).Empty {
			continue
		}
		for i := range l.doc.Statements {
			if s := &l.doc.Statements[i]; s.Effect == iam.Allow && trusts(s, provider) && s.Covers(iam.AssumeRoleWithWebIdentity) {
				if !onTime(s) && !l.has(i, provider.ARN(), "PT03", "PT04", "PT12", "PT13", "PT14", "PT15", "PT26", "PT29", "PT30", "PT32", "PT35", "PT42") {
					l.add("PT34", at{i, whole}, quoted(host), "").provider = provider.ARN()
				}
				break
			}
		}
	}
}

// onTime says whether a statement has a condition on a time of the token: such
// keys are there, but nobody knows what they say.
func onTime(s *iam.Statement) bool {
	return slices.ContainsFunc(s.Conditions, func(c iam.Condition) bool {
		_, claim := split(c.Key)
		return isTime(strings.ToLower(claim))
	})
}

func isTime(claim string) bool { return claim == "exp" || claim == "iat" || claim == "nbf" }

func trusts(s *iam.Statement, provider iam.Caller) bool {
	return slices.Contains(s.Principals, iam.Principal{Type: iam.Federated, Value: provider.ARN()})
}
