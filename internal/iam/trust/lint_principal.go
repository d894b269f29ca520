package trust

import (
	"fmt"
	"slices"
	"strings"

	"podpass/internal/iam"
)

// principals judges whom the statements trust beside clusters.
func (l *linter) principals() {
	for i := range l.doc.Statements {
		s := &l.doc.Statements[i]
		if s.Effect == iam.Deny || !s.Covers(iam.AssumeRole) && !s.Covers(iam.AssumeRoleWithWebIdentity) {
			continue
		}
		if everyone := slices.IndexFunc(s.Principals, func(v iam.Principal) bool {
			return v.Value == "*" && (v.Type == iam.AWS || v.Type == iam.Anyone)
		}); everyone >= 0 {
			l.everyone(i, s.Principals[everyone]) // which all others are part of
			continue
		}
		for _, v := range s.Principals {
			if caller, ok := named(v); ok && s.Covers(iam.AssumeRole) {
				l.principal(i, v, caller)
			}
		}
	}
}

// principal judges one that is named: of services, only whether it can.
func (l *linter) principal(i int, v iam.Principal, caller iam.Caller) {
	p := l.alone(i, v)
	d := p.Decide(l.others(signed(caller)).request())
	switch kind := caller.Kind(); {
	case kind == "oidc" || kind == "saml" || v.Value == iam.PodIdentity:
	case d == iam.DecideDeny:
		if !l.has(i, "", "PT32", "PT35") {
			l.add("PT34", at{i, whole}, quoted(v.Value), "")
		}
	case kind == "account" && !l.has(i, "", "PT18"):
		l.root(i, v, caller.Account())
	case l.node(caller):
		l.add("PT17", at{i, whole}, quoted(v.Value), v.Value).Maybe = d == iam.DecideUnknown
	}
}

// others makes those keys open that callers other than tokens may have; they
// have none of a provider's.
func (l *linter) others(a assuming) assuming {
	for _, s := range l.doc.Statements {
		for _, c := range s.Conditions {
			if issuer, _ := split(c.Key); issuer == "" {
				a.Open(c.Key)
			}
		}
	}
	return a
}

// everyone judges "*": is it any account, an organization or an account that a
// condition names, or a node? Whether tokens fall under it nobody knows.
func (l *linter) everyone(i int, v iam.Principal) {
	p := l.alone(i, v)
	account := l.freeAccount()
	arns := []string{unheardRole(account)}
	for _, value := range l.values("aws:principalarn") {
		arns = append(arns, instances(value, account)...)
	}
	for _, arn := range arns {
		s := outsider{arn: arn, account: account, everyone: true}
		if d := max(l.decide(p, s), l.decide(p, s.in("o-unheard0of", "o-unheard0of/r-unheard/"))); d != iam.DecideDeny {
			l.add("PT19", at{i, whole}, "", anyPrincipal(arn)).Maybe = d == iam.DecideUnknown
			return
		}
	}
	if l.organization(i, p, account) {
		return
	}
	for _, one := range l.accounts() {
		if l.wholeAccount(i, v, p, one) {
			return
		}
	}
	l.nodes(i, v, p)
	l.tokens(i, p)
}

// tokens looks for those of providers that nobody named otherwise.
func (l *linter) tokens(i int, p *iam.Policy) {
	all := strangers([]*iam.Policy{l.p})
	for _, c := range append(providers(l.p, nil), all[len(all)-1]) {
		ctx := &iam.Context{OpenGlobals: true}
		ctx.Add(c.Host()+":aud", DefaultAudience)
		ctx.Add(c.Host()+":sub", subjectPrefix+l.unheard+":"+l.unheard)
		if p.Decide(iam.NewRequest(c, iam.AssumeRoleWithWebIdentity, "", ctx)) != iam.DecideDeny {
			l.add("PT19", at{i, whole}, "", "tokens of "+c.Host()+", or of any provider, if \"*\" is for them").Maybe = true
			return
		}
	}
}

// organization looks for a principal that nobody named, in an organization that
// a condition names.
func (l *linter) organization(i int, p *iam.Policy, account string) bool {
	for _, path := range append(l.values("aws:principalorgid"), l.values("aws:principalorgpaths")...) {
		org, _, _ := strings.Cut(path, "/")
		s := outsider{arn: unheardRole(account), account: account, everyone: true}
		inside := s.in(org, strings.NewReplacer("*", "r-unheard/", "?", "x").Replace(path))
		if d := l.decide(p, inside); d != iam.DecideDeny {
			l.add("PT47", at{i, whole}, quoted(org), "any principal of any account of the organization").Maybe = d == iam.DecideUnknown
			return true
		}
	}
	return false
}

