package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"podpass/internal/audit"
)

// comparedText counts how a run relates to its baseline.
func comparedText(c *audit.Comparison) string {
	return fmt.Sprintf("%s: %d new, %d unchanged, %d fixed, %d not evaluated", c.File, c.New, c.Unchanged, len(c.Fixed), len(c.NotEvaluated))
}

func knownText(k *audit.Known) string { return k.Rule + " " + named(k.Object) }

// unchanged failures are summed up by severity and rule: who gives a baseline
// looks for what is new.
func (p *page) unchanged(c *audit.Comparison, results []*audit.Result) {
	if len(results) == 0 {
		return
	}
	title := "Unchanged"
	if c != nil {
		title = "Unchanged since the baseline " + c.File
	}
	p.heading(title)
	if p.verbose {
		p.paragraphs(results, "Fix")
		return
	}
	for _, s := range sums(results) {
		tag := strings.ToUpper(string(s.severity))
		lead := "  " + p.paint(ofSeverity(s.severity), tag) + spaces(9-columns(Escape(tag)))
		p.titled(lead, 11, plain, fmt.Sprintf("%s on %s", s.rule, count(s.n, "object", "objects")))
	}
	p.prose(hang{first: "  ", rest: "    ", tint: dim}, "--verbose shows them, --format json has all.")
}

// sum is how many results of one rule and severity there are.
type sum struct {
	rule     string
	severity audit.Severity
	n        int
}

// sums counts results, most severe first, then by rule.
func sums(results []*audit.Result) []sum {
	n := map[sum]int{}
	for _, r := range results {
		n[sum{rule: r.Rule, severity: r.Severity}]++
	}
	var list []sum
	for one, number := range n {
		one.n = number
		list = append(list, one)
	}
	slices.SortFunc(list, func(a, b sum) int {
		return cmp.Or(cmp.Compare(a.severity.Rank(), b.severity.Rank()), cmp.Compare(a.rule, b.rule), cmp.Compare(a.severity, b.severity))
	})
	return list
}

// since lists what of the baseline is no failure of this run: what is fixed,
// and what this run cannot tell.
func (p *page) since(c *audit.Comparison) {
	if c == nil {
		return
	}
	if len(c.Fixed) > 0 {
		p.heading("Fixed since the baseline")
		p.known(c.Fixed)
	}
	if len(c.NotEvaluated) > 0 {
		p.heading("In the baseline, and not evaluated by this run")
		p.known(c.NotEvaluated)
	}
}

func (p *page) known(list []audit.Known) {
	shown := p.few(len(list))
	for i := range list[:shown] {
		one := &list[i]
		text := knownText(one)
		if one.Reason != "" {
			text += ": " + one.Reason
		}
		tag := strings.ToUpper(string(one.Severity))
		p.titled("  "+p.paint(ofSeverity(one.Severity), tag)+spaces(9-columns(Escape(tag))), 11, plain, text)
	}
	p.others(len(list) - shown)
}
