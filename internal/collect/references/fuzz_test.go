package references_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"podpass/internal/collect/references"
	"podpass/internal/keys"
	"podpass/internal/snapshot"
)

// FuzzExtract: whatever an object holds, what is found in it stands where it
// is said to stand, and is found again.
func FuzzExtract(f *testing.F) {
	for _, e := range examples(f) {
		text, err := json.Marshal(e.object)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var object map[string]any
		if json.Unmarshal(text, &object) != nil {
			return
		}
		for _, k := range references.Kinds() {
			found := k.Extract(object, k.Meta(object))
			for i := range found {
				stands(t, object, &found[i])
			}
			again := k.Extract(object, k.Meta(object))
			if fmt.Sprint(lines(found)) != fmt.Sprint(lines(again)) {
				t.Errorf("%s: twice is not the same", k.Name)
			}
			if !slices.IsSortedFunc(found, func(a, b snapshot.Reference) int { return strings.Compare(a.Pointer, b.Pointer) }) {
				t.Errorf("%s: not in order", k.Name)
			}
		}
	})
}

func lines(found []snapshot.Reference) []string {
	var list []string
	for i := range found {
		list = append(list, line(&found[i]))
	}
	return list
}

// stands sees that a reference is true of the object.
func stands(t *testing.T, object any, r *snapshot.Reference) {
	t.Helper()
	value, there := resolve(object, r.Pointer)
	switch {
	case r.Withheld:
		if r.Value != "" || r.Whole != "" || r.Entry {
			t.Errorf("withheld, and yet: %s", line(r))
		}
	case r.Use == snapshot.FallsBack:
		if s, _ := value.(string); s != "" {
			t.Errorf("something stands there: %s", line(r))
		}
	case r.Form == snapshot.FormSelector:
		if text, err := json.Marshal(value); err != nil || len(text) == 0 || !there {
			t.Errorf("nothing stands there: %s", line(r))
		}
	default:
		if s, _ := value.(string); s != r.Value && !strings.HasPrefix(s, strings.TrimSuffix(r.Value, "…")) {
			t.Errorf("%q stands there: %s", value, line(r))
		}
	}
	if r.Item != "" {
		if item, _ := resolve(object, r.Item); !sameJSON(item, r.Whole) || !strings.HasPrefix(r.Pointer, r.Item+"/") {
			t.Errorf("%v is the item of %s", item, line(r))
		}
	}
	if keys.Suspect([]byte(r.Value)) || keys.Suspect([]byte(r.Whole)) {
		t.Errorf("may hold a key: %s", line(r))
	}
	if r.Form == snapshot.FormText && r.Of.Name != "" {
		t.Errorf("a text with a name: %s", line(r))
	}
	named(t, r)
}

// named sees that another name makes another value, and that it stands beside
// the first where that is said.
func named(t *testing.T, r *snapshot.Reference) {
	t.Helper()
	literal := r.Of.Name != "" && !strings.Contains(r.Of.Name, "*") && r.Use != snapshot.FallsBack
	value, ok := r.Named("another")
	if ok != literal || ok && !strings.Contains(value, "another") {
		t.Errorf("for another: %q, %v: %s", value, ok, line(r))
	}
	list, item, ok := r.Beside("another")
	if ok != (literal && r.Entry) || ok && (!strings.HasPrefix(r.Pointer, list+"/") || !json.Valid([]byte(item))) {
		t.Errorf("beside it: %s in %s, %v: %s", item, list, ok, line(r))
	}
}

func sameJSON(value any, text string) bool {
	var other any
	if json.Unmarshal([]byte(text), &other) != nil {
		return false
	}
	a, _ := json.Marshal(value)
	b, _ := json.Marshal(other)
	return string(a) == string(b)
}

// resolve is RFC 6901, by itself.
func resolve(value any, pointer string) (any, bool) {
	if pointer == "" {
		return value, true
	}
	for _, part := range strings.Split(pointer[1:], "/") {
		part = strings.ReplaceAll(strings.ReplaceAll(part, "~1", "/"), "~0", "~")
		switch v := value.(type) {
		case map[string]any:
			next, ok := v[part]
			if !ok {
				return nil, false
			}
			value = next
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i >= len(v) {
				return nil, false
			}
			value = v[i]
		default:
			return nil, false
		}
	}
	return value, true
}
