package trust

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"podpass/internal/iam"
	"podpass/internal/iam/glob"
)

// pod is what EKS Pod Identity says of one.
type pod struct{ cluster, clusterName, name, uid, namespace, account string }

const clusterA = "arn:aws:eks:eu-west-1:111122223333:cluster/a"

// admits decides as AWS does for a pod: sts:AssumeRole with sts:TagSession. What
// is empty is not asked about.
func (d pod) admits(p *iam.Policy) iam.Decision {
	ctx := &iam.Context{OpenGlobals: true}
	for key, value := range map[string]string{tagCluster: d.cluster, tagName: d.clusterName, tagPod: d.name,
		tagUID: d.uid, tagNamespace: d.namespace, tagAccount: d.account} {
		if value != "" {
			ctx.Add(key, value)
		}
	}
	if d.cluster != "" {
		ctx.Add("aws:SourceArn", d.cluster)
	}
	caller, _ := iam.ParseCaller(iam.PodIdentity)
	access := iam.Access{Request: iam.NewRequest(caller, iam.AssumeRole, "", ctx), Resource: p}
	return access.Decide()
}

// told is how subjectOfTags writes a pod. What follows a word may be no text of
// the one before, but for the uid, which comes last.
var told = regexp.MustCompile(`(?s)^system:serviceaccount:([^:]*):([^ ]*)(?: in ([^ ]*:[^ ]*(?: in any case)?))?(?: in cluster ([^ ]*(?: in any case)?))?(?: in pod ([^ ]*))?(?: in pod of uid (.*))?$`)

// read reads a pod as it was told.
func read(t rapid.TB, text string) pod {
	t.Helper()
	m := told.FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("%q tells no pod", text)
	}
	return pod{namespace: m[1], account: m[2], cluster: m[3], clusterName: m[4], name: m[5], uid: m[6]}
}

// some gives the pod the names that were not told, since nobody asks for them.
func (d pod) some() pod {
	for field, value := range map[*string]string{&d.cluster: clusterA, &d.clusterName: "a", &d.name: "a-1", &d.uid: "0-1"} {
		if *field == "" {
			*field = value
		}
	}
	return d
}

// keysOfPods are what conditions of trusts for EKS Pod Identity ask about.
func keysOfPods() map[string][]string {
	parts := []string{"a", "b", "aa", "a*", "*b", "?", "?-b", "*", "A", "${aws:username}", ""}
	return map[string][]string{
		tagNamespace: parts, tagAccount: parts, tagPod: parts, tagName: parts, tagUID: {"a*", "0-?", "x", "*"},
		"aws:SourceArn": {clusterA, "arn:aws:eks:*:111122223333:cluster/*", "arn:*/b"},
		tagCluster:      {clusterA, "arn:aws:eks:*:111122223333:cluster/*", "arn:aws:eks:eu-west-1:*", "*", "arn:*:cluster/b", "a"},
		"aws:SourceIp":  globalValues, "test:none": {"a", "*"},
	}
}

func drawPods(t *rapid.T) string {
	effect, actions := "Allow", bothActions
	if !often(t, "allow") {
		effect = "Deny"
	}
	if !often(t, "both actions") {
		actions = one(t, []string{`"sts:AssumeRole"`, `"sts:TagSession"`, `"sts:*"`}, "actions")
	}
	return forPods(effect, actions, drawConditions(t, keysOfPods(), 3))
}

// podsOf is what Who says of EKS Pod Identity.
func podsOf(t rapid.TB, p *iam.Policy, o Options) *Principal {
	t.Helper()
	for _, one := range Who(p, o).Principals {
		if one.Principal == iam.PodIdentity {
			return &one
		}
	}
	t.Fatalf("nothing is said of %s", iam.PodIdentity)
	return nil
}

// TestPodsAgreeWithDecide asks the search and the evaluation the same.
func TestPodsAgreeWithDecide(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := asTrust(t, append([]string{forPods("Allow", `"sts:AssumeRole"`, `"StringEquals":{"test:none":"a"}`)}, drawStatements(t, drawPods, 3)...)...)
		t.Logf("%s", iam.Print(p.Document(), ""))
		said := podsOf(t, p, Options{Accounts: smallAccounts()})
		a := said.Pods
		if len(a.Undecided) > 0 {
			t.Fatalf("undecided: %+v", a)
		}
		if said.Possible == a.Empty || said.Certain != (len(a.Certain.Patterns) > 0) {
			t.Errorf("certain %t, possible %t, but %+v", said.Certain, said.Possible, a)
		}
		checkPodWitnesses(t, p, a)
		for _, account := range smallAccounts() {
			checkPod(t, p, a, account)
		}
		if got := withoutTags(nil).decide(p).String(); said.Untagged != got {
			t.Errorf("without session tags: %s, decided: %s", said.Untagged, got)
		}
	})
}

