package files

import "strings"

// document reads the value at hand as an object and emits it; a value that is
// no mapping has no kind.
func (w *walker) document(src source) {
	w.src, w.path, w.cur = src, w.path[:0], nil
	if src.shape() == noValue {
		return
	}
	w.emit(w.object())
}

// object reads the object at hand, with the objects in it if it is a list.
func (w *walker) object() *object {
	outer, path := w.cur, w.path
	o := &object{line: w.src.line()}
	w.cur, w.path = o, nil
	if w.src.shape() == mapping {
		fields(w, w.schema.object, o)
	} else {
		w.src.skip()
	}
	w.cur, w.path = outer, path
	w.settle(o)
	return o
}

// items reads the members of a list as objects of their own. Of a typed list
// (PodList) they carry no kind, which may still come: they wait for it.
func (w *walker) items(parent *object) {
	if w.src.shape() != list || parent.kind != "" && !strings.HasSuffix(parent.kind, "List") {
		w.src.skip()
		return
	}
	parent.isList = true
	w.each(func() {
		o := w.object()
		switch {
		case o.kind != "":
			w.emit(o)
		case parent.kind != "":
			inherit(o, parent)
			w.emit(o)
		default:
			parent.waiting = append(parent.waiting, o)
		}
	})
}

// inherit gives a member the kind of its typed list.
func inherit(o, parent *object) {
	o.kind, _ = strings.CutSuffix(parent.kind, "List")
	o.apiVersion = parent.apiVersion
}

// settle emits the members that waited for the kind of their list.
func (w *walker) settle(parent *object) {
	for _, o := range parent.waiting {
		if strings.HasSuffix(parent.kind, "List") {
			inherit(o, parent)
		}
		w.emit(o)
	}
	parent.waiting = nil
}
