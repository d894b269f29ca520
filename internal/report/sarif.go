package report

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"podpass/internal/audit"
)

const (
	sarifSchema  = "https://json.schemastore.org/sarif-2.1.0.json"
	sarifVersion = "2.1.0"
)

// writeSARIF writes failures, and what is unknown, for code scanning; waived
// results only if asked for. Text in it is shown to people, so that it is
// escaped as for a terminal.
func writeSARIF(w io.Writer, r *audit.Report, o Options) error {
	rules, index := sarifRules(r)
	run := sarifRun{Tool: sarifTool{sarifDriver{Name: orDash(Escape(r.Tool.Name)), Version: Escape(r.Tool.Version), Rules: rules}}}
	ranked := bySeverity(r, o.SARIFWaived)
	cut := newCutter()
	run.Results = []sarifResult{}
	for _, one := range ranked {
		result := sarifResultOf(one, index[one.Rule])
		if o.SARIFWaived {
			result.Suppressions = suppressions(one)
		}
		fits, err := cut.fits(&result)
		if err != nil {
			return err
		}
		if !fits {
			break
		}
		run.Results = append(run.Results, result)
	}
	left := ranked[len(run.Results):]
	run.Properties = sarifProperties(r)
	run.Properties.LeftOut = len(left)
	run.Invocations = []sarifInvocation{sarifInvoked(r, left)}
	return encodeSARIF(w, &sarifLog{Schema: sarifSchema, Version: sarifVersion, Runs: []sarifRun{run}})
}

func encodeSARIF(w io.Writer, log *sarifLog) error {
	data, err := marshal(log, 0)
	if err != nil {
		return err
	}
	buf := bufio.NewWriterSize(w, 1<<16)
	_, err = jsonEscaper{buf}.Write(append(data, '\n'))
	return errors.Join(err, buf.Flush())
}

// bySeverity gives what is to be told: failures, most severe first, then what
// is unknown, then what is waived.
func bySeverity(r *audit.Report, waived bool) []*audit.Result {
	var list []*audit.Result
	for i := range r.Results {
		if s := r.Results[i].Status; s == audit.Fail || s == audit.Unknown || waived && s == audit.Waived {
			list = append(list, &r.Results[i])
		}
	}
	last := func(r *audit.Result) int {
		return slices.Index([]audit.Status{audit.Fail, audit.Unknown, audit.Waived}, r.Status)
	}
	slices.SortStableFunc(list, func(a, b *audit.Result) int {
		return cmp.Or(cmp.Compare(last(a), last(b)), cmp.Compare(a.Severity.Rank(), b.Severity.Rank()))
	})
	return list
}

// sarifResultOf: what is unknown is of kind "open", and then the standard
// wants level "none" (3.27.10); GitHub shows it as an alert without severity
// of its own, which the next whole run closes.
func sarifResultOf(r *audit.Result, rule int) sarifResult {
	result := sarifResult{
		RuleID: Escape(r.Rule), RuleIndex: rule, Kind: "fail", Level: level(r.Severity),
		Locations: []sarifLocation{{
			Physical: sarifPhysical{sarifArtifact{artifactURI(r)}, region(r)},
			Logical:  []sarifLogical{logical(r.Object)},
		}},
		PartialFingerprints: sarifFingerprints{Escape(r.Fingerprint), Escape(r.Fingerprint) + ":1"},
		Properties: sarifResultBag{
			Severity: Escape(string(r.Severity)), Status: Escape(string(r.Status)),
			ManagedBy: Escape(r.ManagedBy), Fix: clip(escapeLines(r.Fix), maxFix), KeyIDs: escaped(r.KeyIDs),
		},
	}
	if r.Status == audit.Fail {
		result.BaselineState = Escape(r.Baseline)
	}
	if r.Status == audit.Unknown {
		result.Kind, result.Level = "open", "none"
	}
	result.Message.Text = sarifMessage(r)
	return result
}

