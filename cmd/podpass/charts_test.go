package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/audit"
)

var update = flag.Bool("update", false, "write the reports of testdata/charts anew: read each change before it is committed")

// charts are rendered charts and manifests as others publish them; their
// sources and licences stand beside them.
const charts = "internal/collect/files/testdata/manifests"

// TestChartsAreReportedAsReviewed: the report of each, as a user sees it, and
// each result with its fingerprint, which waivers and baselines rest on. Each
// was read line by line against its chart.
func TestChartsAreReportedAsReviewed(t *testing.T) {
	binary := t.TempDir() + "/podpass"
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	files, err := filepath.Glob("../../" + charts + "/*.yaml")
	if err != nil || len(files) != 8 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			run := func(format string) string {
				c := exec.Command(binary, "audit", "--config", "none", "--format", format, charts+"/"+name+".yaml")
				c.Dir = "../.."
				out, _ := c.Output()
				return fmt.Sprintf("%s\nexit code %d\n", out, c.ProcessState.ExitCode())
			}
			got := undated(run("text")) + "\n# Results\n\n" + results(t, run("json"))
			golden := "testdata/charts/" + name + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("go test ./cmd/podpass -run Charts -update writes it anew:\n%s", diff)
			}
		})
	}
}

// undated leaves out the line that says when.
func undated(text string) string {
	var kept []string
	for line := range strings.SplitSeq(text, "\n") {
		if !strings.HasPrefix(line, "  Time ") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

// results gives one line for each result.
func results(t *testing.T, report string) string {
	t.Helper()
	var r audit.Report
	if err := json.NewDecoder(strings.NewReader(report)).Decode(&r); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, result := range r.Results {
		o := result.Object
		fmt.Fprintf(&b, "%s %-7s %-8s %s %s\n", result.Rule, result.Status, result.Severity, result.Fingerprint,
			strings.Join(strings.Fields(strings.Join([]string{o.Kind, o.Namespace, o.Name, o.Container}, " ")), " "))
	}
	return b.String()
}
