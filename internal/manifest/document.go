package manifest

import (
	"errors"
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

// addDocument gives the file with a document more, the values of all, and the
// index of the new one.
func (f *File) addDocument(e Edit, roots []*yaml.Node) (now *File, all []*yaml.Node, at int, err error) {
	object, _ := e.value.(Mapping)
	value, err := toNode(object)
	if err != nil {
		return nil, nil, 0, err
	}
	if badText(value) {
		return nil, nil, 0, errBadText
	}
	if there, err := f.takes(value); there || err != nil {
		return f, roots, 0, err
	}
	data, at, replaced, err := f.documentText(e, object)
	if err != nil {
		return nil, nil, 0, err
	}
	now, err = Parse(data, f.format, f.options)
	if err != nil {
		return nil, nil, 0, wrong(err)
	}
	if len(f.documents) > 0 && !slices.Equal(f.allComments(), now.allComments()) {
		return nil, nil, 0, wrong(errors.New("a comment would be lost"))
	}
	all = slices.Clone(roots)
	if replaced {
		all = slices.Delete(all, at, at+1)
	}
	return now, slices.Insert(all, at, value), at, nil
}

// takes says whether the file has the object already, or cannot take it.
func (f *File) takes(value *yaml.Node) (there bool, err error) {
	if f.format == JSON {
		return false, &Refusal{Line: 1, Reason: "a file of JSON holds one object", Way: "put the new object into a file beside it", whole: true}
	}
	name := nameKey(value)
	for _, d := range f.documents {
		switch {
		case d.refusal != nil && d.refusal.whole:
			return false, d.refusal
		case equal(d.root.Node, value):
			return true, nil
		case name != "" && nameKey(d.root.Node) == name:
			return false, &Refusal{Line: d.at(d.root.start), Reason: "the object is there, and says something else", Way: "edit it"}
		}
	}
	return false, nil
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

// documentText gives the bytes with the new document, its index, and whether
// it took the place of an empty one, behind a separator that ends the file.
func (f *File) documentText(e Edit, object Mapping) (data []byte, index int, replaced bool, err error) {
	if len(f.documents) == 0 {
		eol := eolAt(f.data, len(f.data))
		return f.put(len(f.data), f.ended(len(f.data), eol)+f.text(style{eol: eol, step: 2}, object)), 0, false, nil
	}
	d := f.documents[e.document]
	s := d.style()
	if e.place == Before || e.place == First {
		return f.documentBefore(e.document, s, object)
	}
	last := e.document == len(f.documents)-1
	switch {
	case last && d.open:
		return nil, 0, false, d.refuse(len(d.src), "the last text ends without a line end, and would gain one", "end the file with a line end")
	case last && e.document > 0 && isVoid(d.root.Node) && d.root.start == d.root.end:
		at := len(f.data)
		return f.put(at, f.ended(at, s.eol)+f.text(s, object)), e.document, true, nil
	}
	return f.put(d.end, f.ended(d.end, s.eol)+"---"+s.eol+f.text(s, object)), e.document + 1, false, nil
}

// documentBefore puts the new document at the separator of another; in front of
// the first one without a separator, above the comment that belongs to it.
func (f *File) documentBefore(i int, s style, object Mapping) ([]byte, int, bool, error) {
	d := f.documents[i]
	if d.marker >= 0 {
		return f.put(d.start+d.marker, "---"+s.eol+f.text(s, object)), i, false, nil
	}
	at := d.root.start
	if len(d.root.children) > 0 && !d.root.flow {
		at = d.glued(d.root.start, d.root.column, 0)
	}
	if len(d.spans) > 0 && at <= d.spans[0].from && d.spans[0].from < d.root.start || lineStart(d.src, at) != at {
		return nil, 0, false, d.refuse(at, "the head of the file would come to stand behind the new object", "add it behind, or put --- in front of the first object")
	}
	return f.put(at, f.text(s, object)+"---"+s.eol), i, false, nil
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

func (f *File) put(at int, text string) []byte {
	return slices.Concat(f.data[:at], []byte(text), f.data[at:])
}
