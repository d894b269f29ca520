package report_test

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rivo/uniseg"
	"pgregory.net/rapid"

	"podpass/internal/audit"
	"podpass/internal/report"
)

// word is a string from outside: words, and what does harm.
func word() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		evil := rapid.SampledFrom([]string{
			"default", "team-a", "名前", "\x1b[2J", "\u009b31m", "\u202e", "\u2066", "\u200b", "\u2028", "\xff", "<b>", "\n", "\n$ reboot", "\n---\n", "\t",
			"\"", "'", "\\", "$ns", "`", "](x)", "..", "/", "\x00", "\ufeff", "\U000e0041", "e\u0301", strings.Repeat("long", 60),
		})
		return strings.Join(rapid.SliceOfN(rapid.OneOf(evil, rapid.StringN(0, 6, -1)), 0, 4).Draw(t, "parts"), rapid.SampledFrom([]string{"", " "}).Draw(t, "join"))
	})
}

func anyResult() *rapid.Generator[audit.Result] {
	return rapid.Custom(func(t *rapid.T) audit.Result {
		w := word()
		r := audit.Result{
			Rule:     rapid.SampledFrom([]string{"PP101", "PP102", "PP201", "PP999"}).Draw(t, "rule"),
			Status:   rapid.SampledFrom([]audit.Status{audit.Pass, audit.Fail, audit.Manual, audit.Unknown, audit.Waived}).Draw(t, "status"),
			Severity: rapid.SampledFrom(audit.Severities()).Draw(t, "severity"),
			Object:   audit.Object{Kind: w.Draw(t, "kind"), Namespace: w.Draw(t, "namespace"), Name: w.Draw(t, "name"), Container: w.Draw(t, "container")},
			Message:  w.Draw(t, "message"), ManagedBy: w.Draw(t, "by"), Fingerprint: w.Draw(t, "fingerprint"),
			Fix:    rapid.SampledFrom([]string{"", "$ ", "---\n"}).Draw(t, "mark") + w.Draw(t, "fix"),
			Absent: rapid.Bool().Draw(t, "absent"),
		}
		for _, text := range rapid.SliceOfN(w, 0, 9).Draw(t, "evidence") {
			r.Evidence = append(r.Evidence, audit.Evidence{Text: text, Objects: []audit.Object{r.Object}})
		}
		if rapid.Bool().Draw(t, "has source") {
			r.Source = &audit.Source{File: w.Draw(t, "file"), Line: rapid.IntRange(-1, 1e6).Draw(t, "line")}
		}
		r.KeyIDs = rapid.SliceOfN(w, 0, 3).Draw(t, "key ids")
		r.Baseline = rapid.SampledFrom([]string{"", audit.New, audit.Unchanged}).Draw(t, "baseline")
		if r.Status == audit.Waived || rapid.IntRange(0, 9).Draw(t, "has waiver") == 0 {
			r.Waiver = &audit.Waiver{
				Owner: w.Draw(t, "owner"), Reason: w.Draw(t, "reason"), Expires: w.Draw(t, "expires"), Evidence: w.Draw(t, "proof"),
				Verdict: rapid.SampledFrom([]audit.Status{"", audit.Pass, audit.Fail}).Draw(t, "verdict"),
			}
		}
		return r
	})
}

