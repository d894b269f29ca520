package iam

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"podpass/internal/iam/glob"
)

// ask gives what a clause says of a request whose free parts are these.
func (c *Clause) ask(keys []string, action, resource string) Truth {
	t := c.Principal()
	if len(c.Opaque) > 0 {
		t = min(t, Unknown)
	}
	for _, a := range c.Atoms {
		of := func(value string) Truth {
			fits := func(p glob.Pattern) bool { return p.Match(value) }
			one := False
			switch {
			case slices.ContainsFunc(a.Sure, fits):
				one = True
			case slices.ContainsFunc(a.Maybe, fits):
				one = Unknown
			}
			if a.Negated {
				return one.Not()
			}
			return one
		}
		switch a.Of {
		case OfAction:
			t = min(t, of(lower(action)))
		case OfResource:
			t = min(t, of(resource))
		default:
			t = min(t, of(keys[a.Of]))
		}
	}
	return t
}

// TestFoldAnswersAsThePolicyDoes: whatever the free parts are, a statement that
// a fold judges is judged so with the parts in the request.
func TestFoldAnswersAsThePolicyDoes(t *testing.T) {
	free := []string{"test:a", "aws:PrincipalTag/Team"}
	rapid.Check(t, func(t *rapid.T) {
		facts := drawFacts(t)
		values := make([]string, len(free))
		f := &Fold{Action: rapid.Bool().Draw(t, "action is free"), Resource: rapid.Bool().Draw(t, "resource is free")}
		for i, key := range free {
			delete(facts, key)
			values[i] = rapid.SampledFrom(append(someValues, "arn:aws:iam::1:role/a:b", "anna")).Filter(func(s string) bool { return s != "" }).Draw(t, key)
			f.Keys = append(f.Keys, Key{Name: strings.ToUpper(key), Plain: strings.Count(values[i], ":") <= 5})
		}
		p, r := Compile(drawDocument(t, drawKind(t))), drawRequest(t, contextWith(facts))
		asked := *r
		f.Request = &asked
		if f.Action {
			asked.Action, asked.folded = "", ""
		}
		if f.Resource {
			asked.Resource = ""
			r.Resource = firstOf(r.Resource, "arn:aws:s3:::bucket/key")
		}
		clauses := p.Fold(f)
		for i, key := range free {
			facts[key] = fact{values: values[i : i+1]}
		}
		r.Context = contextWith(facts)
		for i := range p.statements {
			folded := False // a statement without clause cannot match
			for _, c := range clauses {
				if c.Statement == i && c.Effect == p.statements[i].Effect {
					folded = c.ask(values, r.Action, r.Resource)
				}
			}
			if want := p.statements[i].applies(r); folded != Unknown && folded != want {
				t.Errorf("statement %d: folded %s, is %s", i, folded, want)
			}
		}
	})
}

