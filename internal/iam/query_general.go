package iam

import (
	"slices"
	"strings"
)

// general reads a member of the general form.
func (r *queryReader) general(name string, offset int) {
	if !slices.Contains(generalMembers, name) {
		r.unknown(offset, name, lineMembers...)
		return
	}
	if r.null() {
		return // as if it were not there
	}
	switch name {
	case "principal":
		r.readPrincipal()
	case "principalAccount":
		r.principalAccount = r.str(name)
	case "resourceAccount":
		r.resourceAccount = r.str(name)
	case "action":
		r.action = r.str(name)
	case "resource":
		r.resource = r.str(name)
	case "context":
		r.object(name, func(key string, _ int) {
			if !r.null() {
				r.context.Add(key, r.values("a value of the context")...)
			}
		})
	case "open":
		r.open()
	case "sessionTags":
		r.query.Access.Untagged = !r.boolean(name)
	default:
		r.attached(name)
	}
}

// attached reads a member that holds policies.
func (r *queryReader) attached(name string) {
	a := &r.query.Access
	switch name {
	case "identity":
		a.Identity = r.policies(Identity)
	case "boundary":
		a.Boundary = r.policy(Boundary)
	case "session":
		a.Session = r.policies(Session)
	case "scps":
		a.SCPs = r.levels(name, ServiceControl)
	case "rcps":
		a.RCPs = r.levels(name, ResourceControl)
	case "resourcePolicy":
		a.Resource = r.policy(Resource)
	}
}

// The members of a line, by what they are about.
var (
	tokenMembers   = []string{"provider", "sub", "aud", "claims", "account", "audiences"}
	generalMembers = []string{"principal", "principalAccount", "resourceAccount", "action", "resource", "context", "open",
		"identity", "boundary", "scps", "rcps", "session", "resourcePolicy", "sessionTags"}
	lineMembers = slices.Concat([]string{"id", "policy"}, tokenMembers, generalMembers)
)

func (r *queryReader) boolean(what string) bool {
	if c := r.peek(); c != 't' && c != 'f' {
		r.fail(r.pos, "%s must be true or false, not %s", what, r.found())
	}
	return r.scalar(what) == "true"
}

func (r *queryReader) open() {
	if r.peek() != '[' {
		r.context.Open(r.str("open"))
		return
	}
	r.elements(func() { r.context.Open(r.str("open")) })
}

func (r *queryReader) levels(name string, kind Kind) (all [][]*Policy) {
	if r.peek() != '[' {
		r.fail(r.pos, "%s must be a list of levels, each a list of policies, not %s", name, r.found())
		return nil
	}
	r.elements(func() { all = append(all, r.policies(kind)) })
	return all
}

func (r *queryReader) readPrincipal() {
	if r.peek() != '{' {
		r.principal = r.str("principal")
		return
	}
	r.token.within = "principal/"
	r.object("principal", func(name string, offset int) {
		r.at = append(r.at, member{r.token.within + name, offset})
		if !r.tokenMember(name) {
			r.unknown(offset, name, tokenMembers...)
		}
	})
}

// build makes the request of the members, or says which do not go together.
func (r *queryReader) build() {
	r.query.Access.SameAccount = True
	if r.short {
		r.buildShort()
		return
	}
	for _, m := range r.at {
		if slices.Contains(tokenMembers, m.name) && (r.principal != "" || r.token.within != "") {
			r.refuse(m.name, "%s has no place beside principal: a token is one by itself", m.name)
		}
	}
	var caller Caller
	if r.token.within != "" || r.token.provider != "" {
		r.token.account = firstOf(r.token.account, r.principalAccount, r.resourceAccount)
		caller = r.bearer(&r.context)
	} else {
		caller = r.signer()
	}
	r.accounts(&caller)
	if r.action == "" {
		r.refuse("action", "action is missing: say what the principal wants to do, such as sts:AssumeRole")
	}
	r.query.Access.Request = NewRequest(caller, r.action, r.resource, &r.context)
}

