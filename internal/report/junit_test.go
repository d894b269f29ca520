package report_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"podpass/internal/audit"
	"podpass/internal/report"
)

func countCases(t failer, suite *node) map[string]int {
	t.Helper()
	n, names := map[string]int{}, map[string]bool{}
	for _, one := range suite.all("testcase") {
		n["tests"]++
		key := one.attrs["classname"] + "\x00" + one.attrs["name"]
		if names[key] || one.attrs["classname"] == "" || one.attrs["name"] == "" {
			t.Errorf("junit: case %q is there twice, or has no name", key)
		}
		names[key] = true
		outcomes := 0
		for _, kid := range one.kids {
			if kid.name != "system-out" {
				outcomes++
				n[kid.name]++
			}
		}
		if outcomes > 1 {
			t.Errorf("junit: case %q has %d outcomes", key, outcomes)
		}
	}
	return n
}

func checkCounts(t failer, n *node, want map[string]int) {
	t.Helper()
	for name, number := range want {
		if n.attrs[name] != strconv.Itoa(number) {
			t.Errorf("junit: %s %s: %s=%q, want %d", n.name, n.attrs["name"], name, n.attrs[name], number)
		}
	}
}

// junitCase renders a report and gives the case of a name.
func junitCase(t *testing.T, r *audit.Report, name string) *node {
	t.Helper()
	top, err := parseXML(render(t, r, report.Options{Format: report.JUnit}))
	if err != nil {
		t.Fatal(err)
	}
	for _, suite := range top.kids {
		for _, one := range suite.all("testcase") {
			if one.attrs["name"] == name {
				return one
			}
		}
	}
	t.Fatalf("no case %q", name)
	return nil
}

func TestJUnitOutcome(t *testing.T) {
	waiver := &audit.Waiver{Owner: "team-shop", Reason: "until\nthe move", Expires: "2026-12-31"}
	verdict := &audit.Waiver{Owner: "team-a", Reason: "seen", Expires: "2026-12-31", Verdict: audit.Pass, Evidence: "ticket 7"}
	for _, c := range []struct {
		name          string
		result        audit.Result
		outcome, kind string
		text          string // a part of it
	}{
		{"a failure fails, of its severity", audit.Result{Status: audit.Fail, Severity: audit.High}, "failure", "high", "Broken."},
		{"its text has the place and the fix", audit.Result{Status: audit.Fail, Severity: audit.Low, Source: &audit.Source{File: "a.yaml", Line: 3}, Fix: "$ mend"}, "failure", "low", "Place: a.yaml:3\nFix:\n$ mend"},
		{"a new failure fails", audit.Result{Status: audit.Fail, Severity: audit.High, Baseline: audit.New}, "failure", "high", "Baseline: new"},
		{"one that the baseline knows is skipped", audit.Result{Status: audit.Fail, Severity: audit.High, Baseline: audit.Unchanged}, "skipped", "unchanged", "Unchanged since the baseline: Broken."},
		{"one for information is skipped", audit.Result{Status: audit.Fail, Severity: audit.Info}, "skipped", "info", "For information: Broken."},
		{"what is unknown is an error", audit.Result{Status: audit.Unknown, Severity: audit.High}, "error", "high", "Broken."},
		{"so is what is not among the files", audit.Result{Status: audit.Unknown, Severity: audit.High, Absent: true}, "error", "high", "Broken."},
		{"what a person must judge is skipped", audit.Result{Status: audit.Manual, Severity: audit.High}, "skipped", "manual", "To be judged by a person: Broken."},
		{"what is waived is skipped, by whom and why", audit.Result{Status: audit.Waived, Severity: audit.High, Waiver: waiver}, "skipped", "waived", "Accepted by team-shop up to 2026-12-31: until the move\nBroken."},
		{"what nobody waived says so", audit.Result{Status: audit.Waived, Severity: audit.High}, "skipped", "waived", "nobody named"},
		{"a pass has no outcome", audit.Result{Status: audit.Pass, Severity: audit.High}, "", "", ""},
		{"a pass that a person judged says so", audit.Result{Status: audit.Pass, Severity: audit.High, Waiver: verdict}, "system-out", "", "Judged pass by team-a up to 2026-12-31: seen (evidence: ticket 7)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := empty()
			c.result.Rule, c.result.Message = "PP102", "Broken."
			c.result.Object = audit.Object{Kind: "Pod", Namespace: "a", Name: "b", Container: "c"}
			r.Results = []audit.Result{c.result}
			one := junitCase(t, r, "Pod a/b [c]")
			if one.attrs["classname"] != "PP102" {
				t.Errorf("class %q", one.attrs["classname"])
			}
			switch {
			case c.outcome == "" && len(one.kids) > 0, c.outcome != "" && len(one.kids) != 1:
				t.Fatalf("outcomes %+v", one.kids)
			case c.outcome == "":
				return
			}
			got := one.kids[0]
			if got.name != c.outcome || got.attrs["type"] != c.kind || !strings.Contains(got.text, c.text) {
				t.Errorf("%s of type %q:\n%s\nwant %s of type %q with %q", got.name, got.attrs["type"], got.text, c.outcome, c.kind, c.text)
			}
		})
	}
}

