package trust

import (
	"slices"
	"strings"

	"podpass/internal/iam"
)

// forms judges how principals and actions are written: what IAM refuses, and
// what can never meet.
func (l *linter) forms() {
	for i := range l.doc.Statements {
		s := &l.doc.Statements[i]
		for _, a := range s.Actions {
			l.action(i, a)
		}
		for _, v := range s.Principals {
			l.form(i, s, v)
		}
	}
}

// action judges the name of an action.
func (l *linter) action(i int, name string) {
	switch {
	case len(name) < 4 || !strings.EqualFold(name[:4], "sts:"):
		l.add("PT33", at{i, whole}, quoted(name), "")
	case !slices.ContainsFunc(stsActions(), (&iam.Statement{Actions: []string{name}}).Covers):
		l.add("PT41", at{i, whole}, quoted(name), "")
	}
}

// stsActions are all actions of STS:
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
func stsActions() []string {
	return []string{iam.AssumeRole, iam.AssumeRoleWithSAML, iam.AssumeRoleWithWebIdentity, "sts:AssumeRoot",
		"sts:DecodeAuthorizationMessage", "sts:GetAccessKeyInfo", "sts:GetCallerIdentity", "sts:GetDelegatedAccessToken",
		"sts:GetFederationToken", "sts:GetServiceBearerToken", "sts:GetSessionToken", "sts:GetWebIdentityToken",
		iam.SetContext, iam.SetSourceIdentity, "sts:TagGetWebIdentityToken", iam.TagSession}
}

func (l *linter) form(i int, s *iam.Statement, v iam.Principal) {
	caller, _ := named(v)
	_, err := iam.ParseCaller(v.Value)
	switch everyone := v.Value == "*" && (v.Type == iam.AWS || v.Type == iam.Anyone); {
	case everyone, v.Type == iam.CanonicalUser:
	case v.Type == iam.AWS && Deleted(v.Value):
		l.add("PT25", at{i, whole}, quoted(v.Value), "")
	case strings.ContainsAny(v.Value, "*?"):
		l.add("PT36", at{i, whole}, quoted(v.Value), "")
	case v.Type == iam.Federated && !provider(v.Value):
		l.add("PT42", at{i, whole}, quoted(v.Value), "")
	case v.Type == iam.AWS && err != nil, v.Type == iam.Service && caller.Kind() != "service" && !strings.HasPrefix(v.Value, "alexa-"):
		l.add("PT46", at{i, whole}, quoted(v.Value), "")
	default:
		l.usable(i, s, v, caller.Kind())
		if caller.Account() != "" {
			l.elsewhere(i, v, caller)
		}
	}
}

// provider says whether a value of Federated names one: by its ARN, or by its
// host where it needs no registration. A template whose variables were not
// filled in names none, and no cluster of EKS ends in a slash.
func provider(value string) bool {
	if iam.Builtin(value) {
		return true
	}
	c, err := iam.ParseCaller(value)
	return err == nil && (c.Kind() == "oidc" || c.Kind() == "saml") && !strings.ContainsAny(value, "*${}<> ") &&
		!(isEKS(c.Host()) && strings.HasSuffix(value, "/"))
}

// usable judges whether a principal can use the action of its statement.
func (l *linter) usable(i int, s *iam.Statement, v iam.Principal, kind string) {
	own, member := iam.AssumeRole, iam.AWS
	switch kind {
	case "anyone":
		return // or it is unknown what it is
	case "oidc":
		own, member = iam.AssumeRoleWithWebIdentity, iam.Federated
	case "saml":
		own, member = iam.AssumeRoleWithSAML, iam.Federated
	case "service":
		member = iam.Service
	}
	assumes := s.Covers(iam.AssumeRole) || s.Covers(iam.AssumeRoleWithWebIdentity) || s.Covers(iam.AssumeRoleWithSAML)
	switch {
	case s.Effect == iam.Deny || !assumes:
	case v.Type != member:
		l.add("PT40", at{i, whole}, quoted(v.Value)+" stands under "+v.Type.String(), "").provider = v.Value
	case !s.Covers(own):
		l.add("PT40", at{i, whole}, quoted(v.Value)+" comes by "+own, "").provider = v.Value
	}
}

// elsewhere judges the partition of a principal, and the account of a provider.
func (l *linter) elsewhere(i int, v iam.Principal, caller iam.Caller) {
	role, err := iam.ParseCaller(l.ctx.Role)
	host := caller.Host()
	arn := strings.HasPrefix(v.Value, "arn:")
	switch {
	case isEKS(host) && partition(v.Value) != iam.Partition(host), err == nil && arn && partition(v.Value) != partition(l.ctx.Role):
		l.add("PT43", at{i, whole}, quoted(v.Value), "").provider = v.Value
	case err == nil && v.Type == iam.Federated && caller.Account() != role.Account():
		l.add("PT44", at{i, whole}, quoted(v.Value), "").provider = v.Value
	}
}

// partition is that of an ARN.
func partition(arn string) string { return strings.SplitN(arn+"::", ":", 3)[1] }

// isEKS says whether an issuer is a cluster of EKS.
func isEKS(host string) bool {
	return strings.HasPrefix(host, "oidc.eks.") || strings.HasPrefix(host, "oidc-eks.")
}