// anyPrincipal tells whom an outsider stands for.
func anyPrincipal(arn string) string {
	if strings.HasSuffix(arn, ":role/unheard-of") {
		return "any principal of any account"
	}
	return arn + ", which whoever has an account may create"
}

func (l *linter) root(i int, v iam.Principal, account string) {
	p := l.alone(i, v)
	if !l.wholeAccount(i, v, p, account) {
		l.nodes(i, v, p)
	}
}

// wholeAccount looks for a principal of an account that nobody named.
func (l *linter) wholeAccount(i int, v iam.Principal, p *iam.Policy, account string) bool {
	d := l.decide(p, outsider{arn: unheardRole(account), account: account})
	if d != iam.DecideDeny {
		l.add("PT18", at{i, whole}, quoted(v.Value), "any principal of "+account+" whose policies allow sts:AssumeRole").Maybe = d == iam.DecideUnknown
	}
	return d != iam.DecideDeny
}

// nodes looks for a node's role that gets in by "*" or by its account.
func (l *linter) nodes(i int, v iam.Principal, p *iam.Policy) {
	for _, arn := range l.ctx.NodeRoles {
		caller, err := iam.ParseCaller(arn)
		if err == nil && p.Decide(signed(caller).request()) == iam.DecideAllow {
			l.add("PT17", at{i, whole}, quoted(v.Value), arn)
			return
		}
	}
}

// node says whether a caller is the role of a node, or a session of it.
func (l *linter) node(caller iam.Caller) bool {
	return slices.ContainsFunc(l.ctx.NodeRoles, func(arn string) bool {
		role, err := iam.ParseCaller(arn)
		return err == nil && (arn == caller.ARN() || caller.SessionOf(role))
	})
}

// assuming is a request for sts:AssumeRole.
type assuming struct {
	caller iam.Caller
	*iam.Context
}

func (a assuming) request() *iam.Request {
	return iam.NewRequest(a.caller, iam.AssumeRole, "", a.Context)
}

// signed is a request of a principal of which nothing is known but who it is:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
func signed(caller iam.Caller) assuming {
	a := assuming{caller, &iam.Context{OpenGlobals: true}}
	if kind := caller.Kind(); kind == "role" || kind == "user" {
		a.Add("aws:PrincipalArn", caller.ARN())
	}
	if caller.Account() != "" {
		a.Add("aws:PrincipalAccount", caller.Account())
	}
	return a
}

// outsider is a principal that no value names.
type outsider struct {
	arn, account string
	everyone     bool // anyone may be it, in an account of their own
	org, path    string
}

// in puts the outsider into an organization.
func (s outsider) in(org, path string) outsider {
	s.org, s.path = org, path
	return s
}

// decide asks for an outsider at some address of the internet, or behind an
// endpoint of a network of its own. What everyone may choose, such as tags and
// the name of a session, or may happen to have, is unknown; an external id of
// everyone's role is no secret. Of an account nobody knows the organization, and
// tags and an external id keep out who does not have them.
func (l *linter) decide(p *iam.Policy, s outsider) iam.Decision {
	caller, err := iam.ParseCaller(s.arn)
	if err != nil {
		return iam.DecideDeny
	}
	best := iam.DecideDeny
	for _, address := range append(addresses(), "") {
		a := signed(caller)
		a.Add("aws:PrincipalAccount", s.account)
		a.Add("aws:PrincipalIsAWSService", "false")
		l.absent(a.Context, "aws:principalservicename", "aws:source") // set by services, or below
		switch {
		case address != "":
			a.Add("aws:SourceIp", address)
			l.absent(a.Context, "aws:vpc")
		default:
			a.Add("aws:SourceVpc", "vpc-0unheard0of")
			a.Add("aws:SourceVpce", "vpce-0unheard0of")
			a.Add("aws:VpceAccount", s.account)
		}
		if s.everyone && !slices.ContainsFunc(l.values("aws:userid"), func(v string) bool { return strings.HasPrefix(v, "*") }) {
			a.Add("aws:userid", "AROAUNHEARDOFUNHEARDO:"+l.unheard) // of which the session's name alone is chosen
		}
		switch {
		case s.everyone && s.org == "":
			l.absent(a.Context, "aws:principalorg", "aws:vpceorg") // set for members alone
		case s.everyone:
			a.Add("aws:PrincipalOrgID", s.org)
			a.Add("aws:PrincipalOrgPaths", s.path)
		default:
			a.Add("sts:ExternalId", l.unheard)
			a.Add("aws:userid", "AROAUNHEARDOFUNHEARDO:"+l.unheard)
			l.absent(a.Context, "aws:principaltag/", "aws:username")
		}
		if best = max(best, p.Decide(a.request())); best == iam.DecideAllow {
			break
		}
	}
	return best
}

