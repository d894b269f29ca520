package fix

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"podpass/internal/manifest"
	"podpass/internal/plan"
)

func appendMap(m manifest.Mapping, key string, values map[string]string) manifest.Mapping {
	if len(values) == 0 {
		return m
	}
	inner := manifest.Mapping{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		inner = append(inner, manifest.Member{Key: name, Value: values[name]})
	}
	return append(m, manifest.Member{Key: key, Value: inner})
}

func appendNames(m manifest.Mapping, key string, names []plan.Named) manifest.Mapping {
	if len(names) == 0 {
		return m
	}
	list := []any{}
	for _, n := range names {
		list = append(list, manifest.Mapping{{Key: "name", Value: n.Name}})
	}
	return append(m, manifest.Member{Key: key, Value: list})
}

// edits turns the fields that a step changes into edits of an object. What the
// file says is compared with what the step expects.
func edits(o *manifest.Object, s *plan.Step) ([]manifest.Edit, error) {
	var list []manifest.Edit
	order := make([]int, len(s.After.Fields))
	for i := range order {
		order[i] = i
	}
	if slices.ContainsFunc(s.After.Fields, func(f plan.Field) bool { return f.Value == nil }) {
		slices.Reverse(order) // from the end, so that the places of items that go stay right
	}
	named := false // the edit before inserts the account's name
	for _, i := range order {
		f := s.After.Fields[i]
		field, err := fieldOf(o, f.Path)
		if err != nil {
			return nil, err
		}
		var more []manifest.Edit
		switch {
		case named && field.isToken() && !field.there:
			list[len(list)-1] = list[len(list)-1].With("automountServiceAccountToken", f.Value)
			continue
		case f.Path == "/subjects":
			more, err = subjects(o, field, s.Before.Fields[i].Value, f.Value)
		case strings.HasSuffix(f.Path, "/-"):
			more = []manifest.Edit{manifest.Append(o.Document, field.in(), toValue(f.Value))} // unless it is there
		default:
			more, err = field.edits(o, s.Before.Fields[i], f.Value)
		}
		if err != nil {
			return nil, err
		}
		named = len(more) == 1 && !field.there && field.path[len(field.path)-1] == "serviceAccountName"
		list = append(list, more...)
	}
	return list, nil
}

// isToken tells the field of the token in a pod spec.
func (f field) isToken() bool {
	return f.path[len(f.path)-1] == "automountServiceAccountToken" && f.parent["containers"] != nil
}

// field is a place in an object.
type field struct {
	path  manifest.Path // in its document
	value any
	there bool
	// parent is the mapping that holds it, nil where that is not there.
	parent map[string]any
}

func (f field) in() manifest.Path { return f.path[:len(f.path)-1] }

// fieldOf follows a JSON pointer. Numbers are places in lists only where a list
// is.
func fieldOf(o *manifest.Object, pointer string) (field, error) {
	f := field{path: slices.Clone(o.Path), value: any(o.Value), there: true}
	for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		token = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
		switch at := f.value.(type) {
		case map[string]any:
			f.parent = at
			f.value, f.there = at[token]
			f.path = append(f.path, token)
		case []any:
			f.parent = nil
			n := itemOf(at, token)
			if f.value, f.there = nil, n >= 0 && n < len(at); f.there {
				f.value = at[n]
			}
			f.path = append(f.path, step(token, n))
		default:
			f.parent, f.value, f.there = nil, nil, false
			f.path = append(f.path, token)
		}
	}
	return f, nil
}

// step is the step of an editor's path: by name where there is one, since places
// shift when items go.
func step(token string, n int) any {
	if name, ok := strings.CutPrefix(token, "[name="); ok && n >= 0 {
		return manifest.Named(strings.TrimSuffix(name, "]"))
	}
	return n
}

// itemOf finds the item of a list that a token means: by its place, or by what
// tells it apart, [name=app]. It gives -1 where there is none, and for the end.
func itemOf(list []any, token string) int {
	key, want, named := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(token, "["), "]"), "=")
	if !named || !strings.HasPrefix(token, "[") {
		n, err := strconv.Atoi(token)
		if err != nil {
			return -1
		}
		return n
	}
	return slices.IndexFunc(list, func(item any) bool {
		m, _ := item.(map[string]any)
		value := m[key]
		if ref, ok := value.(map[string]any); ok { // [secretRef=s]
			value = ref["name"]
		}
		return value == want
	})
}

