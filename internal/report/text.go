package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"podpass/internal/audit"
)

// writeText writes the report for people: what was judged, the verdicts, then
// what to mend, most severe first, and what could not be told. Its length
// depends on how many findings differ, not on how many objects have them.
func writeText(w io.Writer, r *audit.Report, o Options) error {
	p := newPage(w, o)
	s := sorted(r)
	p.header(r)
	p.expired(r.Waivers)
	p.findings(r, s)
	p.unchanged(r.Baseline, s.unchanged)
	p.judgements("To be judged by a person", s.manual, "Fix")
	p.judgements("Judged by a person", s.judged, "")
	p.judgements("Waived", s.waived, "")
	p.unused(r)
	p.open(r, s.unknown)
	p.since(r.Baseline)
	p.notLookedAt(r)
	p.informative(s.info)
	p.hidden(r.Only)
	p.summary(r, s)
	if err := p.out.Flush(); err != nil {
		return fmt.Errorf("write text: %w", err)
	}
	return nil
}

// sections are the results of a Report by where they are shown. Failures that
// a baseline knows are apart, and so is what a recorded verdict lets pass.
type sections struct{ fail, unchanged, info, manual, judged, waived, unknown []*audit.Result }

func sorted(r *audit.Report) *sections {
	var s sections
	for i := range r.Results {
		one := &r.Results[i]
		switch one.Status {
		case audit.Fail:
			s.failure(one)
		case audit.Pass:
			if one.Waiver != nil {
				s.judged = append(s.judged, one)
			}
		case audit.Manual:
			s.manual = append(s.manual, one)
		case audit.Waived:
			s.waived = append(s.waived, one)
		case audit.Unknown:
			s.unknown = append(s.unknown, one)
		}
	}
	s.unknown = acrossRules(s.unknown)
	return &s
}

func (s *sections) failure(r *audit.Result) {
	switch {
	case r.Severity == audit.Info:
		s.info = append(s.info, r)
	case r.Baseline == audit.Unchanged:
		s.unchanged = append(s.unchanged, r)
	default:
		s.fail = append(s.fail, r)
	}
}

func (p *page) header(r *audit.Report) {
	p.prose(hang{tint: bold}, fmt.Sprintf("%s %s · %s %s, %s", r.Tool.Name, r.Tool.Version, r.Benchmark.Name, r.Benchmark.Edition, r.Benchmark.Control))
	p.line()
	p.field("Cluster", clusterText(r.Cluster))
	p.field("Caller", r.Caller)
	p.field("Covered", coveredText(r.Coverage))
	if !r.GeneratedAt.IsZero() {
		p.field("Time", r.GeneratedAt.Format(time.RFC3339))
	}
	if len(r.Coverage.Gaps) > 0 {
		p.field("Not whole", count(len(r.Coverage.Gaps), "gap", "gaps")+", see “Could not be evaluated”")
	}
	p.own(r)
	p.line()
	p.verdict("CIS audit", &r.Verdicts.CISAudit)
	p.verdict("CIS intent", &r.Verdicts.CISIntent)
}

// field writes one named value; nothing if it is empty.
func (p *page) field(name, value string) {
	if value != "" {
		p.prose(hang{first: fmt.Sprintf("  %-12s", name), rest: spaces(14), most: 3}, value)
	}
}

func clusterText(c audit.Cluster) string {
	var about []string
	if c.Context != "" && c.Context != c.Name {
		about = append(about, "context "+c.Context)
	}
	if c.Version != "" {
		about = append(about, "Kubernetes "+c.Version)
	}
	if len(about) > 0 && c.Name != "" {
		return c.Name + " (" + strings.Join(about, ", ") + ")"
	}
	return c.Name + strings.Join(about, ", ")
}

