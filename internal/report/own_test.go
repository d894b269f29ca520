package report_test

import (
	"fmt"
	"strings"
	"testing"

	"podpass/internal/audit"
	"podpass/internal/report"
)

func failure(rule, baseline string, severity audit.Severity) audit.Result {
	return audit.Result{Rule: rule, Status: audit.Fail, Severity: severity, Baseline: baseline, Message: "Found " + rule + ".", Fix: "Mend " + rule + "."}
}

func TestTextOfWhatTheUsersFilesDid(t *testing.T) {
	waiver := &audit.Waiver{Owner: "team-shop", Reason: "a block\nof text\n", Expires: "2026-12-31"}
	for _, c := range []struct {
		name      string
		change    func(*audit.Report)
		verbose   bool
		want, not []string // in this order
	}{
		{"new failures come first, known ones are summed up", func(r *audit.Report) {
			r.Baseline = &audit.Comparison{File: "b.json", New: 1, Unchanged: 3}
			two := failure("PP101", audit.Unchanged, audit.Critical)
			two.Evidence = []audit.Evidence{{Text: "all", Everywhere: true}, {Text: "own"}} // is one, though shown as two
			r.Results = []audit.Result{two, failure("PP101", audit.Unchanged, audit.Critical), failure("PP202", audit.New, audit.Low), failure("PP205", audit.Unchanged, audit.Low)}
		}, false, []string{"Baseline    b.json: 1 new, 3 unchanged, 0 fixed, 0 not evaluated", "NEW", "Found PP202.", "Unchanged since the baseline b.json\n  CRITICAL PP101 on 2 objects\n  LOW      PP205 on 1 object\n", "4 fail (2 critical, 2 low)"}, []string{"Found PP101", "Mend PP101"}},
		{"known failures are shown on request", func(r *audit.Report) {
			r.Results = []audit.Result{failure("PP101", audit.Unchanged, audit.Critical)}
		}, true, []string{"No new findings.", "Unchanged\n", "Found PP101.", "Mend PP101."}, nil},
		{"what is fixed, and what is not evaluated, with the reason", func(r *audit.Report) {
			k := audit.Known{Rule: "PP201", Severity: audit.Medium, Object: audit.Object{Kind: "Job", Namespace: "a", Name: "b"}}
			open := k
			open.Reason = "namespace a is left out"
			r.Baseline = &audit.Comparison{Fixed: []audit.Known{k}, NotEvaluated: []audit.Known{open}}
		}, false, []string{"Fixed since the baseline\n  MEDIUM   PP201 Job a/b\n", "not evaluated by this run\n  MEDIUM   PP201 Job a/b: namespace a is left out\n"}, nil},
		{"who accepts what, and of which severity", func(r *audit.Report) {
			r.Results = []audit.Result{{Rule: "PP401", Status: audit.Waived, Severity: audit.High, Message: "Keys.", Waiver: waiver, Fix: "Mend it."}}
		}, false, []string{"No findings that are not waived.", "WAIVED   PP401", "high", "Accepted by team-shop up to 2026-12-31: a block of text\n"}, []string{"Mend it."}},
		{"two owners are two paragraphs", func(r *audit.Report) {
			other := *waiver
			other.Owner = "team-b"
			r.Results = []audit.Result{{Rule: "PP401", Status: audit.Waived, Waiver: waiver}, {Rule: "PP401", Status: audit.Waived, Waiver: &other}}
		}, false, []string{"Accepted by team-shop", "Accepted by team-b"}, nil},
		{"what a person judged, also where it passes", func(r *audit.Report) {
			judged := *waiver
			judged.Verdict, judged.Evidence = audit.Pass, "ticket 7"
			r.Results = []audit.Result{{Rule: "PP206", Status: audit.Pass, Severity: audit.Low, Message: "A token.", Waiver: &judged}}
		}, false, []string{"Judged by a person", "PASS     PP206", "A token.", "Judged pass by team-shop up to 2026-12-31: a block of text (evidence: ticket\n  7)"}, nil},
		{"expired waivers come before the findings, unused ones after", func(r *audit.Report) {
			ref := audit.WaiverRef{Line: 3, Rule: "PP401", Kind: "Secret", Namespace: "a", Name: "b*", Owner: "team-a", Expires: "2026-10-31"}
			r.Waivers = &audit.WaiverUse{File: "w.yaml", Applied: 2, Expired: []audit.WaiverRef{ref}, Unused: []audit.WaiverRef{ref}}
			r.Results = []audit.Result{failure("PP401", "", audit.High)}
		}, false, []string{"Waivers     w.yaml: 2 applied, 1 EXPIRED, 1 unused", "EXPIRED  PP401 Secret a/b* · owner team-a · up to 2026-10-31 · w.yaml:3\n", "Found PP401.", "UNUSED   PP401 Secret a/b*"}, []string{"NEW"}},
		{"every change of a configuration", func(r *audit.Report) {
			r.Config = &audit.ConfigUse{File: ".podpass.yaml", Changed: []string{"fail-on: high (default low)", "excluded namespace a"}}
		}, false, []string{"Config      changed by .podpass.yaml:\n              fail-on: high (default low)\n              excluded namespace a\n"}, nil},
		{"a configuration that changes nothing", func(r *audit.Report) { r.Config = &audit.ConfigUse{File: "c.yaml"} }, false, []string{"Config      c.yaml (changes nothing)"}, nil},
		{"what is not shown", func(r *audit.Report) { r.Only = &audit.Only{Files: []string{"a.yaml"}, Hidden: 1} }, false,
			[]string{"Shown       only results of a.yaml", "No findings in the files asked for.", "1 more failure or unknown outside of 1 file is not shown; the verdicts are of\n  all.\n", "0 results"}, nil},
		{"nothing that has a place is shown", func(r *audit.Report) { r.Only = &audit.Only{Hidden: 3} }, false,
			[]string{"Shown       only results without a place in a file", "3 more failures and unknowns are not shown"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := empty()
			c.change(r)
			for i := range r.Results {
				if r.Results[i].Status == audit.Fail {
					r.Summary.Fail++
				}
			}
			text := string(render(t, r, report.Options{Format: report.Text, Verbose: c.verbose}))
			rest := text
			for _, want := range c.want {
				_, after, found := strings.Cut(rest, want)
				if !found {
					t.Fatalf("no %q, or not in its place:\n%s", want, text)
				}
				rest = after
			}
			for _, not := range c.not {
				if strings.Contains(text, not) {
					t.Errorf("it says %q:\n%s", not, text)
				}
			}
		})
	}
}

