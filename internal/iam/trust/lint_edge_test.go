package trust

import (
	"slices"
	"strings"
	"testing"

	"podpass/internal/iam"
)

// TestLintOfOddTrusts holds what the table of misconfigurations does not: what
// else leads to a check, and what looks like one and is none.
func TestLintOfOddTrusts(t *testing.T) {
	both := Context{Providers: []Provider{{issuerI, []string{DefaultAudience, "other"}}}}
	onlyOther := strings.Replace(exact, "sts.amazonaws.com", "third", 1)
	for _, c := range []struct {
		name       string
		statements []string
		context    Context
		want       []string
	}{
		{"a condition on a key of AWS", []string{tokenTrust(strings.Replace(exact, "{", `{"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}, `, 1))}, Context{}, nil},
		{"a condition on a key that is no provider's", []string{tokenTrust(strings.Replace(exact, "{", `{"StringLike": {"odd": "x"}, `, 1))}, Context{}, []string{"PT34"}},
		{"a tag that looks like a provider's key", []string{tokenTrust(strings.Replace(exact, "{", `{"StringLike": {"aws:RequestTag/a.b:sub": "x"}, `, 1))}, Context{}, nil},
		{"times of a token", []string{tokenTrust(strings.Replace(exact, "{", `{"NumericLessThan": {"I:exp": "9"}, `, 1))}, Context{}, nil},
		{"a claim of EKS that is never set, with IfExists", []string{tokenTrust(strings.Replace(exact, "{", `{"StringEqualsIfExists": {"I:amr": "x"}, `, 1))}, Context{}, nil},
		{"the same where nothing else restricts", []string{tokenTrust(`{"StringEqualsIfExists": {"I:amr": "x"}}`)}, Context{}, []string{"PT10"}},
		{"a claim of a cluster that is not of EKS", []string{strings.NewReplacer("I:", "oidc.example.com:", "/I", "/oidc.example.com").Replace(
			tokenTrust(strings.Replace(exact, "{", `{"StringEqualsIfExists": {"I:groups": "x"}, `, 1)))}, Context{}, nil},
		{"an audience that is ruled out", []string{tokenTrust(strings.Replace(exact, "{", `{"StringNotEquals": {"I:aud": "x"}, `, 1))}, Context{}, nil},
		{"a provider of which nothing is admitted, with several client ids", []string{tokenTrust(`{"StringEquals": {"J:sub": "system:serviceaccount:a:b"}}`)}, both, []string{"PT13"}},
		{"an audience that no client id is", []string{tokenTrust(onlyOther)}, both, []string{"PT30"}},
		{"a provider that is misspelt", []string{strings.Replace(tokenTrust("{}"), "/I", "/oidc.eu-west-1.eks.amazonaws.com/id/X", 1)}, Context{}, []string{"PT01", "PT13"}},
		{"a variable in the subject", []string{tokenTrust(`{"StringLike": {"I:sub": "${I:sub}"}}`)}, Context{}, []string{"PT05"}},
		{"a public provider and one of SAML", []string{strings.Replace(tokenTrust("{}"), "/I", "/token.actions.githubusercontent.com", 1),
			`{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:saml-provider/x"}, "Action": "sts:AssumeRoleWithSAML"}`}, Context{}, []string{"PT45"}},
		{"a deny list in a statement of its own", []string{tokenTrust("{}"), strings.Replace(tokenTrust(exact), "Allow", "Deny", 1)}, Context{}, []string{"PT11"}},
		{"a principal that is not readable", []string{principalTrust("somebody")}, Context{}, []string{"PT46"}},
		{"one association with tags and one without", []string{podTrust(tags, exactly)}, Context{Associations: []Association{{}, {DisableSessionTags: true}}}, []string{"PT23"}},
		{"associations of another role", []string{podTrust(tags, exactly)}, Context{Role: "a", Associations: []Association{{Role: "b", DisableSessionTags: true}}}, nil},
		{"session tags off, and no sts:TagSession", []string{podTrust(`"sts:AssumeRole"`, `{"StringEquals": {"aws:SourceArn": "arn:aws:eks:eu-west-1:111122223333:cluster/prod"}}`)},
			Context{Associations: []Association{{DisableSessionTags: true}}}, nil},
		{"a session of the node's role", []string{principalTrust("arn:aws:sts::111122223333:assumed-role/node/i-0")}, Context{NodeRoles: []string{nodeRole}}, []string{"PT17"}},
		{"an account with an external id", []string{`{"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"sts:ExternalId": "x"}}}`}, Context{}, nil},
		{"two statements, findings in their order", []string{tokenTrust(`{"StringLike": {"I:sub": "system:serviceaccount:*:x"}}`), strings.Replace(tokenTrust("{}"), "{", `{"Sid": "a-b", `, 1)},
			Context{}, []string{"PT05", "PT01", "PT31"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := ids(Lint(trustOf(t, c.statements...), &c.context)); !slices.Equal(got, c.want) {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}

func TestLengthsAndVersionsAreTold(t *testing.T) {
	for statements, want := range map[int]string{4: "", 5: "PT27", 9: "PT27", 11: "PT28"} {
		got := ids(Lint(trustOf(t, slices.Repeat([]string{tokenTrust(exact)}, statements)...), nil))
		if strings.Join(got, " ") != want {
			t.Errorf("%d statements: %q, want %q", statements, got, want)
		}
	}
	old := issuers.Replace(`{"Statement": ` + tokenTrust(`{"StringLike": {"I:sub": "${aws:x}"}}`) + `}`)
	doc, err := iam.Parse([]byte(old), iam.Trust)
	if err != nil {
		t.Fatal(err)
	}
	if got := ids(Lint(iam.Compile(doc), nil)); !slices.Contains(got, "PT35") {
		t.Errorf("a variable without Version: %q", got)
	}
}

func TestAClusterThatIsNotNamedProvesNothing(t *testing.T) {
	for _, cluster := range []string{"", "arn:aws:eks:eu-west-1:111122223333:cluster/*"} {
		meant := []Meant{{Cluster: cluster, Namespace: "shop", ServiceAccount: "cart"}}
		if Proves(iam.Compile(For("111122223333", meant)), meant) {
			t.Errorf("cluster %q is taken for one", cluster)
		}
	}
}

func TestASubjectThatNoDecisionAdmitsIsNotProven(t *testing.T) {
	meant := []Meant{{Provider: issuerI, Namespace: "Shop", ServiceAccount: "cart"}, {Provider: issuerI, Namespace: "shop", ServiceAccount: "cart"}}
	if Proves(iam.Compile(For("111122223333", meant[1:])), meant) {
		t.Error("an account that cannot be is taken for admitted")
	}
}