func TestFoldIsExact(t *testing.T) {
	const wide = `{"StringLike":{"I:sub":["system:serviceaccount:shop:*","${aws:username}*${?}?"]}}`
	for _, c := range []struct {
		name, condition string
		sub             string
		want            Truth
	}{
		{"no condition", `{}`, "a", True},
		{"a text", `{"StringEquals":{"I:SUB":["a","b"]}}`, "b", True},
		{"another text", `{"StringEquals":{"I:sub":["a","b"]}}`, "c", False},
		{"not a text", `{"StringNotEquals":{"I:sub":["a","b"]}}`, "c", True},
		{"a text in any case", `{"StringEqualsIgnoreCase":{"I:sub":"A"}}`, "a", True},
		{"a pattern", wide, "system:serviceaccount:shop:cart", True},
		{"a pattern with a variable", wide, "anna-?x", True},
		{"a pattern with a variable that does not fit", wide, "anna-xx", False},
		{"a variable in any case", `{"StringEqualsIgnoreCase":{"I:sub":"${aws:username}"}}`, "ANN", True},
		{"a variable without a value", `{"StringEquals":{"I:sub":"${test:none}"}}`, "", False},
		{"a variable that is open", `{"StringEquals":{"I:sub":"${test:open}"}}`, "a", Unknown},
		{"a variable that is open, in text", `{"StringEquals":{"I:sub":"b${test:open}*${*}"}}`, "ba**", Unknown},
		{"a variable that is open, in text that does not fit", `{"StringEquals":{"I:sub":"b${test:open}*${*}"}}`, "ba*", False},
		{"a variable that is open, in a pattern", `{"StringLike":{"I:sub":"b${test:open}?c${?}"}}`, "bxc?", Unknown},
		{"a variable that is open, in a pattern that does not fit", `{"StringLike":{"I:sub":"b${test:open}?c${?}"}}`, "bc?", False},
		{"a variable that is open, in an ARN", `{"ArnLike":{"I:sub":"arn:aws:iam::*:role/a${test:open}"}}`, "arn:aws:iam::1:role/ab", Unknown},
		{"a variable that is open, in an ARN that does not fit", `{"ArnLike":{"I:sub":"arn:aws:iam::*:role/a${test:open}"}}`, "arn:aws:iam::1:role/b", False},
		{"a variable that is open, in any case", `{"StringEqualsIgnoreCase":{"I:sub":"a${test:open}"}}`, "b", Unknown},
		{"not a variable that is open, in text that does not fit", `{"StringNotEquals":{"I:sub":"b${test:open}"}}`, "a", True},
		{"a variable with a star", `{"StringLike":{"I:sub":"${test:star}"}}`, "a*b", Unknown},
		{"a variable with several values, in text that does not fit", `{"StringEquals":{"I:sub":"x${test:many}"}}`, "y", False},
		{"a variable with a star, as text", `{"StringEquals":{"I:sub":"${test:star}"}}`, "a*b", True},
		{"bytes in a variable", `{"StringEquals":{"I:sub":"${test:bytes}"}}`, "a", False},
		{"a variable in an ARN", `{"ArnLike":{"I:sub":"arn:aws:iam::*:role/${aws:username}?"}}`, "arn:aws:iam::1:role/anna", True},
		{"a variable in an ARN that does not fit", `{"ArnLike":{"I:sub":"arn:aws:iam::*:role/${aws:username}"}}`, "arn:aws:iam::1:role/anna", False},
		{"a variable that is an ARN", `{"ArnLike":{"I:sub":"${test:arn}"}}`, "arn:aws:iam::111122223333:role/ann", True},
		{"a variable in an ARN of fewer parts", `{"ArnLike":{"I:sub":"*${aws:username}"}}`, "arn:aws:iam::1:role/ann", Unknown},
		{"a variable in an ARN of fewer parts that does not fit", `{"ArnLike":{"I:sub":"*${aws:username}"}}`, "a", False},
		{"a variable that cannot be read", `{"StringEquals":{"I:sub":"${"}}`, "a", Unknown},
		{"an ARN", `{"ArnLike":{"I:sub":"arn:aws:iam::*:role/a*"}}`, "arn:aws:iam::1:role/ab", True},
		{"an ARN of fewer parts", `{"ArnLike":{"I:sub":"arn:*"}}`, "arn:aws:iam::1:role/ab", Unknown},
		{"an ARN of fewer parts that does not fit", `{"ArnLike":{"I:sub":"arn:*"}}`, "a", False},
		{"a number", `{"NumericEquals":{"I:sub":5}}`, "5", Unknown},
		{"an operator that is not known", `{"NoSuchOperator":{"I:sub":"a"}}`, "a", Unknown},
		{"the key is there", `{"Null":{"I:sub":false}}`, "a", True},
		{"the key is not there", `{"Null":{"I:sub":true}}`, "a", False},
		{"the key is there or not", `{"Null":{"I:sub":"maybe"}}`, "a", Unknown},
		{"another key", `{"StringEquals":{"aws:username":"ann"}}`, "a", True},
		{"another key that does not fit", `{"StringEquals":{"aws:username":"bob"}}`, "a", False},
		{"another key that is open", `{"StringEquals":{"test:open":"bob"}}`, "a", Unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := mustCompile(t, Trust, policy(trusts(c.condition)))
			r := NewRequest(OIDC(issuer, account), AssumeRoleWithWebIdentity, "", variables())
			got := False
			for _, clause := range p.Fold(&Fold{Request: r, Keys: []Key{{issuer + ":sub", true}}}) {
				got = clause.ask([]string{c.sub}, "", "")
			}
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestFoldOfKeysLeavesTheRequestAlone(t *testing.T) {
	ctx := variables()
	r := NewRequest(OIDC(issuer, account), AssumeRoleWithWebIdentity, "", ctx)
	p := mustCompile(t, Trust, policy(trusts(`{"Null":{"I:sub":true}}`)))
	p.Fold(&Fold{Request: r, Keys: []Key{{issuer + ":sub", true}}})
	if got := p.Decide(r); got != DecideAllow {
		t.Errorf("the key is open now: %s", got)
	}
}

// TestFoldTellsWhichKeyAnUnknownHangsOn: only where the condition holds for
// some values of the key, or its absence, and for others not.
func TestFoldTellsWhichKeyAnUnknownHangsOn(t *testing.T) {
	for condition, want := range map[string]string{
		`{"StringEquals":{"TEST:open":"a"}}`:                       "test:open",
		`{"StringLike":{"test:open":"*"}}`:                         "test:open", // not if it is absent
		`{"StringNotLike":{"test:open":"*"}}`:                      "test:open",
		`{"Null":{"test:open":"true"}}`:                            "test:open",
		`{"ForAnyValue:StringLike":{"test:open":"a*"}}`:            "test:open",
		`{"ForAnyValue:StringLike":{"test:open":["a","**"]}}`:      "",
		`{"ForAnyValue:StringNotLike":{"test:open":"*"}}`:          "", // never
		`{"IpAddressIfExists":{"test:open":"203.0.113.0/24"}}`:     "test:open",
		`{"IpAddressIfExists":{"test:open":["0.0.0.0/0","::/0"]}}`: "", // always
		`{"BoolIfExists":{"test:open":true}}`:                      "test:open",
		`{"BoolIfExists":{"test:open":[true,false]}}`:              "", // always
		`{"StringEqualsIfExists":{"test:open":"a"}}`:               "test:open",
		`{"ForAllValues:NumericLessThan":{"test:open":5}}`:         "test:open",
		`{"NumericLessThan":{"test:open":"five"}}`:                 "", // nobody knows, whatever the key is
		`{"StringEquals":{"test:open":"${test:open}"}}`:            "",
		`{"ArnLike":{"test:open":"arn:*"}}`:                        "",
		`{"NoSuchOperator":{"test:open":"a"}}`:                     "",
		`{"StringEquals":{"test:many":"a"}}`:                       "",
	} {
		p := mustCompile(t, Trust, policy(trusts(condition)))
		r := NewRequest(OIDC(issuer, account), AssumeRoleWithWebIdentity, "", variables())
		clauses := p.Fold(&Fold{Request: r})
		if len(clauses) != 1 || len(clauses[0].Opaque) != 1 || clauses[0].Opaque[0].Key != want || clauses[0].Opaque[0].Text == "" {
			t.Errorf("%s: got %+v, want one that hangs on %q", condition, clauses, want)
		}
	}
}
