package export

import (
	"fmt"
	"strings"
	"unicode"
)

// quote writes a string as one word of a POSIX shell. One with characters that
// cannot be seen is written by their octal bytes.
func quote(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0 {
		if plainWord(s) {
			return s
		}
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\\':
			b.WriteString(`\\`)
		case r == '\'':
			b.WriteString(`\0047`)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			for _, c := range []byte(string(r)) {
				fmt.Fprintf(&b, `\0%03o`, c)
			}
		}
	}
	return `"$(printf '%b' '` + b.String() + `')"`
}

// plainWord tells words that no shell reads as anything else.
func plainWord(s string) bool {
	for i, c := range []byte(s) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 && c != '/' || !(c >= '0' && c <= '9' || c == '-' || c == '.' || c == '/' || c == '_')) {
			return false
		}
	}
	return s != "" && s != "done" && s != "true"
}

// comment writes a text as lines of a comment of shell or YAML, at most so many
// characters wide.
func comment(indent, text string) string {
	const width = 78
	var b strings.Builder
	line := indent + "#"
	for _, word := range strings.Fields(shown(text)) {
		if len(line)+1+len(word) > width && line != indent+"#" {
			b.WriteString(line + "\n")
			line = indent + "#"
		}
		line += " " + word
	}
	return b.String() + line + "\n"
}

// shown writes characters that cannot be seen visibly. A line break is a space.
func shown(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unicode.IsPrint(r):
			return r
		}
		return '?'
	}, s)
}
