package trust

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"podpass/internal/iam"
	"podpass/internal/iam/glob"
)

// only is the admission of issuer A.
func only(t rapid.TB, p *iam.Policy, o Options) Admission {
	t.Helper()
	o.Providers = []string{"https://" + issuerA}
	answer := Who(p, o)
	for _, a := range answer.Providers {
		if a.ARN == arnOf+"oidc-provider/"+issuerA {
			return a
		}
	}
	t.Fatalf("no answer for %s: %+v", issuerA, answer)
	return Admission{}
}

// best is the best decision for a subject of a provider over the audiences.
func best(t rapid.TB, p *iam.Policy, a *Admission, subject string) iam.Decision {
	t.Helper()
	d := iam.DecideDeny
	for _, audience := range a.Audiences {
		ctx := contextOf(nil, a.Provider+":sub", subject, a.Provider+":aud", audience)
		d = max(d, p.Decide(iam.NewRequest(parsed(t, a.ARN), iam.AssumeRoleWithWebIdentity, "", ctx)))
	}
	return d
}

// TestWhoAgreesWithDecide asks the search and the evaluation the same: for all
// subjects of the small universe, and for the witnesses.
func TestWhoAgreesWithDecide(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		statements := drawStatements(t, drawToken, 3)
		p := asTrust(t, statements...)
		audiences := rapid.SliceOfNDistinct(rapid.SampledFrom(smallAudiences), 1, 2, rapid.ID).Draw(t, "audiences")
		accounts := smallAccounts()
		if rapid.Bool().Draw(t, "many accounts") { // which are asked about another way
			accounts = append(accounts, accounts...)
		}
		a := only(t, p, Options{Audiences: audiences, Accounts: accounts})
		t.Logf("%s", iam.Print(p.Document(), ""))
		if len(a.Undecided) > 0 {
			t.Fatalf("undecided: %+v", a)
		}
		checkWitnesses(t, p, &a)
		checkSmall(t, &a, func(namespace, name string) iam.Decision {
			return best(t, p, &a, "system:serviceaccount:"+namespace+":"+name)
		})
	})
}

// checkWitnesses: each exists, and is admitted as truly as the set it is of.
func checkWitnesses(t rapid.TB, p *iam.Policy, a *Admission) {
	t.Helper()
	want := iam.DecideUnknown
	if len(a.Certain.Patterns) > 0 {
		want = iam.DecideAllow
	}
	for _, w := range a.Witnesses {
		if !glob.ServiceAccounts().Contains(w) {
			t.Errorf("%s is no subject", w)
		}
		if got := best(t, p, a, w); got < want {
			t.Errorf("witness %s: %s", w, got)
		}
	}
	if empty := len(a.Witnesses) == 0; empty != a.Empty && len(a.Undecided) == 0 {
		t.Errorf("witnesses %q, empty %t", a.Witnesses, a.Empty)
	}
}

// checkSmall compares an admission with the decisions on all accounts of the
// small universe, which must have been asked for.
func checkSmall(t rapid.TB, a *Admission, decide func(namespace, name string) iam.Decision) {
	t.Helper()
	for _, account := range smallAccounts() {
		namespace, name, _ := strings.Cut(account, "/")
		subject := "system:serviceaccount:" + namespace + ":" + name
		d := decide(namespace, name)
		checkSet(t, &a.Certain, account, subject, d == iam.DecideAllow)
		checkSet(t, &a.Possible, account, subject, d != iam.DecideDeny)
		if d != iam.DecideDeny && a.Empty {
			t.Errorf("%s is admitted, but the set is empty", subject)
		}
	}
}

// checkSet: an account is listed where it is in the set, some pattern covers
// it then, and no pattern without a qualifier does else.
func checkSet(t rapid.TB, s *Set, account, subject string, in bool) {
	t.Helper()
	if got := slices.Contains(s.Accounts, account); got != in {
		t.Fatalf("%s is listed: %t, decided: %t", account, got, in)
	}
	covered := false
	for _, p := range s.Patterns {
		head, _, narrowed := strings.Cut(p, " and ")
		head, _, less := strings.Cut(head, " but not ")
		fits := glob.Parse(head).Match(subject)
		covered = covered || fits
		if fits && !narrowed && !less && !in {
			t.Fatalf("%s fits %q, but is not in the set", subject, p)
		}
	}
	if in && !covered {
		t.Fatalf("%s is in the set, but fits none of %q", subject, s.Patterns)
	}
}

