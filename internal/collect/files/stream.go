package files

import (
	"bytes"
	"errors"
	"io"
	"sort"
	"strconv"
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
		r.unparsed(c, d.at, d.reason, d.grant)
		return
	case d != nil:
		r.out.reset(d.before)
	case err != nil:
		reason, _ := message(err)
		r.unparsed(c, c.line+c.errorLine(err)-1, "it is no YAML: "+reason, "mend it; the other documents of the file are read")
		return
	case document == nil:
		return
	}
	if err := checkAliases(document, c.text); err != nil {
		r.out.broken(c.line+document.Line-1, err.Error(), "write it out without that alias")
		return
	}
	r.walker.document(newYAML(document, c.line))
	if !more {
		return
	}
	if line, ok := c.rest(); ok {
		r.out.broken(line, "here ends the document, and kubectl does not read what follows", `put a line "---" before it`)
	}
}

// unparsed tells a broken document. A template is told as such where it is the
// likely cause.
func (r *reader) unparsed(c chunk, line int, reason, grant string) {
	if bytes.Contains(c.text, []byte(templateMark)) {
		reason, grant = reason+"; it holds "+templateMark+", so it seems to be a template that is not rendered", renderFirst
	}
	r.out.broken(line, reason, grant)
}

// parse gives the first document of the chunk, nil if it holds none, and
// whether more follows. A panic of the parser is an error: one file must not
// end the audit of the others.
func (c chunk) parse() (document *yaml.Node, more bool, err error) {
	defer func() {
		if recover() != nil { // with words that may quote the file
			err = errors.New("the parser gives up on it")
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

// message gives an error of the YAML parser without its name, and its line,
// which is that of the surrounding block.
func message(err error) (text string, line int) {
	text = strings.TrimPrefix(err.Error(), "yaml: ")
	if at, rest, ok := strings.Cut(text, ": "); ok && strings.HasPrefix(at, "line ") {
		if n, err := strconv.Atoi(at[len("line "):]); err == nil {
			return unquoted(rest), n
		}
	}
	return unquoted(text), 1
}

// errorLine finds the line at fault, from 1: the first that brings the error
// about when the document is cut behind it. Of a large document it gives the
// line that the parser names.
func (c chunk) errorLine(err error) int {
	want, line := message(err)
	if at, ok := c.firstLine(func(cut chunk) bool {
		_, _, err := cut.parse()
		if err == nil {
			return false
		}
		got, _ := message(err)
		return got == want
	}); ok {
		return at
	}
	return line
}

// rest finds where text follows the first document, if it is no comment: at a
// document end mark, or else at the first line with which it does.
func (c chunk) rest() (line int, ok bool) {
	for at := 0; at < len(c.text); line++ {
		end := lineEnd(c.text, at)
		if isMark(c.text[at:end], "...") {
			return c.line + line, !blank(bytes.TrimLeft(c.text[end:], ".\r\n"))
		}
		at = end
	}
	line, _ = c.firstLine(func(cut chunk) bool {
		_, more, err := cut.parse()
		return err == nil && more
	})
	return c.line + line - 1, true
}

// firstLine finds the first line, from 1, such that the chunk up to its end
// is one that has; false for a chunk that takes too long to search.
func (c chunk) firstLine(has func(chunk) bool) (line int, ok bool) {
	const small = 1 << 18
	if len(c.text) > small {
		return 1, false
	}
	ends := lineEnds(c.text)
	at := sort.Search(len(ends), func(i int) bool { return has(chunk{text: c.text[:ends[i]]}) })
	return min(at+1, len(ends)), true
}
