package iam

import (
	"slices"
	"strings"
	"testing"
)

// variables are the keys that the tables' variables stand for.
func variables() *Context {
	ctx := contextOf("aws:username", "ann", "aws:PrincipalTag/team", "shop", "test:star", "a*b", "test:mark", "a?b",
		"test:empty", "", "test:arn", "arn:aws:iam::111122223333:role/ann", "test:dollar", "${aws:username}", "test:bytes", "\xff")
	ctx.Add("test:many", "a", "b")
	ctx.Open("test:open")
	return ctx
}

func TestVariables(t *testing.T) {
	for _, c := range []struct {
		operator, value, request string
		want                     Truth
		why                      cause
	}{
		{"StringEquals", "${aws:username}", "ann", True, decided},
		{"StringEquals", "${AWS:UserName}", "ann", True, decided},
		{"StringEquals", "a-${aws:username}-${aws:PrincipalTag/team}-b", "a-ann-shop-b", True, decided},
		{"StringEquals", "${aws:username}", "bob", False, decided},
		{"StringEquals", "${aws:username}", "${aws:username}", False, decided},
		{"StringEquals", "${test:dollar}", "${aws:username}", True, decided}, // replaced once
		{"StringNotEquals", "${aws:username}", "bob", True, decided},
		{"StringEqualsIgnoreCase", "${aws:username}", "ANN", True, decided},
		{"StringLike", "${aws:username}*", "ann-1", True, decided},
		{"StringLike", "?${aws:username}", "xann", True, decided},
		{"StringLike", "*-${aws:username}?*", "é-ann", False, decided},
		{"StringLike", "*-${aws:username}?*", "é-ann-année", True, decided},
		{"StringLike", "${aws:username}", "anna", False, decided},
		{"StringLike", "*${aws:username}*", "no", False, decided},

		// The three characters.
		{"StringEquals", "a${*}b${?}c${$}", "a*b?c$", True, decided},
		{"StringLike", "a${*}", "a*", True, decided},
		{"StringLike", "a${*}", "ab", False, decided},
		{"StringLike", "${?}*", "?x", True, decided},
		{"StringLike", "${?}*", "xx", False, decided},
		{"StringEquals", "${$}{aws:username}", "${aws:username}", True, decided},

		// Defaults.
		{"StringEquals", "${test:none, 'x'}", "x", True, decided},
		{"StringEquals", "${aws:username, 'x'}", "ann", True, decided},
		{"StringEquals", "${aws:username, 'x'}", "x", False, decided},
		{"StringEquals", "${test:none, ''}", "", True, decided},
		{"StringEquals", "${test:none, 'a}b, c'}-", "a}b, c-", True, decided},
		{"StringLike", "${test:none, 'x*'}", "x*", Unknown, wildInVariable},

		// No value: nothing is equal to it.
		{"StringEquals", "${test:none}", "", False, noVariable},
		{"StringEquals", "${test:none}", "${test:none}", False, noVariable},
		{"StringNotEquals", "${test:none}", "x", True, noVariable},
		{"StringLike", "*${test:none}", "x", False, noVariable},
		{"StringNotLike", "${test:none}*", "x", True, noVariable},
		{"ArnLike", "arn:aws:iam::111122223333:role/${test:none}", "arn:aws:iam::111122223333:role/", False, noVariable},
		{"ArnNotLike", "arn:aws:iam::111122223333:role/${test:none}", "x", True, noVariable},
		{"StringEquals", "a${test:empty}b", "ab", True, decided},

		// What may be anything.
		{"StringEquals", "${test:open}", "x", Unknown, openVariable},
		{"StringNotEquals", "${test:open}", "x", Unknown, openVariable},
		{"StringEquals", "${test:open, 'x'}", "x", Unknown, openVariable},
		{"StringEquals", "${test:many}", "a", Unknown, severalInVariable},
		{"StringLike", "${test:many}", "a", Unknown, severalInVariable},
		{"StringEquals", "${test:star}", "a*b", True, decided},
		{"StringEquals", "${test:star}", "axb", False, decided},
		{"StringLike", "${test:star}", "a*b", Unknown, wildInVariable},
		{"StringLike", "${test:star}", "axb", Unknown, wildInVariable},
		{"StringNotLike", "${test:mark}", "axb", Unknown, wildInVariable},
		{"ArnLike", "arn:aws:iam::111122223333:role/${test:star}", "arn:aws:iam::111122223333:role/axb", Unknown, wildInVariable},
		{"StringEquals", "${test:bytes}", "anything", False, decided}, // bytes that are no UTF-8 are no wildcards
		{"StringEquals", "${test:bytes}", "\xff", True, decided},
		{"StringLike", "${test:bytes}", "anything", Unknown, wildInVariable},

		// ARNs.
		{"ArnLike", "arn:aws:iam::*:role/${aws:username}*", "arn:aws:iam::111122223333:role/ann-1", True, decided},
		{"ArnLike", "arn:aws:iam::*:role/${aws:username}", "arn:aws:iam::x:y:role/ann", False, decided},
		{"ArnEquals", "${test:arn}", "arn:aws:iam::111122223333:role/ann", True, decided},
		{"ArnEquals", "${test:arn}", "arn:aws:iam::111122223333:role/bob", False, decided},
		{"ArnEquals", "${test:arn}", "ann", False, decided},
		{"ArnLike", "*${aws:username}", "arn:aws:iam::111122223333:role/ann", Unknown, shortARN},
		{"ArnLike", "*${aws:username}", "arn:aws:iam::111122223333:role/bob", False, decided},

		// What IAM makes of these is not documented.
		{"StringNotEquals", "${", "x", Unknown, badOperand},
		{"StringNotEquals", "${}", "x", Unknown, badOperand},
		{"StringNotEquals", "${aws:username", "x", Unknown, badOperand},
		{"StringNotEquals", "${ aws:username}", "x", Unknown, badOperand},
		{"StringNotEquals", "${aws: username}", "x", Unknown, badOperand},
		{"StringNotEquals", "${, 'x'}", "x", Unknown, badOperand},
		{"StringNotEquals", "${aws:username, x}", "x", Unknown, badOperand},
		{"StringNotEquals", "${aws:username, 'x}", "x", Unknown, badOperand},
		{"StringNotEquals", "${aws:username, 'x'", "x", Unknown, badOperand},
		{"StringNotEquals", "${aws:username, 'x'y}", "x", Unknown, badOperand},
		{"StringNotEquals", "${${aws:username}}", "x", Unknown, badOperand},
		{"StringNotEquals", "${{aws:username}}", "x", Unknown, badOperand},
		{"StringNotEquals", "${aws:username'}", "x", Unknown, badOperand},
		{"StringNotEquals", "${${*}}", "x", Unknown, badOperand},
	} {
		ctx := variables()
		ctx.Add(key, c.request)
		if got, why := evaluated(t, c.operator, text(c.value), ctx); got != c.want || why != c.why {
			t.Errorf("%s %q of %q: got %s (%s), want %s (%s)", c.operator, c.value, c.request, got, why, c.want, c.why)
		}
	}
}

