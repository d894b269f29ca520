package trust

import (
	"fmt"
	"slices"
	"strings"

	"podpass/internal/iam"
)

// For writes the trust policy of a role of an account that exactly the service
// accounts meant can assume: a statement for each provider, and one for each
// account of EKS Pod Identity.
func For(account string, meant []Meant) *iam.Document {
	doc := &iam.Document{Version: iam.Version2012}
	byProvider := map[[2]string][]string{} // subjects, by issuer and audience
	var all [][2]string
	for _, m := range meant {
		if m.Provider == "" {
			doc.Statements = append(doc.Statements, podStatement(m))
			continue
		}
		of := [2]string{m.Provider, m.audience()}
		if byProvider[of] == nil {
			all = append(all, of)
		}
		byProvider[of] = append(byProvider[of], m.subject())
	}
	slices.SortFunc(all, func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	for _, of := range all {
		doc.Statements = append(doc.Statements, tokenStatement(iam.OIDC(of[0], account).ARN(), of[0], of[1], byProvider[of]))
	}
	return doc.Canonical()
}

func tokenStatement(arn, issuer, audience string, subjects []string) iam.Statement {
	return iam.Statement{
		Principals: []iam.Principal{{Type: iam.Federated, Value: arn}},
		Actions:    []string{iam.AssumeRoleWithWebIdentity},
		Conditions: []iam.Condition{
			{Operator: "StringEquals", Key: issuer + ":aud", Values: []string{audience}},
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
// finding, and the trust is proven and has no finding itself; else it says why
// not. It holds nobody else: principals that are no service accounts are for a
// person to put back.
func (l *linter) correct() {
	if len(l.ctx.Meant) == 0 || len(l.report.Findings) == 0 {
		return
	}
	meant, why := l.audience()
	if why != "" {
		l.report.NotCorrected = why
		return
	}
	account := l.account()
	if tokens := slices.ContainsFunc(meant, func(m Meant) bool { return m.Provider != "" }); tokens && account == "" {
		l.report.NotCorrected = "the account of the role is not known; give role"
		return
	}
	doc := For(account, meant)
	text := strings.TrimSpace(string(iam.Print(doc, "  ")))
	doc, err := iam.Parse([]byte(text), iam.Trust)
	if err != nil || !Proves(iam.Compile(doc), meant) {
		l.report.NotCorrected = "a trust that admits exactly those that are meant could not be proven"
		return
	}
	if again := judge(iam.Compile(doc), l.ctx).report.Findings; len(again) > 0 {
		l.report.NotCorrected = "a trust for those that are meant has a finding too: " + again[0].ID + ", " + again[0].Message
		return
	}
	l.report.Corrected, l.report.LeftOut = text, l.leftOut()
}

// leftOut tells what a trust for those that are meant does not hold.
func (l *linter) leftOut() []string {
	var all []string
	for i := range l.doc.Statements {
		s := &l.doc.Statements[i]
		of := fmt.Sprintf(" of statement %d", i+1)
		if s.Effect == iam.Deny {
			all = append(all, "the Deny"+of)
			continue
		}
		for _, v := range s.Principals {
			if c, ok := named(v); !ok || v.Value != iam.PodIdentity && (c.Host() == "" || l.foreign(c.Host())) {
				all = append(all, "the principal "+quoted(v.Value)+of)
			}
		}
		for _, c := range s.Conditions {
			issuer, claim := split(c.Key)
			own := issuer != "" && (strings.EqualFold(claim, "sub") || strings.EqualFold(claim, "aud"))
			if key := strings.ToLower(c.Key); !own && !strings.HasPrefix(key, requestTag) && key != "aws:sourcearn" && key != "aws:sourceaccount" {
				all = append(all, "the condition on "+quoted(c.Key)+of)
			}
		}
	}
	return all
}

// audience gives each that is meant the audience that its provider takes; why
// says what keeps one of them out, whatever the trust says.
func (l *linter) audience() (meant []Meant, why string) {
	for _, m := range l.ctx.Meant {
		p := l.ctx.provider(m.Provider)
		off := slices.ContainsFunc(l.ctx.associations(), func(a Association) bool { return a.DisableSessionTags })
		switch {
		case m.Provider == "" && off:
			return nil, "an association of EKS Pod Identity has session tags off: no condition could tell " + m.String()
		case m.Provider == "" || l.ctx.Providers == nil:
		case p == nil:
			return nil, "the provider of " + m.String() + " does not exist in the account"
		case m.Audience != "" && !slices.Contains(p.ClientIDs, m.Audience):
			return nil, "the provider of " + m.String() + " does not take the audience " + iam.Quote(m.Audience)
		case m.Audience != "":
		case slices.Contains(p.ClientIDs, DefaultAudience):
		case len(p.ClientIDs) == 1:
			m.Audience = p.ClientIDs[0]
		default:
			return nil, "it is not known which audience of " + m.Provider + " is meant; give audience"
		}
		meant = append(meant, m)
	}
	return meant, ""
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
			ctx.Add(m.Provider+":aud", m.audience())
			ctx.Add(m.Provider+":sub", m.subject())
			access.Request = iam.NewRequest(iam.OIDC(m.Provider, account), iam.AssumeRoleWithWebIdentity, "", ctx)
		}
		if access.Decide() != iam.DecideAllow {
			return false
		}
	}
	return true
}