// TestWhoOfOddDocuments: how subjects end, and what no document should hold.
func TestWhoOfOddDocuments(t *testing.T) {
	long := func(n int) string { return strings.Repeat("n", n) }
	some := func(n int, format string) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf("%q", fmt.Sprintf(format, i)))
		}
		return "[" + strings.Join(all, ",") + "]"
	}
	const undecided, more = "states", "more patterns"
	for _, test := range []struct {
		name, conditions string
		empty            bool
		witness, not     string // not: in Undecided
	}{
		{"no condition", ``, false, "{sa}a:a", ""},
		{"a star that is none", `"StringEquals":{"{A}:sub":"{sa}a:*"}`, true, "", ""},
		{"a star that is none, beside what is not known", `"StringEquals":{"{A}:sub":["*","{sa}${aws:username}:b"]}`, false, "{sa}a:b", ""},
		{"upper case", `"StringLike":{"{A}:sub":"{sa}Shop:*"}`, true, "", ""},
		{"upper case that is ignored", `"StringEqualsIgnoreCase":{"{A}:sub":"{sa}Shop:Cart"}`, false, "{sa}shop:cart", ""},
		{"a dead one in any case, beside one that lives", `"StringEqualsIgnoreCase":{"{A}:sub":["{sa}-X:a","{sa}A:b"]}`, false, "{sa}a:b", ""},
		{"a letter that folds to k", `"StringEqualsIgnoreCase":{"{A}:sub":"{sa}\u212a:a"}`, false, "{sa}k:a", ""},
		{"letters of no name", `"StringLike":{"{A}:sub":"{sa}\u00e4*:a"}`, true, "", ""},
		{"an empty value", `"StringLike":{"{A}:sub":""}`, true, "", ""},
		{"an empty value that is denied", `"StringNotEquals":{"{A}:sub":""}`, false, "{sa}a:a", ""},
		{"a star across the colon", `"StringLike":{"{A}:sub":"{sa}sho*art"}`, false, "{sa}sho:art", ""},
		{"a star across all", `"StringLike":{"{A}:sub":"s*:b"}`, false, "{sa}a:b", ""},
		{"a name too many", `"StringLike":{"{A}:sub":"{sa}a:b:*"}`, true, "", ""},
		{"the longest namespace", `"StringEquals":{"{A}:sub":"{sa}` + long(63) + `:a"}`, false, "{sa}" + long(63) + ":a", ""},
		{"a longer namespace", `"StringLike":{"{A}:sub":"{sa}` + long(64) + `:*"}`, true, "", ""},
		{"the longest name", `"StringEquals":{"{A}:sub":"{sa}a:` + long(253) + `"}`, false, "{sa}a:" + long(253), ""},
		{"a longer name", `"StringLike":{"{A}:sub":"{sa}a:` + long(254) + `*"}`, true, "", ""},
		{"names that end by a dash", `"StringLike":{"{A}:sub":["{sa}a-:*","{sa}-a:*","{sa}*:a..b","{sa}a:.*"]}`, true, "", ""},
		{"sixty of any", `"StringLike":{"{A}:sub":"*a` + strings.Repeat("?", 60) + `"}`, false, "", ""},
		{"all but sixty of any", `"StringNotLike":{"{A}:sub":"*a` + strings.Repeat("?", 60) + `"}`, false, "{sa}a:a", undecided},
		{"dead by sixty of any", `"StringEquals":{"{A}:sub":"{sa}A:b"},"StringNotLike":{"{A}:sub":"*a` + strings.Repeat("?", 60) + `"}`, true, "", ""},
		{"a thousand patterns", `"StringLike":{"{A}:sub":` + some(1000, "{sa}ns%d:*") + `}`, false, "{sa}ns0:a", ""},
		{"more, of which the last lives", `"StringLike":{"{A}:sub":` + strings.Replace(some(1200, "{sa}N%d:*"), "N1199", "n", 1) + `}`, false, "{sa}n:a", more},
		{"the audience of another", `"StringEquals":{"{A}:aud":"a"}`, true, "", ""},
		{"a subject that is an audience", `"StringEquals":{"{A}:sub":"${{A}:aud}"}`, true, "", ""},
		{"keys of no token", `"StringEquals":{"https://{A}:sub":"{sa}a:b"}`, true, "", ""},
		{"keys of no token, if they exist", `"StringEqualsIfExists":{"{B}:sub":"{sa}a:b"}`, false, "{sa}a:a", ""},
	} {
		p := asTrust(t, forTokens("Allow", test.conditions))
		a := only(t, p, Options{})
		checkWitnesses(t, p, &a)
		if a.Empty != test.empty || test.witness != "" && !slices.Contains(a.Witnesses, written(test.witness)) {
			t.Errorf("%s: empty %t, witnesses %.200q", test.name, a.Empty, a.Witnesses)
		}
		if said := strings.Join(a.Undecided, "; "); (test.not == "") != (said == "") || !strings.Contains(said, test.not) {
			t.Errorf("%s: undecided %q, want %q", test.name, said, test.not)
		}
	}
}