// TestVariablesAmongOtherValues: what is not known stays so, whatever comes
// behind it, unless that is true.
func TestVariablesAmongOtherValues(t *testing.T) {
	for _, c := range []struct {
		values string
		want   Truth
		why    cause
	}{
		{`["${","${test:none}"]`, Unknown, badOperand},
		{`["${test:none}","${"]`, Unknown, badOperand},
		{`["${test:open}","${"]`, Unknown, openVariable},
		{`["${test:none}","b"]`, False, noVariable},
		{`["b","${test:none}"]`, False, noVariable},
		{`["${","ann"]`, True, decided},
	} {
		ctx := variables()
		ctx.Add(key, "ann")
		if got, why := evaluated(t, "StringEquals", c.values, ctx); got != c.want || why != c.why {
			t.Errorf("%s: got %s (%s), want %s (%s)", c.values, got, why, c.want, c.why)
		}
	}
}

// TestVariablesOfOldVersions: before 2012 they are plain text.
func TestVariablesOfOldVersions(t *testing.T) {
	for _, version := range []string{``, `"Version":"2008-10-17",`} {
		for _, c := range []struct {
			operator, value, request string
			want                     Truth
		}{
			{"StringEquals", "${aws:username}", "ann", False},
			{"StringEquals", "${aws:username}", "${aws:username}", True},
			{"StringNotEquals", "${aws:username}", "ann", True},
			{"StringEqualsIgnoreCase", "${A}", "${a}", True},
			{"StringLike", "${aws:*}", "${aws:username}", True},
			{"StringLike", "${*}", "*", False},
			{"StringLike", "${*}", "${anything}", True},
			{"StringLike", "${", "${", True},
			{"ArnLike", "a:b:c:d:e:${aws:username}", "a:b:c:d:e:${aws:username}", True},
			{"ArnLike", "a:b:c:d:e:${aws:username}", "a:b:c:d:e:ann", False},
		} {
			ctx := variables()
			ctx.Add(key, c.request)
			p := mustCompile(t, Identity, `{`+version+`"Statement":`+allow(on("*"), when(`{"`+c.operator+`":{"`+key+`":`+text(c.value)+`}}`))+`}`)
			if got, why := p.statements[0].conditions[0].evaluate(ctx); got != c.want || why != decided {
				t.Errorf("%s%s %q of %q: got %s (%s), want %s", version, c.operator, c.value, c.request, got, why, c.want)
			}
		}
	}
}

