package fix

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"

	"podpass/internal/audit"
	"podpass/internal/manifest"
	"podpass/internal/plan"
)

// write makes the edits, file by file. A step that fails may leave edits in other
// files without a reason, so that those are made again until nothing fails.
func (m *mender) write() {
	for again := true; again; {
		again = false
		for _, f := range m.order {
			if !f.tried || slices.ContainsFunc(f.done, func(id string) bool { return !m.active[id] }) {
				m.writeFile(f)
				again = true
			}
		}
	}
}

// writeFile makes the edits of a file. Where they fail together, each step is
// tried by itself, and the ones that fail are given up.
func (m *mender) writeFile(f *file) {
	f.tried, f.done, f.before, f.after, f.beside = true, nil, nil, nil, nil
	if !slices.ContainsFunc(f.steps, func(s *plan.Step) bool { return m.active[s.ID] }) {
		return
	}
	o, err := m.open(f)
	if err != nil {
		for _, s := range f.steps {
			m.fail(s.ID, reason(f, err))
		}
		return
	}
	m.locate(o)
	for {
		after, err := o.parsed.Apply(m.editsOf(o)...)
		if err == nil {
			m.keep(o, after)
			return
		}
		m.giveUp(o, err)
	}
}

// keep notes what a file becomes.
func (m *mender) keep(o *open, after []byte) {
	for _, s := range o.steps {
		if m.active[s.ID] {
			o.done = append(o.done, s.ID)
		}
	}
	if string(after) != string(o.data) {
		o.before, o.after = o.data, after
	}
}

// giveUp fails the first step with which the edits up to it fail.
func (m *mender) giveUp(o *open, together error) {
	var steps []work
	for _, w := range o.work {
		if m.active[w.step.ID] {
			steps = append(steps, w)
		}
	}
	why := together
	n := sort.Search(len(steps), func(i int) bool {
		var edits []manifest.Edit
		for _, w := range steps[:i+1] {
			edits = append(edits, w.edits...)
		}
		_, err := o.parsed.Apply(edits...)
		if err != nil {
			why = err
		}
		return err != nil
	})
	m.fail(steps[min(n, len(steps)-1)].step.ID, reason(o.file, why))
}

func (m *mender) editsOf(o *open) []manifest.Edit {
	var edits []manifest.Edit
	for _, w := range o.work {
		if m.active[w.step.ID] {
			edits = append(edits, w.edits...)
		}
	}
	return edits
}

// Sibling is the file for new objects beside one of JSON.
func Sibling(path string) string {
	return strings.TrimSuffix(path, ".json") + "-accounts.json"
}

func (m *mender) changes() []Change {
	list := []Change{}
	for _, f := range m.order {
		if f.after != nil {
			list = append(list, Change{f.path, f.before, f.after})
		}
		var objects []manifest.Mapping
		for _, b := range f.beside {
			if m.active[b.step.ID] {
				objects = append(objects, b.object)
			}
		}
		if len(objects) > 0 {
			list = append(list, Change{Path: Sibling(f.path), After: sibling(objects)})
		}
	}
	slices.SortFunc(list, func(a, b Change) int { return cmp.Compare(a.Path, b.Path) })
	return list
}

// sibling writes a file of JSON: an object, or a List of several.
func sibling(objects []manifest.Mapping) []byte {
	var b strings.Builder
	if len(objects) == 1 {
		writeJSON(&b, objects[0], "")
		return []byte(b.String() + "\n")
	}
	items := make([]any, len(objects))
	for i, o := range objects {
		items[i] = o
	}
	writeJSON(&b, manifest.Mapping{{Key: "apiVersion", Value: "v1"}, {Key: "kind", Value: "List"}, {Key: "items", Value: items}}, "")
	return []byte(b.String() + "\n")
}

// writeJSON writes a value with its members in their order.
func writeJSON(b *strings.Builder, v any, indent string) {
	deeper := indent + "  "
	switch v := v.(type) {
	case manifest.Mapping:
		b.WriteString("{\n")
		for i, m := range v {
			b.WriteString(deeper + quote(m.Key) + ": ")
			writeJSON(b, m.Value, deeper)
			b.WriteString(comma(i, len(v)))
		}
		b.WriteString(indent + "}")
	case []any:
		b.WriteString("[\n")
		for i, item := range v {
			b.WriteString(deeper)
			writeJSON(b, item, deeper)
			b.WriteString(comma(i, len(v)))
		}
		b.WriteString(indent + "]")
	default:
		b.WriteString(quote(v))
	}
}

