package trust

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"podpass/internal/iam"
)

// The tests write {A} and {B} for two issuers, {PA} and {PB} for the ARNs of
// their providers, and {sa} for what all subjects begin with.
const (
	issuerA = "oidc.eks.eu-west-1.amazonaws.com/id/A"
	issuerB = "oidc.eks.eu-west-1.amazonaws.com/id/B"
	account = "111122223333"
	arnOf   = "arn:aws:iam::" + account + ":"
)

func written(text string) string {
	return strings.NewReplacer("{A}", issuerA, "{B}", issuerB, "{sa}", "system:serviceaccount:", "{arn}", arnOf,
		"{PA}", arnOf+"oidc-provider/"+issuerA, "{PB}", arnOf+"oidc-provider/"+issuerB).Replace(text)
}

// ofKind compiles a document of a kind and version.
func ofKind(t rapid.TB, kind iam.Kind, version string, statements ...string) *iam.Policy {
	t.Helper()
	text := written(`{"Version":"` + version + `","Statement":[` + strings.Join(statements, ",") + `]}`)
	doc, err := iam.Parse([]byte(text), kind)
	if err != nil {
		t.Fatalf("%v\n%.2000s", err, text)
	}
	return iam.Compile(doc)
}

func asTrust(t rapid.TB, statements ...string) *iam.Policy {
	t.Helper()
	return ofKind(t, iam.Trust, iam.Version2012, statements...)
}

// forTokens is a statement for tokens of issuer A, with the members of a Condition.
func forTokens(effect, conditions string) string {
	return `{"Effect":"` + effect + `","Principal":{"Federated":"{PA}"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{` + conditions + `}}`
}

// forPods is a statement for EKS Pod Identity.
func forPods(effect, actions, conditions string) string {
	return `{"Effect":"` + effect + `","Principal":{"Service":"pods.eks.amazonaws.com"},"Action":[` + actions + `],"Condition":{` + conditions + `}}`
}

const bothActions = `"sts:AssumeRole","sts:TagSession"`

// The universe of the properties is small, so that what is drawn meets often.
var (
	smallNames     = []string{"a", "b", "aa", "ab", "ba", "bb", "a-b"}
	smallAudiences = []string{"a", "b", DefaultAudience}
	openKeys       = []string{"aws:SourceIp", "aws:username", "aws:PrincipalTag/x"}
	openValues     = []string{"a", "b", "203.0.113.9"}
	subjectValues  = []string{"{sa}a:b", "{sa}a:a", "{sa}bb:aa", "{sa}a-b:b", "{sa}A:b", "{sa}a:*", "{sa}*:b", "{sa}?:a*", "{sa}*b:*a",
		"{sa}??:?", "{sa}a*", "{sa}*", "*", "*a", "*:b", "{sa}-*", "{sa}a.b:a", "a", "", "{A}", "${{A}:aud}", "{sa}${{A}:aud}:a", "{sa}${aws:username}:b",
		"{sa}${{A}:azp, 'a'}:b", "{sa}a:${aws:none, 'b'}", "${*}", "{sa}a:${*}", "${", "arn:aws:iam::1:a*", "system:serviceaccount:*:b:*:*", "5"}
	audienceValues = []string{"a", "b", "A", DefaultAudience, "sts.*", "*", "?", "${aws:username}", "{sa}a:b"}
	globalValues   = []string{"a", "b", "*", "a*", "203.0.113.0/24", "5", "true", "${{A}:sub}", "${aws:username}", "arn:aws:*:*:*:*"}
	textOperators  = []string{"StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"}
	rareOperators  = []string{"ArnLike", "ArnNotLike", "ArnEquals", "NumericEquals", "NumericNotEquals", "Bool", "IpAddress", "NotIpAddress", "BinaryEquals", "DateLessThan", "NoSuchOperator"}
)

func one[T any](t *rapid.T, from []T, label string) T { return rapid.SampledFrom(from).Draw(t, label) }

func often(t *rapid.T, label string) bool { return rapid.IntRange(0, 3).Draw(t, label) > 0 }

func drawOperator(t *rapid.T) string {
	if rapid.IntRange(0, 9).Draw(t, "null") == 0 {
		return one(t, []string{"Null", "Null", "ForAllValues:Null", "ForAnyValue:Null"}, "quantifier of Null")
	}
	name := one(t, textOperators, "operator")
	if !often(t, "common operator") {
		name = one(t, rareOperators, "operator")
	}
	if !often(t, "no quantifier") {
		name = one(t, []string{"ForAllValues:", "ForAnyValue:"}, "quantifier") + name
	}
	if !often(t, "no suffix") {
		name += "IfExists"
	}
	return name
}

// drawConditions draws the members of a Condition on keys that have values of
// their own.
func drawConditions(t *rapid.T, keys map[string][]string, most int) string {
	all := map[string]map[string][]string{}
	for range rapid.IntRange(0, most).Draw(t, "conditions") {
		operator, key := drawOperator(t), one(t, slices.Sorted(maps.Keys(keys)), "key")
		values := keys[key]
		if operator == "Null" {
			values = []string{"true", "false", "a"}
		}
		if all[operator] == nil {
			all[operator] = map[string][]string{}
		}
		all[operator][key] = rapid.SliceOfN(rapid.SampledFrom(values), 1, 3).Draw(t, "values")
	}
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Trim(string(text), "{}") + strings.Repeat("}", min(len(all), 1))
}

// keysOfTokens are what conditions of trusts for tokens ask about.
func keysOfTokens() map[string][]string {
	keys := map[string][]string{"{A}:sub": subjectValues, "{A}:aud": audienceValues,
		"{B}:sub": subjectValues, "{A}:azp": {"a", "*"}}
	for _, key := range openKeys {
		keys[key] = globalValues
	}
	return keys
}

func drawToken(t *rapid.T) string {
	effect, principal := "Allow", `{"Federated":"{PA}"}`
	if !often(t, "allow") {
		effect = "Deny"
	}
	if !often(t, "plain principal") {
		principal = one(t, []string{`"*"`, `{"AWS":"*"}`, `{"Federated":["{PA}","{PB}"]}`, `{"Federated":"{PB}"}`, `{"Federated":"{arn}oidc-provider/*"}`, `{"AWS":"111122223333"}`}, "principal")
	}
	action := "sts:AssumeRoleWithWebIdentity"
	if !often(t, "plain action") {
		action = one(t, []string{"sts:*", "sts:assumerolewith*", "sts:TagSession", "*", "sts:AssumeRole"}, "action")
	}
	return fmt.Sprintf(`{"Effect":%q,"Principal":%s,"Action":%q,"Condition":{%s}}`, effect, principal, action, drawConditions(t, keysOfTokens(), 3))
}

// drawStatements draws what documents of at least one statement are made of.
func drawStatements(t *rapid.T, draw func(*rapid.T) string, most int) []string {
	all := make([]string, rapid.IntRange(1, most).Draw(t, "statements"))
	for i := range all {
		all[i] = draw(t)
	}
	return all
}

// smallSubjects are all subjects of the small universe.
func smallSubjects() (all []string) {
	for _, account := range smallAccounts() {
		all = append(all, "system:serviceaccount:"+strings.Replace(account, "/", ":", 1))
	}
	return all
}

func smallAccounts() (all []string) {
	for _, namespace := range smallNames {
		for _, name := range append([]string{"a.b"}, smallNames...) {
			all = append(all, namespace+"/"+name)
		}
	}
	return all
}

func TestVerdictsAreNamed(t *testing.T) {
	for v, want := range map[Verdict]string{No: "no", Unknown: "unknown", Yes: "yes"} {
		if got := v.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
