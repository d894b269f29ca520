package iam

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var kinds = []Kind{Identity, Resource, Trust, Boundary, Session, ServiceControl, ResourceControl}

// whole is a statement that has all that its kind needs.
func whole(kind Kind) string {
	var more []string
	if kind.principals() {
		more = append(more, to(`"*"`))
	}
	if kind.resources() {
		more = append(more, on("*"))
	}
	return deny(more...)
}

func TestKindsNeedTheirElements(t *testing.T) {
	const (
		needsPrincipal = "Principal is missing: %s says whom each statement is for"
		needsResource  = "Resource is missing: %s says what each statement is for"
	)
	for _, kind := range kinds {
		t.Run(kind.String(), func(t *testing.T) {
			mustParse(t, kind, policy(whole(kind)))
			bare := refusal{text: policy("§" + deny()), pointer: "/Statement/0"}
			switch {
			case kind.principals():
				bare.message = strings.Replace(needsPrincipal, "%s", kind.some(), 1)
				bare.check(t, kind)
			case kind.resources():
				bare.message = strings.Replace(needsResource, "%s", kind.some(), 1)
				bare.check(t, kind)
			}
			if kind == ResourceControl {
				refusal{text: policy("§" + deny(to(`"*"`))), pointer: "/Statement/0",
					message: "Resource is missing: a resource control policy says what each statement is for"}.check(t, kind)
			}
			for _, c := range []refusal{
				{text: policy(`§{}`), pointer: "/Statement/0", message: `Effect is missing: say "Allow" or "Deny"`},
				{text: policy(`§{"Effect":"Allow"}`), pointer: "/Statement/0", message: "Action is missing: say what the statement is about"},
				{text: `§{}`, message: "Statement is missing: a policy without statements says nothing"},
				{text: `§{"Version":"2012-10-17"}`, message: "Statement is missing: a policy without statements says nothing"},
				{text: policy(`{"Action":"a:b",§"NotAction":"a:b"}`), pointer: "/Statement/0/NotAction", message: "a statement has Action or NotAction, not both"},
			} {
				c.check(t, kind)
			}
		})
	}
}

func TestKindsWithoutPrincipalsRefuseThem(t *testing.T) {
	for _, kind := range kinds {
		for _, element := range []string{"Principal", "NotPrincipal"} {
			c := refusal{text: policy(deny(on("*"), `§"`+element+`":"*"`)), pointer: "/Statement/0/" + element}
			switch {
			case !kind.principals():
				c.message = kind.some() + " has no " + element + ": it is for whom it is attached to"
			case element == "NotPrincipal" && kind != Resource:
				c.message = kind.some() + " has no NotPrincipal: use Principal and a condition"
				c.text = policy(deny(`§"NotPrincipal":"*"`))
			default:
				continue
			}
			t.Run(kind.String()+" with "+element, func(t *testing.T) { c.check(t, kind) })
		}
	}
}

func TestKindsRefuseWhatTheyDoNotKnow(t *testing.T) {
	const everyone = `Principal of a resource control policy must be "*"`
	for _, c := range []struct {
		kind Kind
		refusal
	}{
		{Trust, refusal{"a trust with Resource", policy(deny(to(`"*"`), `§"Resource":"*"`)), "/Statement/0/Resource", "a trust policy has no Resource: it is about its role"}},
		{Trust, refusal{"a trust with NotResource", policy(deny(to(`"*"`), `§"NotResource":"*"`)), "/Statement/0/NotResource", "a trust policy has no NotResource: it is about its role"}},
		{Identity, refusal{"Resource beside NotResource", policy(deny(on("*"), `§"NotResource":"*"`)), "/Statement/0/NotResource", "a statement has Resource or NotResource, not both"}},
		{Resource, refusal{"NotPrincipal that allows", policy("§" + allow(`"NotPrincipal":"*"`, on("*"))), "/Statement/0", "NotPrincipal with Allow would let in everyone else: IAM has it in a Deny alone"}},
		{ResourceControl, refusal{"an RCP for an account", policy(deny(`"Principal":§{"AWS":"111122223333"}`, on("*"))), "/Statement/0/Principal", everyone}},
		{ResourceControl, refusal{"an RCP for all services", policy(allow(`"Principal":§{"Service":"*"}`, on("*"))), "/Statement/0/Principal", everyone}},
		{ResourceControl, refusal{"an RCP for all AWS principals", policy(deny(`"Principal":§{"AWS":"*"}`, on("*"))), "/Statement/0/Principal", everyone}},
		{ResourceControl, refusal{"an RCP with NotAction", policy(`§{"Effect":"Deny","Principal":"*","NotAction":"s3:*","Resource":"*"}`), "/Statement/0", "a resource control policy has no NotAction: name the actions"}},
		{Session, refusal{"a session policy with an incomplete ARN", policy(deny(`"Resource":§"arn:aws:sqs"`)), "/Statement/0/Resource", `a session policy takes no incomplete ARN: write all six parts of it, not "arn:aws:sqs"`}},
		{Session, refusal{"a session policy with five parts", policy(deny(`"NotResource":["*",§"arn:aws:s3:*:*"]`)), "/Statement/0/NotResource/1", `a session policy takes no incomplete ARN: write all six parts of it, not "arn:aws:s3:*:*"`}},
		{Session, refusal{"a session policy with a number for an ARN", policy(deny(`"Resource":§5`)), "/Statement/0/Resource", `Resource must be a string, not a number`}},
	} {
		t.Run(c.name, func(t *testing.T) { c.check(t, c.kind) })
	}
}

