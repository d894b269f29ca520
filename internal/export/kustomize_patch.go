package export

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"podpass/internal/plan"
)

// targetOf selects just one object: a name may hold what a regular expression
// has a meaning for, such as the dot.
func targetOf(o plan.Object) *ktarget {
	group, version, ok := strings.Cut(o.APIVersion, "/")
	if !ok {
		group, version = "", o.APIVersion
	}
	quote := regexp.QuoteMeta
	return &ktarget{quote(group), quote(version), quote(o.Kind), quote(o.Namespace), quote(o.Name)}
}

// change makes the patches of a step: what a merge patch can say it says, and
// the rest is a JSON patch, behind tests of what was there.
func (k *kustomized) change() error {
	was := map[string]plan.Field{}
	for _, f := range k.Before.Fields {
		was[f.Path] = f
	}
	var places []map[string]any // of items that go, by their places
	for _, f := range k.After.Fields {
		before := was[f.Path]
		k.seeContainer(f)
		switch {
		case f.Value == nil && f.At != "" && !strings.Contains(f.At, "/["):
			k.test(f.At, before)
			places = append(places, op("remove", f.At))
		case f.Path == "/subjects":
			k.test(f.Path, before)
			k.operations = append(k.operations, opValue("add", f.Path, f.Value)) // replaces what is there
		case !strings.Contains(f.Path, "/[") && listItem(f):
			if err := k.item(f, before); err != nil {
				return err
			}
		default:
			k.testScalar(f, before)
			if err := k.put(f); err != nil {
				return err
			}
		}
	}
	// Places behind one that goes shift.
	slices.SortStableFunc(places, func(a, b map[string]any) int { return comparePlaces(b, a) })
	k.operations = append(k.operations, places...)
	k.keepOrder()
	return nil
}

// container is one in its list, /spec/…/containers, with its place.
type container struct {
	list, name string
	at         int
}

// seeContainer notes the container of a field, if it is of one.
func (k *kustomized) seeContainer(f plan.Field) {
	list, rest, ok := strings.Cut(f.Path, "ontainers/[name=")
	if !ok {
		return
	}
	list += "ontainers"
	name, _, _ := strings.Cut(rest, "]")
	place, _, _ := strings.Cut(strings.TrimPrefix(f.At, list+"/"), "/")
	at, err := strconv.Atoi(place)
	if one := (container{list, unescape(name), at}); err == nil && !slices.Contains(k.containers, one) {
		k.containers = append(k.containers, one)
		k.operations = append(k.operations, opValue("test", fmt.Sprintf("%s/%d/name", list, at), one.name))
	}
}

// keepOrder puts containers back into their places: kustomize puts those that a
// merge patch names in front of all others, and init containers run in order.
func (k *kustomized) keepOrder() {
	slices.SortFunc(k.containers, func(a, b container) int { return cmp.Or(strings.Compare(a.list, b.list), cmp.Compare(a.at, b.at)) })
	var moves []map[string]any
	for i, front := 0, 0; i < len(k.containers); i++ {
		one := k.containers[i]
		if i > 0 && k.containers[i-1].list != one.list {
			front = 0
		}
		if !k.merges(one) {
			continue
		}
		if one.at != front {
			move := op("move", fmt.Sprintf("%s/%d", one.list, one.at))
			move["from"] = fmt.Sprintf("%s/%d", one.list, front)
			moves = append(moves, move)
		}
		front++
	}
	slices.Reverse(moves) // the last first, whose place is behind the others'
	k.order = moves
}

// merges tells whether the merge patch names a container.
func (k *kustomized) merges(c container) bool {
	at := k.merge
	tokens := strings.Split(c.list, "/")[1:]
	for _, token := range tokens[:len(tokens)-1] {
		at, _ = at[token].(map[string]any)
	}
	return slices.ContainsFunc(items(at[tokens[len(tokens)-1]]), func(item any) bool {
		m, ok := item.(map[string]any)
		return ok && m["name"] == c.name
	})
}

func comparePlaces(a, b map[string]any) int {
	x, y := fmt.Sprint(a["path"]), fmt.Sprint(b["path"])
	return cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y))
}

func op(name, path string) map[string]any { return map[string]any{"op": name, "path": path} }

func opValue(name, path string, value any) map[string]any {
	return map[string]any{"op": name, "path": path, "value": value}
}

// test tests what was there; of what a plan does not hold there is no test.
func (k *kustomized) test(path string, before plan.Field) {
	if before.Value != nil && there(before.Value) {
		k.operations = append(k.operations, opValue("test", path, before.Value))
	}
}

