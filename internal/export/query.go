package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"podpass/internal/plan"
)

// state is what a query of an object gives: its paths, and what kubectl prints
// where they have some values.
type state struct{ query, want string }

func stateOf(fields []plan.Field) (state, error) {
	var s state
	for _, f := range fields {
		query, err := jsonPath(f.Path)
		if err != nil {
			return s, err
		}
		text, err := found(f.Value)
		if err != nil {
			return s, err
		}
		s.query += "{" + query + "}"
		s.want += text
	}
	return s, nil
}

// found is what `kubectl get -o jsonpath-as-json` prints of a path with this
// value, on one line without indentation: a list of one, or [] where nothing is
// there. The API server keeps no empty list, so that one is the same as none.
func found(v any) (string, error) {
	item, err := plain(v)
	if err != nil {
		return "", err
	}
	if list, ok := item.([]any); item == nil || ok && len(list) == 0 {
		return "[]", nil
	}
	return onLine([]any{item})
}

// onLine is JSON as kubectl indents it, with each line's indentation and its
// break taken away.
func onLine(v any) (string, error) {
	text, err := json.MarshalIndent(v, "", "    ")
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for line := range bytes.Lines(text) {
		b.Write(bytes.TrimLeft(bytes.TrimSuffix(line, []byte("\n")), " "))
	}
	return strings.ReplaceAll(b.String(), "[[]]", "[]"), nil
}

// plain makes a value what JSON makes of it, so that the order of keys is that
// of their names.
func plain(v any) (any, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var out any
	err = json.Unmarshal(text, &out)
	return out, err
}

// jsonPath writes a JSON pointer as kubectl's JSONPath. What is not a letter, a
// digit, a dash or a slash is escaped: only a dot needs it, and nothing else is
// known to occur.
func jsonPath(pointer string) (string, error) {
	tokens := strings.Split(pointer, "/")
	if tokens[0] != "" || len(tokens) < 2 {
		return "", fmt.Errorf("%q is no JSON pointer", pointer)
	}
	var b strings.Builder
	for i, token := range tokens[1:] {
		token = unescape(token)
		switch {
		case token == "" || strings.ContainsFunc(token, outsideKey):
			return "", fmt.Errorf("the path %+q has a part that kubectl cannot be asked for", pointer)
		case digits(token) && i > 0 && !strings.Contains(pointer, "/metadata/"):
			b.WriteString("[" + token + "]")
		default:
			b.WriteString("." + strings.ReplaceAll(token, ".", `\.`))
		}
	}
	return b.String(), nil
}

func outsideKey(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./", r))
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func unescape(token string) string {
	return strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
}
