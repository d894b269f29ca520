package report_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/audit"
	"podpass/internal/report"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// saved is the report from which all golden files are made: every status and
// severity, one finding in forty namespaces, and evil names.
func saved(t testing.TB) *audit.Report {
	t.Helper()
	return open(t, "testdata/report.json")
}

// rich is a small report with all that a user's files do to one, access keys,
// and markup, formulas and control characters in names.
func rich(t testing.TB) *audit.Report {
	t.Helper()
	return open(t, "testdata/rich.json")
}

func open(t testing.TB, file string) *audit.Report {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := report.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func render(t testing.TB, r *audit.Report, o report.Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := report.Write(&b, r, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// empty is a report on nothing: valid in every format.
func empty() *audit.Report {
	unknown := audit.Verdict{Status: audit.Unknown, Reasons: []string{"nothing to evaluate"}}
	return &audit.Report{
		APIVersion: audit.APIVersion, Kind: audit.Kind,
		Tool:      audit.Tool{Name: "podpass", Version: "0.1.0"},
		Benchmark: audit.Benchmark{Name: "CIS Amazon EKS Benchmark", Edition: "1.8.0", Control: "5.2.1"},
		Coverage:  audit.Coverage{Complete: true, Scope: "files"},
		Verdicts:  audit.Verdicts{CISAudit: unknown, CISIntent: unknown},
	}
}

func TestGolden(t *testing.T) {
	for _, c := range []struct {
		file    string
		report  *audit.Report
		options report.Options
	}{
		{"report.txt", saved(t), report.Options{Format: report.Text}},
		{"report_wide_color.txt", saved(t), report.Options{Format: report.Text, Width: 140, Color: true}},
		{"report_narrow_verbose.txt", saved(t), report.Options{Format: report.Text, Width: 48, Verbose: true}},
		{"report.golden.json", saved(t), report.Options{Format: report.JSON}},
		{"report.sarif", saved(t), report.Options{Format: report.SARIF}},
		{"report.md", saved(t), report.Options{Format: report.Markdown}},
		{"rich.txt", rich(t), report.Options{Format: report.Text}},
		{"rich_verbose_color.txt", rich(t), report.Options{Format: report.Text, Verbose: true, Color: true}},
		{"rich.golden.json", rich(t), report.Options{Format: report.JSON}},
		{"rich.sarif", rich(t), report.Options{Format: report.SARIF}},
		{"rich.junit.xml", rich(t), report.Options{Format: report.JUnit}},
		{"rich.md", rich(t), report.Options{Format: report.Markdown}},
		{"rich.csv", rich(t), report.Options{Format: report.CSV}},
		{"empty.junit.xml", empty(), report.Options{Format: report.JUnit}},
		{"empty.md", empty(), report.Options{Format: report.Markdown}},
		{"empty.csv", empty(), report.Options{Format: report.CSV}},
		{"empty.txt", empty(), report.Options{Format: report.Text}},
		{"empty.json", empty(), report.Options{Format: report.JSON}},
		{"empty.sarif", empty(), report.Options{Format: report.SARIF}},
	} {
		t.Run(c.file, func(t *testing.T) {
			got := render(t, c.report, c.options)
			checkGolden(t, c.file, got)
		})
	}
}

// checkGolden compares what is rendered with a file of testdata.
func checkGolden(t *testing.T, file string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", file)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (go test ./internal/report -update rewrites it):\n%s", path, diff)
	}
}
