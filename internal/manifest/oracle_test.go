package manifest

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	kubeyaml "sigs.k8s.io/yaml"
)

// kubectl decodes each document of a file as kubectl does, by a parser that
// the package does not use.
func kubectl(t testing.TB, data []byte, format Format) []any {
	t.Helper()
	f, err := Parse(data, format, Options{EditGenerated: true})
	if err != nil {
		t.Fatalf("the result does not parse: %v", err)
	}
	var list []any
	for _, d := range f.documents {
		var v any
		read := func(data []byte) error { return kubeyaml.Unmarshal(data, &v) }
		if format == JSON {
			read = func(data []byte) error { return json.Unmarshal(data, &v) }
		}
		if err := read(d.src); err != nil {
			t.Fatalf("kubectl cannot read the result: %v\n%s", err, d.src)
		}
		list = append(list, v)
	}
	return list
}

// intend makes an edit on decoded values, with no thought of text.
func intend(documents []any, e Edit) []any {
	if e.operation == newDocument {
		top, _ := documents[e.document].(map[string]any)
		if top["kind"] == "List" {
			e = Append(e.document, Path{"items"}, e.value)
		} else {
			return intendDocument(documents, e)
		}
	}
	documents[e.document] = intendAt(documents[e.document], e.path, e)
	return documents
}

func intendDocument(documents []any, e Edit) []any {
	for _, d := range documents {
		if cmp.Equal(d, goValue(e.value)) {
			return documents
		}
	}
	at := e.document
	if e.place == After || e.place == Last {
		at++
		if at == len(documents) && documents[at-1] == nil && at > 1 {
			documents[at-1] = goValue(e.value)
			return documents
		}
	}
	return slices.Insert(documents, at, goValue(e.value))
}

func goValue(v any) any {
	switch v := v.(type) {
	case int:
		return float64(v)
	case Mapping:
		m := map[string]any{}
		for _, member := range v {
			m[member.Key] = goValue(member.Value)
		}
		return m
	case []any:
		list := []any{}
		for _, item := range v {
			list = append(list, goValue(item))
		}
		return list
	}
	return v
}

// gone marks what its parent is to drop.
type gone struct{}

func intendAt(v any, path Path, e Edit) any {
	if len(path) == 0 {
		return intendHere(v, e)
	}
	if v == nil {
		v = map[string]any{}
	}
	if key, ok := path[0].(string); ok {
		m := v.(map[string]any)
		if e.operation == remove && m[key] == nil && len(path) > 1 {
			return m
		}
		m[key] = intendAt(m[key], path[1:], e)
		if m[key] == (any)(gone{}) {
			delete(m, key)
			if len(m) == 0 && len(path) == 1 && !e.leaveEmpty {
				return gone{}
			}
		}
		return m
	}
	list := v.([]any)
	for i, item := range list {
		m, _ := item.(map[string]any)
		if path[0] == any(i) || path[0] == any(Named(fmt.Sprint(m["name"]))) {
			list[i] = intendAt(item, path[1:], e)
			if list[i] == (any)(gone{}) {
				if list = slices.Delete(list, i, i+1); len(list) == 0 && len(path) == 1 && !e.leaveEmpty {
					return gone{}
				}
			}
			return list
		}
	}
	return list
}

func intendHere(v any, e Edit) any {
	switch e.operation {
	case set:
		return goValue(e.value)
	case insert:
		m, _ := v.(map[string]any)
		if m == nil {
			m = map[string]any{}
		}
		m[e.key] = goValue(e.value)
		return m
	case remove:
		return gone{}
	}
	list, _ := v.([]any)
	for _, item := range list {
		if cmp.Equal(item, goValue(e.value)) {
			return list
		}
	}
	return append(list, goValue(e.value))
}
