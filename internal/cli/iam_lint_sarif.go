package cli

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"path"
	"strings"

	"podpass/internal/iam"
	"podpass/internal/iam/trust"
	"podpass/internal/report"
)

// The part of SARIF 2.1.0 that iam lint writes; a test checks it against the
// schema. Lists are never null.
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
type lintLog struct {
	Schema  string    `json:"$schema"`
	Version string    `json:"version"`
	Runs    []lintRun `json:"runs"`
}

type lintRun struct {
	Tool        lintTool         `json:"tool"`
	Invocations []lintInvocation `json:"invocations"`
	Results     []lintResult     `json:"results"`
}

type lintTool struct {
	Driver lintDriver `json:"driver"`
}

type lintDriver struct {
	Name    string     `json:"name"`
	Version string     `json:"version,omitempty"`
	Rules   []lintRule `json:"rules"`
}

type lintRule struct {
	ID         string      `json:"id"`
	Short      lintText    `json:"shortDescription"`
	Full       lintText    `json:"fullDescription"`
	Help       lintText    `json:"help"`
	Default    lintLevel   `json:"defaultConfiguration"`
	Properties lintRuleBag `json:"properties"`
}

type lintText struct {
	Text string `json:"text"`
}

type lintLevel struct {
	Level string `json:"level"`
}

type lintRuleBag struct {
	Tags             []string `json:"tags"`
	Precision        string   `json:"precision"`
	SecuritySeverity string   `json:"security-severity"`
}

type lintInvocation struct {
	Successful    bool               `json:"executionSuccessful"`
	Execution     []lintNotification `json:"toolExecutionNotifications"`
	Configuration []lintNotification `json:"toolConfigurationNotifications"`
}

type lintNotification struct {
	Level     string         `json:"level"`
	Message   lintText       `json:"message"`
	Locations []lintLocation `json:"locations,omitempty"`
}

type lintResult struct {
	RuleID       string            `json:"ruleId"`
	RuleIndex    int               `json:"ruleIndex"`
	Level        string            `json:"level"`
	Message      lintText          `json:"message"`
	Locations    []lintLocation    `json:"locations"`
	Fingerprints map[string]string `json:"partialFingerprints"`
	Properties   lintResultBag     `json:"properties"`
}

type lintResultBag struct {
	Severity string `json:"severity"`
	Verdict  string `json:"verdict"`
	Witness  string `json:"witness,omitempty"`
}

type lintLocation struct {
	Physical lintPhysical `json:"physicalLocation"`
}

type lintPhysical struct {
	Artifact lintArtifact `json:"artifactLocation"`
	Region   lintRegion   `json:"region"`
}

type lintArtifact struct {
	URI string `json:"uri"`
}

// lintRegion is one character: GitHub wants all four numbers.
type lintRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
	EndLine     int `json:"endLine"`
	EndColumn   int `json:"endColumn"`
}

// mostLintResults is what GitHub shows of a run.
const mostLintResults = 5000

// sarifOfLint writes findings as results, and files that were not judged as
// errors of the run: whoever closes alerts that are gone must not trust it.
func sarifOfLint(l *linted) *lintLog {
	run := lintRun{
		Tool:    lintTool{lintDriver{Name: "podpass", Version: version(), Rules: []lintRule{}}},
		Results: []lintResult{},
	}
	index := map[string]int{}
	for i, c := range trust.Checks() {
		index[c.ID] = i
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, lintRuleOf(&c))
	}
	left := 0
	for i := range l.Files {
		for j := range l.Files[i].Findings {
			if len(run.Results) == mostLintResults {
				left++
				continue
			}
			run.Results = append(run.Results, lintResultOf(&l.Files[i], j, index))
		}
	}
	run.Invocations = []lintInvocation{lintInvoked(l, left)}
	return &lintLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []lintRun{run}}
}

