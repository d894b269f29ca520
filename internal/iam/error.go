package iam

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Error is why a document is refused, and where.
type Error struct {
	Line    int    // from 1
	Column  int    // from 1, in characters
	Pointer string // RFC 6901, from the root of the document: /Statement/0/Effect
	Message string // what is wrong, and the way out
}

// Error gives line, column, pointer and message on one line.
func (e *Error) Error() string {
	if e.Pointer == "" {
		return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Message)
	}
	return fmt.Sprintf("line %d, column %d (%s): %s", e.Line, e.Column, e.Pointer, e.Message)
}

// position turns an offset in bytes into line and column. Bytes that are no
// UTF-8 count as one character each.
func position(text string, offset int) (line, column int) {
	before := text[:min(offset, len(text))]
	line = 1 + strings.Count(before, "\n")
	return line, 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
}
