package trust

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"podpass/internal/iam"
)

// The table writes I for the issuer of a cluster, J for that of another one.
const (
	issuerI = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"
	issuerJ = "oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE0B9D4633E53DE1B71EXAMPLE"
)

var issuers = strings.NewReplacer("I:", issuerI+":", "/I", "/"+issuerI, "J:", issuerJ+":", "/J", "/"+issuerJ)

func trustOf(t testing.TB, statements ...string) *iam.Policy {
	t.Helper()
	text := issuers.Replace(`{"Version": "2012-10-17", "Statement": [` + strings.Join(statements, ",") + `]}`)
	doc, err := iam.Parse([]byte(text), iam.Trust)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return iam.Compile(doc)
}

// web is a statement for tokens of I, with a condition.
func tokenTrust(condition string) string {
	return `{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/I"},
		"Action": "sts:AssumeRoleWithWebIdentity", "Condition": ` + condition + `}`
}

func podTrust(actions, condition string) string {
	return `{"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"}, "Action": ` + actions + `, "Condition": ` + condition + `}`
}

func denyTrust(condition string) string {
	return strings.Replace(tokenTrust(condition), "Allow", "Deny", 1)
}

// githubTrust is a statement for tokens of GitHub, G in its condition.
func githubTrust(condition string) string {
	const github = "token.actions.githubusercontent.com"
	return strings.NewReplacer("G:", github+":", "/I", "/"+github).Replace(tokenTrust(condition))
}

const (
	exact   = `{"StringEquals": {"I:sub": "system:serviceaccount:shop:cart", "I:aud": "sts.amazonaws.com"}}`
	tags    = `["sts:AssumeRole", "sts:TagSession"]`
	exactly = `{"StringEquals": {"aws:RequestTag/kubernetes-namespace": "shop", "aws:RequestTag/kubernetes-service-account": "cart",
		"aws:RequestTag/eks-cluster-arn": "arn:aws:eks:eu-west-1:111122223333:cluster/prod"}}`
	ec2      = `{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}`
	twoOf    = `{"Effect": "Allow", "Principal": {"Federated": ["arn:aws:iam::111122223333:oidc-provider/I", "arn:aws:iam::111122223333:oidc-provider/J"]}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": `
	nodeRole = "arn:aws:iam::111122223333:role/node"
)

func principalTrust(principal string) string {
	return `{"Effect": "Allow", "Principal": {"AWS": "` + principal + `"}, "Action": "sts:AssumeRole"}`
}

