package exports_test

import (
	"bytes"
	"context"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"podpass/internal/collect/files"
	"podpass/internal/plan"
	"podpass/internal/snapshot"
)

// build renders a kustomization by kustomize's library.
func build(fs filesys.FileSystem, folder string) ([]byte, error) {
	m, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(fs, folder)
	if err != nil {
		return nil, err
	}
	return m.AsYaml()
}

// base puts manifests and a kustomization of them in place, and gives what it
// renders.
func base(t *testing.T, paths ...string) (filesys.FileSystem, []byte) {
	t.Helper()
	fs := filesys.MakeFsInMemory()
	kustomization := "resources:\n"
	for _, file := range paths {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		put(t, fs, "base/"+path.Base(file), data)
		kustomization += "- " + path.Base(file) + "\n"
	}
	put(t, fs, "base/kustomization.yaml", []byte(kustomization))
	all, err := build(fs, "base")
	if err != nil {
		t.Fatal(err)
	}
	return fs, all
}

func put(t failing, fs filesys.FileSystem, file string, data []byte) {
	t.Helper()
	if err := fs.WriteFile(file, data); err != nil {
		t.Fatal(err)
	}
}

// failing is a test, or a draw of one.
type failing interface {
	Helper()
	Fatal(args ...any)
}

func collect(t failing, manifests []byte) *snapshot.Snapshot {
	t.Helper()
	s, err := files.Collect(context.Background(), files.Options{Paths: []string{files.Stdin}, Stdin: bytes.NewReader(manifests), Detail: true})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// around includes components of an export, and renders the whole.
func around(t failing, fs filesys.FileSystem, components []string) ([]byte, error) {
	t.Helper()
	put(t, fs, "around/kustomization.yaml", []byte("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../base]\ncomponents:\n- ../podpass/"+strings.Join(components, "\n- ../podpass/")+"\n"))
	return build(fs, "around")
}

// components lists those of an export, in their order.
func components(all map[string][]byte) []string {
	var list []string
	for file := range all {
		if folder, ok := strings.CutSuffix(file, "/kustomization.yaml"); ok {
			list = append(list, folder)
		}
	}
	slices.Sort(list)
	return list
}

// decided are choices for the workloads of keys.yaml.
func decided() *plan.Choices {
	c := &plan.Choices{Cluster: plan.ClusterChoice{Issuer: "https://" + host, AccountID: accountID, Partition: "aws"}}
	for _, name := range []string{"sources", "masked", "variables", "mounts"} {
		c.Workloads = append(c.Workloads, plan.WorkloadChoice{
			Match: plan.Match{Kind: "*", Namespace: "pay", Name: name}, Role: plan.RoleChoice{ARN: "arn:aws:iam::111122223333:role/app/" + name},
		})
	}
	return c
}

func TestComponentsMakeOfTheManifestsWhatIsPredicted(t *testing.T) {
	for name, paths := range map[string][]string{
		"teams that share accounts": {"../../internal/export/testdata/teams.yaml"},
		"workloads that take keys":  {"testdata/keys.yaml"},
		"references to accounts":    {"testdata/references.yaml"},
		"the shop of the examples":  {"../../examples/shop/accounts.yaml", "../../examples/shop/namespaces.yaml", "../../examples/shop/rbac.yaml", "../../examples/shop/workloads.yaml", "../../examples/shop/secrets.yaml", "../../examples/shop/kube2iam.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			fs, rendered := base(t, paths...)
			before := collect(t, rendered)
			p := plan.Make(before, plan.Options{Choices: decided(), Now: time.Unix(1700000000, 0)})
			all := written(t, p, "kustomize")
			for file, data := range all {
				put(t, fs, "podpass/"+file, data)
			}
			list := components(all)
			if len(list) < 3 {
				t.Fatalf("the components are %v", list)
			}
			for i := range list {
				out, err := around(t, fs, list[:i+1])
				if err != nil {
					t.Fatal(err)
				}
				want := plan.Predict(before, p, waves(list[:i+1])...)
				if diff := cmp.Diff(comparable(want), comparable(collect(t, out)), places()); diff != "" {
					t.Errorf("after %s: %s\n%s", list[i], diff, out)
				}
			}
		})
	}
}

func waves(folders []string) []plan.Wave {
	var list []plan.Wave
	for _, f := range folders {
		_, name, _ := strings.Cut(f, "-")
		list = append(list, plan.Wave(name))
	}
	return list
}

// places are what differs between files that say the same; and which entries a
// holder has is told of those alone that something uses.
func places() cmp.Options {
	return cmp.Options{cmpopts.EquateEmpty(), cmpopts.IgnoreFields(snapshot.Meta{}, "Source"), cmpopts.IgnoreFields(snapshot.Holder{}, "Entries", "More")}
}

