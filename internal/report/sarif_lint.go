package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"podpass/internal/audit"
	"podpass/internal/iam/trust"
)

// LintedFile is a trust policy that was judged.
type LintedFile struct {
	File     string
	Findings []trust.Finding
	// Fingerprints tell findings apart, whatever line they are on: one each.
	Fingerprints []string
	NotAssessed  []trust.NotAssessed
}

// LintFailure is why a file was not judged; without a line it could not be read.
type LintFailure struct {
	File         string
	Line, Column int
	Message      string
}

// WriteLintSARIF writes findings in trust policies for code scanning, most
// severe first, within its limits. Files that were not judged are errors of the
// run: whoever closes alerts that are gone must not trust it.
func WriteLintSARIF(w io.Writer, version string, files []LintedFile, failed []LintFailure) error {
	rules, index := lintRules()
	run := sarifRun{Tool: sarifTool{sarifDriver{Name: "podpass", Version: Escape(version), Rules: rules}}, Results: []sarifResult{}}
	all := lintResults(files, index)
	cut := newCutter()
	for i := range all {
		fits, err := cut.fits(&all[i])
		if err != nil {
			return err
		}
		if !fits {
			break
		}
		run.Results = append(run.Results, all[i])
	}
	run.Invocations = []sarifInvocation{lintInvoked(files, failed, len(all)-len(run.Results))}
	return encodeSARIF(w, &sarifLog{Schema: sarifSchema, Version: sarifVersion, Runs: []sarifRun{run}})
}

func lintRules() ([]sarifRule, map[string]int) {
	rules, index := []sarifRule{}, map[string]int{}
	for i, c := range trust.Checks() {
		index[c.ID] = i
		severity := audit.Severity(c.Severity)
		rules = append(rules, sarifRule{
			ID: c.ID, Name: clip(c.Title, maxName), ShortDescription: sarifText{clip(c.Title, maxDescription)}, FullDescription: sarifText{clip(c.Why, maxDescription)},
			Help: sarifMarkdown{
				c.ID + ": " + c.Title + "\n\nWhy: " + c.Why + "\n\nFix: " + c.Fix + ".",
				"# " + c.ID + ": " + unlinked(c.Title) + "\n\n**Why.** " + unlinked(c.Why) + "\n\n**Fix.** " + unlinked(c.Fix) + ".",
			},
			Default:    sarifDefault{level(severity)},
			Properties: sarifRuleBag{Tags: []string{"security", "aws-iam", strings.ReplaceAll(c.Verdict, " ", "-")}, Precision: "high", SecuritySeverity: score(severity)},
		})
	}
	return rules, index
}

func lintResults(files []LintedFile, rules map[string]int) []sarifResult {
	var all []sarifResult
	for i := range files {
		file := &files[i]
		for j := range file.Findings {
			f, print := &file.Findings[j], file.Fingerprints[j]
			text := f.Message
			if f.Witness != "" {
				text += ". It " + f.Admits() + " " + f.Witness
			}
			all = append(all, sarifResult{
				RuleID: f.ID, RuleIndex: rules[f.ID], Kind: "fail", Level: level(audit.Severity(f.Severity)),
				Message:             lintText(text + ". To mend it: " + f.Fix + "."),
				Locations:           []sarifLocation{lintPlace(file.File, f.Line, f.Column)},
				PartialFingerprints: sarifFingerprints{print, print + ":1"},
				Properties:          sarifResultBag{Severity: f.Severity, Verdict: f.Verdict, Witness: Escape(f.Witness)},
			})
		}
	}
	slices.SortStableFunc(all, func(a, b sarifResult) int {
		return cmp.Compare(audit.Severity(a.Properties.Severity).Rank(), audit.Severity(b.Properties.Severity).Rank())
	})
	return all
}

func lintInvoked(files []LintedFile, failed []LintFailure, left int) sarifInvocation {
	inv := sarifInvocation{ExecutionSuccessful: len(failed) == 0, Execution: []sarifNotification{}, Configuration: []sarifNotification{}}
	for _, f := range failed {
		inv.Execution = append(inv.Execution, sarifNotification{"error", lintText("Not judged: " + f.Message), []sarifLocation{lintPlace(f.File, f.Line, f.Column)}})
	}
	if left > 0 {
		inv.Execution = append(inv.Execution, notification("warning", fmt.Sprintf("%d findings were left out to keep within the limits of code scanning; --format json has all.", left)))
	}
	said := map[trust.NotAssessed]bool{}
	for i := range files {
		for _, n := range files[i].NotAssessed {
			if !said[n] {
				inv.Configuration = append(inv.Configuration, notification("note", "Not assessed: "+n.ID+": "+n.How))
			}
			said[n] = true
		}
	}
	return inv
}

func lintText(s string) sarifText { return sarifText{clip(unlinked(Escape(s)), maxMessage)} }

// lintPlace is one character: GitHub wants all four numbers.
func lintPlace(file string, line, column int) sarifLocation {
	line, column = max(line, 1), max(column, 1)
	return sarifLocation{Physical: sarifPhysical{sarifArtifact{fileURI(file)}, sarifRegion{line, column, line, column + 1}}}
}