func TestIncompleteARNsAreCompleted(t *testing.T) {
	const queue = "arn:aws:sqs:eu-west-1:111122223333:orders"
	for _, c := range []struct {
		resource, of string
		want         Decision
	}{
		{"arn:aws:sqs", queue, DecideAllow}, // AWS's example
		{"arn:aws:sqs:*:*:*", queue, DecideAllow},
		{"arn:aws:sqs:eu-west-1", queue, DecideAllow},
		{"arn:aws:sqs:eu-west-1:111122223333", queue, DecideAllow},
		{"arn:aws:sqs:eu-west-1:111122223333:", queue, DecideDeny},
		{"arn:aws:sqs:eu-west-2", queue, DecideDeny},
		{"arn:aws:sns", queue, DecideDeny},
		{"arn:", queue, DecideDeny},
		{"arn:*", queue, DecideAllow},
		{"sqs", queue, DecideDeny},
		{"*", queue, DecideAllow},
		{"", queue, DecideDeny},
		{"arn:${*}", "arn:*:a:b:c:d", DecideDeny}, // no variable stands before the fifth colon
	} {
		for _, kind := range []Kind{Identity, Boundary} {
			p := mustCompile(t, kind, policy(allow(on(c.resource))))
			r := NewRequest(mustCaller(t, "111122223333"), "sqs:SendMessage", c.of, &Context{})
			if got := p.Decide(r); got != c.want {
				t.Errorf("%s: %q for %s: got %s, want %s", kind, c.resource, c.of, got, c.want)
			}
		}
	}
}

