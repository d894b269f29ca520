package iam

import (
	"fmt"
	"strings"
)

// Caller is who makes a request: the forms that IAM tells apart when it
// compares it with the principals of a policy.
type Caller struct {
	kind    callerKind
	arn     string // of a service its name
	account string
	name    string // of a role or session: the role's
	host    string // of an OIDC provider: issuer without scheme
}

type callerKind uint8

const (
	anonymous callerKind = iota
	accountCaller
	userCaller
	roleCaller // some session of the role
	sessionCaller
	federatedUserCaller
	serviceCaller
	oidcCaller
	samlCaller
)

// ARN is the caller's ARN; of a service its name, of the anonymous caller "*".
func (c Caller) ARN() string { return c.arn }

// Account is the caller's account, empty where it has none.
func (c Caller) Account() string { return c.account }

// Host is the issuer without scheme of an OpenID Connect provider, else empty.
func (c Caller) Host() string { return c.host }

// signed says whether the caller is a principal of an account, so that its
// identity policies, boundary and service control policies bear on it.
func (c Caller) signed() bool { return accountCaller <= c.kind && c.kind <= federatedUserCaller }

// ParseCaller reads an ARN, an account, a service's name, or "*" for anyone
// who signs nothing.
func ParseCaller(s string) (Caller, error) {
	switch {
	case s == "*":
		return Caller{arn: s}, nil
	case len(s) == 12 && digits(s):
		return Caller{kind: accountCaller, arn: "arn:aws:iam::" + s + ":root", account: s}, nil
	case strings.HasPrefix(s, "arn:"):
		return callerOfARN(s)
	case strings.Contains(s, ".amazonaws.com") && !strings.ContainsAny(s, ":/ *?"):
		return Caller{kind: serviceCaller, arn: s}, nil
	}
	return Caller{}, fmt.Errorf("%s is no ARN, no account of 12 digits, no name of a service and not \"*\"", quote(s))
}

// OIDC is a token of an OpenID Connect provider that exists in an account.
// issuer is its URL without scheme.
func OIDC(issuer, account string) Caller {
	return Caller{kind: oidcCaller, account: account, host: issuer,
		arn: "arn:" + Partition(issuer) + ":iam::" + account + ":oidc-provider/" + issuer}
}

// Partition guesses nothing: the partition of an EKS issuer stands in its
// region, and all other issuers may be registered anywhere, so they are of
// "aws" unless an ARN says otherwise.
func Partition(issuer string) string {
	region, ok := strings.CutPrefix(issuer, "oidc.eks.")
	if !ok {
		region, ok = strings.CutPrefix(issuer, "oidc-eks.")
	}
	if !ok {
		return "aws"
	}
	return RegionPartition(region)
}

// special are the partitions beside "aws", by what their regions begin with.
func special() [7]struct{ region, partition string } {
	return [...]struct{ region, partition string }{
		{"cn-", "aws-cn"}, {"us-gov-", "aws-us-gov"}, {"eusc-", "aws-eusc"},
		{"us-iso-", "aws-iso"}, {"us-isob-", "aws-iso-b"}, {"eu-isoe-", "aws-iso-e"}, {"us-isof-", "aws-iso-f"},
	}
}

// RegionPartition gives the partition of a region.
func RegionPartition(region string) string {
	for _, p := range special() {
		if strings.HasPrefix(region, p.region) {
			return p.partition
		}
	}
	return "aws"
}

// Partitions lists all partitions.
func Partitions() []string {
	list := []string{"aws"}
	for _, p := range special() {
		list = append(list, p.partition)
	}
	return list
}

func callerOfARN(s string) (Caller, error) {
	parts, ok := splitARN(s)
	c := Caller{arn: s, account: parts[4]}
	kind, name, slash := strings.Cut(parts[5], "/")
	last := name[strings.LastIndexByte(name, '/')+1:]
	switch service := parts[2]; {
	case !ok || len(c.account) != 12 || !digits(c.account):
		return Caller{}, fmt.Errorf("%s is no ARN of a principal", quote(s))
	case service == "iam" && parts[5] == "root":
		c.kind = accountCaller
	case !slash || last == "" && (kind != "oidc-provider" || name == ""): // some issuers end in a slash
		return Caller{}, fmt.Errorf("%s is no ARN of a principal", quote(s))
	case service == "iam" && kind == "user":
		c.kind = userCaller
	case service == "iam" && kind == "role":
		c.kind, c.name = roleCaller, last
	case service == "iam" && kind == "oidc-provider":
		c.kind, c.host = oidcCaller, name
	case service == "iam" && kind == "saml-provider":
		c.kind = samlCaller
	case service == "sts" && kind == "federated-user":
		c.kind = federatedUserCaller
	case service == "sts" && kind == "assumed-role" && strings.Count(name, "/") == 1 && name[0] != '/':
		c.kind, c.name = sessionCaller, name[:strings.IndexByte(name, '/')]
	default:
		return Caller{}, fmt.Errorf("%s is no ARN of a principal", quote(s))
	}
	return c, nil
}

// grant is how a policy's principals name a caller, by what that is worth:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
type grant struct {
	direct   Truth // the caller itself
	everyone Truth // by "*"
	role     Truth // the role whose session it is, or the user who made it
	account  Truth // its account, which decides on
}

func (g grant) any() Truth { return max(g.direct, g.everyone, g.role, g.account) }

// granted compares the principals of a statement with the caller.
func (s *statement) granted(c *Caller) (g grant) {
	if s.NotPrincipal {
		return grant{direct: s.exempt(c).Not()}
	}
	for i := range s.Principals {
		switch p := &s.Principals[i]; p.Type {
		case Federated:
			g.direct = max(g.direct, p.federated(c))
		case Service:
			g.direct = max(g.direct, p.service(c))
		case CanonicalUser:
			// Which account an id is of is not to be seen from it.
			g.direct = max(g.direct, min(truth(c.signed()), Unknown))
		default:
			g.aws(p.Value, c)
		}
	}
	return g
}

