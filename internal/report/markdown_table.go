package report

import (
	"fmt"
	"strings"

	"podpass/internal/audit"
)

// table writes a heading, if any, and rows of cells, which are Markdown
// already. All rows that do not fit are counted.
func (m *sheet) table(title string, head []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	top := "| " + strings.Join(head, " | ") + " |\n" + strings.Repeat("| --- ", len(head)) + "|\n"
	if title != "" {
		top = "\n### " + title + "\n\n" + top
	}
	for i, cells := range rows {
		if !m.add(top + "| " + strings.Join(cells, " | ") + " |\n") {
			m.lost(len(rows)-i, title)
			return
		}
		top = ""
	}
}

// few is how many of a list are shown.
func (m *sheet) few(n int) int {
	if n > mostRefs && !m.verbose {
		return mostRefs - 1
	}
	return n
}

// others says how many were not shown.
func (m *sheet) others(n int, what string) {
	if n > 0 {
		m.add(fmt.Sprintf("\n… and %d more%s: `--verbose` shows them.\n", n, what))
	}
}

// failures are those that decide the verdicts, but those that a baseline
// knows.
func (m *sheet) failures(r *audit.Report, s *sections) {
	if len(s.fail) == 0 {
		m.add("\n" + noFindings(r, s) + "\n")
		return
	}
	title := "Failures"
	if r.Baseline != nil {
		title = "New failures"
	}
	m.findings(title, s.fail)
}

// findings writes a table of groups, at most a few of each rule and severity.
func (m *sheet) findings(title string, results []*audit.Result) {
	if len(results) == 0 {
		return
	}
	shown, more := m.shown(grouped(results))
	rows := make([][]string, len(shown))
	for i, g := range shown {
		first := g.first()
		rows[i] = []string{markText(string(first.Severity)), codeSpan(first.Rule), m.where(g), m.what(g)}
	}
	m.table(title, []string{"Severity", "Rule", "On", "What"}, rows)
	for _, one := range more {
		what := fmt.Sprintf(" of %s (%s)", codeSpan(one.rule), markText(string(one.severity)))
		m.others(one.n, what)
	}
}

// shown takes the first groups of each rule and severity, and counts the
// others.
func (m *sheet) shown(groups []*group) (shown []*group, more []sum) {
	var now sum
	for _, g := range groups {
		if first := g.first(); first.Rule != now.rule || first.Severity != now.severity {
			now = sum{rule: first.Rule, severity: first.Severity}
		}
		now.n++
		switch {
		case now.n <= mostParagraphs || m.verbose:
			shown = append(shown, g)
		case now.n == mostParagraphs+1:
			more = append(more, sum{now.rule, now.severity, 1})
		default:
			more[len(more)-1].n++
		}
	}
	return shown, more
}

// where names the objects of a group, their places and who manages them.
func (m *sheet) where(g *group) string {
	first := g.first()
	title, items := g.subject()
	var lines []string
	if len(items) == 0 {
		lines = append(lines, codeSpan(title))
		if at := place(first.Source); at != "" {
			lines = append(lines, codeSpan(at))
		}
	} else {
		lines = append(lines, markText(title))
	}
	lines = append(lines, m.items(items)...)
	if first.ManagedBy != "" {
		lines = append(lines, "managed by "+markText(first.ManagedBy))
	}
	return strings.Join(lines, "<br>")
}

// items lists objects one a line with their places, if they have any, else in
// one line.
func (m *sheet) items(items []item) []string {
	limit := len(items)
	if limit > mostPlaces && !m.verbose {
		limit = mostPlaces - 1
	}
	places := false
	lines := make([]string, limit)
	for i, one := range items[:limit] {
		lines[i] = codeSpan(one.name)
		if one.place != "" {
			lines[i] += " " + codeSpan(one.place)
			places = true
		}
	}
	if n := len(items) - limit; n > 0 {
		lines = append(lines, fmt.Sprintf("… and %d more", n))
	}
	if !places && len(lines) > 0 {
		return []string{strings.Join(lines, ", ")}
	}
	return lines
}

// what is the finding: the message, the evidence, the keys, who accepts it.
func (m *sheet) what(g *group) string {
	first := g.first()
	text := markText(first.Message)
	if first.Baseline == audit.New {
		text = strings.TrimSuffix("**New.** "+text, " ")
	}
	lines := []string{text}
	limit := len(g.evidence)
	if limit > mostEvidence && !m.verbose {
		limit = mostEvidence - 1
	}
	for _, one := range g.evidence[:limit] {
		lines = append(lines, "• "+markText(one))
	}
	if n := len(g.evidence) - limit; n > 0 {
		lines = append(lines, fmt.Sprintf("• … and %d more", n))
	}
	if !namesAll(strings.Join(g.evidence[:limit], "\n"), first.KeyIDs) {
		for _, id := range first.KeyIDs {
			lines = append(lines, "• access key id "+codeSpan(id))
		}
	}
	if first.Waiver != nil {
		lines = append(lines, markText(acceptance(first.Waiver)))
	}
	return strings.Join(lines, "<br>")
}
