package manifest

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v3"
)

// flowStyle is how the brackets around a node, or the next ones, are written.
func (d *document) flowStyle(n *node) flowStyle {
	s := flowStyle{quote: d.json, colon: ": ", comma: ", ", eol: eolAt(d.src, n.start)}
	sample := n
	for sample.parent != nil && sample.parent.flow && len(sample.children) == 0 {
		sample = sample.parent
	}
	for top := sample; top != nil && top.flow; top = top.parent {
		sample = top
	}
	if member := find(sample, func(n *node) bool { return n.flow && n.Kind == yaml.MappingNode && len(n.children) > 0 }); member != nil {
		c := member.children[0]
		s.quote = s.quote || c.key.Style&yaml.DoubleQuotedStyle != 0
		if c.mark >= 0 && c.value.start >= c.mark && blank(d.src[c.mark+1:c.value.start]) && (c.value.start > c.mark+1 || d.json) {
			s.colon = string(d.src[c.key.end:c.value.start])
		}
		s.pad = d.pad(member)
	}
	if s.colon == ":" {
		s.comma = ","
	}
	line := d.src[lineStart(d.src, n.start):]
	s.indent = string(line[:len(line)-len(bytes.TrimLeft(line, " \t"))])
	if d.json {
		s.step = d.jsonStep()
	}
	return s
}

// pad gives the blanks within the brackets of a node.
func (d *document) pad(n *node) string {
	text := d.src[n.body+1 : n.children[0].from()]
	if !blank(text) {
		return ""
	}
	return string(text)
}

// jsonStep gives the indentation of a JSON file's members; empty where it is on
// one line.
func (d *document) jsonStep() string {
	if len(d.root.children) == 0 {
		return ""
	}
	gap := string(d.src[d.root.body+1 : d.root.children[0].from()])
	i := strings.LastIndexByte(gap, '\n')
	if i < 0 {
		return ""
	}
	return gap[i+1:]
}

// flowInsert puts a member or item, already written, into brackets, in front
// of child i, or behind the last.
func (d *document) flowInsert(n *node, i int, text func(flowStyle) string) []cut {
	s := d.flowStyle(n)
	if len(n.children) == 0 {
		return d.flowFill(n, s, text)
	}
	first := n.children[0].from()
	gap := string(d.src[n.body+1 : first])
	between := strings.TrimLeft(s.comma, ",")
	if j := strings.LastIndexByte(gap, '\n'); j >= 0 {
		s.indent = gap[j+1:]
		between = s.eol + s.indent
		if !blank([]byte(s.indent)) {
			s.indent, between = "", " "
		}
	}
	if i < len(n.children) {
		at := n.children[i].from()
		return []cut{{at, at, text(s) + "," + between}}
	}
	end := n.children[len(n.children)-1].end()
	return []cut{{end, end, "," + between + text(s)}}
}

func (d *document) flowFill(n *node, s flowStyle, text func(flowStyle) string) []cut {
	inner := d.src[n.body+1 : n.end-1]
	switch {
	case s.step != "" && len(bytes.TrimSpace(inner)) == 0:
		outer := s.indent
		s.indent += s.step
		return []cut{{n.body + 1, n.end - 1, s.eol + s.indent + text(s) + s.eol + outer}}
	case blank(inner):
		return []cut{{n.body + 1, n.end - 1, s.pad + text(s) + s.pad}}
	}
	return []cut{{n.end - 1, n.end - 1, text(s)}}
}
