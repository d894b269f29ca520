package export_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"

	"podpass/internal/audit"
	collect "podpass/internal/collect/files"
	"podpass/internal/fix"
	"podpass/internal/plan"
)

// mesh is a world of pods and of the policies between them, at one moment.
type mesh struct {
	objects []map[string]any
	pods    []pod
	decoded map[string]any // lists, by kind
}

// pod is one of a workload, which tells its label app too.
type pod struct{ workload, namespace, account string }

func (p pod) owner() string { return p.namespace + "/" + p.workload }

// reaches tells whether one pod may talk to another, by all four projects.
func (w *mesh) reaches(from, to pod) bool {
	return istio(w, from, to) && linkerd(w, from, to) && cilium(w, from, to) && calico(w, from, to)
}

// list decodes the objects of a kind, once.
func list[T any](w *mesh, group, kind string) []T {
	if all, ok := w.decoded[group+"/"+kind].([]T); ok {
		return all
	}
	all := []T{}
	for _, o := range w.objects {
		if version, _ := o["apiVersion"].(string); o["kind"] != kind || !strings.HasPrefix(version, group+"/") {
			continue
		}
		var one T
		text, err := json.Marshal(o)
		if err == nil {
			err = json.Unmarshal(text, &one)
		}
		if err != nil {
			panic(err) // what the tests are written with
		}
		all = append(all, one)
	}
	w.decoded[group+"/"+kind] = all
	return all
}

func newMesh(objects []map[string]any, pods []pod) *mesh {
	return &mesh{objects, pods, map[string]any{}}
}

// labels are those of a pod's account.
func (w *mesh) labels(p pod) map[string]string {
	for _, o := range w.objects {
		if u := (unstructured.Unstructured{Object: o}); u.GetKind() == "ServiceAccount" && u.GetNamespace() == p.namespace && u.GetName() == p.account {
			return u.GetLabels()
		}
	}
	return nil
}

// runs gives a pod of each workload among objects. A Workflow of Argo's makes
// pods by itself, as default where it names no account.
func runs(objects []map[string]any) []pod {
	var pods []pod
	for _, o := range objects {
		u := unstructured.Unstructured{Object: o}
		path := map[string][]string{"Deployment": {"spec", "template", "spec", "serviceAccountName"}, "Workflow": {"spec", "serviceAccountName"}}[u.GetKind()]
		if path == nil {
			continue
		}
		account, _, _ := unstructured.NestedString(o, path...)
		pods = append(pods, pod{u.GetName(), u.GetNamespace(), cmp.Or(account, "default")})
	}
	return pods
}

// decode reads documents of YAML.
func decode(t *testing.T, texts ...[]byte) []map[string]any {
	t.Helper()
	var objects []map[string]any
	for _, text := range texts {
		for d := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(text), 1<<10); ; {
			var o map[string]any
			err := d.Decode(&o)
			if errors.Is(err, io.EOF) {
				break
			}
			must(t, err)
			if o != nil {
				objects = append(objects, o)
			}
		}
	}
	return objects
}

// reach says who may talk to whom, by workload.
type reach map[[2]string]bool

func (w *mesh) reach() reach {
	all := reach{}
	for _, from := range w.pods {
		for _, to := range w.pods {
			if from.owner() != to.owner() {
				all[[2]string{from.owner(), to.owner()}] = w.reaches(from, to)
			}
		}
	}
	return all
}

// differs lists the pods that reach what theirs could not, or no longer what
// they could.
func (w *mesh) differs(before reach) []string {
	var found []string
	for _, from := range w.pods {
		for _, to := range w.pods {
			could, known := before[[2]string{from.owner(), to.owner()}]
			if can := w.reaches(from, to); known && can != could {
				found = append(found, from.owner()+" as "+from.account+map[bool]string{true: " reaches ", false: " no longer reaches "}[can]+to.owner()+" as "+to.account)
			}
		}
	}
	return found
}

// folder is a folder of manifests.
type folder struct {
	dir     string
	choices *plan.Choices
}

