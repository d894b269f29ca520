package audit

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/snapshot"
	"podpass/internal/waivers"
)

// day is the clock of these tests.
func day() time.Time { return time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC) }

// accept is an entry for all objects of a rule in the namespace team.
func accept(rule string) waivers.Entry {
	return waivers.Entry{Line: 2, Rule: rule, Kind: "*", Namespace: "team", Name: "*", Container: "*", Owner: "team-shop", Reason: "moves", Expires: "2026-12-31"}
}

func expired(e waivers.Entry) waivers.Entry {
	e.Expires = "2026-11-30"
	return e
}

func (w *world) waived(rules []string, entries ...waivers.Entry) *Report {
	w.Sort()
	return Run(&w.Snapshot, Options{Rules: rules, Now: day(), Waivers: waiverSet(entries...)})
}

func TestAWaivedFailureIsNoFinding(t *testing.T) {
	r := live().account("default", unset).waived([]string{"PP102"}, accept("PP102"))
	got := only(t, r)
	if got.Status != Waived || got.Severity != Medium {
		t.Errorf("got %s %s", got.Status, got.Severity)
	}
	if diff := cmp.Diff(&Waiver{Owner: "team-shop", Reason: "moves", Expires: "2026-12-31"}, got.Waiver); diff != "" {
		t.Error(diff)
	}
	if r.ExitCode(Low, false) != 0 || r.Summary.Waived != 1 || r.Waivers.Applied != 1 || r.Waivers.File != "w.yaml" {
		t.Errorf("exit code %d, summary %+v, use %+v", r.ExitCode(Low, false), r.Summary, r.Waivers)
	}
}

func TestAVerdictWithSomethingWaivedIsAtBestWaived(t *testing.T) {
	addon := live().account("default", no).workload("Deployment", meta("a"), &snapshot.PodSpec{Automount: no})
	addon.Workloads[0].Manager = &snapshot.Manager{By: snapshot.ByEKSAddon}
	for _, c := range []struct {
		name          string
		world         *world
		rule          string
		audit, intent Status
	}{
		{"a failure of the letter", live().account("default", unset), "PP102", Waived, Waived},
		{"one of the intent", live().account("default", no).workload("Deployment", meta("a"), &snapshot.PodSpec{Automount: no}), "PP201", Pass, Waived},
		{"one of severity info", addon, "PP201", Pass, Pass},
		{"beside a failure", live().account("default", unset).workload("Deployment", meta("a"), &snapshot.PodSpec{Automount: no}), "PP102", Waived, Fail},
		{"beside what is unknown", live().account("default", unset).gap("Pod"), "PP102", Waived, Unknown},
	} {
		r := c.world.waived(nil, accept(c.rule))
		if r.Summary.Waived != 1 || r.Verdicts.CISAudit.Status != c.audit || r.Verdicts.CISIntent.Status != c.intent {
			t.Errorf("%s: %d waived, audit %s, intent %s", c.name, r.Summary.Waived, r.Verdicts.CISAudit.Status, r.Verdicts.CISIntent.Status)
		}
	}
}

func TestAnExpiredWaiverAcceptsNothing(t *testing.T) {
	world := live().account("default", unset)
	r := world.waived([]string{"PP102"}, expired(accept("PP102")))
	if got := only(t, r); got.Status != Fail || got.Waiver != nil || r.ExitCode(Low, false) != 3 {
		t.Errorf("got %s, %v", got.Status, got.Waiver)
	}
	want := []WaiverRef{{2, "PP102", "*", "team", "*", "team-shop", "2026-11-30"}}
	if diff := cmp.Diff(&WaiverUse{File: "w.yaml", Expired: want, Unused: []WaiverRef{}}, r.Waivers); diff != "" {
		t.Error(diff)
	}
	later := accept("PP102")
	later.Owner = "team-later"
	r = world.waived([]string{"PP102"}, expired(accept("PP102")), later, accept("PP*"))
	if got := only(t, r); got.Status != Waived || got.Waiver.Owner != "team-later" {
		t.Errorf("the first in force does not win: %+v", got.Waiver)
	}
	if len(r.Waivers.Unused) > 0 || len(r.Waivers.Expired) != 1 {
		t.Errorf("got %+v", r.Waivers)
	}
}

