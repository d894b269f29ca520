package report

import (
	"fmt"
	"strings"

	"podpass/internal/audit"
)

// mostRefs bounds the waivers and known failures listed without Verbose.
const mostRefs = 12

// acceptance says who accepts a result, or judged it, up to when and why.
func acceptance(w *audit.Waiver) string {
	what := "Accepted by "
	if w.Verdict != "" {
		what = "Judged " + string(w.Verdict) + " by "
	}
	text := what + orDash(w.Owner) + " up to " + orDash(w.Expires) + ": " + orDash(oneLine(w.Reason))
	if w.Evidence != "" {
		text += " (evidence: " + oneLine(w.Evidence) + ")"
	}
	return text
}

// oneLine joins lines: a reason may be a block of YAML.
func oneLine(s string) string { return strings.ReplaceAll(strings.TrimSpace(s), "\n", " ") }

// waiverUseText counts what a file of waivers did.
func waiverUseText(w *audit.WaiverUse) string {
	text := fmt.Sprintf("%s: %d applied", w.File, w.Applied)
	if n := len(w.Expired); n > 0 {
		text += fmt.Sprintf(", %d EXPIRED", n)
	}
	if n := len(w.Unused); n > 0 {
		text += fmt.Sprintf(", %d unused", n)
	}
	return text
}

// refText names what an entry of a file of waivers is on, as it stands there.
func refText(w *audit.WaiverRef) string {
	return orDash(w.Rule) + " " + named(audit.Object{Kind: w.Kind, Namespace: w.Namespace, Name: w.Name})
}

func refPlace(file string, w *audit.WaiverRef) string {
	return place(&audit.Source{File: file, Line: w.Line})
}

// expired comes before all findings: what was accepted fails again.
func (p *page) expired(w *audit.WaiverUse) {
	if w == nil || len(w.Expired) == 0 {
		return
	}
	p.heading("Expired waivers: they accept nothing any more")
	p.refs(w.File, w.Expired, "EXPIRED", bright)
}

func (p *page) unused(r *audit.Report) {
	if w := r.Waivers; w != nil && len(w.Unused) > 0 {
		p.heading(unusedTitle(&r.Coverage))
		p.refs(w.File, w.Unused, "UNUSED", yellow)
	}
}

// unusedTitle: what some files do not hold may lie in others.
func unusedTitle(c *audit.Coverage) string {
	if c.Scope == "files" || len(c.Paths) > 0 {
		return "Waivers that match no failure in these files: remove them if these are all"
	}
	return "Waivers that match no failure: remove them"
}

func (p *page) refs(file string, list []audit.WaiverRef, tag string, t tint) {
	lead := "  " + p.paint(t, tag) + spaces(9-len(tag))
	shown := p.few(len(list))
	for i := range list[:shown] {
		one := &list[i]
		p.titled(lead, 11, plain, strings.Join([]string{refText(one), "owner " + orDash(one.Owner), "up to " + orDash(one.Expires), refPlace(file, one)}, " · "))
	}
	p.others(len(list) - shown)
}

// few is how many of a list are shown.
func (p *page) few(n int) int {
	if n > mostRefs && !p.verbose {
		return mostRefs - 1
	}
	return n
}

// others says how many were not shown.
func (p *page) others(n int) {
	if n > 0 {
		p.prose(hang{first: "  ", rest: "    ", tint: dim}, fmt.Sprintf("… and %d more: --verbose shows them, --format json has all.", n))
	}
}