func checkPodWitnesses(t rapid.TB, p *iam.Policy, a *Admission) {
	t.Helper()
	for _, w := range a.Witnesses {
		d := read(t, w).some()
		if !glob.ServiceAccounts().Contains("system:serviceaccount:"+d.namespace+":"+d.account) || !clusters().Contains(d.cluster) {
			t.Errorf("%q is no pod", w)
		}
		if got := d.admits(p); got == iam.DecideDeny || len(a.Certain.Patterns) > 0 && got != iam.DecideAllow {
			t.Errorf("witness %q: %s", w, got)
		}
	}
}

// checkPod compares an admission with the decisions on pods of one account.
func checkPod(t rapid.TB, p *iam.Policy, a *Admission, account string) {
	t.Helper()
	namespace, name, _ := strings.Cut(account, "/")
	open := pod{namespace: namespace, account: name}
	d := open.admits(p)
	if a.Empty {
		d = iam.DecideDeny // by what clusters and names there can be, which this does not ask about
	}
	if got, want := slices.Contains(a.Certain.Accounts, account), d == iam.DecideAllow; got != want {
		t.Fatalf("%s is certain: %t, decided: %s", account, got, d)
	}
	if got, want := slices.Contains(a.Possible.Accounts, account), d != iam.DecideDeny; got != want {
		t.Fatalf("%s is possible: %t, decided: %s", account, got, d)
	}
	for _, cluster := range []string{"a", "b"} {
		full := open
		full.cluster, full.clusterName = strings.TrimSuffix(clusterA, "a")+cluster, cluster
		full = full.some()
		d := full.admits(p)
		covered(t, a.Certain.Patterns, full, d == iam.DecideAllow)
		covered(t, a.Possible.Patterns, full, d != iam.DecideDeny)
		if d != iam.DecideDeny && a.Empty {
			t.Fatalf("%+v is admitted, but the set is empty", full)
		}
	}
}

// covered: a pod that is in the set fits some pattern by its head, and one that
// is not fits none that has no qualifier.
func covered(t rapid.TB, patterns []string, d pod, in bool) {
	t.Helper()
	fits := func(pattern, value string) bool {
		folded, ok := strings.CutSuffix(pattern, " in any case")
		return pattern == "" || ok && strings.EqualFold(folded, value) || glob.Parse(pattern).Match(value)
	}
	found := false
	for _, text := range patterns {
		head, _, narrowed := strings.Cut(text, " and ")
		head, _, less := strings.Cut(head, " but not ")
		p := read(t, head)
		all := fits(p.namespace, d.namespace) && fits(p.account, d.account) && fits(p.cluster, d.cluster) &&
			fits(p.clusterName, d.clusterName) && fits(p.name, d.name) && fits(p.uid, d.uid)
		found = found || all
		if all && !narrowed && !less && !in {
			t.Fatalf("%+v fits %q, but is not in the set", d, text)
		}
	}
	if in && !found {
		t.Fatalf("%+v is in the set, but fits none of %q", d, patterns)
	}
}

