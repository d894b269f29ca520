package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"podpass/internal/audit"
)

// maxMarkdown bounds the text: GitHub refuses a step summary of more than
// 1 MiB, and shows nothing of it.
// https://docs.github.com/en/actions/writing-workflows/choosing-what-your-workflow-does/workflow-commands-for-github-actions#step-isolation-and-limits
const maxMarkdown = 900 << 10

// spareMarkdown is kept of it for telling what was left out.
const spareMarkdown = 4 << 10

// sheet is Markdown as it grows, up to the bound.
type sheet struct {
	b       strings.Builder
	verbose bool
	left    []string // what did not fit, in words
}

// writeMarkdown writes the report for summaries of pipelines and comments on
// changes: the verdicts, then tables as text has paragraphs, at the end the
// fixes, folded. What does not fit is counted.
func writeMarkdown(w io.Writer, r *audit.Report, o Options) error {
	m := &sheet{verbose: o.Verbose}
	s := sorted(r)
	m.head(r, s)
	m.refs("Expired waivers: they accept nothing any more", r.Waivers, expiredOf)
	m.failures(r, s)
	m.unchanged(r.Baseline, s.unchanged)
	m.findings("To be judged by a person", s.manual)
	m.findings("Judged by a person", s.judged)
	m.findings("Waived", s.waived)
	m.refs(unusedTitle(&r.Coverage), r.Waivers, unusedOf)
	m.findings("Could not be evaluated", s.unknown)
	m.gaps(r.Coverage.Gaps)
	m.since(r.Baseline)
	m.notLookedAt(&r.Coverage)
	m.findings("For information: these decide no verdict", s.info)
	m.fixes("How to fix", s.fail, s.manual)
	m.fixes("How to settle what could not be evaluated", s.unknown)
	m.leftOut()
	if _, err := io.WriteString(w, m.b.String()); err != nil {
		return fmt.Errorf("write markdown: %w", err)
	}
	return nil
}

// add writes a piece of Markdown, if there is room for it.
func (m *sheet) add(piece string) bool {
	if m.b.Len()+len(piece) > maxMarkdown-spareMarkdown {
		return false
	}
	m.b.WriteString(piece)
	return true
}

// lost remembers what did not fit.
func (m *sheet) lost(n int, what string) {
	if n > 0 {
		m.left = append(m.left, fmt.Sprintf("%d of “%s”", n, what))
	}
}

func (m *sheet) leftOut() {
	if len(m.left) > 0 {
		fmt.Fprintf(&m.b, "\n> **Left out** to stay below %d KiB: %s. `--format json` has all.\n", maxMarkdown>>10, strings.Join(m.left, ", "))
	}
}

func (m *sheet) head(r *audit.Report, s *sections) {
	m.add(fmt.Sprintf("## Podpass: CIS audit %s, CIS intent %s\n\n", upper(r.Verdicts.CISAudit.Status), upper(r.Verdicts.CISIntent.Status)))
	m.table("", []string{"Verdict", "Status", "Namespaces"}, [][]string{
		verdictRow("CIS audit", &r.Verdicts.CISAudit), verdictRow("CIS intent", &r.Verdicts.CISIntent),
	})
	m.add("\n**" + summaryText(r, s) + "**\n\n")
	m.field("Benchmark", fmt.Sprintf("%s %s, %s, by %s %s", r.Benchmark.Name, r.Benchmark.Edition, r.Benchmark.Control, r.Tool.Name, r.Tool.Version))
	m.field("Cluster", clusterText(r.Cluster))
	m.field("Caller", r.Caller)
	m.field("Covered", coveredText(r.Coverage))
	if !r.GeneratedAt.IsZero() {
		m.field("Time", r.GeneratedAt.Format(time.RFC3339))
	}
	if n := len(r.Coverage.Gaps); n > 0 {
		m.field("Not whole", count(n, "gap", "gaps"))
	}
	m.own(r)
}

func upper(s audit.Status) string {
	switch s {
	case audit.Pass, audit.Fail, audit.Unknown, audit.Manual, audit.Waived:
		return strings.ToUpper(string(s))
	}
	return "–"
}

func verdictRow(name string, v *audit.Verdict) []string {
	text := strings.TrimPrefix(namespacesText(v.Namespaces), "namespaces: ")
	if v.Status == audit.Unknown && len(v.Reasons) > 0 {
		text = strings.TrimPrefix(text+"; "+strings.Join(v.Reasons, "; "), "; ")
	}
	return []string{name, "**" + upper(v.Status) + "**", markText(text)}
}

// field writes one named value; nothing if it is empty.
func (m *sheet) field(name, value string) {
	if value != "" {
		m.add("- " + name + ": " + markText(value) + "\n")
	}
}

// own says what the user's files did to this run.
func (m *sheet) own(r *audit.Report) {
	if c := r.Config; c != nil {
		m.config(c)
	}
	if r.Waivers != nil {
		m.field("Waivers", waiverUseText(r.Waivers))
	}
	if r.Baseline != nil {
		m.field("Baseline", comparedText(r.Baseline))
	}
	if r.Only != nil {
		m.field("Shown", shownText(r.Only))
		if r.Only.Hidden > 0 {
			m.add("\n**" + hiddenText(r.Only) + "**\n")
		}
	}
}

func (m *sheet) config(c *audit.ConfigUse) {
	if len(c.Changed) == 0 {
		m.field("Config", c.File+" (changes nothing)")
		return
	}
	m.field("Config", "changed by "+c.File+":")
	shown := m.few(len(c.Changed))
	for i, one := range c.Changed[:shown] {
		if !m.add("  - " + markText(one) + "\n") {
			m.lost(shown-i, "changed by the configuration")
			return
		}
	}
	if n := len(c.Changed) - shown; n > 0 {
		m.add(fmt.Sprintf("  - … and %d more\n", n))
	}
}
