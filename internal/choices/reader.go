package choices

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// mostProblems bounds what is said of a file that is none of choices.
const mostProblems = 200

// reader checks a file by the table, and collects what is wrong with it.
type reader struct {
	file     string
	problems Problems
	patterns map[string]*regexp.Regexp
}

func (r *reader) refuse(line int, text, mend string) {
	switch n := len(r.problems); {
	case n == mostProblems:
		text, mend = "more is wrong from here on", "is it the right file?"
		fallthrough
	case n < mostProblems:
		r.problems = append(r.problems, Problem{File: r.file, Line: max(line, 1), Text: text, Mend: mend})
	}
}

// check refuses a value that is not as its shape says, and tells whether it is.
func (r *reader) check(n *yaml.Node, name string, s *shape) bool {
	before := len(r.problems)
	switch {
	case s.list != nil && (s.text == nil || n.Kind == yaml.SequenceNode):
		r.list(n, name, s.list)
	case s.text != nil:
		r.text(n, name, s.text)
	case s.mapping != nil:
		r.mapping(n, name, s.mapping)
	case s.pairs != nil:
		r.pairs(n, name, s.pairs)
	case s.yes && (n.ShortTag() != "!!bool" || !strings.EqualFold(n.Value, "true")):
		r.refuse(n.Line, fmt.Sprintf("%s is %s", name, what(n)), "write true, or leave it out")
	}
	return len(r.problems) == before
}

// mapping checks keys and values of a mapping, then how they go together.
func (r *reader) mapping(n *yaml.Node, name string, m *mapping) {
	if m.empty && isNull(n) {
		return
	}
	values := r.keys(n, name, func(key string, k *yaml.Node) bool {
		if m.find(key) == nil {
			r.refuse(k.Line, fmt.Sprintf("there is no key %s in %s", quoted(key), name), "its keys are "+strings.Join(m.names(), ", "))
			return false
		}
		return true
	})
	if values == nil {
		return
	}
	for i := range m.members {
		f := &m.members[i]
		switch value := values[f.name]; {
		case value != nil:
			r.check(value, f.name, &f.shape)
			r.beside(values, f)
		case f.need:
			r.refuse(n.Line, fmt.Sprintf("%s lacks %s", name, f.name), "write which objects it is for: "+f.name)
		}
	}
	if len(m.some) > 0 && !slices.ContainsFunc(m.some, func(key string) bool { return values[key] != nil }) {
		r.refuse(n.Line, name+" says nothing", m.none)
	}
	for _, c := range m.clashes {
		if v := values[c.key]; v != nil && v.Value == c.value && values[c.other] != nil {
			r.refuse(values[c.other].Line, fmt.Sprintf("%s stands beside %s: %s", c.other, c.key, c.value), "leave one of them out")
		}
	}
}

// beside checks which keys may and must stand beside one.
func (r *reader) beside(values map[string]*yaml.Node, f *member) {
	for _, other := range f.without {
		if values[other] != nil {
			r.refuse(values[other].Line, fmt.Sprintf("%s stands beside %s", other, f.name), "they contradict each other: leave one of them out")
		}
	}
	if f.with != "" && values[f.with] == nil {
		r.refuse(values[f.name].Line, fmt.Sprintf("%s stands there without %s", f.name, f.with), "add "+f.with+", or leave it out")
	}
}

// keys gives the values of a mapping by key; nil where it is none.
func (r *reader) keys(n *yaml.Node, name string, known func(key string, k *yaml.Node) bool) map[string]*yaml.Node {
	if n.Kind != yaml.MappingNode {
		r.refuse(n.Line, fmt.Sprintf("%s is %s", name, what(n)), "write keys and values there")
		return nil
	}
	values := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, value := n.Content[i], n.Content[i+1]
		switch {
		case k.Kind != yaml.ScalarNode || k.ShortTag() != "!!str" || isBool(k):
			r.refuse(k.Line, "a key is "+what(k), "keys are strings: put it in quotes")
		case values[k.Value] != nil:
			r.refuse(k.Line, fmt.Sprintf("%s stands there twice", quoted(k.Value)), "leave one of them")
		case known(k.Value, k):
			values[k.Value] = value
		}
	}
	return values
}

