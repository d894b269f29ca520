package manifest

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// style is how a document is written.
type style struct {
	eol  string
	step int // from the column of a key to that of the keys below it
	dash int // from the column of a key to that of the dashes below it
}

// lines writes the members of a mapping, or the items of a list, in a column.
func (s style) lines(value any, column int) []string {
	var lines []string
	pad := strings.Repeat(" ", column)
	switch v := value.(type) {
	case Mapping:
		for _, m := range v {
			inline, below := s.value(m.Value, column)
			lines = append(append(lines, pad+plainOrQuoted(m.Key)+":"+inline), below...)
		}
	case []any:
		for _, item := range v {
			lines = append(lines, s.item(item, column, "- ")...)
		}
	}
	return lines
}

// item writes an item behind a dash.
func (s style) item(item any, column int, dash string) []string {
	below := s.lines(item, column+len(dash))
	pad := strings.Repeat(" ", column)
	if len(below) == 0 {
		return []string{pad + dash + flowText(item, flowStyle{colon: ": ", comma: ", "})}
	}
	below[0] = pad + dash + below[0][column+len(dash):]
	return below
}

// value writes what follows the colon of a key: on its line, and below.
func (s style) value(value any, column int) (inline string, below []string) {
	switch v := value.(type) {
	case Mapping:
		below = s.lines(v, column+s.step)
	case []any:
		below = s.lines(v, column+s.dash)
	}
	if len(below) > 0 {
		return "", below
	}
	return " " + flowText(value, flowStyle{colon: ": ", comma: ", "}), nil
}

// flowStyle is how mappings and lists in brackets are written.
type flowStyle struct {
	quote        bool   // all strings and keys
	colon, comma string // with the blanks around them
	pad          string // within brackets
	step         string // not empty: each member has a line, indented by this more
	eol, indent  string // of the lines, and the one at hand
}

func flowText(value any, s flowStyle) string {
	var parts []string
	open, shut := "{", "}"
	inner := s
	inner.indent += s.step
	switch v := value.(type) {
	case Mapping:
		for _, m := range v {
			parts = append(parts, inner.scalar(m.Key)+s.colon+flowText(m.Value, inner))
		}
	case []any:
		open, shut = "[", "]"
		for _, item := range v {
			parts = append(parts, flowText(item, inner))
		}
	default:
		return s.scalar(value)
	}
	switch {
	case len(parts) == 0:
		return open + shut
	case s.step == "":
		return open + s.pad + strings.Join(parts, s.comma) + s.pad + shut
	}
	line := s.eol + inner.indent
	return open + line + strings.Join(parts, strings.TrimRight(s.comma, " ")+line) + s.eol + s.indent + shut
}

func (s flowStyle) scalar(value any) string {
	text, ok := value.(string)
	switch {
	case !ok && value == nil:
		return "null"
	case !ok:
		return fmt.Sprint(value)
	case s.quote:
		return doubleQuoted(text)
	}
	return plainOrQuoted(text)
}

func plainOrQuoted(s string) string {
	if isPlain(s) {
		return s
	}
	return doubleQuoted(s)
}

// isPlain: every parser reads it as this string without quotes. It is stricter
// than YAML.
func isPlain(s string) bool {
	if s == "" || strings.HasSuffix(s, ":") || s[0] >= 0x80 || !unicode.IsLetter(rune(s[0])) && s[0] != '/' {
		return false
	}
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null":
		return false
	}
	return !strings.ContainsFunc(s, notPlain)
}

func notPlain(r rune) bool {
	return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("_./:@-", r))
}

// doubleQuoted writes a string in the escapes that JSON and YAML share.
func doubleQuoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < 0x20 || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029' || r == '\ufeff' || r == '\ufffe' || r == '\uffff':
			b.WriteString(`\u` + fourHex(r))
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func fourHex(r rune) string {
	hex := strconv.FormatInt(int64(r), 16)
	return strings.Repeat("0", 4-len(hex)) + hex
}

// singleQuoted gives false for what single quotes cannot hold on a line.
func singleQuoted(s string) (string, bool) {
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return "", false
		}
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'", true
}

// style looks at the first block below a key, and at the first list.
func (d *document) style() style {
	s := style{eol: eolAt(d.src, d.root.start), step: 0, dash: -1}
	s.look(d.root)
	if s.step == 0 {
		s.step = 2
	}
	s.dash = max(s.dash, 0)
	return s
}

func (s *style) look(n *node) {
	for _, c := range n.children {
		if v := c.value; len(v.children) > 0 && !v.flow && c.key != nil && !n.flow {
			if v.children[0].key == nil && s.dash < 0 {
				s.dash = v.column - n.column
			} else if v.children[0].key != nil && s.step == 0 {
				s.step = v.column - n.column
			}
		}
		if s.step > 0 && s.dash >= 0 {
			return
		}
		s.look(c.value)
	}
}
