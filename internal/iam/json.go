package iam

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// reader walks JSON once, without building a tree. It knows where it is, so
// that an error can say so. Strings are parts of the text unless they hold an
// escape. After the first error all of its methods give zero values: callers
// need not look before they know what they read.
type reader struct {
	text string
	pos  int
	path []step
	err  *Error
	line int // lines before the text
}

// step is one token of a pointer: a member's name, or an index where name is
// empty and index ≥ 0.
type step struct {
	name  string
	index int
}

func (r *reader) enter(name string) { r.path = append(r.path, step{name, -1}) }
func (r *reader) item(i int)        { r.path = append(r.path, step{"", i}) }
func (r *reader) leave()            { r.path = r.path[:len(r.path)-1] }

// fail notes the first error, at an offset. The reader stops there.
func (r *reader) fail(offset int, format string, args ...any) {
	if r.err != nil {
		return
	}
	line, column := position(r.text, offset)
	r.err = &Error{r.line + line, column, r.pointer(), fmt.Sprintf(format, args...)}
	r.pos = len(r.text)
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

func (r *reader) pointer() string {
	var b strings.Builder
	for _, s := range r.path {
		b.WriteByte('/')
		if s.index >= 0 {
			b.WriteString(strconv.Itoa(s.index))
		} else {
			b.WriteString(pointerEscapes.Replace(s.name))
		}
	}
	return b.String()
}

// peek skips white space and gives the next byte, 0 at the end.
func (r *reader) peek() byte {
	for r.pos < len(r.text) {
		switch c := r.text[r.pos]; c {
		case ' ', '\t', '\n', '\r':
			r.pos++
		default:
			return c
		}
	}
	return 0
}

// found describes what stands at the reader's place, without quoting it.
func (r *reader) found() string {
	switch c := r.peek(); {
	case r.pos >= len(r.text):
		return "the end of the document"
	case c == '{':
		return "an object"
	case c == '[':
		return "a list"
	case c == '"':
		return "a string"
	case c == 't', c == 'f':
		return "a boolean"
	case c == 'n':
		return "null"
	case c == '-', '0' <= c && c <= '9':
		return "a number"
	}
	return "something that is no JSON"
}

// object calls member for each member of the object that comes next, with its
// name and the offset of it. member must read the value.
func (r *reader) object(what string, member func(name string, offset int)) {
	if r.peek() != '{' {
		r.fail(r.pos, "%s must be an object, not %s", what, r.found())
		return
	}
	r.pos++
	if r.peek() == '}' {
		r.pos++
		return
	}
	var seen names
	for r.err == nil {
		r.peek()
		offset := r.pos
		name := r.name(what)
		r.enter(name)
		if first, ok := seen.add(name); !ok && r.err == nil {
			r.twice(offset, name, first)
		}
		member(name, offset)
		r.leave()
		if !r.more('}', what) {
			return
		}
	}
}

func (r *reader) twice(offset int, name, first string) {
	if name == first {
		r.fail(offset, "%s stands here twice: keep one of them", quote(name))
		return
	}
	r.fail(offset, "%s and %s differ in case alone: keep one of them", quote(name), quote(first))
}

func (r *reader) name(what string) string {
	if r.peek() != '"' {
		r.fail(r.pos, "%s: the name of a member must be a string, not %s", what, r.found())
		return ""
	}
	name := r.str("")
	if r.peek() != ':' {
		r.fail(r.pos, "a colon is missing behind the name of a member")
		return ""
	}
	r.pos++
	return name
}

// more goes behind a comma, or behind the closing byte and is false.
func (r *reader) more(closing byte, what string) bool {
	switch r.peek() {
	case ',':
		r.pos++
		return true
	case closing:
		r.pos++
		return false
	}
	r.fail(r.pos, "%s: a comma or %q is missing before %s", what, string(closing), r.found())
	return false
}

// list calls element for each element of the list that comes next, and for
// what stands there itself if it is no list. An empty list is refused: it
// would silently match nothing.
func (r *reader) list(what string, element func()) {
	if r.peek() != '[' {
		element()
		return
	}
	opening := r.pos
	r.pos++
	if r.peek() == ']' {
		r.fail(opening, "%s must not be an empty list: name what is meant, or remove the statement", what)
		return
	}
	r.pos = opening
	r.elements(element)
}

// str reads a string. what names it in errors.
func (r *reader) str(what string) string {
	if r.peek() != '"' {
		r.fail(r.pos, "%s must be a string, not %s", what, r.found())
		return ""
	}
	r.pos++
	start := r.pos
	for r.pos < len(r.text) {
		switch c := r.text[r.pos]; {
		case c == '"':
			r.pos++
			return r.text[start : r.pos-1]
		case c == '\\':
			return r.escaped(start)
		case c < ' ':
			r.fail(r.pos, "a string holds a control character: write it as \\u%04x", c)
			return ""
		default:
			r.pos++
		}
	}
	r.fail(start-1, "a string does not end")
	return ""
}

// escaped goes on with a string at its first escape.
func (r *reader) escaped(start int) string {
	var b strings.Builder
	b.WriteString(r.text[start:r.pos])
	for r.pos < len(r.text) {
		switch c := r.text[r.pos]; {
		case c == '"':
			r.pos++
			return b.String()
		case c == '\\':
			b.WriteRune(r.escape())
		case c < ' ':
			r.fail(r.pos, "a string holds a control character: write it as \\u%04x", c)
		default:
			b.WriteByte(c)
			r.pos++
		}
	}
	r.fail(start-1, "a string does not end")
	return ""
}

func (r *reader) escape() rune {
	at := r.pos
	if r.pos+1 >= len(r.text) {
		r.pos = len(r.text)
		return 0
	}
	c := r.text[r.pos+1]
	r.pos += 2
	if i := strings.IndexByte(`"\/bfnrt`, c); i >= 0 {
		return rune("\"\\/\b\f\n\r\t"[i])
	}
	if c != 'u' {
		r.fail(at, "a string holds an escape that JSON does not know")
		return 0
	}
	high := r.hex(at)
	if !utf16.IsSurrogate(high) {
		return high
	}
	if strings.HasPrefix(r.text[r.pos:], `\u`) {
		r.pos += 2
		if pair := utf16.DecodeRune(high, r.hex(at)); pair != utf8.RuneError {
			return pair
		}
	}
	r.fail(at, "a string holds half of a surrogate pair")
	return 0
}

func (r *reader) hex(at int) rune {
	if r.pos+4 <= len(r.text) {
		if n, err := strconv.ParseUint(r.text[r.pos:r.pos+4], 16, 16); err == nil {
			r.pos += 4
			return rune(n)
		}
	}
	r.fail(at, "a string holds an escape that JSON does not know")
	return 0
}

// scalar reads a string, number or boolean and gives its text. Numbers with
// an exponent are refused: which text AWS makes of them is not documented.
func (r *reader) scalar(what string) string {
	c := r.peek()
	start := r.pos
	switch {
	case c == '"':
		return r.str(what)
	case c == '-', '0' <= c && c <= '9':
		return r.number(what)
	}
	for _, word := range []string{"true", "false"} {
		if strings.HasPrefix(r.text[r.pos:], word) {
			r.pos += len(word)
			return word
		}
	}
	r.fail(start, "%s must be a string, a number or a boolean, not %s", what, r.found())
	return ""
}

func (r *reader) number(what string) string {
	start := r.pos
	if r.text[r.pos] == '-' {
		r.pos++
	}
	whole := r.digits()
	leading := whole > 1 && r.text[r.pos-whole] == '0'
	fraction := 1
	if r.pos < len(r.text) && r.text[r.pos] == '.' {
		r.pos++
		fraction = r.digits()
	}
	if whole == 0 || leading || fraction == 0 {
		r.fail(start, "%s holds a number that is no JSON: write it as a string", what)
		return ""
	}
	if r.pos < len(r.text) && r.text[r.pos]|0x20 == 'e' {
		r.fail(start, "%s holds a number with an exponent: write it without, or as a string", what)
		return ""
	}
	return r.text[start:r.pos]
}

func (r *reader) digits() int {
	start := r.pos
	for r.pos < len(r.text) && '0' <= r.text[r.pos] && r.text[r.pos] <= '9' {
		r.pos++
	}
	return r.pos - start
}

// skip goes behind any value. depth bounds how deep it may be.
func (r *reader) skip(depth int) {
	if depth == 0 {
		r.fail(r.pos, "the document is nested too deeply")
		return
	}
	switch r.peek() {
	case '{':
		r.object("", func(string, int) { r.skip(depth - 1) })
	case '[':
		r.elements(func() { r.skip(depth - 1) })
	case 'n':
		r.null()
	default:
		r.scalar("a value")
	}
}

// null goes behind a null, if one comes next.
func (r *reader) null() bool {
	if r.peek() != 'n' {
		return false
	}
	if !strings.HasPrefix(r.text[r.pos:], "null") {
		r.fail(r.pos, "something that is no JSON stands here")
		return false
	}
	r.pos += len("null")
	return true
}

// elements calls element for each element of the list that comes next.
func (r *reader) elements(element func()) {
	r.pos++
	if r.peek() == ']' {
		r.pos++
		return
	}
	for i := 0; r.err == nil; i++ {
		r.item(i)
		element()
		r.leave()
		if !r.more(']', "a list") {
			return
		}
	}
}

// end refuses what comes behind the value.
func (r *reader) end() {
	if r.peek(); r.pos < len(r.text) {
		r.fail(r.pos, "something follows behind the end of the document")
	}
}
