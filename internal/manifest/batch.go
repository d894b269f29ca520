package manifest

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// Edits of one document are made at once where none of them moves what another
// means: what follows tells.

// apart splits inserts of several keys, but for those into a mapping that has
// none of them and others.
func (d *document) apart(edits []Edit) []Edit {
	var list []Edit
	for _, e := range edits {
		if len(e.with) == 0 || d.takesAll(e) {
			list = append(list, e)
			continue
		}
		first, last := e, e.key
		first.with = nil
		list = append(list, first)
		for _, m := range e.with {
			list = append(list, Insert(e.document, e.path, m.Key, m.Value).At(After, last))
			last = m.Key
		}
	}
	return list
}

func (d *document) takesAll(e Edit) bool {
	at, err := d.resolve(e.path)
	if err != nil || len(at.missing) > 0 || at.node.Kind != yaml.MappingNode || len(at.node.children) == 0 {
		return false
	}
	for _, m := range append(Mapping{{e.key, nil}}, e.with...) {
		if at.node.child(m.Key) >= 0 || d.merged(at.node, m.Key) != nil {
			return false
		}
	}
	return true
}

// descending tells whether edits take items out of one list, from its end, so
// that none of them moves another.
func descending(edits []Edit) bool {
	last := -1
	for i, e := range edits {
		if !e.shifts() || i > 0 && (e.path.item() >= last || e.path.above() != edits[0].path.above()) {
			return false
		}
		last = e.path.item()
	}
	return true
}

// item is the number of the item that a path leads to, -1 where it has a name.
func (p Path) item() int {
	if n, ok := p[len(p)-1].(int); ok {
		return n
	}
	return -1
}

// above is the path to what holds the value.
func (p Path) above() string { return fmt.Sprintf("%#v", p[:max(0, len(p)-1)]) }

// meet tells whether two edits change the same mapping or list, so that one of
// them moves what the other means. Several may append to one list.
func meet(edits []Edit) bool {
	seen := map[string]operation{}
	for _, e := range edits {
		key := fmt.Sprintf("%#v", e.path)
		switch e.operation {
		case set, remove:
			key = e.path.above()
		case newDocument: // an item of a List
			e.operation, key = add, fmt.Sprintf("%#v", Path{"items"})
		}
		if other, met := seen[key]; met && (other != add || e.operation != add) {
			return true
		}
		seen[key] = e.operation
	}
	return false
}

// shifts tells whether an edit moves items of a list, so that paths which follow
// mean others.
func (e Edit) shifts() bool {
	if e.operation != remove || len(e.path) == 0 {
		return false
	}
	_, key := e.path[len(e.path)-1].(string)
	return !key
}

func appends(e Edit) int {
	if e.operation == add || e.operation == newDocument {
		return 1
	}
	return 0
}
