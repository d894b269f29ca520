package report_test

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"podpass/internal/audit"
	"podpass/internal/report"
)

// sarif is what the tests read of a SARIF file.
type sarif struct{ Runs []sarifRun }

type sarifRun struct {
	Tool struct {
		Driver struct {
			Rules []struct {
				ID, Name                          string
				ShortDescription, FullDescription struct{ Text string }
				Help                              struct{ Text, Markdown string }
				Properties                        struct {
					Tags             []string
					SecuritySeverity string `json:"security-severity"`
				}
			}
		}
	}
	Invocations []struct {
		ExecutionSuccessful            bool
		ToolExecutionNotifications     []sarifNote
		ToolConfigurationNotifications []sarifNote
	}
	Results []sarifResult
}

type sarifNote struct {
	Level   string
	Message struct{ Text string }
}

type sarifResult struct {
	RuleID, Kind, Level string
	RuleIndex           int
	Message             struct{ Text string }
	Locations           []struct {
		PhysicalLocation struct {
			ArtifactLocation struct{ URI string }
			Region           struct{ StartLine, EndLine, StartColumn, EndColumn int }
		}
	}
	PartialFingerprints map[string]string
}

func decodeSARIF(t testing.TB, data []byte) sarif {
	t.Helper()
	var log sarif
	if err := json.Unmarshal(data, &log); err != nil {
		t.Fatal(err)
	}
	if len(log.Runs) != 1 || len(log.Runs[0].Invocations) != 1 {
		t.Fatalf("want one run with one invocation: %+v", log)
	}
	return log
}

