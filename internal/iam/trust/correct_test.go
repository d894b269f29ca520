package trust

import (
	"slices"
	"strings"
	"testing"
)

func TestNoCorrectionThatWouldNotWork(t *testing.T) {
	cart := Meant{Provider: issuerI, Namespace: "shop", ServiceAccount: "cart"}
	pod := Meant{Cluster: prod, Namespace: "shop", ServiceAccount: "cart"}
	other := Meant{Provider: issuerI, Namespace: "shop", ServiceAccount: "cart", Audience: "x"}
	wide := tokenTrust(`{"StringEquals": {"I:aud": "sts.amazonaws.com"}}`)
	for name, c := range map[string]struct {
		context Context
		why     string // empty where there is a correction
		holds   string
	}{
		"nothing known of providers":  {Context{Meant: []Meant{cart}}, "", `"sts.amazonaws.com"`},
		"one other client id":         {Context{Meant: []Meant{cart}, Providers: []Provider{{issuerI, []string{"vault"}}}}, "", `"vault"`},
		"several others":              {Context{Meant: []Meant{cart}, Providers: []Provider{{issuerI, []string{"vault", "x"}}}}, "which audience", ""},
		"one of several":              {Context{Meant: []Meant{other}, Providers: []Provider{{issuerI, []string{"vault", "x"}}}}, "", `"x"`},
		"one that it does not take":   {Context{Meant: []Meant{other}, Providers: []Provider{{issuerI, []string{"vault"}}}}, "does not take", ""},
		"none":                        {Context{Meant: []Meant{cart}, Providers: []Provider{{issuerI, nil}}}, "which audience", ""},
		"the provider does not exist": {Context{Meant: []Meant{cart}, Providers: []Provider{}}, "does not exist", ""},
		"a pod, with tags":            {Context{Meant: []Meant{pod}}, "", "sts:TagSession"},
		"a pod, without tags":         {Context{Meant: []Meant{pod}, Associations: []Association{{DisableSessionTags: true}}}, "session tags off", ""},
		"the role's own account":      {Context{Meant: []Meant{cart}, Role: "arn:aws:iam::444455556666:role/cart"}, "", "444455556666"},
		"a role of another partition": {Context{Meant: []Meant{cart}, Role: "arn:aws-cn:iam::111122223333:role/cart"}, "PT43", ""},
		"an account that cannot be":   {Context{Meant: []Meant{{Provider: issuerI, Namespace: "Shop", ServiceAccount: "cart"}}}, "PT", ""},
		"a cluster that is a pattern": {Context{Meant: []Meant{{Cluster: "arn:aws:eks:*:111122223333:cluster/prod", Namespace: "shop", ServiceAccount: "cart"}}}, "could not be proven", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := Lint(trustOf(t, wide), &c.context)
			if (r.Corrected == "") != (c.why != "") || !strings.Contains(r.NotCorrected, c.why) || !strings.Contains(r.Corrected, c.holds) || c.why == "" && r.NotCorrected != "" {
				t.Errorf("corrected %q, not because %q", r.Corrected, r.NotCorrected)
			}
		})
	}
}

func TestCorrectionsGuessNoAccountAndSayWhatTheyLeaveOut(t *testing.T) {
	cart := Meant{Provider: issuerI, Namespace: "shop", ServiceAccount: "cart"}
	for name, statements := range map[string][]string{
		"no provider":              {principalTrust("arn:aws:iam::444455556666:root")},
		"an account of a template": {strings.Replace(tokenTrust(`{}`), "111122223333", "${AWS::AccountId}", 1)},
		"two accounts":             {tokenTrust(`{}`), strings.NewReplacer("111122223333", "444455556666", "/I", "/J").Replace(tokenTrust(`{}`))},
	} {
		r := Lint(trustOf(t, statements...), &Context{Meant: []Meant{cart}})
		if r.Corrected != "" || !strings.Contains(r.NotCorrected, "account of the role is not known") {
			t.Errorf("%s: corrected %s, not because %q", name, r.Corrected, r.NotCorrected)
		}
	}
	guarded := tokenTrust(`{"StringLike": {"I:sub": "system:serviceaccount:shop:*"}, "StringEquals": {"aws:SourceVpc": "vpc-1"}}`)
	r := Lint(trustOf(t, guarded, denying(`"*"`, "sts:*", `{"Bool": {"aws:SecureTransport": "false"}}`), principalTrust("arn:aws:iam::111122223333:role/ci"),
		githubTrust(`{"StringEquals": {"G:sub": "repo:o/r:x"}}`), podTrust(tags, exactly)), &Context{Meant: []Meant{cart}})
	want := []string{`the condition on "aws:SourceVpc" of statement 1`, "the Deny of statement 2", `the principal "arn:aws:iam::111122223333:role/ci" of statement 3`,
		`the principal "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com" of statement 4`}
	if r.Corrected == "" || !slices.Equal(r.LeftOut, want) {
		t.Errorf("corrected %q leaves out %q, want %q; %s", r.Corrected, r.LeftOut, want, r.NotCorrected)
	}
}
