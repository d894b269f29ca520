package trust

import (
	"slices"
	"strings"

	"podpass/internal/iam"
	"podpass/internal/iam/glob"
)

// principals judges whom the statements trust beside clusters.
func (l *linter) principals() {
	for i := range l.doc.Statements {
		s := &l.doc.Statements[i]
		if s.Effect == iam.Deny || !s.Covers(iam.AssumeRole) {
			continue
		}
		for _, v := range s.Principals {
			caller, _ := named(v)
			switch {
			case v.Value == "*" && (v.Type == iam.AWS || v.Type == iam.Anyone):
				l.everyone(i, v)
			case caller.Kind() == "account":
				l.root(i, v, caller.Account())
			case l.node(caller):
				if d := l.alone(i, v).Decide(signed(caller).request()); d != iam.DecideDeny {
					l.add("PT17", at{i, whole}, quoted(v.Value), v.Value).Maybe = d == iam.DecideUnknown
				}
			}
		}
	}
}

// everyone judges "*": is it any account, one that a condition names, or a
// node?
func (l *linter) everyone(i int, v iam.Principal) {
	p := l.alone(i, v)
	account := l.freeAccount()
	callers := []string{unheardRole(account)}
	for _, value := range l.values("aws:principalarn") {
		callers = append(callers, instances(value, account)...)
	}
	for _, arn := range callers {
		if d, ok := l.admitted(p, arn, account, true); ok {
			l.add("PT19", at{i, whole}, "", anyPrincipal(arn)).Maybe = d == iam.DecideUnknown
			return
		}
	}
	for _, named := range l.accounts() {
		if l.wholeAccount(i, v, p, named) {
			return
		}
	}
	l.nodes(i, v, p)
}

// anyPrincipal tells whom a stranger stands for.
func anyPrincipal(arn string) string {
	if strings.HasSuffix(arn, "/unheard-of") {
		return "any principal of any account"
	}
	return arn + ", a role that whoever has an account may create"
}

func (l *linter) root(i int, v iam.Principal, account string) {
	p := l.alone(i, v)
	if !l.wholeAccount(i, v, p, account) {
		l.nodes(i, v, p)
	}
}

// wholeAccount looks for a principal of an account that nobody named.
func (l *linter) wholeAccount(i int, v iam.Principal, p *iam.Policy, account string) bool {
	d, ok := l.admitted(p, unheardRole(account), account, false)
	if ok {
		l.add("PT18", at{i, whole}, quoted(v.Value), "any principal of "+account+" whose policies allow sts:AssumeRole").Maybe = d == iam.DecideUnknown
	}
	return ok
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
	a.Add("aws:PrincipalAccount", caller.Account())
	return a
}

// admitted decides for a stranger: a principal that no value names, at an
// address, in a network and of an organization that none names either. What
// the caller chooses, or may happen to have, is unknown. Of an account nobody
// knows the organization, and an external id keeps out who does not know it;
// that of everyone's role is no secret. ok is false for what is no principal.
func (l *linter) admitted(p *iam.Policy, arn, account string, everyone bool) (d iam.Decision, ok bool) {
	caller, err := iam.ParseCaller(arn)
	if err != nil {
		return d, false
	}
	a := signed(caller)
	a.Add("aws:PrincipalAccount", account)
	if everyone {
		a.Add("aws:PrincipalOrgID", "o-unheard0of")
		a.Add("aws:PrincipalOrgPaths", "o-unheard0of/r-unheard/")
	} else {
		a.Add("sts:ExternalId", l.unheard)
	}
	a.Add("aws:SourceIp", "192.0.2.1") // for documentation alone: https://www.rfc-editor.org/rfc/rfc5737
	a.Add("aws:PrincipalIsAWSService", "false")
	a.Add("aws:userid", "AROAUNHEARDOFUNHEARDO:"+l.unheard)
	for _, key := range []string{"aws:username", "aws:PrincipalServiceName", "aws:PrincipalServiceNamesList",
		"aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths", // set by services alone
		"aws:SourceVpc", "aws:SourceVpcArn", "aws:SourceVpce", "aws:VpcSourceIp", "aws:VpceAccount", "aws:VpceOrgID", "aws:VpceOrgPaths"} {
		a.Add(key) // absent
	}
	l.absent(a.Context, "aws:principaltag/")
	d = p.Decide(a.request())
	return d, d != iam.DecideDeny
}

// absent makes those keys absent that begin with a prefix, in lower case, and
// that the document asks for.
func (l *linter) absent(ctx *iam.Context, prefix string) {
	for _, s := range l.doc.Statements {
		for _, c := range s.Conditions {
			if strings.HasPrefix(strings.ToLower(c.Key), prefix) {
				ctx.Add(c.Key)
			}
		}
	}
}

func unheardRole(account string) string { return "arn:aws:iam::" + account + ":role/unheard-of" }

// freeAccount is one that no value names.
func (l *linter) freeAccount() string { return strangers([]*iam.Policy{l.p})[0].Account() }

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

// instances are principals of an account that a pattern of ARNs fits: none if
// it is of another account.
func instances(pattern, account string) []string {
	parts := strings.SplitN(pattern, ":", 6)
	if len(parts) < 6 {
		return nil
	}
	if !glob.Parse(parts[4]).Match(account) {
		return nil
	}
	return []string{"arn:aws:iam::" + account + ":" + strings.NewReplacer("*", "unheard-of", "?", "x").Replace(parts[5])}
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
