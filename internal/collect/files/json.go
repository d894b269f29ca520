package files

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// jsonSource reads JSON as it comes: memory does not grow with the input.
type jsonSource struct {
	dec  *jsontext.Decoder
	tape *tape
	err  error // what broke it; io.EOF at the end
	buf  []byte
}

// newJSON reads JSON documents one after the other, from a line on. Names are
// checked for duplicates, and strings for UTF-8, where they are read.
func newJSON(in io.Reader, line int) *jsonSource {
	t := &tape{in: in, line: line}
	return &jsonSource{
		dec:  jsontext.NewDecoder(t, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)),
		tape: t,
	}
}

// begin tells whether another document follows, and makes it the value at
// hand.
func (j *jsonSource) begin() bool {
	if j.err != nil {
		return false
	}
	if j.dec.PeekKind() == jsontext.KindInvalid {
		if _, j.err = j.dec.ReadToken(); errors.Is(j.err, io.EOF) {
			return false
		}
	}
	j.tape.begin(j.dec.InputOffset(), j.dec.UnreadBuffer())
	return true
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

func (j *jsonSource) flaw() (is, mend string) { return "", "" }

func (j *jsonSource) broken() bool { return j.err != nil }

// line is where the value at hand starts: behind the blanks that follow what
// was read last.
func (j *jsonSource) line() int {
	if j.err == nil {
		j.dec.PeekKind()
	}
	offset := j.dec.InputOffset()
	rest := j.dec.UnreadBuffer()
	return j.tape.at(offset + int64(len(rest)-len(bytes.TrimLeft(rest, " \t\r\n,:"))))
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
	if j.dec.PeekKind() != '"' { // the end, or what is no key
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
	if !utf8.Valid(value) {
		return value // told by whoever reads it
	}
	// An error tells of half a surrogate pair, which becomes U+FFFD as it
	// does for kubectl.
	j.buf, _ = jsontext.AppendUnquote(j.buf[:0], value)
	return j.buf
}

// textLine: no line ends within a string.
func (j *jsonSource) textLine() int { return j.tape.at(j.dec.InputOffset()) }

func (j *jsonSource) truth() bool {
	value, err := j.dec.ReadValue()
	if err != nil {
		j.err = err
	}
	return string(value) == "true"
}

func (j *jsonSource) number() []byte {
	value, err := j.dec.ReadValue()
	if err != nil {
		j.err = err
	}
	return value
}

func (j *jsonSource) skip() {
	if j.err == nil {
		j.err = j.dec.SkipValue()
	}
}