func TestAccepted(t *testing.T) {
	federated := func(provider string) string {
		return allow(to(`{"Federated":"`+provider+`"}`), doing("sts:AssumeRoleWithWebIdentity"))
	}
	for _, c := range []struct {
		name string
		kind Kind
		text string
	}{
		{"a single statement", Trust, `{"Statement":` + allow(to(`"*"`)) + `}`},
		{"no version", Trust, `{"Statement":[` + allow(to(`"*"`)) + `]}`},
		{"the old version", Trust, `{"Version":"2008-10-17","Statement":[` + allow(to(`"*"`)) + `]}`},
		{"members in any order", Trust, `{"Statement":[{"Condition":{},"Action":"*","Principal":"*","Effect":"Allow","Sid":"a"}],"Id":"b","Version":"2012-10-17"}`},
		{"values that repeat", Identity, policy(`{"Effect":"Allow","Action":["a:b","a:b"],"Resource":["*","*"],"Condition":{"StringEquals":{"a":["b","b"]}}}`)},
		{"principals that repeat", Trust, policy(allow(to(`{"AWS":["*","*"],"Service":"a"}`)))},
		{"strings that are empty", Identity, `{"Id":"","Statement":[{"Sid":"","Effect":"Deny","Action":"","Resource":"","Condition":{"":{"":""}}}]}`},
		{"NotAction", Trust, policy(`{"Effect":"Allow","Principal":"*","NotAction":["sts:TagSession"]}`)},
		{"all actions of STS", Trust, policy(allow(to(`"*"`), doing("sts:*")))},
		{"nothing but Deny", Trust, policy(deny(to(`"*"`)))},
		{"a SAML provider", Trust, policy(allow(to(`{"Federated":"arn:aws:iam::111122223333:saml-provider/corp"}`), doing("sts:AssumeRoleWithSAML")))},
		{"a provider that is misspelt", Trust, policy(federated("arn:aws:iam::111122223333:oidc-provider/https://oidc.eks.example"))},
		{"a provider that is built in", Trust, policy(federated("accounts.google.com"))},
		{"statements with one Sid", Trust, policy(allow(to(`"*"`), `"Sid":"a"`), deny(to(`"*"`), `"Sid":"a"`))},
		{"an operator that is not known", Trust, policy(allow(to(`"*"`), when(`{"StringSortOf":{"a":"b"}}`)))},
		{"a resource policy without Resource", Resource, policy(allow(to(`"*"`)))},
		{"a resource policy with NotPrincipal", Resource, policy(deny(`"NotPrincipal":{"AWS":"111122223333"}`, on("*")))},
		{"the policy that allows all of an organization", ResourceControl, policy(allow(to(`"*"`), on("*")))},
		{"an incomplete ARN in an identity policy", Identity, policy(allow(on("arn:aws:sqs")))},
		{"whole ARNs in a session policy", Session, policy(deny(`"NotResource":["*","arn:aws:s3:::"]`))},
		{"white space around and within", Trust, " \r\n\t" + strings.ReplaceAll(policy(allow(to(`"*"`))), ",", " \r\n\t, ") + "\n\n"},
		{"all escapes", Trust, `{"Id":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00","Statement":` + allow(to(`"*"`)) + `}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if doc := mustParse(t, c.kind, c.text); doc.Kind() != c.kind {
				t.Errorf("kind: got %s", doc.Kind())
			}
		})
	}
}

func TestEmptyConditionsMeanNone(t *testing.T) {
	for _, condition := range []string{`{}`, `{"StringEquals":{}}`, `{"StringEquals":{},"ForAnyValue:ArnLikeIfExists":{}}`} {
		doc := mustParse(t, Identity, policy(allow(on("*"), when(condition))))
		if got := doc.Statements[0].Conditions; len(got) != 0 {
			t.Errorf("%s: got %v", condition, got)
		}
		r := NewRequest(mustCaller(t, "111122223333"), "s3:GetObject", "arn:aws:s3:::a/b", &Context{})
		if got := Compile(doc).Decide(r); got != DecideAllow {
			t.Errorf("%s: got %s", condition, got)
		}
	}
}

func TestParseKeepsWhatWasWritten(t *testing.T) {
	doc := mustParse(t, Resource, `{"Id":"\ud83d\ude00","Version":"2008-10-17","Statement":{"Sid":"S","Effect":"Deny",
		"NotPrincipal":{"Service":["b","a"],"AWS":"1","Federated":"f","CanonicalUser":"c"},
		"NotAction":["s3:Get*","s3:Get*"],"NotResource":"arn",
		"Condition":{"Bool":{"a:B":[true,false,"x"]},"NumericLessThan":{"a:C":-1.50,"a:D":0}}}}`)
	want := []Statement{{Sid: "S", Effect: Deny, NotPrincipal: true, NotAction: true, NotResource: true,
		Principals: []Principal{{Service, "b"}, {Service, "a"}, {AWS, "1"}, {Federated, "f"}, {CanonicalUser, "c"}},
		Actions:    []string{"s3:Get*", "s3:Get*"}, Resources: []string{"arn"},
		Conditions: []Condition{{Operator: "Bool", Key: "a:B", Values: []string{"true", "false", "x"}},
			{Operator: "NumericLessThan", Key: "a:C", Values: []string{"-1.50"}}, {Operator: "NumericLessThan", Key: "a:D", Values: []string{"0"}}}}}
	if diff := cmp.Diff(want, doc.Statements, withoutPlaces); diff != "" || doc.ID != "😀" || doc.Version != Version2008 {
		t.Errorf("%q %q\n%s", doc.ID, doc.Version, diff)
	}
}

func TestPositions(t *testing.T) {
	doc := mustParse(t, Identity, "{\"Statement\":[\n  "+allow(on("*"))+",\n  {\"Sid\":\"é\",\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\",\n   \"Condition\":{\"Bool\":{\"a\":true,\n  \"b\":true}}}]}")
	got := make([]int, 0, 8)
	add := func(line, column int) { got = append(got, line, column) }
	add(doc.Position(0))
	add(doc.Position(1))
	add(doc.ConditionPosition(1, 0))
	add(doc.ConditionPosition(1, 1))
	if want := []int{2, 3, 3, 3, 4, 25, 5, 3}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
