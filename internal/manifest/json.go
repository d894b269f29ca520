package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// jsonReader lays out a JSON value by its tokens: the YAML parser rejects
// some of JSON, as \/ and surrogate pairs.
type jsonReader struct {
	*json.Decoder
	src  []byte
	base int // of the decoder's offsets
}

// readJSON gives the only value of a JSON file.
func readJSON(src []byte) (*node, *Refusal) {
	base := lineStart(src, 0)
	r := &jsonReader{Decoder: json.NewDecoder(bytes.NewReader(src[base:])), src: src, base: base}
	r.UseNumber()
	n, err := r.value()
	if err != nil {
		line, text := lineOf(src, min(r.at(), len(src))), "it is no JSON"
		if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
			line = lineOf(src, min(base+int(syntax.Offset), len(src)))
		}
		return nil, &Refusal{Line: line, Reason: text, Way: "mend it near this line", whole: true}
	}
	end := r.at()
	if _, err := r.Token(); !errors.Is(err, io.EOF) {
		return nil, &Refusal{Line: lineOf(src, min(r.at(), len(src))), Reason: "something follows its JSON value, as in a stream of objects",
			Way: "put one object into each file, or all into a List", whole: true}
	}
	n.end = end
	return n, nil
}

func (r *jsonReader) at() int { return r.base + int(r.InputOffset()) }

// next gives where the next token starts.
func (r *jsonReader) next() int {
	at := r.at()
	for at < len(r.src) && strings.IndexByte(" \t\r\n,:", r.src[at]) >= 0 {
		at++
	}
	return at
}

func (r *jsonReader) value() (*node, error) {
	start := r.next()
	token, err := r.Token()
	if err != nil {
		return nil, err
	}
	n := &node{Node: &yaml.Node{Kind: yaml.ScalarNode}, start: start, body: start, end: r.at()}
	switch t := token.(type) {
	case json.Delim:
		return n, r.members(n, t == '{')
	case string:
		n.Tag, n.Value, n.Style = "!!str", t, yaml.DoubleQuotedStyle
	case json.Number:
		n.Tag, n.Value = "!!int", t.String()
		if strings.ContainsAny(n.Value, ".eE") {
			n.Tag = "!!float"
		}
	case bool:
		n.Tag, n.Value = "!!bool", strconv.FormatBool(t)
	default:
		n.Tag, n.Value = "!!null", "null"
	}
	return n, nil
}

func (r *jsonReader) members(n *node, mapping bool) error {
	n.Kind, n.Tag, n.Style, n.flow = yaml.SequenceNode, "!!seq", yaml.FlowStyle, true
	if mapping {
		n.Kind, n.Tag = yaml.MappingNode, "!!map"
	}
	for r.More() {
		c := child{mark: -1}
		var err error
		if mapping {
			if c.key, err = r.value(); err != nil {
				return err
			}
			c.mark = c.key.end + bytes.IndexByte(r.src[c.key.end:], ':')
			n.Content = append(n.Content, c.key.Node)
		}
		if c.value, err = r.value(); err != nil {
			return err
		}
		c.value.parent = n
		n.Content = append(n.Content, c.value.Node)
		n.children = append(n.children, c)
	}
	_, err := r.Token()
	n.end = r.at()
	return err
}
