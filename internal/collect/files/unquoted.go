package files

import (
	"strings"
	"unicode/utf8"
)

// unquoted leaves out of a parser's words what it quotes from the file, which
// may be a secret: the place says where to look. Of single characters those of
// the syntax stay, which mostly are what the parser expected.
func unquoted(text string) string {
	var b strings.Builder
	for {
		i := strings.IndexAny(text, "'\"`")
		if i < 0 {
			return b.String() + text
		}
		quote, rest := text[i:i+1], text[i+1:]
		_, n := utf8.DecodeRuneInString(rest)
		single := strings.HasPrefix(rest[n:], quote)
		if single && strings.Contains(`{}[],:"-/`, rest[:n]) {
			b.WriteString(text[:i+1+n+1])
			text = rest[n+1:]
			continue
		}
		b.WriteString(strings.TrimRight(text[:i], " "))
		end := n
		if !single {
			end = strings.LastIndex(rest, quote)
		}
		if end < 0 {
			return b.String()
		}
		text = rest[end+1:]
	}
}
