package choices

import (
	"fmt"

	"podpass/internal/audit"
	"podpass/internal/plan"
	"podpass/internal/snapshot"
	"podpass/internal/waivers"
)

// Unused finds entries that select nothing in a Snapshot, which must be sorted.
// In named are those that name one object: it is misspelt, or not there; in
// patterns those that may select none. Where a gap, or namespaces that were not
// asked for, may hide what an entry selects, it is in neither.
func Unused(c *plan.Choices, s *snapshot.Snapshot) (named, patterns Problems) {
	u := &unused{file: c.File, judge: audit.NewJudge(s, audit.Options{}), selected: len(s.Selected) > 0}
	there := theirWorkloads(u.judge)
	for _, w := range c.Workloads {
		u.look(w.Match, "workloads", there, w.Kind, snapshot.KindPod)
	}
	there = theirNamespaces(s)
	for _, n := range c.Namespaces {
		u.look(n.Match, "namespaces", there, snapshot.KindNamespace)
	}
	there = theirBindings(s)
	for _, b := range c.Bindings {
		u.look(b.Match, "bindings", there, snapshot.KindRoleBinding, snapshot.KindClusterRoleBinding)
	}
	if s.Detail { // else they were not read
		there = theirReferences(s)
		for _, o := range c.References {
			u.look(o.Match, "references", there, snapshot.KindReference)
		}
	}
	u.named.Sort()
	u.patterns.Sort()
	return u.named, u.patterns
}

type unused struct {
	file            string
	judge           *audit.Judge
	selected        bool // only some namespaces were asked for
	named, patterns Problems
	suggested       int
}

// objects are what is there, by kind as "NAMESPACE/NAME" or "NAME".
type objects struct {
	list  []snapshot.Ref
	names map[snapshot.Ref]bool
}

func (o *objects) add(kind, namespace, name string) {
	r := snapshot.Ref{Kind: kind, Namespace: namespace, Name: name}
	if o.names == nil {
		o.names = map[snapshot.Ref]bool{}
	}
	if !o.names[r] {
		o.names[r] = true
		o.list = append(o.list, r)
	}
}

func theirWorkloads(judge *audit.Judge) *objects {
	o := &objects{}
	for _, w := range judge.Workloads() {
		o.add(w.Object().Kind, w.Object().Namespace, w.Object().Name)
	}
	return o
}

func theirNamespaces(s *snapshot.Snapshot) *objects {
	o := &objects{}
	for i := range s.Namespaces {
		o.add(snapshot.KindNamespace, "", s.Namespaces[i].Name)
	}
	return o
}

func theirBindings(s *snapshot.Snapshot) *objects {
	o := &objects{}
	for i := range s.Bindings {
		kind := snapshot.KindRoleBinding
		if s.Bindings[i].Namespace == "" {
			kind = snapshot.KindClusterRoleBinding
		}
		o.add(kind, s.Bindings[i].Namespace, s.Bindings[i].Name)
	}
	return o
}

func theirReferences(s *snapshot.Snapshot) *objects {
	o := &objects{}
	for i := range s.References {
		o.add(s.References[i].Kind, s.References[i].Namespace, s.References[i].Name)
	}
	return o
}

// look notes an entry that selects none of what is there. kinds are those of
// which a gap may hide it.
func (u *unused) look(m plan.Match, list string, there *objects, kinds ...string) {
	name, exact := literal(m)
	switch {
	case exact && there.names[name]:
		return
	case !exact:
		for _, r := range there.list {
			if m.Fits(r.Kind, r.Namespace, r.Name) {
				return
			}
		}
	}
	hidden := !exact && u.selected || exact && name.Namespace != "" && !u.judge.Judged(name.Namespace) ||
		name.Kind == snapshot.KindNamespace && !u.judge.Judged(name.Name)
	if hidden || u.judge.Gap(name.Namespace, kinds...) != nil {
		return
	}
	if !exact {
		u.patterns = append(u.patterns, Problem{File: u.file, Line: m.Line, Text: "this entry of " + list + " fits nothing", Mend: "take it out if it is no longer needed"})
		return
	}
	u.named = append(u.named, Problem{File: u.file, Line: m.Line, Text: fmt.Sprintf("%s is not there", name), Mend: u.mend(name, there)})
}

// mend suggests the nearest name, for the first entries: each looks at all that
// is there.
func (u *unused) mend(name snapshot.Ref, there *objects) string {
	const most = 20
	other := "take the entry out, or write a pattern for what need not be there"
	if u.suggested++; u.suggested > most {
		return other
	}
	var names []string
	for _, r := range there.list {
		if r.Kind == name.Kind {
			names = append(names, r.String())
		}
	}
	if len(names) == 0 {
		return fmt.Sprintf("there is no %s: %s", name.Kind, other)
	}
	return fmt.Sprintf("the nearest name is %s; else %s", Nearest(name.String(), names), other)
}

// literal gives the only object that an entry can select; else, of what it says,
// the namespace if that is one.
func literal(m plan.Match) (snapshot.Ref, bool) {
	namespace, one := waivers.Literal(m.Namespace)
	kind, ok := waivers.Literal(m.Kind)
	name, named := waivers.Literal(m.Name)
	if !one || !ok || !named {
		return snapshot.Ref{Namespace: namespace}, false
	}
	return snapshot.Ref{Kind: kind, Namespace: namespace, Name: name}, true
}