// anyOwn gives a report some of what the user's own files do to it.
func anyOwn(t *rapid.T, r *audit.Report) {
	w, list := word(), rapid.SliceOfN(word(), 0, 20)
	refs := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) audit.WaiverRef {
		return audit.WaiverRef{Line: rapid.IntRange(-1, 99).Draw(t, "line"), Rule: w.Draw(t, "rule"), Kind: w.Draw(t, "kind"),
			Namespace: w.Draw(t, "namespace"), Name: w.Draw(t, "name"), Owner: w.Draw(t, "owner"), Expires: w.Draw(t, "expires")}
	}), 0, 20)
	known := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) audit.Known {
		return audit.Known{Fingerprint: w.Draw(t, "fingerprint"), Rule: w.Draw(t, "rule"), Severity: rapid.SampledFrom(audit.Severities()).Draw(t, "severity"),
			Object: audit.Object{Kind: w.Draw(t, "kind"), Name: w.Draw(t, "name")}, Reason: w.Draw(t, "reason")}
	}), 0, 20)
	has := rapid.Bool()
	if has.Draw(t, "has waivers") {
		r.Waivers = &audit.WaiverUse{File: w.Draw(t, "waivers"), Applied: 1, Expired: refs.Draw(t, "expired"), Unused: refs.Draw(t, "unused")}
	}
	if has.Draw(t, "has baseline") {
		r.Baseline = &audit.Comparison{File: w.Draw(t, "baseline"), New: 1, Unchanged: 2, Fixed: known.Draw(t, "fixed"), NotEvaluated: known.Draw(t, "not evaluated")}
	}
	if has.Draw(t, "has config") {
		r.Config = &audit.ConfigUse{File: w.Draw(t, "config"), Changed: list.Draw(t, "changed")}
	}
	if has.Draw(t, "has files") {
		r.Only = &audit.Only{Files: list.Draw(t, "files"), Hidden: rapid.IntRange(0, 3).Draw(t, "hidden")}
	}
}

func anyReport() *rapid.Generator[*audit.Report] {
	return rapid.Custom(func(t *rapid.T) *audit.Report {
		w, list := word(), rapid.SliceOfN(word(), 0, 4)
		r := empty()
		r.Cluster = audit.Cluster{Name: w.Draw(t, "cluster"), Version: w.Draw(t, "version"), Context: w.Draw(t, "context")}
		r.Tool.Name, r.Tool.Version, r.Caller = w.Draw(t, "tool"), w.Draw(t, "tool version"), w.Draw(t, "caller")
		r.GeneratedAt = time.Unix(rapid.Int64Range(0, 1<<35).Draw(t, "time"), 0).UTC()
		r.Coverage.Scope, r.Coverage.Selected, r.Coverage.Excluded = w.Draw(t, "scope"), list.Draw(t, "selected"), list.Draw(t, "excluded")
		r.Coverage.Evaluated.Namespaces = rapid.IntRange(0, 2).Draw(t, "namespaces")
		r.Coverage.Ignored = []audit.KindCount{{Kind: w.Draw(t, "ignored"), Count: 1}}
		r.Coverage.Gaps = []audit.Gap{{What: w.Draw(t, "what"), Scope: w.Draw(t, "gap scope"), Reason: w.Draw(t, "reason"), Grant: w.Draw(t, "grant"), Rules: list.Draw(t, "rules")}}
		r.Coverage.NotAssessed = []audit.NotAssessed{{Source: w.Draw(t, "source"), Rules: list.Draw(t, "not run"), How: w.Draw(t, "how")}}
		r.Verdicts.CISAudit.Reasons = list.Draw(t, "reasons")
		r.Verdicts.CISAudit.Namespaces = []audit.NamespaceVerdict{{Name: w.Draw(t, "in verdict"), Status: audit.Fail}}
		r.Results = rapid.SliceOfN(anyResult(), 0, 12).Draw(t, "results")
		anyOwn(t, r)
		return r
	})
}

func anyOptions(format string) *rapid.Generator[report.Options] {
	return rapid.Custom(func(t *rapid.T) report.Options {
		return report.Options{Format: format, Width: rapid.IntRange(-1, 200).Draw(t, "width"), Verbose: rapid.Bool().Draw(t, "verbose"), SARIFWaived: rapid.Bool().Draw(t, "waived"), Color: rapid.Bool().Draw(t, "color")}
	})
}

