package files

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"
)

// yaml reads a stream of YAML documents, each by itself, so that a broken one
// does not hide the others. d is set where the first is no JSON but looked
// like it.
func (r *reader) yaml(in io.Reader, line int, d *doubt) {
	data, err := io.ReadAll(io.LimitReader(in, r.limit+1))
	switch {
	case err != nil:
		r.unreadable(line, err)
		return
	case int64(len(data)) > r.limit && d != nil:
		r.out.broken(d.at, d.reason, d.grant)
		return
	case int64(len(data)) > r.limit:
		r.out.broken(line, "it is larger than "+size(r.limit)+", the limit of a YAML file",
			"split it, or give it as JSON, which is streamed and has no limit")
		return
	}
	for i, c := range split(data, line) {
		if r.ctx.Err() != nil {
			return
		}
		if i > 0 || c.marked {
			d = nil
		}
		r.chunk(c, d)
	}
}

// chunk reads one document.
func (r *reader) chunk(c chunk, d *doubt) {
	if d == nil && c.isJSON() {
		r.walker.document(newJSON(bytes.NewReader(c.text), c.line))
		return
	}
	document, more, err := c.parse()
	switch {
	case d != nil && (err != nil || document == nil || document.Content[0].Kind != yaml.MappingNode):
		r.out.broken(d.at, d.reason, d.grant)
		return
	case d != nil:
		r.out.reset(d.before)
	case err != nil:
		r.noYAML(c, err)
		return
	case document == nil:
		return
	}
	if err := checkAliases(document, c.text); err != nil {
		r.out.broken(c.line+document.Line-1, err.Error(), "write it out without that alias")
		return
	}
	r.walker.document(newYAML(document, c.line))
	if line, ok := c.rest(); more && ok {
		r.out.broken(line, "here ends the document, and kubectl does not read what follows", `put a line "---" before it`)
	}
}

// noYAML tells a broken document. A template is told as such where it is the
// likely cause.
func (r *reader) noYAML(c chunk, err error) {
	line := c.line + c.errorLine(err) - 1
	reason := "it is no YAML: " + message(err)
	if bytes.Contains(c.text, []byte(templateMark)) {
		r.out.broken(line, reason+"; it holds "+templateMark+", so it seems to be a template that is not rendered", renderFirst)
		return
	}
	r.out.broken(line, reason, "mend it; the other documents of the file are read")
}

// parse gives the first document of the chunk, nil if it holds none, and
// whether more follows. A panic of the parser is an error: one file must not
// end the audit of the others.
func (c chunk) parse() (document *yaml.Node, more bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the parser gives up on it (%v)", p)
		}
	}()
	document = new(yaml.Node)
	dec := yaml.NewDecoder(bytes.NewReader(c.text))
	switch err := dec.Decode(document); {
	case errors.Is(err, io.EOF):
		return nil, false, nil
	case err != nil:
		return nil, false, err
	}
	return document, !errors.Is(dec.Decode(new(yaml.Node)), io.EOF), nil
}

// isJSON tells JSON, of which the YAML parser refuses some, such as "\/".
func (c chunk) isJSON() bool {
	text := bytes.TrimLeft(c.text, " \t\r\n")
	return len(text) > 0 && text[0] == '{' &&
		jsontext.Value(text).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// message gives an error of the YAML parser without its name and line, which
// is that of the surrounding block.
func message(err error) string {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if at, rest, ok := strings.Cut(text, ": "); ok && strings.HasPrefix(at, "line ") {
		return rest
	}
	return text
}

// errorLine finds the line at fault, from 1: the first that brings the error
// about when the document is cut behind it.
func (c chunk) errorLine(err error) int {
	const small = 1 << 20
	if len(c.text) > small {
		return 1
	}
	ends := lineEnds(c.text)
	at := sort.Search(len(ends), func(i int) bool {
		_, _, cut := chunk{text: c.text[:ends[i]]}.parse()
		return cut != nil && message(cut) == message(err)
	})
	return min(at+1, len(ends))
}
