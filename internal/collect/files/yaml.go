package files

import "go.yaml.in/yaml/v3"

// yamlSource reads the nodes of a YAML document as kubectl takes them.
// Aliases are followed where they are read; checkAliases says beforehand that
// this comes to an end.
type yamlSource struct {
	at     *yaml.Node // the value at hand, no alias
	first  int        // line of the document's first line, less one
	frames []yamlFrame
	buf    []byte
}

// yamlFrame is a mapping or list that was stepped into: its members that are
// still to come, of a mapping key and value in turn.
type yamlFrame struct{ rest []*yaml.Node }

func newYAML(document *yaml.Node, firstLine int) *yamlSource {
	if document.Kind == yaml.DocumentNode {
		document = document.Content[0]
	}
	return &yamlSource{at: target(document), first: firstLine - 1}
}

func target(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func (y *yamlSource) shape() shape {
	switch y.at.Kind {
	case yaml.MappingNode:
		if why, _ := mappingFlaw(y.at); why != "" {
			return flawed
		}
		return mapping
	case yaml.SequenceNode:
		return list
	}
	return scalarShape(y.at)
}

func (y *yamlSource) flaw() (why, mend string) {
	if y.at.Kind == yaml.MappingNode {
		return mappingFlaw(y.at)
	}
	return "a value that is not of its tag " + y.at.Tag, "leave the tag out"
}

// mappingFlaw says why kubectl refuses a mapping.
func mappingFlaw(n *yaml.Node) (why, mend string) {
	for i := 0; i < len(n.Content); i += 2 {
		if isMerge(n.Content[i]) {
			if !canMerge(n.Content[i+1]) {
				return "a mapping that merges what is no mapping", "merge only mappings"
			}
			continue
		}
		key := target(n.Content[i])
		if _, ok := keyText(key); !ok {
			if key.Kind == yaml.MappingNode && key.Style&yaml.FlowStyle != 0 {
				return "a mapping in a mapping, as of " + templateMark + ", a template that is not rendered", renderFirst
			}
			return "a mapping with a key that is no string", "write its keys as strings"
		}
	}
	return "", ""
}

// isMerge: the parser gives this tag only to the plain key <<.
func isMerge(key *yaml.Node) bool {
	return key.Kind == yaml.ScalarNode && key.Value == "<<" && key.Tag == "!!merge"
}

func canMerge(n *yaml.Node) bool {
	if n.Kind != yaml.SequenceNode {
		return target(n).Kind == yaml.MappingNode
	}
	for _, one := range n.Content {
		if target(one).Kind != yaml.MappingNode {
			return false
		}
	}
	return true
}

func (y *yamlSource) line() int { return y.first + y.at.Line }

func (y *yamlSource) broken() bool { return false }

func (y *yamlSource) mapping() {
	members := y.at.Content
	for i := 0; i < len(members); i += 2 {
		if isMerge(members[i]) {
			m := merger{index: map[string]int{}, own: map[string]bool{}}
			m.add(y.at, true)
			members = m.members
			break
		}
	}
	y.frames = append(y.frames, yamlFrame{members})
}

// merger writes the merge keys of a mapping out. The later of two members
// counts, be it merged or not: so does kubectl, though YAML has it otherwise.
// A key that the mapping itself has twice stays there twice.
type merger struct {
	members []*yaml.Node
	index   map[string]int
	own     map[string]bool
}

func (m *merger) add(n *yaml.Node, own bool) {
	if n.Kind == yaml.SequenceNode { // the first of several counts
		for i := len(n.Content) - 1; i >= 0; i-- {
			m.add(n.Content[i], false)
		}
		return
	}
	n = target(n)
	for i := 0; i < len(n.Content); i += 2 {
		if isMerge(n.Content[i]) {
			if canMerge(n.Content[i+1]) {
				m.add(n.Content[i+1], false)
			}
			continue
		}
		key, _ := keyText(n.Content[i])
		at, there := m.index[key]
		switch {
		case !there || own && m.own[key]:
			m.index[key] = len(m.members)
			m.members = append(m.members, n.Content[i], n.Content[i+1])
		default:
			m.members[at+1] = n.Content[i+1]
		}
		m.own[key] = m.own[key] || own
	}
}

func (y *yamlSource) key() ([]byte, bool) {
	f := &y.frames[len(y.frames)-1]
	if len(f.rest) == 0 {
		y.frames = y.frames[:len(y.frames)-1]
		return nil, false
	}
	key, _ := keyText(f.rest[0])
	y.at, f.rest = target(f.rest[1]), f.rest[2:]
	y.buf = append(y.buf[:0], key...)
	return y.buf, true
}

func (y *yamlSource) list() { y.frames = append(y.frames, yamlFrame{y.at.Content}) }

func (y *yamlSource) next() bool {
	f := &y.frames[len(y.frames)-1]
	if len(f.rest) == 0 {
		y.frames = y.frames[:len(y.frames)-1]
		return false
	}
	y.at, f.rest = target(f.rest[0]), f.rest[1:]
	return true
}

func (y *yamlSource) text() []byte {
	y.buf = append(y.buf[:0], scalarText(y.at)...)
	return y.buf
}

func (y *yamlSource) textLine() int { return y.line() }

func (y *yamlSource) truth() bool { return isTrue(y.at.Value) }

func (y *yamlSource) number() []byte {
	y.buf = append(y.buf[:0], y.at.Value...)
	return y.buf
}

func (y *yamlSource) skip() {}
