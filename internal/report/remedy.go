package report

import (
	"fmt"
	"strings"
)

// Margins of a fix. Commands and YAML stand by themselves, so that they can be
// copied as they are; YAML that is indented as a whole is the same YAML.
const (
	proseMargin = "    "
	codeMargin  = "      "
)

// fix writes the fix of a group, and gives its text, by which the next
// paragraph of the rule can tell that its own is the same.
func (p *page) fix(g *group, label, last string) string {
	s := g.fix()
	text := g.first().Fix
	switch {
	case s.own:
		p.line("  ", p.paint(dim, label))
		p.ownFixes(g)
		return ""
	case len(s.blocks) == 0:
		return last
	case len(s.namespaces) > 0:
		text = "" // what is shown is not the text
	case text == last:
		p.line("  ", p.paint(dim, label+": as above"))
		return text
	}
	p.line("  ", p.paint(dim, label))
	for _, b := range s.blocks {
		p.block(b, s.namespaces)
	}
	return text
}

// ownFixes writes the fixes of a group whose objects have each their own: all
// of a few, else the first.
func (p *page) ownFixes(g *group) {
	shown := g.results
	if len(shown) > mostFixes && !p.verbose {
		shown = shown[:1]
	}
	for _, r := range shown {
		p.prose(hang{first: proseMargin, rest: proseMargin, tint: dim}, "For "+named(r.Object)+":")
		for _, b := range parseFix(r.Fix) {
			p.block(b, nil)
		}
	}
	if n := len(g.results) - len(shown); n > 0 {
		p.prose(hang{first: proseMargin, rest: proseMargin, tint: dim}, fmt.Sprintf(
			"… and %d more, each of its own: --verbose shows them, --format json has all.", n))
	}
}

func (p *page) block(b block, namespaces []string) {
	switch {
	case b.form == prose:
		for _, line := range b.lines {
			p.prose(hang{first: proseMargin, rest: proseMargin}, line)
		}
	case b.form == command && len(namespaces) > 0:
		p.loop(b.lines, namespaces)
	default:
		for _, line := range b.lines {
			p.code(line)
		}
	}
}

// code writes a line as it is, however long.
func (p *page) code(line string) { p.line(codeMargin, p.paint(cyan, line)) }

// loop writes commands as a loop of the shell over namespaces, which are
// plain words. Long lists go on over lines by a backslash; very long ones are
// shown only on request.
func (p *page) loop(commands, namespaces []string) {
	if len(namespaces) > mostLoop && !p.verbose {
		p.prose(hang{first: proseMargin, rest: proseMargin, tint: dim}, fmt.Sprintf(
			"For each of the %d namespaces as for the first (--verbose gives a loop over all):", len(namespaces)))
		for _, c := range commands {
			p.code(strings.ReplaceAll(c, variable, namespaces[0]))
		}
		return
	}
	for _, line := range loopLines(commands, namespaces, p.width-columns(codeMargin)) {
		p.code(line)
	}
}

// loopLines is the loop, its head within a width.
func loopLines(commands, namespaces []string, width int) []string {
	var lines []string
	line := "for ns in"
	for _, ns := range namespaces {
		if len(line)+1+len(ns)+len("; do") > width {
			lines = append(lines, line+` \`)
			line = "   "
		}
		line += " " + ns
	}
	lines = append(lines, line+"; do")
	for _, c := range commands {
		lines = append(lines, "  "+c)
	}
	return append(lines, "done")
}
