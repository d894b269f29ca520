package trust

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"podpass/internal/iam"
)

// audiencesAsked and valuesAsked are what random requests have.
var audiencesAsked = []string{"a", "b", "A", "*", "stsa", DefaultAudience, "system:serviceaccount:a:b"}

// assignments are values of the open keys, the same for both policies; a key
// without a value is absent.
func drawAssignment(t *rapid.T) map[string][]string {
	all := map[string][]string{}
	for _, key := range openKeys {
		all[key] = rapid.SliceOfN(rapid.SampledFrom(openValues), 0, 1).Draw(t, key)
	}
	return all
}

func contextOf(assignment map[string][]string, claims ...string) *iam.Context {
	ctx := &iam.Context{OpenGlobals: true}
	for key, values := range assignment {
		ctx.Add(key, values...)
	}
	for i := 0; i < len(claims); i += 2 {
		ctx.Add(claims[i], claims[i+1])
	}
	return ctx
}

// drawRequests draws requests of all callers that drawToken names, and others.
func drawRequest(t *rapid.T) *iam.Request {
	assignment := drawAssignment(t)
	caller := one(t, []iam.Caller{iam.OIDC(issuerA, account), iam.OIDC(issuerA, account), iam.OIDC(issuerB, account), iam.OIDC("issuer.example", account),
		parsed(t, account), parsed(t, arnOf+"user/u"), parsed(t, arnOf+"role/r"), parsed(t, "444455556666"), parsed(t, "*")}, "caller")
	action := one(t, actions(caller), "action")
	if host := caller.Host(); host != "" {
		return iam.NewRequest(caller, action, "", contextOf(assignment, host+":sub", one(t, smallSubjects(), "sub"), host+":aud", one(t, audiencesAsked, "aud")))
	}
	return iam.NewRequest(caller, action, "", contextOf(assignment))
}

func parsed(t rapid.TB, s string) iam.Caller {
	t.Helper()
	c, err := iam.ParseCaller(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestNothingMoreAgreesWithDecide: Yes means that no request is allowed by the
// first alone, No that the witness is.
func TestNothingMoreAgreesWithDecide(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawPair(t)
		t.Logf("\n%s\n%s", iam.Print(a.Document(), ""), iam.Print(b.Document(), ""))
		more := NothingMore(a, b)
		if more.Verdict != Yes && len(more.Grants) == 0 || more.Verdict == Yes && len(more.Grants) > 0 {
			t.Fatalf("%s with the grants %+v", more.Verdict, more.Grants)
		}
		for range 20 {
			r := drawRequest(t)
			if more.Verdict == Yes && a.Decide(r) == iam.DecideAllow && b.Decide(r) == iam.DecideDeny {
				t.Fatalf("yes, but a alone allows %s %s %+v", r.Caller.ARN(), r.Action, r.Context)
			}
		}
		for _, g := range more.Grants {
			if !g.Maybe && g.As == "" {
				checkGrant(t, a, b, &g)
			}
		}
	})
}

// drawPair draws a policy and another that is often much like it.
func drawPair(t *rapid.T) (a, b *iam.Policy) {
	first := drawStatements(t, drawToken, 3)
	second := slices.Clone(first)
	if rapid.Bool().Draw(t, "unlike") {
		second = drawStatements(t, drawToken, 3)
	}
	if rapid.Bool().Draw(t, "one more") {
		second = append(second, drawToken(t))
	}
	if rapid.Bool().Draw(t, "one less") && len(first) > 1 {
		first = first[1:]
	}
	return asTrust(t, first...), asTrust(t, second...)
}

// checkGrant: for some values of the open keys the first allows the witness, and
// the second does not.
func checkGrant(t rapid.TB, a, b *iam.Policy, g *Grant) {
	t.Helper()
	for _, assignment := range allAssignments() {
		r := witnessed(t, g, assignment)
		if a.Decide(r) == iam.DecideAllow && b.Decide(r) == iam.DecideDeny {
			return
		}
	}
	t.Errorf("no, but for no open values %+v is allowed by a and denied by b", *g)
}

// allAssignments are all that drawAssignment may draw, and such that no
// condition of globalValues fits.
func allAssignments() []map[string][]string {
	all := []map[string][]string{{}}
	for _, key := range openKeys {
		var longer []map[string][]string
		for _, m := range all {
			for _, values := range [][]string{nil, {"a"}, {"b"}, {"a*"}, {"*"}, {"203.0.113.9"}, {"203.0.113.0/24"}, {"198.51.100.1"},
				{"5"}, {"true"}, {"false"}, {"arn:aws:iam::1:x"}, {"arn:aws:*:*:*:*"}} {
				with := map[string][]string{key: values}
				for k, v := range m {
					with[k] = v
				}
				longer = append(longer, with)
			}
		}
		all = longer
	}
	return all
}

