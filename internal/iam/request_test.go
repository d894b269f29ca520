package iam

import (
	"bytes"
	"io"
	"strings"
	"testing"
)

// What a trust and an identity policy look like in the lines below.
const (
	trustI   = `{"Statement":{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/i.example"},"Action":"sts:AssumeRoleWithWebIdentity"}}`
	allowAll = `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`
	toAll    = `{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}`
	ann      = `"principal":"arn:aws:iam::111122223333:user/ann",`
	roleX    = `"resource":"arn:aws:iam::111122223333:role/x",`
	tokenOf  = `"provider":"i.example","sub":"system:serviceaccount:a:b","aud":"sts.amazonaws.com"`
)

func trustOf(principal, actions, condition string) string {
	return `"resourcePolicy":{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":` + principal + `,"Action":` + actions + `,"Condition":` + condition + `}}`
}

// TestWhoMayAskForWhat: no policy makes a caller one that it is not.
func TestWhoMayAskForWhat(t *testing.T) {
	const everything = `"sts:*"`
	for _, c := range []struct{ name, line, want string }{
		{"a provider of another account", `{"principal":{` + tokenOf + `,"account":"222222222222"},"action":"sts:AssumeRoleWithWebIdentity",` + roleX + strings.Replace(`"resourcePolicy":`+trustI, "111122223333", "222222222222", 1) + `}`, "deny"},
		{"its own account", `{"principal":{` + tokenOf + `,"account":"111122223333"},"action":"sts:AssumeRoleWithWebIdentity",` + roleX + `"resourcePolicy":` + trustI + `}`, "allow"},
		{"a token and sts:AssumeRole", `{"principal":{` + tokenOf + `},"action":"sts:AssumeRole",` + trustOf(`{"Federated":"arn:aws:iam::111122223333:oidc-provider/i.example"}`, everything, "{}") + `}`, "deny"},
		{"a token and a bucket", `{"principal":{` + tokenOf + `},"action":"s3:GetObject",` + trustOf(`{"Federated":"arn:aws:iam::111122223333:oidc-provider/i.example"}`, `"*"`, "{}") + `}`, "deny"},
		{"SAML and web identity", `{"principal":"arn:aws:iam::111122223333:saml-provider/x","action":"sts:AssumeRoleWithWebIdentity",` + trustOf(`{"Federated":"arn:aws:iam::111122223333:saml-provider/x"}`, everything, "{}") + `}`, "deny"},
		{"SAML and its own action", `{"principal":"arn:aws:iam::111122223333:saml-provider/x","action":"sts:AssumeRoleWithSAML",` + trustOf(`{"Federated":"arn:aws:iam::111122223333:saml-provider/x"}`, everything, "{}") + `}`, "allow"},
		{"a user and web identity", `{` + ann + `"action":"sts:AssumeRoleWithWebIdentity",` + roleX + trustOf(`"*"`, everything, "{}") + `}`, "deny"},
		{"anyone and sts:AssumeRole", `{"principal":"*","action":"sts:AssumeRole",` + roleX + trustOf(`"*"`, everything, "{}") + `}`, "deny"},
		{"anyone and sts:TagSession", `{"principal":"*","action":"sts:TagSession",` + roleX + trustOf(`"*"`, everything, "{}") + `}`, "deny"},
		{"a user of another partition", `{"principal":"arn:aws-cn:iam::111122223333:user/u","action":"s3:GetObject","resource":"arn:aws:s3:::b/k","resourceAccount":"111122223333","identity":` + allowAll + `}`, "deny"},
		{"the root of another partition", `{` + ann + `"action":"sts:AssumeRole",` + roleX + `"identity":` + allowAll + `,` + trustOf(`{"AWS":"arn:aws-cn:iam::111122223333:root"}`, everything, "{}") + `}`, "deny"},
		{"who am I", `{` + ann + `"action":"sts:GetCallerIdentity"}`, "allow"},
		{"session tags in the token's claims", `{"policy":` + trustI + `,` + tokenOf + `,"claims":{"https://aws.amazon.com/tags":{"principal_tags":{"a":["b"]}}}}`, "deny"},
		{"session tags as flat claims", `{"policy":` + trustI + `,` + tokenOf + `,"claims":{"https://aws.amazon.com/tags/principal_tags/a":"b"}}`, "deny"},
		{"session tags, and a trust that lets them pass", `{"policy":` + strings.Replace(trustI, `"sts:AssumeRoleWithWebIdentity"`, `["sts:AssumeRoleWithWebIdentity","sts:TagSession"]`, 1) + `,` + tokenOf + `,"claims":{"https://aws.amazon.com/tags":{}}}`, "allow"},
		{"a token for certain roles", `{"policy":` + trustI + `,` + tokenOf + `,"claims":{"https://aws.amazon.com/roles":["arn:aws:iam::111122223333:role/y"]}}`, "unknown"},
		{"tags of a user's request", `{` + ann + `"action":"sts:AssumeRole",` + roleX + `"context":{"aws:RequestTag/a":"b"},` + trustOf(`{"AWS":"arn:aws:iam::111122223333:user/ann"}`, `"sts:AssumeRole"`, "{}") + `}`, "deny"},
		{"a source identity", `{` + ann + `"action":"sts:AssumeRole",` + roleX + `"context":{"sts:SourceIdentity":"b"},` + trustOf(`{"AWS":"arn:aws:iam::111122223333:user/ann"}`, `["sts:AssumeRole","sts:TagSession"]`, "{}") + `}`, "deny"},
		{"a provider without a token", `{"principal":"arn:aws:iam::111122223333:oidc-provider/i.example","action":"sts:AssumeRoleWithWebIdentity",` + trustOf(`{"Federated":"arn:aws:iam::111122223333:oidc-provider/i.example"}`, everything, `{"StringNotEquals":{"i.example:sub":"x"}}`) + `}`, "unknown"},
	} {
		t.Run(c.name, func(t *testing.T) { checkLine(t, c.line, c.want) })
	}
}

