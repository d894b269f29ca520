package trust

import (
	"cmp"
	"slices"
	"strings"

	"podpass/internal/iam"
)

// Principal is what a trust says of one of its principals that is no cluster's
// provider.
type Principal struct {
	Principal string `json:"principal"`
	Kind      string `json:"kind"` // anyone, account, role, user, session, service, saml, oidc, deleted, other
	Action    string `json:"action"`
	// Certain says that it may, whatever is not known, and that Possible, if
	// what is not known is so. An account's own policies decide on.
	Certain    bool     `json:"certain"`
	Possible   bool     `json:"possible"`
	Conditions []string `json:"conditions"` // that are not known
	// Subjects are patterns of those that tokens of an issuer that is no cluster
	// may have, as those of Set.
	Subjects []string `json:"subjects,omitempty"`
	// Pods are the service accounts for which EKS Pod Identity may assume the
	// role, with session tags; Untagged says whether it may for every association
	// that has them off: allow, deny or unknown.
	Pods     *Admission `json:"pods,omitempty"`
	Untagged string     `json:"untagged,omitempty"`
}

// principals tells of each principal that is allowed anything, sorted.
func principals(p *iam.Policy, o Options) []Principal {
	all := []Principal{}
	asked := map[iam.Principal]bool{}
	for _, s := range p.Document().Statements {
		for _, v := range s.Principals {
			if v.Type == iam.AWS && v.Value == "*" {
				v.Type = iam.Anyone
			}
			if s.Effect == iam.Deny || asked[v] {
				continue
			}
			asked[v] = true
			if one, ok := principal(p, v, o); ok {
				all = append(all, one)
			}
		}
	}
	slices.SortFunc(all, func(a, b Principal) int {
		return strings.Compare(a.Principal+"\x00"+a.Kind, b.Principal+"\x00"+b.Kind)
	})
	return all
}

// principal asks about one; ok is false for the provider of a cluster.
func principal(p *iam.Policy, v iam.Principal, o Options) (Principal, bool) {
	one := Principal{Principal: v.Value, Kind: kindOf(v), Action: iam.AssumeRole, Conditions: []string{}}
	caller, _ := named(v)
	switch one.Kind {
	case "provider":
		return Principal{}, false
	case "deleted":
		return one, true
	case "other":
		one.Possible, one.Conditions = true, []string{whomItFits}
		return one, true
	case "oidc":
		one.Action = iam.AssumeRoleWithWebIdentity
	case "saml":
		one.Action = iam.AssumeRoleWithSAML
	case "service":
		if v.Value == iam.PodIdentity {
			return podIdentity(p, one, o), true
		}
	}
	f := others(caller, one.Action)
	if one.Kind == "oidc" {
		f = tokens(caller, one.Action, "")
	}
	f.tell()
	told := one.judge(&f, p)
	if one.Kind == "anyone" && !one.Possible { // but perhaps tokens, if "*" is for them
		one.Action = iam.AssumeRoleWithWebIdentity
		all := strangers([]*iam.Policy{p})
		f = tokens(all[len(all)-1], one.Action, "")
		one.judge(&f, p)
	}
	if one.Kind == "oidc" {
		one.Subjects = told
	}
	return one, true
}

// whomItFits is what is unknown of a principal that names no caller.
const whomItFits = "whom this principal fits"

// judge fills in whether the principal may, with which unknown conditions, and
// gives the patterns of what may be.
func (one *Principal) judge(f *family, p *iam.Policy) []string {
	w := f.world()
	formula := f.formula(w, p, anyWay)
	subject := func(values []string) string { return f.subject(w.named(values, f.aside)) }
	var certain, possible gathering
	certain.ask(admitted(w, iam.True, subject, formula))
	possible.ask(admitted(w, iam.Unknown, subject, formula))
	one.Certain = len(certain.witnesses) > 0
	one.Possible = len(possible.witnesses) > 0 || possible.undecided
	one.Conditions = w.unknownTexts()
	return possible.sorted()
}

// kindOf tells what a principal is; "provider" is an OpenID Connect provider
// that may be a cluster's.
func kindOf(v iam.Principal) string {
	caller, ok := named(v)
	switch {
	case v.Type == iam.AWS && Deleted(v.Value):
		return "deleted"
	case !ok:
		return "other"
	case caller.Host() != "" && !public(caller.Host()):
		return "provider"
	}
	return caller.Kind()
}

// Deleted says whether a principal is the id of a user or role: what IAM puts
// in the place of an ARN whose bearer was deleted.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
func Deleted(value string) bool {
	return len(value) >= 16 && !strings.ContainsAny(value, ":/*") &&
		(strings.HasPrefix(value, "AROA") || strings.HasPrefix(value, "AIDA"))
}

// podIdentity asks for which accounts EKS may assume the role: with session
// tags on, sts:AssumeRole and sts:TagSession must both be allowed.
func podIdentity(p *iam.Policy, one Principal, o Options) Principal {
	f := pods(iam.AssumeRole)
	w := f.world().sharing(o.effort)
	tagging := pods(iam.TagSession)
	formula := both(f.formula(w, p, anyWay), tagging.formula(w, p, anyWay))
	subject := func(values []string) string { return subjectOfTags(w.named(values, f.aside)) }
	var certain, possible gathering
	certain.ask(admitted(w, iam.True, subject, formula))
	possible.ask(admitted(w, iam.Unknown, subject, formula))
	a := &Admission{Audiences: []string{iam.PodIdentity}, Conditions: w.unknownTexts()}
	a.fill(&certain, &possible)
	switch {
	case o.Accounts == nil:
	case a.Empty: // by what clusters and names of pods there can be
		a.Certain.Accounts, a.Possible.Accounts = []string{}, []string{}
	default:
		a.Certain.Accounts, a.Possible.Accounts = accountsOfTags(p, o.Accounts)
	}
	one.Certain, one.Possible, one.Pods = len(certain.witnesses) > 0, !a.Empty, a
	one.Conditions = w.unknownTexts()
	var off Principal
	without := untagged(p)
	off.judge(&without, p)
	switch {
	case off.Certain:
		one.Untagged = iam.DecideAllow.String()
	case off.Possible:
		one.Untagged = iam.DecideUnknown.String()
	default:
		one.Untagged = iam.DecideDeny.String()
	}
	return one
}

// subjectOfTags writes patterns of the tags of Pod Identity as one of a
// subject, with what else is wanted.
func subjectOfTags(values []string) string {
	text := "system:serviceaccount:" + cmp.Or(values[4], "*") + ":" + cmp.Or(values[5], "*")
	for i, word := range tagWords()[:4] {
		if values[i] != "" && values[i] != "*" {
			text += " " + word + values[i]
		}
	}
	return text
}

// named leaves the values of the first keys, as many as aside says, out of a
// witness if no policy asks about them.
func (w *world) named(values []string, aside int) []string {
	named := slices.Clone(values)
	for key := range min(aside, len(named)) {
		if len(w.sets[key]) == 0 {
			named[key] = ""
		}
	}
	return named
}

// accountsOfTags asks about each account with all else open.
func accountsOfTags(p *iam.Policy, accounts []string) (certain, possible []string) {
	caller, _ := iam.ParseCaller(iam.PodIdentity)
	ctx := &iam.Context{OpenGlobals: true}
	access := iam.Access{Request: iam.NewRequest(caller, iam.AssumeRole, "", ctx), Resource: p}
	return sift(accounts, func(namespace, name string) iam.Decision {
		ctx.Add(tagNamespace, namespace)
		ctx.Add(tagAccount, name)
		return access.Decide()
	})
}
