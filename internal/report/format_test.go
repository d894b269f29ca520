package report_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"podpass/internal/audit"
	"podpass/internal/report"
)

// checker tells whether what was rendered is what its format wants.
type checker struct {
	sarif *jsonschema.Schema
	junit *xsd
}

func newChecker(t testing.TB) *checker {
	t.Helper()
	return &checker{sarifSchema(t), junitSchema(t)}
}

// check looks at one rendering of a report, with colours taken off.
func (c *checker) check(t failer, r *audit.Report, format, got string) {
	t.Helper()
	shown := got
	if format == report.CSV {
		shown = strings.ReplaceAll(shown, "\r\n", "\n")
	}
	if at := invisible(shown); at >= 0 {
		t.Errorf("%s: a raw character at byte %d: %q", format, at, shown[max(0, at-40):])
	}
	switch format {
	case report.JSON:
		if !json.Valid([]byte(got)) || strings.Contains(got, ": null") {
			t.Errorf("json: not valid, or a list is null")
		}
	case report.SARIF:
		checkSARIF(t, c.sarif, []byte(got))
	case report.JUnit:
		c.checkJUnit(t, r, got)
	case report.CSV:
		checkCSV(t, r, got)
	case report.Markdown:
		checkMarkdown(t, got)
	}
}

// checkJUnit: valid, counted, no two cases of one name, and a failure or an
// error just where there is an exit code if strict.
func (c *checker) checkJUnit(t failer, r *audit.Report, got string) {
	t.Helper()
	if err := c.junit.validate([]byte(got)); err != nil {
		t.Errorf("junit: %v", err)
	}
	top, err := parseXML([]byte(got))
	if err != nil {
		t.Fatal(err)
	}
	tests, failures, errs := 0, 0, 0
	for _, suite := range top.kids {
		n := countCases(t, suite)
		checkCounts(t, suite, map[string]int{"tests": n["tests"], "failures": n["failure"], "errors": n["error"], "skipped": n["skipped"]})
		tests, failures, errs = tests+n["tests"], failures+n["failure"], errs+n["error"]
	}
	checkCounts(t, top, map[string]int{"tests": tests, "failures": failures, "errors": errs})
	if tests < len(r.Results) {
		t.Errorf("junit: %d cases of %d results", tests, len(r.Results))
	}
	want := audit.ExitClean
	switch {
	case failures > 0:
		want = audit.ExitFindings
	case errs > 0:
		want = audit.ExitOpen
	}
	if code := r.ExitCode(audit.Low, true); code != want {
		t.Errorf("junit: %d failures and %d errors, but exit code %d", failures, errs, code)
	}
}

// checkCSV: one row a result, as many cells as columns, none a formula.
func checkCSV(t failer, r *audit.Report, got string) {
	t.Helper()
	if n := strings.Count(got, "\n"); n != strings.Count(got, "\r\n") || !strings.HasSuffix(got, "\r\n") {
		t.Errorf("csv: of %d lines not all end in CRLF", n)
	}
	rows, err := csv.NewReader(strings.NewReader(got)).ReadAll() // refuses rows of another length
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(r.Results)+1 {
		t.Errorf("csv: %d rows of %d results", len(rows), len(r.Results))
	}
	for _, row := range rows {
		for _, cell := range row {
			if runs(cell) {
				t.Errorf("csv: a formula: %q", cell)
			}
		}
	}
}

// runs tells a cell, or a part of one as a reader with another separator cuts
// it, that a spreadsheet would run.
func runs(cell string) bool {
	for _, part := range strings.FieldsFunc(cell, func(r rune) bool { return r == ';' || r == '\n' }) {
		part = strings.TrimLeft(part, " \"`")
		if part != "" && strings.ContainsRune("=+-@\t\r＝＋－＠", []rune(part)[0]) {
			return true
		}
	}
	return false
}

func TestEveryFormatIsValid(t *testing.T) {
	c := newChecker(t)
	for name, r := range map[string]*audit.Report{"report": saved(t), "rich": rich(t), "empty": empty(), "nothing at all": {}} {
		for _, format := range report.Formats() {
			t.Run(name+" "+format, func(t *testing.T) {
				c.check(t, r, format, string(render(t, r, report.Options{Format: format})))
				c.check(t, r, format, string(render(t, r, report.Options{Format: format, Verbose: true, SARIFWaived: true})))
			})
		}
	}
}

// TestEveryFormatNamesKeysWhole: an access key id is what its owner looks it
// up by.
func TestEveryFormatNamesKeysWhole(t *testing.T) {
	for _, format := range report.Formats() {
		r := rich(t)
		for i := range r.Results {
			r.Results[i].Evidence = nil
			r.Results[i].Fix = ""
		}
		got := render(t, r, report.Options{Format: format})
		for _, id := range []string{"AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE"} {
			if !bytes.Contains(got, []byte(id)) {
				t.Errorf("%s does not name %s", format, id)
			}
		}
	}
}