func (r *queryReader) buildShort() {
	for _, m := range r.at {
		if slices.Contains(generalMembers, m.name) {
			r.refuse(m.name, "%s has no place beside policy: that asks for %s alone", m.name, AssumeRoleWithWebIdentity)
		}
	}
	ctx := &Context{OpenGlobals: true}
	caller := r.bearer(ctx)
	r.query.Access.Request = NewRequest(caller, AssumeRoleWithWebIdentity, "", ctx)
}

// refuse fails at a member, or where it is missing: at what it should be in.
func (r *queryReader) refuse(name, format string, args ...any) {
	path := strings.Split(name, "/")
	offset := 0
	for _, m := range r.at {
		if m.name == name || m.name == path[0] && offset == 0 {
			offset = m.offset
		}
	}
	for _, step := range path {
		r.enter(step)
	}
	r.fail(offset, format, args...)
	r.path = r.path[:0]
}

// bearer is the caller with a token, whose claims it adds to the context.
func (r *queryReader) bearer(ctx *Context) Caller {
	t := &r.token
	account := firstOf(t.account, defaultAccount)
	issuer := strings.TrimPrefix(t.provider, "https://")
	switch {
	case issuer == "":
		r.refuse(t.within+"provider", "provider is missing: say which issuer's token it is, as host and path")
	case strings.HasPrefix(issuer, "arn:"):
		r.refuse(t.within+"provider", "provider must be the issuer's host and path, not an ARN: account says where it exists")
	case t.sub == "":
		r.refuse(t.within+"sub", "sub is missing: every token has a subject")
	case len(t.aud) == 0:
		r.refuse(t.within+"aud", "aud is missing: every token has an audience")
	case !(len(account) == 12 && digits(account)):
		r.refuse(t.within+"account", "account must be 12 digits, not %s", quote(account))
	}
	for _, c := range t.claims {
		if sameFold(c.key, "sub") || sameFold(c.key, "aud") {
			r.refuse(t.within+"claims", "%s stands among the claims: give it beside them", c.key)
		}
		ctx.Add(issuer+":"+c.key, c.values...)
	}
	r.audience(ctx, issuer)
	ctx.Add(issuer+":sub", t.sub)
	return OIDC(issuer, account)
}

// audience sets the keys of the token's audience as STS does: aud is azp where
// the token has one, and oaud the original then.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
func (r *queryReader) audience(ctx *Context, issuer string) {
	aud := r.token.aud
	for _, c := range r.token.claims {
		if c.key == "azp" && len(c.values) == 1 {
			ctx.Add(issuer+":oaud", aud...)
			aud = c.values
		}
	}
	ctx.Add(issuer+":aud", aud...)
	if len(aud) > 1 {
		r.query.refused = "STS refuses a token with several audiences and no azp"
		return
	}
	if len(r.token.audiences) == 0 || len(aud) == 0 {
		return
	}
	for _, id := range r.token.audiences {
		if id == aud[0] {
			return
		}
	}
	r.query.refused = "STS refuses the token: " + quote(aud[0]) + " is not among the provider's audiences"
}

// signer is a caller that is named by a text.
func (r *queryReader) signer() Caller {
	if r.principal == "" {
		r.refuse("principal", "principal is missing: say who asks, or give policy and provider")
		return Caller{}
	}
	caller, err := ParseCaller(r.principal)
	if err != nil {
		r.refuse("principal", "%s", err)
	}
	return caller
}

// accounts compares the accounts of caller and resource.
func (r *queryReader) accounts(caller *Caller) {
	parts, _ := splitARN(r.resource)
	owner := firstOf(r.resourceAccount, parts[4])
	switch {
	case r.principalAccount != "" && caller.account != "" && r.principalAccount != caller.account:
		r.refuse("principalAccount", "principalAccount is %s, but the principal is of %s",
			quote(r.principalAccount), quote(caller.account))
	case r.resourceAccount != "" && parts[4] != "" && r.resourceAccount != parts[4]:
		r.refuse("resourceAccount", "resourceAccount is %s, but the resource is of %s",
			quote(r.resourceAccount), quote(parts[4]))
	case owner == "":
		r.query.Access.SameAccount = Unknown
	default:
		r.query.Access.SameAccount = truth(owner == firstOf(caller.account, r.principalAccount))
	}
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
