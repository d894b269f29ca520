package report

import (
	"fmt"
	"strings"

	"podpass/internal/audit"
)

func expiredOf(w *audit.WaiverUse) []audit.WaiverRef { return w.Expired }
func unusedOf(w *audit.WaiverUse) []audit.WaiverRef  { return w.Unused }

func (m *sheet) refs(title string, w *audit.WaiverUse, of func(*audit.WaiverUse) []audit.WaiverRef) {
	if w == nil {
		return
	}
	list := of(w)
	shown := m.few(len(list))
	rows := make([][]string, shown)
	for i := range rows {
		one := &list[i]
		on := audit.Object{Kind: one.Kind, Namespace: one.Namespace, Name: one.Name}
		rows[i] = []string{codeSpan(one.Rule), codeSpan(named(on)), markText(one.Owner), codeSpan(one.Expires), codeSpan(refPlace(w.File, one))}
	}
	m.table(title, []string{"Rule", "On", "Owner", "Up to", "At"}, rows)
	m.others(len(list)-shown, "")
}

func (m *sheet) unchanged(c *audit.Comparison, results []*audit.Result) {
	const title = "Unchanged since the baseline"
	if m.verbose {
		m.findings(title, results)
		return
	}
	var rows [][]string
	for _, s := range sums(results) {
		rows = append(rows, []string{markText(string(s.severity)), codeSpan(s.rule), fmt.Sprint(s.n)})
	}
	m.table(title, []string{"Severity", "Rule", "Objects"}, rows)
}

func (m *sheet) since(c *audit.Comparison) {
	if c != nil {
		m.known("Fixed since the baseline", c.Fixed)
		m.known("In the baseline, and not evaluated by this run", c.NotEvaluated)
	}
}

func (m *sheet) known(title string, list []audit.Known) {
	shown := m.few(len(list))
	head := []string{"Severity", "Rule", "On"}
	rows := make([][]string, shown)
	for i := range rows {
		one := &list[i]
		rows[i] = []string{markText(string(one.Severity)), codeSpan(one.Rule), codeSpan(named(one.Object))}
		if one.Reason != "" {
			rows[i] = append(rows[i], markText(one.Reason))
			head = []string{"Severity", "Rule", "On", "Why"}
		}
	}
	for i := range rows {
		if len(rows[i]) < len(head) {
			rows[i] = append(rows[i], "")
		}
	}
	m.table(title, head, rows)
	m.others(len(list)-shown, "")
}

func (m *sheet) gaps(list []audit.Gap) {
	groups := joined(list)
	shown := m.few(len(groups))
	rows := make([][]string, shown)
	for i, g := range groups[:shown] {
		scopes := make([]item, len(g.scopes))
		for j, scope := range g.scopes {
			scopes[j].name = scope
		}
		where := strings.Join(m.items(scopes), "<br>")
		rows[i] = []string{markText(g.What), where, markText(g.Reason), markText(ruleList(g.Rules))}
	}
	m.table("Gaps: what could not be read whole", []string{"What", "Where", "Why", "Leaves open"}, rows)
	m.others(len(groups)-shown, "")
}

// notLookedAt says what the report tells nothing of.
func (m *sheet) notLookedAt(c *audit.Coverage) {
	rows := make([][]string, len(c.NotAssessed))
	for i, n := range c.NotAssessed {
		rows[i] = []string{markText(n.Source), markText(strings.Join(n.Rules, ", ")), markText(n.How)}
	}
	m.table("Not assessed", []string{"Source", "Rules", "How to ask for it"}, rows)
	if len(c.Excluded) == 0 {
		return
	}
	shown := m.few(len(c.Excluded))
	m.add("\nNamespaces left out on request: " + markText(strings.Join(c.Excluded[:shown], ", ")) + "\n")
	m.others(len(c.Excluded)-shown, " namespaces")
}

// fixes writes the fixes of groups, folded, since they are long.
func (m *sheet) fixes(title string, lists ...[]*audit.Result) {
	var pieces []string
	for _, list := range lists {
		shown, _ := m.shown(grouped(list))
		last := ""
		for _, g := range shown {
			piece := m.groupFix(g)
			if piece != "" && piece != last {
				name, _ := g.subject()
				pieces = append(pieces, codeSpan(g.first().Rule)+" on "+markText(name)+":\n\n"+piece)
			}
			last = piece
		}
	}
	top := "\n<details>\n<summary>" + title + "</summary>\n"
	for i, piece := range pieces {
		if !m.add(top + "\n" + strings.TrimSuffix(piece, "\n")) {
			m.lost(len(pieces)-i, title)
			break
		}
		top = ""
	}
	if top == "" {
		m.b.WriteString("\n</details>\n") // of what is spared
	}
}

// groupFix is the fix of a group: one for all, a loop over the namespaces, or
// the fixes of a few.
func (m *sheet) groupFix(g *group) string {
	s := g.fix()
	if !s.own {
		return m.blocks(s.blocks, s.namespaces)
	}
	shown := g.results
	if len(shown) > mostFixes && !m.verbose {
		shown = shown[:1]
	}
	var b strings.Builder
	for _, r := range shown {
		b.WriteString("For " + codeSpan(named(r.Object)) + ":\n\n" + m.blocks(parseFix(r.Fix), nil))
	}
	if n := len(g.results) - len(shown); n > 0 {
		fmt.Fprintf(&b, "… and %d more, each of its own.\n\n", n)
	}
	return b.String()
}

func (m *sheet) blocks(list []block, namespaces []string) string {
	var b strings.Builder
	for _, one := range list {
		switch {
		case one.form == prose:
			for _, line := range one.lines {
				b.WriteString(markText(line) + "\n\n")
			}
		case one.form == yaml:
			b.WriteString(codeBlock("yaml", one.lines) + "\n")
		case len(namespaces) > mostLoop && !m.verbose:
			b.WriteString(fmt.Sprintf("For each of the %d namespaces as for the first:\n\n", len(namespaces)))
			b.WriteString(codeBlock("sh", concrete([]block{one}, namespaces[0])[0].lines) + "\n")
		case len(namespaces) > 0:
			b.WriteString(codeBlock("sh", loopLines(one.lines, namespaces, maxWidth)) + "\n")
		default:
			b.WriteString(codeBlock("sh", one.lines) + "\n")
		}
	}
	return b.String()
}