// TestPatternsSayWhatNarrowsThem: what is certain by all that may take away, and
// what is possible by what does.
func TestPatternsSayWhatNarrowsThem(t *testing.T) {
	like := func(effect, operator, value string) string {
		return forTokens(effect, `"`+operator+`":{"{A}:sub":`+value+`}`)
	}
	for name, test := range map[string]struct {
		statements        []string
		certain, possible []string
	}{
		"two of one statement": {[]string{forTokens("Allow", `"StringLike":{"{A}:sub":"{sa}a:*"},"StringNotLike":{"{A}:sub":["{sa}a:b*","{sa}*:c"]}`)},
			[]string{"{sa}a:* but not ({sa}a:b* or {sa}*:c)"}, []string{"{sa}a:* but not ({sa}a:b* or {sa}*:c)"}},
		"two lists": {[]string{forTokens("Allow", `"StringLike":{"{A}:sub":"{sa}*:a"},"StringLikeIfExists":{"{A}:sub":["{sa}a*:*","{sa}b*:*"]}`)},
			[]string{"{sa}*:a and ({sa}a*:* or {sa}b*:*)"}, []string{"{sa}*:a and ({sa}a*:* or {sa}b*:*)"}},
		"a Deny": {[]string{like("Allow", "StringLike", `"{sa}a:*"`), like("Deny", "StringEquals", `"{sa}a:b"`)},
			[]string{"{sa}a:* but not {sa}a:b"}, []string{"{sa}a:* but not {sa}a:b"}},
		"a Deny of all others": {[]string{like("Allow", "StringLike", `"{sa}*"`), like("Deny", "StringNotLike", `"{sa}a:*"`)},
			[]string{"{sa}a:*"}, []string{"{sa}a:*"}},
		"a Deny of all others, across": {[]string{like("Allow", "StringLike", `"{sa}*:a"`), like("Deny", "StringNotLike", `["{sa}a*:*","{sa}b*:*"]`)},
			[]string{"{sa}*:a and ({sa}a*:* or {sa}b*:*)"}, []string{"{sa}*:a and ({sa}a*:* or {sa}b*:*)"}},
		"a Deny of all but one name": {[]string{like("Allow", "StringLike", `"{sa}*"`), like("Deny", "StringNotEquals", `"{sa}shop:cart"`)},
			[]string{"{sa}shop:cart"}, []string{"{sa}shop:cart"}},
		"a Deny of all but some names": {[]string{like("Allow", "StringLike", `"{sa}s*"`), like("Deny", "StringNotEquals", `["{sa}shop:cart","{sa}a:b"]`)},
			[]string{"{sa}shop:cart"}, []string{"{sa}shop:cart"}},
		"a Deny of all others, for somebody": {[]string{like("Allow", "StringLike", `"{sa}*:*"`), forTokens("Deny", `"StringNotLike":{"{A}:sub":"{sa}a:*","aws:username":"x"}`)},
			[]string{"{sa}*:* and {sa}a:*"}, []string{"{sa}*:*"}},
		"a Deny of what is neither, for somebody": {[]string{like("Allow", "StringLike", `"{sa}*:*"`), forTokens("Deny", `"StringNotLike":{"{A}:sub":"{sa}a:*","aws:username":"x"},"StringNotEquals":{"{A}:sub":"{sa}b:b"}`)},
			[]string{"{sa}*:* and ({sa}a:* or {sa}b:b)"}, []string{"{sa}*:*"}},
		"a Deny of part of a part": {[]string{like("Allow", "StringLike", `"{sa}a:*"`), forTokens("Deny", `"StringLike":{"{A}:sub":"{sa}a:b*"},"StringNotLike":{"{A}:sub":"{sa}a:ba*"}`)},
			[]string{"{sa}a:* but not {sa}a:b* with not {sa}a:ba*"}, []string{"{sa}a:* but not {sa}a:b* with not {sa}a:ba*"}},
		"a star that is none": {[]string{like("Allow", "StringLike", `"{sa}*"`), like("Deny", "StringEquals", `["{sa}kube-system:*","{sa}a:b"]`)},
			[]string{"{sa}* but not {sa}a:b"}, []string{"{sa}* but not {sa}a:b"}},
		"a variable in a pattern": {[]string{like("Allow", "StringLike", `"{sa}${aws:PrincipalTag/ns}:a*"`)},
			nil, []string{"{sa}*:a*"}},
		"not a variable in a text": {[]string{like("Allow", "StringNotEquals", `"{sa}x${aws:PrincipalTag/ns}:a"`)},
			[]string{"{sa}* but not what is not known"}, []string{"{sa}*"}},
		"a name in any case": {[]string{forTokens("Allow", `"StringLike":{"{A}:sub":"{sa}*"},"StringNotEqualsIgnoreCase":{"{A}:sub":["{sa}A:b","{sa}A:*"]}`)},
			[]string{"{sa}* but not {sa}a:b"}, []string{"{sa}* but not {sa}a:b"}},
		"a Deny that is not known": {[]string{like("Allow", "StringLike", `"{sa}a:*"`), like("Deny", "StringEquals", `"{sa}a:b"`),
			forTokens("Deny", `"StringEquals":{"{A}:sub":"{sa}a:c","aws:username":"x"}`)},
			[]string{"{sa}a:* but not {sa}a:b but not {sa}a:c"}, []string{"{sa}a:* but not {sa}a:b"}},
		"a Deny of somebody": {[]string{like("Allow", "StringLike", `"{sa}a:*"`), like("Deny", "StringEquals", `"{sa}a:b"`), like("Deny", "StringEquals", `"${aws:username}"`)},
			nil, []string{"{sa}a:* but not {sa}a:b"}},
		"somebody beside": {[]string{forTokens("Allow", `"StringLike":{"{A}:sub":"{sa}a:*"},"StringEquals":{"{A}:sub":["{sa}a:a","${aws:username}"]},"StringNotEquals":{"{A}:sub":"{sa}a:b"}`)},
			[]string{"{sa}a:a"}, []string{"{sa}a:* and ({sa}a:a or what is not known) but not {sa}a:b"}},
	} {
		a := only(t, asTrust(t, test.statements...), Options{})
		for set, want := range map[*Set][]string{&a.Certain: test.certain, &a.Possible: test.possible} {
			for i := range want {
				want[i] = written(want[i])
			}
			if !slices.Equal(set.Patterns, want) && len(set.Patterns)+len(want) > 0 {
				t.Errorf("%s: %q, want %q", name, set.Patterns, want)
			}
		}
	}
}

