package waivers

import (
	"strings"
	"unicode/utf8"
)

// Parts of a pattern that are no character of the text.
const (
	anyRun rune = -1 // *
	anyOne rune = -2 // ?
)

// Match tells whether a pattern matches the whole of a text: * stands for any
// run of characters, also of "/" and of none, ? for one character, and \ takes
// its meaning from the next. It takes at most len(pattern)·len(text) steps.
func Match(pattern, text string) bool {
	p, t := 0, 0
	star, taken := -1, 0 // behind the last *, and the end of what it stands for
	for t < len(text) {
		want, n := part(pattern[p:])
		r, size := utf8.DecodeRuneInString(text[t:])
		switch {
		case want == anyRun:
			p += n
			star, taken = p, t
		case n > 0 && (want == anyOne || want == r):
			p, t = p+n, t+size
		case star < 0:
			return false
		default: // let the last * take one more
			_, size = utf8.DecodeRuneInString(text[taken:])
			taken += size
			p, t = star, taken
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// part gives the first part of a pattern and its length, 0 at the end.
func part(pattern string) (want rune, n int) {
	switch {
	case pattern == "":
		return 0, 0
	case pattern[0] == '*':
		return anyRun, 1
	case pattern[0] == '?':
		return anyOne, 1
	case pattern[0] == '\\' && len(pattern) > 1:
		r, size := utf8.DecodeRuneInString(pattern[1:])
		return r, 1 + size
	}
	return utf8.DecodeRuneInString(pattern)
}

const special = `*?[]\`

// Escape gives the pattern that matches a text and nothing else.
func Escape(text string) string {
	if !strings.ContainsAny(text, special) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if strings.ContainsRune(special, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Literal gives the only text that a pattern matches; ok is false where it can
// match others.
func Literal(pattern string) (text string, ok bool) {
	var b strings.Builder
	for pattern != "" {
		r, n := part(pattern)
		if r < 0 {
			return "", false
		}
		b.WriteRune(r)
		pattern = pattern[n:]
	}
	return b.String(), true
}

// globFlaw says why a pattern is malformed, "" where it is not. Brackets are
// refused so that nobody takes them for a class of characters.
func globFlaw(pattern string) string {
	for rest := pattern; rest != ""; {
		_, n := part(rest)
		switch {
		case rest[0] == '[' || rest[0] == ']':
			return `has a bracket, which has no meaning here: write \[ or \] for the character, or ? for any one`
		case rest == `\`:
			return `ends in \: write \\ for the character`
		case rest[0] == '\\' && !strings.ContainsRune(special, rune(rest[1])):
			return `has a \ before a character that needs none: write \\ for the character`
		}
		rest = rest[n:]
	}
	return ""
}
