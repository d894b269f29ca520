package report

import (
	"fmt"
	"slices"
	"strings"

	"podpass/internal/audit"
	"podpass/internal/plan"
	"podpass/internal/snapshot"
)

// told is a text, and all of which it is told.
type told struct {
	text string
	of   []string
}

// grouping groups by text, in the order of the first of each.
type grouping struct {
	list []told
	at   map[string]int
}

func newGrouping() *grouping { return &grouping{at: map[string]int{}} }

func (g *grouping) add(text, of string) {
	i, ok := g.at[text]
	if !ok {
		g.at[text] = len(g.list)
		g.list = append(g.list, told{text, []string{of}})
		return
	}
	if t := &g.list[i]; t.of[len(t.of)-1] != of {
		t.of = append(t.of, of)
	}
}

// groups writes texts and of what each is told, the first of them.
func (p *planPage) groups(title string, list []told, most int, more func(int) string) {
	if len(list) == 0 {
		return
	}
	p.heading(title)
	for _, t := range list[:min(most, len(list))] {
		p.prose(hang{first: "  • ", rest: "    "}, t.text)
		p.list("      ", t.of, 2)
	}
	if n := len(list) - most; n > 0 {
		p.prose(hang{first: "  ", rest: "  ", tint: dim}, more(n))
	}
}

// risks tells each risk once, of all that have it.
func (p *planPage) risks() {
	g := newGrouping()
	for i := range p.plan.Steps {
		s := &p.plan.Steps[i]
		o := audit.Object{Kind: s.Object.Kind, Namespace: s.Object.Namespace, Name: s.Object.Name}
		if s.For != nil {
			o = *s.For
		}
		for _, risk := range s.Risk {
			g.add(risk, named(o))
		}
	}
	p.groups(textRisks, g.list, mostRisks, textMoreRisks)
}

// notPlanned says why failures are not settled, those left by choice apart.
func (p *planPage) notPlanned() {
	left, chosen := newGrouping(), newGrouping()
	for i := range p.plan.NotPlanned {
		n := &p.plan.NotPlanned[i]
		g := left
		if n.ByChoice {
			g = chosen
		}
		g.add(n.Reason, n.Rule+" "+named(n.Object))
	}
	p.groups(textNotPlanned, left.list, mostReasons, textMoreReasons)
	p.groups(textByChoice, chosen.list, mostReasons, textMoreReasons)
}

// outcome counts the results of an audit before and after, and says which
// failures stay beside those that were told already.
func (p *planPage) outcome() {
	before, then := p.plan.Predicted.Before, p.plan.Predicted.After
	p.heading(textOutcome)
	for _, c := range []struct {
		status      audit.Status
		before, now int
	}{
		{audit.Fail, before.Fail, then.Fail}, {audit.Unknown, before.Unknown, then.Unknown}, {audit.Manual, before.Manual, then.Manual},
		{audit.Waived, before.Waived, then.Waived}, {audit.Pass, before.Pass, then.Pass},
	} {
		if c.before+c.now > 0 {
			p.line(fmt.Sprintf("  %-9s%d → %d", c.status, c.before, c.now))
		}
	}
	p.staying()
}

func (p *planPage) staying() {
	type of struct {
		rule   string
		object audit.Object
	}
	known, waiting := map[of]bool{}, map[string]bool{}
	for _, n := range p.plan.NotPlanned {
		known[of{n.Rule, n.Object}] = true
	}
	for i := range p.plan.Steps {
		if s := &p.plan.Steps[i]; s.Waiting() {
			for _, f := range s.Settles {
				waiting[f] = true
			}
		}
	}
	toldOf, held := 0, 0
	others, fresh := newGrouping(), newGrouping()
	for _, s := range p.plan.Predicted.Staying {
		switch {
		case waiting[s.Fingerprint]:
			held++
		case known[of{s.Rule, s.Object}]:
			toldOf++
		case s.New:
			fresh.add(s.Reason, s.Rule+" "+named(s.Object))
		default:
			others.add(s.Reason, s.Rule+" "+named(s.Object))
		}
	}
	if text := textStaying(toldOf, held); text != "" {
		p.prose(hang{first: "  ", rest: "  "}, text)
	}
	p.groups(textStayToo, others.list, mostReasons, textMoreReasons)
	p.groups(textFresh, fresh.list, mostReasons, textMoreReasons)
}

// next names the commands that go on from here.
func (p *planPage) next() {
	pl := p.plan
	ready := slices.ContainsFunc(pl.Steps, func(s plan.Step) bool { return !s.Waiting() })
	switch {
	case ready || len(pl.Decisions) > 0:
		p.heading(textNext)
	case len(pl.Steps)+len(pl.Gaps)+len(pl.NotPlanned) > 0:
		p.line()
		p.prose(hang{tint: bold}, textNothingPlanned)
	default:
		p.line()
		p.prose(hang{tint: bold}, textNothingToDo)
	}
	if len(pl.Decisions) > 0 {
		p.prose(hang{first: "  ", rest: "  "}, textDecide)
	}
	if ready {
		p.carryOut()
	}
}

// carryOut names the command that makes the changes, or files of them.
func (p *planPage) carryOut() {
	text, command := textFix, fixCommand(&p.plan.Source)
	if command == "" {
		text, command = textSave, "podpass export plan.json --as kubernetes --to plan"
	}
	p.prose(hang{first: "  ", rest: "  "}, text)
	p.line("    ", p.paint(cyan, command))
}

// fixCommand makes the changes in files; "" where these are none that can be
// named, or where the plan is of some workloads alone.
func fixCommand(s *plan.Source) string {
	if s.Origin != snapshot.OriginFiles || len(s.Paths) == 0 || len(s.Workloads)+len(s.Namespaces)+len(s.Excluded) > 0 {
		return ""
	}
	command := "podpass fix"
	for _, path := range s.Paths {
		if strings.HasPrefix(path, "-") || Escape(path) != path {
			return ""
		}
		command += " " + shellWord(path)
	}
	if s.Choices != "" {
		if Escape(s.Choices) != s.Choices {
			return ""
		}
		command += " --choices " + shellWord(s.Choices)
	}
	if len(s.Rules) > 0 {
		command += " --rules " + strings.Join(s.Rules, ",")
	}
	return command + " --write"
}

// shellWord quotes a word for a POSIX shell where need be.
func shellWord(word string) string {
	plain := word != ""
	for _, r := range word {
		plain = plain && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=,@", r))
	}
	if plain {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
