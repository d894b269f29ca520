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
	key := func() {
		r.peek()
		at := r.pos
		if k := r.str("open"); k == "" || strings.ContainsAny(k, "*?") {
			r.fail(at, "open names keys in full, one each, not %s", quote(k))
		} else {
			r.context.Open(k)
		}
	}
	if r.peek() != '[' {
		key()
		return
	}
	r.elements(key)
}

func (r *queryReader) levels(name string, kind Kind) (all [][]*Policy) {
	if r.peek() != '[' {
		r.fail(r.pos, "%s must be a list of levels, each a list of policies, not %s", name, r.found())
		return nil
	}
	r.elements(func() {
		if r.peek() != '[' {
			r.fail(r.pos, "a level of %s must be a list of policies, not %s", name, r.found())
			return
		}
		all = append(all, r.policies(kind))
	})
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
	switch service, name, ok := strings.Cut(r.action, ":"); {
	case r.action == "":
		r.refuse("action", "action is missing: say what the principal wants to do, such as sts:AssumeRole")
	case !ok || service == "" || name == "" || strings.ContainsAny(r.action, "*?"):
		r.refuse("action", "action must be one action, such as sts:AssumeRole, not %s", quote(r.action))
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
	return r.registered(issuer, account)
}

// registered is the provider of an issuer. Where an issuer's name does not tell
// its partition, the trust policy that names it does.
func (r *queryReader) registered(issuer, account string) Caller {
	if p := r.query.Access.Resource; p != nil {
		for i := range p.doc.Statements {
			for _, v := range p.doc.Statements[i].Principals {
				if c, err := ParseCaller(v.Value); err == nil && v.Type == Federated && c.host == issuer && c.account == account {
					return c
				}
			}
		}
	}
	return OIDC(issuer, account)
}

// audience sets the keys of the token's audience as STS does: aud is azp where
// the token has one, and oaud the original then.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
func (r *queryReader) audience(ctx *Context, issuer string) {
	aud := r.token.aud
	for _, c := range r.token.claims {
		switch {
		case c.key == rolesClaim:
			r.query.doubt = "the token names the roles that it is for: STS refuses it for others"
		case c.key != "azp" || len(c.values) == 1 && c.values[0] == "":
		case len(c.values) == 1:
			ctx.Add(issuer+":oaud", aud...)
			aud = c.values
		default:
			r.query.doubt = "what STS makes of an azp that is not one text is not documented"
		}
	}
	ctx.Add(issuer+":aud", aud...)
	switch {
	case len(aud) > 1:
		r.query.refused = "STS refuses a token with several audiences and no azp"
	case len(r.token.audiences) > 0 && len(aud) == 1 && !slices.Contains(r.token.audiences, aud[0]):
		r.query.refused = "STS refuses the token: " + quote(aud[0]) + " is not among the provider's audiences"
	}
}

// signer is a caller that is named by a text. Of a provider it is some token:
// that has a subject and an audience, and nobody knows which.
func (r *queryReader) signer() Caller {
	if r.principal == "" {
		r.refuse("principal", "principal is missing: say who asks, or give policy and provider")
		return Caller{}
	}
	caller, err := ParseCaller(r.principal)
	if err != nil {
		r.refuse("principal", "%s", err)
	}
	if caller.host != "" {
		r.context.Open(caller.host+":sub", caller.host+":aud")
	}
	return caller
}

// accounts compares the accounts of caller and resource. A resource of AWS's
// own, and what is about no resource in particular, is the caller's.
func (r *queryReader) accounts(caller *Caller) {
	r.accountNumber("principalAccount", r.principalAccount)
	r.accountNumber("resourceAccount", r.resourceAccount)
	parts, _ := splitARN(r.resource)
	owner := firstOf(r.resourceAccount, parts[4])
	switch {
	case r.principalAccount != "" && caller.account != "" && r.principalAccount != caller.account:
		r.refuse("principalAccount", "principalAccount is %s, but the principal is of %s",
			quote(r.principalAccount), quote(caller.account))
	case r.resourceAccount != "" && parts[4] != "" && r.resourceAccount != parts[4]:
		r.refuse("resourceAccount", "resourceAccount is %s, but the resource is of %s",
			quote(r.resourceAccount), quote(parts[4]))
	case owner == "aws", owner == "" && r.resource == "*",
		owner == "" && r.resource == "" && r.query.Access.Resource == nil:
		r.query.Access.SameAccount = True
	case owner == "":
		r.query.Access.SameAccount = Unknown
	default:
		r.query.Access.SameAccount = truth(owner == firstOf(caller.account, r.principalAccount))
	}
}

func (r *queryReader) accountNumber(member, value string) {
	if value != "" && !(len(value) == 12 && digits(value)) {
		r.refuse(member, "%s must be 12 digits, not %s", member, quote(value))
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
