package exports_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"podpass/internal/plan"
)

// manifests draws what a team may have: workloads with containers that take keys
// in all ways, bindings, and accounts, as documents by what they define.
func manifests(t *rapid.T) []byte {
	docs := map[string]string{}
	for range rapid.IntRange(1, 10).Draw(t, "documents") {
		key, text := document(t)
		docs[key] = text
	}
	var b strings.Builder
	b.WriteString(holders)
	for _, key := range slices.Sorted(maps.Keys(docs)) {
		b.WriteString("---\n" + docs[key])
	}
	return []byte(b.String())
}

const holders = `apiVersion: v1
kind: Secret
metadata: {name: pure, namespace: shop}
stringData: {AWS_ACCESS_KEY_ID: AKIAIOSFODNN7EXAMPLE, AWS_SECRET_ACCESS_KEY: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY}
---
apiVersion: v1
kind: Secret
metadata: {name: mixed, namespace: shop}
stringData: {AWS_ACCESS_KEY_ID: AKIAIOSFODNN7EXAMPLE, AWS_SECRET_ACCESS_KEY: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY, OTHER: x}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {COLOUR: red}
`

func word(t *rapid.T, label string, words ...string) string {
	return rapid.SampledFrom(words).Draw(t, label)
}

func document(t *rapid.T) (key, text string) {
	kind := word(t, "kind", "Deployment", "Deployment", "Deployment", "StatefulSet", "CronJob", "ServiceAccount", "RoleBinding", "Namespace")
	name := word(t, "name", "a", "b.c", "on", "default")
	switch kind {
	case "Namespace":
		return kind, "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
	case "ServiceAccount":
		return kind + name, fmt.Sprintf("apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: %q, namespace: shop}\n%s", name, word(t, "extra", "", "automountServiceAccountToken: false\n", "imagePullSecrets: [{name: r}]\n"))
	case "RoleBinding":
		return kind + name, fmt.Sprintf("apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: %q, namespace: shop}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\nsubjects: [%s]\n", name,
			word(t, "subject", "{kind: ServiceAccount, name: default, namespace: shop}", "{kind: User, apiGroup: rbac.authorization.k8s.io, name: \"system:serviceaccount:shop:default\"}", "{kind: ServiceAccount, name: a, namespace: shop}"))
	case "CronJob":
		return kind + name, fmt.Sprintf("apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: %q, namespace: shop}\nspec:\n  schedule: \"0 0 1 1 *\"\n  jobTemplate:\n    spec:\n      template:\n        spec:\n%s", name, spec(t, "          "))
	}
	return kind + name, fmt.Sprintf("apiVersion: apps/v1\nkind: %s\nmetadata: {name: %q, namespace: shop}\nspec:\n  template:\n    spec:\n%s", kind, name, spec(t, "      "))
}

func spec(t *rapid.T, indent string) string {
	var b strings.Builder
	if account := word(t, "account", "", "", "default", "a"); account != "" {
		fmt.Fprintf(&b, "%s%s: %s\n", indent, word(t, "field", "serviceAccountName", "serviceAccountName", "serviceAccount"), account)
	}
	if token := word(t, "token", "", "", "true", "false"); token != "" {
		b.WriteString(indent + "automountServiceAccountToken: " + token + "\n")
	}
	for _, list := range []string{"initContainers", "containers"} {
		if n := rapid.IntRange(0, 3).Draw(t, list); n > 0 {
			b.WriteString(indent + list + ":\n")
			for i := range n {
				b.WriteString(containerOf(t, indent, fmt.Sprintf("%s%d", list[:1], i)))
			}
		}
	}
	b.WriteString(indent + "volumes: [{name: v, secret: {secretName: pure}}, {name: w, emptyDir: {}}]\n")
	return b.String()
}

func containerOf(t *rapid.T, indent, name string) string {
	some := func(label string, items ...string) string {
		var list []string
		for range rapid.IntRange(0, 3).Draw(t, label) {
			if item := word(t, label, items...); !slices.Contains(list, item) {
				list = append(list, item)
			}
		}
		return "[" + strings.Join(list, ", ") + "]"
	}
	return fmt.Sprintf("%s- name: %s\n%s  image: example.com/%s\n%s  env: %s\n%s  envFrom: %s\n%s  volumeMounts: %s\n", indent, name, indent, name,
		indent, some("env", "{name: A, value: b}", "{name: AWS_PROFILE, value: p}", "{name: AWS_ACCESS_KEY_ID, valueFrom: {secretKeyRef: {name: pure, key: AWS_ACCESS_KEY_ID}}}", "{name: Z}"),
		indent, some("envFrom", "{secretRef: {name: pure}}", "{configMapRef: {name: settings}}", "{secretRef: {name: mixed}}"),
		indent, some("mounts", "{name: v, mountPath: /root/.aws}", "{name: w, mountPath: /data}"))
}

// TestComponentsOfAnyManifestsSayWhatIsPredicted: wave by wave, and where every
// other container stands.
func TestComponentsOfAnyManifestsSayWhatIsPredicted(t *testing.T) {
	c := decided()
	c.Workloads = []plan.WorkloadChoice{{Match: plan.Match{Kind: "*", Namespace: "*", Name: "*"}, Role: plan.RoleChoice{ARN: "arn:aws:iam::111122223333:role/all"}}}
	steps := 0
	rapid.Check(t, func(t *rapid.T) {
		fs := filesys.MakeFsInMemory()
		put(t, fs, "base/all.yaml", manifests(t))
		put(t, fs, "base/kustomization.yaml", []byte("resources: [all.yaml]\n"))
		rendered, err := build(fs, "base")
		if err != nil {
			t.Fatal(err)
		}
		before := collect(t, rendered)
		p := plan.Make(before, plan.Options{Choices: c, Now: time.Unix(1700000000, 0)})
		steps += len(p.Steps)
		all := written(t, p, "kustomize")
		for file, data := range all {
			put(t, fs, "podpass/"+file, data)
		}
		list := components(all)
		for i := range list {
			out, err := around(t, fs, list[:i+1])
			if err != nil {
				t.Fatalf("%v in\n%s", err, rendered)
			}
			want := plan.Predict(before, p, waves(list[:i+1])...)
			if diff := cmp.Diff(comparable(want), comparable(collect(t, out)), places()); diff != "" {
				t.Fatalf("after %s: %s\n%s", list[i], diff, out)
			}
		}
	})
	if steps < 100 {
		t.Errorf("all plans together have %d steps", steps)
	}
}
