package iam

import "testing"

const (
	account = "111122223333"
	root    = "arn:aws:iam::111122223333:root"
	user    = "arn:aws:iam::111122223333:user/team/ops"
	role    = "arn:aws:iam::111122223333:role/apps/cart"
	session = "arn:aws:sts::111122223333:assumed-role/cart/pod-1"
	getter  = "arn:aws:sts::111122223333:federated-user/ann"
	object  = "arn:aws:s3:::bucket/key"
	target  = "arn:aws:iam::111122223333:role/target"
	kmsKey  = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd"
	saml    = "arn:aws:iam::111122223333:saml-provider/corp"
	oidc    = "arn:aws:iam::111122223333:oidc-provider/" + issuer
)

// situation is a request with its policies, each as statements. The zero value
// of action and resource is that of reading object.
type situation struct {
	name                      string
	caller, action, resource  string
	identity, boundary, limit string // limit is the session policy
	grant                     string // of the resource: its policy, a trust where the action assumes a role
	scps, rcps                [][]string
	owner                     owner
	untagged                  bool
	want                      Decision
}

// owner is whose the resource is.
type owner uint8

const (
	same owner = iota
	other
	unclear
)

var (
	all     = allow(on("*"))
	nothing = deny(on("*"))
	aside   = allow(on("arn:aws:s3:::other/*")) // allows something else
	public  = allow(to(`"*"`))
)

func (c situation) access(t testing.TB) *Access {
	t.Helper()
	action, resource, kind := firstOf(c.action, "s3:GetObject"), firstOf(c.resource, object), Resource
	if global(action) && sameFold(action[:4], "sts:") {
		kind = Trust
	}
	a := &Access{Request: NewRequest(mustCaller(t, c.caller), action, resource, nil), Untagged: c.untagged,
		Identity: compileAll(t, Identity, c.identity), Session: compileAll(t, Session, c.limit),
		SCPs: levelsOf(t, ServiceControl, c.scps), RCPs: levelsOf(t, ResourceControl, c.rcps),
		SameAccount: [...]Truth{True, False, Unknown}[c.owner]}
	if c.boundary != "" {
		a.Boundary = mustCompile(t, Boundary, policy(c.boundary))
	}
	if c.grant != "" {
		a.Resource = mustCompile(t, kind, policy(c.grant))
	}
	return a
}

func compileAll(t testing.TB, kind Kind, statements ...string) (all []*Policy) {
	t.Helper()
	for _, s := range statements {
		if s != "" {
			all = append(all, mustCompile(t, kind, policy(s)))
		}
	}
	return all
}

func levelsOf(t testing.TB, kind Kind, levels [][]string) (all [][]*Policy) {
	t.Helper()
	for _, level := range levels {
		all = append(all, compileAll(t, kind, level...))
	}
	return all
}

// checkSituations also looks at the explanations, which must fit.
func checkSituations(t *testing.T, all []situation) {
	t.Helper()
	for _, c := range all {
		t.Run(c.name, func(t *testing.T) {
			a := c.access(t)
			e := a.Explain()
			if got := a.Decide(); got != c.want {
				t.Errorf("got %s, want %s: %s", got, c.want, e)
			}
			checkExplanation(t, a.Decide(), e)
		})
	}
}

func TestDenyOfAnyPolicyEndsIt(t *testing.T) {
	checkSituations(t, []situation{
		{name: "nobody denies", caller: user, identity: all, boundary: all, scps: [][]string{{all}}, rcps: [][]string{{allow(to(`"*"`), on("*"))}}, grant: public, want: DecideAllow},
		{name: "the identity policy denies", caller: user, identity: all + "," + nothing, grant: public, want: DecideDeny},
		{name: "the boundary denies", caller: user, identity: all, boundary: all + "," + nothing, grant: public, want: DecideDeny},
		{name: "the session policy denies", caller: session, identity: all, limit: all + "," + nothing, grant: public, want: DecideDeny},
		{name: "a service control policy of any level denies", caller: user, identity: all, scps: [][]string{{all}, {all, nothing}}, grant: public, want: DecideDeny},
		{name: "a resource control policy denies", caller: user, identity: all, rcps: [][]string{{allow(to(`"*"`), on("*")), deny(to(`"*"`), on("*"))}}, grant: public, want: DecideDeny},
		{name: "the resource's policy denies the user", caller: user, identity: all, grant: deny(aws(user)), want: DecideDeny},
		{name: "the resource's policy denies the account", caller: user, identity: all, grant: deny(aws(root)), want: DecideDeny},
		{name: "the resource's policy denies the account's number", caller: user, identity: all, grant: deny(aws(account)), want: DecideDeny},
		{name: "the resource's policy denies the role of the session", caller: session, identity: all, grant: deny(aws(role)), want: DecideDeny},
		{name: "the resource's policy denies another user", caller: user, identity: all, grant: deny(aws(user + "2")), want: DecideAllow},
		{name: "a Deny of another action", caller: user, identity: all + "," + deny(on("*"), doing("s3:Put*")), want: DecideAllow},
		{name: "a Deny of all but this action", caller: user, identity: all + "," + deny(on("*"), `"NotAction":"S3:getobject"`), want: DecideAllow},
		{name: "a Deny of all but another action", caller: user, identity: all + "," + deny(on("*"), `"NotAction":["s3:Put*","ec2:*"]`), want: DecideDeny},
		{name: "a Deny of all but this resource", caller: user, identity: all + "," + deny(`"NotResource":"arn:aws:s3:::bucket/*"`), want: DecideAllow},
		{name: "a Deny that nobody can judge", caller: user, identity: all + "," + deny(on("*"), when(`{"NoSuchOperator":{"a":"b"}}`)), want: DecideUnknown},
		{name: "a Deny that nobody can judge, where nothing allows", caller: user, identity: deny(on("*"), when(`{"NoSuchOperator":{"a":"b"}}`)), want: DecideDeny},
		{name: "the root user is denied by a service control policy", caller: root, scps: [][]string{{all, nothing}}, want: DecideDeny},
	})
}

