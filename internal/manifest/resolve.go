package manifest

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// place is where a path leads: to a node, or to the last one that is there
// and the keys that are missing below it.
type place struct {
	node    *node
	in      *node // the mapping or list that has it
	index   int   // among the children of in
	missing []string
}

// resolve follows a path. Where a value on the way is shared, an edit would
// change more than is meant: it is refused. The last node may be an alias.
func (d *document) resolve(path Path) (place, error) {
	at := place{node: d.root}
	for i, step := range path {
		if err := d.own(at.node); err != nil {
			return place{}, err
		}
		if _, ok := step.(string); ok && isNull(at.node.Node) {
			rest, err := keys(path[i:])
			at.missing = rest
			return at, err
		}
		index, err := d.step(at.node, step)
		if err != nil {
			return place{}, err
		}
		if index < 0 {
			rest, err := keys(path[i:])
			at.missing = rest
			return at, err
		}
		at = place{node: at.node.children[index].value, in: at.node, index: index}
	}
	return at, nil
}

// keys gives the steps of a path that lead to what is not there.
func keys(path Path) ([]string, error) {
	var list []string
	for _, step := range path {
		key, ok := step.(string)
		if !ok {
			return nil, fmt.Errorf("edit a manifest: no item %v in a list that is not there: %w", step, errAbsent)
		}
		list = append(list, key)
	}
	return list, nil
}

// step gives the child, -1 for a key that is not there.
func (d *document) step(n *node, step any) (int, error) {
	switch s := step.(type) {
	case string:
		if n.Kind != yaml.MappingNode {
			return 0, d.refuse(n.start, fmt.Sprintf("no mapping stands where the key %q is to be", s), "make it a mapping")
		}
		i := n.child(s)
		if i >= 0 {
			return i, d.overridden(n, i)
		}
		return -1, nil
	case int:
		if n.Kind == yaml.SequenceNode && 0 <= s && s < len(n.children) {
			return s, nil
		}
	case Named:
		for i, c := range n.children {
			if name := c.value.child("name"); n.Kind == yaml.SequenceNode && name >= 0 && c.value.children[name].value.Value == string(s) {
				return i, nil
			}
			if t := target(c.value.Node); c.value.Kind == yaml.AliasNode && nameOf(t) == string(s) {
				return i, nil
			}
		}
	default:
		return 0, fmt.Errorf("edit a manifest: no step of type %T leads anywhere", step)
	}
	return 0, fmt.Errorf("edit a manifest: line %d has no item %v: %w", d.at(n.start), step, errAbsent)
}

func nameOf(n *yaml.Node) string {
	for i := 0; i+1 < len(n.Content) && n.Kind == yaml.MappingNode; i += 2 {
		if n.Content[i].Value == "name" {
			return n.Content[i+1].Value
		}
	}
	return ""
}

const sharedWay = "write the value out where it is used, without the alias"

// own refuses a node that stands elsewhere too.
func (d *document) own(n *node) error {
	if n.Kind == yaml.AliasNode {
		return d.refuse(n.start, fmt.Sprintf("the value is an alias of the one on line %d (*%s)", d.line-1+n.Alias.Line, n.Value), sharedWay)
	}
	if n.Anchor == "" {
		return nil
	}
	if use := find(d.root, func(u *node) bool { return u.Kind == yaml.AliasNode && u.Alias == n.Node }); use != nil {
		return d.refuse(n.start, fmt.Sprintf("line %d uses the same value (&%s)", d.at(use.start), n.Anchor), sharedWay)
	}
	return nil
}

// find gives the first node of a tree that is so.
func find(n *node, so func(*node) bool) *node {
	if so(n) {
		return n
	}
	for _, c := range n.children {
		if found := find(c.value, so); found != nil {
			return found
		}
	}
	return nil
}

// merged refuses a key that a mapping has only by a merge key.
func (d *document) merged(n *node, key string) error {
	if n.Kind != yaml.MappingNode {
		return nil
	}
	if c := n.mergeOf(key, 0); c != nil {
		return d.refuse(c.key.start, fmt.Sprintf("the key %q comes by a merge key", key), "write it out in this mapping")
	}
	return nil
}

// overridden refuses a key that a merge key further down gives as well: by YAML
// the mapping's own value counts, and the parser of kubectl takes the later one.
func (d *document) overridden(n *node, index int) error {
	key := n.children[index].key.Value
	if c := n.mergeOf(key, index+1); c != nil {
		return d.refuse(c.key.start, fmt.Sprintf("a merge key gives the key %q a second time, and tools differ on which counts", key), "put the merge key before it")
	}
	return nil
}

// mergeOf is the first of the merge keys from a child on that gives the key.
func (n *node) mergeOf(key string, from int) *child {
	for i := from; i < len(n.children); i++ {
		c := &n.children[i]
		if !isMerge(c.key.Node) {
			continue
		}
		all := &decoder{left: mostValues}
		members := map[string]any{}
		all.merge(members, c.value.Node, 0)
		if _, ok := members[key]; ok {
			return c
		}
	}
	return nil
}
