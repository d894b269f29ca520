package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

const (
	inMapping = "is a mapping in a mapping, as of {{, a template that is not rendered, where the API server takes only a"
	toRender  = "; it holds {{, so it seems to be a template that is not rendered"
	rbacV1    = "apiVersion: rbac.authorization.k8s.io/v1\n"
	podP      = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: t}\n"
)

// besides puts a part between two good documents. Both must be read, at the
// lines that they are at, whatever the part is.
func besides(part string) (text string, want []string) {
	text = good + "---\n" + part
	if !strings.HasSuffix(part, "\n") {
		text += "\n"
	}
	text += "---\n"
	return text + good, []string{implies, goodIs + " at 1", fmt.Sprintf("%s at %d", goodIs, strings.Count(text, "\n")+1)}
}

// TestBadPartsBetweenGoodOnes: lines are those of the file, in which the part
// starts at line 5.
func TestBadPartsBetweenGoodOnes(t *testing.T) {
	cut := func(n int, s string) string { return strings.Repeat(s, n) }
	for name, c := range map[string]struct {
		part string
		want []string // gaps, and what is ignored or kept, beside the good ones
	}{
		"a template at the start of a document": {
			"{{- if .x }}\n" + podP + "{{- end }}\n",
			[]string{"gap -:5: it is no YAML: did not find expected node content" + toRender + " [?]"},
		},
		"a template with arguments that is a whole document": {
			"{{ include \"x\" . }}\n", []string{"gap -:5: the object " + inMapping + " mapping [?]"},
		},
		"a variable of a template that is a whole document": {
			"{{ x }}\n", []string{"gap -:5: the object " + inMapping + " mapping [?]"},
		},
		"a template as key": {
			"apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  {{ x }}: y\n",
			[]string{"gap -:8: Pod: metadata " + inMapping + " mapping [?]"},
		},
		"a template as member of a list": {
			"apiVersion: v1\nkind: List\nitems:\n- {{ x }}\n",
			[]string{"gap -:8: the object " + inMapping + " mapping [?]"},
		},
		"a template where a boolean belongs": {
			"apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a, namespace: t}\nautomountServiceAccountToken: {{ x }}\n",
			[]string{"gap -:8: ServiceAccount t/a: automountServiceAccountToken " + inMapping + " boolean [ServiceAccount t/a]"},
		},
		"a template as kind, which could be any": {
			"apiVersion: v1\nkind: '{{ x }}'\nmetadata: {name: a}\n",
			[]string{"gap -:6: kind holds {{, a template that is not rendered [?]"},
		},
		"a template as apiVersion of a kind that is read": {
			"apiVersion: '{{ x }}'\nkind: Deployment\nmetadata: {name: a}\n",
			[]string{"gap -:5: apiVersion holds {{, a template that is not rendered [?]"},
		},
		"a template as account": {
			podP + "spec:\n  serviceAccountName: \"{{ x }}\"\n",
			[]string{"gap -:9: Pod t/p: spec.serviceAccountName holds {{, a template that is not rendered [Pod t/p]"},
		},
		"a template as subject": {
			rbacV1 + "kind: RoleBinding\nmetadata: {name: b, namespace: t}\nroleRef: {kind: Role, name: r}\nsubjects:\n- kind: User\n  name: \"{{ x }}\"\n",
			[]string{"gap -:11: RoleBinding t/b: subjects[0].name holds {{, a template that is not rendered [RoleBinding t/b]"},
		},
		"a template between items": {
			"apiVersion: v1\nkind: List\nitems:\n{{ range . }}\n- a\n{{ end }}\n",
			[]string{"gap -:8: it is no YAML: could not find expected ':'" + toRender + " [?]"},
		},
		"a list of objects, which kubectl does not read": {
			"- apiVersion: v1\n  kind: Pod\n  metadata: {name: p}\n",
			[]string{"gap -:5: it is a list of objects, which kubectl does not read [?]"},
		},
		"a list of objects as JSON": {
			"[" + jsonSA + ",\n" + jsonSA + "]\n",
			[]string{"gap -:5: it is a list of objects, which kubectl does not read [?]"},
		},
		"a list of anything else is of no kind": {
			"- op: add\n  path: /kind\n", []string{"ignored 1 (no kind)"},
		},
		"text": {
			"version https://example.com\noid sha256:abc\n", []string{"gap -:5: the object is a string, where the API server takes only a mapping [?]"},
		},
		"a number": {
			"7\n", []string{"gap -:5: the object is a number, where the API server takes only a mapping [?]"},
		},
		"no kind": {
			"apiVersion: apps/v1\nmetadata: {name: a}\nspec: {}\n", []string{"gap -:5: a: kind is missing [?]"},
		},
		"no kind, of a group that no rule reads": {
			"apiVersion: example.com/v2\nmetadata: {name: a}\n", []string{"ignored 1 (no kind)"},
		},
		"two JSON documents where YAML began": {
			jsonSA + "\n\n" + jsonSA + "\n",
			[]string{goodIs + " at 5", "gap -:7: here ends the document, and kubectl does not read what follows [?]"},
		},
		"a byte order mark that does not begin its document": {
			"\n\ufeff" + jsonSA + "\n", []string{"gap -:6: the object is a string, where the API server takes only a mapping [?]"},
		},
		"an alias bomb where names belong": {
			"x:\n- &a [" + cut(99, "y,") + "]\n- &b [" + cut(99, "*a,") + "]\n- &c [" + cut(99, "*b,") + "]\napiVersion: v1\nkind: PodList\nitems: *c\n",
			[]string{"gap -:5: its aliases multiply beyond measure [?]"},
		},
		"an alias bomb that stays small": {
			"a: &a [" + cut(300, "x,") + "]\nb: [" + cut(1000, "*a,") + "]\n",
			[]string{"gap -:5: its aliases multiply beyond measure [?]"},
		},
		"a bomb of merge keys": {
			"a: &a {" + cut(1, "k: v") + "}\nb: &b {<<: [" + cut(99, "*a,") + "]}\nc: &c {<<: [" + cut(99, "*b,") + "]}\nd: {<<: [" + cut(99, "*c,") + "]}\n",
			[]string{"gap -:5: its aliases multiply beyond measure [?]"},
		},
		"an alias of another document": {
			"a: *x\n", []string{"gap -:5: it is no YAML: unknown anchor referenced [?]"},
		},
		"200,000 levels of mappings in flow style": {
			cut(200000, "{a: ") + "\n", []string{"gap -:5: it is no YAML: exceeded max depth of 10000 [?]"},
		},
		"200,000 levels of lists on one line": {
			cut(200000, "- ") + "a\n", []string{"gap -:5: it is no YAML: exceeded max depth of 10000 [?]"},
		},
		"lists in lists, 4,000 deep": {
			cut(4000, `{"apiVersion":"v1","kind":"List","items":[`) + jsonSA + cut(4000, "]}") + "\n", []string{goodIs + " at 5"},
		},
		"a duplicate key that no rule reads": {
			podP + "spec:\n  nodeName: a\n  nodeName: b\n", []string{`pod t/p as "" at 5`},
		},
		"a duplicate member of a member": {
			podP + "spec:\n  containers:\n  - volumeMounts: []\n    volumeMounts: []\n",
			[]string{"gap -:11: Pod t/p: spec.containers[0].volumeMounts is set twice [Pod t/p]"},
		},
		"a duplicate annotation": {
			"apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: a\n  namespace: t\n  annotations:\n    eks.amazonaws.com/role-arn: b\n    eks.amazonaws.com/role-arn: c\n",
			[]string{`gap -:12: ServiceAccount t/a: metadata.annotations["eks.amazonaws.com/role-arn"] is set twice [ServiceAccount t/a]`},
		},
		"a role reference that is a list": {
			rbacV1 + "kind: RoleBinding\nmetadata: {name: b, namespace: t}\nroleRef: [r]\n",
			[]string{"gap -:8: RoleBinding t/b: roleRef is a list, where the API server takes only a mapping [RoleBinding t/b]"},
		},
		"containers that are a mapping": {
			podP + "spec:\n  containers: {a: b}\n",
			[]string{"gap -:9: Pod t/p: spec.containers is a mapping, where the API server takes only a list [Pod t/p]"},
		},
		"containers that are strings": {
			podP + "spec:\n  containers:\n  - a\n",
			[]string{"gap -:10: Pod t/p: spec.containers[0] is a string, where the API server takes only a mapping [Pod t/p]"},
		},
		"metadata that is a list": {
			"apiVersion: v1\nkind: Pod\nmetadata: [p]\n", []string{"gap -:7: Pod: metadata is a list, where the API server takes only a mapping [?]"},
		},
		"a name that is a number": {
			"apiVersion: v1\nkind: Pod\nmetadata:\n  namespace: t\n  name: 123\n",
			[]string{"gap -:9: Pod: metadata.name is a number, where the API server takes only a string [?]"},
		},
		"a verb that is a boolean of YAML 1.1": {
			rbacV1 + "kind: Role\nmetadata: {name: r, namespace: t}\nrules:\n- verbs: [get, on]\n",
			[]string{"gap -:9: Role t/r: rules[0].verbs[1] is a boolean, where the API server takes only a string [Role t/r]"},
		},
		"a kind that is a number": {
			"apiVersion: v1\nkind: 7\n", []string{"gap -:6: kind is a number, where the API server takes only a string [?]"},
		},
		"a control character": {
			"a: b\nc: \x00\n", []string{"gap -:6: it is no YAML: control characters are not allowed [?]"},
		},
		"a marker with text that is no blank behind it": {
			"a: b\n---x\n", []string{"gap -:6: it is no YAML: could not find expected ':' [?]"},
		},
		"a directive behind a marker, which is for no document": {
			"%YAML 2.0\n---\na: b\n", []string{"ignored 1 (no kind)"},
		},
		"a percent sign": {
			"%\n", nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			text, want := besides(c.part)
			counts := counted(append(want, c.want...))
			if diff := cmp.Diff(counts, counted(facts(taken(t, text)))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestBadJSON: what starts like JSON is told as such, at its own line, and
// what stands before it is kept.
func TestBadJSON(t *testing.T) {
	kept := []string{implies, goodIs + " at 1"}
	for name, c := range map[string]struct {
		in   string
		want []string
	}{
		"a document that is broken in its third line": {
			jsonSA + "\n{\"a\": 1,\n\"b\": ]\n}\n", append(kept, "gap -:3: it is no JSON: invalid character ']' after object value (expecting ',' or '}') [?]"),
		},
		"a comma too many, which YAML allows, as kubectl finds": {
			`{"apiVersion":"v1","items":[` + jsonSA + ",]}", kept,
		},
		"a bracket too many":         {jsonSA + "\n}", append(kept, "gap -:2: it is no JSON: invalid character '}' at start of value [?]")},
		"text behind it":             {jsonSA + "\nhello", append(kept, "gap -:2: it is no JSON: invalid character at start of value [?]")},
		"comments of JavaScript":     {"{\n// c\n\"a\": 1}", []string{"gap -:2: it is no JSON: invalid character '/' at start of value [?]"}},
		"cut in a string":            {jsonSA + "\n{\"a\":\n\"b", append(kept, "gap -:3: it ends in the middle of a JSON value [?]")},
		"cut between items":          {`{"kind":"PodList","apiVersion":"v1","items":[` + "\n{\"metadata\":{\"name\":\"a\",\"namespace\":\"t\"}},\n", []string{implies, `pod t/a as "" at 2`, "gap -:3: it ends in the middle of a JSON value [?]"}},
		"cut before the kind of all": {`{"items":[` + "\n{\"metadata\":{\"name\":\"a\"}},\n", []string{"gap -:3: it ends in the middle of a JSON value [?]"}},
		"cut with {{ in its data":    {`{"a":"{{ x }}"`, []string{"gap -:1: it ends in the middle of a JSON value [?]"}},
		"a template that starts like JSON": {
			"{{- if .x }}\n" + good + "{{- end }}\n---\n" + good,
			[]string{implies, goodIs + " at 7", `gap -:1: it is no JSON: object member name must be a string` + toRender + " [?]"},
		},
		"flow style that is broken": {
			"{a: [\n---\n" + good, []string{implies, goodIs + " at 3", "gap -:1: it is no JSON: invalid character at start of value [?]"},
		},
		"invalid UTF-8 in what no rule reads": {
			strings.Replace(jsonSA, `"metadata"`, "\"x\":\"\xff\",\"metadata\"", 1), kept,
		},
		"invalid UTF-8 beside an escape": {
			strings.Replace(jsonSA, "good", `g\u0041`+"\xff", 1), nil,
		},
		"a duplicate of a whole field": {
			`{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},` + "\n" + `"metadata":{"name":"b"}}`, []string{"gap -:2: Pod: metadata is set twice [?]"},
		},
		"a name that differs from a field by case is another": {
			strings.Replace(jsonSA, `"metadata"`, `"AutomountServiceAccountToken":true,"metadata"`, 1), kept,
		},
		"a string for a boolean": {
			strings.Replace(jsonSA, `"metadata"`, `"automountServiceAccountToken":"false","metadata"`, 1),
			[]string{implies, `gap -:1: ServiceAccount t/good: automountServiceAccountToken is the string "false", where the API server takes only true or false [ServiceAccount t/good]`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := facts(taken(t, c.in))
			if name == "invalid UTF-8 beside an escape" {
				if len(got) != 2 || !strings.Contains(got[1], "metadata.name is no valid UTF-8") {
					t.Error(got)
				}
				return
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTenThousandDocuments(t *testing.T) {
	yaml := strings.Repeat(good+"---\n", 10000)
	json := strings.Repeat(jsonSA+"\n", 10000)
	broken := strings.Repeat("a: [\n---\n"+good+"---\n", 10000)
	for name, c := range map[string]struct {
		in         string
		kept, gaps int
		last       int // line of the last one kept
	}{
		"YAML":                         {yaml, 10000, 0, 4*9999 + 1},
		"JSON":                         {json, 10000, 0, 10000},
		"YAML, every second is broken": {broken, 10000, 10000, 6*9999 + 3},
	} {
		t.Run(name, func(t *testing.T) {
			s := taken(t, c.in)
			if len(s.ServiceAccounts) != c.kept || len(s.Gaps) != c.gaps {
				t.Fatalf("%d objects and %d gaps", len(s.ServiceAccounts), len(s.Gaps))
			}
			last := 0
			for _, a := range s.ServiceAccounts {
				last = max(last, a.Source.Line)
			}
			if last != c.last {
				t.Errorf("the last is at line %d, want %d", last, c.last)
			}
		})
	}
}

// TestLongInputsOfOneThingComeToAnEnd: each would take minutes if the time
// grew with the square.
func TestLongInputsOfOneThingComeToAnEnd(t *testing.T) {
	for name, line := range map[string]string{
		"directives":              "%A\n",
		"directives and markers":  "%A\n---\n",
		"markers":                 "---\n",
		"document ends":           "...\n",
		"comments":                "# c\n",
		"comments between items":  "- x\n# c\n\n",
		"tags":                    "- !!str b\n",
		"anchors":                 "- &a b\n",
		"JSON documents":          "{\"a\":1}\n",
		"flow style that is open": "{a: [\n---\n",
		"blanks":                  "\t\n",
	} {
		t.Run(name, func(t *testing.T) {
			if s := taken(t, strings.Repeat(line, 20000)); len(s.ServiceAccounts)+len(s.Pods) > 0 {
				t.Errorf("objects were made of nothing: %v", facts(s))
			}
		})
	}
}

func TestWhatCannotBeReadInAFolder(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"a.yaml": good, "z.json": jsonSA, "n/x.yaml": good} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755), os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	if err := mkfifo(filepath.Join(dir, "pipe.yaml")); errors.Is(err, errors.ErrUnsupported) {
		t.Skipf("this system has no pipes in folders: %v", err)
	} else if err != nil {
		t.Fatal(err)
	}
	want := []string{implies, goodIs + " at 1", goodIs + " at 1", goodIs + " at 1", "gap DIR/pipe.yaml:1: it cannot be read: it is no regular file [?]"}
	if os.Geteuid() != 0 { // root reads everything
		for _, name := range []string{"closed.yaml", "closed/x.yaml"} {
			path := filepath.Join(dir, name)
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, nil, 0)); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Chmod(filepath.Join(dir, "closed"), 0); err != nil {
			t.Fatal(err)
		}
		defer os.Chmod(filepath.Join(dir, "closed"), 0o755)
		want = append(want, "gap DIR/closed.yaml:1: it cannot be read: permission denied [?]", "gap DIR/closed:1: it cannot be read: permission denied [?]")
	}
	s, err := Collect(context.Background(), Options{Paths: []string{dir}})
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(strings.ReplaceAll(strings.Join(facts(s), "\n"), dir, "DIR"), "\n")
	if diff := cmp.Diff(counted(want), counted(got)); diff != "" {
		t.Error(diff)
	}
}

// TestAReadThatFailsIsAGapAndKeepsWhatWasRead breaks the input at its
// beginning, and behind a JSON document.
func TestAReadThatFailsIsAGapAndKeepsWhatWasRead(t *testing.T) {
	broken := &fs.PathError{Op: "read", Path: "somewhere", Err: errors.New("input/output error")}
	for name, c := range map[string]struct {
		before string
		want   []string
	}{
		"at once":                {"", []string{"gap -:1: it cannot be read: input/output error [?]"}},
		"behind a JSON document": {jsonSA + strings.Repeat("\n", 10000), []string{implies, goodIs + " at 1", "gap -:10001: it cannot be read: input/output error [?]"}},
		"within YAML":            {good + strings.Repeat("#\n", 10000), []string{"gap -:1: it cannot be read: input/output error [?]"}},
	} {
		t.Run(name, func(t *testing.T) {
			in := io.MultiReader(bytes.NewReader([]byte(c.before)), iotest.ErrReader(broken))
			if diff := cmp.Diff(c.want, facts(read(t, in))); diff != "" {
				t.Error(diff)
			}
		})
	}
}