// witnessed builds the request of a grant of a trust.
func witnessed(t rapid.TB, g *Grant, assignment map[string][]string) *iam.Request {
	t.Helper()
	if strings.Contains(g.Principal, ":") || g.Principal == "*" || strings.HasSuffix(g.Principal, ".amazonaws.com") {
		return iam.NewRequest(parsed(t, g.Principal), g.Action, "", contextOf(assignment))
	}
	sub, audience, ok := strings.Cut(g.Witness, " with audience ")
	if !ok {
		audience = "anything"
	}
	return iam.NewRequest(iam.OIDC(g.Principal, account), g.Action, "", contextOf(assignment, g.Principal+":sub", sub, g.Principal+":aud", audience))
}

// TestNothingMoreThanItself: also with further denies, or fewer allows.
func TestNothingMoreThanItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		statements := drawStatements(t, drawToken, 3)
		whole := asTrust(t, statements...)
		at := rapid.IntRange(0, len(statements)-1).Draw(t, "at")
		denied := asTrust(t, append([]string{forTokens("Deny", drawConditions(t, keysOfTokens(), 2))}, statements...)...)
		for name, part := range map[string]*iam.Policy{"itself": whole, "with a Deny": denied} {
			if more := NothingMore(part, whole); more.Verdict != Yes {
				t.Fatalf("%s: %+v\n%s\n%s", name, more, iam.Print(part.Document(), ""), iam.Print(whole.Document(), ""))
			}
		}
		if whole.Document().Statements[at].Effect != iam.Allow || len(statements) == 1 {
			return
		}
		if more := NothingMore(asTrust(t, slices.Delete(slices.Clone(statements), at, at+1)...), whole); more.Verdict != Yes {
			t.Fatalf("without Allow %d: %+v\n%s", at, more, iam.Print(whole.Document(), ""))
		}
	})
}

// TestNothingMoreIsTransitive on what is proven.
func TestNothingMoreIsTransitive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawPair(t)
		_, c := drawPair(t)
		ab, bc, ac := NothingMore(a, b), NothingMore(b, c), NothingMore(a, c)
		if ab.Verdict == Yes && bc.Verdict == Yes && ac.Verdict == No {
			t.Errorf("a ≤ b ≤ c, but %+v", ac)
		}
	})
}

// TestSpellingsMeanTheSame: order, repeats, and one statement for what several
// say.
func TestSpellingsMeanTheSame(t *testing.T) {
	exact := func(values string) string {
		return forTokens("Allow", `"StringEquals":{"{A}:sub":`+values+`,"{A}:aud":"sts.amazonaws.com"}`)
	}
	for name, pair := range map[string][2][]string{
		"a list of one":      {{exact(`"{sa}a:b"`)}, {exact(`["{sa}a:b"]`)}},
		"repeats":            {{exact(`"{sa}a:b"`)}, {exact(`["{sa}a:b","{sa}a:b"]`)}},
		"another order":      {{exact(`["{sa}a:b","{sa}c:d"]`)}, {exact(`["{sa}c:d","{sa}a:b"]`)}},
		"two statements":     {{exact(`["{sa}a:b","{sa}c:d"]`)}, {exact(`"{sa}c:d"`), exact(`"{sa}a:b"`)}},
		"twice the same":     {{exact(`"{sa}a:b"`)}, {exact(`"{sa}a:b"`), exact(`"{sa}a:b"`)}},
		"a pattern and more": {{forTokens("Allow", `"StringLike":{"{A}:sub":["{sa}a:*","{sa}a:b"]}`)}, {forTokens("Allow", `"StringLike":{"{A}:sub":"{sa}a:*"}`)}},
		"a name as pattern":  {{forTokens("Allow", `"StringLike":{"{A}:sub":"{sa}a:b"}`)}, {forTokens("Allow", `"StringEquals":{"{A}:sub":"{sa}a:b"}`)}},
		"case that none has": {{forTokens("Allow", `"StringEqualsIgnoreCase":{"{A}:sub":"{sa}A:B"}`)}, {forTokens("Allow", `"StringEquals":{"{A}:sub":"{sa}a:b"}`)}},
		"a Deny of the rest": {{forTokens("Allow", ``), forTokens("Deny", `"StringNotEquals":{"{A}:sub":"{sa}a:b"}`)}, {forTokens("Allow", `"StringEquals":{"{A}:sub":"{sa}a:b"}`)}},
		"unknown in order":   {{forTokens("Allow", `"StringEquals":{"aws:username":["a","b"],"aws:SourceIp":"c"}`)}, {forTokens("Allow", `"StringEquals":{"AWS:SourceIP":"c","aws:UserName":["b","a"]}`)}},
		"names of variables": {{forTokens("Allow", `"StringEquals":{"aws:PrincipalTag/y":["${aws:username}","${aws:x, 'A'}"]}`)}, {forTokens("Allow", `"StringEquals":{"aws:PrincipalTag/y":["${aws:X, 'A'}","${AWS:UserName}"]}`)}},
		"actions":            {{strings.Replace(exact(`"{sa}a:b"`), `"sts:AssumeRoleWithWebIdentity"`, `["sts:ASSUMErolewithwebidentity","sts:AssumeRole"]`, 1)}, {exact(`"{sa}a:b"`)}},
	} {
		a, b := asTrust(t, pair[0]...), asTrust(t, pair[1]...)
		if got := Same(a, b); got != Yes {
			t.Errorf("%s: %s, %+v and %+v", name, got, NothingMore(a, b), NothingMore(b, a))
		}
	}
}

