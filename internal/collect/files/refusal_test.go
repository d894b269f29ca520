package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/snapshot"
)

// TestATemplateThatIsYAMLByChanceIsAGap, wherever it could hide an object.
func TestATemplateThatIsYAMLByChanceIsAGap(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		line int
	}{
		"as apiVersion of a kind that is read":    {"apiVersion: {{ include \"x\" . }}\nkind: Deployment\nmetadata: {name: a}\n", 1},
		"as apiVersion of any other kind":         {"apiVersion: {{ .Values.v }}\nkind: Odd\nmetadata: {name: a}\n", 1},
		"as apiVersion in quotes, of any kind":    {"kind: Odd\napiVersion: \"{{ .Values.v }}\"\n", 2},
		"as kind":                                 {"apiVersion: v1\nkind: {{ .Values.kind }}\nmetadata: {name: a}\n", 2},
		"as kind in quotes":                       {"apiVersion: v1\nkind: \"{{ .Values.kind }}\"\n", 2},
		"as kind of what has nothing else":        {"spec: {}\nkind: {{ .Values.kind }}\n", 2},
		"as kind in quotes of what has no name":   {"spec: {}\nkind: '{{ .Values.kind }}'\n", 2},
		"as a document, by a function":            {"{{ include \"common.deployment\" . }}\n", 1},
		"as a document, by a value":               {"{{ .Values.extraDeploy }}\n", 1},
		"as a document in quotes":                 {"'{{ .Values.extraDeploy }}'\n", 1},
		"as items":                                {"apiVersion: v1\nkind: List\nitems: {{ .Values.items }}\n", 3},
		"as items of what has no kind":            {"items: {{ .Values.items }}\n", 1},
		"as one of the items":                     {"apiVersion: v1\nkind: List\nitems: [ {{ .Values.item }} ]\n", 3},
		"as one of the items, in quotes":          {"apiVersion: v1\nkind: List\nitems:\n- \"{{ .Values.item }}\"\n", 4},
		"as member of a list that is no object":   {"- {{ .Values.item }}\n", 1},
		"items that are a string and no template": {"apiVersion: v1\nkind: List\nitems: \"x\"\n", 3},
	} {
		t.Run(name, func(t *testing.T) {
			s := taken(t, c.in)
			if len(s.Gaps) != 1 || len(s.Ignored) != 0 || len(s.Namespaces) != 0 {
				t.Fatal(facts(s))
			}
			g := s.Gaps[0]
			if want := fmt.Sprintf("-:%d", c.line); g.Scope != want || len(g.Kinds) != 0 || g.Grant == "" {
				t.Errorf("want one at %s that may hide any kind: %+v", want, g)
			}
		})
	}
}

// TestVersionsThatKubernetesNeverServedAreRefused, and those of somebody
// else's kind with the same name are no matter.
func TestVersionsThatKubernetesNeverServedAreRefused(t *testing.T) {
	const missing, never = "apiVersion is missing", "its apiVersion is none in which Kubernetes serves the kind"
	rbac := snapshot.GroupRBAC
	for _, c := range []struct{ apiVersion, kind, want string }{
		{"", "Deployment", missing},
		{"v7", "ServiceAccount", never},
		{"v1", "Deployment", never},
		{"v1 ", "Pod", never},
		{"apps/v1", "Pod", never},
		{"apps/v7", "Deployment", never},
		{"apps/v1beta1", "DaemonSet", never},
		{"apps/v1/x", "Deployment", never},
		{"app/v1", "Deployment", never},
		{"extensions/v1beta1", "StatefulSet", never},
		{"batch/v1beta1", "Job", never},
		{rbac + "/v2", "ClusterRoleBinding", never},
		{rbac, "Role", never},
		{rbac + "/v1beta1", "Role", "read"},
		{"extensions/v1beta1", "Deployment", "read"},
		{"apps/v1beta1", "StatefulSet", "read"},
		{"batch/v2alpha1", "CronJob", "read"},
		{"authorization.openshift.io/v1", "RoleBinding", "ignored"},
		{"serving.example.com/v7", "Deployment", "ignored"},
	} {
		t.Run(c.kind+" of "+c.apiVersion, func(t *testing.T) {
			s := taken(t, fmt.Sprintf("# c\napiVersion: '%s'\nkind: %s\nmetadata: {name: a, namespace: t}\n", c.apiVersion, c.kind))
			kept := len(s.Roles) + len(s.Bindings) + len(s.Workloads) + len(s.Pods) + len(s.ServiceAccounts)
			switch c.want {
			case "read", "ignored":
				if want := map[string]int{"read": 1}[c.want]; kept != want || len(s.Ignored) != 1-want || len(s.Gaps) != 0 {
					t.Errorf("want it %s: %v", c.want, facts(s))
				}
				return
			}
			ref := snapshot.Ref{Kind: c.kind, Namespace: "t", Name: "a"}
			if c.kind == "ClusterRoleBinding" {
				ref.Namespace = ""
			}
			want := []snapshot.Gap{{
				What: "file", Scope: "-:2", Namespace: ref.Namespace, Reason: ref.String() + ": " + c.want,
				Grant: "write apiVersion: " + kindNamed(c.kind).versions[0], Kinds: []string{c.kind}, Object: &ref,
			}}
			if diff := cmp.Diff(want, s.Gaps); diff != "" || kept+len(s.Ignored) != 0 {
				t.Errorf("%v\n%s", facts(s), diff)
			}
		})
	}
}