// TestTextBoundsWhatTheUsersFilesDid: a file of 10,000 lines does not hide the
// findings, and verbose leaves out nothing.
func TestTextBoundsWhatTheUsersFilesDid(t *testing.T) {
	r := empty()
	r.Waivers, r.Baseline, r.Config, r.Only = &audit.WaiverUse{}, &audit.Comparison{}, &audit.ConfigUse{}, &audit.Only{}
	for i := range 10000 {
		name := fmt.Sprintf("name-%d", i)
		r.Waivers.Expired = append(r.Waivers.Expired, audit.WaiverRef{Name: "expired-" + name})
		r.Waivers.Unused = append(r.Waivers.Unused, audit.WaiverRef{Name: "unused-" + name})
		r.Baseline.Fixed = append(r.Baseline.Fixed, audit.Known{Object: audit.Object{Name: "fixed-" + name}})
		r.Baseline.NotEvaluated = append(r.Baseline.NotEvaluated, audit.Known{Object: audit.Object{Name: "open-" + name}})
		r.Config.Changed = append(r.Config.Changed, "changed-"+name)
		r.Only.Files = append(r.Only.Files, "file-"+name)
	}
	short := string(render(t, r, report.Options{Format: report.Text}))
	if lines := strings.Count(short, "\n"); lines > 150 || strings.Count(short, "… and 9989 more") != 5 {
		t.Errorf("%d lines:\n%s", lines, short)
	}
	whole := string(render(t, r, report.Options{Format: report.Text, Verbose: true}))
	for _, word := range []string{"expired", "unused", "fixed", "open", "changed", "file"} {
		if n := strings.Count(whole, word+"-name-"); n != 10000 {
			t.Errorf("verbose text names %d of 10000 that are %s", n, word)
		}
	}
}
