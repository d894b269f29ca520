package report_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/audit"
	"podpass/internal/report"
)

func TestReadGivesBackWhatWasWritten(t *testing.T) {
	for _, r := range []*audit.Report{saved(t), rich(t)} {
		data := render(t, r, report.Options{Format: report.JSON})
		again, err := report.Read(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(r, again); diff != "" {
			t.Error(diff)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	good := string(render(t, saved(t), report.Options{Format: report.JSON}))
	own := string(render(t, rich(t), report.Options{Format: report.JSON}))
	for _, c := range []struct{ name, from, to, want string }{
		{"a baseline that is none", `"baseline": "new"`, `"baseline": "old"`, `baseline "old" is not one of [new unchanged]`},
		{"a verdict that nobody can record", `"verdict": "pass"`, `"verdict": "waived"`, `waiver.verdict "waived" is not one of [pass fail]`},
		{"a known failure of no severity", `"severity": "critical",
        "object": {
          "kind": "ServiceAccount",
          "namespace": "sandbox"`, `"severity": "bad",
        "object": {
          "kind": "ServiceAccount",
          "namespace": "sandbox"`, `baseline.notEvaluated[1]: severity "bad" is not one of`},
		{"a newer apiVersion, whatever its fields", `"apiVersion": "podpass/v1"`, `"apiVersion": "podpass/v2", "new": 1`, `apiVersion "podpass/v2" is not podpass/v1`},
		{"another kind", `"kind": "Report"`, `"kind": "Plan"`, `kind "Plan" is not Report`},
		{"a field that is not known", `"caller"`, `"calller"`, "calller"},
		{"a field in another case", `"caller"`, `"Caller"`, "Caller"},
		{"a field that stands twice", `"caller"`, `"kind": "Report", "caller"`, "kind"},
		{"a second document", "\n}\n", "\n}\n{}", "after top-level value"},
		{"a report that is cut off", "\n}\n", "", "unexpected EOF"},
		{"text that is not UTF-8", "prod-admin", "prod\xff", "UTF-8"},
		{"a status that is none", `"status": "manual"`, `"status": "ok"`, `status "ok" is not one of`},
		{"a severity that is none", `"severity": "critical"`, `"severity": "CRITICAL"`, `severity "CRITICAL" is not one of`},
		{"a number as text", `"pods": 211`, `"pods": "211"`, "pods"},
		{"a time that is none", `"generatedAt": "2026`, `"generatedAt": "26`, "generatedAt"},
		{"no document", good, "", "EOF"},
		{"text that is no JSON", good, "cluster: prod", "invalid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			from := good
			if !strings.Contains(good, c.from) {
				from = own
			}
			bad := strings.Replace(from, c.from, c.to, 1)
			if bad == from {
				t.Fatal("nothing was changed")
			}
			r, err := report.Read(strings.NewReader(bad))
			if err == nil || r != nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "read report: ") {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestReadMakesNoListNull(t *testing.T) {
	in := `{"apiVersion":"podpass/v1","kind":"Report","generatedAt":"2026-01-02T03:04:05+01:00",
		"verdicts":{"cisAudit":{"status":"fail"},"cisIntent":{"status":"fail","namespaces":null}},
		"coverage":{"gaps":[{"what":"x"}]},"waivers":{"unused":null},"baseline":{},"config":{},"only":{},
		"results":[{"rule":"PP101","status":"fail","severity":"high","evidence":[{"text":"x"}]},{"rule":"PP101","status":"pass","severity":"high"}]}`
	r, err := report.Read(strings.NewReader(in))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, data := range [][]byte{plain, render(t, r, report.Options{Format: report.JSON})} {
		if bytes.Contains(data, []byte("null")) {
			t.Errorf("a list is null: %s", data)
		}
	}
}

// TestJSONIsThatOfTheStruct: results are written one by one, and yet give the
// bytes of the whole, but for characters that are escaped in more places.
func TestJSONIsThatOfTheStruct(t *testing.T) {
	r := saved(t)
	var want bytes.Buffer
	e := json.NewEncoder(&want)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(r); err != nil {
		t.Fatal(err)
	}
	got := string(render(t, r, report.Options{Format: report.JSON}))
	got = strings.NewReplacer(`\u202e`, "\u202e", `\u200b`, "\u200b", `\u2066`, "\u2066").Replace(got)
	if diff := cmp.Diff(want.String(), got); diff != "" {
		t.Error(diff)
	}
}

// FuzzReport: whatever Read takes for a report is the same after it was
// written and read again, and every format of it is valid.
func FuzzReport(f *testing.F) {
	// A few results only: the fuzzer minimizes what it finds, which takes a
	// minute for the whole report.
	small := saved(f)
	small.Results = slices.Concat(small.Results[:2], small.Results[len(small.Results)-3:])
	small.Verdicts.CISAudit.Namespaces, small.Verdicts.CISIntent.Namespaces = nil, nil
	data := render(f, small, report.Options{Format: report.JSON})
	f.Add(data)
	f.Add(data[:500])
	f.Add(render(f, rich(f), report.Options{Format: report.JSON}))
	f.Add([]byte(`{"apiVersion":"podpass/v1","kind":"Report","generatedAt":"2026-01-02T03:04:05.999+01:00","verdicts":{"cisAudit":{"status":"pass"},"cisIntent":{"status":"pass"}},"results":[{"rule":"\u001b\u202e😀","status":"fail","severity":"low","keyIds":[],"waiver":{}}],"waivers":{},"baseline":{},"config":{},"only":{}}`))
	c := newChecker(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := report.Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		out := render(t, r, report.Options{Format: report.JSON})
		again, err := report.Read(bytes.NewReader(out))
		if err != nil {
			t.Fatalf("what was written is refused: %v\n%s", err, out)
		}
		if diff := cmp.Diff(r, again); diff != "" {
			t.Error(diff)
		}
		for _, format := range report.Formats() {
			for _, verbose := range []bool{false, true} {
				o := report.Options{Format: format, Verbose: verbose, SARIFWaived: verbose}
				c.check(t, r, format, string(render(t, r, o)))
			}
		}
	})
}
