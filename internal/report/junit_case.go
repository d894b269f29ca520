package report

import (
	"cmp"
	"fmt"
	"strings"

	"podpass/internal/audit"
)

// resultCase is the case of a result. Failures that a baseline knows, and those
// of severity info, make no exit code, hence are skipped. What is unknown is an
// error, also an object that is simply not among the files: nobody judged it.
func resultCase(r *audit.Result) junitCase {
	c := junitCase{Name: caseName(r.Object)}
	skip := func(why, text string) { c.Skipped = outcome(why, text, caseText(r, text)) }
	bad := func() *junitOutcome { return outcome(string(r.Severity), r.Message, caseText(r, r.Message)) }
	switch {
	case r.Status == audit.Pass:
		if r.Waiver != nil {
			c.Out = &junitText{xmlText(acceptance(r.Waiver))}
		}
	case r.Status == audit.Manual:
		skip("manual", "To be judged by a person: "+r.Message)
	case r.Status == audit.Waived && r.Waiver == nil:
		skip("waived", "Waived, nobody named: "+r.Message)
	case r.Status == audit.Waived:
		skip("waived", acceptance(r.Waiver)+"\n"+r.Message)
	case r.Status == audit.Fail && r.Severity == audit.Info:
		skip("info", "For information: "+r.Message)
	case r.Status == audit.Fail && r.Baseline == audit.Unchanged:
		skip("unchanged", "Unchanged since the baseline: "+r.Message)
	case r.Status == audit.Fail:
		c.Failure = bad()
	default:
		c.Error = bad()
	}
	return c
}

// caseText is all of a result but its object, since GitLab shows nothing else.
// What is long is cut, but never the keys.
func caseText(r *audit.Result, first string) string {
	var evidence []string
	for i := range r.Evidence {
		evidence = append(evidence, "- "+r.Evidence[i].Text)
	}
	lines := []string{clip(first, maxMessage)}
	add := func(name, value string) {
		if value != "" {
			lines = append(lines, name+value)
		}
	}
	shown := clip(strings.Join(evidence, "\n"), maxMessage)
	add("", shown)
	if !namesAll(shown, r.KeyIDs) {
		add("- ", keyText(r.KeyIDs))
	}
	if r.Waiver != nil && r.Status != audit.Waived {
		add("", clip(acceptance(r.Waiver), maxMessage))
	}
	add("Severity: ", string(r.Severity))
	add("Place: ", place(r.Source))
	add("Managed by: ", r.ManagedBy)
	add("Baseline: ", r.Baseline)
	add("Fingerprint: ", r.Fingerprint)
	add("Fix:\n", clip(r.Fix, maxFix))
	return strings.Join(lines, "\n")
}

// wholeSuite says what is of no single result: gaps, and what the user's files
// did. It is the first suite.
func wholeSuite(r *audit.Report) junitSuite {
	s := junitSuite{Name: "report", Properties: wholeProperties(r)}
	add := func(c junitCase) {
		c.Class = "report"
		s.Cases = append(s.Cases, c)
	}
	if r.Coverage.Evaluated.Namespaces == 0 {
		const text = "Nothing was evaluated: no namespace was found."
		add(junitCase{Name: "nothing to evaluate", Error: outcome("nothing", text, text)})
	}
	for i := range r.Coverage.Gaps {
		add(gapCase(&r.Coverage.Gaps[i]))
	}
	if w := r.Waivers; w != nil {
		for i := range w.Expired {
			one := &w.Expired[i]
			add(skippedCase("expired waiver: "+refText(one), "expired", fmt.Sprintf(
				"The waiver of %s at %s expired after %s: it accepts nothing any more.", orDash(one.Owner), refPlace(w.File, one), orDash(one.Expires))))
		}
	}
	if r.Only != nil && r.Only.Hidden > 0 {
		add(skippedCase("results that are not shown", "hidden", hiddenText(r.Only)))
	}
	if text := ownText(r); text != "" {
		s.Out = &junitText{xmlText(text)}
	}
	return s
}

// gapCase is an error where the gap leaves a rule open.
func gapCase(g *audit.Gap) junitCase {
	text := fmt.Sprintf("Could not be read whole: %s.\nIt leaves open %s.\n", strings.TrimSuffix(g.Reason, "."), ruleList(g.Rules))
	if g.Grant != "" {
		text += "To settle it: " + g.Grant
	}
	c := skippedCase("gap: "+g.What+", "+g.Scope, "gap", text)
	if len(g.Rules) > 0 {
		c.Error, c.Skipped = c.Skipped, nil
	}
	return c
}

func wholeProperties(r *audit.Report) *junitProperties {
	p := &junitProperties{}
	for _, one := range []junitProperty{
		{"tool", strings.TrimSpace(r.Tool.Name + " " + r.Tool.Version)},
		{"benchmark", fmt.Sprintf("%s %s, %s", r.Benchmark.Name, r.Benchmark.Edition, r.Benchmark.Control)},
		{"cluster", clusterText(r.Cluster)},
		{"covered", coveredText(r.Coverage)},
		{"verdict.cisAudit", cmp.Or(string(r.Verdicts.CISAudit.Status), "-")},
		{"verdict.cisIntent", cmp.Or(string(r.Verdicts.CISIntent.Status), "-")},
	} {
		if one.Value != "" {
			p.List = append(p.List, junitProperty{one.Name, outcomeLine(one.Value)})
		}
	}
	return p
}

// ownText says in lines what the user's files did to this run.
func ownText(r *audit.Report) string {
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, outcomeLine(fmt.Sprintf(format, args...))) }
	if c := r.Config; c != nil {
		add("Configuration %s", c.File)
		for _, one := range c.Changed {
			add("- changed: %s", one)
		}
	}
	if w := r.Waivers; w != nil {
		add("Waivers %s", waiverUseText(w))
		for i := range w.Unused {
			add("- matches no failure: %s, %s", refText(&w.Unused[i]), refPlace(w.File, &w.Unused[i]))
		}
	}
	if c := r.Baseline; c != nil {
		add("Baseline %s", comparedText(c))
		for i := range c.Fixed {
			add("- fixed: %s", knownText(&c.Fixed[i]))
		}
	}
	if r.Only != nil {
		add("Shown: %s", shownText(r.Only))
	}
	return strings.Join(lines, "\n")
}
