package manifest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

func itoa(n int) string { return strconv.Itoa(n) }

// intoList says that an object is added to a List.
func (f *File) intoList(e Edit) bool {
	if e.document < 0 || e.document >= len(f.documents) {
		return false
	}
	root := f.documents[e.document].root
	i := root.child("kind")
	return i >= 0 && root.children[i].value.Value == "List"
}

// arrangement is what adding and deleting documents makes of a file.
type arrangement struct {
	f      *File
	roots  []*yaml.Node
	there  map[string]*yaml.Node // by nameKey, with those that are added
	pieces []piece
	gone   map[int]bool // documents that go, or whose place a new one takes
}

// piece is a text that is put in front of an offset, with the value of a
// document that comes to stand in front of another, if it is one.
type piece struct {
	at    int
	text  string
	value *yaml.Node
	index int
	front bool // it belongs to the document behind it
}

// arrange gives the bytes of a file with documents added and deleted, and the
// values of all. The file has none of these edits yet.
func (f *File) arrange(edits []Edit, roots []*yaml.Node) ([]byte, []*yaml.Node, error) {
	a := &arrangement{f: f, roots: roots, there: map[string]*yaml.Node{}, gone: map[int]bool{}}
	for _, d := range f.documents {
		if name := nameKey(d.root.Node); name != "" {
			a.there[name] = d.root.Node
		}
	}
	for _, e := range edits {
		if e.document < 0 || e.document >= max(len(f.documents), 1) {
			return nil, nil, fmt.Errorf("edit a manifest: it has no document %d", e.document)
		}
		work := a.add
		if e.operation == oldDocument {
			work = a.remove
		}
		if err := work(e); err != nil {
			return nil, nil, err
		}
	}
	data, all := a.put()
	return data, all, nil
}

func (a *arrangement) add(e Edit) error {
	object, _ := e.value.(Mapping)
	value, err := toNode(object)
	if err != nil {
		return err
	}
	if badText(value) {
		return errBadText
	}
	if there, err := a.takes(value); there || err != nil {
		return err
	}
	p, err := a.text(e, object)
	if err != nil {
		return err
	}
	p.value = value
	a.pieces = append(a.pieces, p)
	if name := nameKey(value); name != "" {
		a.there[name] = value
	}
	return nil
}

// remove takes away a document's text: with the separator above it, or where it
// has none, that below.
func (a *arrangement) remove(e Edit) error {
	d := a.f.documents[e.document]
	switch {
	case d.refusal != nil:
		return d.refusal
	case len(a.gone)+1 == len(a.f.documents) && !a.gone[e.document]:
		return d.refuse(d.root.start, "it is the only object of the file", "delete the file")
	case d.marker < 0 && a.f.documents[1].marker < 0:
		return d.refuse(d.root.start, "no separator stands between it and the next", "delete it by hand")
	case d.marker > 0 || d.marker < 0 && len(d.spans) > 0 && d.spans[0].from < d.root.start:
		return d.refuse(d.root.start, "the head of the file stands above it", "delete it by hand")
	}
	a.gone[e.document] = true
	return nil
}

// put gives the bytes and values of the outcome.
func (a *arrangement) put() ([]byte, []*yaml.Node) {
	slices.SortStableFunc(a.pieces, func(p, q piece) int {
		if p.at == q.at && p.front != q.front {
			if q.front {
				return -1
			}
			return 1
		}
		return p.at - q.at
	})
	var data []byte
	var all []*yaml.Node
	at, next := 0, 0
	pieces := func(to int, index int) {
		for next < len(a.pieces) && a.pieces[next].at <= to && a.pieces[next].index <= index {
			p := a.pieces[next]
			data = append(append(data, a.f.data[at:p.at]...), p.text...)
			all, at = append(all, p.value), p.at
			next++
		}
	}
	for i, d := range a.f.documents {
		pieces(d.end, i)
		if a.gone[i] && !(isVoid(d.root.Node) && d.root.start == d.root.end) {
			data = append(data, a.f.data[at:max(at, d.start)]...)
			at = max(at, d.end)
			if d.marker < 0 && len(data) == 0 {
				at = a.firstLeft(i + 1)
			}
			continue
		}
		if !a.gone[i] {
			all = append(all, a.roots[i])
		}
	}
	pieces(len(a.f.data), len(a.f.documents))
	return append(data, a.f.data[at:]...), all
}

