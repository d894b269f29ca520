package iam

// Request is one action that a caller wants to take on a resource.
//
// The principal's account and the resource's may differ; see Access.
type Request struct {
	Caller   Caller
	Action   string // such as sts:AssumeRole; case does not matter
	Resource string // an ARN; empty for a role's own trust policy
	Context  *Context

	folded  string // Action in lower case
	bounded bool   // the caller has a permissions boundary
}

// NewRequest prepares a request; without a context it has no keys.
func NewRequest(caller Caller, action, resource string, ctx *Context) *Request {
	if ctx == nil {
		ctx = &Context{}
	}
	return &Request{Caller: caller, Action: action, Resource: resource, Context: ctx, folded: lower(action)}
}

// The actions that a trust policy is asked for.
const (
	AssumeRole                = "sts:AssumeRole"
	AssumeRoleWithWebIdentity = "sts:AssumeRoleWithWebIdentity"
	AssumeRoleWithSAML        = "sts:AssumeRoleWithSAML"
	TagSession                = "sts:TagSession"
	SetSourceIdentity         = "sts:SetSourceIdentity"
	SetContext                = "sts:SetContext"
)

// Decide answers a request by this policy alone, as STS does with a trust
// policy: an explicit Deny that matches, else an Allow that does, else deny.
// What is unknown counts only where it can change the answer. A grant to the
// caller's account is one here; what the account's own policies say is for
// Access.
func (p *Policy) Decide(r *Request) Decision {
	allow, deny := False, False
	for i := range p.statements {
		s := &p.statements[i]
		if s.Effect == Deny {
			if deny = max(deny, s.applies(r)); deny == True {
				return DecideDeny
			}
		} else if allow != True {
			allow = max(allow, s.applies(r))
		}
	}
	return decide(allow, deny)
}

func decide(allow, deny Truth) Decision {
	return Decision(min(allow, deny.Not()))
}

// applies says whether a statement matches a request.
func (s *statement) applies(r *Request) Truth {
	t := s.principal(r)
	if t != False {
		t = min(t, s.about(r))
	}
	return t
}

// principal says whether the statement is for the caller. A Deny with
// NotPrincipal is for everyone with a permissions boundary, whomever it names:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
func (s *statement) principal(r *Request) Truth {
	switch {
	case len(s.Principals) == 0:
		return True // the policy is attached to the caller
	case s.NotPrincipal && r.bounded:
		return True
	}
	return s.granted(&r.Caller).any()
}

// about says whether the statement is about the request, whoever makes it.
func (s *statement) about(r *Request) Truth {
	if s.action(r) == s.NotAction {
		return False
	}
	t := s.resource(r)
	for i := range s.conditions {
		if t == False {
			return False
		}
		c, _ := s.conditions[i].evaluate(r.Context)
		t = min(t, c)
	}
	return t
}

// action says whether one of the named actions is that of the request.
func (s *statement) action(r *Request) bool {
	for _, a := range s.Actions {
		if sameFold(a, r.Action) {
			return true
		}
	}
	if r.folded == "" && len(s.actions) > 0 {
		return matchAny(s.actions, lower(r.Action)) // not made by NewRequest
	}
	return matchAny(s.actions, r.folded)
}

// resource says whether the statement is for the resource. One without
// Resource is for what it is attached to; of a resource that the request does
// not name, only "*" says something.
func (s *statement) resource(r *Request) Truth {
	if len(s.Resources) == 0 {
		return True
	}
	t := False
	for i := range s.resources {
		one, why := s.resources[i].matches(operator{comparison: stringLike}, r.Resource, r.Context)
		switch {
		case r.Resource == "" && s.Resources[i] != "*":
			one = Unknown
		case why == noVariable && s.NotResource:
			one = Unknown // AWS: it "will not match any resource", of both elements
		}
		t = max(t, one)
	}
	if s.NotResource {
		return t.Not()
	}
	return t
}
