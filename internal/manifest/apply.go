package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"
)

// errAbsent marks paths that lead nowhere; Delete has nothing to do there.
var errAbsent = errors.New("not there")

var errBadText = errors.New("edit a manifest: a value that is to be written is not UTF-8")

// cut replaces a piece of a document.
type cut struct {
	from, to int
	text     string
}

// change is what an edit does to the text, and to the nodes.
type change struct {
	cuts    []cut
	mutate  func()
	deletes bool // comments may go, those in the cuts
}

// Apply gives the file with edits made, one after the other: the path of each
// is one of the file as the edits before have left it, but documents keep their
// index. Without a change it gives the same bytes. The error is a *Refusal
// where an edit cannot be made safely; the bytes are nil then.
func (f *File) Apply(edits ...Edit) ([]byte, error) {
	f.refresh()
	documents := slices.Clone(f.documents)
	var whole []Edit // add or delete documents
	var order []int
	within := map[int][]Edit{}
	for _, e := range edits {
		switch {
		case e.operation == newDocument && !f.intoList(e), e.operation == oldDocument:
			whole = append(whole, e)
		default:
			if within[e.document] == nil {
				order = append(order, e.document)
			}
			within[e.document] = append(within[e.document], e)
		}
	}
	for _, i := range order {
		if err := f.editAll(documents, i, within[i]); err != nil {
			return nil, err
		}
	}
	data := f.join(documents)
	if len(whole) == 0 && bytes.Equal(data, f.data) {
		return f.data, nil
	}
	return f.finish(data, documents, whole)
}

// editAll makes the edits of one document: all at once where none of them can
// move what another means, else one after the other.
func (f *File) editAll(documents []*document, i int, edits []Edit) error {
	d, err := f.editable(documents, edits[0])
	if err != nil {
		return err
	}
	edits = d.apart(edits)
	if len(edits) > 1 && (descending(edits) || !slices.ContainsFunc(edits, Edit.shifts) && !meet(edits)) {
		if next, err := f.edit(d, edits...); err == nil {
			documents[i] = next
			return nil
		}
		if d, err = f.editable(documents, edits[0]); err != nil {
			return err
		}
	}
	for _, e := range edits {
		if d, err = f.edit(d, e); err != nil {
			return err
		}
	}
	documents[i] = d
	return nil
}

func (f *File) editable(documents []*document, e Edit) (*document, error) {
	if e.document < 0 || e.document >= len(documents) {
		return nil, fmt.Errorf("edit a manifest: it has no document %d", e.document)
	}
	d := documents[e.document]
	if d.refusal != nil {
		return nil, d.refusal
	}
	// Edits change the nodes. They are those of the file, which is read again
	// should it be used again.
	if d.stale {
		fresh, err := f.again(d)
		if err != nil {
			return nil, err
		}
		d = fresh
		documents[e.document], f.documents[e.document] = d, d
	}
	return d, nil
}

func (f *File) again(d *document) (*document, error) {
	fresh, err := (&File{data: d.src, format: f.format}).read(segment{end: len(d.src), marker: d.marker})
	if err != nil {
		return nil, wrong(err)
	}
	fresh.segment, fresh.line, fresh.refusal = d.segment, d.line, d.refusal
	return fresh, nil
}

// refresh reads again what edits have changed.
func (f *File) refresh() {
	for i, d := range f.documents {
		if d.stale {
			if fresh, err := f.again(d); err == nil {
				f.documents[i] = fresh
			}
		}
	}
}

func (f *File) join(documents []*document) []byte {
	if len(documents) == 0 { // comments at most
		return f.data
	}
	var data []byte
	for _, d := range documents {
		data = append(data, d.src...)
	}
	return data
}

// finish adds and deletes documents, and reads the whole once more.
func (f *File) finish(data []byte, documents []*document, whole []Edit) ([]byte, error) {
	roots := make([]*yaml.Node, 0, len(documents))
	for _, d := range documents {
		roots = append(roots, d.root.Node)
	}
	now := f.moved(data, documents)
	if len(whole) > 0 {
		var err error
		if data, roots, err = now.arrange(whole, roots); err != nil {
			return nil, err
		}
	}
	after, err := f.parseAfter(data, documents)
	if err != nil {
		return nil, wrong(err)
	}
	if !slices.ContainsFunc(whole, func(e Edit) bool { return e.operation == oldDocument }) && len(f.documents) > 0 &&
		!slices.Equal(now.allComments(), after.allComments()) {
		return nil, wrong(errors.New("a comment would be lost"))
	}
	if err := f.verify(after, roots); err != nil {
		return nil, err
	}
	return after.data, nil
}

// moved is the file with its documents edited, each in its new place.
func (f *File) moved(data []byte, documents []*document) *File {
	now := &File{data: data, format: f.format, options: f.options}
	at, line := 0, 1
	for _, d := range documents {
		copied := *d
		copied.start, copied.end, copied.line = at, at+len(d.src), line
		at, line = copied.end, line+bytes.Count(d.src, []byte("\n"))
		now.documents = append(now.documents, &copied)
	}
	return now
}