// comparable is a snapshot without what no rule reads: the files that were asked
// for, references, which a prediction leaves as they are, and holders without a
// key, which are there only while something uses them.
func comparable(s *snapshot.Snapshot) *snapshot.Snapshot {
	c := *s
	c.Paths, c.Gaps, c.References = nil, nil, nil
	c.Holders = slices.DeleteFunc(slices.Clone(s.Holders), func(h snapshot.Holder) bool { return len(h.Keys) == 0 })
	c.Workloads = slices.Clone(s.Workloads)
	for i := range c.Workloads {
		c.Workloads[i].Template = withoutPlaces(c.Workloads[i].Template)
	}
	return &c
}

// withoutPlaces is a template without the places of what uses a holder, which
// shift where something goes. Those of containers stay.
func withoutPlaces(spec *snapshot.PodSpec) *snapshot.PodSpec {
	if spec == nil || spec.AWS == nil {
		return spec
	}
	out, said := *spec, *spec.AWS
	said.Containers = slices.Clone(said.Containers)
	for i := range said.Containers {
		c := &said.Containers[i]
		c.Uses = slices.Clone(c.Uses)
		for j := range c.Uses {
			c.Uses[j].At = 0
		}
	}
	out.AWS = &said
	return &out
}

// exported plans manifests, writes the components, and puts them beside.
func exported(t *testing.T, paths ...string) (fs filesys.FileSystem, list []string) {
	t.Helper()
	fs, rendered := base(t, paths...)
	p := plan.Make(collect(t, rendered), plan.Options{Choices: decided(), Now: time.Unix(1700000000, 0)})
	all := written(t, p, "kustomize")
	for file, data := range all {
		put(t, fs, "podpass/"+file, data)
	}
	return fs, components(all)
}

// rendered gives the objects that come out, by kind and name.
func rendered(t *testing.T, out []byte) map[string]string {
	t.Helper()
	objects := map[string]string{}
	for _, doc := range strings.Split(string(out), "\n---\n") {
		var kind, name string
		lines := strings.Split(doc, "\n")
		for i, line := range lines {
			if rest, ok := strings.CutPrefix(line, "kind: "); ok {
				kind = rest
			}
			if line == "metadata:" {
				for _, line := range lines[i+1:] {
					if rest, ok := strings.CutPrefix(line, "  name: "); ok && name == "" {
						name = rest
					}
				}
			}
		}
		objects[kind+" "+name] = doc
	}
	return objects
}

func TestWhatMayOverrideARoleIsGone(t *testing.T) {
	fs, list := exported(t, "testdata/keys.yaml")
	out, err := around(t, fs, list)
	if err != nil {
		t.Fatal(err)
	}
	all := rendered(t, out)
	for object, c := range map[string]struct{ keeps, loses []string }{
		"Deployment sources":  {[]string{"name: settings", "name: more", "name: A\n", "name: side\n      - envFrom"}, []string{"secretRef", "prefix:"}},
		"StatefulSet masked":  {[]string{"secretRef", "name: AWS_ACCESS_KEY_ID\n          value: \"\"", "name: AWS_SECRET_ACCESS_KEY\n          value: \"\""}, nil},
		"CronJob variables":   {[]string{"name: OTHER\n              value: \"1e3\"", "serviceAccountName: variables", "name: first\n          - env: []\n            image: example.com/init\n            name: init\n          - image: example.com/third"}, []string{"AWS_", "secretKeyRef", "serviceAccount:"}},
		"Deployment mounts":   {[]string{"mountPath: /data", "secretName: files"}, []string{"/root/.aws"}},
		"Deployment asks":     {[]string{"serviceAccountName: asks"}, []string{"iam.amazonaws.com"}},
		"ServiceAccount asks": {[]string{"eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/app/asks"}, nil},
	} {
		text, ok := all[object]
		if !ok {
			t.Errorf("%s is not there", object)
		}
		for _, part := range c.keeps {
			if !strings.Contains(text, part) {
				t.Errorf("%s lacks %q:\n%s", object, part, text)
			}
		}
		for _, part := range c.loses {
			if strings.Contains(text, part) {
				t.Errorf("%s still has %q:\n%s", object, part, text)
			}
		}
	}
}

func TestANewNameStandsBesideTheOldOneUntilClean(t *testing.T) {
	fs, list := exported(t, "testdata/references.yaml")
	for n, want := range map[int]string{
		1: "- cluster.local/ns/mesh/sa/other\n        - cluster.local/ns/mesh/sa/default\n        - cluster.local/ns/mesh/sa/api\n        - cluster.local/ns/mesh/sa/web\n",
		3: "- cluster.local/ns/mesh/sa/other\n        - cluster.local/ns/mesh/sa/api\n        - cluster.local/ns/mesh/sa/web\n",
	} {
		out, err := around(t, fs, list[:n])
		if err != nil {
			t.Fatal(err)
		}
		all := rendered(t, out)
		if text := all["AuthorizationPolicy allow.web"] + "\n"; !strings.Contains(text, want) {
			t.Errorf("after %v:\n%s", list[:n], text)
		}
		if text := all["AuthorizationPolicy allow-web"]; strings.Contains(text, "mesh/sa") {
			t.Errorf("a policy whose name looks alike is changed:\n%s", text)
		}
	}
}

