package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"podpass/internal/snapshot"
)

// reader reads one file after the other.
type reader struct {
	ctx    context.Context
	limit  int64
	out    *outcome
	walker walker
	lineNo *regexp.Regexp // in the errors of the YAML parser
}

func newReader(ctx context.Context, o Options) *reader {
	out := newOutcome(o.Namespace)
	return &reader{
		ctx: ctx, limit: o.Limit, out: out,
		walker: walker{schema: newSchema(), intern: &snapshot.Interner{}, emit: out.take},
		lineNo: regexp.MustCompile(`line (\d+)`),
	}
}

// small is how much of a stream that cannot be read twice is kept.
const small = 1 << 20

// read reads a file. What starts like JSON is streamed as such, and read as
// YAML where it turns out to be that.
func (r *reader) read(path string, in io.Reader) {
	r.out.file = path
	in = guard{r.ctx, in}
	head := make([]byte, small)
	n, err := io.ReadFull(in, head)
	head = head[:n]
	switch {
	case err == nil:
		in = io.MultiReader(bytes.NewReader(head), in)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		in = bytes.NewReader(head)
	default:
		r.out.broken(1, "it cannot be read: "+cause(err).Error(), "make it readable, or leave it out of the paths")
		return
	}
	if !startsJSON(head) {
		r.readYAML(in, 1)
		return
	}
	r.readJSON(in, head)
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

func startsJSON(head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte(bom)), " \t\r\n")
	return len(head) > 0 && head[0] == '{'
}

const bom = "\xef\xbb\xbf"

// readJSON reads JSON documents in a row. YAML may follow behind a "---", and
// YAML in flow style may look like JSON at first.
func (r *reader) readJSON(in io.Reader, head []byte) {
	if bytes.HasPrefix(head, []byte(bom)) {
		if _, err := io.CopyN(io.Discard, in, int64(len(bom))); err != nil {
			return
		}
	}
	before := r.out.mark()
	src := newJSON(in)
	for documents := 0; ; documents++ {
		if src.shape() == noValue {
			r.endJSON(src, documents, head, before)
			return
		}
		r.walker.document(src)
		if src.err != nil {
			r.endJSON(src, documents, head, before)
			return
		}
	}
}

// endJSON tells the end of the input from what is no JSON.
func (r *reader) endJSON(src *jsonSource, documents int, head []byte, before mark) {
	if errors.Is(src.err, io.EOF) && !errors.Is(src.err, io.ErrUnexpectedEOF) {
		return
	}
	rest := bytes.TrimLeft(src.dec.UnreadBuffer(), " \t\r\n")
	if documents > 0 && bytes.HasPrefix(rest, []byte("---")) {
		line := src.line()
		r.readYAML(io.MultiReader(bytes.NewReader(rest), src.lines.r), line)
		return
	}
	if documents == 0 && len(head) < small && looksLikeYAML(head) {
		r.out.reset(before)
		r.readYAML(bytes.NewReader(head), 1)
		return
	}
	line := src.line()
	reason, grant := "it is no JSON from here on: "+plain(src.err), "mend it; what stands before is read"
	switch {
	case errors.Is(src.err, io.ErrUnexpectedEOF):
		reason, grant = "it ends in the middle of a JSON value", "get it whole; what stands before is read"
	case errors.Is(src.err, context.Canceled), errors.Is(src.err, context.DeadlineExceeded):
		return
	}
	r.out.broken(line, reason, grant)
}

// looksLikeYAML tells flow style or a template from broken JSON: JSON has
// its first key in quotes.
func looksLikeYAML(head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte(bom)), " \t\r\n")
	head = bytes.TrimLeft(head[1:], " \t\r\n")
	return len(head) > 0 && head[0] != '"' && head[0] != '}'
}

// plain gives an error's words without the decoder's name and offsets, which
// mean nothing beside a line.
func plain(err error) string {
	text := strings.TrimPrefix(err.Error(), "jsontext: ")
	if i := strings.Index(text, " after offset"); i > 0 {
		text = text[:i]
	}
	if i := strings.Index(text, " within "); i > 0 {
		text = text[:i]
	}
	return text
}

// lineOf reads the line in an error of the YAML parser, which counts from the
// start of what it was given.
func (r *reader) lineOf(err error) (line int) {
	if m := r.lineNo.FindStringSubmatch(err.Error()); m != nil {
		line, _ = strconv.Atoi(m[1])
	}
	return line
}

// yamlReason words an error of the YAML parser without its own prefix.
func (r *reader) yamlReason(err error) string {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if m := r.lineNo.FindStringIndex(text); m != nil && m[0] == 0 {
		text = strings.TrimPrefix(text[m[1]:], ": ")
	}
	return fmt.Sprintf("it is no YAML: %s", text)
}

// mark is a state of the outcome to which reset goes back.
type mark struct {
	gaps, namespaces, accounts, roles, bindings, workloads, pods, secrets int
}

func (out *outcome) mark() mark {
	s := &out.snap
	return mark{len(s.Gaps), len(s.Namespaces), len(s.ServiceAccounts), len(s.Roles), len(s.Bindings), len(s.Workloads), len(s.Pods), len(s.TokenSecrets)}
}

// reset forgets what came since m. Ignored kinds and implied namespaces of it
// come again with the second reading.
func (out *outcome) reset(m mark) {
	s := &out.snap
	s.Gaps, s.Namespaces, s.ServiceAccounts, s.Roles = s.Gaps[:m.gaps], s.Namespaces[:m.namespaces], s.ServiceAccounts[:m.accounts], s.Roles[:m.roles]
	s.Bindings, s.Workloads, s.Pods, s.TokenSecrets = s.Bindings[:m.bindings], s.Workloads[:m.workloads], s.Pods[:m.pods], s.TokenSecrets[:m.secrets]
}
