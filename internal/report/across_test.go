package report

import (
	"strings"
	"testing"

	"podpass/internal/audit"
)

// TestWhatLeavesSeveralRulesOpenIsShownOnce: a file that could not be read is
// one thing to settle; what differs in anything else is another.
func TestWhatLeavesSeveralRulesOpenIsShownOnce(t *testing.T) {
	open := func(rule, file, fix string) audit.Result {
		return audit.Result{
			Rule: rule, Status: audit.Unknown, Severity: audit.Medium, Object: audit.Object{Kind: "File", Name: file},
			Message: "It could not be read.", Evidence: []audit.Evidence{{Text: "it is no YAML"}}, Fix: fix,
		}
	}
	r := &audit.Report{Results: []audit.Result{
		open("PP101", "a.yaml", "mend it"), open("PP201", "a.yaml", "mend it"), open("PP401", "a.yaml", "mend it"),
		open("PP201", "b.yaml", "mend it"), open("PP201", "a.yaml", "leave it out"),
	}}
	r.Results[2].Severity = audit.Critical
	s := sorted(r)
	if len(s.unknown) != 3 {
		t.Fatalf("%d are shown, want 3", len(s.unknown))
	}
	one := s.unknown[0]
	if one.Rule != "3 rules" || one.Severity != audit.Critical || one.Evidence[1].Text != "leaves open PP101, PP201, PP401" {
		t.Errorf("shown as %s, %s: %v", one.Rule, one.Severity, one.Evidence)
	}
	if len(r.Results[0].Evidence) != 1 || r.Results[0].Rule != "PP101" {
		t.Error("the report was changed")
	}
	for _, format := range []string{Text, Markdown} {
		var b strings.Builder
		if err := Write(&b, r, Options{Format: format}); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(b.String(), "3 rules"); n == 0 || !strings.Contains(b.String(), "leaves open") {
			t.Errorf("%s does not say so:\n%s", format, b.String())
		}
	}
}