func TestOrganizations(t *testing.T) {
	everyone := allow(to(`"*"`), on("*"))
	checkSituations(t, []situation{
		{name: "any policy of a level may allow", caller: user, identity: all, scps: [][]string{{aside, all}}, want: DecideAllow},
		{name: "every level must allow", caller: user, identity: all, scps: [][]string{{all}, {aside}, {all}}, want: DecideDeny},
		{name: "a level without policies allows nothing", caller: user, identity: all, scps: [][]string{{all}, {}}, want: DecideDeny},
		{name: "service control policies grant nothing", caller: user, scps: [][]string{{all}}, want: DecideDeny},
		{name: "they limit what the resource grants", caller: user, scps: [][]string{{aside}}, grant: public, want: DecideDeny},
		{name: "they limit the root user", caller: root, scps: [][]string{{aside}}, want: DecideDeny},
		{name: "they do not limit the anonymous", caller: "*", scps: [][]string{{nothing}}, grant: public, want: DecideAllow},
		{name: "they do not limit services", caller: "s3.amazonaws.com", scps: [][]string{{nothing}}, grant: allow(to(`{"Service":"s3.amazonaws.com"}`)), want: DecideAllow},
		{name: "they do not limit who brings a token", caller: oidc, action: AssumeRoleWithWebIdentity, resource: target, scps: [][]string{{nothing}}, grant: allow(to(`{"Federated":"` + oidc + `"}`)), want: DecideAllow},
		{name: "every level of resource control policies must allow", caller: user, identity: all, rcps: [][]string{{everyone}, {allow(to(`"*"`), on("arn:aws:s3:::other"))}}, want: DecideDeny},
		{name: "a level without resource control policies allows nothing", caller: user, identity: all, rcps: [][]string{{}}, want: DecideDeny},
		{name: "they limit the anonymous", caller: "*", rcps: [][]string{{everyone, deny(to(`"*"`), on("*"))}}, grant: public, want: DecideDeny},
		{name: "they limit services", caller: "s3.amazonaws.com", rcps: [][]string{{everyone, deny(to(`"*"`), on("*"))}}, grant: allow(to(`{"Service":"s3.amazonaws.com"}`)), want: DecideDeny},
		{name: "they limit who brings a token", caller: oidc, action: AssumeRoleWithWebIdentity, resource: target, rcps: [][]string{{everyone, deny(to(`"*"`), on("*"), doing("sts:*"))}}, grant: allow(to(`{"Federated":"` + oidc + `"}`)), want: DecideDeny},
		{name: "they limit other accounts", caller: user, identity: all, owner: other, grant: public, rcps: [][]string{{everyone, deny(to(`"*"`), on("*"))}}, want: DecideDeny},
		{name: "a Deny of services alone", caller: user, identity: all, rcps: [][]string{{everyone, deny(to(`"*"`), on("*"), when(`{"Bool":{"aws:PrincipalIsAWSService":"true"}}`))}}, want: DecideAllow},
	})
}

