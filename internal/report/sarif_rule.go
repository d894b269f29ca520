package report

import (
	"fmt"
	"strings"

	"podpass/internal/audit"
)

// sarifRules gives all rules, failed or not, and the index of each. A report
// of another version may name rules that this one does not know; they are
// added with what the report tells.
func sarifRules(r *audit.Report) ([]sarifRule, map[string]int) {
	rules, index := []sarifRule{}, map[string]int{}
	for _, rule := range audit.Rules() {
		index[rule.ID] = len(rules)
		rules = append(rules, sarifRuleOf(&rule))
	}
	for i := range r.Results {
		id := r.Results[i].Rule
		if _, known := index[id]; !known {
			index[id] = len(rules)
			rules = append(rules, sarifRuleOf(&audit.Rule{ID: Escape(id), Title: "Rule " + Escape(id), Severity: r.Results[i].Severity}))
		}
	}
	return rules, index
}

func sarifRuleOf(rule *audit.Rule) sarifRule {
	full := rule.Why
	if full == "" {
		full = rule.Title
	}
	tags := []string{"security", "kubernetes", "aws-eks", "cis-eks-5.2.1"}
	for verdict := range strings.SplitSeq(rule.VerdictText(), ", ") {
		tags = append(tags, strings.ToLower(strings.ReplaceAll(verdict, " ", "-")))
	}
	return sarifRule{
		ID:               rule.ID,
		Name:             clip(rule.Title, maxName),
		ShortDescription: sarifText{clip(rule.Title, maxDescription)},
		FullDescription:  sarifText{clip(full, maxDescription)},
		Help:             help(rule),
		Default:          sarifDefault{level(rule.Severity)},
		Properties: sarifRuleBag{
			Tags:             tags,
			Precision:        "high",
			SecuritySeverity: score(rule.Severity),
		},
	}
}

func help(rule *audit.Rule) sarifMarkdown {
	asked := "Asked for only on request"
	if rule.Partly {
		asked = "Whole only on request"
	}
	severity := string(rule.Severity)
	if rule.Severities != "" {
		severity += "; " + rule.Severities
	}
	text := []string{fmt.Sprintf("%s: %s", rule.ID, rule.Title)}
	mark := []string{fmt.Sprintf("# %s: %s", rule.ID, rule.Title)}
	for _, part := range []struct{ name, body string }{
		{"Why", rule.Why}, {"Fix", rule.Fix}, {"Severity", severity}, {"Verdict", rule.VerdictText()}, {asked, rule.How},
	} {
		if part.body != "" {
			text = append(text, part.name+": "+part.body)
			mark = append(mark, "**"+part.name+".** "+part.body)
		}
	}
	for i, link := range rule.References {
		if i == 0 {
			mark = append(mark, "**References**")
		}
		text = append(text, link)
		mark = append(mark, "- <"+link+">")
	}
	return sarifMarkdown{strings.Join(text, "\n\n"), strings.Join(mark, "\n\n")}
}

// score is a severity as GitHub reads it: over 9.0 is critical, from 7.0 high,
// from 4.0 medium, else low. It can be told for a rule only, not for a result.
func score(s audit.Severity) string {
	switch s {
	case audit.Critical:
		return "9.5"
	case audit.High:
		return "8.0"
	case audit.Medium:
		return "5.5"
	case audit.Low:
		return "2.5"
	}
	return "0.5"
}
