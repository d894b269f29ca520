package files

import "strings"

// document reads the value at hand as an object and emits it. One that is not
// whole is left out: what it lacks could change its meaning.
func (w *walker) document(src source) {
	w.src, w.path, w.cur = src, w.path[:0], nil
	if src.shape() == null {
		src.skip()
		return
	}
	if o := w.object(); !src.broken() {
		w.emit(o)
	}
}

// object reads the value at hand as an object, and emits the objects in it if
// it is a list.
func (w *walker) object() *object {
	outer, path := w.cur, w.path
	o := &object{line: w.src.line()}
	w.cur, w.path = o, nil
	end := w.record()
	switch w.src.shape() {
	case mapping:
		fields(w, w.schema.object, o)
	case list:
		w.bare(o)
	default:
		w.is(mapping)
	}
	end(o)
	w.cur, w.path = outer, path
	if !w.src.broken() {
		w.settle(o)
	}
	return o
}

// items reads the members of a list as objects of their own. Whatever has
// items is a list, as for kubectl. Members of a typed list (PodList) carry no
// kind; where that is still to come, they wait for it.
// https://github.com/kubernetes/apimachinery/blob/v0.37.2/pkg/apis/meta/v1/unstructured/helpers.go
func (w *walker) items(parent *object) {
	if w.src.shape() != list {
		w.is(list)
		return
	}
	parent.isList = true
	w.each(func() {
		if w.src.shape() == null {
			w.src.skip()
			return
		}
		o := w.object()
		switch {
		case w.src.broken():
		case parent.kind == "" && o.kind == "" && o.apiVersion == "" && !o.isList:
			parent.waiting = append(parent.waiting, o)
		default:
			inherit(o, parent)
			w.emit(o)
		}
	})
}

// bare reads a list in the place of an object. It is of no kind, as those of
// JSON patches, unless objects are in it, of which kubectl reads none, or a
// template, which may become some.
func (w *walker) bare(o *object) {
	line, emit := w.src.line(), w.emit
	w.emit = func(member *object) {
		for _, p := range member.problems {
			if p.area == "" && (p.isTemplate() || p.mend == asItems) {
				o.note("", p.problem)
			}
		}
		if member.isList || member.kind != "" && member.apiVersion != "" {
			o.note("", problem{line: line, what: "it is a list of objects, which kubectl does not read", mend: asItems})
		}
	}
	w.each(func() { w.emit(w.object()) })
	w.emit = emit
}

const asItems = "write them as documents, or as items of a List"

// inherit gives a member that has none the kind of its typed list.
func inherit(o, parent *object) {
	if o.kind == "" && o.apiVersion == "" {
		o.kind, o.apiVersion = strings.TrimSuffix(parent.kind, "List"), parent.apiVersion
	}
}

// settle emits the members that waited for the kind of their list.
func (w *walker) settle(parent *object) {
	for _, o := range parent.waiting {
		inherit(o, parent)
		w.emit(o)
	}
	parent.waiting = nil
}
