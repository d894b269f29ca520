package manifest

import "go.yaml.in/yaml/v3"

// Number is a scalar that is no string, bool or null, as it is written: a
// number or a date.
type Number string

// decoder gives what nodes mean. It bounds the values that aliases make of a
// document.
type decoder struct{ left int }

const mostValues = 1 << 20

func decode(n *yaml.Node) any {
	d := &decoder{left: mostValues}
	return d.value(n, 0)
}

func (d *decoder) value(n *yaml.Node, depth int) any {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if d.left--; d.left < 0 || depth > 1000 {
		return nil
	}
	switch n.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		d.members(m, n, depth)
		return m
	case yaml.SequenceNode:
		list := make([]any, 0, len(n.Content))
		for _, item := range n.Content {
			list = append(list, d.value(item, depth+1))
		}
		return list
	}
	switch n.ShortTag() {
	case "!!null":
		return nil
	case "!!bool":
		return n.Value[0] == 't' || n.Value[0] == 'T'
	case "!!int", "!!float", "!!timestamp":
		return Number(n.Value)
	}
	if truth, ok := legacyBool(n); ok {
		return truth
	}
	return n.Value
}

func (d *decoder) members(m map[string]any, n *yaml.Node, depth int) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if isMerge(n.Content[i]) {
			d.merge(m, n.Content[i+1], depth+1)
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if key := target(n.Content[i]); key.Kind == yaml.ScalarNode && !isMerge(key) {
			m[key.Value] = d.value(n.Content[i+1], depth+1)
		}
	}
}

// merge takes the members of a mapping, or of a list's mappings, of which the
// first counts.
func (d *decoder) merge(m map[string]any, n *yaml.Node, depth int) {
	if n = target(n); n.Kind == yaml.SequenceNode {
		for i := len(n.Content) - 1; i >= 0; i-- {
			d.merge(m, n.Content[i], depth+1)
		}
		return
	}
	if d.left--; n.Kind == yaml.MappingNode && depth < 1000 && d.left > 0 {
		d.members(m, n, depth)
	}
}

func target(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// legacyBool: kubectl reads plain yes, no, on and off by YAML 1.1.
func legacyBool(n *yaml.Node) (truth, ok bool) {
	if n.Kind != yaml.ScalarNode || n.Style != 0 {
		return false, false
	}
	switch n.Value {
	case "y", "Y", "yes", "Yes", "YES", "on", "On", "ON":
		return true, true
	case "n", "N", "no", "No", "NO", "off", "Off", "OFF":
		return false, true
	}
	return false, false
}

// Documents gives what the file says.
func (f *File) Documents() []Document {
	list := make([]Document, 0, len(f.documents))
	for i, d := range f.documents {
		doc := Document{Index: i, Line: d.at(d.root.start), Value: decode(d.root.Node), Refusal: d.refusal}
		top, _ := doc.Value.(map[string]any)
		meta, _ := top["metadata"].(map[string]any)
		doc.APIVersion, doc.Kind = text(top["apiVersion"]), text(top["kind"])
		doc.Namespace, doc.Name = text(meta["namespace"]), text(meta["name"])
		list = append(list, doc)
	}
	return list
}

func text(v any) string {
	s, _ := v.(string)
	return s
}