// misconfigurations are those of the checks, each with a twin that is right.
func misconfigurations() []struct {
	id        string
	bad, good []string
	context   Context
} {
	one := func(s string) []string { return []string{s} }
	meant := one(tokenTrust(exact))
	cart, web := Meant{Provider: issuerI, Namespace: "shop", ServiceAccount: "cart"}, Meant{Provider: issuerI, Namespace: "shop", ServiceAccount: "web"}
	two := one(tokenTrust(strings.Replace(exact, `"system:serviceaccount:shop:cart"`, `["system:serviceaccount:shop:cart", "system:serviceaccount:shop:web"]`, 1)))
	return []struct {
		id        string
		bad, good []string
		context   Context
	}{
		{"PT01", one(strings.Replace(tokenTrust("{}"), `, "Condition": {}`, "", 1)), meant, Context{}},
		{"PT02", one(tokenTrust(`{"StringEquals": {"I:aud": "sts.amazonaws.com"}}`)), meant, Context{}},
		{"PT03", one(tokenTrust(`{"StringEquals": {"I:aud": "system:serviceaccount:a:b"}}`)), meant, Context{}},
		{"PT04", one(tokenTrust(`{"StringEquals": {"I:sub": "system:serviceaccount:a:*"}}`)),
			one(tokenTrust(`{"StringLike": {"I:sub": "system:serviceaccount:a:app-*"}}`)), Context{}},
		{"PT05", one(tokenTrust(`{"StringLike": {"I:sub": "system:serviceaccount:*:app"}}`)), meant, Context{}},
		{"PT06", one(tokenTrust(`{"StringLike": {"I:sub": "system:serviceaccount:prod*:app"}}`)),
			one(tokenTrust(`{"StringLike": {"I:sub": "system:serviceaccount:prod:app"}}`)), Context{}},
		{"PT07", one(tokenTrust(`{"StringLike": {"I:sub": "system:serviceaccount:team:*"}}`)),
			one(tokenTrust(`{"StringLike": {"I:sub": "system:serviceaccount:team:app-*"}}`)), Context{}},
		{"PT08", one(tokenTrust(`{"StringLike": {"I:sub": ["system:serviceaccount:a:b", "system:serviceaccount:*"]}}`)),
			one(tokenTrust(`{"StringLike": {"I:sub": ["system:serviceaccount:a:b", "system:serviceaccount:c:d"]}}`)), Context{}},
		{"PT09", one(tokenTrust(`{"ForAllValues:StringEquals": {"J:sub": "system:serviceaccount:a:b"}}`)),
			one(tokenTrust(`{"ForAllValues:StringEquals": {"I:sub": "system:serviceaccount:a:b"}}`)), Context{}},
		{"PT10", one(tokenTrust(`{"StringEqualsIfExists": {"J:sub": "system:serviceaccount:a:b"}}`)),
			one(tokenTrust(`{"StringEqualsIfExists": {"I:sub": "system:serviceaccount:a:b"}}`)), Context{}},
		{"PT11", one(tokenTrust(`{"StringNotEquals": {"I:sub": "system:serviceaccount:a:bad"}}`)), meant, Context{}},
		{"PT12", one(twoOf + exact + "}"), meant, Context{}},
		{"PT13", one(tokenTrust(`{"StringEquals": {"https://I:sub": "system:serviceaccount:a:b"}}`)), meant, Context{}},
		{"PT14", one(tokenTrust(`{"StringEquals": {"I:sub": "system:serviceaccount:Shop:cart"}}`)),
			one(tokenTrust(`{"StringEqualsIgnoreCase": {"I:sub": "system:serviceaccount:Shop:cart"}}`)), Context{}},
		{"PT15", one(strings.NewReplacer("I:", "J:", "/I", "/J").Replace(tokenTrust(exact))), meant, Context{Providers: []Provider{{issuerI, []string{DefaultAudience}}}}},
		{"PT16", one(tokenTrust(`{"StringEquals": {"I:sub": "system:serviceaccount:shop:cart"}}`)), meant,
			Context{Providers: []Provider{{issuerI, []string{DefaultAudience, "https://kubernetes.default.svc"}}}}},
		{"PT17", []string{tokenTrust(exact), principalTrust(nodeRole)}, []string{tokenTrust(exact), principalTrust("arn:aws:iam::111122223333:role/deployer")},
			Context{NodeRoles: []string{nodeRole}}},
		{"PT18", one(principalTrust("arn:aws:iam::111122223333:root")), one(principalTrust("arn:aws:iam::111122223333:role/deployer")), Context{}},
		{"PT19", one(principalTrust("*")), one(principalTrust("arn:aws:iam::111122223333:role/deployer")), Context{}},
		{"PT20", one(podTrust(tags, "{}")), one(podTrust(tags, exactly)), Context{}},
		{"PT21", one(podTrust(`"sts:AssumeRole"`, exactly)), one(podTrust(tags, exactly)), Context{}},
		{"PT22", one(podTrust(tags, `{"StringEquals": {"aws:RequestTag/kubernetes-namespace": "shop", "aws:RequestTag/kubernetes-service-account": "cart"}}`)),
			one(podTrust(tags, `{"StringEquals": {"aws:RequestTag/kubernetes-namespace": "shop", "aws:RequestTag/kubernetes-service-account": "cart",
				"aws:SourceArn": "arn:aws:eks:eu-west-1:111122223333:cluster/prod"}}`)), Context{}},
		{"PT23", one(podTrust(tags, exactly)), one(podTrust(tags, `{"StringEquals": {"aws:SourceArn": "arn:aws:eks:eu-west-1:111122223333:cluster/prod"}}`)),
			Context{Associations: []Association{{DisableSessionTags: true}}}},
		{"PT24", []string{podTrust(tags, exactly), ec2}, one(ec2), Context{}},
		{"PT25", one(principalTrust("AROAEXAMPLEEXAMPLE123")), meant, Context{}},
		{"PT26", one(tokenTrust(`{"StringEquals": {"I:sub": "system:serviceaccount:a:b", "I:amr": "x"}}`)), meant, Context{}},
		{"PT29", one(tokenTrust(`{"StringEquals": {"I:sub": "system:serviceaccount:-a:b"}}`)), meant, Context{}},
		{"PT30", one(tokenTrust(`{"StringEquals": {"I:sub": "system:serviceaccount:a:b", "I:aud": "other"}}`)), meant,
			Context{Providers: []Provider{{issuerI, []string{DefaultAudience}}}}},
		{"PT31", one(strings.Replace(tokenTrust(exact), "{", `{"Sid": "a b", `, 1)), one(strings.Replace(tokenTrust(exact), "{", `{"Sid": "ab", `, 1)), Context{}},
		{"PT32", one(tokenTrust(`{"StringEqual": {"I:sub": "system:serviceaccount:a:b"}}`)), meant, Context{}},
		{"PT33", one(strings.Replace(tokenTrust(exact), `"sts:AssumeRoleWithWebIdentity"`, `["sts:AssumeRoleWithWebIdentity", "s3:GetObject"]`, 1)), meant, Context{}},
		{"PT34", one(tokenTrust(`{"StringEquals": {"I:sub": "system:serviceaccount:a:b"}, "StringLike": {"I:sub": "system:serviceaccount:c:*"}}`)), meant, Context{}},
		{"PT36", one(principalTrust("arn:aws:iam::111122223333:role/*")), meant, Context{}},
		{"PT37", []string{tokenTrust(exact), denyTrust(`{"StringEquals": {"I:sub": "system:serviceaccount:kube-system:*"}}`)},
			[]string{tokenTrust(exact), denyTrust(`{"StringLike": {"I:sub": "system:serviceaccount:kube-system:*"}}`)}, Context{}},
		{"PT38", meant, two, Context{Meant: []Meant{cart, web}}},
		{"PT39", two, meant, Context{Meant: []Meant{cart}}},
		{"PT40", one(strings.Replace(tokenTrust(exact), "WithWebIdentity", "", 1)), meant, Context{}},
		{"PT41", one(strings.Replace(tokenTrust(exact), `"sts:AssumeRoleWithWebIdentity"`, `["sts:AssumeRoleWithWebIdentity", "sts:TagSesion"]`, 1)),
			one(strings.Replace(tokenTrust(exact), `"sts:AssumeRoleWithWebIdentity"`, `["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]`, 1)), Context{}},
		{"PT42", one(strings.Replace(tokenTrust(exact), "arn:aws:iam::111122223333:oidc-provider/", "", 1)), meant, Context{}},
		{"PT43", one(strings.Replace(tokenTrust(exact), "arn:aws:", "arn:aws-cn:", 1)), meant, Context{}},
		{"PT44", one(strings.Replace(tokenTrust(exact), "111122223333", "444455556666", 1)), meant, Context{Role: "arn:aws:iam::111122223333:role/cart"}},
		{"PT45", one(githubTrust(`{"StringEquals": {"G:aud": "sts.amazonaws.com"}}`)), one(githubTrust(`{"StringLike": {"G:sub": "repo:example/shop:*"}}`)), Context{}},
		{"PT46", one(principalTrust("arn:aws:iam::111122223333:group/deployers")), one(principalTrust("arn:aws:iam::111122223333:role/deployer")), Context{}},
		{"PT47", one(strings.Replace(principalTrust("*"), `"sts:AssumeRole"`, `"sts:AssumeRole", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorg"}}`, 1)),
			one(strings.Replace(principalTrust("*"), `"sts:AssumeRole"`, `"sts:AssumeRole", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorg"}, "ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/deployer"}}`, 1)), Context{}},
	}
}

