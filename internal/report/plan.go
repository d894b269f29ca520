package report

import (
	"fmt"
	"io"
	"strings"

	"podpass/internal/plan"
)

// PlanFormats lists the formats of a Plan, the default first.
func PlanFormats() []string { return []string{Text, JSON} }

// WritePlan renders a Plan, in a format of PlanFormats. It changes nothing in
// it.
func WritePlan(w io.Writer, p *plan.Plan, o Options) error {
	switch o.Format {
	case Text:
		return writePlanText(w, p, o)
	case JSON:
		bare := *p
		bare.Steps = []plan.Step{}
		return writeFramed(w, &bare, "steps", len(p.Steps), func(i int) any { return &p.Steps[i] })
	}
	return fmt.Errorf("format %q is not one of %s, %s", o.Format, Text, JSON)
}

// How much of a plan its text tells: JSON has all.
const (
	mostDecisions = 20
	mostStories   = 60
	mostRisks     = 15
	mostReasons   = 20
)

// writePlanText writes a plan for people: what they have to decide, then what is
// done to each workload, wave by wave, what may go wrong, what is not planned,
// and what comes out. Its length is bounded, however long the plan is.
func writePlanText(w io.Writer, pl *plan.Plan, o Options) error {
	p := &planPage{newPage(w, o), pl, map[string]int{}}
	p.header()
	p.decisions()
	p.gaps()
	p.stories()
	p.risks()
	p.notPlanned()
	p.outcome()
	p.next()
	if err := p.out.Flush(); err != nil {
		return fmt.Errorf("write text: %w", err)
	}
	return nil
}

// planPage is the text of a plan, as it is written.
type planPage struct {
	*page
	plan    *plan.Plan
	numbers map[string]int // of decisions and gaps, by id
}

func (p *planPage) header() {
	pl := p.plan
	p.prose(hang{tint: bold}, fmt.Sprintf("%s %s · %s", pl.Tool.Name, pl.Tool.Version, textPlanOf(pl.Source.Origin)))
	p.line()
	p.field(textCluster, clusterName(&pl.Source.Cluster))
	p.field(textPaths, commas(pl.Source.Paths))
	p.field(textChoices, pl.Source.Choices)
	p.field(textOnly, textAskedFor(&pl.Source))
	p.field(textSteps, p.stepCounts())
	for i := range pl.Decisions {
		p.numbers[pl.Decisions[i].ID] = i + 1
	}
	for i := range pl.Gaps {
		p.numbers[pl.Gaps[i].ID] = len(pl.Decisions) + i + 1
	}
}

func clusterName(c *plan.ClusterSource) string {
	name := c.Name
	if c.Context != "" && c.Context != c.Name {
		name += " (" + c.Context + ")"
	}
	return name
}

// stepCounts counts the steps by wave, and those that wait.
func (p *planPage) stepCounts() string {
	n := map[plan.Wave]int{}
	waiting := 0
	for i := range p.plan.Steps {
		s := &p.plan.Steps[i]
		n[s.Wave]++
		if s.Waiting() {
			waiting++
		}
	}
	var words []string
	for _, wave := range plan.Waves() {
		if n[wave] > 0 {
			words = append(words, fmt.Sprintf("%d %s", n[wave], wave))
		}
	}
	return textStepCounts(len(p.plan.Steps), words, waiting)
}

func (p *planPage) decisions() {
	list := p.plan.Decisions
	if len(list) == 0 {
		return
	}
	p.heading(textDecisions(len(list)))
	for i := range list[:min(mostDecisions, len(list))] {
		d := &list[i]
		p.line()
		p.titled(p.paint(bold, fmt.Sprintf("  %d. ", i+1)), 5, bold, named(d.Object)+after(place(d.Source)))
		p.prose(hang{first: "     ", rest: "     "}, d.Question)
		p.answers(d.Choices)
		p.prose(hang{first: "     ", rest: "     ", tint: yellow}, textHeldUp(len(d.HoldsUp)))
	}
	if n := len(list) - mostDecisions; n > 0 {
		p.line()
		p.prose(hang{first: "  ", rest: "  ", tint: dim}, textMoreDecisions(n))
	}
}

// answers writes lines of a file of choices, to be copied as they are.
func (p *planPage) answers(text string) {
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		p.line("       ", p.paint(cyan, line))
	}
}

func (p *planPage) gaps() {
	list := p.plan.Gaps
	if len(list) == 0 {
		return
	}
	p.heading(textGaps)
	for i := range list[:min(mostDecisions, len(list))] {
		g := &list[i]
		p.line()
		p.titled(p.paint(bold, fmt.Sprintf("  %d. ", p.numbers[g.ID])), 5, bold, g.What+after(g.Scope))
		p.prose(hang{first: "     ", rest: "     "}, g.Reason)
		p.prose(hang{first: "     → ", rest: "       "}, g.Grant)
		p.prose(hang{first: "     ", rest: "     ", tint: yellow}, textHeldUp(len(g.HoldsUp)))
	}
	if n := len(list) - mostDecisions; n > 0 {
		p.line()
		p.prose(hang{first: "  ", rest: "  ", tint: dim}, textMoreGaps(n))
	}
}

// after puts what is not empty in parentheses behind something.
func after(s string) string {
	if s == "" {
		return ""
	}
	return " (" + s + ")"
}
