package iam

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"
)

// maxLine is what a line of queries may hold: several policies of 1 MiB.
const maxLine = 32 << 20

// Eval answers each line of in, a Query, by a line of out, in order:
//
//	{"id": …, "decision": "allow"|"deny"|"unknown", "reason": "…"}
//	{"id": …, "error": {"line": 1, "column": 2, "pointer": "/policy/…", "message": "…"}}
//
// line counts the lines of in. Empty lines give nothing. It gives the number
// of bad lines; its error is one of reading or writing.
func Eval(in io.Reader, out io.Writer) (bad int, err error) {
	lines := lineReader{in: bufio.NewReaderSize(in, 64<<10)}
	w := bufio.NewWriterSize(out, 64<<10)
	var p printer
	for number := 0; ; number++ {
		line, long, err := lines.next()
		if err != nil && !errors.Is(err, io.EOF) {
			w.Flush()
			return bad, err
		}
		if len(bytes.TrimSpace(line)) > 0 || long {
			p.Reset()
			if !p.answer(line, number, long) {
				bad++
			}
			if _, err := w.Write(p.Bytes()); err != nil {
				return bad, err
			}
		}
		if err != nil {
			return bad, w.Flush()
		}
		if !lines.another() {
			// Whoever feeds lines one by one gets each answer at once.
			if err := w.Flush(); err != nil {
				return bad, err
			}
		}
	}
}

// answer writes the answer to a line, and says whether the line was good.
func (p *printer) answer(line []byte, before int, long bool) bool {
	if long {
		p.refusal("", &Error{before + 1, 1, "", "the line is longer than 32 MiB"})
		return false
	}
	q, err := ParseQuery(line, before)
	var refused *Error
	if errors.As(err, &refused) {
		p.refusal(firstOf(q.ID, looseID(line)), refused)
		return false
	}
	e := q.Explain()
	p.id(q.ID)
	p.WriteString(`,"decision":"` + e.Decision.String() + `","reason":`)
	p.str(e.String())
	p.WriteString("}\n")
	return true
}

func (p *printer) id(id string) {
	p.WriteString(`{"id":` + firstOf(id, "null"))
}

func (p *printer) refusal(id string, err *Error) {
	p.id(id)
	p.WriteString(`,"error":{"line":` + strconv.Itoa(err.Line) + `,"column":` + strconv.Itoa(err.Column) + `,"pointer":`)
	p.str(err.Pointer)
	p.WriteString(`,"message":`)
	p.str(err.Message)
	p.WriteString("}}\n")
}

// looseID finds the id of a line that was refused before it came.
func looseID(line []byte) string {
	var loose struct {
		ID json.RawMessage `json:"id"`
	}
	if json.Unmarshal(line, &loose) != nil || len(loose.ID) == 0 || bytes.ContainsAny(loose.ID[:1], "[{") || !utf8.Valid(loose.ID) {
		return ""
	}
	return string(loose.ID)
}

// lineReader gives lines of any length, and keeps none longer than maxLine.
type lineReader struct {
	in  *bufio.Reader
	buf []byte
}

// another says whether a whole line is there without waiting.
func (l *lineReader) another() bool {
	ready, _ := l.in.Peek(l.in.Buffered())
	return bytes.IndexByte(ready, '\n') >= 0
}

// next gives a line without its end; it is good until the next call. long says
// that the line was longer than maxLine and is not given.
func (l *lineReader) next() (line []byte, long bool, err error) {
	l.buf = l.buf[:0]
	for {
		part, err := l.in.ReadSlice('\n')
		if len(l.buf)+len(part) > maxLine {
			long = true
			l.buf = l.buf[:0]
		}
		if !long {
			l.buf = append(l.buf, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return bytes.TrimSuffix(l.buf, []byte{'\n'}), long, err
		}
	}
}