// testScalar tests a field of the object or of its pod spec; that it is not there
// too, since its parent is. Of serviceAccount, which the API server fills in, a
// manifest may be without.
func (k *kustomized) testScalar(f, before plan.Field) {
	switch parent, last := f.Path[:strings.LastIndexByte(f.Path, '/')], f.Path[strings.LastIndexByte(f.Path, '/')+1:]; {
	case last == "serviceAccount" || before.Present || strings.Contains(f.Path, "/["):
	case before.Value != nil && strings.HasPrefix(f.Path, "/metadata/"):
		k.test(f.Path, before)
	case parent == "" && last == "automountServiceAccountToken", strings.HasPrefix(f.Path, "/spec/"):
		k.operations = append(k.operations, opValue("test", f.Path, before.Value))
	}
}

// listItem tells whether a field is an item of a list by its place: one that is
// put at the end, or that goes.
func listItem(f plan.Field) bool {
	last := f.Path[strings.LastIndexByte(f.Path, '/')+1:]
	return last == "-" || digits(last) && f.Value == nil && !strings.HasPrefix(f.Path, "/metadata/")
}

// item puts an item at the end of a list, or takes one out.
func (k *kustomized) item(f, before plan.Field) error {
	for _, stays := range k.Expects.Fields {
		k.test(stays.Path, stays)
	}
	switch {
	case strings.HasSuffix(f.Path, "/-") && f.Value != nil:
		k.operations = append(k.operations, opValue("add", f.Path, f.Value))
	case !strings.HasSuffix(f.Path, "/-"):
		k.test(f.Path, before)
		k.operations = append(k.operations, op("remove", f.Path))
	default:
		return fmt.Errorf("the end of %s cannot be taken away", f.Path)
	}
	return nil
}

// put sets a field in the merge patch. Items of lists are named; one that goes
// says so by $patch.
func (k *kustomized) put(f plan.Field) error {
	if strings.HasSuffix(f.Path, "/serviceAccount") {
		// It only mirrors serviceAccountName, which counts where both stand.
		f.Value = nil
	}
	at := k.merge
	tokens := strings.Split(f.Path, "/")[1:]
	for i := 0; i < len(tokens); i++ {
		last := i == len(tokens)-1
		token := unescape(tokens[i])
		switch {
		case last:
			at[token] = f.Value
		case tokens[i+1] == "-":
			putItem(at, token, f.Value)
			return nil
		case strings.HasPrefix(tokens[i+1], "["):
			item, err := itemOf(at, token, tokens[i+1])
			if err != nil {
				return err
			}
			i++
			if at = item; i == len(tokens)-1 {
				if f.Value != nil {
					return fmt.Errorf("%s is set, and only items that go are named", f.Path)
				}
				drop(item)
			}
		default:
			next, ok := at[token].(map[string]any)
			if !ok {
				next = map[string]any{}
				at[token] = next
			}
			at = next
		}
	}
	return nil
}

// putItem puts an item at the end of a list. Where one of its name goes by the
// same patch, it takes the place of that one.
func putItem(at map[string]any, list string, value any) {
	item, ok := value.(map[string]any)
	if name, named := item["name"].(string); ok && named {
		for _, o := range items(at[list]) {
			if other, ok := o.(map[string]any); ok && other["name"] == name {
				delete(other, "$patch")
				other["valueFrom"] = nil
				maps.Copy(other, item)
				return
			}
		}
		value = maps.Clone(item)
	}
	at[list] = append(items(at[list]), value)
}

// drop has an item go; one that is put there too stays, with nothing of the old
// one.
func drop(item map[string]any) {
	if _, stays := item["value"]; stays {
		item["valueFrom"] = nil
		return
	}
	item["$patch"] = "delete"
}

func items(v any) []any {
	list, _ := v.([]any)
	return list
}

// itemOf finds the item of a list in a patch by [KEY=NAME], or puts it there.
func itemOf(at map[string]any, list, token string) (map[string]any, error) {
	key, name, ok := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(token, "["), "]"), "=")
	if !ok || key != "name" && key != "mountPath" {
		return nil, fmt.Errorf("%s has no key that patches merge by", token)
	}
	name = unescape(name)
	for _, item := range items(at[list]) {
		if m, ok := item.(map[string]any); ok && m[key] == name {
			return m, nil
		}
	}
	item := map[string]any{key: name}
	at[list] = append(items(at[list]), item)
	return item, nil
}