func TestManifestsThatAreOthersStopTheBuild(t *testing.T) {
	for name, c := range map[string]struct{ file, old, new, want string }{
		"an object that is not there":        {"testdata/references.yaml", "{name: web, namespace: mesh}", "{name: webs, namespace: mesh}", "no matches"},
		"one of another namespace":           {"testdata/references.yaml", "{name: web, namespace: mesh}", "{name: web, namespace: other}", "no matches"},
		"a list with another order":          {"testdata/references.yaml", "[cluster.local/ns/mesh/sa/other, cluster.local/ns/mesh/sa/default]", "[cluster.local/ns/mesh/sa/default, cluster.local/ns/mesh/sa/other]", "test"},
		"a workload with an account":         {"../../internal/export/testdata/teams.yaml", "serviceAccountName: default\n      containers: [{name: c, image: example.com/db}]", "serviceAccountName: shared\n      containers: [{name: c, image: example.com/db}]", "test"},
		"a binding with one subject more":    {"../../internal/export/testdata/teams.yaml", "- {kind: User, apiGroup: rbac.authorization.k8s.io, name: ann}", "- {kind: User, apiGroup: rbac.authorization.k8s.io, name: bob}", "test"},
		"a source of variables in its place": {"testdata/keys.yaml", "        - configMapRef: {name: settings}\n", "", "test"},
		"an account with a token":            {"../../internal/export/testdata/teams.yaml", "imagePullSecrets:\n- name: registry\n- name: mirror", "automountServiceAccountToken: true\nimagePullSecrets:\n- name: registry\n- name: mirror", "test"},
	} {
		t.Run(name, func(t *testing.T) {
			fs, list := exported(t, c.file)
			file := "base/" + path.Base(c.file)
			data, err := fs.ReadFile(file)
			if err != nil || !bytes.Contains(data, []byte(c.old)) {
				t.Fatalf("%v, or %q is not in it", err, c.old)
			}
			put(t, fs, file, bytes.Replace(data, []byte(c.old), []byte(c.new), 1))
			if _, err := around(t, fs, list); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("want an error that says %q, got %v", c.want, err)
			}
		})
	}
}

// live is a snapshot of manifests as that of a cluster which they were applied to
// has it: with accounts that it made by itself.
func live(s *snapshot.Snapshot) *snapshot.Snapshot {
	c := *s
	c.Origin, c.Cluster.UID = snapshot.OriginCluster, "u"
	there := func(m *snapshot.Meta) { m.Live, m.UID, m.Source = true, "uid-"+m.Namespace+"-"+m.Name, nil }
	for i := range c.Namespaces {
		there(&c.Namespaces[i].Meta)
		c.ServiceAccounts = append(c.ServiceAccounts, snapshot.ServiceAccount{Meta: snapshot.Meta{Namespace: c.Namespaces[i].Name, Name: snapshot.Default}})
	}
	for i := range c.ServiceAccounts {
		there(&c.ServiceAccounts[i].Meta)
	}
	for i := range c.Bindings {
		there(&c.Bindings[i].Meta)
	}
	for i := range c.Workloads {
		there(&c.Workloads[i].Meta)
	}
	for i := range c.References {
		there(&c.References[i].Meta)
	}
	c.Sort()
	return &c
}

func TestAPlanOfAClusterFitsItsManifests(t *testing.T) {
	fs := filesys.MakeFsInMemory()
	data, err := os.ReadFile("testdata/references.yaml")
	if err != nil {
		t.Fatal(err)
	}
	own := "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default, namespace: mesh}\nautomountServiceAccountToken: false\n---\n"
	if !bytes.Contains(data, []byte(own)) {
		t.Fatal("the manifests have no account default to leave out")
	}
	put(t, fs, "base/all.yaml", bytes.Replace(data, []byte(own), nil, 1))
	put(t, fs, "base/kustomization.yaml", []byte("resources: [all.yaml]\n"))
	rendered, err := build(fs, "base")
	if err != nil {
		t.Fatal(err)
	}
	before := live(collect(t, rendered))
	p := plan.Make(before, plan.Options{Now: time.Unix(1700000000, 0)})
	all := written(t, p, "kustomize")
	for file, data := range all {
		put(t, fs, "podpass/"+file, data)
	}
	out, err := around(t, fs, components(all))
	if err != nil {
		t.Fatal(err)
	}
	want := comparable(plan.Predict(before, p, plan.Waves()...))
	got := comparable(live(collect(t, out)))
	got.ServiceAccounts = slices.CompactFunc(got.ServiceAccounts, func(a, b snapshot.ServiceAccount) bool { return a.Namespace == b.Namespace && a.Name == b.Name })
	if diff := cmp.Diff(want, got, places(), cmpopts.IgnoreFields(snapshot.Meta{}, "UID")); diff != "" {
		t.Errorf("%s\n%s", diff, out)
	}
}
