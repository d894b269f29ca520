package export

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"podpass/internal/plan"
)

// named is an item of a list of a container that a step takes away, puts at the
// end, or both: a variable (env), a source of variables (envFrom) or a mount.
// To a JSON patch items have places and no names.
type named struct {
	containers string // the JSON pointer of the list of containers
	container  string
	list       string // env, envFrom or volumeMounts
	key, name  string // what tells it apart, as name AWS_PROFILE, secretRef s
	prefix     string // of a source
	was, will  any    // nil: none, or with present: it is there, and not in the plan
	present    bool
}

// isNamed tells the path of an item of a list of a container.
func isNamed(path string) bool {
	return strings.Contains(path, "/containers/[name=") || strings.Contains(path, "/initContainers/[name=")
}

// names tells whether a step changes such items.
func (s *step) names() bool {
	return s.Action == plan.Change && slices.ContainsFunc(s.After.Fields, func(f plan.Field) bool { return isNamed(f.Path) })
}

// split parts the fields of a step from its items.
func (s *step) split() (before, after []plan.Field, items []*named, err error) {
	if !samePaths(s.Before.Fields, s.After.Fields) {
		return nil, nil, nil, fmt.Errorf("it does not say of each field what it was and will be")
	}
	for i, was := range s.Before.Fields {
		will := s.After.Fields[i]
		if !isNamed(was.Path) {
			before, after = append(before, was), append(after, will)
			continue
		}
		one, err := namedOf(was, will)
		if err != nil {
			return nil, nil, nil, err
		}
		items = one.among(items)
	}
	return before, after, items, nil
}

// among adds an item to others. One that is taken away and put at the end is one
// item, as is one that stands twice in its list.
func (n *named) among(items []*named) []*named {
	for _, o := range items {
		if o.containers == n.containers && o.container == n.container && o.list == n.list && o.key == n.key && o.name == n.name && o.prefix == n.prefix {
			o.present = o.present || n.present
			if n.was != nil {
				o.was = n.was
			}
			if n.will != nil {
				o.will = n.will
			}
			return items
		}
	}
	return append(items, n)
}

// namedOf reads a path as CONTAINERS/[name=app]/LIST/ITEM, where ITEM is
// [KEY=NAME], or - for the end of the list.
func namedOf(was, will plan.Field) (*named, error) {
	tokens := strings.Split(was.Path, "/")
	at := slices.IndexFunc(tokens, func(t string) bool { return strings.HasPrefix(t, "[name=") })
	bad := fmt.Errorf("the path %+q names an item in a way that no script knows: make the plan anew", was.Path)
	if len(tokens) != at+3 {
		return nil, bad
	}
	n := &named{containers: strings.Join(tokens[:at], "/"), list: tokens[at+1], present: was.Present}
	var err error
	if n.was, err = plain(was.Value); err != nil {
		return nil, err
	}
	if n.will, err = plain(will.Value); err != nil {
		return nil, err
	}
	_, n.container = pair(tokens[at])
	n.key, n.name = pair(tokens[at+2])
	if tokens[at+2] == "-" {
		item, _ := n.will.(map[string]any)
		n.key = "name"
		n.name, _ = item["name"].(string)
	}
	if item, ok := n.was.(map[string]any); ok && n.list == "envFrom" {
		n.prefix, _ = item["prefix"].(string)
	}
	if n.name == "" || n.container == "" || !slices.Contains(keysOf(n.list), n.key) || !n.sound() {
		return nil, bad
	}
	return n, visible("an item of the container "+n.container, n.container+n.name+n.prefix)
}

// pair takes [KEY=NAME] apart.
func pair(token string) (key, name string) {
	inner, ok := strings.CutPrefix(token, "[")
	inner, end := strings.CutSuffix(inner, "]")
	if !ok || !end {
		return "", ""
	}
	key, name, _ = strings.Cut(inner, "=")
	return key, unescape(name)
}

// keysOf lists the keys by which the items of a list are told apart.
func keysOf(list string) []string {
	return map[string][]string{"env": {"name"}, "envFrom": {"secretRef", "configMapRef"}, "volumeMounts": {"mountPath"}}[list]
}

// sound tells whether the values are such as plans have: what goes is known or
// present, what comes is a variable with nothing in it.
func (n *named) sound() bool {
	if n.will != nil {
		item, _ := n.will.(map[string]any)
		if value, _ := item["value"].(string); n.list != "env" || value != "" || len(item) > 2 || item["valueFrom"] != nil {
			return false
		}
	}
	if n.was != nil && (n.list == "volumeMounts" || n.list == "env" && n.reference() == "") {
		return false
	}
	return n.present || n.was != nil || n.will != nil
}

// reference is where a variable takes its value from, as KEY/NAME/ENTRY.
func (n *named) reference() string {
	item, _ := n.was.(map[string]any)
	from, _ := item["valueFrom"].(map[string]any)
	for _, kind := range references() {
		if ref, ok := from[kind].(map[string]any); ok && len(from) == 1 {
			return fmt.Sprint(kind, "/", ref["name"], "/", ref["key"])
		}
	}
	return ""
}

func references() []string { return []string{"secretKeyRef", "configMapKeyRef"} }

// label names the item in one word.
func (n *named) label() string {
	return strings.ReplaceAll(shown(n.container+":"+n.list+"/"+n.name), " ", "_")
}

// changeItems makes the lines of a step with named items: one patch of the fields
// and of the items, so that there is one roll-out. Where the items stand is asked
// when the script runs.
func (s *step) changeItems(folder string) error {
	was, will, items, err := s.split()
	if err != nil {
		return err
	}
	before, err := stateOf(s.fields(was))
	if err != nil {
		return err
	}
	after, err := stateOf(s.fields(will))
	if err != nil {
		return err
	}
	forth, back := change(s.Expects.UID, s.Expects.Fields, was, will), change(s.Expects.UID, s.Expects.Fields, will, was)
	if forth.kind != typeJSON || back.kind != typeJSON {
		return fmt.Errorf("it adds labels or annotations together with items of lists: make the plan anew")
	}
	for _, one := range []struct {
		lines      *string
		patch      any
		end, text  string
		from, to   state
		backwardly bool
	}{
		{&s.apply, forth.body, ".gotmpl", "", before, after, false},
		{&s.revert, back.body, ".revert.gotmpl", "It takes step " + s.number + " back.", after, before, true},
	} {
		ops, err := json.Marshal(one.patch)
		if err != nil {
			return err
		}
		name := s.slug() + one.end
		body := writeTemplate(string(ops), items, one.backwardly)
		s.files = append(s.files, File{Path: name, Data: []byte(templateComment(s.head(one.text)) + body)})
		*one.lines = call("change_items", folder+"/"+name, s.Expects.UID, one.from.query, one.from.want, one.to.want)
	}
	return nil
}

// itemLabels names items of a step.
func (s *step) itemLabels(which func(*named) bool) []string {
	if !s.names() {
		return nil
	}
	_, _, items, err := s.split()
	if err != nil {
		return nil // told when the step is written
	}
	var labels []string
	for _, n := range items {
		if which(n) {
			labels = append(labels, n.label())
		}
	}
	return labels
}

// unknown tells an item that cannot be put back.
func unknown(n *named) bool { return n.present }
