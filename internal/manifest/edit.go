package manifest

import (
	"fmt"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// Path leads from a document's root to a value: by a string to the member of a
// mapping, by an int to an item of a list, by Named to the first item whose
// member "name" has a value.
type Path []any

// Named is the step of a Path to the item of a list that has a name.
type Named string

// Mapping is a value: members in their order.
type Mapping []Member

// Member is one of a Mapping. Its value is a string, bool, int, nil, a Mapping,
// or a []any of these.
type Member struct {
	Key   string
	Value any
}

// Place tells where in its mapping a new key stands.
type Place int

// First is above the first key, but never above the head of a file, nor on the
// line of a dash: there it is behind the first key. Before and After name
// another key; where that is absent they are First and Last.
const (
	Last Place = iota
	First
	Before
	After
)

type operation int

const (
	set operation = iota
	insert
	remove
	add // an item
	newDocument
	oldDocument // goes
)

// Edit is a change of one value of a document. Each is made so that it changes
// nothing the second time, a Delete by index apart.
type Edit struct {
	document   int
	path       Path
	operation  operation
	key        string
	place      Place
	beside     string
	value      any
	leaveEmpty bool
	with       Mapping // inserted behind the key
}

// Set gives a scalar, or null, another value: a string, bool or int, written in
// the quotes that the old one has; or a null any value.
func Set(document int, path Path, value any) Edit {
	return Edit{document: document, path: path, operation: set, value: value}
}

// Insert adds a key to the mapping at path. Mappings on the way that are
// absent or null come to be. A key that is there with null is filled; with
// another value it is refused.
func Insert(document int, path Path, key string, value any) Edit {
	return Edit{document: document, path: path, operation: insert, key: key, value: value}
}

// At says where an inserted key stands, beside another for Before and After.
func (e Edit) At(place Place, beside string) Edit {
	e.place, e.beside = place, beside
	return e
}

// With has Insert add another key behind its own: one edit is cheaper than two.
func (e Edit) With(key string, value any) Edit {
	e.with = append(e.with[:len(e.with):len(e.with)], Member{key, value})
	return e
}

// Delete takes a key or an item away, with the comments that stand directly
// above it, in its column, and on its lines. With the last item of a list, or
// the last key of a mapping, that goes too.
func Delete(document int, path Path) Edit {
	return Edit{document: document, path: path, operation: remove}
}

// LeaveEmpty has Delete leave [] or {} behind.
func (e Edit) LeaveEmpty() Edit {
	e.leaveEmpty = true
	return e
}

// Append adds an item to the list at path, unless it has one that is equal. A
// list that is absent or null comes to be.
func Append(document int, path Path, value any) Edit {
	return Edit{document: document, path: path, operation: add, value: value}
}

// AddDocument adds an object to the file, behind a document (After, Last) or in
// front of it (Before, First). Where the document is a List, the object becomes
// its last item. In other files of JSON it is refused.
func AddDocument(document int, place Place, object Mapping) Edit {
	return Edit{document: document, operation: newDocument, place: place, value: object}
}

// DeleteDocument takes a document away, with its separator and the comments in
// it. An item of a List goes by Delete.
func DeleteDocument(document int) Edit { return Edit{document: document, operation: oldDocument} }

// toNode gives a value as the parser would.
func toNode(value any) (*yaml.Node, error) {
	n := &yaml.Node{Kind: yaml.ScalarNode}
	switch v := value.(type) {
	case nil:
		n.Tag = "!!null"
	case string:
		n.Tag, n.Value, n.Style = "!!str", v, yaml.DoubleQuotedStyle
	case bool:
		n.Tag, n.Value = "!!bool", strconv.FormatBool(v)
	case int:
		n.Tag, n.Value = "!!int", strconv.Itoa(v)
	case Mapping:
		n.Kind, n.Tag = yaml.MappingNode, "!!map"
		for _, m := range v {
			child, err := toNode(m.Value)
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, keyNode(m.Key), child)
		}
	case []any:
		n.Kind, n.Tag = yaml.SequenceNode, "!!seq"
		for _, item := range v {
			child, err := toNode(item)
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, child)
		}
	default:
		return nil, fmt.Errorf("edit a manifest: no value of type %T can be written", value)
	}
	return n, nil
}

func keyNode(key string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key, Style: yaml.DoubleQuotedStyle}
}

// equal says that two nodes mean the same, to parsers of YAML 1.1 too. Null is
// null however it is written.
func equal(a, b *yaml.Node) bool {
	if a.Kind != b.Kind || a.Anchor != b.Anchor || len(a.Content) != len(b.Content) {
		return false
	}
	if a.Kind == yaml.AliasNode {
		return a.Value == b.Value
	}
	if a.ShortTag() != b.ShortTag() {
		return false
	}
	_, legacyA := legacyBool(a)
	_, legacyB := legacyBool(b)
	if a.Kind == yaml.ScalarNode && (legacyA != legacyB || a.Value != b.Value && !isNull(a)) {
		return false
	}
	for i := range a.Content {
		if !equal(a.Content[i], b.Content[i]) {
			return false
		}
	}
	return true
}
