package report

import (
	"fmt"
	"strings"

	"podpass/internal/audit"
)

// Bounds of what is shown without Verbose, so that a report on 10,000
// namespaces can be read. What is left out is counted, and in the JSON.
const (
	mostParagraphs = 5  // of one rule and severity
	mostPlaces     = 8  // objects with a place in a file
	mostListLines  = 2  // of other objects
	mostEvidence   = 6  // pieces, each of
	mostProse      = 5  // lines
	mostFixes      = 3  // of one paragraph
	mostLoop       = 60 // namespaces in a loop
)

// findings are the failures that decide the verdicts, but those that a
// baseline knows.
func (p *page) findings(r *audit.Report, s *sections) {
	if len(s.fail) > 0 {
		p.paragraphs(s.fail, "Fix")
		return
	}
	p.line()
	p.prose(hang{}, noFindings(r, s))
}

// noFindings says of what there are none, and no more than that.
func noFindings(r *audit.Report, s *sections) string {
	if r.Coverage.Evaluated.Namespaces == 0 && len(r.Coverage.Gaps) == 0 && len(r.Results) == 0 && r.Only == nil {
		return "Nothing was evaluated: no object of a kind that a rule reads was there."
	}
	text := "No findings"
	if len(s.unchanged) > 0 {
		text = "No new findings"
	}
	if len(s.waived) > 0 {
		text += " that are not waived"
	}
	if r.Only != nil {
		text += " in the files asked for"
	}
	if r.Summary.Unknown > 0 || len(r.Coverage.Gaps) > 0 {
		text += " in what could be evaluated"
	}
	return text + "."
}

// judgements are what persons decide or decided. What needs no mending shows
// its fix only if asked for.
func (p *page) judgements(title string, results []*audit.Result, label string) {
	if len(results) == 0 {
		return
	}
	p.heading(title)
	if p.verbose {
		label = "Fix"
	}
	p.paragraphs(results, label)
}

// informative findings are no failures: their objects are another's to
// change, so that no fix is offered unless asked for.
func (p *page) informative(results []*audit.Result) {
	if len(results) == 0 {
		return
	}
	p.heading("For information: these decide no verdict")
	label := ""
	if p.verbose {
		label = "Fix"
	}
	p.paragraphs(results, label)
}

// paragraphs writes one paragraph for each group, and for each rule and
// severity how many were left out. Fixes stand under the label; without one
// they are left out.
func (p *page) paragraphs(results []*audit.Result, label string) {
	type part struct {
		rule     string
		severity audit.Severity
	}
	var now part
	shown, left, objects := 0, 0, 0
	flush := func() {
		if left > 0 {
			p.more(now.rule, left, objects)
		}
		shown, left, objects = 0, 0, 0
	}
	lastFix := ""
	for _, g := range grouped(results) {
		if this := (part{g.first().Rule, g.first().Severity}); this != now {
			flush()
			now, lastFix = this, ""
		}
		if shown == mostParagraphs && !p.verbose {
			left, objects = left+1, objects+len(g.results)
			continue
		}
		shown++
		p.paragraph(g)
		if label != "" {
			lastFix = p.fix(g, label, lastFix)
		}
	}
	flush()
}

func (p *page) more(rule string, paragraphs, objects int) {
	p.line()
	what := fmt.Sprintf("… and %s of %s", count(paragraphs, "more finding", "more findings"), rule)
	if objects > paragraphs {
		what += fmt.Sprintf(" on %d objects", objects)
	}
	p.prose(hang{first: "  ", rest: "    ", tint: dim}, what+": --verbose shows them, --format json has all.")
}

func (p *page) paragraph(g *group) {
	first := g.first()
	title, items := g.subject()
	tag, t := strings.ToUpper(string(first.Severity)), ofSeverity(first.Severity)
	if first.Status != audit.Fail {
		tag, t = strings.ToUpper(string(first.Status)), ofStatus(first.Status)
	}
	p.line()
	about := []string{title}
	if first.ManagedBy != "" {
		about = append(about, "managed by "+first.ManagedBy)
	}
	if at := place(first.Source); at != "" && len(items) == 0 {
		about = append(about, at)
	}
	tag = Escape(tag)
	rule := Escape(first.Rule)
	if first.Status == audit.Waived {
		about = append(about, string(first.Severity))
	}
	if first.Baseline == audit.New {
		about = append(about, "NEW")
	}
	if p.verbose {
		about = g.fingerprints(about, items)
	}
	lead := p.paint(t, tag) + spaces(9-columns(tag)) + p.paint(bold, rule) + "  "
	p.titled(lead, max(9, columns(tag))+columns(rule)+2, bold, strings.Join(about, " · "))
	p.prose(hang{first: "  ", rest: "  "}, first.Message)
	p.objects(items)
	if shown := p.evidence(g.evidence); !namesAll(shown, first.KeyIDs) {
		p.prose(hang{first: "  • ", rest: "    "}, keyText(first.KeyIDs))
	}
	if first.Waiver != nil {
		p.prose(hang{first: "  ", rest: "  ", most: mostProse}, acceptance(first.Waiver))
	}
}

// fingerprints adds those of what can be waived, as podpass waive takes them:
// to the title of a single object, else to the objects.
func (g *group) fingerprints(title []string, items []item) []string {
	const digits = 12
	for i, r := range g.results {
		short := strings.ToValidUTF8(r.Fingerprint[:min(digits, len(r.Fingerprint))], "")
		switch {
		case short == "" || r.Status != audit.Fail && r.Status != audit.Manual:
		case len(items) == 0:
			title = append(title, "fingerprint "+short)
		default:
			items[i].place = strings.TrimPrefix(items[i].place+" · "+short, " · ")
		}
	}
	return title
}

// namesAll tells whether evidence that is shown names all key ids already.
func namesAll(shown string, ids []string) bool {
	for _, id := range ids {
		if !strings.Contains(shown, Escape(id)) {
			return false
		}
	}
	return true
}

// keyText names access key ids in full: who rotates a key looks it up by them.
func keyText(ids []string) string {
	if len(ids) == 1 {
		return "access key id " + ids[0]
	}
	return "access key ids " + strings.Join(ids, ", ")
}

// objects lists them one a line with their places, if they have any, else in
// flowing lines.
func (p *page) objects(items []item) {
	if len(items) == 0 {
		return
	}
	wide, places := 0, false
	names := make([]string, len(items))
	for i, one := range items {
		names[i] = one.name
		places = places || one.place != ""
	}
	if !places {
		p.list("    ", names, mostListLines)
		return
	}
	if len(items) > mostPlaces && !p.verbose {
		items = items[:mostPlaces-1]
	}
	for _, one := range items {
		wide = max(wide, columns(Escape(one.name)))
	}
	wide = min(wide, p.width/2)
	for _, one := range items {
		name := Escape(one.name)
		p.titled("    "+name+spaces(wide-columns(name))+"  ", 6+max(wide, columns(name)), dim, one.place)
	}
	if n := len(names) - len(items); n > 0 {
		p.line(fmt.Sprintf("    … and %d more", n))
	}
}

// evidence gives what of it is shown, escaped.
func (p *page) evidence(texts []string) string {
	few := texts
	if len(texts) > mostEvidence && !p.verbose {
		few = texts[:mostEvidence-1]
	}
	var shown []string
	for _, text := range few {
		shown = append(shown, p.prose(hang{first: "  • ", rest: "    ", most: mostProse}, text)...)
	}
	if n := len(texts) - len(few); n > 0 {
		p.line(fmt.Sprintf("  • … and %d more", n))
	}
	return strings.Join(shown, "\n")
}