func TestNamesAreThoseThatTheAPIServerTakes(t *testing.T) {
	for _, c := range []struct {
		kind, name, namespace string
		gap                   string // what the reason begins with; empty: none
	}{
		{"Pod", "a.b-c.0", "t", ""},
		{"Pod", strings.Repeat("a", 253), "t", ""},
		{"Pod", strings.Repeat("a", 254), "t", "Pod t/aaa"},
		{"Pod", "a..b", "t", "Pod t/a..b: metadata.name"},
		{"Pod", "-a", "t", "Pod t/-a: metadata.name"},
		{"Secret", "UP", "t", "Secret t/UP: metadata.name"},
		{"Deployment", "a_b", "t", "Deployment t/a_b: metadata.name"},
		{"ServiceAccount", "a:b", "t", "ServiceAccount t/a:b: metadata.name"},
		{"ServiceAccount", `a\e[31m\u202e`, "t", `ServiceAccount t/"a\x1b[31m\u202e": metadata.name`},
		{"ServiceAccount", "default", "a.b", "ServiceAccount a.b/default: metadata.namespace"},
		{"ServiceAccount", "default", "Shop_4", "ServiceAccount Shop_4/default: metadata.namespace"},
		{"ServiceAccount", "default", `t\n`, `ServiceAccount "t\n"/default: metadata.namespace`},
		{"ServiceAccount", "default", strings.Repeat("a", 63), ""},
		{"ServiceAccount", "default", strings.Repeat("a", 64), "ServiceAccount aaa"},
		{"Namespace", "a.b", "", "Namespace a.b: metadata.name"},
		{"Namespace", "a-b", "", ""},
		{"Role", "system:Any thing_*", "t", ""},
		{"Role", "a/b", "t", "Role t/a/b: metadata.name"},
		{"ClusterRole", "50%", "", "ClusterRole 50%: metadata.name"},
		{"RoleBinding", "..", "t", "RoleBinding t/..: metadata.name"},
		{"ClusterRoleBinding", ".", "", "ClusterRoleBinding .: metadata.name"},
		{"ClusterRoleBinding", ".a", "", ""},
	} {
		t.Run(c.kind+" "+c.name+" in "+c.namespace, func(t *testing.T) {
			text := "apiVersion: %s\nkind: %s\nmetadata: {name: \"%s\", namespace: \"%s\"}\n"
			s := taken(t, fmt.Sprintf(text, kindNamed(c.kind).versions[0], c.kind, c.name, c.namespace))
			if c.gap == "" {
				if len(s.Gaps) != 0 {
					t.Errorf("refused: %v", s.Gaps)
				}
				return
			}
			if len(s.Gaps) != 1 || !strings.HasPrefix(s.Gaps[0].Reason, c.gap) || s.Gaps[0].Object == nil {
				t.Fatalf("want a gap %q: %+v", c.gap, s.Gaps)
			}
			if len(s.ServiceAccounts)+len(s.Pods)+len(s.Workloads)+len(s.Roles)+len(s.Bindings)+len(s.TokenSecrets) != 0 {
				t.Errorf("kept: %v", facts(s))
			}
			for _, n := range s.Namespaces {
				if !label.allows(n.Name) {
					t.Errorf("a namespace that cannot be: %q", n.Name)
				}
			}
		})
	}
}