func checkLine(t *testing.T, line, want string) {
	t.Helper()
	q, err := ParseQuery([]byte(line), 0)
	if err != nil {
		t.Fatalf("%v\n%s", err, line)
	}
	if e := q.Explain(); e.Decision.String() != want || e.String() == "" {
		t.Errorf("got %s, want %s: %s", e.Decision, want, e)
	}
}

// TestWhatEvalTakesForGranted: resources, organizations and variables.
func TestWhatEvalTakesForGranted(t *testing.T) {
	const linked = `"principal":"arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",`
	const denyAll = `{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}`
	key := `"action":"s3:GetObject","resource":"arn:aws:s3:::b/k","resourceAccount":"111122223333",`
	secret := `"identity":{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"arn:aws:s3:::b/secret"}]}`
	denySTS := `{"Statement":{"Effect":"Deny","Principal":"*","Action":"sts:*","Resource":"*"}}`
	early := func(resource string) string {
		return `"identity":{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"` + resource + `"}}`
	}
	for _, c := range []struct{ name, line, want string }{
		{"a resource that is not named, and a Deny on one", `{` + ann + `"action":"s3:GetObject","resourceAccount":"111122223333",` + secret + `}`, "unknown"},
		{"a resource that is not named, and none needed", `{` + ann + `"action":"ec2:DescribeInstances","identity":` + allowAll + `}`, "allow"},
		{"every resource is the caller's", `{` + ann + `"action":"ec2:DescribeInstances","resource":"*","identity":` + allowAll + `}`, "allow"},
		{"a resource of AWS's own", `{` + ann + `"action":"iam:GetPolicy","resource":"arn:aws:iam::aws:policy/ReadOnlyAccess","identity":` + allowAll + `}`, "allow"},
		{"a resource control policy that only denies", `{` + ann + key + `"identity":` + allowAll + `,"rcps":[[` + denySTS + `]]}`, "allow"},
		{"one that allows, and not this", `{` + ann + key + `"identity":` + allowAll + `,"rcps":[[` + strings.Replace(toAll, `"Action":"*"`, `"Action":"sqs:*"`, 1) + `]]}`, "deny"},
		{"a service control policy that only denies", `{` + ann + key + `"identity":` + allowAll + `,"scps":[[{"Statement":{"Effect":"Deny","Action":"sts:*","Resource":"*"}}]]}`, "deny"},
		{"a role of a service under an organization", `{` + linked + key + `"identity":` + allowAll + `,"scps":[[` + denyAll + `]],"rcps":[[` + strings.Replace(denySTS, "sts:*", "*", 1) + `]]}`, "allow"},
		{"a session of it", strings.Replace(`{`+linked+key+`"identity":`+allowAll+`,"scps":[[`+denyAll+`]]}`, ":iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling", ":sts::111122223333:assumed-role/AWSServiceRoleForAutoScaling/x", 1), "allow"},
		{"tags of a federated user's session", `{` + ann + `"action":"sts:TagSession","resource":"arn:aws:sts::111122223333:federated-user/b","identity":` + allowAll + `}`, "allow"},
		{"a variable for account and type", `{` + ann + `"action":"iam:PassRole",` + roleX + `"context":{"aws:PrincipalTag/t":"iam::111122223333:role"},` + early("arn:aws:${aws:PrincipalTag/t}/x") + `}`, "unknown"},
		{"a variable behind the fifth colon", `{` + ann + `"action":"iam:PassRole",` + roleX + `"context":{"aws:PrincipalTag/t":"x"},` + early("arn:aws:iam::111122223333:role/${aws:PrincipalTag/t}") + `}`, "allow"},
		{"a session named beside everyone", `{"principal":"arn:aws:sts::111122223333:assumed-role/r/s",` + key + `"boundary":{"Statement":{"Effect":"Allow","Action":"sqs:*","Resource":"*"}},` +
			`"resourcePolicy":{"Statement":{"Effect":"Allow","Principal":{"AWS":["*","arn:aws:sts::111122223333:assumed-role/r/s"]},"Action":"*","Resource":"*"}}}`, "allow"},
		{"everyone but one ARN, beside a boundary", `{` + ann + key + `"boundary":{"Statement":{"Effect":"Allow","Action":"sqs:*","Resource":"*"}},` + trustOf(`"*"`, `"*"`, `{"StringNotEquals":{"aws:PrincipalArn":"x"}}`) + `}`, "unknown"},
	} {
		t.Run(c.name, func(t *testing.T) { checkLine(t, c.line, c.want) })
	}
}

