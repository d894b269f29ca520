package export

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"text/template"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/plan"
)

const app = "/spec/template/spec/containers/[name=app]/"

// field is a change of a named item. A was of "?" is Present.
func field(path string, was, will any) [2]plan.Field {
	if was == "?" {
		return [2]plan.Field{{Path: path, Present: true}, {Path: path, Value: will}}
	}
	return [2]plan.Field{{Path: path, Value: was}, {Path: path, Value: will}}
}

func listItems(t *testing.T, fields ...[2]plan.Field) []*named {
	t.Helper()
	s := &step{Step: &plan.Step{Before: &plan.State{}, After: &plan.State{}}}
	for _, f := range fields {
		s.Before.Fields, s.After.Fields = append(s.Before.Fields, f[0]), append(s.After.Fields, f[1])
	}
	_, _, list, err := s.split()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// run executes a template on an object as kubectl does, and gives its lines
// without that of the fields, and what they do, in the order of the scripts.
func run(t *testing.T, text, object string) (lines []string, patch []operation) {
	t.Helper()
	var o any
	if err := json.Unmarshal([]byte(object), &o); err != nil {
		t.Fatal(err)
	}
	parsed, err := template.New("").Parse(text)
	if err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	var b strings.Builder
	if err := parsed.Execute(&b, o); err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	ops := map[int]string{}
	for line := range strings.Lines(strings.TrimRight(b.String(), "\n")) {
		parts := strings.SplitN(strings.TrimSuffix(line, "\n"), " ", 4)
		if parts[1] == "test" {
			continue
		}
		lines = append(lines, strings.Join(parts[:3], " "))
		var place int
		if err := json.Unmarshal([]byte(parts[0]), &place); err != nil || (len(parts) < 4) {
			t.Fatalf("the line is %q: %v", line, err)
		}
		if parts[1] == "todo" {
			ops[place] += parts[3]
		}
	}
	all := ""
	for _, place := range slices.Backward(slices.Sorted(maps.Keys(ops))) {
		all += ops[place]
	}
	if err := json.Unmarshal([]byte("["+strings.TrimPrefix(all, ",")+"]"), &patch); err != nil {
		t.Fatalf("%v: %s", err, all)
	}
	return lines, patch
}

// told lists what of operations is no test.
func told(patch []operation) []string {
	list := []string{}
	for _, op := range patch {
		if op.Op != "test" {
			value, _ := json.Marshal(op.Value)
			list = append(list, strings.TrimSuffix(op.Op+" "+strings.TrimPrefix(op.Path, "/spec/template/spec/")+" "+string(value), " null"))
		}
	}
	return list
}

func ref(name, secret string) map[string]any {
	return map[string]any{"name": name, "valueFrom": map[string]any{"secretKeyRef": map[string]any{"name": secret, "key": "id"}}}
}

func TestAnItemIsFoundWhereverItStands(t *testing.T) {
	profile, id := field(app+"env/[name=AWS_PROFILE]", "?", nil), field(app+"env/[name=ID]", ref("ID", "aws"), nil)
	source := field(app+"envFrom/[secretRef=s]", map[string]any{"secretRef": map[string]any{"name": "s"}, "prefix": "A_"}, nil)
	mount := field(app+"volumeMounts/[mountPath=~1home~1it's %d {{.}} \"a\"]", "?", nil)
	mask := field(app+"env/-", nil, map[string]any{"name": "ID", "value": ""})
	second := field(app+"env/-", nil, map[string]any{"name": "KEY", "value": ""})
	for name, c := range map[string]struct {
		fields      [][2]plan.Field
		object      string // the containers
		forth, back []string
		does        []string // forth
	}{
		"a literal, behind another container": {
			[][2]plan.Field{profile}, `[{"name":"x","env":[{"name":"AWS_PROFILE","value":"p"}]},{"name":"app","env":[{"name":"A","value":"1"},{"name":"AWS_PROFILE","value":"p"}]}]`,
			[]string{"1 todo app:env/AWS_PROFILE=value"}, []string{"0 done app:env/AWS_PROFILE=value"}, []string{"remove containers/1/env/1"},
		},
		"one that is gone": {
			[][2]plan.Field{profile}, `[{"name":"app"}]`,
			[]string{"0 done app:env/AWS_PROFILE=none"}, []string{"0 lost app:env/AWS_PROFILE=none"}, []string{},
		},
		"one that stands twice": {
			[][2]plan.Field{profile}, `[{"name":"app","env":[{"name":"AWS_PROFILE","value":"p"},{"name":"A"},{"name":"AWS_PROFILE","value":"q"}]}]`,
			[]string{"0 todo app:env/AWS_PROFILE=value", "2 todo app:env/AWS_PROFILE=value"}, []string{"0 done app:env/AWS_PROFILE=value", "0 done app:env/AWS_PROFILE=value"},
			[]string{"remove containers/0/env/2", "remove containers/0/env/0"},
		},
		"a reference": {
			[][2]plan.Field{id, profile}, `[{"name":"app","env":[{"name":"ID","valueFrom":{"secretKeyRef":{"name":"aws","key":"id"}}},{"name":"AWS_PROFILE","value":"p"}]}]`,
			[]string{"0 todo app:env/ID=secretKeyRef/aws/id", "1 todo app:env/AWS_PROFILE=value"}, []string{"0 done app:env/ID=secretKeyRef/aws/id", "0 done app:env/AWS_PROFILE=value"},
			[]string{"remove containers/0/env/1", "remove containers/0/env/0"},
		},
		"a reference to something else": {
			[][2]plan.Field{id}, `[{"name":"app","env":[{"name":"ID","valueFrom":{"secretKeyRef":{"name":"other","key":"id"}}}]}]`,
			[]string{"0 other app:env/ID=secretKeyRef/other/id"}, []string{"0 other app:env/ID=secretKeyRef/other/id"}, []string{},
		},
		"a literal where a reference was": {
			[][2]plan.Field{id}, `[{"name":"app","env":[{"name":"ID","value":"x"}]}]`,
			[]string{"0 other app:env/ID=value"}, []string{"0 other app:env/ID=value"}, []string{},
		},
		"no container of that name": {
			[][2]plan.Field{id}, `[{"name":"x"}]`, []string{"0 other app:env/ID=container-gone"}, []string{"0 other app:env/ID=container-gone"}, []string{},
		},
		"a source with its prefix": {
			[][2]plan.Field{source}, `[{"name":"app","envFrom":[{"configMapRef":{"name":"s"}},{"secretRef":{"name":"s"}},{"prefix":"A_","secretRef":{"name":"s"}}]}]`,
			[]string{"2 todo app:envFrom/s=there"}, []string{"0 done app:envFrom/s=there"}, []string{"remove containers/0/envFrom/2"},
		},
		"a mount whose path means something": {
			[][2]plan.Field{mount}, `[{"name":"app","volumeMounts":[{"mountPath":"/x"},{"mountPath":"/home/it's %d {{.}} \"a\""}]}]`,
			[]string{`1 todo app:volumeMounts//home/it's_%d_{{.}}_"a"=there`}, []string{`0 done app:volumeMounts//home/it's_%d_{{.}}_"a"=there`}, []string{"remove containers/0/volumeMounts/1"},
		},
		"two masks where nothing is": {
			[][2]plan.Field{mask, second}, `[{"name":"app"}]`,
			[]string{"-1 todo app:env/ID=none", "-2 todo app:env/KEY=none"}, []string{"0 done app:env/ID=none", "0 done app:env/KEY=none"},
			[]string{`add containers/0/env [{"name":"ID"}]`, `add containers/0/env/- {"name":"KEY"}`},
		},
		"a mask that is there": {
			[][2]plan.Field{mask, second}, `[{"name":"app","env":[{"name":"ID"}]}]`,
			[]string{"0 done app:env/ID=empty", "-2 todo app:env/KEY=none"}, []string{"0 todo app:env/ID=empty", "0 done app:env/KEY=none"},
			[]string{`add containers/0/env/- {"name":"KEY"}`},
		},
		"a mask where somebody set a value": {
			[][2]plan.Field{mask}, `[{"name":"app","env":[{"name":"ID","value":"x"}]}]`,
			[]string{"0 other app:env/ID=value"}, []string{"0 other app:env/ID=value"}, []string{},
		},
		"a literal that a mask replaces": {
			[][2]plan.Field{field(app+"env/[name=ID]", "?", nil), mask}, `[{"name":"app","env":[{"name":"ID","value":"x"},{"name":"B"}]}]`,
			[]string{"0 todo app:env/ID=value", "-1 todo app:env/ID=none"}, []string{"0 done app:env/ID=value"},
			[]string{"remove containers/0/env/0", `add containers/0/env/- {"name":"ID"}`},
		},
		"a mask that replaced a literal": {
			[][2]plan.Field{field(app+"env/[name=ID]", "?", nil), mask}, `[{"name":"app","env":[{"name":"ID"}]}]`,
			[]string{"0 done app:env/ID=empty"}, []string{"0 todo app:env/ID=empty", "0 lost app:env/ID=none"}, []string{},
		},
	} {
		t.Run(name, func(t *testing.T) {
			list, object := listItems(t, c.fields...), `{"spec":{"template":{"spec":{"containers":`+c.object+`}}}}`
			forth, patch := run(t, writeTemplate("[]", list, false), object)
			back, _ := run(t, writeTemplate("[]", list, true), object)
			if diff := cmp.Diff([][]string{c.forth, c.back, c.does}, [][]string{forth, back, told(patch)}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatGoesIsTestedButNeverByAValueThatMayBeSecret(t *testing.T) {
	list := listItems(t, field(app+"env/[name=KEY]", "?", nil), field(app+"env/[name=ID]", ref("ID", "aws"), nil))
	_, patch := run(t, writeTemplate("[]", list, false), `{"spec":{"template":{"spec":{"containers":[{"name":"app","env":[
		{"name":"KEY","value":"s3cr3t"},{"name":"ID","valueFrom":{"secretKeyRef":{"name":"aws","key":"id"}}}]}]}}}}`)
	at := "/spec/template/spec/containers/0/"
	want := []operation{
		{"test", at + "name", "app"}, {"test", at + "env/1", ref("ID", "aws")}, {Op: "remove", Path: at + "env/1"},
		{"test", at + "name", "app"}, {"test", at + "env/0/name", "KEY"}, {Op: "remove", Path: at + "env/0"},
	}
	if diff := cmp.Diff(want, patch); diff != "" {
		t.Error(diff)
	}
}

func TestItemsThatNoScriptKnowsAreRefused(t *testing.T) {
	for name, f := range map[string][2]plan.Field{
		"a list of another kind":      field(app+"ports/[name=x]", "?", nil),
		"another key":                 field(app+"env/[value=x]", "?", nil),
		"a part of an item":           field(app+"env/[name=x]/value", "?", nil),
		"an end without a name":       field(app+"env/-", nil, map[string]any{"value": ""}),
		"a value that comes":          field(app+"env/-", nil, map[string]any{"name": "x", "value": "y"}),
		"a literal that is in a plan": field(app+"env/[name=x]", map[string]any{"name": "x", "value": "y"}, nil),
		"nothing that changes":        field(app+"env/[name=x]", nil, nil),
		"a name that cannot be seen":  field(app+"env/[name=\u202e]", "?", nil),
	} {
		t.Run(name, func(t *testing.T) {
			s := &step{Step: &plan.Step{Before: &plan.State{Fields: []plan.Field{f[0]}}, After: &plan.State{Fields: []plan.Field{f[1]}}}}
			if _, _, list, err := s.split(); err == nil {
				t.Errorf("it is taken for %+v", *list[0])
			}
		})
	}
}