func TestAGeneratedNameMayEndInADash(t *testing.T) {
	for prefix, want := range map[string][]string{
		"p-": {implies, `pod t/p- as "" at 1`},
		"P-": {implies, "gap -:1: Pod t/P-: metadata.name is no name that the API server takes for it [Pod t/P-]"},
	} {
		if diff := cmp.Diff(want, facts(taken(t, podOf("{generateName: "+prefix+", namespace: t}")))); diff != "" {
			t.Error(diff)
		}
	}
}

func podOf(metadata string) string { return "apiVersion: v1\nkind: Pod\nmetadata: " + metadata + "\n" }

func TestWhatHasNoKindIsAGapIfAnObjectWasMeant(t *testing.T) {
	const gap, cased, ignored = "gap -:1: kind is missing [?]", "gap -:1: kind is missing, and a key differs from it by case alone [?]", "ignored 1 (no kind)"
	for name, c := range map[string]struct{ in, want string }{
		"a capital letter":             {"apiVersion: v1\nKind: Pod\nspec: {}\n", cased},
		"capitals and nothing else":    {"KIND: Pod\n", cased},
		"apiVersion and metadata":      {"apiVersion: v1\nmetadata: {labels: {a: b}}\n", gap},
		"apiVersion and spec":          {"apiVersion: apps/v1\nspec: {}\n", gap},
		"metadata and spec":            {"metadata: {labels: {a: b}}\nspec: {}\n", gap},
		"a name":                       {"metadata: {name: a}\n", "gap -:1: a: kind is missing [?]"},
		"a name to be escaped":         {"metadata: {name: \"\\e\"}\n", `gap -:1: "\x1b": kind is missing [?]`},
		"values of a chart":            {"image: {tag: x}\nreplicas: 3\nserviceAccount: {create: true}\n", ignored},
		"values with a kind below":     {"controller: {Kind: DaemonSet, kind: DaemonSet}\n", ignored},
		"Chart.yaml":                   {"apiVersion: v2\nname: chart\nversion: 0.1.0\n", ignored},
		"Chart.yaml of Helm 2":         {"apiVersion: v1\nname: chart\nversion: 0.1.0\n", ignored},
		"a kustomization":              {"resources: [a.yaml]\nnamePrefix: x\n", ignored},
		"a kustomization with version": {"apiVersion: kustomize.config.k8s.io/v1beta1\nmetadata: {name: x}\nresources: [a.yaml]\n", ignored},
		"an item of a List":            {"{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [{\"metadata\": {\"name\": \"a\"}}]}", "gap -:1: a: kind is missing [?]"},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff([]string{c.want}, facts(taken(t, c.in))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAListOfObjectsIsNoDocument(t *testing.T) {
	const gap, ignored = "gap -:1: it is a list of objects, which kubectl does not read [?]", "ignored 1 (no kind)"
	for name, c := range map[string]struct{ in, want string }{
		"of a kind that is read":   {"[" + jsonSA + "]", gap},
		"of a kind that is not":    {`[{"apiVersion":"v1","kind":"Service"}]`, gap},
		"of Lists":                 {`[{"apiVersion":"v1","kind":"List","items":[` + jsonSA + "]}]", gap},
		"of lists of objects":      {"[[" + jsonSA + "]]", gap},
		"of operations of a patch": {"- {op: add, path: /kind, value: {apiVersion: v1, kind: Pod}}\n", ignored},
	} {
		t.Run(name, func(t *testing.T) {
			s := taken(t, c.in)
			if diff := cmp.Diff([]string{c.want}, facts(s)); diff != "" {
				t.Error(diff)
			}
			if c.want == gap && s.Gaps[0].Grant != asItems {
				t.Errorf("no way out: %+v", s.Gaps[0])
			}
		})
	}
}

func TestObjectsOfIgnoredKindsImplyTheNamespaceThatTheyName(t *testing.T) {
	for metadata, want := range map[string][]string{
		"{name: c, namespace: web}":       {"implied web", "ignored 1 Service"},
		"{name: c}":                       {"ignored 1 Service"},
		"{name: 1, namespace: web}":       {"ignored 1 Service"},
		"{name: c, namespace: Web}":       {"ignored 1 Service"},
		"{name: c, namespace: \"{{x}}\"}": {"ignored 1 Service"},
	} {
		if diff := cmp.Diff(want, facts(taken(t, "apiVersion: v1\nkind: Service\nmetadata: "+metadata+"\n"))); diff != "" {
			t.Errorf("%s: %s", metadata, diff)
		}
	}
}

// TestEveryObjectHasItsLine, be it kept or refused, in YAML and in JSON.
func TestEveryObjectHasItsLine(t *testing.T) {
	for _, kind := range []string{
		snapshot.KindNamespace, snapshot.KindServiceAccount, snapshot.KindRole, snapshot.KindClusterRole, snapshot.KindRoleBinding,
		snapshot.KindClusterRoleBinding, snapshot.KindPod, snapshot.KindDeployment, snapshot.KindReplicaSet, snapshot.KindStatefulSet,
		snapshot.KindDaemonSet, snapshot.KindJob, snapshot.KindCronJob, snapshot.KindRC, snapshot.KindSecret,
	} {
		for form, object := range map[string]string{
			"YAML": "apiVersion: %s\nkind: %s\ntype: kubernetes.io/service-account-token\nmetadata: {namespace: t, name: %s}\n",
			"JSON": `{"apiVersion":"%s","kind":"%s","type":"kubernetes.io/service-account-token","metadata":{"namespace":"t","name":"%s"}}`,
		} {
			s := taken(t, "\n\n"+fmt.Sprintf(object, kindNamed(kind).versions[0], kind, "a"))
			if at := places(s); len(s.Gaps) != 0 || len(at) != 1 || at[0] == nil || *at[0] != (snapshot.Source{File: Stdin, Line: 3}) {
				t.Errorf("%s in %s is at %v: %v", kind, form, at, facts(s))
			}
			s = taken(t, "\n\n"+fmt.Sprintf(object, kindNamed(kind).versions[0], kind, "a/b"))
			if at := places(s); len(at) != 0 || len(s.Gaps) != 1 || s.Gaps[0].Scope != "-:3" {
				t.Errorf("%s in %s, refused: %v", kind, form, facts(s))
			}
		}
	}
}

// places gives where the objects are, but for namespaces that are none.
func places(s *snapshot.Snapshot) (at []*snapshot.Source) {
	add := func(m snapshot.Meta) { at = append(at, m.Source) }
	for _, n := range s.Namespaces {
		if !n.Implied {
			add(n.Meta)
		}
	}
	for _, a := range s.ServiceAccounts {
		add(a.Meta)
	}
	for _, r := range s.Roles {
		add(r.Meta)
	}
	for _, b := range s.Bindings {
		add(b.Meta)
	}
	for _, w := range s.Workloads {
		add(w.Meta)
	}
	for _, p := range s.Pods {
		add(p.Meta)
	}
	for _, x := range s.TokenSecrets {
		add(x.Meta)
	}
	return at
}

// TestAPipeThatNobodyWritesToIsCalledOff: even opening it waits.
func TestAPipeThatNobodyWritesToIsCalledOff(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := mkfifo(path); errors.Is(err, errors.ErrUnsupported) {
		t.Skipf("this system has no pipes in folders: %v", err)
	} else if err != nil {
		t.Fatal(err)
	}
	calledOff(t, Options{Paths: []string{path}})
}

func TestStandardInputThatNeverComesOrStopsIsCalledOff(t *testing.T) {
	for name, text := range map[string]string{
		"nothing": "", "the start of YAML": good, "the start of JSON": `{"apiVersion":"v1","items":[` + jsonSA + ",",
	} {
		t.Run(name, func(t *testing.T) {
			in, out := io.Pipe()
			defer out.Close()
			go out.Write([]byte(text))
			calledOff(t, Options{Paths: []string{Stdin}, Stdin: in})
		})
	}
}

func calledOff(t *testing.T, o Options) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, stop)
	ended := make(chan error, 1)
	go func() {
		_, err := Collect(ctx, o)
		ended <- err
	}()
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it goes on")
	}
}

func TestWhatHasNoMetadataLiesInNoNamespace(t *testing.T) {
	want := []string{"gap -:1: DaemonSet: apiVersion is missing [?]"}
	if diff := cmp.Diff(want, facts(taken(t, "kind: DaemonSet\nimage: {tag: x}\n"))); diff != "" {
		t.Error(diff)
	}
}
