package files

import (
	"encoding/base64"

	"go.yaml.in/yaml/v3"
)

// yamlSource reads the nodes of a YAML document as kubectl takes them: by the
// rules of YAML 1.1 as sigs.k8s.io/yaml applies them. Aliases are followed
// where they are read.
type yamlSource struct {
	at     *yaml.Node // the value at hand, alias resolved
	first  int        // line of the document's first line, less one
	frames []yamlFrame
	budget int // aliases that may still be followed
	spent  bool
	buf    []byte
}

// yamlFrame is a mapping or list that was stepped into.
type yamlFrame struct {
	node *yaml.Node
	// pairs are the members of a mapping, key and value in turn; of one with
	// merge keys its own first, then those merged.
	pairs []*yaml.Node
	next  int
}

// maxAliases bounds the aliases that are followed in one document.
const maxAliases = 10000

func newYAML(document *yaml.Node, firstLine int) *yamlSource {
	y := &yamlSource{first: firstLine - 1, budget: maxAliases}
	if document.Kind == yaml.DocumentNode && len(document.Content) > 0 {
		document = document.Content[0]
	}
	y.put(document)
	return y
}

// put makes a node the value at hand.
func (y *yamlSource) put(n *yaml.Node) {
	for n != nil && n.Kind == yaml.AliasNode {
		if y.budget--; y.budget < 0 {
			y.spent = true
			n = nil
			break
		}
		n = n.Alias
	}
	y.at = n
}

func (y *yamlSource) shape() shape {
	if y.at == nil {
		if y.spent {
			return flawed
		}
		return noValue
	}
	switch y.at.Kind {
	case yaml.MappingNode:
		if isTemplate(y.at) {
			return flawed
		}
		return mapping
	case yaml.SequenceNode:
		return list
	case yaml.ScalarNode:
		return scalarShape(y.at)
	}
	return noValue
}

func (y *yamlSource) flaw() string {
	if y.spent {
		return "behind more aliases than are followed"
	}
	if y.at.Kind == yaml.MappingNode {
		return "a template that is not rendered"
	}
	return "of a tag that Kubernetes does not know (" + y.at.Tag + ")"
}

// isTemplate: "{{ .Values.name }}" without quotes is YAML: a mapping whose key
// is a mapping. No Kubernetes object holds one.
func isTemplate(n *yaml.Node) bool {
	return len(n.Content) > 0 && n.Content[0].Kind == yaml.MappingNode
}

// scalarShape resolves a scalar. Only plain ones can be anything but text,
// unless a tag says so.
func scalarShape(n *yaml.Node) shape {
	if n.Style&yaml.TaggedStyle != 0 {
		switch n.ShortTag() {
		case "!!str", "!!binary", "!":
			return text
		case "!!bool":
			if _, ok := bool11(n.Value); ok {
				return boolean
			}
			return flawed
		case "!!int", "!!float":
			return number
		case "!!null":
			return null
		case "!!timestamp":
			return text
		}
		return flawed
	}
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return text
	}
	if _, ok := bool11(n.Value); ok {
		return boolean
	}
	switch n.Value {
	case "", "~", "null", "Null", "NULL":
		return null
	}
	switch n.Tag {
	case "!!int", "!!float":
		return number
	}
	return text
}

// bool11 gives the booleans of YAML 1.1 as kubectl's parser has them.
func bool11(s string) (value, ok bool) {
	switch s {
	case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON":
		return true, true
	case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF":
		return false, true
	}
	return false, false
}

func (y *yamlSource) line() int {
	if y.at == nil {
		return y.first + 1
	}
	return y.first + y.at.Line
}

func (y *yamlSource) mapping() {
	f := yamlFrame{node: y.at, pairs: y.at.Content}
	for i := 0; i+1 < len(f.pairs); i += 2 {
		if isMerge(f.pairs[i]) {
			f.pairs = y.merged(y.at, 0)
			break
		}
	}
	y.frames = append(y.frames, f)
}

func isMerge(key *yaml.Node) bool {
	return key.Kind == yaml.ScalarNode && key.Value == "<<" && (key.Tag == "!!merge" || key.Tag == "")
}

// merged gives the members of a mapping with those that it merges: its own go
// before merged ones, and of several merged mappings the first.
func (y *yamlSource) merged(n *yaml.Node, depth int) []*yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		y.budget--
		n = n.Alias
	}
	if y.budget < 0 || depth > 100 || n == nil {
		y.spent = true
		return nil
	}
	if n.Kind == yaml.SequenceNode {
		var all []*yaml.Node
		for _, part := range n.Content {
			all = extend(all, y.merged(part, depth+1))
		}
		return all
	}
	var own, more []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		if isMerge(n.Content[i]) {
			more = extend(more, y.merged(n.Content[i+1], depth+1))
		} else {
			own = append(own, n.Content[i], n.Content[i+1])
		}
	}
	return extend(own, more)
}

// extend adds the members whose keys are not there yet.
func extend(have, more []*yaml.Node) []*yaml.Node {
	seen := make(map[string]bool, len(have)/2)
	for i := 0; i+1 < len(have); i += 2 {
		seen[have[i].Value] = true
	}
	for i := 0; i+1 < len(more); i += 2 {
		if !seen[more[i].Value] {
			have = append(have, more[i], more[i+1])
		}
	}
	return have
}

func (y *yamlSource) key() ([]byte, bool) {
	f := &y.frames[len(y.frames)-1]
	if f.next+1 >= len(f.pairs) {
		y.out()
		return nil, false
	}
	key := f.pairs[f.next]
	for key.Kind == yaml.AliasNode && key.Alias != nil {
		key = key.Alias
	}
	y.put(f.pairs[f.next+1])
	f.next += 2
	y.buf = append(y.buf[:0], key.Value...)
	return y.buf, true
}

func (y *yamlSource) list() { y.frames = append(y.frames, yamlFrame{node: y.at}) }

func (y *yamlSource) next() bool {
	f := &y.frames[len(y.frames)-1]
	if f.next >= len(f.node.Content) {
		y.out()
		return false
	}
	y.put(f.node.Content[f.next])
	f.next++
	return true
}

// out steps out of a frame; its node is then read.
func (y *yamlSource) out() {
	f := y.frames[len(y.frames)-1]
	y.frames = y.frames[:len(y.frames)-1]
	y.at = f.node
}

func (y *yamlSource) text() []byte {
	if y.at.Style&yaml.TaggedStyle != 0 && y.at.ShortTag() == "!!binary" {
		if decoded, err := base64.StdEncoding.DecodeString(y.at.Value); err == nil {
			return decoded
		}
	}
	y.buf = append(y.buf[:0], y.at.Value...)
	return y.buf
}

func (y *yamlSource) truth() bool {
	value, _ := bool11(y.at.Value)
	return value
}

func (y *yamlSource) skip() {}