// TestDefaultsOfVariablesAreToldApart, whose case counts.
func TestDefaultsOfVariablesAreToldApart(t *testing.T) {
	named := func(fallback string) *iam.Policy {
		return asTrust(t, forTokens("Allow", `"StringEquals":{"aws:PrincipalTag/y":"${aws:x, '`+fallback+`'}"}`))
	}
	if got := Same(named("a"), named("A")); got == Yes {
		t.Error("another default is taken for the same")
	}
}

func TestShuffledDocumentsMeanTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		statements := drawStatements(t, drawToken, 3)
		shuffled := append(rapid.Permutation(statements).Draw(t, "order"), one(t, statements, "twice"))
		if got := Same(asTrust(t, statements...), asTrust(t, shuffled...)); got != Yes {
			t.Errorf("%s: %q", got, statements)
		}
	})
}

// TestComparisonsBeyondTheBudget are unknown, and say so.
func TestComparisonsBeyondTheBudget(t *testing.T) {
	var tags, patterns []string
	for i := range mostOpaque + 1 {
		tags = append(tags, fmt.Sprintf(`"aws:PrincipalTag/%d":"x"`, i))
	}
	for i := range mostChoices {
		patterns = append(patterns, fmt.Sprintf(`"{sa}N%d:*"`, i))
	}
	tagged := func(subject string) *iam.Policy {
		return asTrust(t, forTokens("Allow", `"StringLike":{"{A}:sub":"`+subject+`"},"StringEquals":{`+strings.Join(tags, ",")+`}`))
	}
	wide := asTrust(t, forTokens("Allow", `"StringLike":{"{A}:sub":"*a`+strings.Repeat("?", 60)+`"}`))
	for name, pair := range map[string][2]*iam.Policy{
		"many unknown conditions":                     {tagged("{sa}a:*"), tagged("{sa}b:*")},
		"all that is not of one pattern, and none is": {asTrust(t, forTokens("Allow", `"StringLike":{"{A}:sub":"{sa}*a:`+strings.Repeat("?", 60)+`"}`)), wide},
	} {
		if more := NothingMore(pair[0], pair[1]); more.Verdict != Unknown || !slices.Contains(more.Grants[0].Unknown, errUndecided.Error()) {
			t.Errorf("%s: %+v", name, more)
		}
	}
	listed := asTrust(t, forTokens("Allow", `"StringLike":{"{A}:sub":[`+strings.Join(patterns, ",")+`,"{sa}a:*"]}`))
	if more := NothingMore(listed, asTrust(t, theOther())); more.Verdict != No || !slices.Equal(more.Grants[0].Unknown, []string{untold}) {
		t.Errorf("%+v", more)
	}
}

