package iam

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// checkExplanation asks of every explanation what all must do: have reasons,
// that are what the decision says they are.
func checkExplanation(t rapid.TB, d Decision, e Explanation) {
	t.Helper()
	if e.Decision != d {
		t.Fatalf("decides %s, explains %s: %s", d, e.Decision, e)
	}
	if len(e.Reasons) == 0 {
		t.Errorf("%s has no reasons", d)
	}
	named := false
	for _, r := range e.Reasons {
		checkReason(t, r)
		switch d {
		case DecideAllow:
			named = named || r.Matches == True && r.Effect == Allow
		case DecideUnknown:
			named = named || r.Matches == Unknown
		default:
			named = named || r.Matches == True && r.Effect == Deny || r.Effect == Allow && r.Matches == False
		}
	}
	if !named {
		t.Errorf("%s for no reason that is one: %s", d, e)
	}
}

// checkReason: what matches has no check that fails, what does not has one.
func checkReason(t rapid.TB, r Reason) {
	t.Helper()
	if r.Statement == 0 {
		if r.Note == "" {
			t.Errorf("a reason says nothing: %+v", r)
		}
		return
	}
	least := True
	for _, c := range r.Checks {
		least = min(least, c.Result)
		if c.Result == True || len(c.Wanted) == 0 {
			t.Errorf("a check that is true, or wants nothing: %+v", c)
		}
	}
	if least != r.Matches {
		t.Errorf("the checks do not add up to %s: %s", r.Matches, r)
	}
}

