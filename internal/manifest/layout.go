package manifest

import (
	"bytes"

	"go.yaml.in/yaml/v3"
)

// layout finds the text of each node. The parser gives where nodes start, in
// lines and characters, and never where they end; layout reads from token to
// token and checks that each node starts where the parser has it. What does
// not fit is refused.
type layout struct {
	src      []byte
	lines    []int // see lineStarts
	comments []span
	refusal  *Refusal
	open     bool // a block scalar that keeps its last line break ends the text without one
}

type span struct{ from, to int }

// document lays out a document from its first line on. Where it ends is told
// by what follows: nothing, or a line "...".
func (l *layout) document(root *yaml.Node) *node {
	at := l.gap(lineStart(l.src, 0))
	for at < len(l.src) && l.src[at] == '%' {
		at = l.gap(lineEnd(l.src, at))
	}
	if isMarker(l.src[at:lineEnd(l.src, at)], "---") && column(l.src, at) == 0 {
		at += len("---")
	}
	n := l.node(root, at, -1, false)
	at = l.gap(n.end)
	if isMarker(l.src[at:lineEnd(l.src, at)], "...") {
		at = l.gap(at + len("..."))
	}
	if at != len(l.src) {
		l.refuse(at)
	}
	return n
}

func (l *layout) refuse(at int) {
	if l.refusal != nil {
		return
	}
	l.refusal = &Refusal{Line: lineOf(l.src, at), Reason: "it is written in a way that Podpass cannot edit", Way: "edit it by hand, or write it in a plainer way"}
	if at < len(l.src) && l.src[at] == '?' {
		l.refusal.Reason, l.refusal.Way = `a key is written with "? "`, `write it as "key: value"`
	}
}

// gap skips blanks, line breaks and comments, which it notes.
func (l *layout) gap(at int) int {
	for at < len(l.src) {
		switch n := breakAt(l.src, at); {
		case n > 0:
			at += n
		case l.src[at] == ' ' || l.src[at] == '\t':
			at++
		case l.src[at] == '#':
			end := lineEnd(l.src, at)
			l.comments = append(l.comments, span{at, end})
			at = end
		default:
			return at
		}
	}
	return at
}

// place gives the offset of a node.
func (l *layout) place(n *yaml.Node) int {
	if n.Line < 1 || n.Line > len(l.lines) {
		return -1
	}
	at := l.lines[n.Line-1]
	for range n.Column - 1 {
		if at++; at >= len(l.src) {
			break
		}
		for at < len(l.src) && l.src[at]&0xc0 == 0x80 {
			at++
		}
	}
	return at
}

// node lays out a node that follows the token which ends at an offset. indent
// is the column of the block around it.
func (l *layout) node(y *yaml.Node, at, indent int, flow bool) *node {
	n := &node{Node: y, start: at, body: at, end: at}
	bare := y.Anchor == "" && y.Style&yaml.TaggedStyle == 0
	if isVoid(y) && bare || l.refusal != nil {
		return n
	}
	at = l.gap(at)
	n.start = at
	if at != l.place(y) {
		l.refuse(at)
		return n
	}
	if !bare {
		at = l.properties(n, flow)
	}
	n.body, n.end = at, at
	if isVoid(y) {
		return n
	}
	if at >= len(l.src) {
		l.refuse(at)
		return n
	}
	l.content(n, indent, flow)
	for _, c := range n.children {
		c.value.parent = n
	}
	return n
}

// properties skips the anchor and tag of a node, and what stands between them
// and the node's text.
func (l *layout) properties(n *node, flow bool) int {
	at := n.start
	for at < len(l.src) && (l.src[at] == '&' || l.src[at] == '!') {
		for at < len(l.src) && !isSpace(l.src, at) && !(flow && bytes.IndexByte([]byte(",[]{}"), l.src[at]) >= 0) {
			at++
		}
		n.body, n.end = at, at
		if isVoid(n.Node) {
			next := at
			for next < len(l.src) && (l.src[next] == ' ' || l.src[next] == '\t') {
				next++
			}
			if next < len(l.src) && (l.src[next] == '&' || l.src[next] == '!') {
				at = next
			}
			continue
		}
		at = l.gap(at)
	}
	return at
}

func isSpace(src []byte, at int) bool {
	return src[at] == ' ' || src[at] == '\t' || breakAt(src, at) > 0
}

func (l *layout) content(n *node, indent int, flow bool) {
	switch n.Kind {
	case yaml.AliasNode:
		for n.end < len(l.src) && !isSpace(l.src, n.end) && !(flow && bytes.IndexByte([]byte(",[]{}"), l.src[n.end]) >= 0) {
			n.end++
		}
	case yaml.ScalarNode:
		l.scalar(n, indent)
	case yaml.MappingNode, yaml.SequenceNode:
		if n.Style&yaml.FlowStyle != 0 {
			l.flow(n)
		} else {
			l.block(n)
		}
	default:
		l.refuse(n.body)
	}
}

func (l *layout) block(n *node) {
	n.column = column(l.src, n.body)
	at := n.body
	step := 1
	if n.Kind == yaml.MappingNode {
		step = 2
	}
	for i := 0; i < len(n.Content) && l.refusal == nil; i += step {
		var c child
		if n.Kind == yaml.MappingNode {
			c.key = l.node(n.Content[i], at, n.column, false)
			at = c.key.end
			for at < len(l.src) && (l.src[at] == ' ' || l.src[at] == '\t') {
				at++
			}
			c.mark = l.expect(at, ':')
		} else {
			c.mark = l.expect(l.gap(at), '-')
		}
		if column(l.src, c.from()) != n.column {
			l.refuse(c.from())
		}
		c.value = l.node(n.Content[i+step-1], c.mark+1, n.column, false)
		n.children = append(n.children, c)
		at = c.value.end
		n.end = at
	}
}

// expect says that a sign stands at an offset.
func (l *layout) expect(at int, sign byte) int {
	if at >= len(l.src) || l.src[at] != sign {
		l.refuse(min(at, len(l.src)))
	}
	return at
}

func (l *layout) flow(n *node) {
	n.flow = true
	open, shut, step := byte('['), byte(']'), 1
	if n.Kind == yaml.MappingNode {
		open, shut, step = '{', '}', 2
	}
	at := l.expect(n.body, open) + 1
	for i := 0; i < len(n.Content) && l.refusal == nil; i += step {
		c := child{mark: -1}
		if n.Kind == yaml.MappingNode {
			c.key = l.node(n.Content[i], at, -1, true)
			at = l.gap(c.key.end)
			if at < len(l.src) && l.src[at] == ':' {
				c.mark = at
				at++
			}
		}
		c.value = l.node(n.Content[i+step-1], at, -1, true)
		n.children = append(n.children, c)
		at = l.gap(max(at, c.value.end))
		if at < len(l.src) && l.src[at] == ',' {
			at++
		} else if i+step < len(n.Content) {
			l.refuse(at)
		}
	}
	n.end = l.expect(l.gap(at), shut) + 1
}
