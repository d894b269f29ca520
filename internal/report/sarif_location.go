package report

import (
	"cmp"
	"path"
	"strings"

	"podpass/internal/audit"
)

// artifactURI is where a result is shown: its file, as a relative reference or
// a file URI; standard input and live objects get a path that is none, but
// names them.
func artifactURI(r *audit.Result) string {
	if r.Source == nil || r.Source.File == "" {
		o := r.Object
		return "kubernetes/" + segment(cmp.Or(o.Namespace, "_cluster")) + "/" + segment(o.Kind) + "/" + segment(o.Name)
	}
	return fileURI(r.Source.File)
}

func fileURI(file string) string {
	switch {
	case file == "-":
		return "stdin"
	case path.IsAbs(file):
		return "file://" + segments(path.Clean(file))
	}
	return segments(path.Clean(file))
}

func segments(file string) string {
	parts := strings.Split(file, "/")
	for i := range parts {
		parts[i] = percent(parts[i])
	}
	return strings.Join(parts, "/")
}

// segment is one name in a path; none is empty, and none leads upwards.
func segment(name string) string {
	if strings.Trim(name, ".") == "" {
		name = "_" + name
	}
	return percent(name)
}

// percent encodes all but the characters that no part of a URI uses for
// itself (RFC 3986, 2.3). net/url would do less: it leaves ":" as it is, which
// in the first segment makes a scheme of it.
func percent(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteString("%" + string(hex[c>>4]) + string(hex[c&15]))
	}
	return b.String()
}

// region is the first character of the line where the object stands: GitHub
// wants all four numbers, and no result without them.
func region(r *audit.Result) sarifRegion {
	line := 1
	if r.Source != nil && r.Source.Line > 0 {
		line = r.Source.Line
	}
	return sarifRegion{StartLine: line, StartColumn: 1, EndLine: line, EndColumn: 2}
}

func logical(o audit.Object) sarifLogical {
	name := o.Kind + "/" + o.Name
	if o.Namespace != "" {
		name = o.Namespace + "/" + name
	}
	if o.Container != "" {
		name += "/" + o.Container
	}
	return sarifLogical{Name: Escape(o.Name), FullyQualifiedName: Escape(name), Kind: "resource"}
}
