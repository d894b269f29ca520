package report_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"podpass/internal/audit"
	"podpass/internal/report"
)

var (
	fenceLine  = regexp.MustCompile("^(```+)(sh|yaml)$")
	backticks  = regexp.MustCompile("`+")
	underHead  = regexp.MustCompile(`^\|( --- \|)+$`)
	activeText = regexp.MustCompile(`[<>\[\]{}@#*_~\\&$!|=+^%/]|^[-+]|^\d+[.)]|:[\w+-]+:|\b[0-9a-fA-F]{7,40}\b|\w\.\w`)
)

// checkMarkdown takes what was written apart as a renderer does: blocks of
// code, spans of code, and the few marks that the writer uses itself. What is
// left must hold nothing that GitHub or GitLab make more of than text.
func checkMarkdown(t failer, got string) {
	t.Helper()
	if len(got) > 900<<10 {
		t.Errorf("markdown: %d bytes", len(got))
	}
	fence, cells := "", 0
	for line := range strings.Lines(got) {
		line = strings.TrimSuffix(line, "\n")
		if fence != "" {
			if line == fence {
				fence = ""
			} else if strings.HasPrefix(strings.TrimLeft(line, " "), fence) {
				t.Errorf("markdown: a line that ends its block of code: %q", line)
			}
			continue
		}
		if m := fenceLine.FindStringSubmatch(line); m != nil {
			fence = m[1]
			continue
		}
		rest, ok := withoutSpans(line)
		if !ok {
			t.Errorf("markdown: a span of code that does not end: %q", line)
		}
		cells = checkCells(t, line, cells)
		if bad := active(rest); bad != "" {
			t.Errorf("markdown: %q is more than text in %q", bad, line)
		}
	}
	if fence != "" {
		t.Errorf("markdown: a block of code that does not end")
	}
}

// withoutSpans takes spans of code out of a line, by the rule of CommonMark:
// a run of backticks ends at the next run of the same length.
func withoutSpans(line string) (rest string, ok bool) {
	runs := backticks.FindAllStringIndex(line, -1)
	var b strings.Builder
	at := 0
	for i := 0; i < len(runs); i++ {
		end := i + 1
		for end < len(runs) && runs[end][1]-runs[end][0] != runs[i][1]-runs[i][0] {
			end++
		}
		if end == len(runs) {
			return line, false
		}
		b.WriteString(line[at:runs[i][0]] + "CODE")
		at, i = runs[end][1], end
	}
	return b.String() + line[at:], true
}

// checkCells: all rows of a table have the cells of its head.
func checkCells(t failer, line string, cells int) int {
	t.Helper()
	n := strings.Count(line, "|")
	switch {
	case !strings.HasPrefix(line, "| "):
		if n > 0 {
			if rest, _ := withoutSpans(line); strings.Contains(rest, "|") {
				t.Errorf("markdown: a pipe outside of a table: %q", line)
			}
		}
		return 0
	case cells > 0 && n != cells:
		t.Errorf("markdown: %d pipes, want %d: %q", n, cells, line)
	}
	return n
}

// active gives what in a line without code is no plain text.
func active(line string) string {
	if strings.HasPrefix(line, "    ") {
		return "indentation"
	}
	if underHead.MatchString(line) {
		return ""
	}
	for _, lead := range []string{"### ", "## ", "> ", "  - ", "- ", "| "} {
		if rest, is := strings.CutPrefix(line, lead); is {
			line = rest
			break
		}
	}
	line = strings.ReplaceAll(line, "**", "")
	for _, own := range []string{"<br>", "<details>", "</details>", "<summary>", "</summary>", " | "} {
		line = strings.ReplaceAll(line, own, " ")
	}
	line = strings.TrimSuffix(line, "|")
	return activeText.FindString(line)
}

