package files

import "bytes"

// chunk is a document of a YAML stream, as kubectl cuts it: from a line "---"
// to the next.
type chunk struct {
	text   []byte
	line   int  // of its first line
	marked bool // it follows a line "---"
}

// split cuts a stream. Documents of nothing but comments are left out, and
// directives (%TAG) at the start stay with the document that they are for. A
// marker with nothing behind it is no part of the chunk, so that a byte order
// mark may follow it.
func split(data []byte, line int) []chunk {
	data = bytes.TrimPrefix(data, []byte(bom))
	var chunks []chunk
	open := chunk{line: line}
	start, directives, content := 0, false, false
	for at, end := 0, 0; at < len(data); at, line = end, line+1 {
		end = lineEnd(data, at)
		text := data[at:end]
		switch {
		case !isMarker(text):
			directives = directives || text[0] == '%' && !content && !open.marked
			content = content || !blank(text)
		case directives && !content:
			directives, content = false, true
		default:
			chunks = open.close(chunks, data[start:at])
			start, open = at, chunk{line: line, marked: true}
			if content = !blank(text[len("---"):]); !content {
				start, open.line = end, line+1
			}
			directives = false
		}
	}
	return open.close(chunks, data[start:])
}

// close adds the chunk unless it is empty.
func (c chunk) close(chunks []chunk, text []byte) []chunk {
	if c.text = bytes.TrimPrefix(text, []byte(bom)); blank(c.text) {
		return chunks
	}
	return append(chunks, c)
}

func lineEnd(data []byte, at int) int {
	if i := bytes.IndexByte(data[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(data)
}

func lineEnds(data []byte) (ends []int) {
	for at := 0; at < len(data); {
		at = lineEnd(data, at)
		ends = append(ends, at)
	}
	return ends
}

func isMarker(line []byte) bool { return isMark(line, "---") }

func isMark(line []byte, mark string) bool {
	rest, ok := bytes.CutPrefix(line, []byte(mark))
	return ok && (len(rest) == 0 || bytes.IndexByte([]byte(" \t\r\n"), rest[0]) >= 0)
}

// blank tells whether text holds nothing but comments and directives.
func blank(text []byte) bool {
	for at := 0; at < len(text); {
		end := lineEnd(text, at)
		line := bytes.TrimSpace(text[at:end])
		if len(line) > 0 && line[0] != '#' && text[at] != '%' {
			return false
		}
		// Within a comment, a lone CR ends the line for the parser.
		if bytes.IndexByte(line, '\r') >= 0 {
			return false
		}
		at = end
	}
	return true
}
