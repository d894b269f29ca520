// Package manifest edits Kubernetes manifests in place: bytes and edits in,
// bytes out, and every byte outside an edit stays: comments, quotes,
// indentation, blank lines, line ends, byte order mark, the style of JSON.
//
// It never prints a parsed tree. It parses, finds the text of each value,
// splices, and reads the result again: where that is not the object meant,
// Apply gives an error and no bytes. What cannot be edited safely is a Refusal,
// with line and way out: a value that an alias or a merge key shares, templates,
// patches of kustomize, generated files, files of sops, exports of live objects,
// and what the parser and kubectl would read differently.
//
// It reads no files, and never quotes their values in errors.
package manifest

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Format is how a file is written. A file of YAML may have JSON in it.
type Format int

// The formats; JSON is for files that must stay JSON, one value each.
const (
	YAML Format = iota
	JSON
)

// Options change what is refused.
type Options struct {
	EditGenerated bool // files that say that they are generated, or rendered from a chart
}

// File is a parsed file. It keeps the bytes it is made of, which must not
// change.
type File struct {
	data      []byte
	format    Format
	options   Options
	documents []*document
}

// Document is one of a file: a YAML document, counted as kubectl does with
// empty ones, or the value of a JSON file.
type Document struct {
	Index int
	Line  int // of its first key; from 1
	APIVersion, Kind,
	Namespace, Name string
	// Value is what it says: map[string]any, []any, string, bool, nil, or
	// Number for what is neither. Aliases and merge keys are followed.
	Value any
	// Refusal says why it cannot be edited; nil where it can.
	Refusal *Refusal
}

type document struct {
	segment
	src      []byte // of the segment
	line     int    // of the segment's first line, from 1
	root     *node  // nil where the layout is refused
	comments []string
	spans    []span
	open     bool
	refusal  *Refusal
	json     bool
	counted  int // up to which offset lines were counted, and how many ended
	breaks   int
	stale    bool // edits have changed the nodes: it is read again before it is used
}

// Parse reads a file. The error is a *Refusal where nothing in it can be
// edited: it is not UTF-8, or the parser does not understand it.
func Parse(data []byte, format Format, options Options) (*File, error) {
	f := &File{data: data, format: format, options: options}
	if r := checkText(data); r != nil {
		return nil, r
	}
	segments := []segment{{end: len(data), marker: -1}}
	if format == YAML {
		segments = split(data)
	}
	at, line := 0, 1
	for _, s := range segments {
		line += bytes.Count(data[at:s.start], []byte("\n"))
		at = s.start
		d, err := f.readAt(s, line)
		if err != nil {
			return nil, err
		}
		f.documents = append(f.documents, d)
	}
	f.markGenerated()
	return f, nil
}

// checkText refuses what the parser would read, but not at the offsets that it
// tells.
func checkText(data []byte) *Refusal {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return &Refusal{Line: 1, Reason: "it is UTF-16", Way: "save it as UTF-8", whole: true}
	}
	if !utf8.Valid(data) {
		at := 0
		for at < len(data) {
			r, size := utf8.DecodeRune(data[at:])
			if r == utf8.RuneError && size == 1 {
				break
			}
			at += size
		}
		return &Refusal{Line: lineOf(data, at), Reason: "it is not UTF-8", Way: "save it as UTF-8", whole: true}
	}
	for at, c := range data {
		if c == '\r' && (at+1 == len(data) || data[at+1] != '\n') {
			return &Refusal{Line: lineOf(data, at), Reason: "a line ends with CR alone", Way: "end lines with LF or CR LF", whole: true}
		}
	}
	return nil
}

// read lays out a document.
func (f *File) read(s segment) (*document, error) { return f.readAt(s, lineOf(f.data, s.start)) }

// readAt is read where the line is known on which the document starts.
func (f *File) readAt(s segment, line int) (*document, error) {
	d := &document{segment: s, src: f.data[s.start:s.end], line: line, json: f.format == JSON}
	if d.json {
		root, refusal := readJSON(d.src)
		if refusal != nil {
			return nil, refusal
		}
		d.root = root
	} else if err := d.layout(); err != nil {
		return nil, err
	}
	if d.refusal == nil {
		d.refusal = d.check()
	}
	return d, nil
}

func (d *document) layout() error {
	root, err := parse(d.src)
	if err != nil {
		return parserRefusal(err, d.src, d.line)
	}
	l := &layout{src: d.src, lines: lineStarts(d.src)}
	d.root = l.document(root)
	if l.refusal != nil {
		d.refusal = l.refusal
		d.refusal.Line += d.line - 1
	}
	d.open, d.spans = l.open, l.comments
	for _, c := range l.comments {
		d.comments = append(d.comments, string(bytes.TrimRight(d.src[c.from:c.to], " \t")))
	}
	return nil
}

// parse gives the value of the only document. A panic of the parser is an
// error.
func parse(src []byte) (value *yaml.Node, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("the parser gives up on it")
		}
	}()
	decoder := yaml.NewDecoder(bytes.NewReader(src))
	var n, more yaml.Node
	if err := decoder.Decode(&n); errors.Is(err, io.EOF) {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"}, nil
	} else if err != nil {
		return nil, err
	}
	if err := decoder.Decode(&more); err == nil {
		return nil, errors.New("two documents without a separator that kubectl knows")
	} else if !errors.Is(err, io.EOF) {
		return nil, err
	}
	return n.Content[0], nil
}

// at gives the line of the file for an offset of the document. It counts on from
// the offset that was asked for last.
func (d *document) at(offset int) int {
	if offset < d.counted {
		d.counted, d.breaks = 0, 0
	}
	d.breaks += bytes.Count(d.src[d.counted:offset], []byte("\n"))
	d.counted = offset
	return d.line + d.breaks
}

func (d *document) refuse(offset int, reason, way string) *Refusal {
	return &Refusal{Line: d.at(offset), Reason: reason, Way: way}
}
