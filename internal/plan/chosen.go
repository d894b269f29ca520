package plan

import (
	"slices"

	"podpass/internal/audit"
)

// entries finds, of the choices for one kind of object, the one that counts,
// without a look at those that name others: there may be ten thousand.
type entries[T any] struct {
	list     []T
	match    func(*T) Match
	exact    map[audit.Object]int
	patterns []int
	none     T
}

func index[T any](list []T, match func(*T) Match) *entries[T] {
	e := &entries[T]{list: list, match: match, exact: map[audit.Object]int{}}
	for i := range list {
		if o, exact := match(&list[i]).object(); exact {
			e.exact[o] = i
		} else {
			e.patterns = append(e.patterns, i)
		}
	}
	return e
}

// find: an exact entry counts for more than a pattern, and a later one for more
// than an earlier. It gives the zero value where none fits.
func (e *entries[T]) find(o audit.Object) T { return *e.at(o) }

// at is find without a copy. Nobody changes what it gives.
func (e *entries[T]) at(o audit.Object) *T {
	if i, ok := e.exact[audit.Object{Kind: o.Kind, Namespace: o.Namespace, Name: o.Name}]; ok {
		return &e.list[i]
	}
	for _, i := range slices.Backward(e.patterns) {
		if e.match(&e.list[i]).Fits(o.Kind, o.Namespace, o.Name) {
			return &e.list[i]
		}
	}
	return &e.none
}

// chosen are all choices, to be looked up.
type chosen struct {
	workloads  *entries[WorkloadChoice]
	namespaces *entries[NamespaceChoice]
	bindings   *entries[BindingChoice]
	references *entries[ReferenceChoice]
}

func indexAll(c *Choices) chosen {
	return chosen{
		index(c.Workloads, func(w *WorkloadChoice) Match { return w.Match }),
		index(c.Namespaces, func(n *NamespaceChoice) Match { return n.Match }),
		index(c.Bindings, func(b *BindingChoice) Match { return b.Match }),
		index(c.References, func(r *ReferenceChoice) Match { return r.Match }),
	}
}
