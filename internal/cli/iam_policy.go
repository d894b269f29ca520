package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"podpass/internal/iam"
)

// mostPolicyBytes bounds a file with a policy. It is more than iam.MaxBytes:
// "aws iam get-role" writes more than the document, and the API encodes it.
const mostPolicyBytes = 4 << 20

// policyFile is a file that holds a policy: by itself, or within what "aws iam
// get-role" writes.
type policyFile struct {
	name string // as shown
	data []byte // as read
	text []byte // the document, with blanks before it so that places are those of the file
	// within is the pointer of the document in the file; empty where it is the
	// whole of it.
	within string
	role   string // ARN of the role, where the file tells it
	// coded is set where the document is a string in the file, which stands at
	// line and column; places in text are then its own.
	coded        bool
	line, column int
}

// policyError is why a file with a policy is refused. Line and column are 0
// where the file could not be read at all.
type policyError struct {
	file string
	at   iam.Error
}

// Error names the place as compilers do, so that editors can go there.
func (e *policyError) Error() string {
	text := e.file
	if e.at.Line > 0 {
		text += fmt.Sprintf(":%d:%d", e.at.Line, e.at.Column)
	}
	if e.at.Pointer != "" {
		text += " (" + e.at.Pointer + ")"
	}
	return text + ": " + e.at.Message
}

// readPolicy reads a file, or standard input where it is named "-".
func (a *app) readPolicy(file string) (*policyFile, error) {
	f := &policyFile{name: file}
	var err error
	if file == stdin {
		f.name = "standard input"
		a.askedForInput("a policy")
		f.data, err = bounded(a.stdin)
	} else {
		f.data, err = readPolicyFile(file)
	}
	if err != nil {
		return nil, &policyError{f.name, iam.Error{Message: cause(err).Error()}}
	}
	return f, f.find()
}

func readPolicyFile(file string) ([]byte, error) {
	in, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return bounded(in)
}

func bounded(in io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(in, mostPolicyBytes+1))
	if err == nil && len(data) > mostPolicyBytes {
		return nil, fmt.Errorf("it is larger than %d MiB: no policy is", mostPolicyBytes>>20)
	}
	return data, err
}

// parse reads the document as a policy of a kind.
func (f *policyFile) parse(kind iam.Kind) (*iam.Document, error) {
	doc, err := iam.Parse(f.text, kind)
	var refused *iam.Error
	if !errors.As(err, &refused) {
		return doc, err
	}
	e := *refused
	e.Pointer = f.within + e.Pointer
	if f.coded {
		e.Message = fmt.Sprintf("%s (line %d, column %d of the document in this string)", e.Message, e.Line, e.Column)
	}
	e.Line, e.Column = f.place(e.Line, e.Column)
	return nil, &policyError{f.name, e}
}

// place turns a place in the document into one in the file.
func (f *policyFile) place(line, column int) (int, int) {
	if f.coded {
		return f.line, f.column
	}
	return line, column
}

// Members of what "aws iam get-role" writes.
const (
	memberRole  = "Role"
	memberTrust = "AssumeRolePolicyDocument"
)

// find looks where in the file the document is. What is no output of get-role
// is left to the parser, which tells what is wrong with it.
func (f *policyFile) find() error {
	f.text = f.data
	d := jsontext.NewDecoder(bytes.NewReader(f.data))
	if t, err := d.ReadToken(); err != nil || t.Kind() != '{' {
		return nil
	}
	name, err := d.ReadToken()
	if err != nil || name.Kind() != '"' || name.String() != memberRole || d.PeekKind() != '{' {
		return nil
	}
	if _, err := d.ReadToken(); err != nil {
		return f.broken(d, err)
	}
	for found := false; ; {
		name, err := d.ReadToken()
		switch {
		case err != nil:
			return f.broken(d, err)
		case name.Kind() == '}' && !found:
			return f.refuse(d.InputOffset()-1, "/"+memberRole, memberTrust+" is missing: this is no output of aws iam get-role")
		case name.Kind() == '}':
			return f.rest(d)
		}
		found = found || name.String() == memberTrust
		if err := f.member(d, name.String()); err != nil {
			return err
		}
	}
}