func comma(i, n int) string {
	if i+1 < n {
		return ",\n"
	}
	return "\n"
}

func quote(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return "null" // strings and booleans never fail
	}
	return string(text)
}

// unmended lists the failing results that are still ones: not those left alone by
// choice, nor those that only a wave settles which was not asked for.
func (m *mender) unmended(before *audit.Report) []Unmended {
	settledBy := map[string][]*plan.Step{}
	for i := range m.plan.Steps {
		s := &m.plan.Steps[i]
		for _, f := range s.Settles {
			settledBy[f] = append(settledBy[f], s)
		}
	}
	reasons := map[string]*plan.NotPlanned{}
	for i := range m.plan.NotPlanned {
		reasons[m.plan.NotPlanned[i].Fingerprint] = &m.plan.NotPlanned[i]
	}
	staying := map[string]string{}
	for _, s := range m.plan.Predicted.Staying {
		staying[s.Fingerprint] = s.Reason
	}
	list := []Unmended{}
	for i := range before.Results {
		r := &before.Results[i]
		if r.Status != audit.Fail || !m.toMend(r.Rule) {
			continue
		}
		why := m.why(settledBy[r.Fingerprint], reasons[r.Fingerprint])
		if reasons[r.Fingerprint] == nil && why == "" && staying[r.Fingerprint] != "" && m.allDone(settledBy[r.Fingerprint]) {
			why = staying[r.Fingerprint]
		}
		if why != "" {
			u := Unmended{Rule: r.Rule, Object: r.Object, Reason: why}
			if r.Source != nil {
				u.File, u.Line = r.Source.File, r.Source.Line
			}
			list = append(list, u)
		}
	}
	list = append(list, m.undone(list)...)
	slices.SortStableFunc(list, func(a, b Unmended) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Rule, b.Rule))
	})
	return list
}

// undone are steps that were asked for and failed, though what they serve is due
// in another wave: a run that only adds must not be silent on what it could not.
func (m *mender) undone(told []Unmended) []Unmended {
	var list []Unmended
	for i := range m.plan.Steps {
		s := &m.plan.Steps[i]
		reason := m.failed[s.ID]
		if reason == "" || s.Wave == plan.Clean || len(s.Settles) > 0 || slices.ContainsFunc(told, func(u Unmended) bool { return u.Reason == reason }) ||
			slices.ContainsFunc(list, func(u Unmended) bool { return u.Reason == reason }) {
			continue
		}
		u := Unmended{Object: audit.Object{Kind: s.Object.Kind, Namespace: s.Object.Namespace, Name: s.Object.Name}, Reason: reason}
		if s.Source != nil {
			u.File, u.Line = s.Source.File, s.Source.Line
		}
		list = append(list, u)
	}
	return list
}

func (m *mender) allDone(steps []*plan.Step) bool {
	return !slices.ContainsFunc(steps, func(s *plan.Step) bool { return !m.active[s.ID] })
}

func (m *mender) toMend(rule string) bool {
	rules := m.o.Rules
	if len(rules) == 0 {
		rules = plan.Planned()
	}
	return slices.Contains(rules, rule)
}

// why says why a result is not mended; "" where it is, or need not be.
func (m *mender) why(steps []*plan.Step, not *plan.NotPlanned) string {
	if not != nil {
		switch {
		case not.ByChoice:
			return ""
		case len(not.Waits) > 0:
			return m.waitsFor(not.Waits[0])
		}
		return not.Reason
	}
	for _, s := range steps {
		switch {
		case m.active[s.ID]:
		case s.Waiting():
			return m.waitsFor(s.Waits[0])
		case m.failed[s.ID] != "":
			return m.failed[s.ID]
		}
	}
	return ""
}

func (m *mender) waitsFor(id string) string {
	for _, d := range m.plan.Decisions {
		if d.ID == id {
			return "a decision is open: " + d.Question
		}
	}
	for _, g := range m.plan.Gaps {
		if g.ID == id {
			return fmt.Sprintf("%s (%s) could not be read: %s: %s", g.What, g.Scope, g.Reason, g.Grant)
		}
	}
	return "it waits for " + id
}