func ids(r Report) []string {
	var all []string
	for _, f := range r.Findings {
		all = append(all, f.ID)
	}
	return all
}

func TestEachMisconfigurationIsFoundAndItsTwinIsNot(t *testing.T) {
	for _, m := range misconfigurations() {
		t.Run(m.id, func(t *testing.T) {
			bad := Lint(trustOf(t, m.bad...), &m.context)
			if !slices.Contains(ids(bad), m.id) {
				t.Errorf("found %q, want %s", ids(bad), m.id)
			}
			if extra := slices.DeleteFunc(ids(bad), func(id string) bool { return id == m.id }); len(extra) > 0 {
				t.Errorf("also found %q", extra)
			}
			if good := Lint(trustOf(t, m.good...), &m.context); len(good.Findings) > 0 {
				t.Errorf("the twin: found %+v", good.Findings)
			}
		})
	}
}

func TestADenyThatTakesBackIsNoFinding(t *testing.T) {
	deny := `{"Effect": "Deny", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/I"},
		"Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringNotEquals": {"I:sub": "system:serviceaccount:shop:cart"}}}`
	for _, condition := range []string{
		`{"StringEquals": {"I:aud": "sts.amazonaws.com"}}`,
		`{"StringLike": {"I:sub": "system:serviceaccount:*:cart"}}`,
		`{"StringLike": {"I:sub": "system:serviceaccount:shop:*"}}`,
	} {
		if alone := Lint(trustOf(t, tokenTrust(condition)), nil); len(alone.Findings) != 1 {
			t.Errorf("%s alone: %q", condition, ids(alone))
		}
		if both := Lint(trustOf(t, tokenTrust(condition), deny), nil); len(both.Findings) != 0 {
			t.Errorf("%s with the deny: %+v", condition, both.Findings)
		}
	}
}

