package files

import (
	"bytes"
	"strings"

	"podpass/internal/collect"
	"podpass/internal/collect/references"
	"podpass/internal/keys"
	"podpass/internal/snapshot"
)

// container is what is read of a container of any type.
type container struct {
	name, image   string
	command, args []string
	env           []variable
	from          []fromAll
	mounts        []mount
	commands      [5][]string // of probes and hooks, in the order of their fields
}

type mount struct {
	collect.Mount
	sub string // subPath
}

type variable struct {
	name, value string
	from        bool       // it has valueFrom
	ref         *reference // to a Secret or ConfigMap
}

// fromAll is an entry of envFrom.
type fromAll struct {
	prefix string
	ref    *reference
}

func containerFields() []field[container] {
	mounts := []field[mount]{
		{"name", func(w *walker, m *mount) { m.Volume = w.word() }},
		{"mountPath", func(w *walker, m *mount) { m.Path = w.word() }},
		{"subPath", func(w *walker, m *mount) { m.sub = w.word() }},
	}
	exec := []field[[]string]{{"command", func(w *walker, to *[]string) { *to = w.list() }}}
	handler := []field[[]string]{{"exec", func(w *walker, to *[]string) { fields(w, exec, to) }}}
	handled := func(at int) func(w *walker, c *container) {
		return func(w *walker, c *container) { fields(w, handler, &c.commands[at]) }
	}
	lifecycle := []field[container]{{"postStart", handled(3)}, {"preStop", handled(4)}}
	env, from := variableFields(), envFromFields()
	return []field[container]{
		{"name", func(w *walker, c *container) { c.name = w.word() }},
		{"image", func(w *walker, c *container) { c.image = w.word() }},
		{"command", func(w *walker, c *container) { c.command = w.list() }},
		{"args", func(w *walker, c *container) { c.args = w.list() }},
		{"env", func(w *walker, c *container) { c.env = all(w, env) }},
		{"envFrom", func(w *walker, c *container) { c.from = all(w, from) }},
		{"volumeMounts", func(w *walker, c *container) { c.mounts = all(w, mounts) }},
		{"livenessProbe", handled(0)},
		{"readinessProbe", handled(1)},
		{"startupProbe", handled(2)},
		{"lifecycle", func(w *walker, c *container) { fields(w, lifecycle, c) }},
	}
}

func variableFields() []field[variable] {
	refs := refFields("name")
	sources := []field[variable]{
		{"secretKeyRef", func(w *walker, v *variable) { v.ref = w.reference(refs, snapshot.KindSecret, v.ref) }},
		{"configMapKeyRef", func(w *walker, v *variable) { v.ref = w.reference(refs, snapshot.KindConfigMap, v.ref) }},
	}
	return []field[variable]{
		{"name", func(w *walker, v *variable) { v.name = w.word() }},
		{"value", func(w *walker, v *variable) { v.read(w.bytes(), w.schema.detail) }},
		{"valueFrom", func(w *walker, v *variable) { v.from = fields(w, sources, v) > 0 }},
	}
}

// read keeps a value if something could be made of it, or its name is still to
// come; of others, that they are there.
func (v *variable) read(value []byte, detail bool) {
	if len(value) > 1 && v.name != "" && !strings.HasPrefix(v.name, "AWS_") && !keys.Worth([]byte(v.name), value) &&
		!(detail && collect.MaySign(v.name, value)) {
		v.value = "?"
		return
	}
	v.value = string(value)
}

func envFromFields() []field[fromAll] {
	refs := refFields("name")
	return []field[fromAll]{
		{"prefix", func(w *walker, f *fromAll) { f.prefix = w.text() }},
		{"secretRef", func(w *walker, f *fromAll) { f.ref = w.reference(refs, snapshot.KindSecret, f.ref) }},
		{"configMapRef", func(w *walker, f *fromAll) { f.ref = w.reference(refs, snapshot.KindConfigMap, f.ref) }},
	}
}

// refFields are those of a reference to a Secret or ConfigMap, whose name is in
// a field of different names.
func refFields(name string) []field[reference] {
	items := []field[item]{
		{"key", func(w *walker, i *item) { i.key = w.text() }},
		{"path", func(w *walker, i *item) { i.path = w.text() }},
	}
	return []field[reference]{
		{name, func(w *walker, r *reference) { r.name = w.word() }},
		{"key", func(w *walker, r *reference) { r.key = w.word() }},
		{"optional", func(w *walker, r *reference) { r.optional = w.tri() }},
		{"items", func(w *walker, r *reference) { r.items = all(w, items) }},
	}
}

