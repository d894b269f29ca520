package files

import (
	"slices"
	"strings"
	"unicode/utf8"

	"podpass/internal/snapshot"
)

// problem is why an object is refused.
type problem struct {
	line       int
	what, mend string
}

// located is a problem in a field, which may be none of the object's kind.
type located struct {
	area string
	problem
}

// note keeps the first problem of each area.
func (o *object) note(area string, p problem) {
	if !o.hasProblem(area) {
		o.problems = append(o.problems, located{area, p})
	}
}

func (o *object) hasProblem(area string) bool {
	return slices.ContainsFunc(o.problems, func(p located) bool { return p.area == area })
}

// areaOf names the field in which a problem lies, as closely as is needed to
// tell whether objects of a kind have it.
func areaOf(path []step) string {
	switch {
	case len(path) == 0:
		return ""
	case len(path) == 1:
		return path[0].name
	case path[0].name == "status":
		return "status." + path[1].name
	case path[0].name != "spec":
		return path[0].name
	case path[1].name == "template", path[1].name == "jobTemplate":
		return "spec." + path[1].name
	}
	return "spec.pod"
}

// nameless gives the problem for which not even the kind of an object is
// certain, or its place in a list.
func (o *object) nameless(k *kind) *problem {
	for i := range o.problems {
		p := &o.problems[i]
		switch {
		case p.area == "kind" && (o.apiVersion != "" || o.meta.name != ""),
			p.area == "apiVersion" && isKnownName(o.kind),
			p.area == "items" && (o.isList || strings.HasSuffix(o.kind, "List")),
			p.area == "" && k == nil: // no mapping at all
			return &p.problem
		}
	}
	switch {
	case o.meta.name == "" || o.isList:
	case o.apiVersion == "" && isKnownName(o.kind):
		return &problem{line: o.line, what: o.kind + " " + o.meta.name + ": apiVersion is missing", mend: "give the object its apiVersion"}
	case !strings.Contains(o.apiVersion, "/") && o.apiVersion != "v1" && isKnownName(o.kind):
		return &problem{line: o.line, what: o.kind + " " + o.meta.name + ": its apiVersion is none that Kubernetes serves", mend: "write the apiVersion of the kind, such as v1"}
	case o.kind == "" && isKnownGroup(o.apiVersion):
		return &problem{line: o.line, what: o.meta.name + ": kind is missing", mend: "give the object its kind"}
	}
	return nil
}

// refusal gives the problem for which the API server would refuse an object.
func (o *object) refusal(k *kind) *problem {
	for i := range o.problems {
		if k.has(o.problems[i].area) {
			return &o.problems[i].problem
		}
	}
	switch {
	case o.meta.name == "":
		return &problem{line: o.line, what: "metadata.name is missing", mend: "give the object a name"}
	case !k.cluster && o.meta.namespace != "" && !isLabel(o.meta.namespace):
		return &problem{line: o.line, what: "metadata.namespace is no name of a namespace", mend: "use small letters, digits and -, at most 63"}
	case k.name == snapshot.KindClusterRole && o.aggregate != nil && len(*o.aggregate) == 0:
		return &problem{line: o.line, what: "aggregationRule has no clusterRoleSelectors, where the API server asks for one", mend: "give it one, or leave the field out"}
	}
	return nil
}

// unquoted leaves out of a parser's words what it quotes from the file, which
// may be a secret: the place says where to look. A single character is none,
// and mostly what the parser expected.
func unquoted(text string) string {
	var b strings.Builder
	for {
		i := strings.IndexAny(text, "'\"`")
		if i < 0 {
			return b.String() + text
		}
		if _, n := utf8.DecodeRuneInString(text[i+1:]); strings.HasPrefix(text[i+1+n:], text[i:i+1]) {
			b.WriteString(text[:i+1+n+1])
			text = text[i+1+n+1:]
			continue
		}
		b.WriteString(strings.TrimRight(text[:i], " "))
		end := strings.LastIndexByte(text[i+1:], text[i])
		if end < 0 {
			return b.String()
		}
		text = text[i+1+end+1:]
	}
}

// isLabel tells whether a name is a DNS-1123 label, as that of a namespace
// must be.
func isLabel(name string) bool {
	if name == "" || len(name) > 63 || name[0] == '-' || name[len(name)-1] == '-' {
		return false
	}
	return !strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-'
	})
}
