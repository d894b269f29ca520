package report

import (
	"fmt"
	"strings"

	"podpass/internal/audit"
)

// own says in the header what the user's files did to this run, so that no
// verdict is read without it.
func (p *page) own(r *audit.Report) {
	if r.Config != nil {
		p.config(r.Config)
	}
	if r.Waivers != nil {
		p.field("Waivers", waiverUseText(r.Waivers))
	}
	if r.Baseline != nil {
		p.field("Baseline", comparedText(r.Baseline))
	}
	if r.Only != nil {
		p.field("Shown", shownText(r.Only))
	}
}

// config lists each change on a line of its own: one that widens what passes
// must not drown.
func (p *page) config(c *audit.ConfigUse) {
	if len(c.Changed) == 0 {
		p.field("Config", c.File+" (changes nothing)")
		return
	}
	p.field("Config", "changed by "+c.File+":")
	shown := p.few(len(c.Changed))
	for _, one := range c.Changed[:shown] {
		p.prose(hang{first: spaces(14), rest: spaces(16), most: 3}, one)
	}
	if n := len(c.Changed) - shown; n > 0 {
		p.prose(hang{first: spaces(14), rest: spaces(16), tint: dim}, fmt.Sprintf("… and %d more: --verbose shows them, --format json has all.", n))
	}
}

func shownText(o *audit.Only) string {
	if len(o.Files) == 0 {
		return "only results without a place in a file"
	}
	return "only results of " + strings.Join(o.Files, ", ")
}

// hiddenText says what is not shown; the verdicts are of all.
func hiddenText(o *audit.Only) string {
	where := ""
	if len(o.Files) > 0 {
		where = " outside of " + count(len(o.Files), "file", "files")
	}
	return fmt.Sprintf("%s%s %s not shown; the verdicts are of all.",
		count(o.Hidden, "more failure or unknown", "more failures and unknowns"), where, isOrAre(o.Hidden))
}

func isOrAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

func (p *page) hidden(o *audit.Only) {
	if o != nil && o.Hidden > 0 {
		p.line()
		p.prose(hang{first: "", rest: "  ", tint: bold}, hiddenText(o))
	}
}
