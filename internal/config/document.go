package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// reader reads one file and collects what is wrong with it.
type reader struct {
	Options
	config   *Config
	problems Problems
}

func (r *reader) refuse(line int, text, mend string) {
	r.problems = append(r.problems, Problem{r.File, max(line, 1), text, mend})
}

// document gives the one document of the file; nil where there is none, or
// where it is refused as a whole.
func (r *reader) document(data []byte) *yaml.Node {
	if len(data) > MaxBytes {
		r.refuse(1, fmt.Sprintf("it is larger than %d MiB", MaxBytes>>20), "is it the right file? a configuration takes a few lines")
		return nil
	}
	document, second, err := parse(data)
	if err != nil {
		text, line := message(err)
		r.refuse(line, "it is no YAML: "+text, "mend it at this line or right before")
		return nil
	}
	if second != nil {
		r.refuse(second.Line, "a second document starts here", "put all settings into one document, without ---")
	}
	if document == nil || document.Content[0].ShortTag() == "!!null" && document.Content[0].Value == "" {
		return nil
	}
	before := len(r.problems)
	r.references(document)
	if len(r.problems) > before {
		return nil // what is said by reference would be refused again
	}
	return document.Content[0]
}

// parse gives the first document, nil where there is none, and what follows.
func parse(data []byte) (document, second *yaml.Node, err error) {
	defer func() {
		if recover() != nil { // with words that may quote the file
			err = errors.New("the parser gives up on it")
		}
	}()
	dec := yaml.NewDecoder(bytes.NewReader(data))
	document, second = new(yaml.Node), new(yaml.Node)
	switch err := dec.Decode(document); {
	case errors.Is(err, io.EOF):
		return nil, nil, nil
	case err != nil:
		return nil, nil, err
	}
	switch err := dec.Decode(second); {
	case errors.Is(err, io.EOF):
		return document, nil, nil
	case err != nil:
		return nil, nil, err
	}
	return document, second, nil
}

// message gives an error of the parser with its line, and without what it
// quotes: the file may be another than the user meant, and hold a secret.
func message(err error) (text string, line int) {
	text, line = strings.TrimPrefix(err.Error(), "yaml: "), 1
	if at, rest, ok := strings.Cut(text, ": "); ok && strings.HasPrefix(at, "line ") {
		if n, err := strconv.Atoi(at[len("line "):]); err == nil {
			text, line = rest, n
		}
	}
	if i := strings.IndexAny(text, "'\"`"); i >= 0 {
		text = strings.TrimSpace(text[:i]) + " …"
	}
	return text, line
}

// references refuses what makes a value differ from what stands in its line:
// anchors, aliases and merge keys.
func (r *reader) references(n *yaml.Node) {
	switch {
	case n.Kind == yaml.AliasNode:
		r.refuse(n.Line, "an alias stands here", "write the value out")
		return // its target comes by itself
	case n.Anchor != "":
		r.refuse(n.Line, "an anchor stands here", "leave it out, and write values where they belong")
	case n.Tag == "!!merge":
		r.refuse(n.Line, "a merge key stands here", "write the keys out")
	}
	for _, child := range n.Content {
		r.references(child)
	}
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