// TestWhoOfManyStatements: beyond what IAM takes, the first are told.
func TestWhoOfManyStatements(t *testing.T) {
	var all []string
	for i := range mostTerms + 1 {
		all = append(all, forTokens("Allow", fmt.Sprintf(`"StringEquals":{"{A}:sub":"{sa}N%d:app"}`, i)))
	}
	a := only(t, asTrust(t, all...), Options{})
	if a.Empty || len(a.Undecided) != 1 {
		t.Errorf("%+v", a)
	}
	if more := NothingMore(asTrust(t, all...), asTrust(t, forTokens("Deny", ``))); more.Verdict != Unknown {
		t.Errorf("%s", more.Verdict)
	}
}

// TestIndexedAccounts: many accounts are asked about with an index of patterns.
func TestIndexedAccounts(t *testing.T) {
	p := asTrust(t, forTokens("Allow", `"StringLike":{"{A}:sub":["{sa}a:*","{sa}b*:a","{sa}*:bb","{sa}?-?:b"]}`))
	var many []string
	for range 3 {
		many = append(many, smallAccounts()...)
	}
	few := only(t, p, Options{Accounts: smallAccounts()}).Certain.Accounts
	if got := slices.Compact(only(t, p, Options{Accounts: many}).Certain.Accounts); !slices.Equal(got, few) || len(few) == 0 {
		t.Errorf("got %q, want %q", got, few)
	}
}

