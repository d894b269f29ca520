package manifest

import "go.yaml.in/yaml/v3"

// node is a value with the place of its text: properties (anchor, tag) at
// start, itself from body to end. The text of a block scalar ends in front of
// its last line break.
type node struct {
	*yaml.Node
	start, body, end int
	parent           *node
	children         []child // of a mapping or list
	flow             bool    // in brackets
	column           int     // of the keys or dashes of a block
}

// child is a member of a mapping or an item of a list.
type child struct {
	key   *node // nil in a list
	mark  int   // offset of the colon (-1: none, as in {a}) or of the block's dash
	value *node
}

// from is where the child's text starts: its dash or its key, or its value in
// a flow list.
func (c child) from() int {
	switch {
	case c.key != nil:
		return c.key.start
	case c.mark >= 0:
		return c.mark
	}
	return c.value.start
}

// end is where its text ends.
func (c child) end() int {
	if c.key != nil {
		return max(c.key.end, c.mark+1, c.value.end)
	}
	return c.value.end
}

// child gives the member of a key, -1 where there is none.
func (n *node) child(key string) int {
	for i, c := range n.children {
		if c.key != nil && c.key.Kind == yaml.ScalarNode && c.key.Value == key && !isMerge(c.key.Node) {
			return i
		}
	}
	return -1
}

// isNull: nothing, ~ or null. A null with a tag or an anchor is one as well.
func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// isVoid: a value of which nothing is written.
func isVoid(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Value == "" && n.Style&quoted == 0 && n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0
}

const quoted = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle

// isMerge: the parser gives this tag only to the plain key <<.
func isMerge(key *yaml.Node) bool {
	return key.Kind == yaml.ScalarNode && key.Value == "<<" && key.Tag == "!!merge"
}