// member reads the value of a member of the role: the document, or the ARN. All
// else is passed over.
func (f *policyFile) member(d *jsontext.Decoder, name string) error {
	value, err := d.ReadValue()
	if err != nil {
		return f.broken(d, err)
	}
	if name == "Arn" {
		text, _ := jsontext.AppendUnquote(nil, value)
		if c, err := iam.ParseCaller(string(text)); err == nil && c.Kind() == "role" {
			f.role = c.ARN()
		}
	}
	if name != memberTrust {
		return nil
	}
	end := d.InputOffset()
	start := end - int64(len(value))
	f.within = "/" + memberRole + "/" + memberTrust
	if value.Kind() == '"' {
		return f.decode(value, start)
	}
	f.text = append(blank(f.data[:start]), f.data[start:end]...)
	return nil
}

// rest refuses what is broken behind the document.
func (f *policyFile) rest(d *jsontext.Decoder) error {
	for {
		if _, err := d.ReadToken(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return f.broken(d, err)
		}
	}
}

// decode reads a document as the API gives it: percent-encoded in a string.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html
func (f *policyFile) decode(value jsontext.Value, start int64) error {
	f.coded = true
	f.line, f.column = lineAndColumn(f.data, start)
	text, err := jsontext.AppendUnquote(nil, value)
	if err == nil && !bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) {
		var plain string
		plain, err = url.PathUnescape(string(text))
		text = []byte(plain)
	}
	if err != nil {
		return f.refuse(start, f.within, "the document is no URL-encoded text: "+err.Error())
	}
	f.text = text
	return nil
}

// blank replaces each character by a space, so that the place of what follows
// stays.
func blank(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		if r != '\n' {
			r = ' '
		}
		out = append(out, byte(r))
		text = text[size:]
	}
	return out
}

func (f *policyFile) broken(d *jsontext.Decoder, err error) error {
	offset := d.InputOffset()
	message := "the file ends too early: save the whole output"
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		offset = syntax.ByteOffset
		if !errors.Is(syntax.Err, io.ErrUnexpectedEOF) {
			message = "this is no JSON: " + syntax.Err.Error()
		}
	}
	return f.refuse(offset, string(d.StackPointer()), message)
}

func (f *policyFile) refuse(offset int64, pointer, message string) error {
	line, column := lineAndColumn(f.data, offset)
	return &policyError{f.name, iam.Error{Line: line, Column: column, Pointer: pointer, Message: message}}
}

// lineAndColumn are from 1, in characters.
func lineAndColumn(data []byte, offset int64) (line, column int) {
	before := data[:min(max(offset, 0), int64(len(data)))]
	return 1 + bytes.Count(before, []byte("\n")), 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
}

// kindOfPolicy tells the kind by what stands in the statements: principals and
// nothing but actions of STS on no resource make a trust policy, else
// principals a policy of a resource. Up to where the JSON breaks.
func kindOfPolicy(data []byte) iam.Kind {
	var principal, resource, other bool
	d := jsontext.NewDecoder(bytes.NewReader(data))
	for {
		t, err := d.ReadToken()
		if err != nil {
			break
		}
		switch element := statementElement(string(d.StackPointer())); element {
		case "Principal", "NotPrincipal":
			principal = true
		case "Resource", "NotResource":
			resource = true
		case "Action", "NotAction":
			text := t.String()
			other = other || t.Kind() == '"' && text != element && !hasFoldPrefix(text, "sts:")
		}
	}
	switch {
	case principal && !resource && !other:
		return iam.Trust
	case principal:
		return iam.Resource
	}
	return iam.Identity
}

func hasFoldPrefix(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// statementElement gives the element of a statement at which a pointer leads,
// or in which it leads; empty elsewhere.
func statementElement(pointer string) string {
	parts := strings.Split(pointer, "/")
	if len(parts) < 3 || parts[1] != "Statement" {
		return ""
	}
	if _, err := strconv.Atoi(parts[2]); err == nil {
		parts = parts[1:]
	}
	if len(parts) < 3 {
		return ""
	}
	return parts[2]
}
