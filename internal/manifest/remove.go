package manifest

import (
	"regexp"
	"slices"

	"go.yaml.in/yaml/v3"
)

// remove takes a key or an item away.
func (d *document) remove(at place, e Edit) (*change, error) {
	if len(at.missing) > 0 {
		if at.node.Kind != yaml.MappingNode {
			return nil, nil
		}
		return nil, d.merged(at.node, at.missing[0])
	}
	if at.in == nil {
		return nil, d.refuse(at.node.start, "a whole document is to be deleted", "delete it by hand")
	}
	if err := d.referred(at); err != nil {
		return nil, err
	}
	if len(at.in.children) > 1 {
		return d.removeChild(at)
	}
	up := at.in.parent
	if !e.leaveEmpty && up != nil && up.Kind == yaml.MappingNode && len(up.children) > 1 {
		i := slices.IndexFunc(up.children, func(c child) bool { return c.value == at.in })
		return d.remove(place{node: at.in, in: up, index: i}, Edit{})
	}
	return d.empty(at)
}

// referred refuses to delete what an alias elsewhere means.
func (d *document) referred(at place) error {
	c := at.in.children[at.index]
	inside := map[*yaml.Node]bool{}
	find(c.value, func(n *node) bool { inside[n.Node] = true; return false })
	if c.value.Kind == yaml.AliasNode {
		return nil
	}
	use := find(d.root, func(u *node) bool { return u.Kind == yaml.AliasNode && !inside[u.Node] && inside[u.Alias] })
	if use != nil {
		return d.refuse(c.value.start, "line "+itoa(d.at(use.start))+" uses a part of it (*"+use.Value+")", sharedWay)
	}
	return nil
}

// without is what becomes of the nodes.
func without(n *node, i int) func() {
	return func() {
		if n.Kind == yaml.MappingNode {
			n.Content = slices.Delete(n.Content, 2*i, 2*i+2)
			return
		}
		n.Content = slices.Delete(n.Content, i, i+1)
	}
}

// removeChild takes away one of several.
func (d *document) removeChild(at place) (*change, error) {
	n, i := at.in, at.index
	c := &change{mutate: without(n, i), deletes: true}
	switch from := n.children[i].from(); {
	case n.flow:
		return d.removeFlow(n, i, c)
	case blank(d.src[lineStart(d.src, from):from]):
		c.cuts = []cut{d.wholeLines(n, i)}
	case i > 0:
		return nil, d.refuse(from, "it shares its line with others", "put it on a line of its own")
	case n.Kind == yaml.MappingNode:
		c.cuts = []cut{d.firstOnDash(n)}
	default:
		return nil, d.refuse(from, "a list starts on the line of another's dash", "put it on a line of its own")
	}
	return c, nil
}

var commentedItem = regexp.MustCompile(`(?m)^[ \t]*#[ \t]*- `)

// wholeLines is the lines of a child, the comment above it included; one that
// is a commented-out item stays.
func (d *document) wholeLines(n *node, i int) cut {
	limit := 0
	if i > 0 {
		limit = lineEnd(d.src, n.children[i-1].end())
	} else if n.parent != nil {
		limit = n.parent.start
	}
	start := lineStart(d.src, n.children[i].from())
	from := d.glued(start, n.column, limit)
	if commentedItem.Match(d.src[from:start]) || from < start && d.header(n, from) {
		from = start
	}
	to := lineEnd(d.src, n.children[i].end())
	if to < len(d.src) {
		return cut{from, to + breakAt(d.src, to), ""}
	}
	return cut{from - breakBefore(d.src, from), to, ""}
}

// header says that a comment heads the document: it is no key's own.
func (d *document) header(n *node, from int) bool { return n.parent == nil && from <= d.spans[0].from }

// firstOnDash is the first key of a mapping behind a dash. The dash stays, and
// what stands between this key and the next.
func (d *document) firstOnDash(n *node) cut {
	first, next := n.children[0], n.children[1].from()
	end := lineEnd(d.src, first.end())
	for _, s := range d.spans {
		if end < s.from && s.from < next {
			from := first.from()
			for d.src[from-1] == ' ' || d.src[from-1] == '\t' {
				from--
			}
			return cut{from, end, ""}
		}
	}
	return cut{first.from(), next, ""}
}

// removeFlow takes one of several away from brackets, with a comma.
func (d *document) removeFlow(n *node, i int, c *change) (*change, error) {
	own := n.children[i]
	gone := cut{from: own.from()}
	if i+1 < len(n.children) {
		gone.to = n.children[i+1].from()
	} else {
		gone = cut{from: n.children[i-1].end(), to: own.end()}
	}
	for _, s := range d.spans {
		if gone.from <= s.from && s.to <= gone.to && (s.from < own.from() || s.from > own.end()) {
			return nil, d.refuse(s.from, "a comment stands beside what is to be deleted", "move the comment")
		}
	}
	c.cuts = []cut{gone}
	return c, nil
}

// empty deletes the only child and leaves brackets.
func (d *document) empty(at place) (*change, error) {
	n := at.in
	text := "[]"
	if n.Kind == yaml.MappingNode {
		text = "{}"
	}
	c := &change{mutate: without(n, at.index), deletes: true, cuts: []cut{{n.body, n.end, text}}}
	if n.flow || n.parent == nil || n.parent.Kind != yaml.MappingNode || d.src[n.body-1] == ' ' && lineStart(d.src, n.body) <= n.parent.children[0].mark {
		return c, nil
	}
	i := slices.IndexFunc(n.parent.children, func(c child) bool { return c.value == n })
	if n.start != n.body {
		return c, nil
	}
	colon := n.parent.children[i].mark + 1
	lines := d.wholeLines(n, 0)
	if lines.from < lineEnd(d.src, colon) {
		lines.from = lineEnd(d.src, colon)
	}
	c.cuts = []cut{{colon, colon, " " + text}, lines}
	return c, nil
}
