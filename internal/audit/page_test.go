package audit_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/audit"
	"podpass/internal/collect/files"
)

var update = flag.Bool("update", false, "write docs/rules anew")

// TestExamplesFailAndPass: the bad example of a rule fails it, the good one
// has no failure of it.
func TestExamplesFailAndPass(t *testing.T) {
	for _, rule := range audit.Rules() {
		for _, which := range []string{"bad", "ok"} {
			t.Run(rule.ID+"/"+which, func(t *testing.T) {
				snap, err := files.Collect(t.Context(), files.Options{Paths: []string{filepath.Join("testdata", rule.ID, which)}})
				if err != nil || len(snap.Gaps) > 0 {
					t.Fatal(err, snap.Gaps)
				}
				r := audit.Run(snap, audit.Options{Rules: []string{rule.ID}, Now: time.Unix(0, 0)})
				if failed := r.Summary.Fail > 0; failed != (which == "bad") {
					t.Errorf("failed: %v\n%+v", failed, r.Results)
				}
				if r.Coverage.Evaluated.Namespaces == 0 {
					t.Error("nothing was evaluated")
				}
			})
		}
	}
}

// TestGeneratedRulePages: docs/rules is what the table says.
func TestGeneratedRulePages(t *testing.T) {
	want := map[string]string{"README.md": audit.Index()}
	for _, rule := range audit.Rules() {
		page, err := audit.Page(rule)
		if err != nil {
			t.Fatal(err)
		}
		want[rule.ID+".md"] = page
	}
	dir := "../../docs/rules"
	for name, text := range want {
		file := filepath.Join(dir, name)
		if *update {
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		have, err := os.ReadFile(file)
		if err != nil {
			t.Fatalf("%v: run make generate", err)
		}
		if diff := cmp.Diff(text, string(have)); diff != "" {
			t.Errorf("%s is not fresh, run make generate:\n%s", name, diff)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != len(want) {
		t.Errorf("docs/rules holds %d files, want %d (%v)", len(entries), len(want), err)
	}
}

// TestRulesAreWhole: a rule says all that its page, SARIF and reports need.
func TestRulesAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, rule := range audit.Rules() {
		if rule.Title == "" || rule.Why == "" || rule.Fix == "" || len(rule.Needs) == 0 || len(rule.References) == 0 || rule.On == "" {
			t.Errorf("%s lacks a text, a need or a reference", rule.ID)
		}
		if seen[rule.ID] || rule.Severity.Rank() > audit.Low.Rank() {
			t.Errorf("%s: twice, or of severity %s", rule.ID, rule.Severity)
		}
		seen[rule.ID] = true
	}
}
