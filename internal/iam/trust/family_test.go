package trust

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"podpass/internal/iam"
)

// to is a statement that lets principals do actions, with the members of a
// Condition.
func to(principal, actions, conditions string) string {
	return `{"Effect":"Allow","Principal":` + principal + `,"Action":[` + actions + `],"Condition":{` + conditions + `}}`
}

// theOther is a trust that lets in nobody of the others.
func theOther() string { return to(`{"AWS":"999988887777"}`, `"sts:SetContext"`, ``) }

// TestEveryPrincipalIsCompared: what a trust grants to one is more than nothing.
func TestEveryPrincipalIsCompared(t *testing.T) {
	for _, test := range []struct {
		name, principal, action, conditions string
		want                                Verdict
	}{
		{"an account", `{"AWS":"111122223333"}`, `"sts:AssumeRole"`, ``, No},
		{"a role", `{"AWS":"{arn}role/r"}`, `"sts:AssumeRole"`, ``, No},
		{"a role's context", `{"AWS":"{arn}role/r"}`, `"sts:SetContext"`, ``, No},
		{"a session", `{"AWS":"arn:aws:sts::111122223333:assumed-role/r/s"}`, `"sts:AssumeRole"`, ``, No},
		{"a federated user", `{"AWS":"arn:aws:sts::111122223333:federated-user/u"}`, `"sts:AssumeRole"`, ``, No},
		{"a service", `{"Service":"lambda.amazonaws.com"}`, `"sts:AssumeRole"`, ``, No},
		{"a service of another domain", `{"Service":"alexa-appkit.amazon.com"}`, `"sts:AssumeRole"`, ``, Unknown},
		{"a provider", `{"Federated":"{PA}"}`, `"sts:AssumeRoleWithWebIdentity"`, ``, No},
		{"tags of a provider's sessions", `{"Federated":"{PA}"}`, `"sts:TagSession"`, ``, No},
		{"GitHub", `{"Federated":"{arn}oidc-provider/token.actions.githubusercontent.com"}`, `"sts:AssumeRoleWithWebIdentity"`, `"StringLike":{"token.actions.githubusercontent.com:sub":"repo:o/*"}`, No},
		{"GitHub, by a claim", `{"Federated":"{arn}oidc-provider/token.actions.githubusercontent.com"}`, `"sts:AssumeRoleWithWebIdentity"`, `"StringEquals":{"token.actions.githubusercontent.com:repository":"o/r"}`, Unknown},
		{"Cognito", `{"Federated":"cognito-identity.amazonaws.com"}`, `"sts:AssumeRoleWithWebIdentity"`, `"StringEquals":{"cognito-identity.amazonaws.com:aud":"eu-west-1:1"}`, No},
		{"Cognito, with amr", `{"Federated":"cognito-identity.amazonaws.com"}`, `"sts:AssumeRoleWithWebIdentity"`, `"ForAnyValue:StringLike":{"cognito-identity.amazonaws.com:amr":"authenticated"}`, Unknown},
		{"a variable of a claim", `{"Federated":"accounts.google.com"}`, `"sts:AssumeRoleWithWebIdentity"`, `"StringLike":{"accounts.google.com:sub":"x${accounts.google.com:hd}"}`, Unknown},
		{"Google", `{"Federated":"accounts.google.com"}`, `"sts:AssumeRoleWithWebIdentity"`, ``, No},
		{"SAML", `{"Federated":"{arn}saml-provider/p"}`, `"sts:AssumeRoleWithSAML"`, ``, No},
		{"SAML, as the console writes it", `{"Federated":"{arn}saml-provider/p"}`, `"sts:AssumeRoleWithSAML"`, `"StringEquals":{"SAML:aud":"https://signin.aws.amazon.com/saml"}`, Unknown},
		{"a key that no caller is known to have", `{"AWS":"111122223333"}`, `"sts:AssumeRole"`, `"StringEquals":{"saml:sub":"x"}`, Unknown},
		{"everyone", `"*"`, `"sts:AssumeRole"`, ``, No},
		{"everyone's tokens", `"*"`, `"sts:AssumeRoleWithWebIdentity"`, ``, Unknown},
		{"everyone's SAML", `{"AWS":"*"}`, `"sts:AssumeRoleWithSAML"`, ``, Unknown},
		{"a pattern of roles", `{"AWS":"{arn}role/*"}`, `"sts:AssumeRole"`, ``, Unknown},
		{"all services", `{"Service":"*"}`, `"sts:AssumeRole"`, ``, Unknown},
		{"all providers", `{"Federated":"*"}`, `"sts:AssumeRoleWithWebIdentity"`, ``, Unknown},
		{"a value of another type", `{"AWS":"ec2.amazonaws.com"}`, `"sts:AssumeRole"`, ``, Unknown},
		{"a canonical user", `{"CanonicalUser":"79a59df900b949e5"}`, `"sts:AssumeRole"`, ``, Unknown},
		{"a canonical user that looks like an account", `{"CanonicalUser":"111122223333"}`, `"sts:AssumeRole"`, ``, Unknown},
		{"a deleted role", `{"AWS":"AROAEXAMPLEEXAMPLE12"}`, `"sts:AssumeRole"`, ``, Yes},
	} {
		a, b := asTrust(t, to(test.principal, test.action, test.conditions)), asTrust(t, theOther())
		more := NothingMore(a, b)
		if more.Verdict != test.want {
			t.Errorf("%s: %s, want %s: %+v", test.name, more.Verdict, test.want, more.Grants)
		}
		if again := NothingMore(a, a); again.Verdict != Yes {
			t.Errorf("%s: more than itself: %+v", test.name, again)
		}
	}
}

