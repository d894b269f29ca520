package files

import (
	"bytes"
	"io"
)

// tape feeds a JSON decoder, tells the lines of what the decoder is at, and
// plays the document at hand once more. It keeps the line ends of what the
// decoder has buffered and the beginning of one document, not the input.
type tape struct {
	in   io.Reader
	read int64 // bytes

	ends []int64 // offsets of line ends that are not passed yet
	line int     // of the last offset asked for

	first int    // line of the document at hand
	kept  []byte // of it, from its start on
	lost  bool   // it is longer than is kept
}

// rewindable is how much of a document can be read again.
const rewindable = 1 << 20

func (t *tape) Read(p []byte) (int, error) {
	n, err := t.in.Read(p)
	for at := 0; at < n; {
		i := bytes.IndexByte(p[at:n], '\n')
		if i < 0 {
			break
		}
		at += i + 1
		t.ends = append(t.ends, t.read+int64(at-1))
	}
	t.read += int64(n)
	switch {
	case t.lost:
	case len(t.kept)+n > rewindable:
		t.lost, t.kept = true, nil
	default:
		t.kept = append(t.kept, p[:n]...)
	}
	return n, err
}

// at gives the line of an offset, from 1. Offsets must not go back.
func (t *tape) at(offset int64) int {
	passed := 0
	for passed < len(t.ends) && t.ends[passed] < offset {
		passed++
	}
	t.line += passed
	t.ends = append(t.ends[:0], t.ends[passed:]...)
	return t.line
}

// begin says that a document starts at offset, of which unread was read ahead.
func (t *tape) begin(offset int64, unread []byte) {
	t.first = t.at(offset)
	t.kept, t.lost = append(t.kept[:0], unread...), false
}

// again gives the document at hand from its start, and all that follows.
func (t *tape) again() (io.Reader, bool) {
	return io.MultiReader(bytes.NewReader(t.kept), t.in), !t.lost
}
