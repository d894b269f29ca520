package trust

import (
	"fmt"
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
	anyone := strangers([]*iam.Policy{a, b})[0].ARN()
	for _, caller := range callers(a, b) {
		for _, action := range actions(caller) {
			switch {
			case caller.Host() != "":
				all = append(all, tokens(caller, action, ""))
			case caller.ARN() == iam.PodIdentity:
				all = append(all, pods(action))
				if action == iam.AssumeRole {
					all = append(all, untagged(a, b))
				}
			default:
				f := others(caller, action)
				if caller.ARN() != anyone { // which has no name of its own
					f.tell()
				}
				all = append(all, f)
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

// stranger is an account that no policy names, as a rule.
const stranger = "000000000000"

// callers are one of each that the policies name, and such that they do not.
func callers(policies ...*iam.Policy) []iam.Caller {
	var all []iam.Caller
	add := func(c iam.Caller, ok bool) {
		if ok && !slices.ContainsFunc(all, func(o iam.Caller) bool { return o.ARN() == c.ARN() }) {
			all = append(all, c)
		}
	}
	for _, p := range policies {
		for _, provider := range providers(p, nil) {
			add(provider, true)
		}
		for i := range p.Document().Statements {
			s := &p.Document().Statements[i]
			for _, v := range s.Principals {
				add(named(v))
			}
			if forEveryone(s) {
				for _, c := range strangers(policies) {
					add(c, true)
				}
			}
		}
	}
	slices.SortFunc(all, func(x, y iam.Caller) int { return strings.Compare(x.ARN(), y.ARN()) })
	return all
}

// named is the caller that a principal names. ok is false where it names none
// that is known: a pattern, an id, a value that is not of its type.
func named(v iam.Principal) (c iam.Caller, ok bool) {
	if v.Type == iam.Federated && public(v.Value) {
		return iam.OIDC(v.Value, ""), true // named by its host, since it needs no registration
	}
	c, err := iam.ParseCaller(v.Value)
	if err != nil || v.Value != "*" && strings.ContainsAny(v.Value, "*?") {
		return iam.Caller{}, false
	}
	switch kind := c.Kind(); v.Type {
	case iam.CanonicalUser:
		return iam.Caller{}, false
	case iam.Federated:
		return c, kind == "oidc" || kind == "saml"
	case iam.Service:
		return c, kind == "service"
	default:
		return c, kind != "oidc" && kind != "saml" && kind != "service"
	}
}

// strangers are callers that no policy names, an account first: what they may,
// everyone may. Pods and instances are among them whether they are named or not.
func strangers(policies []*iam.Policy) []iam.Caller {
	free := func(format string) string {
		for n := 0; ; n++ {
			name := fmt.Sprintf(format, n)
			if !slices.ContainsFunc(policies, func(p *iam.Policy) bool { return mentions(p, name) }) {
				return name
			}
		}
	}
	var all []iam.Caller
	for _, name := range []string{free("%012d"), iam.PodIdentity, "ec2.amazonaws.com", free("service-%d.amazonaws.com"),
		"arn:aws:iam::" + roleAccount(policies[0]) + ":saml-provider/" + free("Provider%d")} {
		c, _ := iam.ParseCaller(name)
		all = append(all, c)
	}
	return append(all, iam.OIDC("oidc.eks.us-east-1.amazonaws.com/id/"+free("%032d"), roleAccount(policies[0])))
}

func mentions(p *iam.Policy, name string) bool {
	for _, s := range p.Document().Statements {
		if slices.ContainsFunc(s.Principals, func(v iam.Principal) bool { return strings.Contains(v.Value, name) }) {
			return true
		}
	}
	return false
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
			universes: []glob.Universe{actionNames(), {glob.Any()}}, likelier: map[int][]change{1: {resource}}})
	}
	return all
}

// resource is an ARN of the service of an action.
func resource(witness []string) string {
	service, _, _ := strings.Cut(witness[0], ":")
	if service == "s3" {
		return "arn:aws:s3:::example"
	}
	return "arn:aws:" + service + ":eu-west-1:111122223333:example"
}

// actionNames are those of all services, in lower case:
// https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
func actionNames() glob.Universe {
	name := glob.Class{'-', '-', '0', '9', 'a', 'z'}
	return glob.Universe{glob.Chars(name, 1, 0), glob.Text(":"), glob.Chars(append(name, '_', '_'), 1, 0)}
}