// TestStrangersAreUnnamed: whom a policy names cannot stand for everyone.
func TestStrangersAreUnnamed(t *testing.T) {
	named := fmt.Sprintf(`{"AWS":["%s","000000000001"],"Service":["ec2.amazonaws.com","pods.eks.amazonaws.com","service-0.amazonaws.com"]}`, stranger)
	all := `"sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity","sts:SetContext"`
	a, b := asTrust(t, to(`"*"`, all, ``)), asTrust(t, to(named, all, ``))
	if more := NothingMore(a, b); more.Verdict != No {
		t.Errorf("everyone against some: %+v", more)
	}
	if more := NothingMore(b, a); more.Verdict != Unknown { // whether * covers services
		t.Errorf("some against everyone: %+v", more)
	}
	a = asTrust(t, to(`{"AWS":"*"}`, `"sts:AssumeRoleWithWebIdentity"`, ``))
	b = asTrust(t, to(`{"Federated":["{PA}"]}`, `"sts:AssumeRoleWithWebIdentity"`, ``))
	if more := NothingMore(a, b); more.Verdict != Unknown {
		t.Errorf("everyone's tokens against one provider's: %+v", more)
	}
}

// TestDeniesOfUnknownPrincipalsCount: the same Allow is worth less beside them.
func TestDeniesOfUnknownPrincipalsCount(t *testing.T) {
	allow := to(`{"CanonicalUser":"79a59df900b949e5"}`, `"sts:AssumeRole"`, ``)
	deny := strings.Replace(allow, "Allow", "Deny", 1)
	if more := NothingMore(asTrust(t, allow), asTrust(t, allow, deny)); more.Verdict != Unknown {
		t.Errorf("%+v", more)
	}
	if more := NothingMore(asTrust(t, allow, deny), asTrust(t, allow)); more.Verdict != Yes {
		t.Errorf("%+v", more)
	}
}

// TestVersionsAreToldApart: in the older one ${…} is plain text.
func TestVersionsAreToldApart(t *testing.T) {
	for _, condition := range []string{`"StringEquals":{"aws:PrincipalTag/x":"${aws:username}"}`, `"StringNotEquals":{"{A}:sub":"${aws:username}"}`} {
		text := forTokens("Allow", condition)
		older, newer := ofKind(t, iam.Trust, iam.Version2008, text), asTrust(t, text)
		if got := Same(older, newer); got == Yes {
			t.Errorf("%s: %s", condition, got)
		}
		if got := Same(older, ofKind(t, iam.Trust, iam.Version2008, text)); got != Yes {
			t.Errorf("%s: %s", condition, got)
		}
	}
}

// TestHowACallerIsNamedCounts: what names its account alone is worth less.
func TestHowACallerIsNamedCounts(t *testing.T) {
	byAccount := asTrust(t, to(`{"AWS":"111122223333"}`, `"sts:*"`, ``))
	for principal, want := range map[string][]string{
		"{arn}user/u": {"itself"},
		"{arn}role/r": {"its role"},
		"arn:aws:sts::111122223333:assumed-role/r/s":  {"itself"},
		"arn:aws:sts::111122223333:federated-user/fu": {"itself"},
	} {
		more := NothingMore(asTrust(t, to(`{"AWS":"`+principal+`"}`, `"sts:AssumeRole"`, ``)), byAccount)
		var as []string
		for _, g := range more.Grants {
			if !slices.Contains(as, g.As) {
				as = append(as, g.As)
			}
		}
		if more.Verdict != No || !slices.Contains(as, want[0]) {
			t.Errorf("%s: %+v", principal, more)
		}
	}
}

// TestConditionsThatCanNeverHold are no proof of a grant.
func TestConditionsThatCanNeverHold(t *testing.T) {
	never := `"ForAnyValue:StringNotLike":{"aws:PrincipalTag/x":"*"}`
	always := `"IpAddressIfExists":{"aws:SourceIp":["0.0.0.0/0","::/0"]}`
	only := func(subject, condition string) string {
		return forTokens("Allow", `"StringLike":{"{A}:sub":"{sa}`+subject+`"},`+condition)
	}
	if more := NothingMore(asTrust(t, only("a:*", never)), asTrust(t, only("b:*", never))); more.Verdict == No {
		t.Errorf("never: %+v", more)
	}
	a := asTrust(t, forTokens("Allow", `"StringLike":{"{A}:sub":"{sa}a:*"}`), only("b:*", always))
	if more := NothingMore(a, asTrust(t, only("*", always))); more.Verdict == No {
		t.Errorf("always: %+v", more)
	}
	caller := `"ArnLike":{"aws:PrincipalArn":"{arn}role/other"}`
	role := func(effect, conditions string) string {
		return strings.Replace(to(`{"AWS":"{arn}role/r"}`, `"sts:AssumeRole"`, conditions), "Allow", effect, 1)
	}
	if more := NothingMore(asTrust(t, role("Allow", caller)), asTrust(t, role("Allow", ""), role("Deny", caller))); more.Verdict != Yes {
		t.Errorf("another caller: %+v", more)
	}
}