// TestGrantsSayWhatIsNew: all of a pattern, or something within it, and on what
// conditions of both policies that rests.
func TestGrantsSayWhatIsNew(t *testing.T) {
	tagged := func(conditions string) string {
		return forTokens("Allow", conditions+`,"StringEquals":{"aws:PrincipalTag/x":"a"}`)
	}
	like := func(subjects string) string { return `"StringLike":{"{A}:sub":[` + subjects + `]}` }
	const tag = "StringEquals aws:principaltag/x a"
	for name, test := range map[string]struct {
		a, b     []string
		patterns []string
		within   bool
		where    []string
	}{
		"all of it":                 {[]string{forTokens("Allow", like(`"{sa}a:*"`))}, []string{forTokens("Allow", like(`"{sa}b:*"`))}, []string{"{sa}a:*"}, false, nil},
		"one of several":            {[]string{forTokens("Allow", like(`"{sa}a:*","{sa}b:*"`))}, []string{forTokens("Allow", like(`"{sa}b:*"`))}, []string{"{sa}a:*"}, false, nil},
		"part of it":                {[]string{forTokens("Allow", like(`"{sa}a:*"`))}, []string{forTokens("Allow", like(`"{sa}a:x*"`))}, []string{"{sa}a:*"}, true, nil},
		"what a Deny took":          {[]string{forTokens("Allow", like(`"{sa}a:*"`))}, []string{forTokens("Allow", like(`"{sa}a:*"`)), forTokens("Deny", like(`"{sa}a:b"`))}, []string{"{sa}a:*"}, true, nil},
		"all but what a Deny takes": {[]string{forTokens("Allow", like(`"{sa}a:*"`)), forTokens("Deny", like(`"{sa}a:b"`))}, []string{forTokens("Allow", like(`"{sa}b:*"`))}, []string{"{sa}a:* but not {sa}a:b"}, false, nil},
		"where a tag is":            {[]string{tagged(like(`"{sa}a:*"`))}, []string{tagged(like(`"{sa}b:*"`))}, []string{"{sa}a:*"}, false, []string{tag}},
		"where a tag is not":        {[]string{forTokens("Allow", like(`"{sa}a:*"`)), tagged(like(`"{sa}c:*"`))}, []string{tagged(like(`"{sa}a:*"`))}, []string{"{sa}a:*"}, false, []string{"not " + tag}},
		"a Deny where a tag is": {[]string{forTokens("Allow", like(`"{sa}a:*"`)), forTokens("Deny", like(`"{sa}a:*"`)+`,"StringEquals":{"aws:PrincipalTag/x":"a"}`)},
			[]string{forTokens("Allow", like(`"{sa}a:b"`)), forTokens("Deny", like(`"{sa}a:*"`)+`,"StringEquals":{"aws:PrincipalTag/x":"a"}`)}, []string{"{sa}a:*"}, true, []string{"not " + tag}},
		"whatever two tags are": {[]string{forTokens("Allow", like(`"{sa}a:*"`)), tagged(like(`"{sa}b:x*"`)), forTokens("Allow", like(`"{sa}c:x*"`)+`,"StringEquals":{"aws:PrincipalTag/y":"a"}`)},
			[]string{tagged(like(`"{sa}b:*"`)), forTokens("Allow", like(`"{sa}c:*"`)+`,"StringEquals":{"aws:PrincipalTag/y":"a"}`)}, []string{"{sa}a:*"}, false, nil},
		"whatever a tag is": {[]string{forTokens("Allow", like(`"{sa}a:*"`)), tagged(like(`"{sa}b:*"`))}, []string{tagged(like(`"{sa}b:*"`))}, []string{"{sa}a:*"}, false, nil},
	} {
		more := NothingMore(asTrust(t, test.a...), asTrust(t, test.b...))
		var want []string
		for _, p := range test.patterns {
			want = append(want, written(p))
		}
		told := slices.ContainsFunc(more.Grants, func(g Grant) bool {
			return slices.Equal(g.Patterns, want) && g.Within == test.within && strings.Join(g.Where, ";") == strings.Join(test.where, ";")
		})
		if more.Verdict != No || !told || test.where == nil && len(more.Grants) != 1 {
			t.Errorf("%s: %+v, want %q within %t where %q", name, more, want, test.within, test.where)
		}
	}
}

// TestTokensOfEveryoneAreCompared, by any of their keys.
func TestTokensOfEveryoneAreCompared(t *testing.T) {
	everyone := func(conditions string) *iam.Policy {
		return asTrust(t, to(`"*"`, `"sts:AssumeRoleWithWebIdentity"`, conditions))
	}
	for _, pair := range [][2]string{
		{`"StringEquals":{"{A}:aud":"sts.amazonaws.com"}`, `"StringEquals":{"{A}:aud":"other"}`},
		{`"StringLike":{"{A}:SUB":"{sa}a:*"}`, `"StringLike":{"{A}:SUB":"{sa}b:*"}`},
	} {
		a, b := everyone(pair[0]), everyone(pair[1])
		if got := Same(a, b); got != Unknown {
			t.Errorf("%s and %s: %s", pair[0], pair[1], got)
		}
		if who := Who(a, Options{}); len(who.Providers) != 1 {
			t.Errorf("%s: %+v", pair[0], who)
		}
	}
	who := Who(everyone(""), Options{})
	if len(who.Principals) != 1 || !who.Principals[0].Possible || who.Principals[0].Certain || who.Principals[0].Action != iam.AssumeRoleWithWebIdentity {
		t.Errorf("without a condition: %+v", who)
	}
}
