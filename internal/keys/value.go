package keys

import (
	"bytes"
	"compress/gzip"
	"io"

	"podpass/internal/snapshot"
)

// context is where a text stands.
type context struct {
	place snapshot.Place
	label string // the name that it stands under
	group *group
	line  int // lines before it, in the value
	depth int // encodings around it
	texts int // texts around it, encoded or in strings
}

// under names what stands under a label within this one. Of long paths the
// end is kept.
func (c context) under(label string) string {
	return ending(c.label, maxLabel) + "." + ending(label, maxLabel)
}

// ending gives the end of a text.
func ending(text string, most int) string {
	return text[max(0, len(text)-most):]
}

// nested is the context of a text that was encoded in this one.
func (c context) nested(how string) context {
	c.depth++
	if c.place.Via == "" {
		c.place.Via = how
	}
	return c
}

// value looks into a text by what it is: packed, encoded, JSON, or lines of
// any other language.
func (s *Scan) value(c context, text []byte) {
	if c.texts++; c.depth > maxNesting || c.texts > maxTexts {
		s.cut = true
		return
	}
	s.work += len(text)
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	trimmed := bytes.TrimSpace(text)
	switch {
	case len(trimmed) == 0:
	case bytes.HasPrefix(text, []byte(gzipMagic)) && s.packed(c, text):
	case (trimmed[0] == '{' || trimmed[0] == '[') && s.json(c, trimmed):
	case !s.encoded(c, trimmed):
		s.lines(c, text)
	}
}

// packed looks into a gzip stream, as of a Helm release, while the budget of
// the value lasts; false where it is none, or broken.
func (s *Scan) packed(c context, text []byte) bool {
	zip, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		return false
	}
	inflated, err := io.ReadAll(io.LimitReader(zip, int64(s.budget)+1))
	if len(inflated) > s.budget {
		s.cut = true
		inflated = inflated[:s.budget]
	}
	s.budget -= len(inflated)
	if worth(inflated) {
		s.value(c.nested("gzip"), inflated)
	}
	return err == nil
}

// encoded looks into a text that is base64 as a whole.
func (s *Scan) encoded(c context, text []byte) bool {
	return (begins(text) || oneLine(text)) && isBase64(text) && s.embedded(c, joined(text))
}

// embedded looks into a run of base64; false where it is none of a text that
// is worth it.
func (s *Scan) embedded(c context, run []byte) bool {
	if !promising(run) {
		return false
	}
	decoded, ok := decode(run)
	if !ok || !worth(decoded) {
		return false
	}
	s.value(c.nested("base64"), decoded)
	return true
}
