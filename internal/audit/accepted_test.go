package audit

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"podpass/internal/snapshot"
	"podpass/internal/waivers"
)

// anyWorld is a cluster of two namespaces with failures, passes and unknowns.
func anyWorld() *rapid.Generator[*world] {
	return rapid.Custom(func(t *rapid.T) *world {
		w := live()
		w.SecretsRead = rapid.Bool().Draw(t, "secrets")
		w.Namespaces = append(w.Namespaces, snapshot.Namespace{Meta: snapshot.Meta{Name: "other", Live: true}})
		name := rapid.SampledFrom([]string{"default", "a", "b"})
		space := rapid.SampledFrom([]string{"team", "other"})
		for range rapid.IntRange(0, 4).Draw(t, "accounts") {
			w.account(name.Draw(t, "account"), rapid.SampledFrom([]snapshot.Tri{unset, no}).Draw(t, "automount"))
			last := &w.ServiceAccounts[len(w.ServiceAccounts)-1]
			last.Namespace, last.RoleARN = space.Draw(t, "in"), rapid.SampledFrom([]string{"", "arn:aws:iam::111122223333:role/a"}).Draw(t, "role")
		}
		w.Holders = rapid.SliceOfNDistinct(anyHolder(w.SecretsRead), 0, 3, func(h snapshot.Holder) snapshot.Ref { return h.Ref() }).Draw(t, "holders")
		for range rapid.IntRange(0, 4).Draw(t, "workloads") {
			w.workload("Deployment", meta(name.Draw(t, "workload")), &snapshot.PodSpec{Account: name.Draw(t, "runs as")})
			last := &w.Workloads[len(w.Workloads)-1]
			last.Namespace = space.Draw(t, "in")
			last.Template.AWS = anyAWS().Draw(t, "aws")
			if rapid.Bool().Draw(t, "addon") {
				last.Manager = &snapshot.Manager{By: snapshot.ByEKSAddon}
			}
		}
		for range rapid.IntRange(0, 2).Draw(t, "bindings") {
			w.bind(name.Draw(t, "bound"), readPods())
		}
		for range rapid.IntRange(0, 2).Draw(t, "pods") {
			w.pod(owned(name.Draw(t, "pod"), "apps", "ReplicaSet", "rs"), snapshot.PodSpec{APIToken: true})
		}
		if rapid.IntRange(0, 3).Draw(t, "gap") == 0 {
			w.gap(rapid.SampledFrom([]string{"Pod", "RoleBinding", "ServiceAccount", "Namespace"}).Draw(t, "of"))
			w.Gaps[0].Namespace = rapid.SampledFrom([]string{"", "team", "other"}).Draw(t, "in")
		}
		return w
	})
}

// anyAWS is what a container says of credentials.
func anyAWS() *rapid.Generator[*snapshot.AWS] {
	use := snapshot.Use{Kind: "Secret", Name: "a", Entry: "AWS_SECRET_ACCESS_KEY", How: snapshot.UseEnv, As: "AWS_SECRET_ACCESS_KEY"}
	all := snapshot.Use{Kind: "Secret", Name: "a", How: snapshot.UseEnvFrom}
	return rapid.SampledFrom([]*snapshot.AWS{
		nil,
		{Containers: []snapshot.Container{{Name: "c", Set: []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}}}},
		{Containers: []snapshot.Container{{Name: "c", Set: []string{"AWS_ACCESS_KEY_ID"}, Uses: []snapshot.Use{use}}, {Name: "d", Uses: []snapshot.Use{all}}}},
	})
}

// anyHolder is a Secret, if they are read, or a ConfigMap with a key.
func anyHolder(secrets bool) *rapid.Generator[snapshot.Holder] {
	kinds := []string{"ConfigMap"}
	if secrets {
		kinds = append(kinds, "Secret")
	}
	return rapid.Custom(func(t *rapid.T) snapshot.Holder {
		h := snapshot.Holder{Meta: meta(rapid.SampledFrom([]string{"a", "b"}).Draw(t, "holder")), Kind: rapid.SampledFrom(kinds).Draw(t, "kind")}
		h.Keys = []snapshot.Key{{ID: rapid.SampledFrom([]string{"", "AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE"}).Draw(t, "id"), Secret: true,
			At: []snapshot.Place{{Field: "data", Name: "AWS_SECRET_ACCESS_KEY"}}}}
		h.Entries = []snapshot.Entry{{Name: "AWS_SECRET_ACCESS_KEY"}}
		return h
	})
}

func anyOptions() *rapid.Generator[Options] {
	return rapid.Custom(func(t *rapid.T) Options {
		o := Options{Now: day()}
		if rapid.IntRange(0, 3).Draw(t, "narrow") == 0 {
			o.Rules = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"PP101", "PP102", "PP201", "PP206", "PP401", "PP402"}), 1, 3, rapid.ID[string]).Draw(t, "rules")
			o.Excluded = rapid.SampledFrom([][]string{nil, {"other"}}).Draw(t, "excluded")
		}
		return o
	})
}

