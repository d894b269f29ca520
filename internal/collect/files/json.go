package files

import (
	"bytes"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// jsonSource reads JSON as it comes: memory does not grow with the input.
type jsonSource struct {
	dec   *jsontext.Decoder
	lines *lineReader
	err   error // what broke it; io.EOF at the end
	buf   []byte
}

// newJSON reads JSON documents one after the other. Names are checked for
// duplicates, and strings for UTF-8, where they are read.
func newJSON(r io.Reader) *jsonSource {
	lines := &lineReader{r: r, line: 1}
	return &jsonSource{
		dec:   jsontext.NewDecoder(lines, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)),
		lines: lines,
	}
}

func (j *jsonSource) shape() shape {
	if j.err != nil {
		return noValue
	}
	switch j.dec.PeekKind() {
	case 'n':
		return null
	case 't', 'f':
		return boolean
	case '0':
		return number
	case '"':
		return text
	case '[':
		return list
	case '{':
		return mapping
	case ']', '}':
		return noValue
	}
	_, j.err = j.dec.ReadToken() // tells why
	if j.err == nil {
		j.err = errors.New("unexpected token")
	}
	return noValue
}

func (j *jsonSource) flaw() string { return "" }

// line is where the value at hand starts: behind the blanks that follow what
// was read last.
func (j *jsonSource) line() int {
	if j.err == nil {
		j.dec.PeekKind()
	}
	offset := j.dec.InputOffset()
	rest := j.dec.UnreadBuffer()
	return j.lines.at(offset + int64(len(rest)-len(bytes.TrimLeft(rest, " \t\r\n,:"))))
}

func (j *jsonSource) token() bool {
	if j.err != nil {
		return false
	}
	_, j.err = j.dec.ReadToken()
	return j.err == nil
}

func (j *jsonSource) mapping() { j.token() }
func (j *jsonSource) list()    { j.token() }

func (j *jsonSource) key() ([]byte, bool) {
	if j.err != nil {
		return nil, false
	}
	if j.dec.PeekKind() == '}' {
		j.token()
		return nil, false
	}
	key := j.text()
	return key, j.err == nil
}

func (j *jsonSource) next() bool {
	if j.err != nil {
		return false
	}
	if j.dec.PeekKind() == ']' {
		j.token()
		return false
	}
	return true
}

// text gives the bytes between the quotes, copied only where something in
// them is escaped.
func (j *jsonSource) text() []byte {
	value, err := j.dec.ReadValue()
	if err != nil {
		j.err = err
		return nil
	}
	if len(value) >= 2 && bytes.IndexByte(value, '\\') < 0 {
		return value[1 : len(value)-1]
	}
	if j.buf, err = jsontext.AppendUnquote(j.buf[:0], value); err != nil {
		return value // invalid UTF-8: told where it matters
	}
	return j.buf
}

func (j *jsonSource) truth() bool {
	value, err := j.dec.ReadValue()
	if err != nil {
		j.err = err
	}
	return string(value) == "true"
}

func (j *jsonSource) skip() {
	if j.err == nil {
		j.err = j.dec.SkipValue()
	}
}

// lineReader tells the line of an offset in what it reads. It keeps the line
// ends of what the decoder has buffered, not of the whole input.
type lineReader struct {
	r       io.Reader
	read    int64   // bytes
	pending []int64 // offsets of line ends not yet passed
	line    int     // of the last offset asked for
}

func (l *lineReader) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	for at := 0; at < n; {
		i := bytes.IndexByte(p[at:n], '\n')
		if i < 0 {
			break
		}
		l.pending = append(l.pending, l.read+int64(at+i))
		at += i + 1
	}
	l.read += int64(n)
	return n, err
}

// at gives the line of an offset, from 1. Offsets must not go back.
func (l *lineReader) at(offset int64) int {
	passed := 0
	for passed < len(l.pending) && l.pending[passed] < offset {
		passed++
	}
	l.line += passed
	l.pending = append(l.pending[:0], l.pending[passed:]...)
	return l.line
}
