package trust

import (
	"slices"
	"strings"

	"podpass/internal/iam"
)

// For writes the trust policy of a role of an account that exactly the service
// accounts meant can assume: a statement for each provider, and one for each
// account of EKS Pod Identity.
func For(account string, meant []Meant) *iam.Document {
	doc := &iam.Document{Version: iam.Version2012}
	byProvider := map[string][]string{}
	var issuers []string
	for _, m := range meant {
		if m.Provider == "" {
			doc.Statements = append(doc.Statements, podStatement(m))
			continue
		}
		if byProvider[m.Provider] == nil {
			issuers = append(issuers, m.Provider)
		}
		byProvider[m.Provider] = append(byProvider[m.Provider], m.subject())
	}
	slices.Sort(issuers)
	for _, issuer := range issuers {
		doc.Statements = append(doc.Statements, tokenStatement(iam.OIDC(issuer, account).ARN(), issuer, byProvider[issuer]))
	}
	return doc.Canonical()
}

func tokenStatement(arn, issuer string, subjects []string) iam.Statement {
	return iam.Statement{
		Principals: []iam.Principal{{Type: iam.Federated, Value: arn}},
		Actions:    []string{iam.AssumeRoleWithWebIdentity},
		Conditions: []iam.Condition{
			{Operator: "StringEquals", Key: issuer + ":aud", Values: []string{DefaultAudience}},
			{Operator: "StringEquals", Key: issuer + ":sub", Values: subjects},
		},
	}
}

func podStatement(m Meant) iam.Statement {
	equals := func(key, value string) iam.Condition {
		return iam.Condition{Operator: "StringEquals", Key: key, Values: []string{value}}
	}
	return iam.Statement{
		Principals: []iam.Principal{{Type: iam.Service, Value: iam.PodIdentity}},
		Actions:    []string{iam.AssumeRole, iam.TagSession},
		Conditions: []iam.Condition{equals(tagCluster, m.Cluster), equals(tagNamespace, m.Namespace), equals(tagAccount, m.ServiceAccount)},
	}
}

// correct offers the trust for the accounts that are meant, if there is a
// finding and the trust is proven. It holds nobody else: principals that are no
// service accounts are for a person to put back.
func (l *linter) correct() {
	if len(l.ctx.Meant) == 0 || len(l.report.Findings) == 0 {
		return
	}
	doc := For(roleAccount(l.p), l.ctx.Meant)
	p := iam.Compile(doc)
	if Proves(p, l.ctx.Meant) {
		l.report.Corrected = strings.TrimSpace(string(iam.Print(doc, "  ")))
	}
}

// Proves says whether a trust policy admits exactly the service accounts that
// are meant, and nobody else.
func Proves(p *iam.Policy, meant []Meant) bool {
	account := roleAccount(p)
	wanted := iam.Compile(For(account, meant))
	for _, m := range meant {
		if m.Provider == "" && (m.Cluster == "" || strings.ContainsAny(m.Cluster, "*?")) {
			return false
		}
	}
	return Same(p, wanted) == Yes && admitsEach(p, account, meant)
}

// admitsEach checks by deciding what For promises by its form.
func admitsEach(p *iam.Policy, account string, meant []Meant) bool {
	for _, m := range meant {
		ctx := &iam.Context{OpenGlobals: true}
		access := iam.Access{Resource: p, SameAccount: iam.True}
		if m.Provider == "" {
			caller, _ := iam.ParseCaller(iam.PodIdentity)
			ctx.Add(tagCluster, m.Cluster)
			ctx.Add(tagNamespace, m.Namespace)
			ctx.Add(tagAccount, m.ServiceAccount)
			access.Request = iam.NewRequest(caller, iam.AssumeRole, "", ctx)
		} else {
			ctx.Add(m.Provider+":aud", DefaultAudience)
			ctx.Add(m.Provider+":sub", m.subject())
			access.Request = iam.NewRequest(iam.OIDC(m.Provider, account), iam.AssumeRoleWithWebIdentity, "", ctx)
		}
		if access.Decide() != iam.DecideAllow {
			return false
		}
	}
	return true
}