// sarifMessage names the object, which Result.Message does not. GitHub shows
// the first sentence as the title of an alert.
func sarifMessage(r *audit.Result) string {
	var b strings.Builder
	if r.Status == audit.Unknown {
		b.WriteString("Could not be evaluated, ")
	}
	b.WriteString(named(r.Object) + ": " + r.Message)
	for i := range r.Evidence {
		if i == mostEvidence && len(r.Evidence) > mostEvidence+1 {
			fmt.Fprintf(&b, "\n- … and %d more", len(r.Evidence)-i)
			break
		}
		b.WriteString("\n- " + Escape(r.Evidence[i].Text))
	}
	if w := r.Waiver; w != nil {
		b.WriteString("\n" + acceptance(w))
	}
	return clip(unlinked(escapeLines(b.String())), maxMessage)
}

// unlinked keeps text from outside from being read as a link, "[text](target)"
// (3.11.6).
func unlinked(s string) string { return strings.ReplaceAll(s, "](", "] (") }

func level(s audit.Severity) string {
	switch s {
	case audit.Critical, audit.High:
		return "error"
	case audit.Medium:
		return "warning"
	}
	return "note"
}

// sarifInvoked: a gap is an error of the run, so that it did not succeed as a
// whole: whoever closes alerts that are gone must not trust it for that. What
// was not asked for is a note.
func sarifInvoked(r *audit.Report, left []*audit.Result) sarifInvocation {
	inv := sarifInvocation{
		ExecutionSuccessful: r.Coverage.Complete && len(r.Coverage.Gaps) == 0,
		Execution:           []sarifNotification{},
		Configuration:       []sarifNotification{},
	}
	if !r.GeneratedAt.IsZero() {
		inv.EndTimeUTC = r.GeneratedAt.UTC().Format(time.RFC3339)
	}
	if len(left) > 0 {
		inv.Execution = append(inv.Execution, notification("warning", leftText(left)))
	}
	for i, g := range r.Coverage.Gaps {
		if i == maxNotifications {
			inv.Execution = append(inv.Execution, notification("error", fmt.Sprintf("… and %d more gaps; --format json has all.", len(r.Coverage.Gaps)-i)))
			break
		}
		text := fmt.Sprintf("Could not be read whole: %s, %s: %s. Rules left open: %s.", g.What, g.Scope, strings.TrimSuffix(g.Reason, "."), orDash(strings.Join(g.Rules, ", ")))
		if g.Grant != "" {
			text += "\nTo settle it: " + g.Grant
		}
		inv.Execution = append(inv.Execution, notification("error", text))
	}
	sarifOwn(&inv, r)
	for _, n := range r.Coverage.NotAssessed {
		inv.Configuration = append(inv.Configuration, notification("note", fmt.Sprintf("Not assessed: %s (%s). %s", n.Source, strings.Join(n.Rules, ", "), n.How)))
	}
	return inv
}

func notification(level, text string) sarifNotification {
	return sarifNotification{Level: level, Message: sarifText{clip(unlinked(escapeLines(text)), maxMessage)}}
}

func orDash(s string) string { return cmp.Or(s, "-") }

func sarifProperties(r *audit.Report) *sarifRunBag {
	bag := &sarifRunBag{
		Benchmark: Escape(fmt.Sprintf("%s %s, %s", r.Benchmark.Name, r.Benchmark.Edition, r.Benchmark.Control)),
		Scope:     Escape(r.Coverage.Scope),
		Verdicts:  sarifVerdicts{verdictBag(&r.Verdicts.CISAudit), verdictBag(&r.Verdicts.CISIntent)},
	}
	if w := r.Waivers; w != nil {
		bag.Waivers = &sarifWaivers{Escape(w.File), w.Applied, len(w.Expired), len(w.Unused)}
	}
	if c := r.Baseline; c != nil {
		bag.Baseline = &sarifBaseline{Escape(c.File), c.New, c.Unchanged, len(c.Fixed), len(c.NotEvaluated)}
	}
	return bag
}

func verdictBag(v *audit.Verdict) sarifVerdict {
	bag := sarifVerdict{Status: Escape(string(v.Status)), Reasons: []string{}, Namespaces: []sarifNamespace{}}
	for _, reason := range v.Reasons {
		bag.Reasons = append(bag.Reasons, Escape(reason))
	}
	for _, n := range v.Namespaces {
		bag.Namespaces = append(bag.Namespaces, sarifNamespace{Escape(n.Name), Escape(string(n.Status))})
	}
	return bag
}