func anyWaivers() *rapid.Generator[*waivers.Set] {
	pattern := rapid.SampledFrom([]string{"*", "team", "other", "a", "b", "default", "?", ""})
	entry := rapid.Custom(func(t *rapid.T) waivers.Entry {
		e := accept(rapid.SampledFrom([]string{"*", "PP101", "PP102", "PP20?", "PP401"}).Draw(t, "rule"))
		e.KeyIDs = rapid.SampledFrom([][]string{nil, {}, {"AKIAIOSFODNN7EXAMPLE"}}).Draw(t, "keys")
		e.Namespace, e.Name = pattern.Draw(t, "namespace"), pattern.Draw(t, "name")
		e.Expires = rapid.SampledFrom([]string{"2026-11-30", "2026-12-01", "2027-01-01"}).Draw(t, "expires")
		return e
	})
	return rapid.Custom(func(t *rapid.T) *waivers.Set {
		return &waivers.Set{File: "w.yaml", Waivers: rapid.SliceOfN(entry, 0, 4).Draw(t, "entries")}
	})
}

// rank orders verdicts from the worst.
func rank(s Status) int {
	return map[Status]int{Fail: 0, Unknown: 1, Manual: 2, Waived: 3, Pass: 4}[s]
}

// TestWaiversLoseAndHideNothing: with any waivers, no result is lost, none but
// failures changes, and a verdict in which something is waived that decides
// anything is no pass; without that, it is what it was.
func TestWaiversLoseAndHideNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, o := anyWorld().Draw(t, "world"), anyOptions().Draw(t, "options")
		w.Sort()
		before := Run(&w.Snapshot, o)
		o.Waivers = anyWaivers().Draw(t, "waivers")
		after := Run(&w.Snapshot, o)
		if len(before.Results) != len(after.Results) {
			t.Fatalf("%d results became %d", len(before.Results), len(after.Results))
		}
		decides := false
		for i := range after.Results {
			b, a := before.Results[i], after.Results[i]
			if b.Status == Fail && a.Status == Waived {
				decides = decides || a.Severity != Info
				if a.Waiver == nil || a.Waiver.Expires < "2026-12-01" {
					t.Errorf("waived by %+v", a.Waiver)
				}
				a.Status, a.Waiver = Fail, nil
			}
			if diff := cmp.Diff(b, a); diff != "" {
				t.Error(diff)
			}
		}
		was, is := before.Verdicts.CISIntent, after.Verdicts.CISIntent
		if decides && rank(is.Status) > rank(Waived) || !decides && is.Status != was.Status || rank(is.Status) < rank(was.Status) {
			t.Errorf("the intent was %s and is %s", was.Status, is.Status)
		}
		if was.Status == Unknown && is.Status != Unknown || before.ExitCode(Low, true) == 4 && after.ExitCode(Low, true) != 4 {
			t.Errorf("what was open is closed: %s, %s", was.Status, is.Status)
		}
	})
}

// TestARunComparedWithItselfHasNoNews: all is unchanged, and nothing fixed.
// Compared with what it had not seen, nothing is fixed that it does not see.
func TestARunComparedWithItselfHasNoNews(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, o := anyWorld().Draw(t, "world"), anyOptions().Draw(t, "options")
		w.Sort()
		before := Run(&w.Snapshot, o)
		o.Baseline = BaselineOf(before)
		r := Run(&w.Snapshot, o)
		c := r.Baseline
		if c.New != 0 || len(c.Fixed) != 0 || len(c.NotEvaluated) != 0 || c.Unchanged != before.Summary.Fail {
			t.Errorf("%d failures: got %+v", before.Summary.Fail, c)
		}
		if r.ExitCode(Low, true) == ExitFindings {
			t.Error("known failures are findings")
		}
	})
}

// TestLessSightFixesNothing: a run that sees a part of the same world calls
// nothing fixed.
func TestLessSightFixesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := anyWorld().Draw(t, "world")
		w.Sort()
		b := BaselineOf(Run(&w.Snapshot, Options{Now: day()}))
		o := anyOptions().Draw(t, "options")
		o.Baseline = b
		part := w.Snapshot
		switch rapid.SampledFrom([]string{"same", "no pods", "no accounts", "no workloads", "secrets"}).Draw(t, "blind") {
		case "no pods":
			part.Pods, part.Gaps = nil, append(part.Gaps, snapshot.Gap{What: "pods", Scope: "cluster", Kinds: []string{"Pod"}})
		case "no accounts":
			part.ServiceAccounts, part.Gaps = nil, append(part.Gaps, snapshot.Gap{What: "serviceaccounts", Scope: "cluster", Kinds: []string{"ServiceAccount"}})
		case "no workloads":
			part.Workloads, part.Gaps = nil, append(part.Gaps, snapshot.Gap{What: "deployments", Scope: "cluster", Kinds: []string{"Deployment"}})
		case "secrets":
			part.TokenSecrets, part.SecretsRead = nil, false
			part.Holders = slices.DeleteFunc(slices.Clone(part.Holders), func(h snapshot.Holder) bool { return h.Kind == "Secret" })
		}
		if fixed := Run(&part, o).Baseline.Fixed; len(fixed) > 0 {
			t.Errorf("fixed: %s", fmt.Sprint(fixed))
		}
	})
}