func TestWhatShouldBeDeadButLetsInIsTooWide(t *testing.T) {
	open := `{"StringEqualsIfExists": {"aws:RequestTag/kubernetes-namespace": "shop"}, "StringEquals": {"aws:SourceArn": "arn:aws:eks:eu-west-1:111122223333:cluster/prod"}}`
	for _, c := range []struct {
		id      string
		p       *iam.Policy
		context Context
	}{
		{"PT12", trustOf(t, twoOf+strings.Replace(exact, "StringEquals", "StringEqualsIfExists", 1)+"}"), Context{}},
		{"PT23", trustOf(t, podTrust(tags, open)), Context{Associations: []Association{{DisableSessionTags: true}}}},
	} {
		i := slices.IndexFunc(Lint(c.p, &c.context).Findings, func(f Finding) bool { return f.ID == c.id })
		if i < 0 || Lint(c.p, &c.context).Findings[i].Verdict != "too wide" {
			t.Errorf("%s: %+v", c.id, Lint(c.p, &c.context).Findings)
		}
	}
}

func TestAPatternOfClustersNamesNone(t *testing.T) {
	any := `{"StringEquals": {"aws:RequestTag/kubernetes-namespace": "shop"}, "ArnLike": {"aws:SourceArn": "arn:aws:eks:*:111122223333:cluster/*"}}`
	if got := ids(Lint(trustOf(t, podTrust(tags, any)), nil)); !slices.Equal(got, []string{"PT07", "PT22"}) {
		t.Errorf("found %q", got)
	}
}

func TestWitnessesOfLintAreLetIn(t *testing.T) {
	for _, m := range misconfigurations() {
		p := trustOf(t, m.bad...)
		for _, f := range Lint(p, &m.context).Findings {
			if !strings.HasPrefix(f.Witness, "system:serviceaccount:") {
				continue
			}
			if subject, cluster, ok := strings.Cut(f.Witness, " in "); ok {
				if decidePod(p, subject, cluster) != iam.DecideAllow {
					t.Errorf("%s: %s is not let in", f.ID, f.Witness)
				}
				continue
			}
			subject, audience, _ := strings.Cut(f.Witness, " with audience ")
			let := iam.DecideDeny
			for _, issuer := range []string{issuerI, issuerJ} {
				ctx := &iam.Context{OpenGlobals: true}
				ctx.Add(issuer+":sub", subject)
				ctx.Add(issuer+":aud", cmp.Or(audience, DefaultAudience))
				let = max(let, p.Decide(iam.NewRequest(iam.OIDC(issuer, "111122223333"), iam.AssumeRoleWithWebIdentity, "", ctx)))
			}
			if let != iam.DecideAllow {
				t.Errorf("%s: %s is not let in", f.ID, f.Witness)
			}
		}
	}
}

