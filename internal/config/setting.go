package config

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"podpass/internal/audit"
)

// The keys of a file.
const (
	keyFlags      = "flags"
	keyExcluded   = "excludedNamespaces"
	keySeverities = "severities"
)

func (r *reader) top(n *yaml.Node) {
	r.members(n, "the file", func(key string, k, value *yaml.Node) {
		switch key {
		case keyFlags:
			r.members(value, keyFlags, r.flag)
		case keyExcluded:
			for _, one := range r.strings(value, keyExcluded) {
				r.exclude(one)
			}
		case keySeverities:
			r.members(value, keySeverities, r.severity)
		default:
			r.refuse(k.Line, fmt.Sprintf("key %s is unknown", quoted(key)), "a file has the keys "+either([]string{keyFlags, keyExcluded, keySeverities}))
		}
	})
}

// members gives each member of a mapping to take, once.
func (r *reader) members(n *yaml.Node, name string, take func(key string, k, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		r.refuse(n.Line, fmt.Sprintf("%s is %s", name, what(n)), "give keys and values there, or leave it out")
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, value := n.Content[i], n.Content[i+1]
		switch key := k.Value; {
		case k.Kind != yaml.ScalarNode || k.ShortTag() != "!!str":
			r.refuse(k.Line, "a key is "+what(k), "keys are strings")
		case seen[key]:
			r.refuse(k.Line, fmt.Sprintf("key %s stands there twice", quoted(key)), "leave one of them")
		default:
			seen[key] = true
			take(key, k, value)
		}
	}
}

// strings gives the items of a list of strings, each once.
func (r *reader) strings(n *yaml.Node, name string) []*yaml.Node {
	if n.Kind != yaml.SequenceNode {
		r.refuse(n.Line, fmt.Sprintf("%s is %s", name, what(n)), "give a list, such as [a, b], or leave it out")
		return nil
	}
	if len(n.Content) == 0 {
		r.refuse(n.Line, name+" is an empty list", "leave it out")
	}
	var items []*yaml.Node
	for _, one := range n.Content {
		switch {
		case !r.string(one, "an item of "+name):
		case slices.ContainsFunc(items, func(n *yaml.Node) bool { return n.Value == one.Value }):
			r.refuse(one.Line, fmt.Sprintf("%s stands in %s twice", quoted(one.Value), name), "leave one of them")
		default:
			items = append(items, one)
		}
	}
	return items
}

// string tells whether a value is a string that can be used.
func (r *reader) string(n *yaml.Node, name string) bool {
	switch {
	case n.Kind == yaml.ScalarNode && n.ShortTag() != "!!str" && n.ShortTag() != "!!null":
		r.refuse(n.Line, fmt.Sprintf("%s is %s", name, what(n)), "put it in quotes if it is meant as a string")
	case n.Kind != yaml.ScalarNode || n.ShortTag() == "!!null":
		r.refuse(n.Line, fmt.Sprintf("%s is %s", name, what(n)), "give a string, or leave it out")
	case n.Value == "":
		r.refuse(n.Line, name+" is empty", "give a value, or leave it out")
	case strings.ContainsFunc(n.Value, func(c rune) bool { return c < ' ' || c == 0x7f }):
		r.refuse(n.Line, name+" holds a control character or a line break", "write it in one line")
	default:
		return true
	}
	return false
}

func (r *reader) flag(name string, k, value *yaml.Node) {
	f := find(name)
	switch {
	case f == nil:
		r.refuse(k.Line, fmt.Sprintf("flag %s cannot be set here", quoted(name)),
			"a file may set "+either(Names(r.User))+"; give others on the command line")
		return
	case f.user && !r.User:
		r.refuse(k.Line, fmt.Sprintf("flag %s cannot be set by a repository, since it chooses what is read and a pull request could bring it", quoted(name)),
			"give it on the command line, or set it in your own podpass/config.yaml")
		return
	}
	if values, ok := r.values(f, value); ok {
		r.config.Flags = append(r.config.Flags, Flag{Name: name, Values: values, Line: value.Line, Path: f.shape == path})
	}
}

// values reads the value of a flag; ok is false where it was refused.
func (r *reader) values(f *flag, n *yaml.Node) (values []string, ok bool) {
	before := len(r.problems)
	switch f.shape {
	case truth:
		values = []string{strings.ToLower(n.Value)}
		if n.ShortTag() != "!!bool" || values[0] != "true" && values[0] != "false" {
			r.refuse(n.Line, fmt.Sprintf("%s is %s", f.name, what(n)), "write true or false")
		}
	case list:
		for _, one := range r.strings(n, f.name) {
			values = append(values, one.Value)
			r.known(f, one)
		}
	default:
		if r.string(n, f.name) {
			values = []string{n.Value}
			r.known(f, n)
		}
	}
	return values, len(r.problems) == before
}

// known refuses a word that the flag cannot have.
func (r *reader) known(f *flag, n *yaml.Node) {
	if f.words != nil && !slices.Contains(f.words, n.Value) {
		r.refuse(n.Line, fmt.Sprintf("%s of %s is unknown", quoted(n.Value), f.name), "give one of "+either(f.words))
	}
}

// exclude takes a namespace. One that cannot exist would be left out silently,
// such as a pattern.
func (r *reader) exclude(n *yaml.Node) {
	if !isLabel(n.Value) {
		r.refuse(n.Line, fmt.Sprintf("%s is no name of a namespace", quoted(n.Value)), "name each namespace as it is; patterns are not known here")
		return
	}
	r.config.Excluded = append(r.config.Excluded, n.Value)
}

// isLabel tells names that the API server takes for a namespace.
func isLabel(s string) bool {
	inside := func(c rune) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' }
	return len(s) <= 63 && s[0] != '-' && s[len(s)-1] != '-' && !strings.ContainsFunc(s, func(c rune) bool { return !inside(c) })
}

func (r *reader) severity(id string, k, value *yaml.Node) {
	if _, ok := audit.Find(id); !ok {
		r.refuse(k.Line, fmt.Sprintf("rule %s is unknown", quoted(id)), "give one of "+either(rules()))
		return
	}
	if !r.string(value, "the severity of "+id) {
		return
	}
	switch severity := audit.Severity(value.Value); {
	case severity == audit.Info:
		r.refuse(value.Line, "severity info of "+id+" would make its failures decide nothing",
			"accept them with a waiver, which has an owner and an end (podpass waive)")
	case !slices.Contains(settable(), value.Value):
		r.refuse(value.Line, fmt.Sprintf("severity %s of %s is unknown", quoted(value.Value), id), "give one of "+either(settable()))
	default:
		r.config.Severities[id] = severity
	}
}

// quoted shows a word of the file, cut where it is no word that was meant.
func quoted(s string) string {
	const most = 60
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return fmt.Sprintf("%q", s)
}
