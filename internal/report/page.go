package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/rivo/uniseg"

	"podpass/internal/audit"
)

// page is text for a terminal, as it is written. What it is given is plain,
// and may come from outside; it escapes and then colours.
type page struct {
	out     *bufio.Writer
	width   int
	color   bool
	verbose bool
}

// Bounds of the width of prose: lines of more than 110 columns are hard to
// read, and below 40 nothing is.
const (
	minWidth = 40
	maxWidth = 110
)

func newPage(w io.Writer, o Options) *page {
	p := &page{bufio.NewWriterSize(w, 1<<16), o.Width, o.Color, o.Verbose}
	if p.width <= 0 {
		p.width = DefaultWidth
	}
	p.width = max(minWidth, min(p.width, maxWidth))
	return p
}

// tint is the parameter of an SGR sequence; the empty one is plain.
type tint string

const (
	plain  tint = ""
	bold   tint = "1"
	dim    tint = "2"
	red    tint = "31"
	bright tint = "1;31"
	green  tint = "32"
	yellow tint = "33"
	blue   tint = "34"
	cyan   tint = "36"
)

func ofSeverity(s audit.Severity) tint {
	switch s {
	case audit.Critical:
		return bright
	case audit.High:
		return red
	case audit.Medium:
		return yellow
	case audit.Low:
		return cyan
	}
	return blue
}

func ofStatus(s audit.Status) tint {
	switch s {
	case audit.Pass:
		return green
	case audit.Fail:
		return bright
	}
	return yellow
}

// paint escapes one line of text and colours it.
func (p *page) paint(t tint, s string) string {
	s = Escape(s)
	if !p.color || t == plain || s == "" {
		return s
	}
	return "\x1b[" + string(t) + "m" + s + "\x1b[0m"
}

// line writes pieces, which must be escaped already, as one line.
func (p *page) line(pieces ...string) {
	for _, piece := range pieces {
		p.out.WriteString(piece)
	}
	p.out.WriteByte('\n')
}

func (p *page) heading(s string) {
	p.line()
	p.prose(hang{tint: bold}, s)
}

// hang is how prose is set: what stands before its first line and its others,
// and how many lines there may be at most (0: any number).
type hang struct {
	first, rest string
	most        int
	tint        tint
}

// prose writes text within the width. A word that is longer than a line stays
// whole, so that it can be copied. Lines beyond the most allowed are cut. It
// gives the lines that are shown.
func (p *page) prose(h hang, text string) []string {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	lines := p.wrap(h, Escape(text))
	if !p.verbose && h.most > 0 && len(lines) > h.most {
		lines = lines[:h.most]
		lines[h.most-1] += " …"
	}
	lead := h.first
	for _, line := range lines {
		p.line(lead, p.paint(h.tint, line))
		lead = h.rest
	}
	return lines
}

// titled writes text after a lead, which is painted already and takes margin
// columns; its other lines hang by as many.
func (p *page) titled(lead string, margin int, t tint, text string) {
	hanging := spaces(margin)
	for _, line := range p.wrap(hang{first: hanging, rest: hanging}, Escape(text)) {
		p.line(lead, p.paint(t, line))
		lead = hanging
	}
}

// wrap leaves room for " …" where lines may be cut.
func (p *page) wrap(h hang, text string) []string {
	room := p.width - columns(h.rest)
	if h.most > 0 {
		room -= 2
	}
	free := p.width - columns(h.first) - (p.width - columns(h.rest) - room)
	var lines []string
	var line strings.Builder
	for word := range strings.FieldsSeq(text) {
		n := columns(word)
		if line.Len() > 0 && n+1 > free {
			lines = append(lines, line.String())
			line.Reset()
			free = room
		}
		if line.Len() > 0 {
			line.WriteByte(' ')
			free--
		}
		line.WriteString(word)
		free -= n
	}
	return append(lines, line.String())
}

// columns is the width of text in a terminal: wide characters take two,
// combining ones none.
func columns(s string) int {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return uniseg.StringWidth(s)
		}
	}
	return len(s)
}

// list writes items in flowing lines, as many as most lines take, and how
// many more there are.
func (p *page) list(indent string, items []string, most int) {
	room := p.width - len(indent)
	tail := len(fmt.Sprintf(" … and %d more", len(items)))
	var lines []string
	line, used := "", 0
	for i, item := range items {
		item = Escape(item)
		if i < len(items)-1 {
			item += ","
		}
		n := columns(item)
		limit := room
		if !p.verbose && len(lines) == most-1 && i < len(items)-1 {
			limit -= tail
		}
		if used > 0 && used+1+n > limit {
			if !p.verbose && len(lines) == most-1 {
				line += fmt.Sprintf(" … and %d more", len(items)-i)
				break
			}
			lines, line, used = append(lines, line), "", 0
		}
		if used > 0 {
			line, used = line+" ", used+1
		}
		line, used = line+item, used+n
	}
	for _, one := range append(lines, line) {
		if columns(one) <= room {
			p.line(indent, one)
			continue
		}
		for _, piece := range p.wrap(hang{first: indent, rest: indent}, one) { // an item of several words
			p.line(indent, piece)
		}
	}
}
