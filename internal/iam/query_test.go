package iam

import (
	"errors"
	"strings"
	"testing"
)

func TestParseQueryRefuses(t *testing.T) {
	const (
		known    = "known are id, policy, provider, sub, aud, claims, account, audiences, principal, principalAccount, resourceAccount, action, resource, context, open, identity, boundary, scps, rcps, session, resourcePolicy, sessionTags"
		noPlace  = " has no place beside policy: that asks for sts:AssumeRoleWithWebIdentity alone"
		ofToken  = " has no place beside principal: a token is one by itself"
		provider = "provider is missing: say which issuer's token it is, as host and path"
		scalar   = " must be a string, a number or a boolean, not "
	)
	trust := policy(allow(to(`"*"`)))
	p := `"policy":` + trust
	for _, c := range []refusal{
		{"no JSON", `§what`, "", "a line must be an object, not something that is no JSON"},
		{"a list", `§[]`, "", "a line must be an object, not a list"},
		{"two queries on a line", `{"principal":"*","action":"a:b"}§{}`, "", "something follows behind the end of the document"},
		{"no UTF-8", "{\"sub\":\"§\xff\"}", "", "the document is not UTF-8 here: save it as UTF-8"},
		{"a byte order mark", "§\ufeff{}", "", "a byte order mark stands before the document: save it as UTF-8 without one"},
		{"nothing", `§{}`, "/principal", "principal is missing: say who asks, or give policy and provider"},
		{"an unknown member", `{§"pricipal":"*"}`, "/pricipal", `there is no "pricipal" here: ` + known},
		{"an unknown member that is null", `{§"pricipal":null}`, "/pricipal", `there is no "pricipal" here: ` + known},
		{"a member in another case", `{§"SCPs":[]}`, "/SCPs", `there is no "SCPs" here: write scps, IAM tells upper from lower case`},
		{"a member twice", `{"sub":"a",§"sub":"b"}`, "/sub", `"sub" stands here twice: keep one of them`},
		{"an id that is an object", `{"id":§{}}`, "/id", "id" + scalar + "an object"},
		{"an id that only begins like null", `{"id":§nul}`, "/id", "something that is no JSON stands here"},

		{"the policy's own place", `{"provider":"i","policy":{"Version":"2012-10-17","Statement":[` + allow(to(`"*"`)) + `,{"Effect":§"allow"}]}}`, "/policy/Statement/1/Effect", `Effect must be "Allow" or "Deny", in this spelling, not "allow"`},
		{"no provider", `§{` + p + `,"sub":"a","aud":"b"}`, "/provider", provider},
		{"an empty provider", `{` + p + `,§"provider":"https://","sub":"a","aud":"b"}`, "/provider", provider},
		{"an ARN as provider", `{` + p + `,§"provider":"arn:aws:iam::1:oidc-provider/i","sub":"a","aud":"b"}`, "/provider", "provider must be the issuer's host and path, not an ARN: account says where it exists"},
		{"no sub", `§{` + p + `,"provider":"i","aud":"b"}`, "/sub", "sub is missing: every token has a subject"},
		{"no aud", `§{` + p + `,"provider":"i","sub":"b"}`, "/aud", "aud is missing: every token has an audience"},
		{"an empty list of aud", `{` + p + `,"aud":§[]}`, "/aud", "aud must not be an empty list: name what is meant, or remove the statement"},
		{"a number as aud", `{` + p + `,"aud":["a",§1]}`, "/aud/1", "aud must be a string, not a number"},
		{"an account of 11 digits", `{` + p + `,"provider":"i","sub":"a","aud":"b",§"account":"11112222333"}`, "/account", `account must be 12 digits, not "11112222333"`},
		{"sub among the claims", `{` + p + `,"provider":"i","sub":"a","aud":"b",§"claims":{"sub":"c"}}`, "/claims", "sub stands among the claims: give it beside them"},
		{"Aud among the claims", `{` + p + `,"provider":"i","sub":"a","aud":"b",§"claims":{"Aud":"c"}}`, "/claims", "Aud stands among the claims: give it beside them"},
		{"a claim twice", `{"claims":{"a":1,§"A":2}}`, "/claims/A", `"A" and "a" differ in case alone: keep one of them`},
		{"a claim with an exponent", `{"claims":{"exp":§1e9}}`, "/claims/exp", "a claim holds a number with an exponent: write it without, or as a string"},
		{"a claim that only begins like null", `{"claims":{"a":§nothing}}`, "/claims/a", "something that is no JSON stands here"},
		{"an object in a list of a claim", `{"claims":{"a":["b",§{}]}}`, "/claims/a/1", "a claim" + scalar + "an object"},
		{"an object in a claim that nests deeply", `{"claims":{"a":` + nested(32, `{"b":`, "§{}", "}") + `}}`, "/claims/a" + nested(32, "/b", "", ""), "the document is nested too deeply"},
		{"a list in a claim that nests deeply", `{"claims":{"a":{"b":` + nested(31, `[`, "§[]", "]") + `}}}`, "/claims/a/b" + nested(31, "/0", "", ""), "the document is nested too deeply"},
		{"claims that are a list", `{"claims":§[]}`, "/claims", "claims must be an object, not a list"},

		{"principal beside policy", `{` + p + `,§"principal":"*"}`, "/principal", "principal" + noPlace},
		{"an identity policy beside policy", `{§"identity":null,` + p + `}`, "/identity", "identity" + noPlace},
		{"a token's sub beside an ARN", `{"principal":"*","action":"a:b",§"sub":"a"}`, "/sub", "sub" + ofToken},
		{"a token without policy and action", `§{"provider":"i","sub":"a","aud":"b"}`, "/action", "action is missing: say what the principal wants to do, such as sts:AssumeRole"},
		{"a token without provider", `{§"principal":{"sub":"a"},"action":"a:b"}`, "/principal/provider", provider},
		{"a token with an ARN", `{"principal":{"sub":"a","aud":"b",§"provider":"arn:aws:iam::1:oidc-provider/i"},"action":"a:b"}`, "/principal/provider", "provider must be the issuer's host and path, not an ARN: account says where it exists"},
		{"a token with an unknown member", `{"principal":{§"iss":"i"},"action":"a:b"}`, "/principal/iss", `there is no "iss" here: known are provider, sub, aud, claims, account, audiences`},
		{"a token of an account that is none", `{"principal":{"provider":"i","sub":"a","aud":"b",§"account":"1"},"action":"a:b"}`, "/principal/account", `account must be 12 digits, not "1"`},
		{"a principal that is a list", `{"principal":§["*"]}`, "/principal", "principal must be a string, not a list"},
		{"a principal that is nobody", `{§"principal":"ops","action":"a:b"}`, "/principal", `"ops" is no ARN, no account of 12 digits, no name of a service and not "*"`},
		{"a principal that is no principal", `{"action":"a:b",§"principal":"arn:aws:s3:::b"}`, "/principal", `"arn:aws:s3:::b" is no ARN of a principal`},
		{"an empty principal", `{§"principal":"","action":"a:b"}`, "/principal", "principal is missing: say who asks, or give policy and provider"},
		{"no action", `§{"principal":"*"}`, "/action", "action is missing: say what the principal wants to do, such as sts:AssumeRole"},
		{"two accounts of the principal", `{"principal":"` + user + `","action":"a:b",§"principalAccount":"444455556666"}`, "/principalAccount", `principalAccount is "444455556666", but the principal is of "111122223333"`},
		{"two accounts of the resource", `{"principal":"*","action":"a:b","resource":"arn:aws:sqs:eu-west-1:111122223333:q",§"resourceAccount":"444455556666"}`, "/resourceAccount", `resourceAccount is "444455556666", but the resource is of "111122223333"`},
		{"a context that is a list", `{"context":§[]}`, "/context", "context must be an object, not a list"},
		{"an object in the context", `{"context":{"a":§{}}}`, "/context/a", "a value of the context" + scalar + "an object"},
		{"null in a list of the context", `{"context":{"a":["b",§null]}}`, "/context/a/1", "a value of the context" + scalar + "null"},
		{"open keys that are an object", `{"open":§{}}`, "/open", "open must be a string, not an object"},
		{"session tags in quotes", `{"sessionTags":§"false"}`, "/sessionTags", "sessionTags must be true or false, not a string"},
		{"a level that is no list", `{"scps":§{}}`, "/scps", "scps must be a list of levels, each a list of policies, not an object"},
		{"a policy in a level", `{"scps":[[],[` + policy(all) + `,§5]]}`, "/scps/1/1", "a policy must be an object, not a number"},
		{"a trust among identity policies", `{"identity":[{"Statement":{"Effect":"Allow",§"Principal":"*"}}]}`, "/identity/0/Statement/Principal", "an identity policy has no Principal: it is for whom it is attached to"},
		{"a boundary that is a list", `{"boundary":§[]}`, "/boundary", "a policy must be an object, not a list"},
		{"an incomplete ARN of the session", `{"session":{"Statement":` + deny(`"Resource":§"arn:aws:s3"`) + `}}`, "/session/Statement/Resource", `a session policy takes no incomplete ARN: write all six parts of it, not "arn:aws:s3"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			clean, at := marked(t, c.text)
			q, err := ParseQuery([]byte(clean), 7)
			var got *Error
			if !errors.As(err, &got) {
				t.Fatalf("got %+v, %v", q, err)
			}
			if got.Line != 7+at.line || got.Column != at.column || got.Pointer != c.pointer || got.Message != c.message {
				t.Errorf("got  %v\nwant line %d, column %d (%s): %s", got, 7+at.line, at.column, c.pointer, c.message)
			}
		})
	}
}

// nested is core within n openings and closings.
func nested(n int, opening, core, closing string) string {
	for range n {
		core = opening + core + closing
	}
	return core
}

func TestParseQueryRefusesPoliciesTooLarge(t *testing.T) {
	line := `{"policy":` + strings.Replace(policy(allow(to(`"*"`))), ":", ":"+strings.Repeat(" ", MaxBytes), 1) + `}`
	_, err := ParseQuery([]byte(line), 0)
	if want := "line 1, column 11 (/policy): the document is larger than 1 MiB: no policy is"; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}
