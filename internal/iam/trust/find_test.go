package trust

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"podpass/internal/iam"
)

var (
	someActions   = []string{"s3:GetObject", "s3:PutObject", "sts:AssumeRole", "s3:ListBucket", "ec2:RunInstances"}
	someResources = []string{"arn:aws:s3:::a", "arn:aws:s3:::a/x", "arn:aws:s3:::b/x", "arn:aws:iam::111122223333:role/a", "*"}
)

// drawIdentity draws a statement of an identity policy.
func drawIdentity(t *rapid.T) string {
	effect, action, resource := "Allow", "Action", "Resource"
	if !often(t, "allow") {
		effect = "Deny"
	}
	if !often(t, "action") {
		action = "NotAction"
	}
	if !often(t, "resource") {
		resource = "NotResource"
	}
	list := func(from []string, label string) string {
		return `["` + strings.Join(rapid.SliceOfN(rapid.SampledFrom(from), 1, 2).Draw(t, label), `","`) + `"]`
	}
	actions := list([]string{"*", "s3:*", "S3:getobject", "s3:?etObject", "sts:AssumeRole", "s3:*Object", "ec2:*"}, "actions")
	resources := list([]string{"*", "arn:aws:s3:::a*", "arn:aws:s3:::a/*", "arn:aws:s3:::?/x", "arn:aws:iam::*:role/*", "arn:aws:s3:::${aws:username}/*", "arn:aws:s3:::${test:none}", "arn:aws:s3"}, "resources")
	keys := map[string][]string{"aws:SourceIp": globalValues, "test:x": {"a", "*"}}
	return fmt.Sprintf(`{"Effect":%q,%q:%s,%q:%s,"Condition":{%s}}`, effect, action, actions, resource, resources, drawConditions(t, keys, 1))
}

// TestNothingMoreOfIdentityPolicies agrees with the evaluation.
func TestNothingMoreOfIdentityPolicies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := drawStatements(t, drawIdentity, 2)
		second := drawStatements(t, drawIdentity, 2)
		if rapid.Bool().Draw(t, "alike") {
			second = append(second, first...)
		}
		a, b := ofKind(t, iam.Identity, iam.Version2012, first...), ofKind(t, iam.Identity, iam.Version2012, second...)
		t.Logf("\n%s\n%s", iam.Print(a.Document(), ""), iam.Print(b.Document(), ""))
		more := NothingMore(a, b)
		for range 30 {
			ctx := contextOf(drawAssignment(t))
			ctx.Add("test:x", rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b"}), 0, 1).Draw(t, "test:x")...)
			r := iam.NewRequest(parsed(t, arnOf+"user/u"), one(t, someActions, "action"), one(t, someResources, "resource"), ctx)
			if more.Verdict == Yes && a.Decide(r) == iam.DecideAllow && b.Decide(r) == iam.DecideDeny {
				t.Fatalf("yes, but a alone allows %s on %s, %+v", r.Action, r.Resource, ctx)
			}
		}
		for _, g := range more.Grants {
			if !g.Maybe {
				checkGeneral(t, a, b, &g)
			}
		}
		if again := NothingMore(a, a); again.Verdict != Yes {
			t.Errorf("more than itself: %+v", again)
		}
	})
}

// checkGeneral: for some values of the open keys the first allows the witness,
// and the second does not.
func checkGeneral(t rapid.TB, a, b *iam.Policy, g *Grant) {
	t.Helper()
	action, resource, _ := strings.Cut(g.Witness, " on ")
	for _, assignment := range allAssignments() {
		for _, x := range []string{"", "a", "*", "c"} {
			ctx := contextOf(assignment)
			if x != "" {
				ctx.Add("test:x", x)
			}
			r := iam.NewRequest(parsed(t, arnOf+"user/u"), action, resource, ctx)
			if a.Decide(r) == iam.DecideAllow && b.Decide(r) == iam.DecideDeny {
				return
			}
		}
	}
	t.Errorf("no, but for no open values %+v is allowed by a and denied by b", *g)
}

func TestPoliciesOfOtherKinds(t *testing.T) {
	allow := func(more string) string {
		return `{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::a/*"` + more + `}`
	}
	bucket := func(principal string) string { return allow(`,"Principal":` + principal) }
	wide := func(action, resource string) string {
		return `{"Effect":"Allow","Action":"` + action + `","Resource":"` + resource + `"}`
	}
	for _, test := range []struct {
		name string
		kind iam.Kind
		a, b string
		want Verdict
	}{
		{"a pattern", iam.Identity, allow(""), wide("s3:Get*", "*"), Yes},
		{"a pattern, the other way", iam.Identity, wide("s3:Get*", "*"), allow(""), No},
		{"every action has a colon", iam.Identity, wide("*", "*"), wide("*:*", "*"), Yes},
		{"all but what NotAction names", iam.ServiceControl, wide("*", "*"), `{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}`, No},
		{"the same on an account", iam.Resource, bucket(`{"AWS":"111122223333"}`), bucket(`{"AWS":"{arn}root"}`), Yes},
		{"everyone", iam.Resource, bucket(`"*"`), bucket(`{"AWS":"111122223333"}`), No},
		{"everyone, in two spellings", iam.Resource, bucket(`"*"`), bucket(`{"AWS":"*"}`), Yes},
		{"a service that is read by its text", iam.Resource, bucket(`{"Service":"alexa-appkit.amazon.com"}`), bucket(`{"AWS":"111122223333"}`), Unknown},
		{"a condition alone", iam.Identity, allow(`,"Condition":{"Bool":{"aws:SecureTransport":"true"}}`), allow(""), Yes},
		{"a condition less", iam.Identity, allow(""), allow(`,"Condition":{"Bool":{"aws:SecureTransport":"true"}}`), Unknown},
	} {
		more := NothingMore(ofKind(t, test.kind, iam.Version2012, test.a), ofKind(t, test.kind, iam.Version2012, test.b))
		if more.Verdict != test.want {
			t.Errorf("%s: %s, want %s: %+v", test.name, more.Verdict, test.want, more.Grants)
		}
	}
}

// TestNamesOfVariablesInResourcesIgnoreCase, as all keys do.
func TestNamesOfVariablesInResourcesIgnoreCase(t *testing.T) {
	of := func(resource string) *iam.Policy {
		return ofKind(t, iam.Identity, iam.Version2012, `{"Effect":"Allow","Action":"s3:GetObject","Resource":"`+resource+`"}`)
	}
	if got := Same(of("arn:aws:s3:::${aws:username}/*"), of("arn:aws:s3:::${aws:UserName}/*")); got != Yes {
		t.Errorf("%s", got)
	}
	if got := Same(of("arn:aws:s3:::${aws:username}/*"), of("arn:aws:s3:::${aws:userid}/*")); got == Yes {
		t.Errorf("another variable: %s", got)
	}
}
