package keys

import (
	"bytes"
	"strings"
)

// layout knows where in a text a line stands: in which section of an ini file,
// below which keys of YAML.
type layout struct {
	number int // of the line, from 1
	whole  *group
	above  []parent // sections, keys of YAML and items of lists that the line lies below
	name   string   // the last value of "name:" or <name>, whose value may follow
	lastID int      // where an access key id of this line ended
	joined int      // until where words joined by - and _ are looked at
	text   int      // where the line begins, but for blanks, quotes and list marks; -1: not known yet
}

// parent is a line that others lie below: "[", "-" or the key of a mapping.
type parent struct {
	indent  int
	key     string
	profile string // of a section
	group   *group // made when it is asked for
}

// next goes on to a line.
func (l *layout) next(line []byte) {
	l.number++
	l.lastID, l.joined, l.text = 0, 0, -1
	indent := 0
	for indent < len(line) && (line[indent] == ' ' || line[indent] == '\t') {
		indent++
	}
	text := line[indent:]
	if len(text) == 0 {
		return
	}
	switch profile, ok := section(text); {
	case ok:
		l.leave(indent, false)
		if n := len(l.above); n > 0 && l.above[n-1].key == "[" && l.above[n-1].indent == indent {
			l.above = l.above[:n-1]
		}
		l.above = append(l.above, parent{indent: indent, key: "[", profile: profile})
		return
	case indent == 0 && string(text) == "---":
		l.above = append(l.above[:0], parent{indent: -1, key: "---"})
		return
	}
	l.leave(indent, bytes.HasPrefix(text, []byte("- ")))
	for bytes.HasPrefix(text, []byte("- ")) {
		l.above = append(l.above, parent{indent: indent, key: "-"})
		l.name = ""
		rest := bytes.TrimLeft(text[1:], " ")
		indent += len(text) - len(rest)
		text = rest
	}
	l.key(indent, text)
}

// leave drops what a line of an indent does not lie below. Items of lists may
// stand as far left as the key of the list, lines of a section as its header.
func (l *layout) leave(indent int, item bool) {
	for len(l.above) > 0 {
		last := l.above[len(l.above)-1]
		below := last.indent < indent || last.indent == indent && (item && last.key != "-" || last.key == "[")
		if below {
			break
		}
		l.above = l.above[:len(l.above)-1]
	}
}

// section reads the header of a section: [default], [profile app] ; comment.
func section(text []byte) (profile string, ok bool) {
	if text[0] != '[' {
		return "", false
	}
	end := bytes.LastIndexByte(text, ']')
	rest := bytes.TrimLeft(text[end+1:], " \t")
	if end < 0 || len(rest) > 0 && rest[0] != '#' && rest[0] != ';' || bytes.ContainsAny(text[:end], `"',`) {
		return "", false
	}
	if end > maxLabel {
		return "", true
	}
	return strings.TrimSpace(strings.TrimPrefix(string(text[1:end]), "profile ")), true
}

// key reads a line of YAML that others may lie below, and a name whose value
// may follow.
func (l *layout) key(indent int, text []byte) {
	if name, ok := bytes.CutPrefix(text, []byte("<name>")); ok {
		name, _, _ = bytes.Cut(name, []byte("<"))
		l.name = ending(string(name), maxLabel)
		return
	}
	key, value, found := bytes.Cut(text[:min(len(text), maxLabel)], []byte(":"))
	if !found || bytes.IndexByte(key, ' ') >= 0 || bytes.IndexByte(key, '=') >= 0 {
		return
	}
	if key = bytes.Trim(key, `"'`); len(key) == 0 {
		return
	}
	value = bytes.TrimLeft(value, " \t")
	switch {
	case len(value) == 0 || bytes.IndexByte([]byte("#|>!&"), value[0]) >= 0:
		l.above = append(l.above, parent{indent: indent, key: string(key)})
	case isName(string(key)):
		l.name = string(bytes.Trim(value, `"', `))
	}
}

// group gives the innermost of what is around the line.
func (l *layout) group() *group {
	g, made := l.whole, 0
	for i := len(l.above) - 1; i >= 0; i-- {
		if l.above[i].group != nil {
			g, made = l.above[i].group, i+1
			break
		}
	}
	for i := made; i < len(l.above); i++ {
		g = g.inside()
		l.above[i].group = g
	}
	return g
}

// profile names the section around the line.
func (l *layout) profile() string {
	for i := len(l.above) - 1; i >= 0; i-- {
		if l.above[i].key == "[" {
			return l.above[i].profile
		}
	}
	return ""
}

// saysSecret tells whether a name says so together with the keys above it:
// secretKey below aws.
func (l *layout) saysSecret(label string) bool {
	const most = 8
	if len(l.above) == 0 || !strings.Contains(letters(label), "secret") {
		return false
	}
	path := ""
	for _, p := range l.above[max(0, len(l.above)-most):] {
		path += p.key + "."
	}
	return saysSecret(path + label)
}

// label finds the name that a word of the line stands under; where there is
// none, that of the whole text.
func (l *layout) label(c context, line []byte, at int) string {
	name := nameBefore(line, at)
	switch {
	case name == "" && l.first(line, at):
		if n := len(l.above); n > 0 && isNameByte(l.above[n-1].key[0]) && l.above[n-1].key[0] != '-' {
			return l.above[n-1].key // key: |
		}
		return c.label
	case isValue(name) && l.name != "":
		return l.name
	}
	return name
}

// first tells whether nothing stands before a word of the line.
func (l *layout) first(line []byte, at int) bool {
	if l.text < 0 {
		l.text = len(line) - len(bytes.TrimLeft(line, " \t\"'`-"))
	}
	return at <= l.text
}

// nameBefore reads the name before a value: name=value, "name": "value",
// --name value, <name>value.
func nameBefore(line []byte, at int) string {
	const between = " \t\"'`=:>?(,|"
	end := len(bytes.TrimRight(line[:at], between))
	start := end
	for start > max(0, end-maxLabel) && isNameByte(line[start-1]) {
		start--
	}
	return string(line[start:end])
}

func isNameByte(c byte) bool {
	return class[c]&inAlnum != 0 || c == '_' || c == '.' || c == '-' || c == '$'
}