// reference reads a reference to an object of a kind; null is none, and leaves
// what was there.
func (w *walker) reference(table []field[reference], kind string, before *reference) *reference {
	if w.src.shape() != mapping {
		w.is(mapping)
		return before
	}
	r := &reference{kind: kind}
	fields(w, table, r)
	return r
}

func volumeFields() []field[volume] {
	named, ofSecret := refFields("name"), refFields("secretName")
	add := func(w *walker, v *volume, table []field[reference], kind string) {
		if r := w.reference(table, kind, nil); r != nil {
			v.sources = append(v.sources, r)
		}
	}
	sources := []field[volume]{
		{"serviceAccountToken", func(w *walker, v *volume) { v.token(w) }},
		{"secret", func(w *walker, v *volume) { add(w, v, named, snapshot.KindSecret) }},
		{"configMap", func(w *walker, v *volume) { add(w, v, named, snapshot.KindConfigMap) }},
	}
	projected := []field[volume]{{"sources", func(w *walker, v *volume) {
		w.each(func() { fields(w, sources, v) })
	}}}
	return []field[volume]{
		{"name", func(w *walker, v *volume) { v.name = w.word() }},
		{"projected", func(w *walker, v *volume) { fields(w, projected, v) }},
		{"secret", func(w *walker, v *volume) {
			v.secret = w.src.shape() == mapping
			add(w, v, ofSecret, snapshot.KindSecret)
		}},
		{"configMap", func(w *walker, v *volume) { add(w, v, named, snapshot.KindConfigMap) }},
	}
}

// token reads a serviceAccountToken of a projected volume.
func (v *volume) token(w *walker) {
	if w.src.shape() != mapping {
		w.is(mapping)
		return
	}
	audience := ""
	fields(w, []field[string]{{"audience", func(w *walker, to *string) { *to = w.text() }}}, &audience)
	v.apiToken = v.apiToken || audience == "" || audience == collect.APIAudience
}

// datum is an entry of the data of an object.
type datum struct {
	field, name string
	value       []byte // nil where no key can be in it
	empty       bool
	hidden      bool   // see snapshot.Entry
	cut         bool   // it was not read to its end
	says        []byte // with detail, the value where it may name an account
}

// annotation is one in which a key may be, or that may name a role.
type annotation struct{ name, value string }

// annotations reads annotations: those with a key in only, and those that say
// something of AWS, or with detail of who uses the token; with whole all (see
// texts).
func (w *walker) annotations(only map[string]bool, whole bool) (kept map[string]string, noted []annotation) {
	if !w.enter(mapping) {
		return nil, nil
	}
	for key, ok := w.src.key(); ok; key, ok = w.src.key() {
		name := w.intern.Bytes(key)
		if only[name] {
			if _, twice := kept[name]; twice {
				w.duplicateOf(name)
			}
			kept = with(kept, name, w.text())
			if collect.MayCount([]byte(name), []byte(kept[name])) {
				noted = append(noted, annotation{name, kept[name]})
			}
			continue
		}
		if !w.is(text) {
			continue
		}
		value := w.src.text()
		if collect.MayCount([]byte(name), value) || w.schema.detail && collect.MayBeSign([]byte(name)) {
			noted = append(noted, annotation{name, string(value)})
		}
		if whole {
			kept = with(kept, name, string(value))
		}
	}
	return kept, noted
}

// data reads data, of which each entry is a text, but for that of a
// ControllerRevision, which is an object.
func (w *walker) data(o *object, field string) {
	if o.kind != "" && !holdsData(o.kind) {
		w.src.skip()
		return
	}
	if !w.enter(mapping) {
		return
	}
	for key, ok := w.src.key(); ok; key, ok = w.src.key() {
		d := datum{field: field, name: string(key)}
		switch w.src.shape() {
		case text:
			text := w.src.text()
			d.read(text)
			if w.detail && references.Speaks(d.name, text) {
				d.says = bytes.Clone(text)
			}
		case null:
			d.empty = true
			w.src.skip()
		default:
			w.mismatch(w.src.shape(), text)
			d.value = w.copy(nil)
			if d.cut = len(d.value) > maxCopy; !keys.Worth(nil, d.value) {
				d.value = nil
			}
		}
		o.data = append(o.data, d)
	}
}

func holdsData(kind string) bool {
	return kind == snapshot.KindSecret || kind == snapshot.KindConfigMap || kind == snapshot.KindRevision
}

// read keeps of a value what counts. Whether it is base64 is known with the
// kind.
func (d *datum) read(value []byte) {
	decoded, ok := collect.Decode(value)
	d.empty = len(value) == 0
	d.hidden = collect.Hidden(value) || ok && collect.Hidden(decoded)
	if name := []byte(d.name); keys.Worth(name, value) || ok && keys.Worth(nil, decoded) {
		d.value = append([]byte{}, value...)
	}
}
