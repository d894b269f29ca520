package report_test

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/audit"
	"podpass/internal/report"
)

// wide makes a report with findings in many namespaces.
func wide(namespaces int) *audit.Report {
	r := empty()
	for i := range namespaces {
		ns := fmt.Sprintf("team-%d", i)
		object := audit.Object{Kind: "ServiceAccount", Namespace: ns, Name: "default"}
		r.Results = append(r.Results,
			audit.Result{Rule: "PP102", Status: audit.Fail, Severity: audit.Medium, Object: object, Message: "Mounts.",
				Fix: "Then:\n$ kubectl patch sa default -n " + ns + " -p '{\"a\": \"it'\\''s\"}'\n$ kubectl get sa -n " + ns},
			audit.Result{Rule: "PP202", Status: audit.Fail, Severity: audit.Low, Object: object, Message: "Shared.",
				Evidence: []audit.Evidence{{Text: fmt.Sprintf("used by %d Jobs", i)}}, Fix: fmt.Sprintf("Make %d accounts.", i)},
			audit.Result{Rule: "PP101", Status: audit.Unknown, Severity: audit.High, Object: object, Message: "Not read.",
				Evidence: []audit.Evidence{{Text: "namespace " + ns + ": forbidden"}}})
		r.Coverage.Gaps = append(r.Coverage.Gaps, audit.Gap{What: "pods", Scope: ns, Reason: fmt.Sprint(ns, " is forbidden")})
		r.Summary.Fail, r.Summary.Unknown = r.Summary.Fail+2, r.Summary.Unknown+1
	}
	return r
}

func TestTextOfTenThousandNamespacesCanBeRead(t *testing.T) {
	text := string(render(t, wide(10000), report.Options{Format: report.Text}))
	if lines := strings.Count(text, "\n"); lines > 150 {
		t.Errorf("%d lines", lines)
	}
	for _, want := range []string{
		"ServiceAccount default in 10000 namespaces",
		"For each of the 10000 namespaces as for the first",
		"kubectl get sa -n team-0\n",
		"… and 9995 more findings of PP202: --verbose shows them",
		"… and 9995 more findings of PP101: --verbose shows them",
		"… and 9989 more gaps: --verbose shows them",
		"30000 results: 20000 fail (10000 medium, 10000 low), 10000 unknown, 0 pass",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not say: %s", want)
		}
	}
}

func TestVerboseTextLeavesOutNothing(t *testing.T) {
	r := wide(300)
	text := string(render(t, r, report.Options{Format: report.Text, Verbose: true}))
	if strings.Contains(text, " more") {
		t.Error("something is left out")
	}
	for i := range r.Results {
		for _, e := range r.Results[i].Evidence {
			if !strings.Contains(text, e.Text) {
				t.Errorf("it does not say: %s", e.Text)
			}
		}
	}
}

// TestLoopRunsTheFixes gives the loop to a shell, as a reader would.
func TestLoopRunsTheFixes(t *testing.T) {
	for name, o := range map[string]struct {
		namespaces int
		verbose    bool
	}{"of a few namespaces": {2, false}, "over several lines": {50, false}, "of many namespaces, on request": {1000, true}} {
		t.Run(name, func(t *testing.T) {
			r := wide(o.namespaces)
			text := string(render(t, r, report.Options{Format: report.Text, Verbose: o.verbose}))
			start, end := strings.Index(text, "      for ns in "), strings.Index(text, "      done\n")
			if start < 0 || end < start {
				t.Fatalf("no loop in\n%s", text)
			}
			got := shell(t, text[start:end]+"done\n")
			var commands []string
			for i := range r.Results {
				for line := range strings.SplitSeq(r.Results[i].Fix, "\n") {
					if command, ok := strings.CutPrefix(line, "$ "); ok {
						commands = append(commands, command)
					}
				}
			}
			if diff := cmp.Diff(shell(t, strings.Join(commands, "\n")), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// shell gives the arguments with which a script calls kubectl.
func shell(t *testing.T, script string) string {
	t.Helper()
	c := exec.Command("sh", "-eu")
	c.Stdin = strings.NewReader(`kubectl() { printf '<%s>' "$@"; echo; }` + "\n" + script)
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("sh: %v: %s", err, out)
	}
	return string(out)
}

func TestCommandsAreWrittenWhole(t *testing.T) {
	long := "kubectl patch deployment x -n shop -p '" + strings.Repeat("{\"a\": 1} ", 50) + "'"
	r := empty()
	r.Results = []audit.Result{{Rule: "PP201", Status: audit.Fail, Severity: audit.Medium, Fix: "$ " + long + "\n---\n  key:   [a,  b]\n---"}}
	text := string(render(t, r, report.Options{Format: report.Text, Width: 40}))
	for _, want := range []string{"\n      " + long + "\n", "\n        key:   [a,  b]\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not hold %q:\n%s", want, text)
		}
	}
}

func TestInfoFindingsComeLastAndOfferNoFix(t *testing.T) {
	r := empty()
	r.Results = []audit.Result{
		{Rule: "PP201", Status: audit.Fail, Severity: audit.Info, Message: "Told.", Fix: "Change it."},
		{Rule: "PP202", Status: audit.Fail, Severity: audit.Low, Message: "Found.", Fix: "Mend it."},
	}
	text := string(render(t, r, report.Options{Format: report.Text}))
	found, mark, told := strings.Index(text, "Found."), strings.Index(text, "these decide no verdict"), strings.Index(text, "Told.")
	if found < 0 || mark < found || told < mark || strings.Contains(text, "Change it.") || !strings.Contains(text, "Mend it.") {
		t.Error(text)
	}
}