// decidePod asks for a pod with session tags.
func decidePod(p *iam.Policy, subject, cluster string) iam.Decision {
	ctx := &iam.Context{}
	name := strings.Split(subject, ":")
	for key, value := range map[string]string{"aws:SourceArn": cluster, "aws:SourceAccount": "111122223333", tagCluster: cluster, tagNamespace: name[2], tagAccount: name[3]} {
		ctx.Add(key, value)
	}
	caller, _ := iam.ParseCaller(iam.PodIdentity)
	access := iam.Access{Resource: p, Request: iam.NewRequest(caller, iam.AssumeRole, "", ctx)}
	return access.Decide()
}

func TestWhatNeedsAContextIsNotAssessedWithout(t *testing.T) {
	var got []string
	for _, n := range Lint(trustOf(t, tokenTrust(exact)), nil).NotAssessed {
		got = append(got, n.ID)
	}
	if want := []string{"PT15", "PT16", "PT17", "PT23", "PT30", "PT38", "PT39", "PT44"}; !slices.Equal(got, want) {
		t.Errorf("not assessed: %q, want %q", got, want)
	}
}

func TestTheCorrectedTrustAdmitsExactlyWhomItShould(t *testing.T) {
	meant := []Meant{
		{Provider: issuerI, Namespace: "shop", ServiceAccount: "cart"},
		{Provider: issuerJ, Namespace: "shop", ServiceAccount: "cart"},
		{Cluster: "arn:aws:eks:eu-west-1:111122223333:cluster/prod", Namespace: "shop", ServiceAccount: "web"},
	}
	report := Lint(trustOf(t, tokenTrust(`{"StringLike": {"I:sub": "system:serviceaccount:*"}}`)), &Context{Meant: meant})
	doc, err := iam.Parse([]byte(report.Corrected), iam.Trust)
	if err != nil {
		t.Fatalf("%v in %q: %s", err, report.Corrected, report.NotCorrected)
	}
	p := iam.Compile(doc)
	if again := Lint(p, nil); len(again.Findings) != 0 || !Proves(p, meant) {
		t.Errorf("the corrected trust: %+v", again.Findings)
	}
	who := Who(p, Options{})
	if len(who.Providers) != 2 || !slices.Equal(who.Providers[0].Certain.Patterns, []string{"system:serviceaccount:shop:cart"}) ||
		!slices.Equal(who.Providers[0].Possible.Patterns, who.Providers[0].Certain.Patterns) || len(who.Principals) != 1 {
		t.Errorf("it admits %+v", who)
	}
	if Proves(p, meant[:2]) || Proves(iam.Compile(For("111122223333", meant[:2])), meant) {
		t.Error("one account more or less is taken for the same")
	}
	if got := Lint(trustOf(t, tokenTrust(`{}`)), nil).Corrected; got != "" {
		t.Errorf("nobody said who is meant, and it offers %s", got)
	}
}

func TestBudgetCountsWhatMoreClustersTake(t *testing.T) {
	statement := tokenTrust(exact)
	one := BudgetOf(trustOf(t, statement).Document())
	two := BudgetOf(trustOf(t, statement, statement).Document())
	if two.Used-one.Used != one.Cluster+1 {
		t.Errorf("a second statement took %d, said was %d and a comma", two.Used-one.Used, one.Cluster)
	}
	for _, limit := range []struct{ fit, quota int }{{one.Fit, DefaultQuota}, {one.FitMore, RaisedQuota}} {
		full := make([]string, 1+limit.fit)
		for i := range full {
			full[i] = statement
		}
		if used := BudgetOf(trustOf(t, full...).Document()).Used; used > limit.quota || used+one.Cluster+1 <= limit.quota {
			t.Errorf("%d more fit in %d, it says; that makes %d", limit.fit, limit.quota, used)
		}
	}
	if long := Lint(trustOf(t, slices.Repeat([]string{statement}, 12)...), nil); !slices.Contains(ids(long), "PT28") {
		t.Errorf("twelve statements: %q", ids(long))
	}
	if pods := BudgetOf(trustOf(t, ec2).Document()); pods.Cluster < 300 || pods.Fit < 1 {
		t.Errorf("without a provider: %+v", pods)
	}
}
