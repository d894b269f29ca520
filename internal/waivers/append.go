package waivers

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Append adds the entries of a Set to a file and gives its new bytes, in which
// every old byte stays. The new file is read again: where it does not say
// exactly the old and the new, or where the lists are not in block style, it is
// an error with the way out.
func Append(file string, data []byte, rules []string, add *Set) ([]byte, error) {
	old, err := Parse(file, data, rules)
	if err != nil {
		return nil, err
	}
	refusal := func(err error) error {
		return fmt.Errorf("with the new entries at its end %s would be refused, so nothing was written: add them by hand: %w", file, err)
	}
	out := data
	for key, list := range add.lists() {
		// Read anew, since the first list moves the lines of the second.
		_, root, err := read(file, out, rules)
		if err != nil {
			return nil, refusal(err)
		}
		if out, err = insert(file, out, root, key, list); err != nil {
			return nil, err
		}
	}
	now, err := Parse(file, out, rules)
	if err != nil {
		return nil, refusal(err)
	}
	if !same(now.Waivers, old.Waivers, add.Waivers) || !same(now.Verdicts, old.Verdicts, add.Verdicts) {
		return nil, fmt.Errorf("the layout of %s does not let entries be added at the end, so nothing was written: add them by hand", file)
	}
	return out, nil
}

// lists gives the lists of a Set by their keys, in the order of a new file.
func (s *Set) lists() iter.Seq2[string, []Entry] {
	return func(yield func(string, []Entry) bool) {
		_ = yield(keyWaivers, s.Waivers) && yield(keyVerdicts, s.Verdicts)
	}
}

// same tells whether a list is another with new entries behind it, lines aside.
func same(list, old, added []Entry) bool {
	want := slices.Concat(old, added)
	return slices.EqualFunc(list, want, func(a, b Entry) bool {
		a.Line, b.Line = 0, 0
		return reflect.DeepEqual(a, b)
	})
}

// spot is where a list goes on.
type spot struct {
	line   int // entries go before this line, from 1; 0: at the end
	indent int
	isNew  bool // the key is not there yet
	other  int  // the line of what is there instead of a list in block style; 0: none
}

// place finds where a list of the root mapping goes on: before the next key,
// or at the end.
func place(root *yaml.Node, key string) spot {
	end := spot{isNew: true}
	for i := 0; i < len(root.Content); i += 2 {
		if root.Content[i].Value != key {
			continue
		}
		end.isNew = false
		if i+2 < len(root.Content) {
			end.line = root.Content[i+2].Line
		}
		list := root.Content[i+1]
		switch {
		case list.Kind == yaml.SequenceNode && list.Style&yaml.FlowStyle == 0:
			end.indent = list.Column - 1
		case list.Value != "" || list.Kind == yaml.SequenceNode:
			end.other = list.Line
		}
	}
	return end
}

func insert(file string, data []byte, root *yaml.Node, key string, list []Entry) ([]byte, error) {
	if len(list) == 0 {
		return data, nil
	}
	at := spot{isNew: true}
	if root != nil {
		if root.Style&yaml.FlowStyle != 0 {
			return nil, fmt.Errorf(`%s:%d: it is in flow style, to which nothing can be added: write "waivers:" on a line and each entry under it as "- rule: …"`, file, root.Line)
		}
		at = place(root, key)
	}
	if at.other > 0 {
		return nil, fmt.Errorf(`%s:%d: %s is in flow style or null, to which nothing can be added: write "%s:" on a line and each entry under it as "- rule: …"`, file, at.other, key, key)
	}
	end := "\n"
	if i := bytes.IndexByte(data, '\n'); i > 0 && data[i-1] == '\r' {
		end = "\r\n"
	}
	var b strings.Builder
	if at.isNew {
		b.WriteString(key + ":" + end)
	}
	for i := range list {
		list[i].write(&b, strings.Repeat(" ", at.indent), end)
	}
	offset, err := offsetOf(data, at.line)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	text := b.String()
	if offset > 0 && data[offset-1] != '\n' {
		text = end + text
	}
	return slices.Concat(data[:offset], []byte(text), data[offset:]), nil
}

// offsetOf gives the offset at which entries are put that go before a line:
// above the comments and empty lines that lead to it.
func offsetOf(data []byte, line int) (int, error) {
	if line == 0 {
		return len(data), nil
	}
	starts := []int{0}
	for i, c := range data {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	if line > len(starts) { // the parser counts other line breaks too
		return 0, errors.New("its lines end in several ways: make them end alike")
	}
	at := line - 1
	for at > 0 {
		above := bytes.TrimSpace(data[starts[at-1]:starts[at]])
		if len(above) > 0 && data[starts[at-1]] != '#' {
			break
		}
		at--
	}
	return starts[at], nil
}

// write writes an entry as YAML.
func (e *Entry) write(b *strings.Builder, indent, end string) {
	fields := waiverFields()
	if e.Verdict != "" {
		fields = append(fields, verdictFields()...)
	}
	lead := "- "
	for _, f := range fields {
		value := ""
		switch {
		case f.name == "container" && e.Container == "*", f.at == nil && e.KeyIDs == nil:
			continue
		case f.at == nil:
			value = "[" + strings.Join(e.KeyIDs, ", ") + "]"
		case f.name == "expires":
			value = e.Expires
		default:
			value = quoted(*f.at(e))
		}
		b.WriteString(indent + lead + f.name + ": " + value + end)
		lead = "  "
	}
}

// String gives an entry as it is written into a file.
func (e *Entry) String() string {
	var b strings.Builder
	e.write(&b, "", "\n")
	return b.String()
}

// quoted gives a text as a scalar that is nothing but this text to any parser.
// The escapes of Go are escapes of YAML, too, but for bytes that are not UTF-8.
func quoted(text string) string {
	letter := func(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
	plain := text != "" && letter(text[0]) && !isBool(text)
	for i := 0; i < len(text) && plain; i++ {
		plain = letter(text[i]) || text[i] == '-' || '0' <= text[i] && text[i] <= '9'
	}
	switch strings.ToLower(text) {
	case "true", "false", "null":
		plain = false
	}
	if plain {
		return text
	}
	return strconv.Quote(strings.ToValidUTF8(text, "\ufffd"))
}
