package files

import (
	"cmp"

	"podpass/internal/collect/references"
	"podpass/internal/snapshot"
)

// refer keeps where an object of a kind that is otherwise ignored names
// accounts.
func (out *outcome) refer(o *object) {
	k := references.Find(groupOf(o.apiVersion), o.kind)
	if k == nil {
		return
	}
	m := out.metaOf(o.kind, o)
	m.Name = cmp.Or(m.Name, o.meta.generateName)
	switch {
	case k.Cluster:
		m.Namespace = ""
	case m.Namespace == "":
		m.Namespace = out.namespace
	}
	if p := o.unreadable(k, m); p != nil {
		gap := snapshot.Gap{
			Scope: out.scope(p.line), Reason: o.kind + ": " + p.what, Grant: p.mend, Kinds: []string{snapshot.KindReference},
		}
		if label.allows(m.Namespace) && !k.Afar {
			gap.Namespace = m.Namespace
		}
		out.gap(gap)
		return
	}
	o.whole["apiVersion"], o.whole["kind"] = o.apiVersion, o.kind // members of a typed list carry none
	out.snap.References = append(out.snap.References, k.Extract(o.whole, m)...)
}

// referIn keeps where the entries of a ConfigMap name accounts.
func (out *outcome) referIn(m snapshot.Meta, o *object) {
	for _, d := range o.data {
		if d.field == snapshot.FieldData && d.says != nil {
			out.snap.References = append(out.snap.References, references.Entry(m, d.name, d.says)...)
		}
	}
}

// unreadable gives the problem by which it cannot be told whom an object names.
func (o *object) unreadable(k *references.Kind, m snapshot.Meta) *problem {
	for i := range o.problems {
		if o.problems[i].area == "metadata" {
			return &o.problems[i].problem
		}
	}
	switch {
	case o.large || o.whole == nil:
		return &problem{line: o.line, what: "it is larger than an object can be in a cluster", mend: "split it"}
	case m.Name == "":
		return &problem{line: o.line, what: "metadata.name is missing", mend: "give the object a name"}
	case !k.Cluster && !label.allows(m.Namespace):
		return &problem{line: o.line, what: "metadata.namespace is no name of a namespace", mend: label.rule()}
	}
	return nil
}
