package keys

import (
	"bytes"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// json looks into a JSON text; false where it is none.
func (s *Scan) json(c context, text []byte) bool {
	if !jsontext.Value(text).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) {
		return false
	}
	d := jsontext.NewDecoder(bytes.NewReader(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	s.element(c, d)
	return true
}

// element reads the value at hand. Errors cannot be: the text is valid.
func (s *Scan) element(c context, d *jsontext.Decoder) {
	switch d.PeekKind() {
	case '{':
		s.members(c, d)
	case '[':
		_, _ = d.ReadToken()
		last := ""
		for d.PeekKind() != ']' && d.PeekKind() != jsontext.KindInvalid {
			if d.PeekKind() != '"' {
				s.element(c, d)
				continue
			}
			text := stringOf(d)
			inner := c
			if isFlag(last) {
				inner.label = last
			}
			s.inner(inner, text)
			last = text
		}
		_, _ = d.ReadToken()
	case '"':
		s.inner(c, stringOf(d))
	default:
		_ = d.SkipValue()
	}
}

// members reads an object. Of {"name": "A", "value": "B"}, as environment
// variables are written, A is the name of B.
func (s *Scan) members(c context, d *jsontext.Decoder) {
	_, _ = d.ReadToken()
	inner := c
	inner.group = within(c.group, "\x00{"+itoa(int(d.InputOffset())))
	var named, valued string
	for d.PeekKind() == '"' {
		label := stringOf(d)
		inner.label = c.label + "." + label
		if d.PeekKind() != '"' {
			s.element(inner, d)
			continue
		}
		text := stringOf(d)
		switch {
		case isName(label):
			named = text
			s.inner(inner, text)
		case isValue(label):
			valued = text
		default:
			s.inner(inner, text)
		}
	}
	_, _ = d.ReadToken()
	if valued != "" {
		if inner.label = c.label; named != "" {
			inner.label, inner.group = named, c.group
		}
		s.inner(inner, valued)
	}
}

func stringOf(d *jsontext.Decoder) string {
	token, err := d.ReadToken()
	if err != nil {
		return ""
	}
	return token.String()
}

func isName(label string) bool {
	return strings.EqualFold(label, "name") || strings.EqualFold(label, "key")
}

func isValue(label string) bool {
	return strings.EqualFold(label, "value") || strings.EqualFold(label, "default")
}

func isFlag(word string) bool {
	return len(word) > 1 && word[0] == '-' && !strings.ContainsAny(word, "= \n")
}
