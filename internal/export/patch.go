package export

import (
	"strings"

	"podpass/internal/plan"
)

// Types of a patch, as kubectl names them.
const (
	typeJSON  = "json"
	typeMerge = "merge"
)

// operation is one of a JSON patch (RFC 6902).
type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value,omitempty"`
}

// patch is what changes fields from some values to others, with its type.
// Where it says so the server refuses it unless the object is the one that was
// seen: a JSON patch tests what is there, and the uid of an object cannot be changed
// by a merge patch.
type patch struct {
	kind string
	body any
}

// change makes a patch of an object. The fields that stay are tested too. An
// empty uid is not tested.
func change(uid string, stay, before, after []plan.Field) patch {
	if parentMayLack(before) {
		return merge(uid, after)
	}
	var ops []operation
	if uid != "" {
		ops = append(ops, operation{"test", "/metadata/uid", uid})
	}
	was := map[string]any{}
	for _, f := range before {
		was[f.Path] = f.Value
	}
	for _, list := range [][]plan.Field{stay, before} {
		for _, f := range list {
			if there(f.Value) && !strings.HasSuffix(f.Path, "/-") {
				ops = append(ops, operation{"test", f.Path, f.Value})
			}
		}
	}
	for _, f := range after {
		switch {
		case f.Value != nil:
			ops = append(ops, operation{"add", f.Path, f.Value}) // replaces what is there
		case there(was[f.Path]):
			ops = append(ops, operation{Op: "remove", Path: f.Path})
		}
	}
	return patch{typeJSON, ops}
}

// there tells whether the API server has something at a place with this value:
// it keeps no empty list.
func there(v any) bool {
	text, err := found(v)
	return err == nil && text != "[]"
}

// parentMayLack tells whether labels or annotations are added, of which there
// may be none: a JSON patch cannot add to what is not there.
func parentMayLack(before []plan.Field) bool {
	for _, f := range before {
		if f.Value == nil && (strings.Contains(f.Path, "/metadata/annotations/") || strings.Contains(f.Path, "/metadata/labels/")) {
			return true
		}
	}
	return false
}

func merge(uid string, after []plan.Field) patch {
	body := map[string]any{}
	put := func(path string, value any) {
		at := body
		tokens := strings.Split(path, "/")[1:]
		for _, token := range tokens[:len(tokens)-1] {
			next, ok := at[unescape(token)].(map[string]any)
			if !ok {
				next = map[string]any{}
				at[unescape(token)] = next
			}
			at = next
		}
		at[unescape(tokens[len(tokens)-1])] = value
	}
	if uid != "" {
		put("/metadata/uid", uid)
	}
	for _, f := range after {
		put(f.Path, f.Value)
	}
	return patch{typeMerge, body}
}
