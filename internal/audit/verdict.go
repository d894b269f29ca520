package audit

import (
	"slices"

	"podpass/internal/snapshot"
)

// verdicts gives both answers. Results of severity info decide nothing.
func (c *context) verdicts(r *Report, run []Rule) Verdicts {
	letter := func(rule *Rule) bool { return rule.Letter }
	all := func(*Rule) bool { return true }
	return Verdicts{
		CISAudit:  c.verdict(r, run, letter),
		CISIntent: c.verdict(r, run, all),
	}
}

// tally is what the results of one namespace, or of none, add up to.
type tally struct{ fail, unknown, manual, waived bool }

func (t *tally) add(r *Result) {
	switch r.Status {
	case Fail:
		t.fail = t.fail || r.Severity != Info
	case Unknown:
		t.unknown = true
	case Manual:
		t.manual = true
	case Waived:
		t.waived = t.waived || r.Severity != Info
	}
}

func (t tally) plus(o tally) tally {
	return tally{t.fail || o.fail, t.unknown || o.unknown, t.manual || o.manual, t.waived || o.waived}
}

// status is the worst of a tally, in the order of the contract.
func (t tally) status() Status {
	switch {
	case t.fail:
		return Fail
	case t.unknown:
		return Unknown
	case t.manual:
		return Manual
	case t.waived:
		return Waived
	}
	return Pass
}

func (c *context) verdict(r *Report, run []Rule, part func(*Rule) bool) Verdict {
	in, missing := parts(r, run, part)
	byNamespace, unknowns := tallies(r.Results, in)
	v := Verdict{Reasons: c.reasons(unknowns, missing), Namespaces: []NamespaceVerdict{}}
	// What bears on no single namespace bears on all.
	all := byNamespace[""]
	all.unknown = all.unknown || len(missing) > 0 || len(c.namespaces) == 0
	total := all
	for _, ns := range c.namespaces {
		t := byNamespace[ns.Name].plus(all)
		total = total.plus(t)
		v.Namespaces = append(v.Namespaces, NamespaceVerdict{ns.Name, t.status()})
	}
	for ns, t := range byNamespace { // a namespace known only by its gap
		if !c.selected[ns] {
			total = total.plus(t)
		}
	}
	v.Status = total.status()
	return v
}

// parts lists the rules of a verdict, and says which of them did not run.
func parts(r *Report, run []Rule, part func(*Rule) bool) (in map[string]bool, missing []string) {
	in = map[string]bool{}
	for _, rule := range Rules() {
		if !part(&rule) {
			continue
		}
		in[rule.ID] = true
		switch runs := chosen(&rule, run); {
		case runs && !assessed(&rule, r.Coverage.NotAssessed) && rule.Partly:
			missing = append(missing, rule.ID+" did not look into "+rule.Source)
		case !runs, !assessed(&rule, r.Coverage.NotAssessed):
			missing = append(missing, rule.ID+" did not run")
		}
	}
	return in, missing
}

// tallies adds up results by namespace, and counts those that are unknown.
func tallies(results []Result, in map[string]bool) (byNamespace map[string]tally, unknowns int) {
	byNamespace = map[string]tally{}
	for i := range results {
		result := &results[i]
		if result.Status == Pass || !in[result.Rule] { // a pass adds nothing
			continue
		}
		namespace := result.Object.Namespace
		if result.Object.Kind == snapshot.KindNamespace {
			namespace = result.Object.Name
		}
		t := byNamespace[namespace]
		t.add(result)
		byNamespace[namespace] = t
		if result.Status == Unknown {
			unknowns++
		}
	}
	return byNamespace, unknowns
}

// reasons says why a verdict is at best unknown.
func (c *context) reasons(unknowns int, missing []string) []string {
	list := []string{}
	if len(c.namespaces) == 0 {
		list = append(list, "nothing to evaluate")
	}
	if unknowns > 0 {
		list = append(list, count(unknowns, "unknown result"))
	}
	return append(list, missing...)
}

func chosen(rule *Rule, run []Rule) bool {
	return slices.ContainsFunc(run, func(r Rule) bool { return r.ID == rule.ID })
}

func assessed(rule *Rule, not []NotAssessed) bool {
	return !slices.ContainsFunc(not, func(n NotAssessed) bool { return slices.Contains(n.Rules, rule.ID) })
}

// Exit codes of an audit.
const (
	ExitClean    = 0
	ExitFindings = 3
	ExitOpen     = 4
)

// ExitCode is that of the rules that ran: findings at or above failOn, else
// something that was asked for and could not be evaluated, else clean. An
// object that is simply not among the files counts only if strict. A failure
// that the baseline has counts no more.
func (r *Report) ExitCode(failOn Severity, strict bool) int {
	open := r.Coverage.Evaluated.Namespaces == 0
	for i := range r.Results {
		switch result := &r.Results[i]; result.Status {
		case Fail:
			if result.Baseline != Unchanged && result.Severity.Rank() <= failOn.Rank() {
				return ExitFindings
			}
		case Unknown:
			open = open || strict || !result.Absent
		}
	}
	for _, gap := range r.Coverage.Gaps {
		open = open || len(gap.Rules) > 0
	}
	if open {
		return ExitOpen
	}
	return ExitClean
}
