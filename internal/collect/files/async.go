package files

import (
	"context"
	"io"
	"os"
)

// async reads from a pipe or terminal that may never give anything: a read
// ends when the work is called off. What is then still being read is lost.
type async struct {
	ctx  context.Context
	in   io.Reader
	done chan chunkRead
	buf  []byte
	rest []byte // read and not yet taken
}

type chunkRead struct {
	n   int
	err error
}

func newAsync(ctx context.Context, in io.Reader) *async {
	return &async{ctx: ctx, in: in, done: make(chan chunkRead, 1), buf: make([]byte, 1<<16)}
}

func (a *async) Read(p []byte) (int, error) {
	if len(a.rest) == 0 {
		go func() {
			n, err := a.in.Read(a.buf)
			a.done <- chunkRead{n, err}
		}()
		select {
		case <-a.ctx.Done():
			return 0, a.ctx.Err()
		case r := <-a.done:
			if r.n == 0 {
				return 0, r.err
			}
			a.rest = a.buf[:r.n] // an error comes again with the next read
		}
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// pipe is opened by its first read, since that waits too, for a writer.
type pipe struct {
	path string
	file *os.File
}

func (p *pipe) Read(b []byte) (n int, err error) {
	if p.file == nil {
		if p.file, err = os.Open(p.path); err != nil {
			return 0, err
		}
	}
	return p.file.Read(b)
}

func (p *pipe) close() {
	if p.file != nil {
		_ = p.file.Close() // nothing was written
	}
}
