package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// yamlOf writes a value as a YAML document, with keys in the order in which
// encoding/json has them. Every string that some reader of YAML might take for
// something else stands in double quotes.
func yamlOf(v any) (string, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return "", err
	}
	decoder := json.NewDecoder(&text)
	decoder.UseNumber()
	y := &yaml{decoder: decoder}
	if err := y.value("", "\n"); err != nil && err != io.EOF {
		return "", err
	}
	return strings.TrimPrefix(y.out.String(), "\n"), nil
}

// yaml turns tokens of JSON into block YAML.
type yaml struct {
	decoder *json.Decoder
	out     strings.Builder
}

// value writes the next value. Behind a key or a dash comes lead: a line break
// before a block, or nothing where the first line of a block goes on.
func (y *yaml) value(indent, lead string) error {
	token, err := y.decoder.Token()
	if err != nil {
		return err
	}
	switch t := token.(type) {
	case json.Delim:
		return y.block(t, indent, lead)
	case string:
		y.scalar(scalar(t), lead)
	case nil:
		y.scalar("null", lead)
	default:
		y.scalar(fmt.Sprint(t), lead)
	}
	return nil
}

func (y *yaml) scalar(text, lead string) {
	if lead == "\n" && y.out.Len() > 0 {
		y.out.WriteByte(' ')
	}
	y.out.WriteString(text + "\n")
}

// block writes a mapping or a list. Items of a list stand as far in as its key.
func (y *yaml) block(open json.Delim, indent, lead string) error {
	if !y.decoder.More() {
		y.scalar(map[json.Delim]string{'{': "{}", '[': "[]"}[open], lead)
		_, err := y.decoder.Token()
		return err
	}
	if open == '[' && lead == "\n" {
		indent = strings.TrimSuffix(indent, "  ")
	}
	y.out.WriteString(lead)
	for first := true; y.decoder.More(); first = false {
		if !first || lead == "\n" {
			y.out.WriteString(indent)
		}
		if open == '[' {
			y.out.WriteString("- ")
			if err := y.value(indent+"  ", ""); err != nil {
				return err
			}
			continue
		}
		if err := y.entry(indent); err != nil {
			return err
		}
	}
	_, err := y.decoder.Token()
	return err
}

func (y *yaml) entry(indent string) error {
	key, err := y.decoder.Token()
	if err != nil {
		return err
	}
	y.out.WriteString(scalar(fmt.Sprint(key)) + ":")
	return y.value(indent+"  ", "\n")
}

// scalar writes a string: without quotes only where every version of YAML reads
// it as a string.
func scalar(s string) string {
	plain := s != ""
	for i, c := range []byte(s) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		plain = plain && (letter || i > 0 && (c == '/' || c == '.' || c == '-' || c >= '0' && c <= '9'))
	}
	if plain && !word(s) {
		return s
	}
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(s) // a string is always encoded
	return escapeInvisible(strings.TrimSuffix(b.String(), "\n"))
}

// word tells the words that a reader of YAML 1.1 takes for a boolean, null or a
// number.
func word(s string) bool {
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf":
		return true
	}
	return false
}

// escapeInvisible writes what cannot be seen as \u and \U, which mean the same
// in double quotes of YAML.
func escapeInvisible(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	return b.String()
}