func TestWithinAnAccount(t *testing.T) {
	checkSituations(t, []situation{
		{name: "the identity policy suffices", caller: user, identity: all, want: DecideAllow},
		{name: "the resource's policy suffices", caller: user, grant: allow(aws(user)), want: DecideAllow},
		{name: "neither allows", caller: user, identity: aside, grant: allow(aws(user), doing("s3:PutObject")), want: DecideDeny},
		{name: "a grant to the account leaves it to the identity policy", caller: user, grant: allow(aws(root)), want: DecideDeny},
		{name: "a grant to the account and the identity policy", caller: user, grant: allow(aws(root)), identity: all, want: DecideAllow},
		{name: "the boundary limits the identity policy", caller: user, identity: all, boundary: aside, want: DecideDeny},
		{name: "the session policy limits the identity policy", caller: session, identity: all, limit: aside, want: DecideDeny},
		{name: "a user named by the resource passes its boundary", caller: user, boundary: aside, grant: allow(aws(user)), want: DecideAllow},
		{name: "a session named by the resource passes boundary and session policy", caller: session, boundary: aside, limit: aside, grant: allow(aws(session)), want: DecideAllow},
		{name: "a role named by the resource needs no identity policy", caller: session, grant: allow(aws(role)), want: DecideAllow},
		{name: "a role named by the resource needs its boundary", caller: session, boundary: aside, grant: allow(aws(role)), want: DecideDeny},
		{name: "a role named by the resource needs its session policy", caller: session, limit: aside, grant: allow(aws(role)), want: DecideDeny},
		{name: "some session of a role named by the resource", caller: role, grant: allow(aws(role)), want: DecideAllow},
		{name: "some session of a role, where one is named", caller: role, grant: allow(aws(session)), want: DecideUnknown},
		{name: "everyone, beside a boundary and a session policy that do not allow", caller: session, boundary: aside, limit: aside, grant: public, want: DecideUnknown},
		{name: "everyone, beside ones that do", caller: session, boundary: all, limit: all, grant: public, want: DecideAllow},
		{name: "a federated user that is named passes them too", caller: getter, boundary: aside, limit: aside, grant: allow(aws(getter)), want: DecideAllow},
		{name: "a federated user without session policy", caller: getter, identity: all, want: DecideDeny},
		{name: "a federated user whose session policy allows", caller: getter, identity: all, limit: all, want: DecideAllow},
		{name: "a federated user whose account is named", caller: getter, identity: all, grant: allow(aws(root)), want: DecideDeny},
		{name: "a federated user who is named, without session policy", caller: getter, grant: allow(aws(getter)), want: DecideAllow},
		{name: "the user who made a federated user's session", caller: getter, grant: allow(aws(user)), want: DecideDeny},
		{name: "the same with a session policy that allows", caller: getter, limit: all, grant: allow(aws(user)), want: DecideUnknown},
		{name: "the root user needs no policy", caller: root, want: DecideAllow},
		{name: "the root user with identity policies is a mistake that limits", caller: root, identity: aside, want: DecideDeny},
		{name: "the anonymous need a grant", caller: "*", identity: all, want: DecideDeny},
		{name: "a service needs a grant", caller: "s3.amazonaws.com", identity: all, want: DecideDeny},
		{name: "the boundary of a service is no boundary", caller: "s3.amazonaws.com", boundary: nothing, grant: allow(to(`{"Service":"s3.amazonaws.com"}`)), want: DecideAllow},
	})
}

func TestAcrossAccounts(t *testing.T) {
	checkSituations(t, []situation{
		{name: "both sides allow", caller: user, owner: other, identity: all, grant: allow(aws(user)), want: DecideAllow},
		{name: "both sides allow, the resource the account", caller: user, owner: other, identity: all, grant: allow(aws(root)), want: DecideAllow},
		{name: "the identity policy alone", caller: user, owner: other, identity: all, want: DecideDeny},
		{name: "the resource's policy alone", caller: user, owner: other, grant: allow(aws(user)), want: DecideDeny},
		{name: "the boundary limits a named user", caller: user, owner: other, identity: all, boundary: aside, grant: allow(aws(user)), want: DecideDeny},
		{name: "the session policy limits a named session", caller: session, owner: other, identity: all, limit: aside, grant: allow(aws(session)), want: DecideDeny},
		{name: "the root user needs the resource's policy", caller: root, owner: other, want: DecideDeny},
		{name: "the root user with the resource's policy", caller: root, owner: other, grant: allow(aws(account)), want: DecideAllow},
		{name: "a public resource", caller: user, owner: other, grant: public, want: DecideDeny},
		{name: "the anonymous have no account", caller: "*", owner: other, grant: public, want: DecideAllow},
		{name: "nobody knows whose it is, and the identity policy alone allows", caller: user, owner: unclear, identity: all, want: DecideUnknown},
		{name: "nobody knows whose it is, and the resource's policy alone allows", caller: user, owner: unclear, grant: allow(aws(user)), want: DecideUnknown},
		{name: "nobody knows whose it is, and both allow", caller: user, owner: unclear, identity: all, grant: allow(aws(user)), want: DecideAllow},
		{name: "nobody knows whose it is, and neither allows", caller: user, owner: unclear, want: DecideDeny},
	})
}