// TestProvidersAskedAbout: those of clusters that the trust names, or those that
// were named.
func TestProvidersAskedAbout(t *testing.T) {
	hub := "token.actions.githubusercontent.com"
	p := asTrust(t, forTokens("Allow", ``), to(`{"Federated":["{arn}oidc-provider/`+hub+`","{PB}"]}`, `"sts:*"`, ``),
		to(`"*"`, `"sts:AssumeRoleWithWebIdentity"`, `"StringEquals":{"issuer.example:sub":"{sa}a:b"}`))
	for _, test := range []struct{ asked, want []string }{
		{nil, []string{"issuer.example", issuerA, issuerB}},
		{[]string{"https://" + issuerA, "other.example"}, []string{issuerA, "other.example"}},
		{[]string{hub}, []string{hub}},
	} {
		var got []string
		for _, a := range Who(p, Options{Providers: test.asked}).Providers {
			got = append(got, a.Provider)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("asked for %q: %q", test.asked, got)
		}
	}
	if a := Who(asTrust(t, theOther()), Options{Providers: []string{issuerA}}).Providers[0]; a.ARN != written("{PA}") || !a.Empty {
		t.Errorf("of a trust that names no provider: %+v", a)
	}
}

// FuzzWho: whatever the trust, there is an answer, and its witnesses are let in.
func FuzzWho(f *testing.F) {
	for _, conditions := range []string{``, `"StringLike":{"{A}:sub":["{sa}a:*","*b"]}`, `"StringNotEquals":{"{A}:sub":"{sa}a:b"}`,
		`"ForAllValues:ArnLike":{"{A}:sub":"a:*"},"Null":{"{A}:aud":"false"}`} {
		f.Add(written(`{"Statement":[` + forTokens("Allow", conditions) + `]}`))
	}
	f.Add(written(`{"Version":"2012-10-17","Statement":[` + forPods("Allow", bothActions, `"StringLike":{"aws:RequestTag/kubernetes-namespace":"a*"}`) + `,` + to(`"*"`, `"*"`, ``) + `]}`))
	f.Fuzz(func(t *testing.T, text string) {
		doc, err := iam.Parse([]byte(text), iam.Trust)
		if err != nil {
			return
		}
		p := iam.Compile(doc)
		for _, a := range Who(p, Options{}).Providers {
			if len(a.Certain.Patterns) > 0 { // what is possible may hang on two keys at once
				checkWitnesses(t, p, &a)
			}
		}
		if more := NothingMore(p, p); more.Verdict == No {
			t.Errorf("more than itself: %+v", more)
		}
	})
}

// TestLongListsAreCutShort: what a qualifier names is told up to a number, each
// once, and such as no service account has not at all.
func TestLongListsAreCutShort(t *testing.T) {
	var values []string
	for i := range mostTexts + 20 {
		values = append(values, fmt.Sprintf(`"{sa}n%03d:x","{sa}N%03d:x","{sa}n%03d:x"`, i, i, i))
	}
	p := asTrust(t, forTokens("Allow", ""), forTokens("Deny", `"StringEqualsIgnoreCase":{"{A}:sub":[`+strings.Join(values, ",")+`]}`))
	got := only(t, p, Options{}).Certain.Patterns
	if len(got) != 1 || strings.Count(got[0], " or ") != mostTexts || !strings.HasSuffix(got[0], " or up to 62 more)") || strings.Contains(got[0], "N0") {
		t.Errorf("%q", got)
	}
}

// TestNullWithASetOperatorIsAConstant, whatever the key.
func TestNullWithASetOperatorIsAConstant(t *testing.T) {
	for conditions, empty := range map[string]bool{
		`"ForAllValues:Null":{"{A}:sub":"true"}`: false, `"ForAllValues:Null":{"{A}:sub":"false"}`: false,
		`"ForAnyValue:Null":{"{A}:sub":"false"}`: true, `"ForAnyValue:Null":{"{A}:sub":"true"}`: true,
		`"Null":{"{A}:sub":"true"}`: true, `"Null":{"{A}:sub":"false"}`: false,
	} {
		if got := only(t, asTrust(t, forTokens("Allow", conditions)), Options{}); got.Empty != empty {
			t.Errorf("%s: empty %t", conditions, got.Empty)
		}
	}
}