func coveredText(c audit.Coverage) string {
	where := c.Scope
	switch {
	case len(c.Selected) > 0 && where == "namespaces":
		where += " " + strings.Join(c.Selected, ", ")
	case len(c.Selected) > 0:
		where += ", namespaces " + strings.Join(c.Selected, ", ")
	case where == "cluster":
		where = "whole cluster"
	}
	e := c.Evaluated
	return fmt.Sprintf("%s, %s, %s, %s (%s)",
		count(e.Namespaces, "namespace", "namespaces"), count(e.Workloads, "workload", "workloads"),
		count(e.Pods, "pod", "pods"), count(e.Accounts, "service account", "service accounts"), where)
}

func (p *page) verdict(name string, v *audit.Verdict) {
	const width = 2 + 12 + 9
	status := strings.ToUpper(string(v.Status))
	lead := fmt.Sprintf("  %-12s", name) + p.paint(ofStatus(v.Status), status)
	lead += spaces(9 - columns(status))
	reasons := ""
	if v.Status == audit.Unknown {
		reasons = strings.Join(v.Reasons, "; ")
	}
	switch text := namespacesText(v.Namespaces); {
	case text != "":
		p.titled(lead, width, plain, text)
		p.prose(hang{first: spaces(width), rest: spaces(width), most: 4, tint: dim}, reasons)
	case reasons != "":
		p.titled(lead, width, plain, reasons)
	default:
		p.line(strings.TrimRight(lead, " "))
	}
}

func namespacesText(list []audit.NamespaceVerdict) string {
	n := map[audit.Status]int{}
	for _, one := range list {
		n[one.Status]++
	}
	var words []string
	for _, status := range []audit.Status{audit.Fail, audit.Unknown, audit.Manual, audit.Waived, audit.Pass} {
		if n[status] > 0 {
			words = append(words, fmt.Sprintf("%d %s", n[status], status))
		}
	}
	if len(words) == 0 {
		return ""
	}
	return "namespaces: " + strings.Join(words, ", ")
}

// notLookedAt says what the report tells nothing of, and how to change that.
func (p *page) notLookedAt(r *audit.Report) {
	c := &r.Coverage
	if len(c.NotAssessed) > 0 {
		p.heading("Not assessed")
		for _, n := range c.NotAssessed {
			p.prose(hang{first: "  ", rest: "    "}, fmt.Sprintf("%s (%s): %s", n.Source, strings.Join(n.Rules, ", "), n.How))
		}
	}
	if len(c.Excluded) > 0 {
		p.heading("Namespaces left out on request")
		p.list("  ", c.Excluded, 3)
	}
	if len(c.Ignored) > 0 {
		p.heading("Kinds that no rule reads")
		kinds := make([]string, len(c.Ignored))
		for i, k := range c.Ignored {
			kinds[i] = fmt.Sprintf("%d %s", k.Count, k.Kind)
		}
		p.list("  ", kinds, 3)
	}
}

func (p *page) summary(r *audit.Report, s *sections) {
	p.line()
	p.prose(hang{tint: bold}, summaryText(r, s))
}

// summaryText counts the results by status, and failures by severity.
func summaryText(r *audit.Report, s *sections) string {
	n := map[audit.Severity]int{audit.Info: len(s.info)}
	for _, list := range [][]*audit.Result{s.fail, s.unchanged} {
		for _, one := range list {
			n[one.Severity]++
		}
	}
	var severities []string
	for _, severity := range audit.Severities() {
		if n[severity] > 0 {
			severities = append(severities, fmt.Sprintf("%d %s", n[severity], severity))
		}
	}
	fail := fmt.Sprintf("%d fail", r.Summary.Fail)
	if len(severities) > 0 {
		fail += " (" + strings.Join(severities, ", ") + ")"
	}
	words := []string{fail}
	for _, one := range []struct {
		n    int
		word audit.Status
	}{{r.Summary.Unknown, audit.Unknown}, {r.Summary.Manual, audit.Manual}, {r.Summary.Waived, audit.Waived}} {
		if one.n > 0 {
			words = append(words, fmt.Sprintf("%d %s", one.n, one.word))
		}
	}
	words = append(words, fmt.Sprintf("%d pass", r.Summary.Pass))
	return count(len(r.Results), "result", "results") + ": " + strings.Join(words, ", ")
}

func spaces(n int) string { return strings.Repeat(" ", max(n, 0)) }

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
