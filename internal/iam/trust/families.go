package trust

import (
	"slices"
	"strings"

	"podpass/internal/iam"
	"podpass/internal/iam/glob"
)

// families are all kinds of requests that one of two policies may tell apart
// from the rest.
func families(a, b *iam.Policy) []family {
	if a.Document().Kind() != iam.Trust {
		return generalFamilies(a, b)
	}
	var all []family
	for _, caller := range callers(a, b) {
		for _, action := range actions(caller) {
			switch {
			case caller.Host() != "":
				all = append(all, tokens(caller, action, ""))
			case caller.ARN() == iam.PodIdentity:
				all = append(all, pods(action))
			default:
				all = append(all, others(caller, action))
			}
		}
	}
	return all
}

// actions are those that a role's trust policy may be asked for by a caller:
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
func actions(caller iam.Caller) []string {
	switch caller.Kind() {
	case "oidc":
		return []string{iam.AssumeRoleWithWebIdentity, iam.TagSession, iam.SetSourceIdentity}
	case "saml":
		return []string{iam.AssumeRoleWithSAML, iam.TagSession, iam.SetSourceIdentity}
	case "service":
		return []string{iam.AssumeRole, iam.TagSession}
	}
	return []string{iam.AssumeRole, iam.TagSession, iam.SetSourceIdentity, iam.SetContext}
}

// stranger is an account that no policy names: what it may, everyone may.
const stranger = "000000000000"

// callers are one of each that the policies name, and such that they do not.
func callers(policies ...*iam.Policy) []iam.Caller {
	var all []iam.Caller
	add := func(c iam.Caller, err error) {
		if err == nil && !slices.ContainsFunc(all, func(o iam.Caller) bool { return o.ARN() == c.ARN() }) {
			all = append(all, c)
		}
	}
	for _, p := range policies {
		for _, provider := range providers(p, nil) {
			add(provider, nil)
		}
		for i := range p.Document().Statements {
			s := &p.Document().Statements[i]
			for _, v := range s.Principals {
				add(iam.ParseCaller(v.Value))
			}
			if forEveryone(s) {
				add(iam.ParseCaller(stranger))
				add(iam.ParseCaller(iam.PodIdentity))
				add(iam.ParseCaller("ec2.amazonaws.com"))
			}
		}
	}
	slices.SortFunc(all, func(x, y iam.Caller) int { return strings.Compare(x.ARN(), y.ARN()) })
	return all
}

// generalFamilies leave action and resource free; all keys are open, so that
// conditions are opaque.
func generalFamilies(a, b *iam.Policy) []family {
	ctx := &iam.Context{OpenGlobals: true}
	for _, p := range []*iam.Policy{a, b} {
		for _, s := range p.Document().Statements {
			for _, c := range s.Conditions {
				ctx.Open(c.Key)
			}
		}
	}
	named := []iam.Caller{{}}
	if a.Document().Kind() == iam.Resource {
		named = callers(a, b)
	}
	var all []family
	for _, caller := range named {
		all = append(all, family{caller: caller, action: "*", context: ctx, general: true,
			universes: []glob.Universe{{glob.Any()}, {glob.Any()}}})
	}
	return all
}
