package report_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/audit"
	"podpass/internal/report"
)

// ownResult is what the tests read of what a user's files did to a result.
type ownResult struct {
	Kind, Level, BaselineState string
	Suppressions               []map[string]string
	Properties                 struct{ KeyIDs []string }
}

func ownSARIF(t *testing.T, r *audit.Report, o report.Options) (results []ownResult, properties map[string]any) {
	t.Helper()
	var log struct {
		Runs []struct {
			Results    []ownResult
			Properties map[string]any
		}
	}
	o.Format = report.SARIF
	if err := json.Unmarshal(render(t, r, o), &log); err != nil {
		t.Fatal(err)
	}
	return log.Runs[0].Results, log.Runs[0].Properties
}

func TestSARIFOfWaiversAndBaseline(t *testing.T) {
	r := empty()
	waiver := &audit.Waiver{Owner: "team-shop", Reason: "[see](https://evil.example)", Expires: "2026-12-31"}
	r.Results = []audit.Result{
		{Rule: "PP101", Status: audit.Waived, Severity: audit.Critical, Waiver: waiver},
		{Rule: "PP101", Status: audit.Unknown, Severity: audit.High},
		{Rule: "PP102", Status: audit.Fail, Severity: audit.Medium, Baseline: audit.Unchanged},
		{Rule: "PP401", Status: audit.Fail, Severity: audit.High, Baseline: audit.New, KeyIDs: []string{"AKIAIOSFODNN7EXAMPLE"}},
	}
	fresh := ownResult{Kind: "fail", Level: "error", BaselineState: "new"}
	fresh.Properties.KeyIDs = r.Results[3].KeyIDs
	want := []ownResult{fresh, {Kind: "fail", Level: "warning", BaselineState: "unchanged"}, {Kind: "open", Level: "none"}}
	got, _ := ownSARIF(t, r, report.Options{})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	// 3.27.23: suppressions of all results or of none.
	for i := range want {
		want[i].Suppressions = []map[string]string{}
	}
	want = append(want, ownResult{Kind: "fail", Level: "error", Suppressions: []map[string]string{
		{"kind": "external", "status": "accepted", "justification": "Accepted by team-shop up to 2026-12-31: [see] (https://evil.example)"}}})
	got, _ = ownSARIF(t, r, report.Options{SARIFWaived: true})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSARIFTellsWhatTheUsersFilesDid(t *testing.T) {
	r := rich(t)
	log := decodeSARIF(t, render(t, r, report.Options{Format: report.SARIF}))
	inv := log.Runs[0].Invocations[0]
	var notes []string
	for _, n := range append(inv.ToolExecutionNotifications, inv.ToolConfigurationNotifications...) {
		notes = append(notes, n.Level+": "+n.Message.Text)
	}
	for _, want := range []string{
		"warning: Only a part is shown: only results of deploy/shop/cart.yaml", "warning: Expired waiver, which accepts nothing any more: PP401 Secret shop/s3-*, owner team-shop, up to 2026-10-31, waivers.yaml:14.",
		"note: Waiver that matches no failure: PP205 Deployment shop/gone", "note: In the baseline, and not evaluated: PP204 Pod shop/cart-7d9f: PP204 was left out",
		"note: Changed by .podpass.yaml: fail-on: high (default low).",
	} {
		if !strings.Contains(strings.Join(notes, "\n"), want) {
			t.Errorf("no notification %q in\n%s", want, strings.Join(notes, "\n"))
		}
	}
	_, properties := ownSARIF(t, r, report.Options{})
	for name, want := range map[string]string{
		"waivers":  "map[applied:3 expired:1 file:waivers.yaml unused:1]",
		"baseline": "map[file:baseline.json fixed:2 new:5 notEvaluated:2 unchanged:5]",
	} {
		if got := fmt.Sprint(properties[name]); got != want {
			t.Errorf("property %s: %s, want %s", name, got, want)
		}
	}
}

func TestSARIFBoundsItsNotifications(t *testing.T) {
	r := empty()
	r.Config = &audit.ConfigUse{File: "c.yaml", Changed: make([]string, 1000)}
	notes := decodeSARIF(t, render(t, r, report.Options{Format: report.SARIF})).Runs[0].Invocations[0].ToolConfigurationNotifications
	if last := notes[len(notes)-1].Message.Text; len(notes) != 201 || last != "… and 800 more of these; --format json has all." {
		t.Errorf("%d notifications, the last: %s", len(notes), last)
	}
}
