package report_test

import (
	"encoding/csv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/audit"
	"podpass/internal/report"
)

// csvRows reads CSV back, each row by the names of its columns.
func csvRows(t *testing.T, r *audit.Report) []map[string]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(string(render(t, r, report.Options{Format: report.CSV})))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var list []map[string]string
	for _, row := range rows[1:] {
		one := map[string]string{}
		for i, cell := range row {
			one[rows[0][i]] = cell
		}
		list = append(list, one)
	}
	return list
}

func TestCSVRow(t *testing.T) {
	r := empty()
	r.Results = []audit.Result{{
		Rule: "PP402", Status: audit.Waived, Severity: audit.High, Message: `It says "no", twice.`, Fingerprint: "f00d", ManagedBy: "helm",
		Object: audit.Object{Kind: "Deployment", Namespace: "shop", Name: "cart", Container: "app"}, Source: &audit.Source{File: "a,b.yaml", Line: 7},
		KeyIDs: []string{"AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE"}, Evidence: []audit.Evidence{{Text: "one"}, {Text: "two\nlines"}},
		Fix: "Do:\n$ this", Waiver: &audit.Waiver{Owner: "team-shop", Reason: "for\nnow", Expires: "2026-12-31"},
	}, {Rule: "PP101", Status: audit.Unknown, Severity: audit.Low, Absent: true, Baseline: audit.New}}
	none := map[string]string{}
	for _, name := range []string{
		"rule", "status", "severity", "kind", "namespace", "name", "container", "file", "line", "managedBy", "message", "keyIds", "evidence", "fix", "fingerprint",
		"waiverOwner", "waiverReason", "waiverExpires", "waiverVerdict", "waiverEvidence", "baseline", "absent",
	} {
		none[name] = ""
	}
	with := func(cells map[string]string) map[string]string {
		row := map[string]string{}
		for name := range none {
			row[name] = cells[name]
		}
		return row
	}
	want := []map[string]string{with(map[string]string{
		"rule": "PP402", "status": "waived", "severity": "high", "kind": "Deployment", "namespace": "shop", "name": "cart", "container": "app",
		"file": "a,b.yaml", "line": "7", "managedBy": "helm", "message": `It says "no", twice.`, "keyIds": "AKIAIOSFODNN7EXAMPLE\nAKIAI44QH8DHBEXAMPLE",
		"evidence": "one\ntwo\\u{a}lines", "fix": "Do:\n$ this", "fingerprint": "f00d",
		"waiverOwner": "team-shop", "waiverReason": "for now", "waiverExpires": "2026-12-31",
	}), with(map[string]string{"rule": "PP101", "status": "unknown", "severity": "low", "baseline": "new", "absent": "true"})}
	if diff := cmp.Diff(want, csvRows(t, r)); diff != "" {
		t.Error(diff)
	}
}

func TestCSVRunsNoFormula(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"a formula", "=1+1", "'=1+1"},
		{"a sum", "+1", "'+1"},
		{"a difference", "-1", "'-1"},
		{"a function of old", "@SUM(1)", "'@SUM(1)"},
		{"a tab", "\t=1", `\u{9}=1`},
		{"a carriage return", "\r=1", `\u{d}=1`},
		{"after spaces", "  =1", "'  =1"},
		{"after a quote", `"=1`, `'"=1`},
		{"after an apostrophe", "'=1", "''=1"},
		{"in full width", "＝1", "'＝1"},
		{"in full width, the others", "＋1;－1;＠1", "'＋1;'－1;'＠1"},
		{"behind the separator of another country", "a;=1; +2", "a;'=1;' +2"},
		{"inside of text it is none", "a=1-2@b", "a=1-2@b"},
		{"a plain name", "cart", "cart"},
		{"nothing", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := empty()
			r.Results = []audit.Result{{Rule: "PP201", Status: audit.Fail, Object: audit.Object{Name: c.in}}}
			if got := csvRows(t, r)[0]["name"]; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	r := empty()
	r.Results = []audit.Result{{Rule: "PP201", Fix: "---\na: 1\n- =2\n---"}}
	if got := csvRows(t, r)[0]["fix"]; got != "'---\na: 1\n'- =2\n'---" {
		t.Errorf("lines of a fix: %q", got)
	}
}