// firstLeft is where the first document that stays from the i-th on begins: behind
// its separator, as it becomes the first of the file.
func (a *arrangement) firstLeft(i int) int {
	for ; i < len(a.f.documents); i++ {
		d := a.f.documents[i]
		if a.gone[i] {
			continue
		}
		end := lineEnd(d.src, d.marker)
		if !blank(d.src[d.marker+len("---") : end]) {
			return d.start
		}
		return d.start + end + breakAt(d.src, end)
	}
	return len(a.f.data)
}

// takes says whether the file has the object already, or cannot take it.
func (a *arrangement) takes(value *yaml.Node) (there bool, err error) {
	if a.f.format == JSON {
		return false, &Refusal{Line: 1, Reason: "a file of JSON holds one object", Way: "put the new object into a file beside it", whole: true}
	}
	for _, d := range a.f.documents {
		if d.refusal != nil && d.refusal.whole {
			return false, d.refusal
		}
	}
	other := a.there[nameKey(value)]
	switch {
	case other == nil:
		return false, nil
	case equal(other, value):
		return true, nil
	}
	line := 1
	for _, d := range a.f.documents {
		if d.root.Node == other {
			line = d.at(d.root.start)
		}
	}
	return false, &Refusal{Line: line, Reason: "the object is there, and says something else", Way: "edit it"}
}

// nameKey is what tells objects apart.
func nameKey(n *yaml.Node) string {
	top, _ := decode(n).(map[string]any)
	meta, _ := top["metadata"].(map[string]any)
	if text(meta["name"]) == "" {
		return ""
	}
	return strings.Join([]string{text(top["apiVersion"]), text(top["kind"]), text(meta["namespace"]), text(meta["name"])}, "\x00")
}

func (f *File) allComments() []string {
	var list []string
	for _, d := range f.documents {
		list = append(list, d.comments...)
	}
	return list
}

// text gives the text of a new document and where it goes.
func (a *arrangement) text(e Edit, object Mapping) (piece, error) {
	f := a.f
	if len(f.documents) == 0 {
		eol := eolAt(f.data, len(f.data))
		start := f.ended(len(f.data), eol)
		if len(a.pieces) > 0 {
			start = "---" + eol
		}
		return piece{at: len(f.data), text: start + f.text(style{eol: eol, step: 2}, object)}, nil
	}
	i := e.document
	d := f.documents[i]
	s := d.style()
	if e.place == Before || e.place == First {
		return f.documentBefore(i, s, object)
	}
	last := i == len(f.documents)-1
	switch {
	case last && d.open:
		return piece{}, d.refuse(len(d.src), "the last text ends without a line end, and would gain one", "end the file with a line end")
	case last && i > 0 && isVoid(d.root.Node) && d.root.start == d.root.end && !a.gone[i]:
		a.gone[i] = true
		return piece{at: len(f.data), text: f.ended(len(f.data), s.eol) + f.text(s, object), index: i + 1}, nil
	}
	start := "---" + s.eol
	if !slices.ContainsFunc(a.pieces, func(p piece) bool { return p.at == d.end && p.index == i+1 }) {
		start = f.ended(d.end, s.eol) + start
	}
	return piece{at: d.end, text: start + f.text(s, object), index: i + 1}, nil
}

// Fronts tells whether AddDocument can put an object in front of a document: not
// where a comment above it may be the head of the file.
func (f *File) Fronts(document int) bool {
	if document < 0 || document >= len(f.documents) {
		return false
	}
	_, err := f.documentBefore(document, f.documents[document].style(), Mapping{})
	return err == nil
}

// documentBefore puts the new document at the separator of another; in front of
// the first one without a separator, above the comment that belongs to it.
func (f *File) documentBefore(i int, s style, object Mapping) (piece, error) {
	d := f.documents[i]
	if d.marker >= 0 {
		return piece{at: d.start + d.marker, text: "---" + s.eol + f.text(s, object), index: i, front: true}, nil
	}
	at := d.root.start
	if len(d.root.children) > 0 && !d.root.flow {
		at = d.glued(d.root.start, d.root.column, 0)
	}
	if len(d.spans) > 0 && at <= d.spans[0].from && d.spans[0].from < d.root.start || lineStart(d.src, at) != at {
		return piece{}, d.refuse(at, "the head of the file would come to stand behind the new object", "add it behind, or put --- in front of the first object")
	}
	return piece{at: at, text: f.text(s, object) + "---" + s.eol, index: i, front: true}, nil
}

func (f *File) text(s style, object Mapping) string {
	return strings.Join(s.lines(object, 0), s.eol) + s.eol
}

// ended gives the line end that the text in front of an offset lacks.
func (f *File) ended(at int, eol string) string {
	if at == 0 || endsLine(f.data[:at]) || string(f.data[:at]) == bom {
		return ""
	}
	return eol
}
