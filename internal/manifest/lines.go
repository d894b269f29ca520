package manifest

import (
	"bytes"
	"unicode/utf8"
)

const bom = "\ufeff"

// breakAt gives the length of the line break at an offset, 0 where there is
// none. To the YAML parser NEL, LS and PS are line breaks too. (So is a lone
// CR, but files with one are refused.)
func breakAt(src []byte, at int) int {
	rest := src[at:]
	switch {
	case len(rest) == 0:
		return 0
	case rest[0] == '\n':
		return 1
	case rest[0] == '\r' && len(rest) > 1 && rest[1] == '\n':
		return 2
	case bytes.HasPrefix(rest, []byte("\u0085")):
		return 2
	case bytes.HasPrefix(rest, []byte("\u2028")), bytes.HasPrefix(rest, []byte("\u2029")):
		return 3
	}
	return 0
}

// lineStarts gives the offset of each line, a byte order mark left out: the
// parser counts it as no column.
func lineStarts(src []byte) []int {
	starts := []int{0}
	if bytes.HasPrefix(src, []byte(bom)) {
		starts[0] = len(bom)
	}
	for at := 0; at < len(src); {
		if n := breakAt(src, at); n > 0 {
			at += n
			starts = append(starts, at)
			continue
		}
		at++
	}
	return starts
}

// lineEnd gives the offset of the break that ends the line of an offset, or
// the end of the text.
func lineEnd(src []byte, at int) int {
	for at < len(src) && breakAt(src, at) == 0 {
		at++
	}
	return at
}

// lineStart gives the offset at which the line of an offset starts.
func lineStart(src []byte, at int) int {
	for at > 0 && !endsLine(src[:at]) {
		at--
	}
	if at == 0 && bytes.HasPrefix(src, []byte(bom)) {
		return len(bom)
	}
	return at
}

func endsLine(text []byte) bool {
	return bytes.HasSuffix(text, []byte("\n")) || bytes.HasSuffix(text, []byte("\u0085")) ||
		bytes.HasSuffix(text, []byte("\u2028")) || bytes.HasSuffix(text, []byte("\u2029"))
}

// column counts the characters in front of an offset in its line.
func column(src []byte, at int) int { return utf8.RuneCount(src[lineStart(src, at):at]) }

// lineOf gives the line of an offset as editors count: from 1, by \n.
func lineOf(src []byte, at int) int { return 1 + bytes.Count(src[:at], []byte("\n")) }

// eolAt gives the line end that a new line beside an offset takes: that of the
// line, or of the line before.
func eolAt(src []byte, at int) string {
	end := lineEnd(src, at)
	if end == len(src) {
		end = bytes.LastIndexByte(src, '\n')
		if end > 0 && src[end-1] == '\r' {
			end--
		}
	}
	if end >= 0 && bytes.HasPrefix(src[end:], []byte("\r\n")) {
		return "\r\n"
	}
	return "\n"
}

// blank says that a text has only spaces and tabs.
func blank(text []byte) bool { return len(bytes.Trim(text, " \t")) == 0 }
