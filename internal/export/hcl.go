package export

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/norm"
)

// hcl is a body of Terraform's language as `terraform fmt` writes it.
// https://developer.hashicorp.com/terraform/language/style
type hcl struct {
	out    strings.Builder
	indent string
	run    []attribute // single lines, whose = stand below each other
	inside bool        // whether there is something in the body
	err    error       // the first value that cannot be written
}

type attribute struct{ key, value string }

// Values of attributes: a string, a bool, a list, an object, JSON as it is read,
// or one of these.
type (
	expression string // written as it is
	list       []any
	object     []member
	member     struct {
		key   string
		value any
	}
	// encoded is a value that jsonencode makes text of.
	encoded struct{ of any }
	// setOf is a list of which toset makes a set.
	setOf struct{ of list }
)

// attr writes an attribute.
func (h *hcl) attr(key string, value any) {
	text, err := h.value(value, h.indent)
	if err != nil {
		h.fail(key, err)
		return
	}
	h.inside = true
	if strings.Contains(text, "\n") {
		h.align()
		h.out.WriteString(h.indent + key + " = " + text + "\n")
		return
	}
	h.run = append(h.run, attribute{key, text})
}

// gap is an empty line.
func (h *hcl) gap() {
	h.align()
	h.out.WriteString("\n")
}

// json writes an attribute of which the text is JSON.
func (h *hcl) json(key string, text []byte) {
	value, err := jsonValue(text)
	if err != nil {
		h.fail(key, err)
		return
	}
	h.attr(key, value)
}

// fail keeps the first error.
func (h *hcl) fail(key string, err error) {
	if h.err == nil {
		h.err = fmt.Errorf("%s: %w", key, err)
	}
}

// align writes the run of single lines.
func (h *hcl) align() {
	h.out.WriteString(aligned(h.indent, h.run))
	h.run = nil
}

func aligned(indent string, run []attribute) string {
	most := 0
	for _, a := range run {
		most = max(most, uniseg.GraphemeClusterCount(a.key))
	}
	var b strings.Builder
	for _, a := range run {
		pad := strings.Repeat(" ", most-uniseg.GraphemeClusterCount(a.key))
		b.WriteString(indent + a.key + pad + " = " + a.value + "\n")
	}
	return b.String()
}

// block writes a block, behind an empty line where something stands before it.
// Labels are plain words.
func (h *hcl) block(head string, body func()) {
	h.align()
	if h.inside {
		h.out.WriteString("\n")
	}
	h.out.WriteString(h.indent + head + " {\n")
	h.indent, h.inside = h.indent+"  ", false
	body()
	h.align()
	h.indent, h.inside = strings.TrimSuffix(h.indent, "  "), true
	h.out.WriteString(h.indent + "}\n")
}

// note writes a comment in front of what comes next.
func (h *hcl) note(text string) {
	h.align()
	if h.inside {
		h.out.WriteString("\n")
	}
	h.inside = false
	h.out.WriteString(comment(h.indent, text))
}

func (h *hcl) bytes() []byte {
	h.align()
	return []byte(h.out.String())
}

// value writes a value whose first line stands behind an =.
func (h *hcl) value(v any, indent string) (string, error) {
	switch v := v.(type) {
	case expression:
		return string(v), nil
	case string:
		return literal(v)
	case json.Number, bool:
		return fmt.Sprint(v), nil
	case nil:
		return "null", nil
	case list:
		return h.list(v, indent)
	case object:
		return h.object(v, indent)
	case encoded:
		return h.call("jsonencode", v.of, indent)
	case setOf:
		return h.call("toset", v.of, indent)
	}
	return "", fmt.Errorf("a %T has no form in HCL", v)
}

func (h *hcl) call(name string, of any, indent string) (string, error) {
	text, err := h.value(of, indent)
	return name + "(" + text + ")", err
}

// list writes a list of one short item on a line, else each item on its own.
func (h *hcl) list(items list, indent string) (string, error) {
	var b strings.Builder
	for _, item := range items {
		text, err := h.value(item, indent+"  ")
		if err != nil {
			return "", err
		}
		if len(items) == 1 && !strings.Contains(text, "\n") {
			return "[" + text + "]", nil
		}
		b.WriteString(indent + "  " + text + ",\n")
	}
	if len(items) == 0 {
		return "[]", nil
	}
	return "[\n" + b.String() + indent + "]", nil
}

func (h *hcl) object(members object, indent string) (string, error) {
	if len(members) == 0 {
		return "{}", nil
	}
	var b strings.Builder
	var run []attribute
	for _, m := range members {
		key, err := keyOf(m.key)
		if err != nil {
			return "", err
		}
		text, err := h.value(m.value, indent+"  ")
		if err != nil {
			return "", err
		}
		if !strings.Contains(text, "\n") {
			run = append(run, attribute{key, text})
			continue
		}
		b.WriteString(aligned(indent+"  ", run) + indent + "  " + key + " = " + text + "\n")
		run = nil
	}
	b.WriteString(aligned(indent+"  ", run))
	return "{\n" + b.String() + indent + "}", nil
}

// plainKey are keys that need no quotes and are no word of the language, which
// are in lower case but for these three.
var plainKey = regexp.MustCompile(`^[A-Z][A-Za-z]*$|^aws$|^source$|^version$`)

func keyOf(key string) (string, error) {
	if plainKey.MatchString(key) {
		return key, nil
	}
	return literal(key)
}

// errNormal tells of a text that Terraform changes: it takes all strings for
// their normal form C.
// https://developer.hashicorp.com/terraform/language/expressions/strings
var errNormal = errors.New("it is not in Unicode's normal form C, into which Terraform would change it: write it so")

// literal writes a string in quotes, in which nothing is evaluated: ${ and %{ are
// escaped, and a dollar or percent sign before them by its number, since $$${ is
// read as an escape and the begin of a template by some versions.
func literal(s string) (string, error) {
	switch {
	case !utf8.ValidString(s):
		return "", fmt.Errorf("the text %+q is not UTF-8", s)
	case !norm.NFC.IsNormalString(s):
		return "", fmt.Errorf("the text %+q: %w", s, errNormal)
	}
	var b strings.Builder
	b.WriteByte('"')
	for i, r := range s {
		rest := s[i+utf8.RuneLen(r):]
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r == '\n':
			b.WriteString(`\n`)
		case (r == '$' || r == '%') && strings.HasPrefix(rest, "{"):
			b.WriteString(string(r) + string(r))
		case (r == '$' || r == '%') && strings.HasPrefix(strings.TrimLeft(rest, "$%"), "{"):
			fmt.Fprintf(&b, `\u%04x`, r)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	b.WriteByte('"')
	return b.String(), nil
}