func TestAnARNIsNotShiftedByAVariable(t *testing.T) {
	r := webIdentity()
	r.Context.Add("test:v", "9:role/admin")
	r.Context.Add("test:arn", "arn:aws:iam::9:role/admin:role/x")
	for value, want := range map[string]Truth{"arn:aws:iam::${test:v}:role/x": Unknown, "${test:arn}": True, "arn:aws:iam::9:${test:v}": False} {
		c := Condition{Operator: "ArnLike", Key: "test:arn", Values: []string{value}}
		var compiled condition
		compiled.compile(&c, Version2012)
		if got, _ := compiled.evaluate(r.Context); got != want {
			t.Errorf("%s: got %s, want %s", value, got, want)
		}
	}
}

// TestFilledPatternsMatch compares with the definition, which tries all ways.
func TestFilledPatternsMatch(t *testing.T) {
	texts := []string{""}
	for range 5 {
		for _, s := range texts {
			texts = append(texts, s+"a", s+"b", s+"é")
		}
		texts = texts[:min(len(texts), 300)]
	}
	for _, pattern := range []string{"", "*", "a", "?", "a*", "*a", "*a*", "a*b", "?*a", "*?", "*a?*b", "**a**", "a*a*a", "*?a?*", "ab*ba", "*é*", "?é*a"} {
		filled := appendPart(nil, pattern, true)
		for _, s := range texts {
			if got, want := matchFilled(filled, s), slowly(filled, s); got != want {
				t.Fatalf("%q and %q: got %v", pattern, s, got)
			}
		}
	}
}

func slowly(pattern []byte, s string) bool {
	switch {
	case len(pattern) == 0:
		return s == ""
	case pattern[0] == anyRun:
		return slowly(pattern[1:], s) || s != "" && slowly(pattern, s[runeLen(s):])
	case s == "":
		return false
	case pattern[0] == anyOne:
		return slowly(pattern[1:], s[runeLen(s):])
	}
	return pattern[0] == s[0] && slowly(pattern[1:], s[1:])
}

// TestAnAnswerDoesNotWaitForTheNextLine: the writer holds the next line back
// until it has the answer to this one.
func TestAnAnswerDoesNotWaitForTheNextLine(t *testing.T) {
	in, feed := io.Pipe()
	out, answers := io.Pipe()
	go func() {
		_, err := Eval(in, answers)
		answers.CloseWithError(err)
	}()
	if _, err := feed.Write([]byte(`{"id":1,"principal":"*","action":"a:b"}` + "\n" + `{"id":2,`)); err != nil {
		t.Fatal(err)
	}
	first := make([]byte, 1024)
	n, err := out.Read(first) // for ever, if it waits
	if got := string(first[:n]); err != nil || !strings.HasPrefix(got, `{"id":1,"decision":`) {
		t.Errorf("got %s (%v)", got, err)
	}
	go io.Copy(io.Discard, out)
	feed.Close()
}