func sarifSchema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	f, err := os.Open("testdata/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	doc, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("sarif.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("sarif.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// failer is what a testing.T and a rapid.T share.
type failer interface {
	Helper()
	Errorf(format string, a ...any)
	Fatal(a ...any)
}

func checkSARIF(t failer, schema *jsonschema.Schema, data []byte) {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(doc); err != nil {
		t.Errorf("not valid against the schema: %v", err)
	}
}

func TestSARIFIsValid(t *testing.T) {
	schema := sarifSchema(t)
	foreign := empty()
	foreign.Tool = audit.Tool{}
	foreign.Results = []audit.Result{{Rule: "PP999", Status: audit.Fail, Severity: audit.Low}}
	for name, r := range map[string]*audit.Report{
		"with every kind of result":            saved(t),
		"without results":                      empty(),
		"with a rule that is not in the table": foreign,
		"with nothing at all":                  {},
	} {
		t.Run(name, func(t *testing.T) {
			checkSARIF(t, schema, render(t, r, report.Options{Format: report.SARIF}))
		})
	}
}

func TestSARIFSchemaRefuses(t *testing.T) {
	schema := sarifSchema(t)
	good := string(render(t, saved(t), report.Options{Format: report.SARIF}))
	for name, change := range map[string][2]string{
		"a level that is none":       {`"level": "error"`, `"level": "fatal"`},
		"a reference that is no URI": {`"uri": "kubernetes/`, `"uri": "kuber%zznetes/`},
		"a region at line zero":      {`"startLine": 1,`, `"startLine": 0,`},
	} {
		bad := strings.Replace(good, change[0], change[1], 1)
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(bad))
		if err != nil {
			t.Fatal(err)
		}
		if bad == good || schema.Validate(doc) == nil {
			t.Errorf("the schema lets pass %s, so that it proves nothing", name)
		}
	}
}

func TestSARIFResult(t *testing.T) {
	at := func(file string, line int) *audit.Source { return &audit.Source{File: file, Line: line} }
	object := audit.Object{Kind: "ServiceAccount", Namespace: "shop", Name: "default"}
	for _, c := range []struct {
		name             string
		result           audit.Result
		uri, kind, level string
		line             int
	}{
		{"a critical failure is an error", audit.Result{Severity: audit.Critical}, "kubernetes/shop/ServiceAccount/default", "fail", "error", 1},
		{"a high failure is an error", audit.Result{Severity: audit.High, Source: at("a/b.yaml", 7)}, "a/b.yaml", "fail", "error", 7},
		{"a medium failure is a warning", audit.Result{Severity: audit.Medium, Source: at("./a b.yaml", 1)}, "a%20b.yaml", "fail", "warning", 1},
		{"a low failure is a note", audit.Result{Severity: audit.Low, Source: at("/srv/ä.yaml", 3)}, "file:///srv/%C3%A4.yaml", "fail", "note", 3},
		{"an info finding is a note", audit.Result{Severity: audit.Info, Source: at("-", 9)}, "stdin", "fail", "note", 9},
		{"what is unknown is open and has no level", audit.Result{Severity: audit.High, Status: audit.Unknown}, "kubernetes/shop/ServiceAccount/default", "open", "none", 1},
		{"a colon makes no scheme", audit.Result{Severity: audit.Low, Source: at("javascript:x.yaml", 0)}, "javascript%3Ax.yaml", "fail", "note", 1},
		{"a cluster-scoped object has a place", audit.Result{Severity: audit.Low, Object: audit.Object{Kind: "ClusterRole", Name: "a:b/c?#"}}, "kubernetes/_cluster/ClusterRole/a%3Ab%2Fc%3F%23", "fail", "note", 1},
		{"a name leads nowhere else", audit.Result{Severity: audit.Low, Object: audit.Object{Kind: "Role", Namespace: "..", Name: ""}}, "kubernetes/_../Role/_", "fail", "note", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := empty()
			c.result.Rule, c.result.Fingerprint = "PP102", "f00d"
			c.result.Status = cmp.Or(c.result.Status, audit.Fail)
			c.result.Object = cmp.Or(c.result.Object, object)
			r.Results = []audit.Result{c.result}
			run := decodeSARIF(t, render(t, r, report.Options{Format: report.SARIF})).Runs[0]
			got := run.Results[0]
			place := got.Locations[0].PhysicalLocation
			if diff := gocmp.Diff([]any{c.uri, c.line, c.kind, c.level}, []any{place.ArtifactLocation.URI, place.Region.StartLine, got.Kind, got.Level}); diff != "" {
				t.Error(diff)
			}
			if diff := gocmp.Diff(map[string]string{"podpass/v1": "f00d", "primaryLocationLineHash": "f00d:1"}, got.PartialFingerprints); diff != "" {
				t.Error(diff)
			}
			if rule := run.Tool.Driver.Rules[got.RuleIndex].ID; rule != "PP102" || got.RuleID != "PP102" {
				t.Errorf("rule %s, at its index %s", got.RuleID, rule)
			}
		})
	}
}

func TestSARIFLeavesOutWhatIsNoFinding(t *testing.T) {
	r := empty()
	for _, s := range []audit.Status{audit.Pass, audit.Manual, audit.Waived} {
		r.Results = append(r.Results, audit.Result{Rule: "PP101", Status: s, Severity: audit.High})
	}
	if got := decodeSARIF(t, render(t, r, report.Options{Format: report.SARIF})).Runs[0].Results; len(got) > 0 {
		t.Errorf("results: %+v", got)
	}
}

// many makes findings of which the last are the most severe.
func many(n int, text func(i int) string) *audit.Report {
	r := empty()
	for i := range n {
		severity := audit.Low
		if i >= n-10 {
			severity = audit.Critical
		}
		r.Results = append(r.Results, audit.Result{
			Rule: "PP201", Status: audit.Fail, Severity: severity, Message: text(i),
			Object: audit.Object{Kind: "Deployment", Namespace: "shop", Name: fmt.Sprintf("d-%d", i)}, Fingerprint: fmt.Sprint(i),
			Evidence: []audit.Evidence{{Text: text(i + n)}, {Text: text(i + 2*n)}}, Fix: text(i + 3*n),
		})
	}
	return r
}