func TestJUnitOfTheWholeReport(t *testing.T) {
	for _, c := range []struct {
		name, want, outcome string
		change              func(*audit.Report)
	}{
		{"nothing to evaluate is an error", "nothing to evaluate", "error", func(*audit.Report) {}},
		{"a gap that leaves a rule open is an error", "gap: pods, cluster", "error", func(r *audit.Report) {
			r.Coverage.Gaps = []audit.Gap{{What: "pods", Scope: "cluster", Rules: []string{"PP201"}}}
		}},
		{"a gap that leaves none open is skipped", "gap: pods, cluster", "skipped", func(r *audit.Report) {
			r.Coverage.Gaps = []audit.Gap{{What: "pods", Scope: "cluster"}}
		}},
		{"the second gap of a name has a number", "gap: pods, cluster #2", "skipped", func(r *audit.Report) {
			r.Coverage.Gaps = []audit.Gap{{What: "pods", Scope: "cluster"}, {What: "pods", Scope: "cluster"}}
		}},
		{"a rule that was not assessed is skipped", "not assessed: Secrets", "skipped", func(r *audit.Report) {
			r.Coverage.NotAssessed = []audit.NotAssessed{{Source: "Secrets", Rules: []string{"PP206"}, How: "audit with --read-secrets"}}
		}},
		{"a failure of the baseline that was not evaluated is skipped", "Pod a/b", "skipped", func(r *audit.Report) {
			r.Baseline = &audit.Comparison{NotEvaluated: []audit.Known{{Rule: "PP204", Object: audit.Object{Kind: "Pod", Namespace: "a", Name: "b"}, Reason: "left out"}}}
		}},
		{"an expired waiver is skipped", "expired waiver: PP401 Secret a/b", "skipped", func(r *audit.Report) {
			r.Waivers = &audit.WaiverUse{File: "w.yaml", Expired: []audit.WaiverRef{{Line: 3, Rule: "PP401", Kind: "Secret", Namespace: "a", Name: "b"}}}
		}},
		{"results that are not shown are skipped", "results that are not shown", "skipped", func(r *audit.Report) {
			r.Only = &audit.Only{Files: []string{"a.yaml"}, Hidden: 2}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := empty()
			c.change(r)
			if one := junitCase(t, r, c.want); len(one.kids) != 1 || one.kids[0].name != c.outcome || strings.TrimSpace(one.kids[0].text) == "" {
				t.Errorf("outcomes %+v, want %s with a text", one.kids, c.outcome)
			}
		})
	}
}

// TestJUnitKeepsWhatGitLabCounts: cases of one name and class are one to it.
func TestJUnitKeepsWhatGitLabCounts(t *testing.T) {
	r := empty()
	for i, name := range []string{"a", "a", "a #2", "a"} {
		r.Results = append(r.Results, audit.Result{Rule: "PP201", Status: audit.Pass, Object: audit.Object{Name: name}, Fingerprint: fmt.Sprint(i)})
	}
	top, err := parseXML(render(t, r, report.Options{Format: report.JUnit}))
	if err != nil {
		t.Fatal(err)
	}
	for _, suite := range top.kids {
		countCases(t, suite)
	}
}