func TestNothingButFailuresIsWaived(t *testing.T) {
	all := waivers.Entry{Rule: "*", Kind: "*", Namespace: "*", Name: "*", Container: "*", Expires: "2026-12-31"}
	for _, status := range []Status{Pass, Unknown, Manual, Waived} {
		results := []Result{{Rule: "PP101", Status: status}}
		waive(results, &waivers.Set{Waivers: []waivers.Entry{all}}, day())
		if results[0].Status != status || results[0].Waiver != nil {
			t.Errorf("%s became %s", status, results[0].Status)
		}
	}
}

func TestARecordedVerdictJudgesWhatIsManual(t *testing.T) {
	entry := waivers.Entry{Rule: "PP101", Kind: "*", Namespace: "*", Name: "*", Container: "*", Owner: "team-shop", Reason: "seen", Expires: "2026-12-31", Verdict: "pass", Evidence: "ticket 12"}
	failing := entry
	failing.Verdict = "fail"
	pass := &Waiver{Owner: "team-shop", Reason: "seen", Expires: "2026-12-31", Verdict: Pass, Evidence: "ticket 12"}
	fail := &Waiver{Owner: "team-shop", Reason: "seen", Expires: "2026-12-31", Verdict: Fail, Evidence: "ticket 12"}
	acceptAll := waivers.Entry{Rule: "*", Kind: "*", Namespace: "*", Name: "*", Container: "*", Owner: "team-later", Expires: "2026-12-31"}
	for _, c := range []struct {
		name      string
		status    Status
		set       waivers.Set
		want      Status
		waiver    *Waiver
		applied   int
		unmatched bool
	}{
		{"pass", Manual, waivers.Set{Verdicts: []waivers.Entry{entry}}, Pass, pass, 1, false},
		{"fail", Manual, waivers.Set{Verdicts: []waivers.Entry{failing}}, Fail, fail, 1, false},
		{"the first in force", Manual, waivers.Set{Verdicts: []waivers.Entry{expired(failing), entry, failing}}, Pass, pass, 1, false},
		{"an expired one", Manual, waivers.Set{Verdicts: []waivers.Entry{expired(entry)}}, Manual, nil, 0, false},
		{"of another rule", Manual, waivers.Set{Verdicts: []waivers.Entry{{Rule: "PP102", Expires: "2026-12-31"}}}, Manual, nil, 0, true},
		{"on a failure", Fail, waivers.Set{Verdicts: []waivers.Entry{entry}}, Fail, nil, 0, true},
		{"on what is unknown", Unknown, waivers.Set{Verdicts: []waivers.Entry{entry}}, Unknown, nil, 0, true},
		{"a failure by verdict that is waived too", Manual, waivers.Set{Verdicts: []waivers.Entry{failing}, Waivers: []waivers.Entry{acceptAll}},
			Waived, &Waiver{Owner: "team-later", Expires: "2026-12-31"}, 1, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			results := []Result{{Rule: "PP101", Status: c.status}}
			a := waive(results, &c.set, day())
			if results[0].Status != c.want || a.count != c.applied || a.matched[&c.set.Verdicts[0]] == c.unmatched {
				t.Errorf("got %s, %d applied, matched %v", results[0].Status, a.count, a.matched)
			}
			if diff := cmp.Diff(c.waiver, results[0].Waiver); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestANewKeyIsNotWaived(t *testing.T) {
	entry := accept("PP401")
	entry.KeyIDs = []string{"AKIAIOSFODNN7EXAMPLE"}
	results := []Result{
		{Rule: "PP401", Status: Fail, Object: Object{"Secret", "team", "s3", ""}, KeyIDs: []string{"AKIAIOSFODNN7EXAMPLE"}},
		{Rule: "PP401", Status: Fail, Object: Object{"Secret", "team", "s3", ""}, KeyIDs: []string{"AKIAI44QH8DHBEXAMPLE", "AKIAIOSFODNN7EXAMPLE"}},
	}
	waive(results, &waivers.Set{Waivers: []waivers.Entry{entry}}, day())
	if results[0].Status != Waived || results[1].Status != Fail {
		t.Errorf("got %s, %s", results[0].Status, results[1].Status)
	}
}

// TestAnEntryIsUnusedOnlyIfAllItMeansWasJudged: who is told so deletes it.
func TestAnEntryIsUnusedOnlyIfAllItMeansWasJudged(t *testing.T) {
	in := func(namespace string) waivers.Entry {
		e := accept("PP102")
		e.Namespace = namespace
		return e
	}
	named := func(kind, namespace, name string) waivers.Entry {
		return waivers.Entry{Rule: "PP201", Kind: kind, Namespace: namespace, Name: name, Container: "*", Expires: "2026-12-31"}
	}
	narrow := live().account("default", no)
	narrow.Selected = []string{"team"}
	excluded := live().account("default", no)
	excluded.Excluded = []string{"other"}
	manifest := func(w *world) *world { w.Origin = snapshot.OriginFiles; return w }
	away := live().account("default", no)
	away.Gaps = []snapshot.Gap{{What: "pods", Namespace: "other", Kinds: []string{"Pod"}}}
	unread := live().account("default", no)
	unread.SecretsRead = false
	for _, c := range []struct {
		name  string
		world *world
		rules []string
		entry waivers.Entry
		want  bool
	}{
		{"its rule passes", live().account("default", no), nil, accept("PP102"), true},
		{"its object is gone", live().account("default", no), nil, named("Deployment", "team", "old"), true},
		{"its namespace is gone", live().account("default", no), nil, in("gone"), true},
		{"its rule did not run", live().account("default", no), []string{"PP101"}, accept("PP102"), false},
		{"one of its rules did not run", live().account("default", no), []string{"PP102"}, accept("PP10?"), false},
		{"its rule was not assessed", unread, nil, accept("PP206"), false},
		{"its namespace was not asked for", narrow, nil, in("other"), false},
		{"it may mean namespaces that were not asked for", narrow, nil, in("*"), false},
		{"its namespace was asked for", narrow, nil, in("team"), true},
		{"its namespace is excluded", excluded, nil, in("other"), false},
		{"it may mean the excluded one", excluded, nil, in("o*"), false},
		{"it cannot mean the excluded one", excluded, nil, in("t*"), true},
		{"what it means is unknown", live(), []string{"PP102"}, accept("PP102"), false},
		{"a gap may hide it", live().account("default", no).gap("Pod"), nil, accept("PP201"), false},
		{"a gap that its rule does not care for", live().account("default", no).gap("Pod"), nil, accept("PP102"), true},
		{"a gap of another namespace", away, nil, accept("PP201"), true},
		{"a gap of its namespace", away, nil, named("Deployment", "oth*", "old"), false},
		{"in files, its object is there", manifest(live().account("default", no).workload("Deployment", meta("a"), &snapshot.PodSpec{Account: "a"})), nil, named("Deployment", "team", "a"), true},
		{"in files, its object is not among them", manifest(live().account("default", no)), nil, named("Deployment", "team", "a"), true},
		{"in files, its object is not among them, and what is there is unknown", manifest(live()), nil, accept("PP102"), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := c.world.waived(c.rules, c.entry)
			if got := len(r.Waivers.Unused) == 1; got != c.want {
				t.Errorf("got %+v", r.Waivers)
			}
		})
	}
	if r := live().account("default", unset).waived(nil, accept("PP102")); len(r.Waivers.Unused) != 0 {
		t.Errorf("one that is in use: %+v", r.Waivers)
	}
}

func TestEntriesAreToldByLine(t *testing.T) {
	first, second := expired(accept("PP102")), expired(accept("PP101"))
	first.Line, second.Line = 30, 4
	r := live().account("default", no).waived(nil, first, second)
	if !slices.IsSortedFunc(r.Waivers.Expired, func(a, b WaiverRef) int { return a.Line - b.Line }) || len(r.Waivers.Expired) != 2 {
		t.Errorf("got %+v", r.Waivers.Expired)
	}
}

func waiverSet(entries ...waivers.Entry) *waivers.Set {
	return &waivers.Set{File: "w.yaml", Waivers: entries}
}
