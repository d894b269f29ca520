package waivers

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
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
	root := r.root(data)
	set := &Set{File: file}
	if root != nil {
		r.plain(root)
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

// root gives the value of the only document; nil where there is none, or where
// it could not be read.
func (r *reader) root(data []byte) *yaml.Node {
	switch {
	case len(data) > MaxBytes:
		r.note(1, "it is larger than %d MiB: split it, or use globs", MaxBytes>>20)
		return nil
	case !utf8.Valid(data):
		r.note(1, "it is not UTF-8: save it as UTF-8")
		return nil
	}
	document, next, err := parse(data)
	switch {
	case err != nil:
		text, line := message(err)
		r.note(line, "it is no YAML: %s: mend it near this line", text)
		return nil
	case next > 0:
		r.note(next, "a second document starts here: keep all in one, without ---")
		return nil
	case document == nil:
		return nil
	}
	root := document.Content[0]
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" && root.Value == "" && root.Style&yaml.TaggedStyle == 0 {
		return nil // a line "---" and nothing else
	}
	return root
}

// parse gives the first document, nil if there is none, and the line of a
// second one, 0 if there is none. A panic of the parser is an error: it may
// quote the file.
func parse(data []byte) (document *yaml.Node, next int, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("the parser gives up on it")
		}
	}()
	document = new(yaml.Node)
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	switch err := decoder.Decode(document); {
	case errors.Is(err, io.EOF):
		return nil, 0, nil
	case err != nil:
		return nil, 0, err
	}
	second := new(yaml.Node)
	switch err := decoder.Decode(second); {
	case errors.Is(err, io.EOF):
		return document, 0, nil
	case err != nil:
		return nil, 0, err
	}
	return document, max(second.Line, 1), nil
}

// message gives an error of the parser without what it may quote from the
// file, and its line.
func message(err error) (text string, line int) {
	text, line = strings.TrimPrefix(err.Error(), "yaml: "), 1
	if at, rest, ok := strings.Cut(text, ": "); ok && strings.HasPrefix(at, "line ") {
		if n, err := strconv.Atoi(at[len("line "):]); err == nil {
			text, line = rest, max(n, 1)
		}
	}
	if strings.Contains(text, "anchor") { // the only words that quote more than signs of the syntax
		text = "an alias or anchor is wrong, and none is allowed"
	}
	return text, line
}

// plain refuses what makes one text mean another: anchors, aliases, merge keys
// and tags.
func (r *reader) plain(n *yaml.Node) {
	switch {
	case n.Kind == yaml.AliasNode:
		r.note(n.Line, "an alias is not allowed: write the value out")
	case n.Anchor != "":
		r.note(n.Line, "an anchor is not allowed: leave it out")
	case n.Style&yaml.TaggedStyle != 0:
		r.note(n.Line, "a tag is not allowed: leave it out, and put texts in quotes")
	case n.Kind == yaml.ScalarNode && n.Tag == "!!merge":
		r.note(n.Line, "a merge key is not allowed: write the fields out")
	}
	for _, child := range n.Content {
		r.plain(child)
	}
}

// refused tells nodes that plain has noted.
func refused(n *yaml.Node) bool {
	return n.Kind == yaml.AliasNode || n.Anchor != "" || n.Style&yaml.TaggedStyle != 0 || n.Tag == "!!merge"
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
	case n == nil || refused(n) || isNull(n):
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
		case value != nil && !refused(value):
			f.read(r, value, f, &e)
		}
	}
	return e
}

// mapping gives the values of a mapping by key; nil where it is none.
func (r *reader) mapping(n *yaml.Node, what string, known []string) map[string]*yaml.Node {
	if refused(n) {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		r.note(n.Line, "%s must be a mapping with the fields %s", what, strings.Join(known, ", "))
		return nil
	}
	values := map[string]*yaml.Node{}
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch {
		case refused(key):
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