func TestMarkdownTakesOutsideTextAsText(t *testing.T) {
	for _, evil := range []string{
		"@team", "a@b.example", "#1", "owner/repo#1", "GH-1", "!2", "&3", "%4", "$5", "~bug", ":smile:", "deadbeef", "0123456789abcdef0123456789abcdef01234567",
		"defaced", "de-faced-deadbeef", "www.example.com", "https://evil.example", "[x](https://evil.example)", "![x](y)", "<img src=x onerror=alert(1)>", "<!-- x -->", "</details>",
		"a|b", `a\|b`, `\`, "`", "``", "a`b", "`a`", "```", "~~~", "*a*", "_a_", "**", "~~a~~", "a\nb", "\n\n# h", "\n```\n", "---", "===", "> q", "- l", "1. l", "1)", "    code", "[ ] t",
		"&lt;b&gt;", "&#64;team", "/close", "[[_TOC_]]", "$`x`$", "[^1]", "\x1b[31m", "\u202e", "\xff", " ", "", "(@a)", `"@a"`, "a:b", "`` ` ``",
	} {
		r := rich(t)
		for i := range r.Results {
			one := &r.Results[i]
			one.Message, one.ManagedBy, one.Fingerprint = evil, evil, evil
			one.Object.Name, one.Object.Kind = evil, evil
			one.Evidence = []audit.Evidence{{Text: evil}}
			one.Fix = evil + "\n$ " + evil + "\n---\n" + evil + "\n---"
			one.Source = &audit.Source{File: evil, Line: i}
			one.KeyIDs = []string{evil}
			if one.Waiver != nil {
				one.Waiver.Owner, one.Waiver.Reason, one.Waiver.Expires = evil, evil, evil
			}
		}
		r.Tool.Name, r.Caller, r.Coverage.Scope, r.Cluster = evil, evil, evil, audit.Cluster{Name: evil, Version: evil}
		r.Coverage.Gaps[0] = audit.Gap{What: evil, Scope: evil, Reason: evil, Rules: []string{evil}}
		r.Coverage.NotAssessed[0] = audit.NotAssessed{Source: evil, Rules: []string{evil}, How: evil}
		r.Coverage.Excluded, r.Config.Changed, r.Only.Files = []string{evil}, []string{evil}, []string{evil}
		r.Baseline.Fixed[0].Object, r.Baseline.NotEvaluated[0].Reason, r.Baseline.File = audit.Object{Kind: evil}, evil, evil
		r.Waivers.Unused[0] = audit.WaiverRef{Rule: evil, Kind: evil, Namespace: evil, Name: evil, Owner: evil, Expires: evil}
		t.Run(evil, func(t *testing.T) {
			for _, verbose := range []bool{false, true} {
				checkMarkdown(t, string(render(t, r, report.Options{Format: report.Markdown, Verbose: verbose})))
			}
		})
	}
}

// TestMarkdownCheckFinds: what the tests above look with is able to see.
func TestMarkdownCheckFinds(t *testing.T) {
	for _, bad := range []string{
		"@team", "see #1", "[x](y)", "<b>", "a & b", "*a*", "_a_", "http://x", "www.x.example", "- - a", "- 1. a", "deadbeef", "`a", "a | b", "| a | b |\n| c |", "```sh\nx", "```sh\n````\n```", "    a", `a\b`,
	} {
		var found finder
		checkMarkdown(&found, bad)
		if found.n == 0 {
			t.Errorf("it does not see %q", bad)
		}
	}
}

// finder counts what is found.
type finder struct{ n int }

func (*finder) Helper()                 {}
func (f *finder) Errorf(string, ...any) { f.n++ }
func (f *finder) Fatal(...any)          { f.n++ }

func TestMarkdownFitsAStepSummary(t *testing.T) {
	noise := func(i int) string { return strings.Repeat(fmt.Sprintf("word%d ", i), 300) }
	for _, c := range []struct {
		name    string
		report  *audit.Report
		verbose bool
		left    bool
	}{
		{"10,000 namespaces", wide(10000), false, false},
		{"10,000 namespaces, verbose", wide(10000), true, true},
		{"6,000 long results", many(6000, noise), false, false},
		{"6,000 long results, verbose", many(6000, noise), true, true},
		{"one string of 4 MiB", many(1, func(int) string { return strings.Repeat("`@x ", 1<<20) }), true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := string(render(t, c.report, report.Options{Format: report.Markdown, Verbose: c.verbose}))
			checkMarkdown(t, got)
			if left := strings.Contains(got, "**Left out** to stay below 900 KiB"); left != c.left {
				t.Errorf("%d bytes; says that it left something out: %v", len(got), left)
			}
			if c.left && !strings.Contains(got, "of “How to fix”") {
				t.Error("it does not say that fixes were left out")
			}
			if strings.Count(got, "<details>") != strings.Count(got, "</details>") {
				t.Error("what is folded does not end")
			}
			if !strings.Contains(got, "## Podpass: ") || !strings.Contains(got, fmt.Sprintf("**%d result", len(c.report.Results))) {
				t.Errorf("no headline, or no counts: %.300s", got)
			}
		})
	}
}

func TestMarkdownSaysWhatTextSays(t *testing.T) {
	got := string(render(t, rich(t), report.Options{Format: report.Markdown}))
	for _, want := range []string{
		"### New failures", "**New.** Static keys override", "### Unchanged since the baseline", "### Fixed since the baseline", "not evaluated by this run",
		"### Waived", "Accepted by team-shop up to `2026-12-31`", "### Expired waivers", "### Waivers that match no failure", "Judged pass by team-platform",
		"- Config: changed by `.podpass.yaml`:\n  - excluded namespace sandbox", "**4 more failures and unknowns outside of 2 files are not shown", "### Gaps", "### Not assessed",
		"<summary>How to fix</summary>\n\n`PP101` on ServiceAccount", "```yaml\nspec:\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("it does not say %q", want)
		}
	}
}
