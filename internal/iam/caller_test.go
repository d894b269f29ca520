package iam

import (
	"strings"
	"testing"
)

// TestPrincipals compares callers with the principals of a Deny: what is false
// here is let through.
func TestPrincipals(t *testing.T) {
	for _, c := range []struct {
		name              string
		caller, principal string
		want              Truth
	}{
		{"a user", user, aws(user), True},
		{"a user without its path", user, aws("arn:aws:iam::111122223333:user/ops"), False},
		{"a user in another case", user, aws("arn:aws:iam::111122223333:user/team/OPS"), False},
		{"a user of another account", user, aws("arn:aws:iam::444455556666:user/team/ops"), False},
		{"an account as ARN", user, aws(root), True},
		{"an account as number", role, aws(account), True},
		{"an account with a zero before it", user, aws("0111122223333"), False},
		{"an account in an ARN of something else", user, aws("arn:aws:x:iam::111122223333:root"), False},
		{"an account in an ARN of another service", user, aws("arn:aws:sts::111122223333:root"), False},
		{"an account in an ARN with a region", user, aws("arn:aws:iam:eu-west-1:111122223333:root"), False},
		{"a group is no principal", user, aws("arn:aws:iam::111122223333:group/ops"), False},
		{"a role with its path", role, aws(role), True},
		{"a role without its path", role, aws("arn:aws:iam::111122223333:role/cart"), False},
		{"a session of a role with a path", session, aws(role), True},
		{"a session of a role without one", session, aws("arn:aws:iam::111122223333:role/cart"), True},
		{"a session of a role of another name", session, aws("arn:aws:iam::111122223333:role/apps/cart2"), False},
		{"a session of a role of another account", session, aws("arn:aws:iam::444455556666:role/cart"), False},
		{"a session of a role whose path ends like it", session, aws("arn:aws:iam::111122223333:role/cart/x"), False},
		{"a session", session, aws(session), True},
		{"another session of the role", session, aws("arn:aws:sts::111122223333:assumed-role/cart/pod-2"), False},
		{"a role, of which one session is named", role, aws(session), Unknown},
		{"a role, of which no session is named", role, aws("arn:aws:sts::111122223333:assumed-role/cart2/pod-1"), False},
		{"a role, where something else of STS is named", role, aws(getter), False},
		{"a federated user", getter, aws(getter), True},
		{"a federated user, whose user may be named", getter, aws(user), Unknown},
		{"a federated user, where another account's is named", getter, aws("arn:aws:iam::444455556666:user/ann"), False},
		{"the id of a role that is no more", session, aws("AROAIOSFODNN7EXAMPLE"), False},
		{"the id of a user that is no more", user, aws("AIDAIOSFODNN7EXAMPLE"), False},
		{"a canonical id", user, to(`{"CanonicalUser":"79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}`), Unknown},
		{"a canonical id and a service", "s3.amazonaws.com", to(`{"CanonicalUser":"79a59df900b949e5"}`), False},
		{"a canonical id and the anonymous", "*", to(`{"CanonicalUser":"79a59df900b949e5"}`), False},

		{"everyone, bare", user, to(`"*"`), True},
		{"everyone of AWS", session, aws("*"), True},
		{"the anonymous are among everyone", "*", aws("*"), True},
		{"the anonymous are of no account", "*", aws(account), False},
		{"a service among everyone", "s3.amazonaws.com", to(`"*"`), Unknown},
		{"a service among everyone of AWS", "s3.amazonaws.com", aws("*"), Unknown},
		{"a token among everyone", oidc, to(`"*"`), Unknown},
		{"a token among everyone of AWS", oidc, aws("*"), Unknown},
		{"an assertion among everyone of AWS", saml, aws("*"), Unknown},
		{"everyone or the token's provider", oidc, to(`{"AWS":"*","Federated":"` + oidc + `"}`), True},

		{"a pattern of users", user, aws("arn:aws:iam::111122223333:user/*"), Unknown}, // IAM has none, but who writes it means it
		{"a pattern of other users", user, aws("arn:aws:iam::111122223333:user/x*"), False},
		{"a pattern of accounts", user, aws("11112222333?"), False},
		{"a pattern of sessions", session, aws("arn:aws:sts::111122223333:assumed-role/cart/*"), Unknown},
		{"a pattern of services", "s3.amazonaws.com", to(`{"Service":"*.amazonaws.com"}`), Unknown},
		{"a pattern of all services", "s3.amazonaws.com", to(`{"Service":"*"}`), Unknown},
		{"a pattern of providers", oidc, to(`{"Federated":"arn:aws:iam::*:oidc-provider/*"}`), Unknown},
		{"a pattern of SAML providers", oidc, to(`{"Federated":"arn:aws:iam::*:saml-provider/*"}`), False},

		{"a service", "s3.amazonaws.com", to(`{"Service":["ec2.amazonaws.com","s3.amazonaws.com"]}`), True},
		{"a service of a region", "s3.eu-west-1.amazonaws.com", to(`{"Service":"s3.amazonaws.com"}`), False},
		{"a service named as AWS", "s3.amazonaws.com", aws("s3.amazonaws.com"), False},
		{"a user named as a service", user, to(`{"Service":"` + user + `"}`), False},
		{"a provider", oidc, to(`{"Federated":"` + oidc + `"}`), True},
		{"a provider in another case", oidc, to(`{"Federated":"` + strings.ToLower(oidc) + `"}`), False},
		{"a provider without ARN", oidc, to(`{"Federated":"` + issuer + `"}`), False},
		{"a provider of another account", oidc, to(`{"Federated":"` + strings.Replace(oidc, account, "444455556666", 1) + `"}`), False},
		{"a provider with a scheme", oidc, to(`{"Federated":"` + strings.Replace(oidc, issuer, "https://"+issuer, 1) + `"}`), False},
		{"a provider named as AWS", oidc, aws(oidc), False},
		{"a token where its account is named", oidc, aws(account), False},
		{"a provider that is built in", "arn:aws:iam::111122223333:oidc-provider/accounts.google.com", to(`{"Federated":"accounts.google.com"}`), True},
		{"another provider that is built in", "arn:aws:iam::111122223333:oidc-provider/accounts.google.com", to(`{"Federated":"www.amazon.com"}`), False},
		{"a SAML provider", saml, to(`{"Federated":"` + saml + `"}`), True},
		{"a user named as a provider", user, to(`{"Federated":"` + user + `"}`), False},
	} {
		p := mustCompile(t, Resource, policy(deny(c.principal)))
		r := NewRequest(mustCaller(t, c.caller), "s3:GetObject", object, nil)
		if got := p.statements[0].principal(r); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestParseCaller(t *testing.T) {
	for s, want := range map[string]Caller{
		"*":                                     {arn: "*"},
		account:                                 {kind: accountCaller, arn: root, account: account},
		root:                                    {kind: accountCaller, arn: root, account: account},
		user:                                    {kind: userCaller, arn: user, account: account},
		role:                                    {kind: roleCaller, arn: role, account: account, name: "cart"},
		session:                                 {kind: sessionCaller, arn: session, account: account, name: "cart"},
		getter:                                  {kind: federatedUserCaller, arn: getter, account: account},
		"s3.amazonaws.com":                      {kind: serviceCaller, arn: "s3.amazonaws.com"},
		oidc:                                    {kind: oidcCaller, arn: oidc, account: account, host: issuer},
		saml:                                    {kind: samlCaller, arn: saml, account: account},
		"arn:aws-cn:iam::111122223333:user/ops": {kind: userCaller, arn: "arn:aws-cn:iam::111122223333:user/ops", account: account},
	} {
		got := mustCaller(t, s)
		if got != want {
			t.Errorf("%s: got %+v, want %+v", s, got, want)
		}
		if got.ARN() != want.arn || got.Account() != want.account {
			t.Errorf("%s: got %s of %s", s, got.ARN(), got.Account())
		}
	}
}

func TestParseCallerRefuses(t *testing.T) {
	const noARN = " is no ARN of a principal"
	const noCaller = ` is no ARN, no account of 12 digits, no name of a service and not "*"`
	for s, want := range map[string]string{
		"":                                             noCaller,
		"11112222333":                                  noCaller,
		"11112222333x":                                 noCaller,
		"s3.example.com":                               noCaller,
		"*.amazonaws.com":                              noCaller,
		"https://s3.amazonaws.com":                     noCaller,
		"Arn:aws:iam::111122223333:root":               noCaller,
		"arn:aws:iam":                                  noARN,
		"arn:aws:iam:::user/ops":                       noARN,
		"arn:aws:iam::*:user/ops":                      noARN,
		"arn:aws:iam::11112222333:user/ops":            noARN,
		"arn:aws:iam::111122223333:user":               noARN,
		"arn:aws:iam::111122223333:user/":              noARN,
		"arn:aws:iam::111122223333:user/a/":            noARN,
		"arn:aws:iam::111122223333:group/a":            noARN,
		"arn:aws:iam::111122223333:policy/a":           noARN,
		"arn:aws:sts::111122223333:root":               noARN,
		"arn:aws:sts::111122223333:user/a":             noARN,
		"arn:aws:s3:::bucket/key":                      noARN,
		"arn:aws:sts::111122223333:assumed-role/a":     noARN,
		"arn:aws:sts::111122223333:assumed-role//a":    noARN,
		"arn:aws:sts::111122223333:assumed-role/a/b/c": noARN,
	} {
		if c, err := ParseCaller(s); err == nil || err.Error() != quote(s)+want {
			t.Errorf("%s: got %+v, %v", s, c, err)
		}
	}
}

func TestOIDC(t *testing.T) {
	for host, partition := range map[string]string{
		"oidc.eks.eu-west-1.amazonaws.com/id/A":     "aws",
		"oidc.eks.cn-north-1.amazonaws.com.cn/id/A": "aws-cn",
		"oidc.eks.us-gov-west-1.amazonaws.com/id/A": "aws-us-gov",
		"oidc.eks.eusc-de-east-1.amazonaws.eu/id/A": "aws-eusc",
		"oidc-eks.eu-west-1.api.aws/id/A":           "aws",
		"oidc-eks.us-gov-west-1.api.aws/id/A":       "aws-us-gov",
		"oidc.example/cn-north-1":                   "aws",
	} {
		want := "arn:" + partition + ":iam::111122223333:oidc-provider/" + host
		if got := OIDC(host, account); got.ARN() != want || got.Account() != account {
			t.Errorf("%s: got %s", host, got.ARN())
		}
	}
}
