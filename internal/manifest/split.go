package manifest

import "bytes"

// segment is the text of a document with the separator line above it; the
// segments of a file, put together, are the file.
type segment struct {
	start, end int
	marker     int // of the line ---, from the segment's start; -1 without one
}

// split cuts a file at its separators. They stand at the start of a line, where
// no scalar, quoted or not, can have them. What stands above the first
// separator is no document where it has only comments and directives.
func split(src []byte) []segment {
	segments := []segment{{marker: -1}}
	content := false
	for at := lineStart(src, 0); at < len(src); {
		end := lineEnd(src, at)
		line := src[at:end]
		last := &segments[len(segments)-1]
		switch {
		case isMarker(line, "---") && !content && last.marker < 0:
			last.marker = at - last.start
		case isMarker(line, "---"):
			last.end = at
			segments = append(segments, segment{start: at})
			content = false
		case !blank(line) && line[0] != '%' && bytes.TrimLeft(line, " \t")[0] != '#':
			content = true
		}
		at = end + breakAt(src, end)
	}
	last := &segments[len(segments)-1]
	last.end = len(src)
	if !content && last.marker < 0 {
		return nil
	}
	return segments
}

func isMarker(line []byte, marker string) bool {
	rest, ok := bytes.CutPrefix(line, []byte(marker))
	return ok && (len(rest) == 0 || rest[0] == ' ' || rest[0] == '\t' || rest[0] == '\r')
}