func TestVariablesInResources(t *testing.T) {
	const object = "arn:aws:s3:::bucket/ann/a"
	for _, c := range []struct {
		element, resource string
		want              Truth
	}{
		{"Resource", "arn:aws:s3:::bucket/${aws:username}/*", True},
		{"Resource", "arn:aws:s3:::bucket/${aws:PrincipalTag/team}/*", False},
		{"Resource", "arn:aws:s3:::bucket/${test:none}*", False},
		{"Resource", "arn:aws:s3:::bucket/${test:none, 'ann'}/a", True},
		{"Resource", "arn:aws:s3:::bucket/${test:open}/*", Unknown},
		{"Resource", "arn:aws:s3:::bucket/${test:star}/*", Unknown},
		{"Resource", "arn:aws:s3:::bucket/${aws:username", Unknown},
		{"NotResource", "arn:aws:s3:::bucket/${aws:username}/*", False},
		{"NotResource", "arn:aws:s3:::bucket/${aws:PrincipalTag/team}/*", True},
		{"NotResource", "arn:aws:s3:::bucket/${test:none}*", Unknown}, // it "will not match any resource", of both
		{"NotResource", "arn:aws:s3:::bucket/${test:open}/*", Unknown},
	} {
		s := Compile(mustParse(t, Identity, policy(allow(`"`+c.element+`":`+text(c.resource))))).statements[0]
		r := NewRequest(mustCaller(t, "111122223333"), "s3:GetObject", object, variables())
		if got := s.resource(r); got != c.want {
			t.Errorf("%s %q: got %s, want %s", c.element, c.resource, got, c.want)
		}
	}
}

// TestMatchFilled: matching takes few steps, also where stars are many.
func TestMatchFilled(t *testing.T) {
	pattern := appendPart(nil, strings.Repeat("*a", 200)+"*b", true)
	if matchFilled(pattern, strings.Repeat("a", 20000)) {
		t.Error("matches a text without b")
	}
	if !matchFilled(slices.Concat([]byte("a"), appendPart(nil, "*é?*", true)), "axéééy") {
		t.Error("does not match")
	}
}
