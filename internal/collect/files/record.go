package files

import "podpass/internal/collect/references"

// recorder is a source that keeps what is read of an object as plain values,
// for kinds whose fields no schema knows. It stops as soon as the object turns
// out to be of another kind, which costs nothing where the kind stands first.
// What is skipped it reads too.
type recorder struct {
	source
	frames []frame
	whole  any
	size   int
	off    bool // nothing more is kept
	large  bool // that is since it is too large
}

// frame is a mapping or list that was stepped into.
type frame struct {
	members map[string]any
	items   []any
	key     string
}

// stop forgets all.
func (r *recorder) stop() { r.off, r.frames, r.whole = true, nil, nil }

// object gives what was read, if it was a mapping.
func (r *recorder) object() map[string]any {
	members, _ := r.whole.(map[string]any)
	return members
}

// count bounds what is kept: no object is larger in a cluster.
func (r *recorder) count(bytes int) {
	if r.size += bytes + 16; r.size > maxCopy && !r.off {
		r.large = true
		r.stop()
	}
}

// put keeps a value where it stands.
func (r *recorder) put(value any) {
	if r.off {
		return
	}
	if len(r.frames) == 0 {
		r.whole = value
		return
	}
	if f := &r.frames[len(r.frames)-1]; f.members != nil {
		f.members[f.key] = value
	} else {
		f.items = append(f.items, value)
	}
}

// leave steps out of a mapping or list, and keeps it.
func (r *recorder) leave() {
	if r.off {
		return
	}
	f := r.frames[len(r.frames)-1]
	r.frames = r.frames[:len(r.frames)-1]
	if f.members != nil {
		r.put(f.members)
	} else {
		r.put(f.items)
	}
}

func (r *recorder) mapping() {
	r.source.mapping()
	if !r.off {
		r.frames = append(r.frames, frame{members: map[string]any{}})
	}
}

func (r *recorder) key() ([]byte, bool) {
	key, ok := r.source.key()
	if !ok {
		r.leave()
		return key, ok
	}
	if r.count(len(key)); !r.off {
		r.frames[len(r.frames)-1].key = string(key)
	}
	return key, ok
}

func (r *recorder) list() {
	r.source.list()
	if !r.off {
		r.frames = append(r.frames, frame{items: []any{}})
	}
}

func (r *recorder) next() bool {
	if r.source.next() {
		r.count(0)
		return true
	}
	r.leave()
	return false
}

func (r *recorder) text() []byte {
	text := r.source.text()
	if r.count(len(text)); !r.off {
		r.put(string(text))
	}
	return text
}

func (r *recorder) truth() bool {
	value := r.source.truth()
	r.put(value)
	return value
}

// skip reads the value at hand, if it is to be kept.
func (r *recorder) skip() {
	if r.off {
		r.source.skip()
		return
	}
	switch r.source.shape() {
	case mapping:
		r.mapping()
		for _, ok := r.key(); ok; _, ok = r.key() {
			r.skip()
		}
	case list:
		r.list()
		for r.next() {
			r.skip()
		}
	case text:
		r.text()
	case boolean:
		r.truth()
	case null:
		r.source.skip()
		r.put(nil)
	default:
		r.source.skip()
		r.put(references.Unread{})
	}
}

// record starts to keep what is read of the object at hand. Of a list that is
// being read nothing is kept.
func (w *walker) record() (end func(*object)) {
	if !w.detail {
		return func(*object) {}
	}
	outer, src := w.recorder, w.src
	if outer != nil {
		outer.stop()
		src = outer.source
	}
	inner := &recorder{source: src}
	w.recorder, w.src = inner, inner
	return func(o *object) {
		o.whole, o.large = inner.object(), inner.large
		w.recorder, w.src = outer, src
		if outer != nil {
			w.src = outer
		}
	}
}

// known is called when the kind or apiVersion of the object at hand was read.
func (w *walker) known(o *object) {
	if w.recorder != nil && o.kind != "" && o.apiVersion != "" && references.Find(groupOf(o.apiVersion), o.kind) == nil {
		w.recorder.stop()
	}
}