func (r *reader) list(n *yaml.Node, name string, l *list) {
	switch {
	case l.empty && isNull(n):
		return
	case n.Kind != yaml.SequenceNode:
		r.refuse(n.Line, fmt.Sprintf("%s is %s", name, what(n)), `write a list: each item begins with "- "`)
		return
	case len(n.Content) == 0 && !l.empty:
		r.refuse(n.Line, name+" is an empty list", "add an item, or leave it out")
	}
	for i, item := range n.Content {
		one := "an item of " + name
		if l.item.mapping != nil {
			one = "an entry of " + name
		}
		again := func(o *yaml.Node) bool { return o.Value == item.Value }
		if r.check(item, one, &l.item) && l.item.text != nil && slices.ContainsFunc(n.Content[:i], again) {
			r.refuse(item.Line, fmt.Sprintf("%s stands in %s twice", quoted(item.Value), name), "leave one of them")
		}
	}
}

func (r *reader) pairs(n *yaml.Node, name string, p *pairs) {
	count := 0
	values := r.keys(n, name, func(key string, k *yaml.Node) bool {
		count++
		return r.fits(k, "a key of "+name, &p.key)
	})
	for key, value := range values {
		r.text(value, fmt.Sprintf("%s of %s", quoted(key), name), &p.value)
	}
	if count > p.most {
		r.refuse(n.Line, fmt.Sprintf("%s has %d items", name, count), fmt.Sprintf("AWS takes %d at most", p.most))
	}
	r.problems.Sort() // the values stood in a map
}

// text checks a string. What some reader of YAML takes for something else must
// be quoted.
func (r *reader) text(n *yaml.Node, name string, t *text) bool {
	switch {
	case n.Kind != yaml.ScalarNode, isNull(n):
		r.refuse(n.Line, fmt.Sprintf("%s is %s", name, what(n)), mendOf(t))
	case n.ShortTag() != "!!str" || isBool(n):
		r.refuse(n.Line, fmt.Sprintf("%s is %s", name, what(n)), "put it in quotes if it is meant as a string")
	default:
		return r.fits(n, name, t)
	}
	return false
}

func (r *reader) fits(n *yaml.Node, name string, t *text) bool {
	switch {
	case t.words != nil && !slices.Contains(t.words, n.Value):
		r.refuse(n.Line, fmt.Sprintf("%s %s is no %s", name, quoted(n.Value), t.what), mendOf(t))
	case t.words == nil && (utf8.RuneCountInString(n.Value) > t.most || !r.pattern(t.pattern).MatchString(n.Value)):
		r.refuse(n.Line, fmt.Sprintf("%s %s is no %s", name, quoted(n.Value), t.what), mendOf(t))
	default:
		return true
	}
	return false
}

func (r *reader) pattern(p string) *regexp.Regexp {
	if r.patterns == nil {
		r.patterns = map[string]*regexp.Regexp{}
	}
	if r.patterns[p] == nil {
		r.patterns[p] = regexp.MustCompile(p)
	}
	return r.patterns[p]
}

func mendOf(t *text) string {
	if t.words != nil {
		return "write one of " + strings.Join(t.words, ", ")
	}
	return t.mend
}

// what names the shape of a value.
func what(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case isNull(n):
		return "nothing"
	case isBool(n) || n.ShortTag() == "!!bool":
		return "a boolean"
	}
	switch n.ShortTag() {
	case "!!str":
		return "a string"
	case "!!int", "!!float":
		return "a number"
	case "!!timestamp":
		return "a date"
	}
	return "a value of another type"
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// isBool tells the plain words that only YAML 1.1 takes for a boolean.
func isBool(n *yaml.Node) bool {
	if n.Kind != yaml.ScalarNode || n.Style != 0 {
		return false
	}
	switch strings.ToLower(n.Value) {
	case "y", "yes", "on", "n", "no", "off":
		return true
	}
	return false
}

// quoted shows a word of the file, cut where it is no word that was meant.
func quoted(s string) string {
	const most = 80
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return fmt.Sprintf("%q", s)
}
