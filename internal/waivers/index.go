package waivers

import "slices"

// Index finds the entries of a list that are meant for a result. Where entries
// name their objects, as podpass waive writes them, it takes no look at the
// others: there may be ten thousand, and as many results.
type Index struct {
	list  []Entry
	exact map[name][]int // positions of entries without a wildcard, by what they name
	globs []int          // positions of the others
}

type name struct{ rule, kind, namespace, name string }

// NewIndex indexes a list, which must not change after.
func NewIndex(list []Entry) *Index {
	x := &Index{list: list, exact: map[name][]int{}}
	for i := range list {
		if key, ok := list[i].named(); ok {
			x.exact[key] = append(x.exact[key], i)
		} else {
			x.globs = append(x.globs, i)
		}
	}
	return x
}

// Find gives the entries that match a result, in the order of the list.
func (x *Index) Find(t *Target) []*Entry {
	var at []int
	for _, part := range [][]int{x.exact[name{t.Rule, t.Kind, t.Namespace, t.Name}], x.globs} {
		for _, i := range part {
			if x.list[i].Matches(t) {
				at = append(at, i)
			}
		}
	}
	slices.Sort(at)
	found := make([]*Entry, len(at))
	for i, position := range at {
		found[i] = &x.list[position]
	}
	return found
}

// named gives the only rule and object that an entry can match; false where
// there may be several.
func (e *Entry) named() (key name, ok bool) {
	for _, f := range []struct {
		pattern string
		text    *string
	}{{e.Rule, &key.rule}, {e.Kind, &key.kind}, {e.Namespace, &key.namespace}, {e.Name, &key.name}} {
		if *f.text, ok = Literal(f.pattern); !ok {
			return name{}, false
		}
	}
	return key, true
}

// Object gives the only object that an entry can match, whatever its
// container; false where there may be several.
func (e *Entry) Object() (kind, namespace, name string, ok bool) {
	any := *e
	any.Rule = ""
	key, ok := any.named()
	return key.kind, key.namespace, key.name, ok
}
