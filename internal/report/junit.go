package report

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"podpass/internal/audit"
)

// The part of JUnit XML that is written here: what the schema junit-10.xsd of
// Jenkins' xUnit plugin knows, and GitLab reads. Each has its own bounds on
// attributes, so that what must be seen is in the text of an element: where
// there is text, GitLab shows nothing else.
// https://github.com/jenkinsci/xunit-plugin
// https://docs.gitlab.com/ci/testing/unit_test_reports

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string           `xml:"name,attr"`
	Tests      int              `xml:"tests,attr"`
	Failures   int              `xml:"failures,attr"`
	Errors     int              `xml:"errors,attr"`
	Skipped    int              `xml:"skipped,attr"`
	Timestamp  string           `xml:"timestamp,attr,omitempty"`
	Properties *junitProperties `xml:"properties"`
	Cases      []junitCase      `xml:"testcase"`
	Out        *junitText       `xml:"system-out"`
}

type junitProperties struct {
	List []junitProperty `xml:"property"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Failure *junitOutcome `xml:"failure"`
	Error   *junitOutcome `xml:"error"`
	Skipped *junitOutcome `xml:"skipped"`
	Out     *junitText    `xml:"system-out"`
}

// junitText is text by way of xmlText, which leaves line breaks as they are.
type junitText struct {
	Text string `xml:",innerxml"`
}

// junitOutcome is why a case did not pass: Type is the severity, or for
// skipped ones the reason as one word.
type junitOutcome struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	Text    string `xml:",innerxml"`
}

// outcome takes plain text, which is escaped here.
func outcome(kind, message, text string) *junitOutcome {
	return &junitOutcome{Escape(kind), outcomeLine(message), xmlText(text)}
}

// xmlText makes escaped text of a report the content of an element.
func xmlText(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(escapeLines(strings.TrimSpace(s)))
}

// writeJUnit writes a suite for each rule with a case for each result, and a
// suite for what the report as a whole says. There is a failure just where an
// audit with default flags exits with 3, else an error just where one with
// --strict exits with 4; what else was not evaluated, or is accepted, is
// skipped. Nothing passes but passes.
func writeJUnit(w io.Writer, r *audit.Report) error {
	all := junitSuites{Name: orDash(Escape(r.Tool.Name))}
	all.Suites = append([]junitSuite{wholeSuite(r)}, ruleSuites(r)...)
	for i := range all.Suites {
		s := &all.Suites[i]
		s.finish(r.GeneratedAt)
		all.Tests, all.Failures, all.Errors = all.Tests+s.Tests, all.Failures+s.Failures, all.Errors+s.Errors
	}
	buf := bufio.NewWriterSize(w, 1<<16)
	_, _ = buf.WriteString(xml.Header) // kept by the buffer, see Flush
	e := xml.NewEncoder(buf)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return fmt.Errorf("write junit: %w", err)
	}
	_ = buf.WriteByte('\n')
	if err := buf.Flush(); err != nil {
		return fmt.Errorf("write junit: %w", err)
	}
	return nil
}

// finish counts the cases and makes their names differ: of those with the same
// class and name GitLab takes the first only.
func (s *junitSuite) finish(at time.Time) {
	s.Tests = len(s.Cases)
	if !at.IsZero() {
		s.Timestamp = at.UTC().Format("2006-01-02T15:04:05")
	}
	seen := map[string]int{}
	for i := range s.Cases {
		c := &s.Cases[i]
		switch {
		case c.Failure != nil:
			s.Failures++
		case c.Error != nil:
			s.Errors++
		case c.Skipped != nil:
			s.Skipped++
		}
		name := c.Name
		for seen[c.Name] > 0 {
			seen[name]++
			c.Name = name + " #" + strconv.Itoa(seen[name])
		}
		seen[c.Name]++
	}
}

// ruleSuites gives a suite for each rule that has results, was not assessed,
// or has failures in the baseline that were not evaluated, by rule.
func ruleSuites(r *audit.Report) []junitSuite {
	cases := map[string][]junitCase{}
	add := func(rule string, c junitCase) {
		rule = orDash(Escape(rule))
		c.Class = rule
		cases[rule] = append(cases[rule], c)
	}
	for i := range r.Results {
		add(r.Results[i].Rule, resultCase(&r.Results[i]))
	}
	for _, n := range r.Coverage.NotAssessed {
		for _, rule := range n.Rules {
			add(rule, skippedCase("not assessed: "+n.Source, "not-assessed", n.How))
		}
	}
	if r.Baseline != nil {
		for _, k := range r.Baseline.NotEvaluated {
			add(k.Rule, skippedCase(caseName(k.Object), "not-evaluated", "A failure of the baseline that this run did not evaluate: "+k.Reason))
		}
	}
	titles := map[string]string{}
	for _, rule := range audit.Rules() {
		titles[rule.ID] = " " + rule.Title
	}
	var rules []string
	for rule := range cases {
		rules = append(rules, rule)
	}
	slices.Sort(rules)
	suites := make([]junitSuite, len(rules))
	for i, rule := range rules {
		suites[i] = junitSuite{Name: rule + titles[rule], Cases: cases[rule]}
	}
	return suites
}

func skippedCase(name, why, text string) junitCase {
	return junitCase{Name: orDash(Escape(name)), Skipped: outcome(why, text, clip(text, maxMessage))}
}

// caseName writes an object as "Kind namespace/name [container]".
func caseName(o audit.Object) string {
	container := o.Container
	o.Container = ""
	name := named(o)
	if container != "" {
		name += " [" + container + "]"
	}
	return orDash(Escape(name))
}

func outcomeLine(s string) string { return clip(Escape(oneLine(s)), maxMessage) }
