package iam

import "strings"

// Access is a request with all policies that bear on it. The zero value of a
// field means that there is none of the kind.
type Access struct {
	*Request
	Identity []*Policy   // of the caller, or of its role and groups
	Boundary *Policy     // of the caller
	SCPs     [][]*Policy // of the caller's organization: by level, root first
	RCPs     [][]*Policy // of the resource's organization, likewise
	Session  []*Policy   // passed when the caller's session was made
	Resource *Policy     // of the resource; a role's is its trust policy
	// SameAccount says whether caller and resource are of one account.
	SameAccount Truth
	// Untagged says that a Pod Identity association has session tags off.
	Untagged bool
	// Tagged says that the caller's token has session tags.
	Tagged bool
}

// PodIdentity is the service that assumes roles for EKS Pod Identity.
const PodIdentity = "pods.eks.amazonaws.com"

// Decide answers as AWS does:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
// A Deny of any policy ends it. Then every level of service and resource
// control policies must allow, and the rest must grant. What comes with the
// action must be allowed too.
func (a *Access) Decide() Decision {
	if sameFold(a.Action, "sts:GetCallerIdentity") && a.Caller.signed() {
		return DecideAllow // https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
	}
	d := a.decideOne(a.Request)
	for _, action := range a.companions() {
		d = min(d, a.decideOne(a.with(action)))
	}
	return d
}

func (a *Access) with(action string) *Request {
	r := *a.Request
	r.Action, r.folded = action, lower(action)
	return &r
}

// companions are the actions that a request to assume a role needs besides its
// own: sts:TagSession if it passes session tags, as EKS Pod Identity does unless
// the association has them off, and sts:SetSourceIdentity if it sets one.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
// https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
func (a *Access) companions() (actions []string) {
	if !assumes(a.Action) {
		return nil
	}
	pods := a.Caller.arn == PodIdentity && !a.Untagged
	if pods || a.Tagged || a.Context.given("aws:RequestTag/") || a.Context.given("aws:TagKeys") {
		actions = append(actions, TagSession)
	}
	if a.Context.given("sts:SourceIdentity") {
		actions = append(actions, SetSourceIdentity)
	}
	return actions
}

func (a *Access) decideOne(r *Request) Decision {
	if a.barred(r) != "" {
		return DecideDeny
	}
	bounded := *r
	bounded.bounded = a.Boundary != nil && r.Caller.signed()
	t := a.tally(&bounded)
	allow := min(t.scp, t.rcp)
	same := t.within(r)
	named := max(t.direct, t.everyone, t.role, t.account)
	across := min(named, t.identity, t.boundary, t.session)
	switch {
	case !r.Caller.signed():
		allow = min(allow, named)
	case a.SameAccount == True:
		allow = min(allow, same)
	case a.SameAccount == False:
		allow = min(allow, across)
	case same != across:
		allow = min(allow, max(same, across), Unknown)
	default:
		allow = min(allow, same)
	}
	return decide(allow, t.deny)
}

// barred says why no policy can allow a request, empty if one can.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html
func (a *Access) barred(r *Request) string {
	own, _ := splitARN(r.Caller.arn)
	of, _ := splitARN(r.Resource)
	switch {
	case r.Caller.kind == oidcCaller && a.SameAccount == False:
		return "a provider must exist in the role's own account"
	case r.Caller.signed() && own[1] != of[1] && of[1] != "" && of[1] != "*":
		return "no request goes from one partition to another"
	case !r.Caller.mayAsk(r):
		return "such a caller cannot ask for " + quote(r.Action)
	}
	return ""
}

// mayAsk says whether STS takes the caller for an action: tokens assume roles
// and do nothing else, each by an action of its own.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html
func (c *Caller) mayAsk(r *Request) bool {
	switch {
	case !ofRole(r):
		return c.kind != oidcCaller && c.kind != samlCaller
	case sameFold(r.Action, AssumeRoleWithWebIdentity):
		return c.kind == oidcCaller
	case sameFold(r.Action, AssumeRoleWithSAML):
		return c.kind == samlCaller
	case assumes(r.Action):
		return c.signed() || c.kind == serviceCaller
	}
	return c.kind != anonymous
}

// tally is what each kind of policy says of a request.
type tally struct {
	deny                        Truth
	scp, rcp                    Truth
	identity, boundary, session Truth
	direct, role, account       Truth // of the resource's policy
	everyone                    Truth // the same, to "*"
}

