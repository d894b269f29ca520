package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"podpass/internal/audit"
	"podpass/internal/plan"
)

// story is what is done for one workload, or to what a namespace shares, in the
// order of waves.
type story struct {
	namespace string
	of        *audit.Object // nil: what a namespace shares
	place     string        // of the workload
	steps     []*plan.Step
}

// storiesOf tells the steps by namespace and workload; what a namespace shares
// comes last in it, and what is in none at the end.
func storiesOf(p *plan.Plan) []*story {
	byObject := map[audit.Object]*story{}
	var list []*story
	for i := range p.Steps {
		s := &p.Steps[i]
		key := audit.Object{Namespace: s.Object.Namespace}
		if s.For != nil {
			key = *s.For
		}
		t := byObject[key]
		if t == nil {
			t = &story{namespace: key.Namespace, of: s.For}
			byObject[key] = t
			list = append(list, t)
		}
		if t.place == "" && s.For != nil && s.Object.Kind == s.For.Kind {
			t.place = place(s.Source)
		}
		t.steps = append(t.steps, s)
	}
	slices.SortStableFunc(list, func(a, b *story) int {
		return cmp.Or(compareLast(a.namespace == "", b.namespace == ""), cmp.Compare(a.namespace, b.namespace), compareLast(a.of == nil, b.of == nil), cmp.Compare(a.name(), b.name()))
	})
	return list
}

func compareLast(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func (t *story) name() string {
	if t.of == nil {
		return ""
	}
	return t.of.Kind + " " + t.of.Name
}

// waits gives what all steps of a story wait for; nil where they differ.
func (t *story) waits() []string {
	for _, s := range t.steps[1:] {
		if !slices.Equal(s.Waits, t.steps[0].Waits) {
			return nil
		}
	}
	return t.steps[0].Waits
}

func (p *planPage) stories() {
	list := storiesOf(p.plan)
	if len(list) == 0 {
		return
	}
	p.heading(textStory)
	shown := list[:min(mostStories, len(list))]
	for i, t := range shown {
		if i == 0 || t.namespace != shown[i-1].namespace {
			p.line()
			p.prose(hang{tint: bold}, textNamespace(t.namespace))
		}
		p.story(t)
	}
	if rest := list[len(shown):]; len(rest) > 0 {
		p.line()
		p.prose(hang{tint: dim}, textMoreStories(rest))
		p.list("  ", namespaceCounts(rest), 3)
	}
}

// namespaceCounts counts stories by namespace.
func namespaceCounts(list []*story) []string {
	var words []string
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[n].namespace == list[0].namespace {
			n++
		}
		words = append(words, fmt.Sprintf("%s (%d)", textNamespace(list[0].namespace), n))
		list = list[n:]
	}
	return words
}

func (p *planPage) story(t *story) {
	title := cmp.Or(t.name(), textShared)
	waits := t.waits()
	if len(waits) > 0 {
		title += after(t.place) + ": " + textWaitsFor(p.numbersOf(waits))
		p.prose(hang{first: "  ", rest: "    ", tint: yellow}, title)
	} else {
		p.prose(hang{first: "  ", rest: "    "}, title+after(t.place))
	}
	var wave plan.Wave
	for _, s := range t.steps {
		lead := spaces(10)
		if s.Wave != wave {
			lead = fmt.Sprintf("    %-6s", s.Wave)
			wave = s.Wave
		}
		p.step(t, s, lead, len(waits) > 0)
	}
}

// step writes one step; told is set where its story says what it waits for.
func (p *planPage) step(t *story, s *plan.Step, lead string, told bool) {
	o := audit.Object{Kind: s.Object.Kind, Namespace: s.Object.Namespace, Name: s.Object.Name}
	if o.Namespace == t.namespace {
		o.Namespace = ""
	}
	text := named(o)
	if s.After != nil && s.After.Manifest != nil {
		text += after(manifestText(s.After.Manifest))
	}
	if at := place(s.Source); at != t.place && s.Action != plan.Create {
		text += after(at)
	}
	if s.Restarts {
		text += textRestarts
	}
	if s.Waiting() && !told {
		text += ": " + textWaitsFor(p.numbersOf(s.Waits))
	}
	symbol, t2 := symbolOf(s.Action)
	p.titled(lead+p.paint(t2, symbol)+" ", 12, plain, text)
	if s.Action == plan.Change {
		p.fields(s)
	}
}

