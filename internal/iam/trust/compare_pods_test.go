package trust

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"podpass/internal/iam"
)

// untaggedPod is a request for an association that has session tags off.
type untaggedPod struct{ *iam.Context }

func withoutTags(assignment map[string][]string) untaggedPod {
	ctx := contextOf(assignment)
	ctx.Add("aws:TagKeys")
	for key := range keysOfPods() {
		if strings.HasPrefix(key, "aws:RequestTag/") {
			ctx.Add(key)
		}
	}
	return untaggedPod{ctx}
}

func (u untaggedPod) decide(p *iam.Policy) iam.Decision {
	caller, _ := iam.ParseCaller(iam.PodIdentity)
	access := iam.Access{Request: iam.NewRequest(caller, iam.AssumeRole, "", u.Context), Resource: p, Untagged: true}
	return access.Decide()
}

// TestPodsAreComparedWithTagsAndWithout: Yes means that no pod is admitted by
// the first alone, whether it has tags or not, and No that something is.
func TestPodsAreComparedWithTagsAndWithout(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := drawStatements(t, drawPods, 2)
		second := slices.Clone(first)
		switch rapid.IntRange(0, 2).Draw(t, "how") {
		case 0:
			second = drawStatements(t, drawPods, 2)
		case 1: // the one mistake that is easy to overlook
			if strings.Contains(second[0], "IfExists") {
				break
			}
			second[0] = strings.NewReplacer(`"StringEquals":`, `"StringEqualsIfExists":`, `"StringLike":`, `"StringLikeIfExists":`).Replace(second[0])
		}
		a, b := asTrust(t, first...), asTrust(t, second...)
		for _, pair := range [][2]*iam.Policy{{a, b}, {b, a}} {
			more := NothingMore(pair[0], pair[1])
			t.Logf("%s\n%s: %s", iam.Print(pair[0].Document(), ""), iam.Print(pair[1].Document(), ""), more.Verdict)
			off := slices.IndexFunc(more.Grants, func(g Grant) bool { return strings.HasSuffix(g.Principal, "without session tags") })
			if off >= 0 && !more.Grants[off].Maybe {
				if withoutTags(nil).decide(pair[0]) == iam.DecideDeny || withoutTags(nil).decide(pair[1]) == iam.DecideAllow {
					t.Errorf("not more: %+v", more.Grants[off])
				}
			}
			if more.Verdict == Yes {
				checkNoPodMore(t, pair[0], pair[1])
			}
		}
	})
}

func checkNoPodMore(t *rapid.T, a, b *iam.Policy) {
	t.Helper()
	assignment := drawAssignment(t)
	if u := withoutTags(assignment); u.decide(a) == iam.DecideAllow && u.decide(b) == iam.DecideDeny {
		t.Errorf("without session tags a alone admits, with %v", assignment)
	}
	for _, account := range smallAccounts() {
		namespace, name, _ := strings.Cut(account, "/")
		d := pod{namespace: namespace, account: name}.some()
		if d.admits(a) == iam.DecideAllow && d.admits(b) == iam.DecideDeny {
			t.Errorf("a alone admits %+v", d)
		}
	}
}

// TestTagsThatNeedNotBeThereAreMore is the mistake itself.
func TestTagsThatNeedNotBeThereAreMore(t *testing.T) {
	tags := `{"aws:RequestTag/kubernetes-namespace":"shop","aws:RequestTag/kubernetes-service-account":"cart"}`
	strict := asTrust(t, forPods("Allow", bothActions, `"StringEquals":`+tags))
	loose := asTrust(t, forPods("Allow", bothActions, `"StringEqualsIfExists":`+tags))
	more := NothingMore(loose, strict)
	if more.Verdict != No || len(more.Grants) != 1 || more.Grants[0].Principal != "pods.eks.amazonaws.com without session tags" {
		t.Errorf("%+v", more)
	}
	if again := NothingMore(strict, loose); again.Verdict != Yes {
		t.Errorf("%+v", again)
	}
	for p, want := range map[*iam.Policy]string{strict: "deny", loose: "allow", asTrust(t, forPods("Allow", bothActions, `"ArnEquals":{"aws:SourceArn":"`+clusterA+`"}`)): "unknown"} {
		if got := podsOf(t, p, Options{}).Untagged; got != want {
			t.Errorf("without session tags: %s, want %s", got, want)
		}
	}
}

// TestPodsWithoutSessionTags are compared, too.
func TestPodsWithoutSessionTags(t *testing.T) {
	const without = "pods.eks.amazonaws.com without session tags"
	tag := func(operator, value string) string {
		return `"` + operator + `":{"aws:RequestTag/kubernetes-namespace":"` + value + `"}`
	}
	strict := asTrust(t, forPods("Allow", bothActions, tag("StringEquals", "shop")))
	for _, test := range []struct {
		name, conditions string
		want             Verdict
	}{
		{"IfExists", tag("StringEqualsIfExists", "shop"), No},
		{"ForAllValues", tag("ForAllValues:StringEquals", "shop"), No},
		{"another tag", `"StringNotEquals":{"aws:RequestTag/x":"y"},` + tag("StringEqualsIfExists", "shop"), No},
		{"no tags alone", `"Null":{"aws:TagKeys":"true"},` + tag("StringEqualsIfExists", "shop"), No},
		{"a variable of a tag", `"StringLike":{"aws:PrincipalTag/x":"${aws:RequestTag/kubernetes-namespace}"},` + tag("StringEquals", "shop"), Yes},
	} {
		more := NothingMore(asTrust(t, forPods("Allow", bothActions, test.conditions)), strict)
		if more.Verdict != test.want {
			t.Errorf("%s: %+v", test.name, more)
		}
		if test.want == No && (more.Grants[0].Principal != without || more.Grants[0].Action != iam.AssumeRole || more.Grants[0].Witness != without) {
			t.Errorf("%s: %+v", test.name, more.Grants)
		}
	}
}