// edits sets, adds or takes away a field.
func (f field) edits(o *manifest.Object, was plan.Field, after any) ([]manifest.Edit, error) {
	before := was.Value
	switch {
	case after == nil && !f.there: // it is gone already
		return nil, nil
	case after == nil && strings.Contains(was.Path, "/["): // told by its name, whatever else it says
		return []manifest.Edit{manifest.Delete(o.Document, f.path)}, nil
	case !alike(f.value, before):
		return nil, fmt.Errorf("line %d: %v is not what the plan was made of", o.Line, f.path[len(f.path)-1])
	}
	key, isKey := f.path[len(f.path)-1].(string)
	switch {
	case after == nil:
		return []manifest.Edit{manifest.Delete(o.Document, f.path)}, nil
	case f.there && f.value != nil && isList(f.value):
		return appendMissing(o, f, after), nil
	case f.there && f.value != nil:
		return append([]manifest.Edit{manifest.Set(o.Document, f.path, after)}, f.mirror(o, key, after)...), nil
	case !isKey:
		return nil, fmt.Errorf("line %d: an item of a list is to be set: this is an internal error", o.Line)
	case key == "serviceAccountName":
		return append([]manifest.Edit{manifest.Insert(o.Document, f.in(), key, after).At(manifest.First, "")}, f.mirror(o, key, after)...), nil
	case f.isToken():
		return []manifest.Edit{manifest.Insert(o.Document, f.in(), key, after).At(manifest.After, beside(f.parent))}, nil
	}
	return []manifest.Edit{manifest.Insert(o.Document, f.in(), key, toValue(after))}, nil
}

// beside is the key behind which the token's field stands: that of the account.
func beside(spec map[string]any) string {
	if spec["serviceAccountName"] == nil && spec["serviceAccount"] != nil {
		return "serviceAccount"
	}
	return "serviceAccountName"
}

// mirror keeps the old name of the field in agreement where the file has both.
func (f field) mirror(o *manifest.Object, key string, after any) []manifest.Edit {
	old, ok := f.parent["serviceAccount"].(string)
	if key != "serviceAccountName" || !ok || old == after {
		return nil
	}
	return []manifest.Edit{manifest.Set(o.Document, append(slices.Clone(f.in()), "serviceAccount"), after)}
}

// alike compares a value of a file with one of a plan; nil is what is not there.
func alike(have, want any) bool {
	if want == nil {
		return have == nil || have == ""
	}
	switch w := want.(type) {
	case string, bool:
		return have == w
	}
	return reflect.DeepEqual(plain(have), plain(toValue(want)))
}

// plain gives values as maps and lists alone.
func plain(v any) any {
	switch v := v.(type) {
	case manifest.Mapping:
		m := map[string]any{}
		for _, member := range v {
			m[member.Key] = plain(member.Value)
		}
		return m
	case map[string]any:
		m := map[string]any{}
		for key, value := range v {
			m[key] = plain(value)
		}
		return m
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = plain(item)
		}
		return list
	}
	return v
}

// toValue writes a value of a plan as one for an edit.
func toValue(v any) any {
	switch v := v.(type) {
	case []plan.Named:
		list := []any{}
		for _, n := range v {
			list = append(list, manifest.Mapping{{Key: "name", Value: n.Name}})
		}
		return list
	case []plan.SubjectItem:
		list := []any{}
		for _, s := range v {
			list = append(list, subject(s))
		}
		return list
	case map[string]any:
		m := manifest.Mapping{}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			m = append(m, manifest.Member{Key: key, Value: toValue(v[key])})
		}
		return m
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = toValue(item)
		}
		return list
	}
	return v
}

// subjects takes subjects out of a binding and adds others. A list that loses
// its last one stays, empty: what is applied takes nothing away that it does not
// name.
func subjects(o *manifest.Object, f field, before, after any) ([]manifest.Edit, error) {
	was, _ := before.([]plan.SubjectItem)
	want, _ := after.([]plan.SubjectItem)
	have, _ := f.value.([]any)
	for i := range have {
		if !slices.ContainsFunc(was, func(s plan.SubjectItem) bool { return is(have[i], s) }) && !slices.ContainsFunc(want, func(s plan.SubjectItem) bool { return is(have[i], s) }) {
			return nil, fmt.Errorf("line %d: the subjects are not those that the plan was made of", o.Line)
		}
	}
	var list []manifest.Edit
	kept := map[int]bool{}
	for i := len(have) - 1; i >= 0; i-- {
		j := slices.IndexFunc(want, func(s plan.SubjectItem) bool { return is(have[i], s) })
		if j < 0 {
			list = append(list, manifest.Delete(o.Document, append(slices.Clone(f.path), i)).LeaveEmpty())
			continue
		}
		kept[j] = true
	}
	for j, s := range want {
		if !kept[j] {
			list = append(list, manifest.Append(o.Document, f.path, subject(s)))
		}
	}
	return list, nil
}

func is(have any, s plan.SubjectItem) bool {
	m, ok := have.(map[string]any)
	text := func(key string) string { s, _ := m[key].(string); return s }
	return ok && text("kind") == s.Kind && text("name") == s.Name && text("namespace") == s.Namespace && text("apiGroup") == s.APIGroup
}

func isList(v any) bool { _, ok := v.([]any); return ok }

// appendMissing fills a list up.
func appendMissing(o *manifest.Object, f field, after any) []manifest.Edit {
	items, _ := toValue(after).([]any)
	var list []manifest.Edit
	for _, item := range items {
		list = append(list, manifest.Append(o.Document, f.path, item)) // unless it is there
	}
	return list
}
