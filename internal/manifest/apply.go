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
	documents := slices.Clone(f.documents)
	var added []Edit
	for _, e := range edits {
		if e.operation == newDocument && !f.intoList(e) {
			added = append(added, e)
			continue
		}
		d, err := f.editable(documents, e)
		if err != nil {
			return nil, err
		}
		next, err := f.edit(d, e)
		if err != nil {
			return nil, err
		}
		if next != d {
			documents[e.document] = next
		}
	}
	data := f.join(documents)
	if len(added) == 0 && bytes.Equal(data, f.data) {
		return f.data, nil
	}
	return f.finish(data, documents, added)
}

func (f *File) editable(documents []*document, e Edit) (*document, error) {
	if e.document < 0 || e.document >= len(documents) {
		return nil, fmt.Errorf("edit a manifest: it has no document %d", e.document)
	}
	d := documents[e.document]
	if d.refusal != nil {
		return nil, d.refusal
	}
	if d == f.documents[e.document] { // edits change the nodes: those of the file stay
		fresh, err := (&File{data: d.src, format: f.format}).read(segment{end: len(d.src), marker: d.marker})
		if err != nil {
			return nil, wrong(err)
		}
		fresh.segment, fresh.line = d.segment, d.line
		return fresh, nil
	}
	return d, nil
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

// finish adds documents, and reads the whole once more.
func (f *File) finish(data []byte, documents []*document, added []Edit) ([]byte, error) {
	roots := make([]*yaml.Node, 0, len(documents))
	for _, d := range documents {
		roots = append(roots, d.root.Node)
	}
	now, err := Parse(data, f.format, f.options)
	if err != nil {
		return nil, wrong(err)
	}
	shift := make([]int, len(documents)) // from the index of before to that of now
	for _, e := range added {
		if e.document < 0 || e.document >= max(len(documents), 1) {
			return nil, fmt.Errorf("edit a manifest: it has no document %d", e.document)
		}
		if len(documents) > 0 {
			e.document += shift[e.document]
		}
		was := len(roots)
		var at int
		if now, roots, at, err = now.addDocument(e, roots); err != nil {
			return nil, err
		}
		for i := range shift {
			if len(roots) > was && i+shift[i] >= at {
				shift[i]++
			}
		}
	}
	if err := f.verify(now, roots); err != nil {
		return nil, err
	}
	return now.data, nil
}

// verify says that a file has the values that are meant, and ends its lines as
// this one.
func (f *File) verify(now *File, roots []*yaml.Node) error {
	if len(now.documents) != len(roots) {
		return wrong(errors.New("another number of documents"))
	}
	for i, d := range now.documents {
		if !equal(d.root.Node, roots[i]) {
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

// edit makes one edit in a document.
func (f *File) edit(d *document, e Edit) (*document, error) {
	c, err := d.change(e)
	if err != nil || c == nil {
		return d, err
	}
	src, err := splice(d.src, c.cuts)
	if err != nil {
		return nil, err
	}
	after := &File{data: src, format: f.format, options: f.options}
	next, err := after.read(segment{end: len(src), marker: d.marker})
	if err != nil {
		return nil, wrong(err)
	}
	next.segment, next.line = d.segment, d.line
	c.mutate()
	if next.refusal != nil || !equal(next.root.Node, d.root.Node) {
		return nil, wrong(errors.New("the result is not the object that is meant"))
	}
	if !sameComments(d, next, c) {
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
