package files

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v3"
)

// readYAML reads a stream of YAML documents, each by itself, so that a broken
// one does not hide the others.
func (r *reader) readYAML(in io.Reader, line int) {
	data, err := io.ReadAll(io.LimitReader(in, r.limit+1))
	switch {
	case r.ctx.Err() != nil:
		return
	case err != nil:
		r.out.broken(line, "it cannot be read: "+cause(err).Error(), "make it readable, or leave it out of the paths")
		return
	case int64(len(data)) > r.limit:
		r.out.broken(line, fmt.Sprintf("it is larger than %d MiB, the limit of a YAML file", r.limit>>20),
			"split it, or give it as JSON, which is streamed without a limit")
		return
	}
	for _, c := range split(data, line) {
		if r.ctx.Err() != nil {
			return
		}
		r.chunk(c)
	}
}

// chunk is what stands between two document markers.
type chunk struct {
	text []byte
	line int // of its first line
}

// split cuts a stream at the lines that start a document, "---". What stands
// before the first and holds no value (comments, directives) is dropped.
func split(data []byte, line int) []chunk {
	data = bytes.TrimPrefix(data, []byte(bom))
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return []chunk{{data, line}} // UTF-16: the parser knows it
	}
	var chunks []chunk
	start, first := 0, line
	add := func(end int) {
		if !blank(data[start:end]) {
			chunks = append(chunks, chunk{data[start:end], first})
		}
		start, first = end, line
	}
	for at := 0; at < len(data); line++ {
		if marker(data[at:]) {
			add(at)
		}
		next := bytes.IndexByte(data[at:], '\n')
		if next < 0 {
			break
		}
		at += next + 1
	}
	add(len(data))
	return chunks
}

// marker tells whether a line is a document marker.
func marker(line []byte) bool {
	if !bytes.HasPrefix(line, []byte("---")) {
		return false
	}
	return len(line) == 3 || line[3] == ' ' || line[3] == '\t' || line[3] == '\n' || line[3] == '\r'
}

// blank tells whether a chunk holds nothing but markers, comments and
// directives.
func blank(text []byte) bool {
	text = bytes.TrimPrefix(text, []byte("---"))
	for len(text) > 0 {
		line := text
		if i := bytes.IndexAny(text, "\r\n"); i >= 0 {
			line, text = text[:i], text[i+1:]
		} else {
			text = nil
		}
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] != '#' && line[0] != '%' && !bytes.Equal(line, []byte("...")) {
			return false
		}
	}
	return true
}

// chunk reads the documents of a chunk: more than one where a document end
// mark stands in it.
func (r *reader) chunk(c chunk) {
	dec := yaml.NewDecoder(bytes.NewReader(c.text))
	for {
		var document yaml.Node
		err := decode(dec, &document)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			r.brokenYAML(c, err)
			return
		}
		if why := excess(&document, c.text); why != "" {
			r.out.broken(c.line+document.Line-1, why, "write it without aliases that multiply")
			continue
		}
		r.walker.document(newYAML(&document, c.line))
	}
}

// decode turns a panic of the parser into an error: one file must not end the
// audit of the others.
func decode(dec *yaml.Decoder, to *yaml.Node) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the parser gives up on it: %v", p)
		}
	}()
	return dec.Decode(to)
}

func (r *reader) brokenYAML(c chunk, err error) {
	line := c.line
	if n := r.lineOf(err); n > 0 {
		line += n - 1
	}
	if bytes.Contains(c.text, []byte(templateMark)) {
		r.out.broken(line, "it is a template that is not rendered, no YAML", renderFirst)
		return
	}
	r.out.broken(line, r.yamlReason(err), "mend it; the other documents of the file are read")
}

// maxExpansion is how many nodes the aliases of a document may stand for.
const maxExpansion = 1 << 20

// excess tells a document whose aliases multiply beyond measure, or hold
// themselves, as kubectl's parser does.
func excess(document *yaml.Node, text []byte) string {
	if bytes.IndexByte(text, '&') < 0 {
		return ""
	}
	sizes := map[*yaml.Node]int{}
	switch n := expanded(document, sizes); {
	case n < 0:
		return "an alias in it holds itself"
	case n > maxExpansion && n > len(text): // a node takes a byte at least
		return "its aliases multiply beyond measure"
	}
	return ""
}

// expanded counts the nodes below n with every alias written out; it stops
// counting far above the limit, and gives less than 0 for a loop.
func expanded(n *yaml.Node, sizes map[*yaml.Node]int) int {
	const most = 1 << 40
	if size, ok := sizes[n]; ok {
		return size // -1 while n is being counted
	}
	if n.Kind == yaml.AliasNode {
		return expanded(n.Alias, sizes)
	}
	if n.Anchor != "" {
		sizes[n] = -1
	}
	total := 1
	for _, child := range n.Content {
		size := expanded(child, sizes)
		if size < 0 {
			return -1
		}
		total = min(total+size, most)
	}
	if n.Anchor != "" {
		sizes[n] = total
	}
	return total
}
