package files

import (
	"bytes"
	stdcmp "cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"

	"podpass/internal/snapshot"
)

// kubectlReads gives the objects of a file as kubectl's own decoder cuts and
// reads it, members of lists by themselves, up to the first that it refuses.
func kubectlReads(t *testing.T, data []byte) (objects []unstructured.Unstructured, err error) {
	t.Helper()
	d := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(data), 4096)
	for {
		var content map[string]any
		err := d.Decode(&content)
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return objects, err
		}
		o := unstructured.Unstructured{Object: content}
		switch {
		case len(content) == 0:
		case o.IsList():
			if err := o.EachListItem(func(item runtime.Object) error {
				objects = append(objects, *item.(*unstructured.Unstructured))
				return nil
			}); err != nil {
				return objects, err
			}
		default:
			objects = append(objects, o)
		}
	}
}

// said puts what a rule looks at in an object into a line, as kubectl's
// decoder has it.
func said(o unstructured.Unstructured) string {
	k := kindOf(o.GetAPIVersion(), o.GetKind())
	namespace := o.GetNamespace()
	switch {
	case k == nil:
		return "ignored " + stdcmp.Or(o.GetKind(), "(no kind)")
	case k.cluster:
		namespace = ""
	case namespace == "":
		namespace = "default"
	}
	line := fmt.Sprintf("%s %s/%s", o.GetKind(), namespace, o.GetName())
	spec := map[string][]string{
		snapshot.KindPod: {"spec"}, snapshot.KindCronJob: {"spec", "jobTemplate", "spec", "template", "spec"},
		snapshot.KindServiceAccount: {}, snapshot.KindDeployment: {"spec", "template", "spec"},
		snapshot.KindDaemonSet: {"spec", "template", "spec"}, snapshot.KindStatefulSet: {"spec", "template", "spec"}, snapshot.KindJob: {"spec", "template", "spec"},
	}
	at, ok := spec[o.GetKind()]
	if !ok {
		return line
	}
	field := func(name string) any {
		value, _, _ := unstructured.NestedFieldNoCopy(o.Object, append(append([]string{}, at...), name)...)
		return value
	}
	account, _ := field("serviceAccountName").(string)
	if legacy, _ := field("serviceAccount").(string); account == "" {
		account = legacy
	}
	automount := snapshot.Unset
	if b, ok := field("automountServiceAccountToken").(bool); ok {
		automount = snapshot.TriOf(&b)
	}
	return fmt.Sprintf("%s as %q %+d role %q", line, account, automount, o.GetAnnotations()[annotationRole])
}

// heard is said, for what Podpass has read.
func heard(s *snapshot.Snapshot) (lines []string) {
	add := func(kind string, m snapshot.Meta) {
		lines = append(lines, fmt.Sprintf("%s %s/%s", kind, m.Namespace, m.Name))
	}
	spec := func(p *snapshot.PodSpec, role string) {
		lines[len(lines)-1] += fmt.Sprintf(" as %q %+d role %q", p.Account, p.Automount, role)
	}
	for _, n := range s.Namespaces {
		if !n.Implied {
			add(snapshot.KindNamespace, n.Meta)
		}
	}
	for _, a := range s.ServiceAccounts {
		add(snapshot.KindServiceAccount, a.Meta)
		spec(&snapshot.PodSpec{Automount: a.Automount}, a.RoleARN)
	}
	for _, r := range s.Roles {
		add(map[bool]string{true: snapshot.KindClusterRole, false: snapshot.KindRole}[r.Namespace == ""], r.Meta)
	}
	for _, b := range s.Bindings {
		add(map[bool]string{true: snapshot.KindClusterRoleBinding, false: snapshot.KindRoleBinding}[b.Namespace == ""], b.Meta)
	}
	for _, w := range s.Workloads {
		add(w.Kind, w.Meta)
		spec(w.Template, "")
	}
	for _, p := range s.Pods {
		add(snapshot.KindPod, p.Meta)
		spec(&p.Spec, "")
	}
	for _, i := range s.Ignored {
		for range i.Count {
			lines = append(lines, "ignored "+i.Kind)
		}
	}
	return lines
}

// counted is how often each line is there, without those of Secrets and
// ConfigMaps, which leave no trace but their namespace.
func counted(lines []string) map[string]int {
	counts := map[string]int{}
	for _, line := range lines {
		if !strings.HasPrefix(line, snapshot.KindSecret+" ") && !strings.HasPrefix(line, snapshot.KindConfigMap+" ") {
			counts[line]++
		}
	}
	return counts
}

// TestFilesHoldWhatKubectlsDecoderFindsInThem reads whole files: the cutting
// into documents is kubectl's too.
func TestFilesHoldWhatKubectlsDecoderFindsInThem(t *testing.T) {
	manifests, err := filepath.Glob("testdata/manifests/*.yaml")
	if err != nil || len(manifests) != 8 {
		t.Fatal(manifests, err)
	}
	traps, err := filepath.Glob("testdata/yaml-traps/*.*")
	if err != nil || len(traps) < 100 {
		t.Fatal(traps, err)
	}
	compared := 0
	for _, path := range append(manifests, traps...) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			s, err := Collect(context.Background(), Options{Paths: []string{path}})
			if err != nil {
				t.Fatal(err)
			}
			objects, err := kubectlReads(t, data)
			if err != nil || len(s.Gaps) > 0 {
				// What the one refuses the other may read; each in both is
				// the work of the other tests.
				if err != nil && len(s.Gaps) == 0 && !readsMore(filepath.Base(path)) {
					t.Errorf("kubectl refuses it and Podpass does not: %v", err)
				}
				return
			}
			compared++
			var want []string
			for _, o := range objects {
				want = append(want, said(o))
			}
			if diff := cmp.Diff(counted(want), counted(heard(s))); diff != "" {
				t.Errorf("-kubectl +podpass\n%s", diff)
			}
		})
	}
	if compared < 80 {
		t.Errorf("only %d files were compared", compared)
	}
}

// readsMore names the traps of YAML that is right and that kubectl's way to
// cut a stream does not allow.
func readsMore(trap string) bool {
	switch trap {
	case "doc-13-utf16.yaml", "doc-14-directive.yaml", "doc-16-content-on-separator-line.yaml",
		"env-16-nested-dashes.yaml", "refuse-06-json-patch.yaml": // the last two are lists without objects
		return true
	}
	return false
}
