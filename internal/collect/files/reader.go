package files

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"podpass/internal/snapshot"
)

// reader reads one file after the other.
type reader struct {
	ctx    context.Context
	limit  int64
	out    *outcome
	walker walker
	buffer *bufio.Reader
}

func newReader(ctx context.Context, o Options) *reader {
	out := newOutcome(o.Namespace)
	out.snap.Detail, out.aws.Detail = o.Detail, o.Detail
	return &reader{
		ctx: ctx, limit: o.Limit, out: out,
		walker: walker{schema: newSchema(o.Detail), intern: &snapshot.Interner{}, emit: out.take, detail: o.Detail},
		buffer: bufio.NewReaderSize(nil, 1<<16),
	}
}

const bom = "\xef\xbb\xbf"

// read reads a file. What starts like JSON is streamed as such, and read as
// YAML where it turns out to be that.
func (r *reader) read(path string, in io.Reader) {
	r.out.file = path
	r.buffer.Reset(guard{r.ctx, in})
	head, err := r.buffer.Peek(4096)
	if err != nil && !errors.Is(err, io.EOF) {
		r.unreadable(1, err)
		return
	}
	if bytes.HasPrefix(head, []byte(bom)) {
		head = head[len(bom):]
		_, _ = r.buffer.Discard(len(bom)) // it is there
	}
	if head = bytes.TrimLeft(head, " \t\r\n"); len(head) > 0 && head[0] == '{' {
		r.json(r.buffer)
		return
	}
	r.yaml(r.buffer, 1, nil)
}

// guard ends a long read when the work is called off.
type guard struct {
	ctx context.Context
	in  io.Reader
}

func (g guard) Read(p []byte) (int, error) {
	if err := g.ctx.Err(); err != nil {
		return 0, err
	}
	return g.in.Read(p)
}

func (r *reader) unreadable(line int, err error) {
	if r.ctx.Err() == nil {
		r.out.broken(line, "it cannot be read: "+cause(err).Error(), "make it readable, or leave it out of the paths")
	}
}

// json reads JSON documents in a row.
func (r *reader) json(in io.Reader) {
	src := newJSON(in, 1)
	for src.begin() && r.ctx.Err() == nil {
		doubt := doubt{line: src.tape.first, before: r.out.mark()}
		if r.walker.document(src); src.err != nil {
			r.noJSON(src, doubt)
			return
		}
	}
}

// doubt is a document that is no JSON: YAML in flow style, or broken.
type doubt struct {
	line   int    // where it starts
	at     int    // where it stops being JSON
	reason string // why it is none
	grant  string
	before state // the outcome without what was read of it
}

// noJSON goes on behind JSON: with YAML, or with what follows a broken
// document.
func (r *reader) noJSON(src *jsonSource, d doubt) {
	d.reason, d.grant = "it is no JSON: "+plain(src.err), "mend it; the objects before this line are read"
	var syntax *jsontext.SyntacticError
	switch {
	case errors.Is(src.err, io.ErrUnexpectedEOF): // no YAML either
		r.out.broken(src.tape.at(src.tape.read), "it ends in the middle of a JSON value",
			"get the file whole; the objects before this line are read")
		return
	case errors.As(src.err, &syntax):
		d.at = src.tape.at(syntax.ByteOffset)
	default:
		r.unreadable(src.tape.line, src.err)
		return
	}
	again, ok := src.tape.again()
	if !ok {
		r.out.broken(d.at, d.reason, d.grant)
		return
	}
	r.yaml(again, d.line, &d)
}

// plain gives an error's words without the decoder's name and the offset,
// which means nothing beside a line.
func plain(err error) string {
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) && syntax.Err != nil {
		err = syntax.Err
	}
	return unquoted(strings.TrimPrefix(err.Error(), "jsontext: "))
}

func size(bytes int64) string {
	if bytes%(1<<20) == 0 {
		return fmt.Sprintf("%d MiB", bytes>>20)
	}
	return fmt.Sprintf("%d bytes", bytes)
}
