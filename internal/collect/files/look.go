package files

import (
	"podpass/internal/collect"
	"podpass/internal/snapshot"
)

// look gathers what an object says of AWS credentials, and gives what its pods
// do.
func (out *outcome) look(k *kind, o *object) *snapshot.AWS {
	a := &out.aws
	a.Begin()
	names := k.name == snapshot.KindPod || k.name == snapshot.KindNamespace
	for _, n := range o.meta.noted {
		a.Annotation([]byte(n.name), []byte(n.value), names)
	}
	for _, d := range o.data {
		if d.cut && k.name == snapshot.KindRevision {
			a.CutEntry()
		}
		switch {
		case k.name == snapshot.KindRevision:
			a.Entry(d.field, nil, d.value)
		case k.name == snapshot.KindSecret && d.field == snapshot.FieldData:
			a.Decoded([]byte(d.name), d.decoded())
		case d.field == snapshot.FieldBinaryData && k.has(d.field):
			a.Entry(d.field, []byte(d.name), d.decoded())
		case k.has(d.field):
			a.Entry(d.field, []byte(d.name), d.value)
		}
	}
	switch {
	case k.name == snapshot.KindPod:
		lookAt(a, &o.spec.pod)
	case k.has("spec.template"), k.has("spec.jobTemplate"):
		for _, n := range o.spec.job.noted {
			a.Annotation([]byte(n.name), []byte(n.value), false)
		}
		t := o.template(k)
		for _, n := range t.noted {
			a.Annotation([]byte(n.name), []byte(n.value), true)
		}
		lookAt(a, &t.spec)
	default:
		return nil
	}
	return a.Spec(o.meta.namespace)
}

// template gives the pod template of a workload.
func (o *object) template(k *kind) *template {
	if k.name == snapshot.KindCronJob {
		return &o.spec.job.spec.template
	}
	return &o.spec.template
}

// decoded gives what is in the base64 of an entry, or where it is none, the
// entry as it is.
func (d *datum) decoded() []byte {
	if value, ok := collect.Decode(d.value); ok {
		return value
	}
	return d.value
}

func lookAt(a *collect.AWS, p *podSpec) {
	for _, v := range p.volumes {
		for _, r := range v.sources {
			a.Volume([]byte(v.name), []byte(r.kind), []byte(r.name), r.optional == snapshot.True)
			for _, i := range r.items {
				a.Item([]byte(i.key), []byte(i.path))
			}
		}
	}
	for _, c := range p.containers {
		c.add(a, "")
	}
	for _, c := range p.init {
		c.add(a, snapshot.TypeInit)
	}
	for _, c := range p.eph {
		c.add(a, snapshot.TypeEphemeral)
	}
}

func (c *container) add(a *collect.AWS, kind string) {
	a.Container(kind, c.name)
	a.Image([]byte(c.image))
	for _, word := range c.command {
		a.Word(snapshot.FieldCommand, []byte(word))
	}
	for _, word := range c.args {
		a.Word(snapshot.FieldArgs, []byte(word))
	}
	for _, command := range c.commands {
		a.Exec()
		for _, word := range command {
			a.ExecWord([]byte(word))
		}
	}
	for _, f := range c.from {
		a.From()
		if f.ref != nil {
			a.EnvFrom([]byte(f.ref.kind), []byte(f.ref.name), []byte(f.prefix), f.ref.optional == snapshot.True)
		}
	}
	for _, v := range c.env {
		switch {
		case v.ref != nil:
			a.EnvRef([]byte(v.name), []byte(v.ref.kind), []byte(v.ref.name), []byte(v.ref.key), v.ref.optional == snapshot.True)
		case v.from:
			a.EnvOther([]byte(v.name))
		default:
			a.Env([]byte(v.name), []byte(v.value))
		}
	}
	for _, m := range c.mounts {
		a.Mount([]byte(m.Volume), []byte(m.Path), []byte(m.sub))
	}
}

// hold keeps a Secret or ConfigMap. Of an entry that is in two fields, that of
// stringData counts.
func (out *outcome) hold(k *kind, m snapshot.Meta, o *object) {
	h := snapshot.Holder{Meta: m, Kind: k.name}
	for _, field := range []string{snapshot.FieldData, snapshot.FieldStringData} { // binaryData becomes no variable
		for _, d := range o.data {
			if d.field == field && k.has(field) {
				h.Entries = append(h.Entries, snapshot.Entry{Name: d.name, Empty: d.empty, Hidden: d.hidden})
			}
		}
	}
	h.Entries = collect.SortEntries(h.Entries)
	out.snap.Holders = append(out.snap.Holders, h)
	out.lies = append(out.lies, m.Namespace)
}

// holdRefused keeps the keys in an object that is refused otherwise: they are
// in the file all the same.
func (out *outcome) holdRefused(k *kind, o *object) {
	out.look(k, o)
	found := out.aws.Keys()
	if len(found) == 0 {
		return
	}
	m := snapshot.Meta{Namespace: o.meta.namespace, Name: shown(o.meta.name), Source: &snapshot.Source{File: out.file, Line: o.line}, Keys: found}
	if !label.allows(m.Namespace) {
		m.Namespace = ""
	}
	if k.name == snapshot.KindSecret || k.name == snapshot.KindConfigMap {
		out.snap.Holders = append(out.snap.Holders, snapshot.Holder{Meta: m, Kind: k.name})
		return
	}
	out.snap.Workloads = append(out.snap.Workloads, snapshot.Workload{Meta: m, Group: k.group, Kind: k.name})
}