func (p *Principal) federated(c *Caller) Truth {
	switch {
	case c.kind != oidcCaller && c.kind != samlCaller:
		return False
	case p.Value == c.arn, p.Value == c.host && Builtin(c.host):
		return True
	}
	return wildcardMeant(p.Value, c.arn)
}

// Builtin says whether an issuer is one of those that need no registration, and
// are named by their host:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
func Builtin(host string) bool {
	switch host {
	case "cognito-identity.amazonaws.com", "www.amazon.com", "graph.facebook.com", "accounts.google.com":
		return true
	}
	return false
}

func (p *Principal) service(c *Caller) Truth {
	switch {
	case c.kind != serviceCaller:
		return False
	case p.Value == c.arn:
		return True
	}
	return wildcardMeant(p.Value, c.arn)
}

// wildcardMeant is for a principal that is not the caller: IAM knows no
// patterns there, but a pattern that would fit must not be left out of a Deny.
func wildcardMeant(value, arn string) Truth {
	if !strings.ContainsAny(value, "*?") {
		return False
	}
	var short [256]byte
	return min(truth(matchFilled(appendPart(short[:0], value, true), arn)), Unknown)
}

// aws compares a value of AWS, or the bare "*", with the caller.
// "*" and {"AWS": "*"} are the same, says AWS's page on principals; whether
// they cover callers that are no AWS principals, it does not.
func (g *grant) aws(value string, c *Caller) {
	switch {
	case value == "*" && (c.signed() || c.kind == anonymous):
		g.everyone = True
	case value == "*":
		g.everyone = max(g.everyone, Unknown)
	case !c.signed():
	case sameAccount(value, c):
		g.account = True
	case value == c.arn && c.kind != roleCaller:
		g.direct = True
	case isRole(value, c):
		g.role = True
	case c.kind == roleCaller && isSessionOf(value, c):
		g.direct = max(g.direct, Unknown)
	case c.kind == federatedUserCaller && isUserOf(value, c):
		g.role = max(g.role, Unknown)
	default:
		g.direct = max(g.direct, wildcardMeant(value, c.arn))
	}
}

// sameAccount says whether a principal is the caller's account: its number, or
// the ARN of its root.
func sameAccount(value string, c *Caller) bool {
	if value == c.account {
		return true
	}
	parts, ok := splitARN(value)
	own, _ := splitARN(c.arn)
	return ok && parts[0] == "arn" && parts[1] == own[1] && parts[2] == "iam" && parts[3] == "" && parts[4] == c.account && parts[5] == "root"
}

// isRole says whether a principal is the role of the caller. A session's ARN
// lacks the role's path; names of roles are unique in an account, so the name
// tells it.
func isRole(value string, c *Caller) bool {
	switch c.kind {
	case roleCaller:
		return value == c.arn
	case sessionCaller:
		account, name := roleOf(value)
		return account == c.account && name == c.name
	}
	return false
}

// roleOf takes the ARN of a role apart; empty where it is none.
func roleOf(value string) (account, name string) {
	parts, ok := splitARN(value)
	path, ok2 := strings.CutPrefix(parts[5], "role/")
	if !ok || !ok2 || parts[0] != "arn" || parts[2] != "iam" {
		return "", ""
	}
	return parts[4], path[strings.LastIndexByte(path, '/')+1:]
}

// isSessionOf says whether a principal is a session of the caller's role.
func isSessionOf(value string, c *Caller) bool {
	parts, ok := splitARN(value)
	path, ok2 := strings.CutPrefix(parts[5], "assumed-role/")
	name, _, ok3 := strings.Cut(path, "/")
	return ok && ok2 && ok3 && parts[2] == "sts" && parts[4] == c.account && name == c.name
}

// isUserOf says whether a principal is a user of the caller's account: it may
// be the one that a federated user's session was made by.
func isUserOf(value string, c *Caller) bool {
	parts, _ := splitARN(value)
	return parts[2] == "iam" && parts[4] == c.account && strings.HasPrefix(parts[5], "user/")
}

// exempt says whether NotPrincipal names the caller. AWS wants the account,
// the role and the session of an exempted caller named; what less does is not
// documented:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
func (s *statement) exempt(c *Caller) Truth {
	named := statement{Statement: &Statement{Principals: s.Principals}}
	g := named.granted(c)
	switch {
	case !c.signed(), g.any() == False:
		return g.any()
	case g.everyone == True, c.kind == accountCaller:
		return max(g.everyone, g.account)
	case g.account == True && g.direct == True && (c.kind != sessionCaller || g.role == True):
		return True
	}
	return Unknown
}

// linked says whether the caller is a role that AWS made for a service of its
// own, or a session of one: organizations do not bind these.
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
func (c *Caller) linked() bool {
	return c.kind == roleCaller && strings.Contains(c.arn, ":role/aws-service-role/") ||
		c.kind == sessionCaller && strings.HasPrefix(c.name, "AWSServiceRoleFor")
}

// Kind names what the caller is: anyone, account, user, role, session,
// federated user, service, oidc or saml.
func (c Caller) Kind() string {
	return [...]string{"anyone", "account", "user", "role", "session", "federated user", "service", "oidc", "saml"}[c.kind]
}

// SessionOf says whether the caller is a session of a role.
func (c Caller) SessionOf(role Caller) bool {
	return c.kind == sessionCaller && role.kind == roleCaller && c.account == role.account && c.name == role.name
}