// parseAfter reads the outcome. A document whose text is one that is known is not
// read again: it was when its edits were made.
func (f *File) parseAfter(data []byte, documents []*document) (*File, error) {
	if f.format == JSON {
		return Parse(data, f.format, f.options)
	}
	if r := checkText(data); r != nil {
		return nil, r
	}
	known := make(map[string]*document, len(documents))
	for _, d := range documents {
		if d.stale {
			continue
		}
		known[string(d.src)] = d
		if d.marker > 0 { // its head goes to what is put in front of it
			known[string(d.src[d.marker:])] = d.beheaded()
		}
	}
	now := &File{data: data, format: f.format, options: f.options}
	for _, s := range split(data) {
		if d := known[string(data[s.start:s.end])]; d != nil && d.marker == s.marker {
			now.documents = append(now.documents, d)
			continue
		}
		d, err := now.read(s)
		if err != nil {
			return nil, err
		}
		now.documents = append(now.documents, d)
	}
	return now, nil
}

// beheaded is a document without what stands above its separator. Only what it
// means, and its comments, are right in it.
func (d *document) beheaded() *document {
	copied := *d
	copied.src, copied.comments, copied.spans = d.src[d.marker:], nil, nil
	for i, s := range d.spans {
		if s.from >= d.marker {
			copied.comments, copied.spans = append(copied.comments, d.comments[i]), append(copied.spans, s)
		}
	}
	copied.marker = 0
	return &copied
}

// verify says that a file has the values that are meant, and ends its lines as
// this one.
func (f *File) verify(now *File, roots []*yaml.Node) error {
	if len(now.documents) != len(roots) {
		return wrong(errors.New("another number of documents"))
	}
	for i, d := range now.documents {
		if d.root.Node != roots[i] && !equal(d.root.Node, roots[i]) {
			return wrong(fmt.Errorf("document %d is another object", i))
		}
	}
	if crlf(f.data) && !crlf(now.data) {
		return wrong(errors.New("another line end"))
	}
	return nil
}

func wrong(err error) error {
	return fmt.Errorf("edit a manifest: internal error, nothing is changed: %w", err)
}

// crlf says that all lines end with CR LF.
func crlf(data []byte) bool {
	lines := bytes.Count(data, []byte("\n"))
	return lines > 0 && lines == bytes.Count(data, []byte("\r\n"))
}

// edit makes edits in a document, all by the paths that it has now.
func (f *File) edit(d *document, edits ...Edit) (*document, error) {
	all := &change{}
	var mutate []func()
	// What is appended comes last: it may stand where something within the last
	// item is changed.
	slices.SortStableFunc(edits, func(a, b Edit) int { return appends(a) - appends(b) })
	for _, e := range edits {
		c, err := d.change(e)
		if err != nil {
			return nil, err
		}
		if c != nil {
			all.cuts, all.deletes = append(all.cuts, c.cuts...), all.deletes || c.deletes
			mutate = append(mutate, c.mutate)
		}
	}
	if len(mutate) == 0 {
		return d, nil
	}
	src, err := splice(d.src, all.cuts)
	if err != nil {
		return nil, err
	}
	after := &File{data: src, format: f.format, options: f.options}
	next, err := after.read(segment{end: len(src), marker: d.marker})
	if err != nil {
		return nil, wrong(err)
	}
	next.segment, next.line = d.segment, d.line
	d.stale = true
	for _, m := range mutate {
		m()
	}
	if next.refusal != nil || !equal(next.root.Node, d.root.Node) {
		return nil, wrong(errors.New("the result is not the object that is meant"))
	}
	if !sameComments(d, next, all) {
		return nil, wrong(errors.New("a comment would be lost"))
	}
	if crlf(d.src) && !crlf(src) {
		return nil, wrong(errors.New("a line would end otherwise"))
	}
	return next, nil
}

func splice(src []byte, cuts []cut) ([]byte, error) {
	slices.SortStableFunc(cuts, func(a, b cut) int { return a.from - b.from })
	var out []byte
	at := 0
	for _, c := range cuts {
		if c.from < at || c.to < c.from {
			return nil, wrong(errors.New("edits overlap"))
		}
		out = append(append(out, src[at:c.from]...), c.text...)
		at = c.to
	}
	return append(out, src[at:]...), nil
}

// sameComments says that the comments are those of before, but for those that
// a deletion cut.
func sameComments(before, after *document, c *change) bool {
	var kept []string
	for i, s := range before.spans {
		gone := c.deletes && slices.ContainsFunc(c.cuts, func(c cut) bool { return c.from <= s.from && s.to <= c.to })
		if !gone {
			kept = append(kept, before.comments[i])
		}
	}
	return slices.Equal(kept, after.comments)
}

// change gives what an edit does; nil where nothing is to be done.
func (d *document) change(e Edit) (*change, error) {
	if e.operation == newDocument {
		e.operation, e.path = add, Path{"items"}
	}
	value, err := toNode(e.value)
	if err != nil {
		return nil, err
	}
	if badText(value) {
		return nil, errBadText
	}
	at, err := d.resolve(e.path)
	if errors.Is(err, errAbsent) && e.operation == remove {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	switch e.operation {
	case set:
		return d.set(at, e, value)
	case insert:
		return d.insert(at, e, value)
	case remove:
		return d.remove(at, e)
	}
	return d.add(at, e, value)
}
