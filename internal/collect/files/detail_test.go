package files

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"podpass/internal/snapshot"
)

// detailed reads text from standard input, with detail.
func detailed(t testing.TB, text string) *snapshot.Snapshot {
	t.Helper()
	s, err := Collect(context.Background(), Options{Paths: []string{Stdin}, Stdin: strings.NewReader(text), Detail: true})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// withoutDetail takes out of a Snapshot what detail brings.
func withoutDetail(s *snapshot.Snapshot) *snapshot.Snapshot {
	s.Detail, s.References = false, nil
	for i := range s.ServiceAccounts {
		a := &s.ServiceAccounts[i]
		a.Labels, a.Annotations, a.Withheld, a.Secrets = nil, nil, nil, nil
	}
	for i := range s.Holders {
		s.Holders[i].More = 0
	}
	done := map[*snapshot.AWS]bool{}
	for i := range s.Workloads {
		w := &s.Workloads[i]
		if w.Rollout = ""; w.Template != nil {
			plainSpec(w.Template, done)
		}
	}
	for i := range s.Pods {
		plainSpec(&s.Pods[i].Spec, done)
	}
	return s
}

func plainSpec(p *snapshot.PodSpec, done map[*snapshot.AWS]bool) {
	p.Signs = nil
	if p.AWS == nil {
		return
	}
	if !done[p.AWS] {
		done[p.AWS] = true
		for i := range p.AWS.Containers {
			plainContainer(&p.AWS.Containers[i])
		}
		p.AWS.Containers = slices.DeleteFunc(p.AWS.Containers, func(c snapshot.Container) bool { return !c.Says() })
	}
	if len(p.AWS.Containers)+len(p.AWS.Annotations) == 0 {
		p.AWS = nil
	}
}

// plainContainer: uses that differ in their place alone are one.
func plainContainer(c *snapshot.Container) {
	c.At, c.Chain = 0, nil
	var uses []snapshot.Use
	for _, u := range c.Uses {
		u.At, u.Volume = 0, ""
		if !slices.Contains(uses, u) {
			uses = append(uses, u)
		}
	}
	c.Uses = uses
}

// TestDetailOnlyAdds: without what it brings, a Snapshot is the same, gaps and
// all, of good files and bad ones.
func TestDetailOnlyAdds(t *testing.T) {
	texts := map[string]string{}
	for _, pattern := range []string{"testdata/manifests/*", "testdata/yaml-traps/*"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) < 8 {
			t.Fatal(paths, err)
		}
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			texts[path] = string(data)
		}
	}
	for seed := range uint64(20) {
		for form, text := range newCluster(seed, 20).printed(t) {
			texts[form+string(rune('a'+seed))] = text
		}
	}
	const sa, sts = `{"apiVersion":"v1","kind":"ServiceAccount","metadata":`, `{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"s"},"spec":`
	texts["an annotation that is there twice"] = sa + `{"name":"a","annotations":{"x":"1","x":"2"},"labels":{"y":"1","y":"2"}}}`
	texts["an annotation that is no UTF-8"] = sa + `{"name":"a","annotations":{"x":"` + "\xff" + `"},"labels":{"y":"` + "\xff" + `"}}}`
	texts["an annotation that is no string"] = sa + `{"name":"a","annotations":{"x":1}}}`
	texts["secrets that are none"] = sa + `{"name":"a"},"secrets":[1,{"name":true}]}`
	texts["a strategy that is none"] = sts + `{"updateStrategy":"OnDelete","paused":"yes","suspend":1}}`
	texts["a partition that is none"] = sts + `{"updateStrategy":{"type":5,"rollingUpdate":{"partition":"1"}},"updateStrategy":{}}}`
	texts["a pod with a pause"] = `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"paused":"no"}}`
	for name, text := range texts {
		diff := cmp.Diff(taken(t, text), withoutDetail(detailed(t, text)), cmpopts.EquateEmpty())
		if diff != "" {
			t.Errorf("%s: -without +with\n%s", name, diff)
		}
	}
}

