package manifest

import (
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

func (l *layout) scalar(n *node, indent int) {
	switch {
	case n.Style&yaml.DoubleQuotedStyle != 0:
		n.end = l.quoted(n.body, '"')
	case n.Style&yaml.SingleQuotedStyle != 0:
		n.end = l.quoted(n.body, '\'')
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		n.end = l.blockScalar(n.body, indent)
	default:
		n.end = l.plain(n.body, n.Value)
	}
}

// quoted finds the closing quote: a line within may look like anything.
func (l *layout) quoted(at int, quote byte) int {
	for at = l.expect(at, quote) + 1; at < len(l.src); at++ {
		switch {
		case l.src[at] == '\\' && quote == '"':
			at++
		case l.src[at] != quote:
		case quote == '\'' && at+1 < len(l.src) && l.src[at+1] == '\'':
			at++
		default:
			return at + 1
		}
	}
	l.refuse(len(l.src))
	return len(l.src)
}

// plain follows a plain scalar's value in the text, where line breaks and the
// blanks around them may stand for its blanks.
func (l *layout) plain(at int, value string) int {
	for value != "" {
		r, size := utf8.DecodeRuneInString(value)
		if strings.ContainsRune(" \t\n\u0085\u2028\u2029", r) {
			value = strings.TrimLeft(value, " \t\n\u0085\u2028\u2029")
			at = l.space(at)
			continue
		}
		if !strings.HasPrefix(string(l.src[at:min(at+size, len(l.src))]), value[:size]) {
			l.refuse(at)
			return at
		}
		at, value = at+size, value[size:]
	}
	return at
}

func (l *layout) space(at int) int {
	for at < len(l.src) && isSpace(l.src, at) {
		at += max(breakAt(l.src, at), 1)
	}
	return at
}

// blockScalar finds the end of a literal or folded scalar by its indentation,
// which its header may give. Blank lines at the end belong to it only where it
// keeps them (+).
func (l *layout) blockScalar(at, indent int) int {
	header := at + 1
	keep, strip, content := false, false, 0
	for ; header < len(l.src) && strings.IndexByte("+-123456789", l.src[header]) >= 0; header++ {
		switch c := l.src[header]; c {
		case '+':
			keep = true
		case '-':
			strip = true
		default:
			content = max(indent, 0) + int(c-'0')
		}
	}
	first := lineEnd(l.src, header)
	noted := len(l.comments)
	if l.gapLine(header) != first {
		l.refuse(header)
	}
	body := first + breakAt(l.src, first)
	if content == 0 {
		content = l.contentIndent(body, indent)
	}
	last, all := l.contentEnd(body, content)
	switch {
	case keep && all > body:
		last = all
	case last < 0: // no text: the header's comment is one between the tokens
		l.comments = l.comments[:noted]
		return header
	}
	l.open = !strip && last == len(l.src) && !endsLine(l.src[:last])
	if !l.open && endsLine(l.src[:last]) {
		last -= breakBefore(l.src, last)
	}
	return last
}

// gapLine skips blanks and a comment up to the line's end.
func (l *layout) gapLine(at int) int {
	for at < len(l.src) && (l.src[at] == ' ' || l.src[at] == '\t') {
		at++
	}
	if at < len(l.src) && l.src[at] == '#' {
		end := lineEnd(l.src, at)
		l.comments = append(l.comments, span{at, end})
		return end
	}
	return at
}

// contentIndent is that of the first line with text, or of a longer blank line
// above it; more than that of the block around it.
func (l *layout) contentIndent(at, indent int) int {
	most := max(indent+1, 1)
	for {
		from := at
		for at < len(l.src) && l.src[at] == ' ' {
			at++
		}
		most = max(most, at-from)
		n := breakAt(l.src, min(at, len(l.src)))
		if n == 0 {
			return most
		}
		at += n
	}
}

// contentEnd gives the offset behind the last line with text, -1 where there
// is none, and behind the blank lines that follow.
func (l *layout) contentEnd(at, indent int) (last, all int) {
	last = -1
	for at < len(l.src) {
		from := at
		for at < len(l.src) && l.src[at] == ' ' && at-from < indent {
			at++
		}
		n := breakAt(l.src, at)
		switch {
		case n > 0:
			at += n
			all = at
			continue
		case at == len(l.src):
			return last, at
		case at-from < indent:
			return last, from
		}
		at = lineEnd(l.src, at)
		at += breakAt(l.src, at)
		last, all = at, at
	}
	return last, all
}

// breakBefore gives the length of the line break that ends at an offset.
func breakBefore(src []byte, at int) int {
	for _, n := range []int{3, 2, 1} {
		if at >= n && breakAt(src, at-n) == n {
			return n
		}
	}
	return 0
}
