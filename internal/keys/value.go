package keys

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"

	"podpass/internal/snapshot"
)

// context is where a text stands.
type context struct {
	place snapshot.Place
	label string // the name that it stands under
	group string // see half
	depth int    // encodings around it
}

// nested is the context of a text that was encoded in this one.
func (c context) nested(how string) context {
	c.depth++
	if c.place.Via == "" {
		c.place.Via = how
	}
	return c
}

// within names a group inside another. What lies very deep stays in the group
// around it.
func within(group, inner string) string {
	const most = 512
	if len(group)+len(inner) > most {
		return group
	}
	return group + inner
}

// gzipMagic starts every gzip stream; gzipBase64 does in base64.
const (
	gzipMagic  = "\x1f\x8b"
	gzipBase64 = "H4sI"
)

// value looks into a text by what it is: packed, encoded, JSON, or lines of
// any other language.
func (s *Scan) value(c context, text []byte) {
	if c.depth > maxNesting {
		s.cut = true
		return
	}
	trimmed := bytes.TrimSpace(text)
	switch {
	case len(trimmed) == 0:
	case bytes.HasPrefix(text, []byte(gzipMagic)):
		s.packed(c, text)
	case (trimmed[0] == '{' || trimmed[0] == '[') && s.json(c, trimmed):
	case !s.encoded(c, trimmed):
		s.lines(c, text)
	}
}

// packed looks into a gzip stream, as of a Helm release.
func (s *Scan) packed(c context, text []byte) {
	zip, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		return
	}
	inflated, err := io.ReadAll(io.LimitReader(zip, maxInflated+1))
	if len(inflated) > maxInflated {
		s.cut = true
		inflated = inflated[:maxInflated]
	}
	if err == nil || len(inflated) > 0 {
		s.value(c.nested("gzip"), inflated)
	}
}

// encoded looks into a text that is base64 as a whole.
func (s *Scan) encoded(c context, text []byte) bool {
	if len(text) < minEncoded || !isBase64(text) {
		return false
	}
	decoded, ok := decode(joined(text))
	if !ok {
		return false
	}
	if !worth(decoded) {
		return false
	}
	s.value(c.nested("base64"), decoded)
	return true
}

// isBase64 tells a text of base64 alone, be it in several lines.
func isBase64(text []byte) bool {
	text = bytes.TrimRight(text, "=")
	for _, b := range text {
		if class[b]&inSecret == 0 && b != '\n' && b != '\r' && b != ' ' && b != '\t' {
			return false
		}
	}
	return true
}

func joined(text []byte) []byte {
	text = bytes.TrimRight(text, "= \r\n\t")
	if bytes.IndexAny(text, " \r\n\t") < 0 {
		return text
	}
	return bytes.Join(bytes.Fields(text), nil)
}

// embedded looks into the base64 within a line of other text, or within
// several lines that go on.
func (s *Scan) embedded(c context, run []byte) {
	if len(run) < minEncoded {
		return
	}
	var head [24]byte
	n, err := base64.RawStdEncoding.Decode(head[:], run[:24])
	if err != nil || !bytes.HasPrefix(run, []byte(gzipBase64)) && !printable(head[:n]) {
		return
	}
	if decoded, ok := decode(run); ok && worth(decoded) {
		s.value(c.nested("base64"), decoded)
	}
}