func symbolOf(a plan.Action) (string, tint) {
	switch a {
	case plan.Create:
		return "+", green
	case plan.Restart:
		return "↻", cyan
	case plan.Delete:
		return "-", red
	}
	return "~", yellow
}

// fields writes what changes from what to what. An item that is put at the end
// of a list, or taken out, stands alone.
func (p *planPage) fields(s *plan.Step) {
	was := map[string]any{}
	if s.Before != nil {
		for _, f := range s.Before.Fields {
			if was[f.Path] = f.Value; f.Present {
				was[f.Path] = textPresent
			}
		}
	}
	if s.After == nil {
		return
	}
	for _, f := range s.After.Fields {
		name := fieldName(s.Object.Kind, f.Path)
		text := fmt.Sprintf("%s: %s → %s", itemName(name), valueText(was[f.Path]), valueText(f.Value))
		if list, end := strings.CutSuffix(name, "/-"); end {
			text = fmt.Sprintf("%s: + %s", list, valueText(f.Value))
		}
		p.prose(hang{first: spaces(12), rest: spaces(14), most: 6}, text)
	}
}

// itemName writes named items of lists as people do: containers[app].
func itemName(name string) string {
	name = strings.ReplaceAll(name, "/[name=", "[")
	return strings.ReplaceAll(strings.ReplaceAll(name, "~1", "/"), "~0", "~")
}

// fieldName is a JSON pointer as people write it: below a pod template, by what
// is left.
func fieldName(kind, path string) string {
	if rest, ok := strings.CutPrefix(path, "/"+strings.Join(audit.TemplatePath(kind), "/")+"/"); ok {
		return rest
	}
	return strings.TrimPrefix(path, "/")
}

// valueText shows a value; objects that have a name by it.
func valueText(v any) string {
	switch v := v.(type) {
	case nil:
		return textNone
	case string:
		return v
	}
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	var items []struct{ Kind, Namespace, Name string }
	if json.Unmarshal(data, &items) != nil || slices.ContainsFunc(items, func(o struct{ Kind, Namespace, Name string }) bool { return o.Name == "" }) {
		return string(data)
	}
	if len(items) == 0 {
		return textNone
	}
	names := make([]string, len(items))
	for i, o := range items {
		names[i] = named(audit.Object{Kind: o.Kind, Namespace: o.Namespace, Name: o.Name})
	}
	return commas(names)
}

// manifestText says what is worth knowing of a new object.
func manifestText(m *plan.Manifest) string {
	var words []string
	if m.RoleRef != nil {
		words = append(words, m.RoleRef.Kind+" "+m.RoleRef.Name)
	}
	if t := m.AutomountServiceAccountToken; t != nil {
		words = append(words, fmt.Sprintf("automountServiceAccountToken: %v", *t))
	}
	if len(m.ImagePullSecrets) > 0 {
		words = append(words, "imagePullSecrets: "+valueText(m.ImagePullSecrets))
	}
	if len(m.Secrets) > 0 {
		words = append(words, "secrets: "+valueText(m.Secrets))
	}
	for _, key := range []string{plan.AnnotationRole} {
		if value := m.Metadata.Annotations[key]; value != "" {
			words = append(words, key+": "+value)
		}
	}
	return commas(words)
}

// numbersOf gives the numbers of decisions and gaps, the first of them.
func (p *planPage) numbersOf(ids []string) string {
	const most = 8
	numbers := make([]int, len(ids))
	for i, id := range ids {
		numbers[i] = p.numbers[id]
	}
	slices.Sort(numbers)
	var words []string
	for _, n := range numbers[:min(most, len(numbers))] {
		words = append(words, strconv.Itoa(n))
	}
	if n := len(numbers) - most; n > 0 {
		words = append(words, textMoreNumbers(n))
	}
	return commas(words)
}

func commas(words []string) string { return strings.Join(words, ", ") }
