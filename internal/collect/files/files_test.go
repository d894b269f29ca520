package files

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/snapshot"
)

// facts puts a Snapshot into lines, one for each object, kind and gap.
func facts(s *snapshot.Snapshot) (lines []string) {
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	for _, n := range s.Namespaces {
		if n.Implied {
			add("implied %s", n.Name)
		} else {
			add("namespace %s at %d", n.Name, n.Source.Line)
		}
	}
	for _, a := range s.ServiceAccounts {
		add("account %s/%s %+d at %d", a.Namespace, a.Name, a.Automount, a.Source.Line)
	}
	for _, p := range s.Pods {
		add("pod %s/%s as %q at %d", p.Namespace, p.Name, p.Spec.Account, p.Source.Line)
	}
	for _, w := range s.Workloads {
		add("%s %s/%s at %d", w.Kind, w.Namespace, w.Name, w.Source.Line)
	}
	for _, i := range s.Ignored {
		add("ignored %d %s", i.Count, i.Kind)
	}
	for _, g := range s.Gaps {
		object := "?"
		if g.Object != nil {
			object = g.Object.String()
		}
		add("gap %s: %s [%s]", g.Scope, g.Reason, object)
		if g.What != "file" || g.Grant == "" {
			add("gap without a way out: %+v", g)
		}
	}
	return lines
}

const (
	good    = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: good, namespace: t}\n"
	goodIs  = "account t/good +0"
	implies = "implied t"
	jsonSA  = `{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"good","namespace":"t"}}`
)