// TestPodsOfOddTrusts: both actions must be allowed, whatever allows them.
func TestPodsOfOddTrusts(t *testing.T) {
	shop := `"StringEquals":{"aws:RequestTag/kubernetes-namespace":"shop"}`
	cart := `"StringLike":{"aws:RequestTag/kubernetes-service-account":"cart*"}`
	for _, test := range []struct {
		name       string
		statements []string
		patterns   []string
	}{
		{"one statement", []string{forPods("Allow", bothActions, "")}, []string{"{sa}*:*"}},
		{"no tags", []string{forPods("Allow", `"sts:AssumeRole"`, "")}, nil},
		{"tags alone", []string{forPods("Allow", `"sts:TagSession"`, "")}, nil},
		{"two statements", []string{forPods("Allow", `"sts:AssumeRole"`, ""), forPods("Allow", `"sts:TagSession"`, "")}, []string{"{sa}*:*"}},
		{"tags of one namespace", []string{forPods("Allow", `"sts:AssumeRole"`, cart), forPods("Allow", `"sts:TagSession"`, shop)}, []string{"{sa}shop:cart*"}},
		{"tags of another", []string{forPods("Allow", `"sts:AssumeRole"`, `"StringEquals":{"aws:RequestTag/kubernetes-namespace":"a"}`), forPods("Allow", `"sts:TagSession"`, shop)}, nil},
		{"tags that are denied", []string{forPods("Allow", bothActions, shop), forPods("Deny", `"sts:TagSession"`, cart)}, []string{"{sa}shop:* but not account cart*"}},
		{"half by one, half by two", []string{forPods("Allow", bothActions, shop), forPods("Allow", `"sts:AssumeRole"`, cart)}, []string{"{sa}shop:*"}},
		{"a cluster", []string{forPods("Allow", bothActions, `"ArnLike":{"aws:RequestTag/eks-cluster-arn":"arn:aws:eks:*:111122223333:cluster/prod"}`)},
			[]string{"{sa}*:* in arn:aws:eks:*:111122223333:cluster/prod"}},
		{"a cluster in any case", []string{forPods("Allow", bothActions, `"StringEqualsIgnoreCase":{"aws:RequestTag/eks-cluster-name":"Prod"}`)}, []string{"{sa}*:* in cluster Prod in any case"}},
		{"an account in any case", []string{forPods("Allow", bothActions, `"StringEqualsIgnoreCase":{"aws:RequestTag/kubernetes-service-account":"Cart"}`)}, []string{"{sa}*:cart"}},
		{"a deleted pod", []string{forPods("Allow", bothActions, `"StringEquals":{"aws:RequestTag/kubernetes-pod-uid":"web-1"}`)}, nil},
		{"a cluster that is none", []string{forPods("Allow", bothActions, `"StringLike":{"aws:RequestTag/eks-cluster-arn":"prod*"}`)}, nil},
	} {
		p := asTrust(t, test.statements...)
		said := podsOf(t, p, Options{})
		var want []string
		for _, pattern := range test.patterns {
			want = append(want, written(pattern))
		}
		if got := said.Pods.Certain.Patterns; !slices.Equal(got, want) && len(got)+len(want) > 0 || said.Certain != (want != nil) || said.Pods.Empty != (want == nil) {
			t.Errorf("%s: %+v, want %q", test.name, said.Pods, want)
		}
		checkPodWitnesses(t, p, said.Pods)
	}
}

// TestManyPairsOfStatements: more than are told leave it undecided.
func TestManyPairsOfStatements(t *testing.T) {
	var all []string
	for i := range 20 {
		condition := fmt.Sprintf(`"StringEquals":{"aws:RequestTag/kubernetes-namespace":"N%d"}`, i)
		all = append(all, forPods("Allow", `"sts:AssumeRole"`, condition), forPods("Allow", `"sts:TagSession"`, condition))
	}
	if said := podsOf(t, asTrust(t, all...), Options{}); said.Pods.Empty || said.Certain || len(said.Pods.Undecided) != 1 {
		t.Errorf("%+v %+v", said, said.Pods)
	}
}

// TestPodsBeyondTheBudget are undecided: patterns that need too many states, and
// more combinations of tags than are looked at.
func TestPodsBeyondTheBudget(t *testing.T) {
	wide := forPods("Allow", bothActions, `"StringLike":{"aws:RequestTag/kubernetes-namespace":"*a`+strings.Repeat("?", 60)+`"}`)
	all := []string{forPods("Allow", bothActions, ""), forPods("Deny", bothActions, "")}
	for _, key := range []string{tagCluster, tagName, tagPod, tagUID, tagNamespace} {
		for i := range 10 {
			value := fmt.Sprint(i)
			if key == tagCluster {
				value = clusterA + value
			}
			all = append(all, forPods("Deny", bothActions, `"StringEquals":{"`+key+`":"`+value+`"}`))
		}
	}
	for _, statements := range [][]string{{wide}, all} {
		said := podsOf(t, asTrust(t, statements...), Options{})
		if said.Pods.Empty || said.Certain || !slices.Equal(said.Pods.Undecided, []string{errUndecided.Error()}) {
			t.Errorf("%+v %+v", said, said.Pods)
		}
	}
}

