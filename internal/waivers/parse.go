package waivers

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"podpass/internal/plainyaml"
)

// Parse reads a file. rules are the ids of all rules: an entry whose rule
// matches none of them is refused. The error joins all problems, each as
// "file:line: what: way out". An empty file says nothing, and is no error.
func Parse(file string, data []byte, rules []string) (*Set, error) {
	set, _, err := read(file, data, rules)
	return set, err
}

// read is Parse; it also gives the mapping at the root, nil in an empty file.
func read(file string, data []byte, rules []string) (*Set, *yaml.Node, error) {
	r := reader{file: file, rules: rules}
	root, flaws := plainyaml.Read(data, MaxBytes)
	for _, f := range flaws {
		r.note(f.Line, "%s: %s", f.Text, f.Mend)
	}
	set := &Set{File: file}
	if root != nil {
		r.set(root, set)
	}
	if r.more > 0 {
		r.problems = append(r.problems, problem{math.MaxInt, fmt.Sprintf("and %d problems more: is it the right file?", r.more)})
	}
	if len(r.problems) > 0 {
		return nil, nil, report(file, r.problems)
	}
	return set, root, nil
}

// mostProblems bounds what is said of a file that is none of waivers.
const mostProblems = 500

// reader collects the problems of a file.
type reader struct {
	file     string
	rules    []string
	problems []problem
	more     int // problems that are not kept
}

func (r *reader) note(line int, format string, a ...any) {
	if len(r.problems) == mostProblems {
		r.more++
		return
	}
	r.problems = append(r.problems, problem{line, fmt.Sprintf(format, a...)})
}

func (r *reader) set(root *yaml.Node, set *Set) {
	lists := r.mapping(root, "the file", []string{keyWaivers, keyVerdicts})
	set.Waivers = r.entries(lists[keyWaivers], keyWaivers, waiverFields())
	set.Verdicts = r.entries(lists[keyVerdicts], keyVerdicts, append(waiverFields(), verdictFields()...))
}

const (
	keyWaivers  = "waivers"
	keyVerdicts = "verdicts"
)

// entries reads a list; what is not there or null is an empty one.
func (r *reader) entries(n *yaml.Node, key string, fields []field) []Entry {
	switch {
	case n == nil || isNull(n):
		return nil
	case n.Kind != yaml.SequenceNode:
		r.note(n.Line, `%s must be a list: start each entry with "- rule: "`, key)
		return nil
	}
	var list []Entry
	for _, item := range n.Content {
		list = append(list, r.entry(item, key, fields))
	}
	return list
}

func (r *reader) entry(n *yaml.Node, key string, fields []field) Entry {
	e := Entry{Line: n.Line, Container: "*"}
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	values := r.mapping(n, "an entry of "+key, names)
	if values == nil {
		return e
	}
	for _, f := range fields {
		switch value := values[f.name]; {
		case value == nil && !f.optional:
			r.note(n.Line, "%s is missing: %s", f.name, f.mend)
		case value != nil:
			f.read(r, value, f, &e)
		}
	}
	return e
}

// mapping gives the values of a mapping by key; nil where it is none.
func (r *reader) mapping(n *yaml.Node, what string, known []string) map[string]*yaml.Node {
	if n.Kind != yaml.MappingNode {
		r.note(n.Line, "%s must be a mapping with the fields %s", what, strings.Join(known, ", "))
		return nil
	}
	values := map[string]*yaml.Node{}
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch {
		case key.Kind != yaml.ScalarNode || !slices.Contains(known, key.Value):
			r.note(key.Line, "%s is no field of %s: its fields are %s", keyShown(key), what, strings.Join(known, ", "))
		case values[key.Value] != nil:
			r.note(key.Line, "%s stands twice: leave one of them", key.Value)
		default:
			values[key.Value] = value
		}
	}
	return values
}