// TestDetailOfAnAccountHoweverItIsWritten: the kind may come last.
func TestDetailOfAnAccountHoweverItIsWritten(t *testing.T) {
	want := snapshot.ServiceAccount{
		Labels: map[string]string{"app": "web"}, Annotations: map[string]string{"a": "1", "eks.amazonaws.com/role-arn": "arn"}, Secrets: []string{"s", "t"}, RoleARN: "arn",
	}
	for name, text := range map[string]string{
		"YAML":                 "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: a\n  labels: {app: web}\n  annotations: {a: '1', eks.amazonaws.com/role-arn: arn}\nsecrets: [{name: s}, {name: t}]\n",
		"the kind last":        `{"metadata":{"name":"a","labels":{"app":"web"},"annotations":{"a":"1","eks.amazonaws.com/role-arn":"arn"}},"secrets":[{"name":"s"},{"name":"t"}],"apiVersion":"v1","kind":"ServiceAccount"}`,
		"a member of a list":   `{"kind":"ServiceAccountList","apiVersion":"v1","items":[{"metadata":{"name":"a","labels":{"app":"web"},"annotations":{"a":"1","eks.amazonaws.com/role-arn":"arn"}},"secrets":[{"name":"s"},{"name":"t"}]}]}`,
		"the list's kind last": `{"items":[{"metadata":{"name":"a","labels":{"app":"web"},"annotations":{"a":"1","eks.amazonaws.com/role-arn":"arn"}},"secrets":[{"name":"s"},{"name":"t"}]}],"kind":"ServiceAccountList","apiVersion":"v1"}`,
	} {
		s := detailed(t, text)
		if len(s.ServiceAccounts) != 1 || !s.Detail {
			t.Fatalf("%s: %+v", name, s)
		}
		if diff := cmp.Diff(want, s.ServiceAccounts[0], cmpopts.IgnoreFields(snapshot.ServiceAccount{}, "Meta")); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestNoSecretOfAnAccountIsKept: however a key is written into its metadata, and
// whatever the names beside it say.
func TestNoSecretOfAnAccountIsKept(t *testing.T) {
	for seed := range uint64(50) {
		id, secret := madeKey(seed)
		ini := "[default]\naws_access_key_id = " + id + "\naws_secret_access_key = " + secret + "\n"
		for form, texts := range map[string]map[string]string{
			"a file":                   {"config": ini},
			"a file in base64":         {"config": base64.StdEncoding.EncodeToString([]byte(ini))},
			"JSON":                     {"config": `{"AccessKeyId":"` + id + `","SecretAccessKey":"` + secret + `"}`},
			"two of telling names":     {"aws-access-key-id": id, "aws-secret-access-key": secret},
			"two of names that do not": {"a": id, "b": secret},
			"a secret in base64":       {"id": id, "secret": base64.StdEncoding.EncodeToString([]byte(secret))},
			"a name":                   {secret: "x"},
		} {
			for _, field := range []string{"labels", "annotations"} {
				text, err := json.Marshal(map[string]any{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": map[string]any{"name": "s", field: texts}})
				if err != nil {
					t.Fatal(err)
				}
				s := detailed(t, string(text))
				kept, err := json.Marshal(s)
				if err != nil || len(s.ServiceAccounts) != 1 || len(s.ServiceAccounts[0].Withheld) == 0 {
					t.Fatalf("%s in %s: nothing is withheld (%v)", form, field, err)
				}
				noSecret(t, form+" in "+field, string(kept), secret)
			}
		}
	}
}

// TestPartitionsAreNumbers, in all the ways of writing one.
func TestPartitionsAreNumbers(t *testing.T) {
	for written, want := range map[string]string{
		"1": snapshot.RolloutPartition, "0x10": snapshot.RolloutPartition, "1_0": snapshot.RolloutPartition, "1.0": snapshot.RolloutPartition, "2e0": snapshot.RolloutPartition,
		"0": "", "-1": "", "0.0": "", "null": "", "'1'": "", "true": "",
	} {
		text := "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: s}\nspec:\n  updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: " + written + "}}\n"
		s := detailed(t, text)
		if len(s.Workloads) != 1 || s.Workloads[0].Rollout != want {
			t.Errorf("%s: %+v, %v", written, s.Workloads, s.Gaps)
		}
	}
	json := `{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"s"},"spec":{"updateStrategy":{"rollingUpdate":{"partition":3}}}}`
	if s := detailed(t, json); s.Workloads[0].Rollout != snapshot.RolloutPartition {
		t.Errorf("JSON: %q", s.Workloads[0].Rollout)
	}
}
