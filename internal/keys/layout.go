package keys

import (
	"bytes"
	"strings"
)

// layout knows where in a text a line stands: in which section of an ini file,
// below which keys of YAML.
type layout struct {
	number  int // of the line, from 1
	section string
	above   []parent // keys of YAML and items of lists that the line lies below
	name    string   // the last value of "name:", whose value may follow
	lastID  int      // where an access key id of this line ended
}

type parent struct {
	indent int
	key    string
	line   int
}

// next goes on to a line.
func (l *layout) next(line []byte) {
	l.number++
	l.lastID = 0
	text := bytes.TrimLeft(line, " \t")
	if len(text) == 0 {
		return
	}
	indent := len(line) - len(text)
	if text[0] == '[' && text[len(text)-1] == ']' && indent == 0 {
		l.section = strings.TrimSpace(strings.TrimPrefix(string(text[1:len(text)-1]), "profile "))
		l.above = append(l.above[:0], parent{-1, "", l.number})
		return
	}
	item := bytes.HasPrefix(text, []byte("- "))
	for len(l.above) > 0 {
		last := l.above[len(l.above)-1]
		if last.indent < indent || last.indent == indent && item && last.key != "-" {
			break
		}
		l.above = l.above[:len(l.above)-1]
	}
	for bytes.HasPrefix(text, []byte("- ")) {
		l.above = append(l.above, parent{indent, "-", l.number})
		rest := bytes.TrimLeft(text[1:], " ")
		indent += len(text) - len(rest)
		text = rest
	}
	key, value, found := bytes.Cut(text, []byte(":"))
	if !found || len(key) == 0 || bytes.IndexAny(key, " \t=") >= 0 {
		return
	}
	name := string(bytes.Trim(key, `"'`))
	value = bytes.TrimSpace(value)
	switch {
	case len(value) == 0 || value[0] == '#' || value[0] == '|' || value[0] == '>':
		l.above = append(l.above, parent{indent, name, l.number})
	case isName(name):
		l.name = string(bytes.Trim(value, `"', `))
	}
}

// group names the innermost of what is around the line, and what is around
// that.
func (l *layout) group() string {
	var b strings.Builder
	for _, p := range l.above {
		b.WriteString("\x00" + itoa(p.line))
	}
	return b.String()
}

// saysSecret tells whether a name says so together with the keys above it:
// secretKey below aws.
func (l *layout) saysSecret(label string) bool {
	path := ""
	for _, p := range l.above {
		path += p.key + "."
	}
	return path != "" && strings.Contains(letters(label), "secret") && saysSecret(path+label)
}

// label finds the name that a word of the line stands under; where there is
// none, that of the whole text.
func (l *layout) label(c context, line []byte, at int) string {
	name := nameBefore(line, at)
	switch {
	case name == "" && first(line, at):
		return c.label
	case isValue(name) && l.name != "":
		return l.name
	}
	return name
}

// first tells whether nothing but quotes and list marks stands before a word.
func first(line []byte, at int) bool {
	return len(bytes.Trim(line[:at], " \t\"'`-")) == 0
}

// nameBefore reads the name before a value: name=value, "name": "value",
// --name value, <name>value.
func nameBefore(line []byte, at int) string {
	const between = " \t\"'`=:>?(,|"
	end := len(bytes.TrimRight(line[:at], between))
	start := end
	for start > 0 && isNameByte(line[start-1]) {
		start--
	}
	return string(line[start:end])
}

func isNameByte(c byte) bool {
	return class[c]&inAlnum != 0 || c == '_' || c == '.' || c == '-' || c == '$'
}
