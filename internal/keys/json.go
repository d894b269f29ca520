package keys

import (
	"bytes"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// json looks into a JSON text; false where it is none.
func (s *Scan) json(c context, text []byte) bool {
	options := []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}
	if !jsontext.Value(text).IsValid(options...) {
		return false
	}
	d := document{jsontext.NewDecoder(bytes.NewReader(text), options...), s, c.line}
	d.element(c)
	return true
}

// document is JSON while it is read. Errors cannot be: the text is valid.
type document struct {
	*jsontext.Decoder
	scan *Scan
	line int // strings that were read, of several lines as many, and lines before
}

// element reads the value at hand.
func (d *document) element(c context) {
	switch d.PeekKind() {
	case '{':
		d.members(c)
	case '[':
		d.list(c)
	case '"':
		d.look(c, d.string())
	default:
		_ = d.SkipValue()
	}
}

// list reads an array. In arguments, a flag is the name of what follows it.
func (d *document) list(c context) {
	_, _ = d.ReadToken()
	last := ""
	for d.PeekKind() != ']' && d.PeekKind() != jsontext.KindInvalid {
		if d.PeekKind() != '"' {
			d.element(c)
			continue
		}
		text := d.string()
		inner := c
		if isFlag(last) {
			inner.label = ending(last, maxLabel)
		}
		d.look(inner, text)
		last = text
	}
	_, _ = d.ReadToken()
}

// members reads an object. Of {"name": "A", "value": "B"}, as environment
// variables are written, A is the name of B.
func (d *document) members(c context) {
	_, _ = d.ReadToken()
	inner := c
	inner.group = c.group.inside()
	var named, valued string
	for d.PeekKind() == '"' {
		label := d.string()
		inner.label = c.under(label)
		if holdsID([]byte(label)) { // {"AKIA…": "…"}
			d.look(inner, label)
		}
		if d.PeekKind() != '"' {
			d.element(inner)
			continue
		}
		text := d.string()
		switch {
		case isName(label):
			named = text
			d.look(inner, text)
		case isValue(label):
			valued = text
		default:
			d.look(inner, text)
		}
	}
	_, _ = d.ReadToken()
	if valued != "" {
		if inner.label = c.label; named != "" {
			inner.label, inner.group = ending(named, maxLabel), c.group
		}
		d.look(inner, valued)
	}
}

func (d *document) string() string {
	token, err := d.ReadToken()
	if err != nil {
		return ""
	}
	return token.String()
}

// look looks into a string.
func (d *document) look(c context, text string) {
	d.line++
	if len(text) < idLength {
		return
	}
	c.line = d.line
	if b := []byte(text); worth(b) {
		d.scan.value(c, b)
		d.line += bytes.Count(b, []byte("\n"))
	}
}

func isName(label string) bool {
	return strings.EqualFold(label, "name") || strings.EqualFold(label, "key") || strings.EqualFold(label, "ParameterKey")
}

func isValue(label string) bool {
	return strings.EqualFold(label, "value") || strings.EqualFold(label, "default") || strings.EqualFold(label, "ParameterValue")
}

func isFlag(word string) bool {
	return len(word) > 1 && word[0] == '-' && !strings.ContainsAny(word, "= \n")
}
