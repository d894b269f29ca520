package config

import (
	"go.yaml.in/yaml/v3"

	"podpass/internal/plainyaml"
)

// reader reads one file and collects what is wrong with it.
type reader struct {
	Options
	config   *Config
	problems Problems
}

func (r *reader) refuse(line int, text, mend string) {
	r.problems = append(r.problems, Problem{File: r.File, Line: max(line, 1), Text: text, Mend: mend})
}

// document gives the value of the file; nil where it says nothing, or is
// refused as a whole.
func (r *reader) document(data []byte) *yaml.Node {
	root, flaws := plainyaml.Read(data, MaxBytes)
	for _, f := range flaws {
		r.refuse(f.Line, f.Text, f.Mend)
	}
	return root
}

// what names the shape of a value.
func what(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	switch n.ShortTag() {
	case "!!str":
		return "a string"
	case "!!null":
		return "nothing"
	case "!!bool":
		return "a boolean"
	case "!!int", "!!float":
		return "a number"
	case "!!timestamp":
		return "a date"
	}
	return "a value of another type"
}
