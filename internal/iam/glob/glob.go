// Package glob matches the patterns of the IAM policy language and answers
// questions on the sets of strings that they describe: does a string match one
// of many patterns (Set), is there a string of a universe that matches these
// and not those (Find), and which combinations are there at all (Cells).
//
// In a pattern * stands for any run of characters, also for none, and ? for
// exactly one. A character is a UTF-8 sequence; a byte that belongs to none is
// a character of its own. All else stands for itself: there are no classes and
// no escapes here, what ${*} and the like mean is told to a Builder.
//
// The package is pure and holds no state: everything in it may be used from
// many goroutines at once, but for a Builder.
package glob

import (
	"strings"
)

// Pattern is one compiled pattern. The zero value matches the empty string
// only.
type Pattern struct {
	text string
	form form
	*body
}

// form tells what Match has to compare.
type form uint8

const (
	formExact  form = iota // text is all
	formFold               // text is all, but for case
	formAny                // *
	formPrefix             // head*
	formSuffix             // *tail
	formEnds               // head*tail
	formPieces             // anything else
)

// Parse compiles a pattern in which * and ? are wildcards.
func Parse(s string) Pattern {
	var b Builder
	b.Wild(s)
	return b.Pattern()
}

// Literal gives the pattern that matches s and nothing else.
func Literal(s string) Pattern { return Pattern{text: s} }

// Fold gives the pattern that matches what strings.EqualFold takes for s, as
// StringEqualsIgnoreCase does; nothing in it is a wildcard.
func Fold(s string) Pattern { return Pattern{text: s, form: formFold} }

// Builder puts a pattern together from parts with and without wildcards. The
// zero value is the empty pattern.
type Builder struct {
	text strings.Builder
	wild []int // where in text the wildcards stand, ascending
}

// Literal adds characters that stand for themselves.
func (b *Builder) Literal(s string) { b.text.WriteString(s) }

// Wild adds characters of which * and ? are wildcards.
func (b *Builder) Wild(s string) {
	for i := range len(s) {
		if s[i] == '*' || s[i] == '?' {
			b.wild = append(b.wild, b.text.Len()+i)
		}
	}
	b.text.WriteString(s)
}

// Pattern gives what was put together so far.
func (b *Builder) Pattern() Pattern {
	if len(b.wild) == 0 {
		return Literal(b.text.String())
	}
	body := newBody(b.text.String(), b.wild)
	return Pattern{text: b.text.String(), form: body.simplest(), body: body}
}

// Match tells whether the pattern matches the whole of s. It allocates nothing
// and takes at most len(s) times the length of the pattern's longest run
// without * steps.
func (p Pattern) Match(s string) bool {
	switch p.form {
	case formExact:
		return s == p.text
	case formFold:
		return strings.EqualFold(s, p.text)
	case formAny:
		return true
	case formPrefix:
		return strings.HasPrefix(s, p.head.text)
	case formSuffix:
		return strings.HasSuffix(s, p.tail.text)
	case formEnds:
		head, tail := p.head.text, p.tail.text
		return len(s) >= len(head)+len(tail) && s[:len(head)] == head && s[len(s)-len(tail):] == tail
	}
	return p.match(s)
}

// IsLiteral gives the only string that the pattern matches; ok is false where
// it has wildcards or folds case.
func (p Pattern) IsLiteral() (s string, ok bool) {
	if p.form != formExact {
		return "", false
	}
	return p.text, true
}

// Wild tells whether the pattern has wildcards.
func (p Pattern) Wild() bool { return p.body != nil }

// String gives the pattern as a policy of the version 2012-10-17 holds it for
// StringLike: a * or ? that stands for itself is ${*} or ${?}. Of a literal that
// folds case it does not say so.
func (p Pattern) String() string {
	marks := strings.Count(p.text, "*") + strings.Count(p.text, "?")
	if marks == 0 || p.body != nil && marks == len(p.wild) {
		return p.text
	}
	var b strings.Builder
	next := 0
	for i := range len(p.text) {
		c := p.text[i]
		wild := p.body != nil && next < len(p.wild) && p.wild[next] == i
		switch {
		case wild:
			next++
			b.WriteByte(c)
		case c == '*' || c == '?':
			b.WriteString("${" + string(c) + "}")
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// atoms gives the steps of the pattern.
func (p Pattern) atoms() []atom {
	switch p.form {
	case formExact:
		return appendChars(nil, p.text)
	case formFold:
		list := appendChars(nil, p.text)
		for i, a := range list {
			list[i] = atom{opFold, folded(a.char)}
		}
		return list
	}
	return p.steps
}