// within is what grants within one account: the resource's policy to the
// caller itself, which no implicit deny of boundary or session policy limits;
// the identity policies, or the resource's policy to the caller's role, which
// both are limited; where the resource's policy is mandatory, identity
// policies count only if that leaves it to the account:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
//
// Of a user whom a trust policy names, another page says that its boundary
// must allow the action all the same, so that is unknown:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html
// And of "*" it is documented for policies with a condition on
// aws:PrincipalArn alone that they do not limit it.
func (t *tally) within(r *Request) Truth {
	identity, direct := t.identity, t.direct
	if mandatory(r) {
		identity = min(identity, t.account)
		if r.Caller.kind == userCaller && t.boundary != True && ofRole(r) {
			direct = min(direct, Unknown)
		}
	}
	everyone := t.everyone
	if min(t.boundary, t.session) != True {
		everyone = min(everyone, Unknown)
	}
	return max(direct, everyone, min(max(identity, t.role), t.boundary, t.session))
}

// mandatory says whether identity policies alone never suffice: for roles and
// for keys of KMS.
// https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
func mandatory(r *Request) bool {
	parts, _ := splitARN(r.Resource)
	return ofRole(r) || parts[2] == "kms" && strings.HasPrefix(parts[5], "key/")
}

// ofRole says whether an action is one that a role's trust policy decides.
func ofRole(r *Request) bool {
	parts, _ := splitARN(r.Resource)
	if parts[2] == "sts" && strings.HasPrefix(parts[5], "federated-user/") {
		return false
	}
	return assumes(r.Action) || sameFold(r.Action, TagSession) ||
		sameFold(r.Action, SetSourceIdentity) || sameFold(r.Action, SetContext)
}

// assumes says whether an action is AssumeRole or one of its kind.
func assumes(action string) bool {
	const n = len(AssumeRole)
	return len(action) >= n && sameFold(action[:n], AssumeRole)
}

// limited says whether session policies bear on the caller. A session of a
// federated user has the permissions that they give: without any it has none.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
func (a *Access) limited(r *Request) bool {
	return len(a.Session) > 0 || r.Caller.kind == federatedUserCaller
}

func (a *Access) tally(r *Request) *tally {
	t := &tally{scp: True, rcp: True, identity: True, boundary: True, session: True}
	if r.Caller.signed() {
		if !r.Caller.linked() {
			t.scp = t.levels(a.SCPs, r)
		}
		// The root user of an account has no identity policies, and needs none.
		if r.Caller.kind != accountCaller || len(a.Identity) > 0 {
			t.identity = t.policies(a.Identity, r)
		}
		if a.Boundary != nil {
			t.boundary = t.policy(a.Boundary, r)
		}
		if a.limited(r) {
			t.session = t.policies(a.Session, r)
		}
	}
	if !r.Caller.linked() {
		t.rcp = t.levels(a.RCPs, r)
	}
	if a.Resource != nil {
		t.resource(a.Resource, r)
	}
	return t
}

// levels must all allow, each by one of its policies. RCPFullAWSAccess is of
// every level of resource control policies, and cannot be detached: a level that
// allows nothing itself is one that does not tell it.
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
func (t *tally) levels(levels [][]*Policy, r *Request) Truth {
	all := True
	for _, level := range levels {
		allow := t.policies(level, r)
		if len(level) > 0 && denyOnly(level) {
			allow = True
		}
		all = min(all, allow)
	}
	return all
}

// denyOnly says whether policies are resource control policies without Allow.
func denyOnly(level []*Policy) bool {
	for _, p := range level {
		for i := range p.statements {
			if p.doc.kind != ResourceControl || p.statements[i].Effect == Allow {
				return false
			}
		}
	}
	return true
}

func (t *tally) policies(all []*Policy, r *Request) Truth {
	allow := False
	for _, p := range all {
		allow = max(allow, t.policy(p, r))
	}
	return allow
}

// policy adds up the denies of a policy and gives whether it allows.
func (t *tally) policy(p *Policy, r *Request) Truth {
	allow := False
	for i := range p.statements {
		s := &p.statements[i]
		about := s.about(r)
		if s.Effect == Deny {
			t.deny = max(t.deny, about)
		} else {
			allow = max(allow, about)
		}
	}
	return allow
}

func (t *tally) resource(p *Policy, r *Request) {
	for i := range p.statements {
		s := &p.statements[i]
		about := s.about(r)
		if s.Effect == Deny {
			t.deny = max(t.deny, min(about, s.principal(r)))
			continue
		}
		g := s.granted(&r.Caller)
		if s.byARN() {
			g.direct = max(g.direct, g.everyone)
		}
		t.direct = max(t.direct, min(about, g.direct))
		t.everyone = max(t.everyone, min(about, g.everyone))
		t.role = max(t.role, min(about, g.role))
		t.account = max(t.account, min(about, g.account))
	}
}

// byARN says whether a condition grants by the caller's ARN.
func (s *statement) byARN() bool {
	for i := range s.conditions {
		c := &s.conditions[i]
		if t, _ := c.whenAbsent(); sameFold(c.Key, "aws:PrincipalArn") && !c.negated && t == False && c.comparison != null {
			return true
		}
	}
	return false
}
