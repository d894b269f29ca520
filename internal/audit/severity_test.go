package audit

import (
	"testing"

	"podpass/internal/snapshot"
)

func TestSeveritiesOfTheConfigurationAreThoseOfFailures(t *testing.T) {
	tests := []struct {
		name string
		have Result
		want Severity
	}{
		{"a failure of the rule", Result{Rule: "PP101", Status: Fail, Severity: Critical}, Low},
		{"a result that a person must judge", Result{Rule: "PP101", Status: Manual, Severity: High}, Low},
		{"a failure of another rule", Result{Rule: "PP102", Status: Fail, Severity: Medium}, Medium},
		{"a failure that decides nothing", Result{Rule: "PP101", Status: Fail, Severity: Info}, Info},
		{"a pass", Result{Rule: "PP101", Status: Pass, Severity: High}, High},
		{"an unknown", Result{Rule: "PP101", Status: Unknown, Severity: High}, High},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			results := []Result{test.have}
			grade(results, map[string]Severity{"PP101": Low})
			if got := results[0]; got.Severity != test.want || got.Status != test.have.Status {
				t.Errorf("got %s %s, want severity %s", got.Status, got.Severity, test.want)
			}
		})
	}
}

func TestAFactIsShownByTheSeverityOfTheConfiguration(t *testing.T) {
	shared := []Evidence{{Text: "everywhere", Everywhere: true, Severity: Critical}, {Text: "here"}}
	results := []Result{
		{Rule: "PP101", Status: Fail, Severity: Critical, Evidence: shared},
		{Rule: "PP102", Status: Fail, Severity: Critical, Evidence: shared},
	}
	grade(results, map[string]Severity{"PP101": Medium})
	for i, want := range []Severity{Medium, Critical} {
		if got := results[i].Evidence; got[0].Severity != want || got[1].Severity != "" {
			t.Errorf("result %d: got %+v, want %s for the first fact and none for the other", i, got, want)
		}
	}
}

func TestALowerSeverityChangesTheExitCodeAndNotTheVerdict(t *testing.T) {
	w := live().account("default", no).workload("Deployment", meta("a"), &snapshot.PodSpec{Automount: no})
	w.Sort()
	r := Run(&w.Snapshot, Options{Severities: map[string]Severity{"PP201": Low}})
	if got := r.ExitCode(Medium, false); got != ExitClean {
		t.Errorf("exit code %d with --fail-on medium, want 0", got)
	}
	if got := r.ExitCode(Low, false); got != ExitFindings {
		t.Errorf("exit code %d with --fail-on low, want 3", got)
	}
	if got := r.Verdicts.CISIntent.Status; got != Fail {
		t.Errorf("verdict %s, want fail", got)
	}
}
