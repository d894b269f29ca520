package files

import (
	"fmt"
	"maps"
	"strings"

	"podpass/internal/collect"
	"podpass/internal/snapshot"
)

// outcome takes objects and gaps and makes the Snapshot of them.
type outcome struct {
	namespace string // of objects that name none
	file      string // at hand
	aws       collect.AWS
	state
}

// state is what was taken so far. All of it but ignored only grows at its
// end, so that a copy is a state to go back to.
type state struct {
	snap    snapshot.Snapshot
	lies    []string // namespaces in which objects lie that snap does not hold
	ignored map[string]int
}

func newOutcome(namespace string) *outcome {
	if namespace == "" {
		namespace = "default"
	}
	out := &outcome{namespace: namespace, state: state{ignored: map[string]int{}}}
	out.snap.Origin, out.snap.SecretsRead = snapshot.OriginFiles, true
	return out
}

// mark gives the state, for reset to go back to.
func (out *outcome) mark() state {
	s := out.state
	s.ignored = maps.Clone(s.ignored)
	return s
}

func (out *outcome) reset(s state) { out.state = s }

// finish gives the Snapshot, sorted, with the namespaces in which objects lie.
func (out *outcome) finish() *snapshot.Snapshot {
	for kind, n := range out.ignored {
		out.snap.Ignored = append(out.snap.Ignored, snapshot.KindCount{Kind: kind, Count: n})
	}
	out.implyNamespaces()
	collect.Prune(&out.snap)
	out.snap.Sort()
	return &out.snap
}

func (out *outcome) implyNamespaces() {
	s := &out.snap
	known := map[string]bool{"": true}
	for i := range s.Namespaces {
		known[s.Namespaces[i].Name] = true
	}
	imply := func(name string) {
		if !known[name] {
			known[name] = true
			s.Namespaces = append(s.Namespaces, snapshot.Namespace{Meta: snapshot.Meta{Name: name}, Implied: true})
		}
	}
	for _, name := range out.lies {
		imply(name)
	}
	for i := range s.ServiceAccounts {
		imply(s.ServiceAccounts[i].Namespace)
	}
	for i := range s.Roles {
		imply(s.Roles[i].Namespace)
	}
	for i := range s.Bindings {
		imply(s.Bindings[i].Namespace)
	}
	for i := range s.Workloads {
		imply(s.Workloads[i].Namespace)
	}
	for i := range s.Pods {
		imply(s.Pods[i].Namespace)
	}
}

func (out *outcome) gap(g snapshot.Gap) {
	g.What = "file"
	out.snap.Gaps = append(out.snap.Gaps, g)
}

// broken notes that a part of the file at hand could not be read: it may have
// held objects of any kind.
func (out *outcome) broken(line int, reason, grant string) {
	out.gap(snapshot.Gap{Scope: out.scope(line), Reason: reason, Grant: grant})
}

func (out *outcome) scope(line int) string { return fmt.Sprintf("%s:%d", out.file, max(line, 1)) }

// take keeps an object, or what is wrong with it, or counts it.
func (out *outcome) take(o *object) {
	if p := o.nameless(); p != nil {
		out.broken(p.line, p.what, p.mend)
		return
	}
	k := kindNamed(o.kind)
	switch {
	case o.isList: // its members came by themselves
	case k == nil || isForeign(o.apiVersion):
		out.ignore(o)
		if out.snap.Detail {
			out.refer(o)
		}
	default:
		out.place(k, o)
		if p := o.refusal(k); p != nil {
			out.refuse(k, o, p)
			out.holdRefused(k, o)
			return
		}
		out.keep(k, o)
	}
}

// ignore counts an object of which no rule reads more than its namespace.
func (out *outcome) ignore(o *object) {
	kind := o.kind
	if kind == "" {
		kind = "(no kind)"
	}
	out.ignored[kind]++
	if ns := o.meta.namespace; o.kind != "" && !o.hasProblem("metadata") && label.allows(ns) {
		out.lies = append(out.lies, ns) // it is there, whatever lies in it
	}
}

// place gives an object the namespace and name that the API server gives it.
// Where its metadata has a problem, the namespace may be what is not read, and
// what has none lies nowhere.
func (out *outcome) place(k *kind, o *object) {
	switch {
	case k.cluster:
		o.meta.namespace = ""
	case o.meta.namespace == "" && o.hasMeta && !o.hasProblem("metadata"):
		o.meta.namespace = out.namespace
	}
	if o.meta.name == "" {
		o.meta.name, o.generated = o.meta.generateName, true
	}
}

// refuse notes an object that the API server would refuse, so that nothing it
// says counts. Its namespace is there all the same, if it can be one; else any
// may have been meant.
func (out *outcome) refuse(k *kind, o *object, p *problem) {
	ref := snapshot.Ref{Kind: k.name, Namespace: o.meta.namespace, Name: o.meta.name}
	gap := snapshot.Gap{Scope: out.scope(p.line), Grant: p.mend, Kinds: []string{k.name}}
	if label.allows(ref.Namespace) {
		gap.Namespace = ref.Namespace
		out.lies = append(out.lies, ref.Namespace)
	}
	name := snapshot.Ref{Kind: ref.Kind, Namespace: shown(ref.Namespace), Name: shown(ref.Name)}.String()
	switch {
	case strings.Contains(ref.Namespace, templateMark), !k.cluster && ref.Namespace == "",
		ref.Name == "", strings.Contains(ref.Name, templateMark):
		name = k.name
	default:
		gap.Object = &ref
		if k.name == snapshot.KindNamespace && label.allows(ref.Name) {
			out.lies = append(out.lies, ref.Name)
		}
	}
	gap.Reason = name + ": " + p.what
	out.gap(gap)
}