func draw(t *rapid.T, r *audit.Report, o report.Options) string {
	var b bytes.Buffer
	if err := report.Write(&b, r, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestEveryFormatOfAnyReportIsValid(t *testing.T) {
	c := newChecker(t)
	rapid.Check(t, func(t *rapid.T) {
		r := anyReport().Draw(t, "report")
		for _, format := range report.Formats() {
			o := anyOptions(format).Draw(t, "options")
			got := draw(t, r, o)
			if again := draw(t, r, o); again != got {
				t.Fatalf("%s: the same report gives other bytes", format)
			}
			if o.Color && format == report.Text {
				got = uncolored(got)
			}
			c.check(t, r, format, got)
		}
	})
}

// uncolored takes off just the sequences that the renderer may use.
func uncolored(s string) string {
	for _, code := range []string{"0", "1", "2", "31", "1;31", "32", "33", "34", "36"} {
		s = strings.ReplaceAll(s, "\x1b["+code+"m", "")
	}
	return s
}

func TestColorChangesNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, o := anyReport().Draw(t, "report"), anyOptions(report.Text).Draw(t, "options")
		o.Color = true
		colored := draw(t, r, o)
		o.Color = false
		if diff := cmp.Diff(draw(t, r, o), uncolored(colored)); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestProseKeepsWithinTheWidth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, o := anyReport().Draw(t, "report"), anyOptions(report.Text).Draw(t, "options")
		for i := range r.Results {
			r.Results[i].Fix = "" // commands and YAML are as long as they are
		}
		o.Color = false
		width := o.Width
		if width <= 0 {
			width = report.DefaultWidth
		}
		width = max(width, 40)
		for line := range strings.Lines(draw(t, r, o)) {
			line = strings.TrimSuffix(line, "\n")
			if uniseg.StringWidth(line) > width && !hasLongWord(line, width) {
				t.Fatalf("%d columns of %d: %q", uniseg.StringWidth(line), width, line)
			}
		}
	})
}

// hasLongWord tells lines that cannot be broken well: a word takes most of
// it. What stands before and after is bounded.
func hasLongWord(line string, width int) bool {
	return slices.ContainsFunc(strings.Fields(line), func(w string) bool { return uniseg.StringWidth(w) > width-30 })
}

func TestReadGivesBackAnyReport(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := draw(t, anyReport().Draw(t, "report"), report.Options{Format: report.JSON})
		r, err := report.Read(strings.NewReader(first))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first, draw(t, r, report.Options{Format: report.JSON})); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestWriteChangesNothingInTheReport(t *testing.T) {
	r := empty()
	r.Results = []audit.Result{{Rule: "PP101", Status: audit.Unknown, Severity: audit.High, Evidence: []audit.Evidence{{Text: "x"}}}}
	r.Coverage.Gaps = []audit.Gap{{What: "pods"}}
	before := fmt.Sprintf("%#v %#v %#v", *r, r.Results, r.Coverage.Gaps)
	for _, format := range report.Formats() {
		render(t, r, report.Options{Format: format})
	}
	if after := fmt.Sprintf("%#v %#v %#v", *r, r.Results, r.Coverage.Gaps); after != before {
		t.Errorf("before %s\nafter  %s", before, after)
	}
}

func TestWriteRefusesAnUnknownFormat(t *testing.T) {
	err := report.Write(&bytes.Buffer{}, empty(), report.Options{Format: "xml"})
	if err == nil || err.Error() != `format "xml" is not one of text, json, sarif, junit, markdown, csv` {
		t.Errorf("error %v", err)
	}
}

// full is a writer that takes a number of bytes, then no more.
type full struct{ room int }

var errFull = errors.New("no space left")

func (f *full) Write(p []byte) (int, error) {
	n := min(len(p), f.room)
	f.room -= n
	if n < len(p) {
		return n, errFull
	}
	return n, nil
}

func TestWriteTellsThatTheWriterIsFull(t *testing.T) {
	r := saved(t)
	for _, format := range report.Formats() {
		whole := len(render(t, r, report.Options{Format: format}))
		for _, room := range []int{0, 100, whole - 1} {
			if err := report.Write(&full{room}, r, report.Options{Format: format}); !errors.Is(err, errFull) {
				t.Errorf("%s, room for %d of %d bytes: error %v", format, room, whole, err)
			}
		}
		if err := report.Write(&full{whole}, r, report.Options{Format: format}); err != nil {
			t.Errorf("%s: %v", format, err)
		}
	}
}

// TestPackageIsPure: a renderer that cannot reach the network or the disk's
// programs cannot leak a report.
func TestPackageIsPure(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	deps := strings.Fields(string(out))
	if !slices.Contains(deps, "podpass/internal/audit") {
		t.Fatalf("go list gave %q", deps)
	}
	for _, dep := range deps {
		if slices.Contains([]string{"net", "net/http", "os/exec", "net/url"}, dep) || strings.HasPrefix(dep, "k8s.io/") || strings.Contains(dep, "aws-sdk") {
			t.Errorf("it reaches %s", dep)
		}
	}
}