func TestExplanationTexts(t *testing.T) {
	who := func(c situation) situation { c.caller = user; return c }
	nine := `"Resource":["1","2","3","4","5","6","7","8","9","10"]`
	for _, c := range []struct {
		situation
		text string
	}{
		{who(situation{name: "allowed", identity: aside + "," + allow(on("*"), `"Sid":"All"`)}),
			`identity policy, statement 2 ("All") allows it`},
		{who(situation{name: "allowed by several", identity: all, scps: [][]string{{all}, {aside, all}}}),
			"service control policy of level 1, statement 1 allows it; service control policy of level 2, number 2, statement 1 allows it; identity policy, statement 1 allows it"},
		{who(situation{name: "denied", identity: all + "," + deny(on("*"), `"Sid":"No\u001b[31m"`)}),
			`identity policy, statement 2 ("No\x1b[31m") denies it`},
		{who(situation{name: "nothing allows", identity: allow(on("arn:aws:s3:::other"), doing("s3:PutObject"))}),
			`identity policy, statement 1 does not match: Action wants "s3:PutObject", got "s3:GetObject", Resource wants "arn:aws:s3:::other", got "arn:aws:s3:::bucket/key"`},
		{who(situation{name: "no policy at all"}), "no identity policy"},
		{who(situation{name: "a policy that only denies others", identity: deny(on("arn:aws:s3:::other"))}), "no statement allows anything"},
		{who(situation{name: "many values", identity: allow(nine)}),
			`identity policy, statement 1 does not match: Resource wants "1" or "2" or "3" or "4" or "5" or "6" or "7" or "8" or "9" or "10", got "arn:aws:s3:::bucket/key"`},
		{who(situation{name: "an empty level", identity: all, scps: [][]string{{}}}), "no service control policy of level 1"},
		{who(situation{name: "another principal", grant: allow(aws(role)), boundary: all}),
			`resource policy, statement 1 does not match: Principal wants "` + role + `", got "` + user + `"; no identity policy`},
		{who(situation{name: "a Deny of everyone else", grant: deny(`"NotPrincipal":{"AWS":["` + user + `"]}`), identity: all}),
			`resource policy, statement 1 may deny it: NotPrincipal wants "` + user + `", got "` + user + `" (whether it covers this caller is not known)`},
		{who(situation{name: "a key that is absent", identity: allow(on("*"), when(`{"StringEquals":{"aws:TagKeys":"a"}}`))}),
			`identity policy, statement 1 does not match: StringEquals "aws:TagKeys" wants "a" (the key is absent)`},
		{who(situation{name: "an operator that is not known", identity: allow(on("*"), when(`{"StringSortOf":{"aws:TagKeys":["a","b"]}}`))}),
			`identity policy, statement 1 may allow it: StringSortOf "aws:TagKeys" wants "a" or "b" (the operator is not known)`},
		{who(situation{name: "across accounts without a policy of the resource", identity: all, owner: other}), "the resource has no policy, and needs one"},
		{who(situation{name: "nobody knows whose it is", identity: all, owner: unclear}),
			"the resource has no policy, and needs one; whose the resource is is not known: give resourceAccount"},
		{who(situation{name: "a boundary that may limit", action: AssumeRole, resource: target, grant: allow(aws(user)), boundary: aside}),
			`no identity policy; permissions boundary, statement 1 does not match: Resource wants "arn:aws:s3:::other/*", got "` + target + `"; whether its permissions boundary limits a user whom the resource's policy names is documented in two ways`},
		{who(situation{name: "a boundary that does not limit", action: AssumeRole, resource: target, grant: allow(aws(user), when(`{"NoSuchOperator":{"a":"b"}}`)), boundary: all}),
			`trust policy, statement 1 may allow it: NoSuchOperator "a" wants "b" (the operator is not known)`},
		{who(situation{name: "an unknown statement without boundary", action: AssumeRole, resource: target, grant: allow(aws(user), when(`{"NoSuchOperator":{"a":"b"}}`))}),
			`trust policy, statement 1 may allow it: NoSuchOperator "a" wants "b" (the operator is not known)`},
		{situation{name: "the root user", caller: root}, "the root user of the resource's account needs no policy"},
		{situation{name: "Pod Identity without tagging", caller: PodIdentity, action: AssumeRole, grant: allow(to(`{"Service":"pods.eks.amazonaws.com"}`), doing(AssumeRole))},
			`sts:TagSession is needed too: Pod Identity passes session tags, unless they are off; trust policy, statement 1 does not match: Action wants "sts:AssumeRole", got "sts:TagSession"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.access(t).Explain().String(); got != c.text {
				t.Errorf("\n got %s\nwant %s", got, c.text)
			}
		})
	}
}

// TestCauses: what the values do not say is said in words.
func TestCauses(t *testing.T) {
	ctx := variables()
	for _, c := range []struct{ condition, want string }{
		{`{"StringEquals":{"test:none":"a"}}`, `StringEquals "test:none" wants "a" (the key is absent)`},
		{`{"StringEquals":{"test:open":"a"}}`, `StringEquals "test:open" wants "a" (the key is open: whether it is there, and what it says, is not known)`},
		{`{"StringEquals":{"test:many":"a"}}`, `StringEquals "test:many" wants "a", got "a" and "b" (the key has several values, for which the operator needs ForAllValues or ForAnyValue)`},
		{`{"Null":{"test:empty":"false"}}`, `Null "test:empty" wants "false", got "" (the key is an empty string, which counts as a value or as null)`},
		{`{"ForAnyValue:StringEqualsIfExists":{"test:none":"a"}}`, `ForAnyValue:StringEqualsIfExists "test:none" wants "a" (ForAnyValue with IfExists of an absent key is true or false)`},
		{`{"Bool":{"aws:username":"yes"}}`, `Bool "aws:username" wants "yes", got "ann" (the operator cannot read the policy's value)`},
		{`{"Bool":{"aws:username":"true"}}`, `Bool "aws:username" wants "true", got "ann" (the operator cannot read the request's value)`},
		{`{"ArnLike":{"aws:username":"*"}}`, `ArnLike "aws:username" wants "*", got "ann" (the policy's ARN has fewer than six parts)`},
		{`{"StringEquals":{"aws:username":"${test:none}"}}`, `StringEquals "aws:username" wants "${test:none}", got "ann" (a policy variable has no value)`},
		{`{"StringEquals":{"aws:username":"${test:open}"}}`, `StringEquals "aws:username" wants "${test:open}", got "ann" (the key of a policy variable is open)`},
		{`{"StringEquals":{"aws:username":"${test:many}"}}`, `StringEquals "aws:username" wants "${test:many}", got "ann" (the key of a policy variable has several values)`},
		{`{"StringLike":{"aws:username":"${test:star}"}}`, `StringLike "aws:username" wants "${test:star}", got "ann" (the value of a policy variable holds a wildcard character, or a colon within an ARN)`},
	} {
		p := mustCompile(t, Identity, policy(allow(on("*"), when(c.condition))))
		e := p.Explain(NewRequest(mustCaller(t, user), "s3:GetObject", object, ctx))
		if len(e.Reasons) != 1 || len(e.Reasons[0].Checks) != 1 || e.Reasons[0].Checks[0].String() != c.want {
			t.Errorf("%s: got %s\nwant %s", c.condition, e, c.want)
		}
	}
}

// TestExplanationsAreShort: thousands of reasons, checks and values are counted.
func TestExplanationsAreShort(t *testing.T) {
	statement := allow(on("arn:aws:s3:::" + strings.Repeat("x", 250)))
	p := mustCompile(t, Identity, policy(strings.Repeat(statement+",", 2999)+statement))
	e := p.Explain(NewRequest(mustCaller(t, user), "s3:GetObject", object, nil))
	if got := e.String(); len(e.Reasons) != 3000 || len(got) > 400*shown || !strings.HasSuffix(got, "; 2500 more") {
		t.Errorf("%d reasons in %d bytes: %s", len(e.Reasons), len(got), got)
	}
	if got, want := (Explanation{}).String(), "no statement is about it"; got != want {
		t.Errorf("got %q", got)
	}
}
