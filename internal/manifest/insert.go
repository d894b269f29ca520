package manifest

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// insert adds a key to a mapping.
func (d *document) insert(at place, e Edit, value *yaml.Node) (*change, error) {
	n := at.node
	if len(at.missing) > 0 {
		if err := d.merged(n, at.missing[0]); err != nil {
			return nil, err
		}
		return d.insertBelow(at, e)
	}
	if err := d.own(n); err != nil {
		return nil, err
	}
	switch {
	case isNull(n.Node):
		m := Mapping{{e.key, e.value}}
		node, _ := toNode(m)
		return d.fill(at, m, node)
	case n.Kind != yaml.MappingNode:
		return nil, d.refuse(n.start, fmt.Sprintf("no mapping stands where the key %q is to be", e.key), "make it a mapping")
	}
	if i := n.child(e.key); i >= 0 {
		return d.insertOver(place{node: n.children[i].value, in: n, index: i}, e, value)
	}
	if len(n.children) == 0 && !n.inFlow(d) {
		m := Mapping{{e.key, e.value}}
		node, _ := toNode(m)
		return d.fill(at, m, node)
	}
	return d.insertAt(n, d.index(n, e), append(Mapping{{e.key, e.value}}, e.with...))
}

// inFlow: what is put into it stays within brackets.
func (n *node) inFlow(d *document) bool {
	return d.json || len(n.children) > 0 && n.flow || n.parent == nil || n.parent.flow || n.parent.Kind != yaml.MappingNode
}

// insertBelow adds a key to mappings that are to come to be.
func (d *document) insertBelow(at place, e Edit) (*change, error) {
	value := any(Mapping{{e.key, e.value}})
	for _, key := range slices.Backward(at.missing[1:]) {
		value = Mapping{{key, value}}
	}
	node, err := toNode(value)
	if err != nil {
		return nil, err
	}
	return d.insert(place{node: at.node, in: at.in, index: at.index}, Edit{key: at.missing[0], value: value}, node)
}

// insertOver is for a key that is there.
func (d *document) insertOver(at place, e Edit, value *yaml.Node) (*change, error) {
	n := at.node
	if same(n.Node, value) {
		return nil, nil
	}
	if err := d.own(n); err != nil {
		return nil, err
	}
	if isNull(n.Node) {
		return d.fill(at, e.value, value)
	}
	return nil, d.refuse(n.start, fmt.Sprintf("the key %q has another value", e.key), "set that")
}

// index gives the child in front of which a new key goes. One that a merge key
// brings too goes to the end: of two, kubectl takes the later.
func (d *document) index(n *node, e Edit) int {
	beside := n.child(e.beside)
	i := len(n.children)
	switch {
	case d.merged(n, e.key) != nil:
		return i
	case e.place == First, e.place == Before && beside < 0:
		i = 0
	case e.place == Before:
		i = beside
	case e.place == After && beside >= 0:
		i = beside + 1
	}
	if i == 0 && !n.flow && (d.onDash(n) || d.headed(n)) {
		i = 1
	}
	return i
}

// onDash says that a mapping starts on a line with more than blanks before it.
func (d *document) onDash(n *node) bool {
	return !blank(d.src[lineStart(d.src, n.children[0].from()):n.children[0].from()])
}

// headed says that a comment stands directly above the first key of a document.
func (d *document) headed(n *node) bool {
	first := n.children[0].from()
	return n.parent == nil && d.glued(first, n.column, 0) < lineStart(d.src, first)
}

// glued gives where the comment starts that stands directly above a line, in a
// column; the start of the line where there is none.
func (d *document) glued(at, col, limit int) int {
	start := lineStart(d.src, at)
	for start > limit {
		above := lineStart(d.src, start-breakBefore(d.src, start))
		i := slices.IndexFunc(d.spans, func(s span) bool { return above <= s.from && s.from < start })
		if above < limit || i < 0 || !blank(d.src[above:d.spans[i].from]) || column(d.src, d.spans[i].from) != col {
			break
		}
		start = above
	}
	return start
}

// insertAt writes new members in front of child i.
func (d *document) insertAt(n *node, i int, members Mapping) (*change, error) {
	whole, err := toNode(members)
	if err != nil {
		return nil, err
	}
	if badText(whole) {
		return nil, errBadText
	}
	c := &change{mutate: func() { n.Content = slices.Insert(n.Content, 2*i, whole.Content...) }}
	if n.flow {
		c.cuts = d.flowInsert(n, i, func(s flowStyle) string {
			words := make([]string, len(members))
			for j, m := range members {
				words[j] = s.scalar(m.Key) + s.colon + flowText(m.Value, s)
			}
			return strings.Join(words, s.comma)
		})
		return c, nil
	}
	c.cuts, err = d.blockInsert(n, i, d.style().lines(members, n.column))
	return c, err
}

// blockInsert puts lines in front of child i, above the comment that belongs
// to it.
func (d *document) blockInsert(n *node, i int, lines []string) ([]cut, error) {
	if i == 0 {
		at := d.glued(n.children[0].from(), n.column, 0)
		eol := eolAt(d.src, at)
		return []cut{{at, at, strings.Join(lines, eol) + eol}}, nil
	}
	at := lineEnd(d.src, n.children[i-1].end())
	if at == len(d.src) && d.open {
		return nil, d.refuse(at, "the text above ends without a line end, and would gain one", "end the file with a line end")
	}
	eol := eolAt(d.src, at)
	return []cut{{at, at, eol + strings.Join(lines, eol)}}, nil
}

// add appends an item to a list.
func (d *document) add(at place, e Edit, value *yaml.Node) (*change, error) {
	n := at.node
	if len(at.missing) > 0 {
		list := []any{e.value}
		node, err := toNode(list)
		if err != nil {
			return nil, err
		}
		last := len(at.missing) - 1
		e.key, e.value, e.place = at.missing[last], list, Last
		at.missing = at.missing[:last]
		return d.insert(at, e, node)
	}
	if err := d.own(n); err != nil {
		return nil, err
	}
	if isNull(n.Node) || n.Kind == yaml.SequenceNode && len(n.children) == 0 && !n.inFlow(d) {
		list := []any{e.value}
		node, _ := toNode(list)
		return d.fill(at, list, node)
	}
	if n.Kind != yaml.SequenceNode {
		return nil, d.refuse(n.start, "no list stands where an item is to be added", "make it a list")
	}
	for _, c := range n.children {
		if same(c.value.Node, value) {
			return nil, nil
		}
	}
	c := &change{mutate: func() { n.Content = append(n.Content, value) }}
	if n.flow {
		c.cuts = d.flowInsert(n, len(n.children), func(s flowStyle) string { return flowText(e.value, s) })
		return c, nil
	}
	var err error
	c.cuts, err = d.blockInsert(n, len(n.children), d.style().item(e.value, n.column, d.dash(n)))
	return c, err
}

// dash gives a list's dash with the blanks behind it.
func (d *document) dash(n *node) string {
	last := n.children[len(n.children)-1]
	if gap := d.src[last.mark+1 : last.value.start]; len(gap) > 0 && len(gap) < 8 && strings.Trim(string(gap), " ") == "" {
		return "-" + string(gap)
	}
	return "- "
}

func badText(n *yaml.Node) bool {
	if n.Kind == yaml.ScalarNode {
		return strings.ToValidUTF8(n.Value, "") != n.Value
	}
	return slices.ContainsFunc(n.Content, badText)
}