func newFolder(t *testing.T, policy string) *folder {
	t.Helper()
	dir := t.TempDir()
	world, err := os.ReadFile("testdata/mesh/world.yaml")
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "world.yaml"), world, 0o644))
	must(t, os.WriteFile(filepath.Join(dir, "policy.yaml"), []byte(policy), 0o644))
	return &folder{dir: dir}
}

func (f *folder) files(t *testing.T) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	for _, name := range []string{"policy.yaml", "world.yaml"} {
		data, err := os.ReadFile(filepath.Join(f.dir, name))
		must(t, err)
		all[filepath.Join(f.dir, name)] = data
	}
	return all
}

// world is what the files say.
func (f *folder) world(t *testing.T) *mesh {
	t.Helper()
	return worldOf(t, f.files(t))
}

func worldOf(t *testing.T, files map[string][]byte) *mesh {
	t.Helper()
	objects := decode(t, slices.Collect(maps.Values(files))...)
	return newMesh(objects, runs(objects))
}

func (f *folder) plan(t *testing.T) (*plan.Plan, *audit.Report) {
	t.Helper()
	s, err := collect.Collect(context.Background(), collect.Options{Paths: []string{f.dir}, Detail: true})
	must(t, err)
	s.Sort()
	return plan.MakeReported(s, plan.Options{Choices: f.choices})
}

// mended gives the files with some waves of a plan.
func (f *folder) mended(t *testing.T, p *plan.Plan, before *audit.Report, waves ...plan.Wave) map[string][]byte {
	t.Helper()
	all := f.files(t)
	r := fix.Mend(p, before, fix.Options{Waves: waves, Read: os.ReadFile, About: func(string) fix.Surroundings { return fix.Surroundings{} }})
	for _, c := range r.Changes {
		all[c.Path] = c.After
	}
	return all
}

// walk goes through the waves with one plan, or with one anew for each, and asks
// at every moment who may talk to whom. It gives the account of each workload at
// the end, and what was wrong on the way.
func (f *folder) walk(t *testing.T, anew bool) (accounts map[string]string, wrong []string) {
	t.Helper()
	last := f.world(t)
	before := last.reach()
	p, report := f.plan(t)
	for i, wave := range plan.Waves() {
		waves := plan.Waves()[:i+1]
		if anew {
			p, report = f.plan(t)
			waves = waves[i:]
		}
		files := f.mended(t, p, report, waves...)
		now := worldOf(t, files)
		for moment, w := range map[string]*mesh{
			"pods as before":  newMesh(now.objects, last.pods),
			"pods of both":    newMesh(now.objects, append(slices.Clone(last.pods), now.pods...)),
			"pods as written": now,
		} {
			for _, one := range w.differs(before) {
				wrong = append(wrong, fmt.Sprintf("anew %v, %s, %s: %s\n%s", anew, wave, moment, one, files[filepath.Join(f.dir, "policy.yaml")]))
			}
		}
		if anew {
			for path, data := range files {
				must(t, os.WriteFile(path, data, 0o644))
			}
		}
		last = now
	}
	return last.accounts(), wrong
}

// accounts are those of the workloads.
func (w *mesh) accounts() map[string]string {
	all := map[string]string{}
	for _, p := range w.pods {
		all[p.owner()] = p.account
	}
	return all
}

// references are the ids of decisions on objects that name accounts.
func references(p *plan.Plan) []string {
	ids := []string{}
	for _, d := range p.Decisions {
		if strings.HasPrefix(d.ID, "reference/") {
			ids = append(ids, d.ID)
		}
	}
	return ids
}

// moved is the world as it would be if pods had new accounts, and nobody had told
// the policies.
func (w *mesh) moved() *mesh {
	to := map[string]string{"shop/cart": "cart", "shop/web": "web", "shop/worker": "worker"}
	moved := newMesh(w.objects, slices.Clone(w.pods))
	for i := range moved.pods {
		p := &moved.pods[i]
		p.account = cmp.Or(to[p.owner()], p.account)
	}
	return moved
}
