package references

import (
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"

	"podpass/internal/keys"
	"podpass/internal/snapshot"
)

// node is a value in an object and its place. The zero value is none: what is
// asked of it is none either, so that paths need no checks on the way.
type node struct {
	at    string // RFC 6901
	value any
}

// Unread stands for a value that a reader does not decode, such as a number.
type Unread struct{}

// field goes down a path of members.
func (n node) field(path ...string) node {
	for _, name := range path {
		members, _ := n.value.(map[string]any)
		n = node{n.at + "/" + escape(name), members[name]}
	}
	return n
}

// escape writes a name as a part of a pointer.
func escape(name string) string {
	if !strings.ContainsAny(name, "~/") {
		return name
	}
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

// each gives the items of a list.
func (n node) each() iter.Seq[node] {
	return func(yield func(node) bool) {
		items, _ := n.value.([]any)
		for i, value := range items {
			if !yield(node{n.at + "/" + strconv.Itoa(i), value}) {
				return
			}
		}
	}
}

// members gives the members of an object, sorted, with their names.
func (n node) members() iter.Seq2[string, node] {
	return func(yield func(string, node) bool) {
		members, _ := n.value.(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(members)) {
			if !yield(name, n.field(name)) {
				return
			}
		}
	}
}

func (n node) text() string {
	s, _ := n.value.(string)
	return s
}

func (n node) isObject() bool {
	_, ok := n.value.(map[string]any)
	return ok
}

// is tells whether there is something.
func (n node) is() bool { return n.value != nil }

// json gives the value as JSON with sorted names; empty where some of it was
// not decoded.
func (n node) json() string {
	if unread(n.value) {
		return ""
	}
	text, err := json.Marshal(n.value, json.Deterministic(true))
	if err != nil {
		return ""
	}
	return string(text)
}

func unread(value any) bool {
	switch v := value.(type) {
	case Unread:
		return true
	case []any:
		return slices.ContainsFunc(v, unread)
	case map[string]any:
		for _, member := range v {
			if unread(member) {
				return true
			}
		}
	}
	return false
}

// cut shortens a text for people.
func cut(text string) string {
	const most = 1 << 10
	if len(text) <= most {
		return text
	}
	end := most
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

// withhold takes a value away that looks like an access key. No name of an
// account does.
func withhold(r *snapshot.Reference) {
	if keys.Suspect([]byte(r.Value)) || keys.Shown(r.Value) != r.Value {
		r.Value, r.Form, r.Of, r.Selects = "", snapshot.FormText, snapshot.Names{}, nil
		r.Withheld, r.Entry, r.Loose = true, false, false
	}
	if r.Withheld || keys.Suspect([]byte(r.Whole)) || keys.Shown(r.Whole) != r.Whole {
		r.Item, r.Whole, r.Entry = "", "", r.Entry && r.Item == ""
	}
}
