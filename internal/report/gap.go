package report

import (
	"cmp"
	"fmt"
	"strings"

	"podpass/internal/audit"
)

// open tells what was asked for and could not be evaluated, why, and what
// would settle it: first by object, then what could not be read.
func (p *page) open(r *audit.Report, unknown []*audit.Result) {
	if len(unknown) == 0 && len(r.Coverage.Gaps) == 0 {
		return
	}
	p.heading("Could not be evaluated")
	p.paragraphs(unknown, "To settle it")
	groups := joined(r.Coverage.Gaps)
	shown := groups
	if len(groups) > mostGaps && !p.verbose {
		shown = groups[:mostGaps-1]
	}
	for _, g := range shown {
		p.gap(g)
	}
	if n := len(groups) - len(shown); n > 0 {
		p.line()
		p.prose(hang{first: "  ", rest: "    ", tint: dim}, fmt.Sprintf("… and %d more gaps: --verbose shows them, --format json has all.", n))
	}
}

// mostGaps bounds the gaps shown without Verbose.
const mostGaps = 12

// gaps are those that differ in nothing but their scope.
type gaps struct {
	audit.Gap
	scopes []string
}

func joined(list []audit.Gap) []*gaps {
	byKey := map[string]*gaps{}
	var out []*gaps
	for _, g := range list {
		key := strings.Join(append([]string{g.What, g.Reason, g.Grant}, g.Rules...), "\x00")
		one := byKey[key]
		if one == nil {
			one = &gaps{Gap: g}
			byKey[key] = one
			out = append(out, one)
		}
		one.scopes = append(one.scopes, g.Scope)
	}
	return out
}

func ruleList(rules []string) string { return cmp.Or(strings.Join(rules, ", "), "no rule") }

func (p *page) gap(g *gaps) {
	p.line()
	title := g.What
	if len(g.scopes) == 1 {
		title += ", " + g.scopes[0]
	} else {
		title += fmt.Sprintf(" in %d places", len(g.scopes))
	}
	p.titled(p.paint(yellow, "GAP")+"      ", 9, bold, title)
	p.prose(hang{first: "  ", rest: "  ", most: mostProse}, g.Reason)
	if len(g.scopes) > 1 {
		p.list("    ", g.scopes, mostListLines)
	}
	p.prose(hang{first: "  • ", rest: "    "}, "leaves open "+ruleList(g.Rules))
	if blocks := parseFix(g.Grant); len(blocks) > 0 {
		p.line("  ", p.paint(dim, "To settle it"))
		for _, b := range blocks {
			p.block(b, nil)
		}
	}
}