func TestSARIFKeepsWithinGitHubsLimits(t *testing.T) {
	// Text that hardly compresses: pieces of one long noise, which come again
	// only farther apart than gzip looks back.
	long := make([]byte, 1<<20)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range long {
		long[i] = byte('0' + random.IntN(75))
	}
	noise := func(i int) string {
		at := i * 2500 % (len(long) - 2500)
		return string(long[at : at+2500])
	}
	gaps := saved(t)
	for i := range 1000 {
		gaps.Coverage.Gaps = append(gaps.Coverage.Gaps, audit.Gap{What: "file", Scope: fmt.Sprint(i), Reason: noise(i)})
	}
	for _, c := range []struct {
		name   string
		report *audit.Report
		most   int
	}{
		{"6,000 results", many(6000, func(int) string { return "same" }), 5000},
		{"2,000 results that hardly compress", many(2000, noise), 1999},
		{"1,000 gaps", gaps, 5000},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := render(t, c.report, report.Options{Format: report.SARIF})
			run := decodeSARIF(t, data).Runs[0]
			checkLimits(t, data, run)
			if len(run.Results) > c.most {
				t.Errorf("%d results, want at most %d", len(run.Results), c.most)
			}
			if len(c.report.Results) > c.most {
				checkLeftOut(t, run, len(c.report.Results)-len(run.Results))
			}
		})
	}
}

func checkLeftOut(t *testing.T, run sarifRun, left int) {
	t.Helper()
	for _, r := range run.Results[:10] {
		if r.Level != "error" {
			t.Errorf("a result of level %s comes before the critical ones", r.Level)
		}
	}
	want := fmt.Sprintf("%d results were left out", left)
	if notes := run.Invocations[0].ToolExecutionNotifications; len(notes) != 1 || !strings.HasPrefix(notes[0].Message.Text, want) {
		t.Errorf("notifications %+v, want one that says: %s", notes, want)
	}
}

func checkLimits(t *testing.T, data []byte, run sarifRun) {
	t.Helper()
	var zipped bytes.Buffer
	zip := gzip.NewWriter(&zipped)
	if _, err := zip.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	if zipped.Len() > 10<<20 {
		t.Errorf("%d bytes zipped", zipped.Len())
	}
	t.Logf("%d bytes, %d zipped", len(data), zipped.Len())
	for _, rule := range run.Tool.Driver.Rules {
		if n := utf8.RuneCountInString(rule.Name); n == 0 || n > 255 {
			t.Errorf("%s: name of %d characters", rule.ID, n)
		}
		for _, text := range []string{rule.ShortDescription.Text, rule.FullDescription.Text} {
			if n := utf8.RuneCountInString(text); n == 0 || n > 1024 {
				t.Errorf("%s: description of %d characters", rule.ID, n)
			}
		}
		if len(rule.Properties.Tags) > 10 || rule.Help.Text == "" || rule.Help.Markdown == "" || rule.Properties.SecuritySeverity == "" {
			t.Errorf("%s: %+v", rule.ID, rule)
		}
	}
}

func TestSARIFTellsWhatIsNotWhole(t *testing.T) {
	whole := decodeSARIF(t, render(t, empty(), report.Options{Format: report.SARIF})).Runs[0].Invocations[0]
	if !whole.ExecutionSuccessful || len(whole.ToolExecutionNotifications) > 0 {
		t.Errorf("a whole run: %+v", whole)
	}
	r := saved(t)
	inv := decodeSARIF(t, render(t, r, report.Options{Format: report.SARIF})).Runs[0].Invocations[0]
	if inv.ExecutionSuccessful || len(inv.ToolExecutionNotifications) != len(r.Coverage.Gaps) || len(inv.ToolConfigurationNotifications) != len(r.Coverage.NotAssessed) {
		t.Errorf("a run with gaps: %+v", inv)
	}
}

func TestSARIFMessagesHoldNoLink(t *testing.T) {
	r := empty()
	r.Results = []audit.Result{{Rule: "PP101", Status: audit.Fail, Severity: audit.High, Message: "[click](https://evil.example)"}}
	got := decodeSARIF(t, render(t, r, report.Options{Format: report.SARIF})).Runs[0].Results[0].Message.Text
	if strings.Contains(got, "](") {
		t.Errorf("message %q", got)
	}
}
