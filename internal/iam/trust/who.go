package trust

import (
	"maps"
	"slices"
	"strings"

	"podpass/internal/iam"
)

// Options narrow the question who can assume a role.
type Options struct {
	// Providers are issuers without scheme; without any, those count that the
	// trust names.
	Providers []string
	// Audiences are the client ids of the providers; without any, the one that
	// EKS registers. Pods choose among them.
	Audiences []string
	// Accounts are service accounts that exist, as namespace/name; nil where
	// that is not known.
	Accounts []string

	effort *effort // of all questions together
}

// Answer says who can assume a role, by its trust policy alone.
type Answer struct {
	Providers  []Admission `json:"providers"`
	Principals []Principal `json:"principals"`
}

// Admission is the set of service accounts that a trust admits by tokens of
// one provider, or by EKS Pod Identity.
type Admission struct {
	Provider string `json:"provider,omitempty"` // issuer without scheme
	ARN      string `json:"arn,omitempty"`
	// Certain are admitted, whatever is not known; all of Possible may be.
	Certain  Set `json:"certain"`
	Possible Set `json:"possible"`
	// Empty says that no service account can be admitted: proof, not lack of
	// one.
	Empty     bool     `json:"empty"`
	Witnesses []string `json:"witnesses"` // subjects: of Certain, or of Possible if that is empty
	Audiences []string `json:"audiences"` // for which this was asked
	// Conditions are those that are not known: what is in Possible and not in
	// Certain depends on them.
	Conditions []string `json:"conditions"`
	// Undecided are reasons why not all is known or told.
	Undecided []string `json:"undecided,omitempty"`
}

// Set is a set of service accounts. Patterns are those of subjects, each with
// what else it takes: "P", "P and Q", "P but not Q". Accounts are those of
// Options.
type Set struct {
	Patterns []string `json:"patterns"`
	Accounts []string `json:"accounts,omitzero"`
}

// Who says who can assume the role of a trust policy.
func Who(p *iam.Policy, o Options) Answer {
	o.effort = &effort{}
	answer := Answer{Providers: []Admission{}, Principals: principals(p, o)}
	for _, provider := range providers(p, o.Providers) {
		answer.Providers = append(answer.Providers, admit(p, provider, o))
	}
	return answer
}

// providers are those to be asked about, sorted by issuer.
func providers(p *iam.Policy, wanted []string) []iam.Caller {
	var all []iam.Caller
	add := func(c iam.Caller, ok bool) {
		same := func(o iam.Caller) bool { return strings.EqualFold(o.ARN(), c.ARN()) } // keys ignore case
		if ok && !slices.ContainsFunc(all, same) {
			all = append(all, c)
		}
	}
	account := roleAccount(p)
	for _, s := range p.Document().Statements {
		for _, v := range s.Principals {
			c, ok := named(v)
			add(c, ok && c.Host() != "" && clusterWanted(c.Host(), wanted))
		}
		for _, c := range s.Conditions {
			issuer, claim := split(c.Key)
			add(iam.OIDC(issuer, account), claim != "" && len(wanted) == 0 && forEveryone(&s) && !public(issuer))
		}
	}
	for _, issuer := range wanted {
		issuer = strings.TrimPrefix(issuer, "https://")
		named := func(c iam.Caller) bool { return c.Host() == issuer }
		add(iam.OIDC(issuer, account), !slices.ContainsFunc(all, named))
	}
	slices.SortFunc(all, func(a, b iam.Caller) int {
		return strings.Compare(a.Host()+"\x00"+a.ARN(), b.Host()+"\x00"+b.ARN())
	})
	return all
}

// clusterWanted says whether an issuer is asked about: one that was named, or
// if none was, any that may be a cluster's.
func clusterWanted(issuer string, wanted []string) bool {
	if len(wanted) == 0 {
		return !public(issuer)
	}
	return slices.Contains(wanted, issuer) || slices.Contains(wanted, "https://"+issuer)
}

func forEveryone(s *iam.Statement) bool {
	return slices.ContainsFunc(s.Principals, func(v iam.Principal) bool { return v.Value == "*" })
}

// roleAccount is the account of the role: a provider must be of the same, so
// any that is named tells it.
func roleAccount(p *iam.Policy) string {
	for _, s := range p.Document().Statements {
		for _, v := range s.Principals {
			if c, ok := named(v); ok && v.Type == iam.Federated && c.Account() != "" {
				return c.Account()
			}
		}
	}
	return "111122223333"
}

// admit asks about one provider: for some audience of its client ids.
func admit(p *iam.Policy, provider iam.Caller, o Options) Admission {
	a := Admission{Provider: provider.Host(), ARN: provider.ARN(), Audiences: o.Audiences}
	if len(a.Audiences) == 0 {
		a.Audiences = []string{DefaultAudience}
	}
	var certain, possible gathering
	conditions := map[string]bool{}
	for _, audience := range a.Audiences {
		f := tokens(provider, iam.AssumeRoleWithWebIdentity, audience)
		w := f.world().sharing(o.effort)
		formula := f.formula(w, p, anyWay)
		certain.ask(admitted(w, iam.True, subjectOfToken, formula))
		possible.ask(admitted(w, iam.Unknown, subjectOfToken, formula))
		for _, text := range w.unknownTexts() {
			conditions[text] = true
		}
	}
	a.Conditions = append([]string{}, slices.Sorted(maps.Keys(conditions))...)
	a.fill(&certain, &possible)
	if o.Accounts != nil {
		a.Certain.Accounts, a.Possible.Accounts = accountsOfToken(p, provider, a.Audiences, o.Accounts)
	}
	return a
}

func (a *Admission) fill(certain, possible *gathering) {
	a.Certain.Patterns, a.Possible.Patterns = certain.sorted(), possible.sorted()
	a.Witnesses = certain.witnesses
	if len(a.Witnesses) == 0 {
		a.Witnesses = append([]string{}, possible.witnesses...)
	}
	undecided := certain.undecided || possible.undecided
	a.Empty = len(possible.witnesses) == 0 && !undecided
	if undecided {
		a.Undecided = append(a.Undecided, errUndecided.Error())
	}
	if certain.untold || possible.untold {
		a.Undecided = append(a.Undecided, untold)
	}
}

// untold is said where there are more patterns than mostChoices.
const untold = "there are more patterns than are listed"

func subjectOfToken(values []string) string {
	if values[0] == "" || values[0] == "*" {
		return "system:serviceaccount:*"
	}
	return values[0]
}
