package manifest

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// set replaces a scalar.
func (d *document) set(at place, e Edit, value *yaml.Node) (*change, error) {
	n := at.node
	if len(at.missing) > 0 {
		if err := d.merged(n, at.missing[0]); err != nil {
			return nil, err
		}
		return nil, d.refuse(n.start, fmt.Sprintf("there is no key %q", at.missing[0]), "insert it")
	}
	if err := d.own(n); err != nil {
		return nil, err
	}
	if same(n.Node, value) {
		return nil, nil
	}
	switch {
	case isNull(n.Node):
		return d.fill(at, e.value, value)
	case n.Kind != yaml.ScalarNode:
		return nil, d.refuse(n.start, "a mapping or list stands where a value is to be set", "delete it first")
	case value.Kind != yaml.ScalarNode:
		return nil, d.refuse(n.start, "a value stands where a mapping or list is to be set", "delete it first")
	case n.Style&yaml.TaggedStyle != 0:
		return nil, d.refuse(n.start, "the value has a tag", "leave the tag out")
	case strings.Contains(n.Value, "${") || strings.Contains(n.Value, "$("):
		return nil, d.refuse(n.start, "the value is filled in later (${…})", "change what fills it in")
	case strings.Contains(n.Value, "{{"):
		return nil, d.refuse(n.start, "the value is a template's", "edit the template or its values")
	}
	for _, s := range d.spans {
		if n.body < s.from && s.to <= n.end {
			return nil, d.refuse(s.from, "a comment stands within the value", "move it above the value")
		}
	}
	return d.replace(at, cut{n.body, n.end, d.scalarText(n, e.value)}, value), nil
}

// same says that a value is the one wanted, in every parser's eyes.
func same(n, value *yaml.Node) bool {
	if n.Anchor != "" {
		copied := *n
		copied.Anchor = ""
		n = &copied
	}
	return equal(n, value)
}

// replace has a node become another value.
func (d *document) replace(at place, c cut, value *yaml.Node) *change {
	return &change{cuts: []cut{c}, mutate: func() { become(at.node.Node, value) }}
}

func become(n, value *yaml.Node) {
	anchor := n.Anchor
	*n = *value
	n.Anchor = anchor
}

// scalarText writes a scalar in the quotes of the one that it replaces.
func (d *document) scalarText(n *node, value any) string {
	s, ok := value.(string)
	switch {
	case !ok || d.json:
		return flowStyle{quote: d.json}.scalar(value)
	case n.Style&yaml.SingleQuotedStyle != 0:
		if text, ok := singleQuoted(s); ok {
			return text
		}
	case n.Style&yaml.DoubleQuotedStyle == 0:
		return plainOrQuoted(s)
	}
	return doubleQuoted(s)
}

// fill gives a value to a null, or members to an empty mapping or list.
func (d *document) fill(at place, value any, node *yaml.Node) (*change, error) {
	n := at.node
	if isNull(n.Node) && (n.Anchor != "" || n.Style&yaml.TaggedStyle != 0) {
		return nil, d.refuse(n.start, "the empty value has a tag or an anchor", "leave it out")
	}
	if at.in == nil && !d.json && n.start == n.end {
		return nil, d.refuse(n.start, "the document is empty", "add a document instead")
	}
	inFlow := at.in == nil || at.in.flow || d.json
	if scalar := node.Kind == yaml.ScalarNode || len(node.Content) == 0; scalar || inFlow || at.in.Kind != yaml.MappingNode {
		return d.fillInline(at, value, node, inFlow), nil
	}
	s := d.style()
	c := at.in.children[at.index]
	from := n.body
	if blank(d.src[c.mark+1 : n.body]) {
		from = c.mark + 1
	}
	_, below := s.value(value, at.in.column)
	end := lineEnd(d.src, n.end)
	eol := eolAt(d.src, c.mark)
	text := eol + strings.Join(below, eol)
	change := d.replace(at, cut{from, n.end, ""}, node)
	change.cuts = append(change.cuts, cut{end, end, text})
	return change, nil
}

func (d *document) fillInline(at place, value any, node *yaml.Node, inFlow bool) *change {
	n := at.node
	text := flowText(value, flowStyle{colon: ": ", comma: ", "})
	if inFlow {
		text = flowText(value, d.flowStyle(n))
	}
	if n.body == n.end { // nothing is written: behind the colon or dash
		text = " " + text
		if at.in.Kind == yaml.MappingNode && at.in.children[at.index].mark < 0 {
			text = ":" + text
		}
	}
	return d.replace(at, cut{n.body, n.end, text}, node)
}
