// Package plainyaml reads the YAML of files that people write for Podpass:
// one document in which each value means what stands in its line.
//
// It takes bytes and gives the value as nodes, or what is wrong with the file,
// with lines and the ways out. It never quotes the file: one that is named by
// mistake may hold secrets. Which keys and values there may be is for its
// callers to say.
package plainyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Flaw is a reason to refuse a file.
type Flaw struct {
	Line int    // from 1
	Text string // what is wrong
	Mend string // the way out
}

// Read gives the value of the only document; nil where the file says nothing,
// or has flaws. most bounds its bytes. Of anchors, aliases, tags and merge keys
// it gives each as a flaw.
func Read(data []byte, most int) (*yaml.Node, []Flaw) {
	switch {
	case len(data) > most:
		return nil, []Flaw{{1, fmt.Sprintf("it is larger than %d MiB", most>>20), "is it the right file?"}}
	case !utf8.Valid(data):
		return nil, []Flaw{{1, "it is not UTF-8", "save it as UTF-8"}}
	}
	document, second, err := parse(data)
	switch {
	case err != nil:
		text, line := message(err)
		return nil, []Flaw{{line, "it is no YAML: " + text, "mend it near this line"}}
	case second > 0:
		return nil, []Flaw{{second, "a second document starts here", "put all into one document, without ---"}}
	case document == nil:
		return nil, nil
	}
	root := document.Content[0]
	if flaws := references(root, nil); len(flaws) > 0 {
		return nil, flaws
	}
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" && root.Value == "" {
		return nil, nil // a line "---" and nothing else
	}
	return root, nil
}

// parse gives the first document, nil where there is none, and the line of a
// second one, 0 where there is none. A panic of the parser is an error: it may
// quote the file.
func parse(data []byte) (document *yaml.Node, second int, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("the parser gives up on it")
		}
	}()
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var first, next yaml.Node
	switch err := decoder.Decode(&first); {
	case errors.Is(err, io.EOF):
		return nil, 0, nil
	case err != nil:
		return nil, 0, err
	}
	switch err := decoder.Decode(&next); {
	case errors.Is(err, io.EOF):
		return &first, 0, nil
	case err != nil:
		return nil, 0, err
	}
	return &first, max(next.Line, 1), nil
}

// message gives an error of the parser with its line, and without what it
// quotes.
func message(err error) (text string, line int) {
	text, line = strings.TrimPrefix(err.Error(), "yaml: "), 1
	if at, rest, ok := strings.Cut(text, ": "); ok && strings.HasPrefix(at, "line ") {
		if n, err := strconv.Atoi(at[len("line "):]); err == nil {
			text, line = rest, max(n, 1)
		}
	}
	if i := strings.IndexAny(text, "'\"`"); i >= 0 {
		text = strings.TrimSpace(text[:i]) + " …"
	}
	return text, line
}

// references finds what makes a value differ from what stands in its line.
func references(n *yaml.Node, flaws []Flaw) []Flaw {
	switch {
	case n.Kind == yaml.AliasNode:
		flaws = append(flaws, Flaw{n.Line, "an alias stands here", "write the value out"})
	case n.Anchor != "":
		flaws = append(flaws, Flaw{n.Line, "an anchor stands here", "leave it out, and write values where they belong"})
	case n.Style&yaml.TaggedStyle != 0:
		flaws = append(flaws, Flaw{n.Line, "a tag stands here", "leave it out, and put texts in quotes"})
	case n.Kind == yaml.ScalarNode && n.Tag == "!!merge":
		flaws = append(flaws, Flaw{n.Line, "a merge key stands here", "write the keys out"})
	}
	for _, child := range n.Content { // an alias has none here
		flaws = references(child, flaws)
	}
	return flaws
}