// addresses are some of AWS's own, which everyone may rent, from each quarter of
// the internet: https://docs.aws.amazon.com/vpc/latest/userguide/aws-ip-ranges.html
func addresses() []string {
	return []string{"3.5.140.1", "99.77.130.1", "150.222.0.1", "204.246.160.1", "2600:1f18::1"}
}

func unheardRole(account string) string { return "arn:aws:iam::" + account + ":role/unheard-of" }

// freeAccount is one that no value names.
func (l *linter) freeAccount() string {
	for n := 1; ; n++ {
		account := fmt.Sprintf("%012d", n*7919)
		if !l.holds(account) {
			return account
		}
	}
}

// absent makes those keys absent that begin with one of some prefixes, in lower
// case, and that the document asks for.
func (l *linter) absent(ctx *iam.Context, prefixes ...string) {
	for _, s := range l.doc.Statements {
		for _, c := range s.Conditions {
			if slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(strings.ToLower(c.Key), prefix) }) {
				ctx.Add(c.Key)
			}
		}
	}
}

// values are all that conditions compare a key with.
func (l *linter) values(key string) []string {
	var all []string
	for _, s := range l.doc.Statements {
		for _, c := range s.Conditions {
			if strings.EqualFold(c.Key, key) {
				all = append(all, c.Values...)
			}
		}
	}
	return all
}

// accounts are those that conditions name, each once.
func (l *linter) accounts() []string {
	all := l.values("aws:principalaccount")
	for _, arn := range l.values("aws:principalarn") {
		all = append(all, accountOf(arn))
	}
	all = slices.DeleteFunc(all, func(a string) bool { return !isAccount(a) })
	slices.Sort(all)
	return slices.Compact(all)
}

// accountOf is the account of an ARN, empty if it is none.
func accountOf(arn string) string { return strings.SplitN(arn+":::::", ":", 6)[4] }

func isAccount(s string) bool { return len(s) == 12 && strings.Trim(s, "0123456789") == "" }

// instances are principals of an account that a pattern of ARNs may fit: none if
// it names another account.
func instances(pattern, account string) []string {
	head := strings.SplitN(pattern, ":", 6)
	if len(head) == 6 && isAccount(head[4]) || !strings.ContainsAny(pattern, "*?") {
		return nil
	}
	own := account
	if len(head) == 6 && strings.Trim(head[4], "*") != "" { // a pattern of accounts: the first that fits
		own = (strings.NewReplacer("*", "", "?", "0").Replace(head[4]) + account)[:12]
	}
	kind, name := "role/", pattern[strings.LastIndexByte(pattern, ':')+1:]
	for _, k := range []string{"role/", "user/"} {
		if i := strings.LastIndex(name, k); i >= 0 {
			kind, name = k, name[i+len(k):]
		}
	}
	name = strings.NewReplacer("*", "unheard-of", "?", "x").Replace(name)
	return []string{"arn:aws:iam::" + own + ":" + kind + strings.TrimLeft(name, "/")}
}

// instance looks for a role that is a workload's and an instance's. EC2 passes
// no tags, and says not on whose behalf it asks.
func (l *linter) instance() {
	caller, _ := iam.ParseCaller("ec2.amazonaws.com")
	for i := range l.doc.Statements {
		s := &l.doc.Statements[i]
		for _, v := range s.Principals {
			if !l.podsIn || s.Effect == iam.Deny || v.Type != iam.Service || service(v.Value) != caller.ARN() {
				continue
			}
			a := assuming{caller, &iam.Context{OpenGlobals: true}}
			a.caller, _ = named(v)
			l.untag(a.Context)
			if l.alone(i, v).Decide(a.request()) != iam.DecideDeny {
				l.add("PT24", at{i, whole}, "", "an instance with this role's profile")
				return
			}
		}
	}
}

// untag makes all session tags absent that the document asks for.
func (l *linter) untag(ctx *iam.Context) {
	ctx.Add("aws:TagKeys")
	l.absent(ctx, requestTag)
}

// service is a service's name without the suffix of a partition.
func service(name string) string { return strings.TrimSuffix(name, ".cn") }
