package export_test

import (
	"strings"
	"testing"

	"podpass/internal/audit"
	"podpass/internal/export"
	"podpass/internal/plan"
	"podpass/internal/snapshot"
)

func components(t *testing.T, p *plan.Plan) map[string]string {
	t.Helper()
	list, err := export.Kustomize(p)
	if err != nil {
		t.Fatal(err)
	}
	return byPath(t, list)
}

// byPath is the text of each file, of which none may be written twice.
func byPath(t *testing.T, list []export.File) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, f := range list {
		if _, twice := all[f.Path]; twice {
			t.Errorf("%s is written twice", f.Path)
		}
		all[f.Path] = string(f.Data)
	}
	return all
}

func TestGoldenKustomize(t *testing.T) {
	p := planned()
	p.Hash = "of no plan" // which changes with all that a plan says
	list, err := export.Kustomize(p)
	if err != nil {
		t.Fatal(err)
	}
	goldenFiles(t, "testdata/kustomize", list)
}

func TestWhatWaitsIsNoPartOfAComponent(t *testing.T) {
	for path, text := range components(t, planned()) {
		if named := strings.Contains(text, "boss"); named != (path == "README.md") {
			t.Errorf("%s names what waits: %v", path, named)
		}
	}
}

func TestStepsOfAWSAreNamedAndNotWritten(t *testing.T) {
	all := components(t, moduleRoles())
	if readme := all["README.md"]; !strings.Contains(readme, "create `IAMRole shop_cart-") || !strings.Contains(readme, "--as terraform") {
		t.Errorf("README.md does not say what is for Terraform:\n%s", readme)
	}
	for path, text := range all {
		if path != "README.md" && strings.Contains(text, "kind: IAMRole") {
			t.Errorf("%s has a role", path)
		}
	}
}

func TestTheDefaultAccountOfAClusterIsAResourceOnce(t *testing.T) {
	all := components(t, planned())
	if text := all["3-lock/kustomization.yaml"]; !strings.Contains(text, "resources:\n- \"01-serviceaccount-on-default.yaml\"") {
		t.Errorf("it is no resource:\n%s", text)
	}
	if _, ok := all["3-lock/01-serviceaccount-on-default.json6902.yaml"]; ok {
		t.Error("a resource is patched")
	}
}

func TestAnEmptyWaveIsNoComponent(t *testing.T) {
	all := components(t, plan.Make(&snapshot.Snapshot{Header: snapshot.Header{Origin: snapshot.OriginCluster}}, plan.Options{}))
	if len(all) != 1 || !strings.Contains(all["README.md"], "# none: no step has a form here") {
		t.Errorf("the files are %v", all)
	}
}

// twice is a plan of two files that define a workload.
func twice() *plan.Plan {
	s := &snapshot.Snapshot{}
	s.Origin, s.Detail, s.SecretsRead = snapshot.OriginFiles, true, true
	for _, file := range []string{"a.yaml", "b.yaml"} {
		meta := snapshot.Meta{Namespace: "shop", Name: "cart", Source: &snapshot.Source{File: file, Line: 1}}
		s.Workloads = append(s.Workloads, snapshot.Workload{Meta: meta, Group: "apps", Kind: "Deployment", Template: &snapshot.PodSpec{}})
	}
	s.Namespaces = []snapshot.Namespace{{Meta: snapshot.Meta{Name: "shop", Source: &snapshot.Source{File: "a.yaml", Line: 9}}}}
	s.Sort()
	return plan.Make(s, plan.Options{})
}

func TestWhatTwoFilesSayAlikeIsWrittenOnce(t *testing.T) {
	if text := components(t, twice())["2-move/kustomization.yaml"]; strings.Count(text, "path: \"01-deployment-shop-cart.yaml\"") != 1 {
		t.Errorf("it is\n%s", text)
	}
}

func TestWhatCannotBeAComponentIsRefused(t *testing.T) {
	step := func(p *plan.Plan, action plan.Action) *plan.Step {
		for i := range p.Steps {
			if s := &p.Steps[i]; s.Action == action && s.Wave == plan.Move {
				return s
			}
		}
		return nil
	}
	for name, c := range map[string]struct {
		spoil func(p *plan.Plan)
		want  string
	}{
		"an object that two files define in two ways": {func(p *plan.Plan) { step(p, plan.Change).After.Fields[0].Value = "other" }, "what one kustomization renders"},
		"a name that cannot be seen":                  {func(p *plan.Plan) { step(p, plan.Change).Object.Name = "a\u202eb" }, "cannot be seen"},
		"an item without a key to merge by":           {func(p *plan.Plan) { step(p, plan.Change).After.Fields[0].Path = "/spec/list/[key=a]" }, "no key that patches merge by"},
		"an action that is none":                      {func(p *plan.Plan) { step(p, plan.Change).Action = "other" }, "does not say what it changes"},
	} {
		t.Run(name, func(t *testing.T) {
			p := twice()
			c.spoil(p)
			if _, err := export.Kustomize(p); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("want an error that says %q, got %v", c.want, err)
			}
		})
	}
}

func TestARestartIsAnAnnotationWhereThereIsARollOut(t *testing.T) {
	p := planned()
	for i := range p.Steps {
		if s := &p.Steps[i]; s.Wave == plan.Move && s.Object.Kind == snapshot.KindDeployment {
			s.Action, s.Before, s.After, s.Waits = plan.Restart, nil, nil, []string{}
			s.For = &audit.Object{Kind: s.Object.Kind, Namespace: s.Object.Namespace, Name: s.Object.Name}
		} else if s.Wave == plan.Move && s.Object.Kind == snapshot.KindCronJob {
			s.Action, s.Before, s.After = plan.Restart, nil, nil
		}
	}
	all := components(t, p)
	if text := all["2-move/02-deployment-on-1e3.yaml"]; !strings.Contains(text, `kubectl.kubernetes.io/restartedAt: "2023-11-14T22:13:20Z"`) {
		t.Errorf("it is\n%s", text)
	}
	if readme := all["README.md"]; !strings.Contains(readme, "make the pods of `CronJob on/filled` anew") {
		t.Errorf("README.md does not name it:\n%s", readme)
	}
}