func TestLinesThatSayTooMuchOrTooLittle(t *testing.T) {
	for line, want := range map[string]string{
		`{` + ann + `"action":"s3:*"}`:                                                                            "/action",
		`{` + ann + `"action":"nonsense"}`:                                                                        "/action",
		`{` + ann + `"action":"a:b","open":["aws:RequestTag/*"]}`:                                                 "/open/0",
		`{` + ann + `"action":"a:b","open":""}`:                                                                   "/open",
		`{` + ann + `"action":"a:b","resourceAccount":"junk"}`:                                                    "/resourceAccount",
		`{` + ann + `"action":"a:b","scps":[` + allowAll + `]}`:                                                   "/scps/0",
		`{"principal":"s3.amazonaws.com","principalAccount":"x","action":"a:b"}`:                                  "/principalAccount",
		`{` + ann + `"action":"a:b","context":{"k":[` + strings.Repeat(`"a",`, mostValues) + `"a"]}}`:             "/context/k/1000",
		`{"policy":` + strings.Replace(trustI, `}}`, `,"Condition":{"Frobnicate":{}}}}`, 1) + `,` + tokenOf + `}`: "/policy/Statement/Condition/Frobnicate",
	} {
		var out bytes.Buffer
		if bad, err := Eval(strings.NewReader(line), &out); bad != 1 || err != nil || !strings.Contains(out.String(), `"pointer":"`+want+`"`) {
			t.Errorf("%.100s: want an error at %s, got %s", line, want, out.String())
		}
	}
}

type closedWriter struct{}

func (closedWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestEvalStopsWhereNobodyReads(t *testing.T) {
	line := `{"id":1,"principal":"*","action":"a:b"}` + "\n"
	for name, in := range map[string]io.Reader{
		"line by line": io.MultiReader(strings.NewReader(line), strings.NewReader(line)),
		"all at once":  strings.NewReader(strings.Repeat(line, 5000)),
	} {
		if _, err := Eval(in, closedWriter{}); err != io.ErrClosedPipe {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestARequestWithoutContextPassesNoTags(t *testing.T) {
	user, err := ParseCaller("arn:aws:iam::111122223333:user/ann")
	if err != nil {
		t.Fatal(err)
	}
	trust := mustCompile(t, Trust, policy(`{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/ann"},"Action":"sts:AssumeRole"}`))
	a := Access{Request: NewRequest(user, AssumeRole, "", nil), Resource: trust, SameAccount: True}
	if got := a.Decide(); got != DecideAllow {
		t.Errorf("got %s", got)
	}
}

// TestPartitionsOfIssuers: the region tells it, of an issuer that has none the
// trust policy.
func TestPartitionsOfIssuers(t *testing.T) {
	for issuer, want := range map[string]string{
		"oidc.eks.eu-west-1.amazonaws.com/id/A": "aws", "oidc.eks.cn-north-1.amazonaws.com.cn/id/A": "aws-cn", "oidc.eks.us-gov-west-1.amazonaws.com/id/A": "aws-us-gov",
		"oidc.eks.eusc-de-east-1.amazonaws.eu/id/A": "aws-eusc", "oidc.eks.us-iso-east-1.c2s.ic.gov/id/A": "aws-iso", "oidc.eks.us-isob-east-1.sc2s.sgov.gov/id/A": "aws-iso-b",
		"oidc.eks.eu-isoe-west-1.cloud.adc-e.uk/id/A": "aws-iso-e", "oidc.eks.us-isof-south-1.csp.hci.ic.gov/id/A": "aws-iso-f",
		"oidc-eks.us-gov-east-1.api.aws/id/A": "aws-us-gov", "oidc.example.com": "aws",
	} {
		if got := Partition(issuer); got != want {
			t.Errorf("%s: %s, want %s", issuer, got, want)
		}
	}
	var out strings.Builder
	line := `{"id":1,"policy":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com","Federated":"arn:aws-cn:iam::111122223333:oidc-provider/oidc.example.com/x"},"Action":"sts:AssumeRoleWithWebIdentity"}]},"provider":"oidc.example.com/x","sub":"a","aud":"b"}`
	if _, err := Eval(strings.NewReader(line), &out); err != nil || !strings.Contains(out.String(), `"decision":"allow"`) {
		t.Errorf("a provider in China: %s %v", out.String(), err)
	}
}