// TestPrincipalsAreToldByKind, and whether they may.
func TestPrincipalsAreToldByKind(t *testing.T) {
	every := `"sts:*"`
	for _, test := range []struct {
		principal, actions, conditions string
		want                           Principal
	}{
		{`"*"`, every, ``, Principal{Principal: "*", Kind: "anyone", Certain: true, Possible: true}},
		{`{"AWS":"111122223333"}`, every, ``, Principal{Principal: account, Kind: "account", Certain: true, Possible: true}},
		{`{"AWS":"111122223333"}`, `"sts:TagSession"`, ``, Principal{Principal: account, Kind: "account"}},
		{`{"AWS":"111122223333"}`, every, `"StringEquals":{"sts:ExternalId":"z"}`, Principal{Principal: account, Kind: "account", Possible: true, Conditions: []string{"StringEquals sts:externalid z"}}},
		{`{"AWS":"{arn}role/r"}`, every, `"ArnLike":{"aws:PrincipalArn":"{arn}role/*"}`, Principal{Principal: arnOf + "role/r", Kind: "role", Certain: true, Possible: true}},
		{`{"AWS":"{arn}role/r"}`, every, `"StringEquals":{"aws:PrincipalAccount":"999988887777"}`, Principal{Principal: arnOf + "role/r", Kind: "role"}},
		{`{"AWS":"{arn}role/*"}`, every, ``, Principal{Principal: arnOf + "role/*", Kind: "other", Possible: true, Conditions: []string{whomItFits}}},
		{`{"AWS":"AIDAEXAMPLEEXAMPLE12"}`, every, ``, Principal{Principal: "AIDAEXAMPLEEXAMPLE12", Kind: "deleted"}},
		{`{"Service":"ec2.amazonaws.com"}`, every, ``, Principal{Principal: "ec2.amazonaws.com", Kind: "service", Certain: true, Possible: true}},
		{`{"Service":"*"}`, every, ``, Principal{Principal: "*", Kind: "other", Possible: true, Conditions: []string{whomItFits}}},
		{`{"Federated":"{arn}saml-provider/p"}`, every, `"StringEquals":{"SAML:aud":"a"}`, Principal{Principal: arnOf + "saml-provider/p", Kind: "saml", Possible: true, Conditions: []string{"StringEquals saml:aud a"}}},
		{`{"Federated":"cognito-identity.amazonaws.com"}`, every, `"StringEquals":{"cognito-identity.amazonaws.com:aud":"a"}`, Principal{Principal: "cognito-identity.amazonaws.com", Kind: "oidc", Certain: true, Possible: true, Subjects: []string{"* with audience a"}}},
		{`{"Federated":"{arn}oidc-provider/gitlab.com"}`, every, `"StringLike":{"gitlab.com:sub":"project_path:*"}`, Principal{Principal: arnOf + "oidc-provider/gitlab.com", Kind: "oidc", Certain: true, Possible: true, Subjects: []string{"project_path:*"}}},
		{`{"Federated":"{arn}oidc-provider/acme.okta.com"}`, every, ``, Principal{Principal: arnOf + "oidc-provider/acme.okta.com", Kind: "oidc", Certain: true, Possible: true, Subjects: []string{"*"}}},
		{`{"Federated":"{arn}oidc-provider/gitlab.com"}`, every, `"ArnLike":{"gitlab.com:sub":"a:b:c:d:e:*"}`, Principal{Principal: arnOf + "oidc-provider/gitlab.com", Kind: "oidc", Possible: true, Conditions: []string{"ArnLike gitlab.com:sub a:b:c:d:e:*"}, Subjects: []string{"a:b:c:d:e:*"}}},
	} {
		test.want.Action = map[string]string{"saml": iam.AssumeRoleWithSAML, "oidc": iam.AssumeRoleWithWebIdentity}[test.want.Kind]
		if test.want.Action == "" {
			test.want.Action = iam.AssumeRole
		}
		if test.want.Conditions == nil {
			test.want.Conditions = []string{}
		}
		p := asTrust(t, to(test.principal, test.actions, test.conditions), strings.Replace(to(`{"AWS":"999988887777"}`, every, ""), "Allow", "Deny", 1))
		if diff := cmp.Diff([]Principal{test.want}, Who(p, Options{}).Principals); diff != "" {
			t.Errorf("%s: %s", test.principal, diff)
		}
	}
}