func lintInvoked(l *linted, left int) lintInvocation {
	inv := lintInvocation{Successful: len(l.Failed) == 0, Execution: []lintNotification{}, Configuration: []lintNotification{}}
	for _, f := range l.Failed {
		inv.Execution = append(inv.Execution, lintNotification{"error", shown("Not judged: " + f.Message), []lintLocation{lintPlace(f.File, f.Line, f.Column)}})
	}
	if left > 0 {
		inv.Execution = append(inv.Execution, lintNotification{Level: "warning", Message: shown(fmt.Sprintf("%d findings are left out; --format json has all", left))})
	}
	if len(l.Files) > 0 {
		for _, n := range l.Files[0].NotAssessed {
			inv.Configuration = append(inv.Configuration, lintNotification{Level: "note", Message: shown("Not assessed: " + n.ID + ": " + n.How)})
		}
	}
	return inv
}

// shown is text for people; none of it is read as a link (3.11.6).
func shown(s string) lintText { return lintText{strings.ReplaceAll(report.Escape(s), "](", "] (")} }

func lintRuleOf(c *trust.Check) lintRule {
	return lintRule{
		ID: c.ID, Short: shown(c.Title), Full: shown(c.Why), Help: shown(c.Why + " To mend it: " + c.Fix + "."),
		Default: lintLevel{levelOf(c.Severity)},
		Properties: lintRuleBag{
			Tags:             []string{"security", "aws-iam", strings.ReplaceAll(c.Verdict, " ", "-")},
			Precision:        "high",
			SecuritySeverity: cmp.Or(map[string]string{"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.5"}[c.Severity], "0.5"),
		},
	}
}

func levelOf(severity string) string {
	switch severity {
	case "critical", "high":
		return "error"
	case "medium":
		return "warning"
	}
	return "note"
}

func lintResultOf(file *lintedFile, i int, rules map[string]int) lintResult {
	f := &file.Findings[i]
	text := f.Message
	if f.Witness != "" {
		text += ". It " + f.Admits() + " " + f.Witness
	}
	print := file.fingerprints[i]
	return lintResult{
		RuleID: f.ID, RuleIndex: rules[f.ID], Level: levelOf(f.Severity),
		Message:      shown(text + ". To mend it: " + f.Fix + "."),
		Locations:    []lintLocation{lintPlace(file.File, f.Line, f.Column)},
		Fingerprints: map[string]string{"podpass/v1": print, "primaryLocationLineHash": print + ":1"},
		Properties:   lintResultBag{f.Severity, f.Verdict, report.Escape(f.Witness)},
	}
}

func lintPlace(file string, line, column int) lintLocation {
	line, column = max(line, 1), max(column, 1)
	return lintLocation{lintPhysical{lintArtifact{lintURI(file)}, lintRegion{line, column, line, column + 1}}}
}

// lintURI is a file as a relative reference or a file URI. A colon is encoded:
// in the first segment it would make a scheme.
func lintURI(file string) string {
	if file == stdin {
		return "stdin"
	}
	segments := strings.Split(path.Clean(file), "/")
	for i, s := range segments {
		segments[i] = strings.ReplaceAll(url.PathEscape(s), ":", "%3A")
	}
	uri := strings.Join(segments, "/")
	if path.IsAbs(file) {
		return "file://" + uri
	}
	return uri
}

// fingerprintsOf tells findings apart by file, check and statement, not by
// line: of findings that share all of them the next gets another.
func fingerprintsOf(file string, doc *iam.Document, findings []trust.Finding) []string {
	seen := map[string]int{}
	all := make([]string, len(findings))
	for i, f := range findings {
		of := lintURI(file) + "\x00" + f.ID + "\x00"
		if f.Statement > 0 {
			of += iam.CanonicalStatement(&doc.Statements[f.Statement-1])
		}
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", of, seen[of]))
		seen[of]++
		all[i] = hex.EncodeToString(sum[:16])
	}
	return all
}
