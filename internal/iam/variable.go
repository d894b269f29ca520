package iam

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"podpass/internal/iam/glob"
)

// template is a value with policy variables:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
type template struct {
	parts []part
}

// part is plain text, or a variable where key is not empty. Text of a wild
// part has wildcards.
type part struct {
	text     string // of a variable its default
	key      string
	wild     bool
	fallback bool // the variable has a default
}

// The two bytes that stand for wildcards in a resolved template: no UTF-8 text
// holds them.
const (
	anyRun  = '\xff'
	anyOne  = '\xfe'
	varOpen = "${"
)

// parseTemplate takes a value apart; ok is false where ${ does not begin a
// variable: what IAM makes of that is not documented.
func parseTemplate(s string, wild bool) (t template, ok bool) {
	for {
		plain, rest, found := strings.Cut(s, varOpen)
		if plain != "" {
			t.parts = append(t.parts, part{text: plain, wild: wild})
		}
		if !found {
			return t, true
		}
		p, tail, ok := parseVariable(rest)
		if !ok {
			return template{}, false
		}
		t.parts = append(t.parts, p)
		s = tail
	}
}

// parseVariable reads what follows "${", with the closing brace. ${*}, ${?}
// and ${$} are the characters themselves.
func parseVariable(s string) (p part, rest string, ok bool) {
	end := strings.IndexAny(s, ",}")
	if end <= 0 {
		return part{}, "", false
	}
	name := s[:end]
	if s[end] == '}' && (name == "*" || name == "?" || name == "$") {
		return part{text: name}, s[end+1:], true
	}
	if strings.ContainsAny(name, " ${'") {
		return part{}, "", false
	}
	if s[end] == '}' {
		return part{key: name}, s[end+1:], true
	}
	quoted, ok := strings.CutPrefix(s[end+1:], " '")
	if !ok {
		return part{}, "", false
	}
	text, rest, ok := strings.Cut(quoted, "'}")
	if !ok || strings.Contains(text, "'") {
		return part{}, "", false
	}
	return part{key: name, text: text, fallback: true}, rest, true
}

// resolved is the outcome of filling in a template.
type resolved uint8

const (
	filled   resolved = iota
	noValue           // a variable has no value: nothing is equal to it
	openVar           // a variable's key is open
	manyVars          // a variable's key has several values
	wildVar           // a value holds a wildcard character, where that may count
)

// fill appends the text of the template to buf, wildcards as anyRun and anyOne.
func (t template) fill(buf []byte, ctx *Context) ([]byte, resolved) {
	for _, p := range t.parts {
		text := p.text
		if p.key != "" {
			values, state := ctx.lookup(p.key)
			switch {
			case state == open:
				return buf, openVar
			case len(values) == 0 && !p.fallback:
				return buf, noValue
			case len(values) == 1:
				text = values[0]
			case len(values) > 1:
				return buf, manyVars
			}
		}
		buf = appendPart(buf, text, p.wild)
	}
	return buf, filled
}

func appendPart(buf []byte, text string, wild bool) []byte {
	if !wild {
		return append(buf, text...)
	}
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '*':
			buf = append(buf, anyRun)
		case '?':
			buf = append(buf, anyOne)
		default:
			buf = append(buf, text[i])
		}
	}
	return buf
}

// valuesWild says whether a value that a variable stands for holds a wildcard
// character: whether it is one then is not documented. The bytes that stand for
// them count too: a value from elsewhere may be no UTF-8.
func (t template) valuesWild(ctx *Context) bool {
	for _, p := range t.parts {
		if p.key == "" {
			continue
		}
		text := p.text
		if values, _ := ctx.lookup(p.key); len(values) == 1 {
			text = values[0]
		}
		if strings.ContainsAny(text, "*?") || strings.IndexByte(text, anyRun) >= 0 || strings.IndexByte(text, anyOne) >= 0 {
			return true
		}
	}
	return false
}

// bound fits all that the template may stand for, whatever its variables hold.
func (t template) bound(op operator) glob.Pattern {
	if op.comparison == stringEqualsIgnoreCase {
		return glob.Parse("*")
	}
	var b glob.Builder
	for _, p := range t.parts {
		switch {
		case p.key != "":
			b.Wild("*")
		case p.wild:
			b.Wild(p.text)
		default:
			b.Literal(p.text)
		}
	}
	return b.Pattern()
}

// early says whether a variable stands before the fifth colon.
func (t template) early() bool {
	colons := 0
	for _, p := range t.parts {
		if p.key != "" && colons < 5 {
			return true
		}
		colons += strings.Count(p.text, ":")
	}
	return false
}

// splitting says whether the value of a variable within the first five parts of
// an ARN holds a colon, so that it is not one part.
func (t template) splitting(ctx *Context) bool {
	colons := 0
	for i, p := range t.parts {
		text := p.text
		if values, _ := ctx.lookup(p.key); p.key != "" && len(values) == 1 {
			text = values[0]
		}
		if n := strings.Count(text, ":"); p.key != "" && i > 0 && n > 0 && colons < 5 {
			return true
		} else {
			colons += n
		}
	}
	return false
}

// matchFilled matches a filled template: the pieces between runs, each at the
// first place where it stands, the last one at the end. Pieces without anyOne
// are searched for, which takes time by the length of the text alone.
func matchFilled(pattern []byte, s string) bool {
	first, rest, more := bytes.Cut(pattern, []byte{anyRun})
	n, ok := prefixed(first, s)
	if !more {
		return ok && n == len(s)
	}
	s = s[n:]
	for ok {
		var piece []byte
		if piece, rest, more = bytes.Cut(rest, []byte{anyRun}); !more {
			return suffixed(piece, s)
		}
		s, ok = behind(piece, s)
	}
	return false
}

// prefixed gives the length of what a piece fits at the beginning.
func prefixed(piece []byte, s string) (n int, ok bool) {
	for _, c := range piece {
		switch {
		case n == len(s):
			return 0, false
		case c == anyOne:
			n += runeLen(s[n:])
		case c == s[n]:
			n++
		default:
			return 0, false
		}
	}
	return n, true
}

// suffixed says whether a piece fits the end.
func suffixed(piece []byte, s string) bool {
	for len(piece) > 0 && s != "" {
		c := piece[len(piece)-1]
		switch {
		case c == anyOne:
			_, size := utf8.DecodeLastRuneInString(s)
			s = s[:len(s)-size]
		case c == s[len(s)-1]:
			s = s[:len(s)-1]
		default:
			return false
		}
		piece = piece[:len(piece)-1]
	}
	return len(piece) == 0
}

// behind gives what follows the first place where a piece fits.
func behind(piece []byte, s string) (rest string, ok bool) {
	if bytes.IndexByte(piece, anyOne) < 0 {
		i := bytes.Index([]byte(s), piece)
		if i < 0 {
			return "", false
		}
		return s[i+len(piece):], true
	}
	for {
		if n, ok := prefixed(piece, s); ok {
			return s[n:], true
		}
		if s == "" {
			return "", false
		}
		s = s[runeLen(s):]
	}
}