func TestNoBrokenPartHidesTheOthersAndEachIsAGap(t *testing.T) {
	deep := strings.Repeat("[", 200000)
	bomb := "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for i := 'b'; i < 'k'; i++ {
		bomb += fmt.Sprintf("%c: &%c [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c,", i-1), 10), ","))
	}
	for name, c := range map[string]struct {
		in   string
		want []string
	}{
		"broken YAML is named by its line, not by that of the block around it": {
			"a: 1\nb:\n  c: d\n e: f\n---\n" + good,
			[]string{implies, goodIs + " at 6", "gap -:4: it is no YAML: did not find expected key [?]"},
		},
		"a tab as indentation": {
			"a:\n\tb: c\n---\n" + good,
			[]string{implies, goodIs + " at 4", "gap -:2: it is no YAML: found character that cannot start any token [?]"},
		},
		"an alias bomb": {
			bomb + "---\n" + good,
			[]string{implies, goodIs + " at 12", "gap -:1: its aliases multiply beyond measure [?]"},
		},
		"an alias that holds itself": {
			"apiVersion: v1\nkind: List\nitems: &a [*a]\n---\n" + good,
			[]string{implies, goodIs + " at 5", "gap -:1: an alias holds itself [?]"},
		},
		"deep nesting in YAML": {
			"a: " + deep + "\n---\n" + good,
			[]string{implies, goodIs + " at 3", "gap -:1: it is no YAML: exceeded max depth of 10000 [?]"},
		},
		"deep nesting in JSON": {
			jsonSA + "\n" + strings.Repeat(`{"a":`, 200000) + "\n---\n" + good,
			[]string{implies, goodIs + " at 1", goodIs + " at 4", "gap -:2: it is no JSON: exceeded max depth [?]"},
		},
		"invalid UTF-8 in YAML": {
			"a: b\nc: \xff\n---\n" + good,
			[]string{implies, goodIs + " at 4", "gap -:2: it is no YAML: invalid leading UTF-8 octet [?]"},
		},
		"invalid UTF-8 in a JSON name refuses that object alone": {
			strings.Replace(jsonSA, "good", "g\xff", 1) + "\n" + jsonSA,
			[]string{implies, goodIs + " at 2", "gap -:1: ServiceAccount t/\"g\\xff\": metadata.name is no valid UTF-8 [ServiceAccount t/g\xff]"},
		},
		"a string where a boolean belongs": {
			strings.Replace(good, "good", "default", 1) + "automountServiceAccountToken: \"false\"\n",
			[]string{implies, `gap -:4: ServiceAccount t/default: automountServiceAccountToken is the string "false", where the API server takes only true or false [ServiceAccount t/default]`},
		},
		"a boolean of YAML 1.1 where a string belongs": {
			"apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: t}\nspec:\n  serviceAccountName: on\n",
			[]string{implies, "gap -:5: Pod t/p: spec.serviceAccountName is a boolean, where the API server takes only a string [Pod t/p]"},
		},
		"a member of a list of the wrong type is named by its place": {
			"apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: b, namespace: t}\nsubjects:\n- {kind: User, name: a}\n- {kind: User, name: 7}\n",
			[]string{implies, "gap -:6: RoleBinding t/b: subjects[1].name is a number, where the API server takes only a string [RoleBinding t/b]"},
		},
		"an annotation that is no string": {
			"apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: good\n  namespace: t\n  annotations: {scrape: true}\n",
			[]string{implies, "gap -:6: ServiceAccount t/good: metadata.annotations is a boolean, where the API server takes only a string [ServiceAccount t/good]"},
		},
		"a duplicate key in YAML": {
			"apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: t}\nspec:\n  serviceAccountName: a\n  serviceAccountName: b\n",
			[]string{implies, "gap -:6: Pod t/p: spec.serviceAccountName is set twice [Pod t/p]"},
		},
		"a duplicate key in JSON": {
			`{"apiVersion":"v1","kind":"List","items":[` + "\n" + jsonSA + ",\n" + strings.Replace(jsonSA, `"metadata"`, `"automountServiceAccountToken":true,"automountServiceAccountToken":false,"metadata"`, 1) + "]}",
			[]string{implies, goodIs + " at 2", "gap -:3: ServiceAccount t/good: automountServiceAccountToken is set twice [ServiceAccount t/good]"},
		},
		"two kinds, of which neither counts": {
			"apiVersion: v1\nkind: ConfigMap\nkind: Pod\nmetadata: {name: p}\n",
			[]string{"gap -:3: kind is set twice [?]"},
		},
		"a template that is no YAML": {
			"kind: Pod\nmetadata:\n  {{- if .x }}\n  name: x\n---\n" + good,
			[]string{implies, goodIs + " at 6", "gap -:3: it is no YAML: did not find expected node content; it holds {{, so it seems to be a template that is not rendered [?]"},
		},
		"a template that is YAML by chance": {
			"apiVersion: v1\nkind: Pod\nmetadata:\n  namespace: t\n  name: {{ name }}\n",
			[]string{implies, "gap -:5: Pod: metadata.name is a mapping in a mapping, as of {{, a template that is not rendered, where the API server takes only a string [?]"},
		},
		"a template in quotes implies no namespace": {
			"apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: \"{{ .Release.Namespace }}\"}\n",
			[]string{"gap -:3: Pod: metadata.namespace holds {{, a template that is not rendered [?]"},
		},
		"a truncated dump: what stands before is kept, what was cut is not taken for whole": {
			`{"apiVersion":"v1","items":[` + "\n" + jsonSA + ",\n" + `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},` + "\n" + `"spec":{"auto`,
			[]string{implies, goodIs + " at 2", "gap -:4: it ends in the middle of a JSON value [?]"},
		},
		"text behind the document end mark, which kubectl does not read": {
			good + "...\n" + strings.Replace(good, "good", "bad", 1),
			[]string{implies, goodIs + " at 1", "gap -:4: here ends the document, and kubectl does not read what follows [?]"},
		},
		"a list that is none": {
			"apiVersion: v1\nkind: PodList\nitems: {a: b}\n",
			[]string{"gap -:3: items is a mapping, where the API server takes only a list [?]"},
		},
		"no apiVersion": {
			"kind: Pod\nmetadata: {name: p}\n",
			[]string{"implied default", "gap -:1: Pod default/p: apiVersion is missing [Pod default/p]"},
		},
		"no name": {
			"apiVersion: v1\nkind: Pod\nmetadata: {namespace: t}\n",
			[]string{implies, "gap -:1: Pod: metadata.name is missing [?]"},
		},
		"an aggregation rule without selectors, which the API server refuses": {
			"apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}\naggregationRule: {}\n",
			[]string{"gap -:1: ClusterRole r: aggregationRule has no clusterRoleSelectors, where the API server asks for one [ClusterRole r]"},
		},
		"kinds that no rule reads, in whatever shape": {
			"apiVersion: x/v1\nkind: Odd\nmetadata: {name: 1, labels: [2]}\nspec: {template: 3, containers: {a: b}}\nrules: x\nsubjects: {}\nstatus: 1\n---\nfoo: bar\n---\n- a\n",
			[]string{"ignored 2 (no kind)", "ignored 1 Odd"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, facts(taken(t, c.in))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEveryWayToWriteAnObjectIsRead(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		want []string
	}{
		"nothing":                              {"", nil},
		"only comments":                        {"# a\n---\n# b\n", nil},
		"a stream with empty documents":        {"---\n---\n# c\n---\n" + good + "---\n", []string{implies, goodIs + " at 5"}},
		"content on the line of the marker":    {"--- # one\n" + good + "--- {apiVersion: v1, kind: Pod, metadata: {name: p, namespace: t}}\n", []string{implies, goodIs + " at 2", `pod t/p as "" at 5`}},
		"a byte order mark in each document":   {"\ufeff" + good + "---\n\ufeff" + good, []string{implies, goodIs + " at 1", goodIs + " at 5"}},
		"CRLF":                                 {strings.ReplaceAll(good+"---\n"+good, "\n", "\r\n"), []string{implies, goodIs + " at 1", goodIs + " at 5"}},
		"directives":                           {"%YAML 1.1\n---\n" + good, []string{implies, goodIs + " at 3"}},
		"a document end mark":                  {good + "...\n# end\n---\n" + good, []string{implies, goodIs + " at 1", goodIs + " at 7"}},
		"JSON documents in a row":              {jsonSA + "\n" + jsonSA + jsonSA, []string{implies, goodIs + " at 1", goodIs + " at 2", goodIs + " at 2"}},
		"JSON, then YAML":                      {jsonSA + "\n---\n" + good, []string{implies, goodIs + " at 1", goodIs + " at 3"}},
		"JSON in YAML, escaped as YAML is not": {good + "---\n" + strings.Replace(jsonSA, `"name"`, `"annotations":{"a":"\/"},"name"`, 1), []string{implies, goodIs + " at 1", goodIs + " at 5"}},
		"YAML in flow style":                   {`{"apiVersion": v1, kind: ServiceAccount, metadata: {name: good, namespace: t}}`, []string{implies, goodIs + " at 1"}},
		"flow style that is JSON at first":     {`{"apiVersion": "v1", "items": [` + jsonSA + ",\n{apiVersion: v1, kind: Service}]}", []string{implies, goodIs + " at 1", "ignored 1 Service"}},
		"lists in lists":                       {"apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: List\n  items:\n  - {apiVersion: v1, kind: Pod, metadata: {name: p, namespace: t}}\n", []string{implies, `pod t/p as "" at 7`}},
		"a typed list":                         {"apiVersion: v1\nkind: PodList\nitems:\n- {metadata: {name: p, namespace: t}}\n", []string{implies, `pod t/p as "" at 4`}},
		"a typed list whose kind comes last":   {`{"items":[{"metadata":{"name":"p","namespace":"t"}},null],"kind":"PodList","apiVersion":"v1"}`, []string{implies, `pod t/p as "" at 1`}},
		"10,001 aliases":                       {"apiVersion: v1\nkind: List\nx: &a {apiVersion: v1, kind: Service}\nitems:\n" + strings.Repeat("- *a\n", 10001) + "- &b {apiVersion: v1, kind: Pod, metadata: {name: p, namespace: t}}\n", []string{implies, `pod t/p as "" at 10006`, "ignored 10001 Service"}},
		"kinds by their group":                 {"apiVersion: extensions/v1beta1\nkind: Deployment\nmetadata: {name: d, namespace: t}\n---\napiVersion: x.io/v1\nkind: Deployment\nmetadata: {name: e, namespace: u}\n", []string{implies, "implied u", "Deployment t/d at 1", "ignored 1 Deployment"}},
		"no namespace":                         {"apiVersion: v1\nkind: Pod\nmetadata: {generateName: p-}\n", []string{"implied default", `pod default/p- as "" at 1`}},
		"a namespace that is an object":        {"apiVersion: v1\nkind: Namespace\nmetadata: {name: t}\n---\n" + good, []string{"namespace t at 1", goodIs + " at 5"}},
		"a Secret is no token and not ignored": {"apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: t}\ndata: {weird: =}\n", []string{implies}},
		"control characters in an account":     {"apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: t}\nspec: {serviceAccountName: \"a\\e[31m\"}\n", []string{implies, `pod t/p as "a\x1b[31m" at 1`}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, facts(taken(t, c.in))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFoldersAndLinks(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	link := func(to, name string) {
		t.Helper()
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	pod := func(name string) string {
		return "apiVersion: v1\nkind: Pod\nmetadata: {name: " + name + ", namespace: t}\n"
	}
	write("b/two.yml", pod("two"))
	write("a.yaml/one.yaml", pod("one")) // a folder
	write("c.txt", pod("by-name-only"))
	write("d.json", jsonSA)
	write(".git/x.yaml", pod("hidden"))
	write("broken.yaml", "a: [")
	link("nowhere", "dangling.yaml")
	link("nowhere", "dangling")
	link("loop2", "loop1")
	link("loop1", "loop2")
	link("..", "b/up")
	link("d.json", "z.json") // a second time
	s, err := Collect(context.Background(), Options{Paths: []string{dir, filepath.Join(dir, "c.txt")}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, line := range facts(s) {
		got = append(got, strings.ReplaceAll(line, dir, "DIR"))
	}
	for _, p := range s.Pods {
		got = append(got, p.Name+" in "+strings.ReplaceAll(p.Source.File, dir, "DIR"))
	}
	want := []string{
		implies, goodIs + " at 1",
		`pod t/by-name-only as "" at 1`, `pod t/one as "" at 1`, `pod t/two as "" at 1`,
		"gap DIR/broken.yaml:1: it is no YAML: did not find expected node content [?]",
		"gap DIR/dangling.yaml:1: it cannot be read: no such file or directory [?]",
		"gap DIR/loop1:1: it cannot be read: too many levels of symbolic links [?]",
		"gap DIR/loop2:1: it cannot be read: too many levels of symbolic links [?]",
		"by-name-only in DIR/c.txt", "one in DIR/a.yaml/one.yaml", "two in DIR/b/two.yml",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestOnlyAPathThatIsNotThereIsAnError(t *testing.T) {
	_, err := Collect(context.Background(), Options{Paths: []string{t.TempDir(), "no/such/path"}})
	var missing *NotFoundError
	if !errors.As(err, &missing) || missing.Path != "no/such/path" {
		t.Errorf("got %v", err)
	}
	done, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Collect(done, Options{Paths: []string{Stdin}, Stdin: strings.NewReader(good)}); !errors.Is(err, context.Canceled) {
		t.Errorf("called off: got %v", err)
	}
}

func TestTheLimitIsOneOfYAMLAlone(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		want []string
	}{
		"YAML over the limit is a gap": {good + strings.Repeat("#", 100), []string{"gap -:1: it is larger than 100 bytes, the limit of a YAML file [?]"}},
		"YAML within it is read":       {good, []string{implies, goodIs + " at 1"}},
		"JSON with a byte order mark":  {"\ufeff" + jsonSA + strings.Repeat(" ", 100) + jsonSA, []string{implies, goodIs + " at 1", goodIs + " at 1"}},
		"JSON has none":                {jsonSA + strings.Repeat(" ", 100) + jsonSA, []string{implies, goodIs + " at 1", goodIs + " at 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Collect(context.Background(), Options{Paths: []string{Stdin}, Stdin: strings.NewReader(c.in), Limit: 100})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, facts(s)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestWhatIsTooMuchForKeysIsAGapForThemAlone: the object counts, the keys in it
// are not known.
func TestWhatIsTooMuchForKeysIsAGapForThemAlone(t *testing.T) {
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	_, _ = zip.Write(make([]byte, 40<<20))
	_ = zip.Close()
	s := taken(t, "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: t}\ndata:\n  release: "+base64.StdEncoding.EncodeToString(packed.Bytes())+"\n")
	if len(s.Gaps) != 1 {
		t.Fatalf("gaps: %+v", s.Gaps)
	}
	g := s.Gaps[0]
	if diff := cmp.Diff([]string{snapshot.KindKey}, g.Kinds); diff != "" || *g.Object != (snapshot.Ref{Kind: "Secret", Namespace: "t", Name: "s"}) || g.Scope != "-:1" {
		t.Errorf("%+v", g)
	}
}
