package export_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"podpass/internal/audit"
	"podpass/internal/export"
	"podpass/internal/plan"
	"podpass/internal/report"
	"podpass/internal/snapshot"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// shop is a cluster with a step of every kind, with one that waits, and with
// names that mean something to a shell, to YAML and to Markdown.
func shop() *snapshot.Snapshot {
	meta := func(name string) snapshot.Meta {
		return snapshot.Meta{Namespace: "on", Name: name, UID: "uid-" + name, Live: true}
	}
	subject := func(name string) snapshot.Subject {
		return snapshot.Subject{Kind: "ServiceAccount", Namespace: "on", Name: name}
	}
	owned := func(m snapshot.Meta) snapshot.Meta {
		m.Owner = &snapshot.Owner{Group: "apps", Kind: "DaemonSet", Name: "idle"}
		return m
	}
	role := snapshot.RoleRef{Group: snapshot.GroupRBAC, Kind: "Role", Name: "reader"}
	s := &snapshot.Snapshot{}
	s.Origin, s.Detail, s.SecretsRead = snapshot.OriginCluster, true, true
	s.Cluster = snapshot.Cluster{Name: "prod `$(id)`", UID: "11111111-2222-3333-4444-555555555555"}
	s.Namespaces = []snapshot.Namespace{{Meta: snapshot.Meta{Name: "on", UID: "uid-on", Live: true}}}
	s.ServiceAccounts = []snapshot.ServiceAccount{
		{Meta: meta("default"), ImagePullSecrets: []string{"1e3"}, Annotations: map[string]string{"note": "it's $(id)\n\u202e é"}, Labels: map[string]string{"yes": "on"}},
		{Meta: meta("filled")},
		{Meta: meta("idle"), Automount: snapshot.False},
	}
	s.Roles = []snapshot.Role{{Meta: meta("reader"), Rules: []snapshot.Rule{{Verbs: []string{"get"}, APIGroups: []string{""}, Resources: []string{"configmaps"}}}}}
	s.Bindings = []snapshot.Binding{
		{Meta: meta("it's `$(id)` <b>"), Role: role, Subjects: []snapshot.Subject{subject("default")}},
		{Meta: meta("read"), Role: role, Subjects: []snapshot.Subject{subject("default"), {Kind: "Group", Group: snapshot.GroupRBAC, Name: "dev's"}}},
	}
	spec := func(account string) *snapshot.PodSpec { return &snapshot.PodSpec{Account: account} }
	s.Workloads = []snapshot.Workload{
		{Meta: meta("1e3"), Group: "apps", Kind: "Deployment", Template: spec("")},
		{Meta: meta("filled"), Group: "batch", Kind: "CronJob", Template: spec("default")},
		{Meta: meta("idle"), Group: "apps", Kind: "DaemonSet", Template: spec("idle")},
	}
	s.Pods = []snapshot.Pod{{Meta: owned(meta("idle-x")), Spec: snapshot.PodSpec{Account: "idle", APIToken: true}}}
	s.References = []snapshot.Reference{{
		Meta: meta("allow"), Group: "security.istio.io", Version: "v1", Kind: "AuthorizationPolicy",
		Pointer: "/spec/rules/0/from/0/source/principals/0", Value: "cluster.local/ns/on/sa/default",
		Form: snapshot.FormSPIFFE, Of: snapshot.Names{Namespace: "on", Name: "default"}, Use: snapshot.Knows, Entry: true,
	}}
	// Its right is one that nobody hands on unasked.
	s.Namespaces = append(s.Namespaces, snapshot.Namespace{Meta: snapshot.Meta{Name: "waiting", UID: "uid-waiting", Live: true}})
	elsewhere := func(name string) snapshot.Meta {
		return snapshot.Meta{Namespace: "waiting", Name: name, UID: "uid-waiting-" + name, Live: true}
	}
	s.ServiceAccounts = append(s.ServiceAccounts, snapshot.ServiceAccount{Meta: elsewhere("default")})
	s.Workloads = append(s.Workloads, snapshot.Workload{Meta: elsewhere("boss"), Group: "apps", Kind: "Deployment", Template: spec("")})
	s.Bindings = append(s.Bindings, snapshot.Binding{
		Meta: elsewhere("boss"), Role: snapshot.RoleRef{Group: snapshot.GroupRBAC, Kind: "ClusterRole", Name: "cluster-admin"},
		Subjects: []snapshot.Subject{{Kind: "ServiceAccount", Namespace: "waiting", Name: "default"}},
	})
	s.Roles = append(s.Roles, snapshot.Role{Meta: snapshot.Meta{Name: "cluster-admin", UID: "uid-admin", Live: true}, Rules: []snapshot.Rule{{Verbs: []string{"*"}, APIGroups: []string{"*"}, Resources: []string{"*"}}}})
	s.Sort()
	return s
}

func planned() *plan.Plan {
	return plan.Make(shop(), plan.Options{Now: time.Unix(1700000000, 0).UTC(), Tool: audit.Tool{Name: "podpass", Version: "test"}})
}

func files(t *testing.T, p *plan.Plan) map[string]export.File {
	t.Helper()
	list, err := export.Kubernetes(p)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]export.File{}
	for _, f := range list {
		if _, twice := all[f.Path]; twice {
			t.Errorf("%s is written twice", f.Path)
		}
		all[f.Path] = f
	}
	return all
}

func TestGoldenKubernetes(t *testing.T) {
	p := planned()
	p.Hash = strings.Repeat("0", 64) // it changes with every field that plans get
	golden(t, "testdata/kubernetes", files(t, p))
}

// golden compares an export, or a part of one, with a folder.
func golden(t *testing.T, folder string, all map[string]export.File) {
	t.Helper()
	if *update {
		must(t, os.RemoveAll(folder))
		for path, f := range all {
			file := filepath.Join(folder, path)
			must(t, errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, f.Data, 0o644)))
		}
	}
	want := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		rel, _ := filepath.Rel(folder, path)
		want[filepath.ToSlash(rel)] = string(data)
		return err
	})
	must(t, err)
	got := map[string]string{}
	for path, f := range all {
		got[path] = string(f.Data)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("run go test ./internal/export -update: %s", diff)
	}
}

func TestAPlanThatWasReadIsExportedAsTheOneThatWasMade(t *testing.T) {
	p := planned()
	var text bytes.Buffer
	if err := report.WriteJSON(&text, p); err != nil {
		t.Fatal(err)
	}
	read, err := plan.Read(&text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(files(t, p), files(t, read)); diff != "" {
		t.Error(diff)
	}
}

func TestWhatStandsAtTheTopOfAnExportIsKnown(t *testing.T) {
	for path := range files(t, planned()) {
		if name, _, _ := strings.Cut(path, "/"); !export.IsEntry(name) {
			t.Errorf("%s is none of an export", name)
		}
	}
	for _, name := range []string{"src", "5-more", "README", "1234567890123", ".git"} {
		if export.IsEntry(name) {
			t.Errorf("%s is one of an export", name)
		}
	}
}

func TestEveryWaveHasItsFolderAlsoWithoutSteps(t *testing.T) {
	all := files(t, plan.Make(&snapshot.Snapshot{Header: snapshot.Header{Origin: snapshot.OriginCluster, Cluster: snapshot.Cluster{UID: "u"}}}, plan.Options{}))
	for _, wave := range []string{"1-add", "2-move", "3-lock", "4-clean"} {
		for _, name := range []string{"apply.sh", "revert.sh", "README.md"} {
			f, ok := all[wave+"/"+name]
			if !ok || f.Executable != strings.HasSuffix(name, ".sh") {
				t.Errorf("%s/%s: there %v, executable %v", wave, name, ok, f.Executable)
			}
		}
	}
}

func TestWhatWaitsIsNamedAndNotDone(t *testing.T) {
	for path, f := range files(t, planned()) {
		if named := bytes.Contains(f.Data, []byte("boss")); named && !strings.HasSuffix(path, "README.md") {
			t.Errorf("%s speaks of a step that waits", path)
		}
	}
	readme := string(files(t, planned())["2-move/README.md"].Data)
	if !strings.Contains(readme, "Deployment waiting/boss` waits for `rights/Deployment/waiting/boss`") {
		t.Errorf("the README of move does not say what waits:\n%s", readme)
	}
}

func TestScriptsAreShellThatEveryShellTakes(t *testing.T) {
	checks := [][]string{{"sh", "-n"}}
	for _, tool := range [][]string{{"dash", "-n"}, {"shellcheck", "-x"}} {
		if _, err := exec.LookPath(tool[0]); err == nil {
			checks = append(checks, tool)
		}
	}
	for _, p := range []*plan.Plan{planned(), roles()} {
		folder := write(t, p)
		for path := range files(t, p) {
			if !strings.HasSuffix(path, ".sh") {
				continue
			}
			for _, check := range checks {
				out, err := exec.Command(check[0], append(slices.Clone(check[1:]), filepath.Join(folder, path))...).CombinedOutput()
				if err != nil {
					t.Errorf("%v %s: %v\n%s", check, path, err, out)
				}
			}
		}
	}
}

// TestYAMLSaysWhatThePlanSays reads each file with the reader that kubectl has:
// YAML 1.1, which takes on for a boolean and 1e3 for a number.
func TestYAMLSaysWhatThePlanSays(t *testing.T) {
	p := planned()
	made := map[string]any{}
	for _, s := range p.Steps {
		if s.Action == plan.Create {
			text, err := json.Marshal(s.After.Manifest)
			if err != nil {
				t.Fatal(err)
			}
			var object map[string]any
			if err := json.Unmarshal(text, &object); err != nil {
				t.Fatal(err)
			}
			made[s.Object.Kind+" "+s.Object.Name] = object
		}
	}
	seen := 0
	for path, f := range files(t, p) {
		if !strings.HasSuffix(path, ".yaml") {
			continue
		}
		var got any
		if err := yaml.UnmarshalStrict(f.Data, &got); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		object, ok := got.(map[string]any)
		if !ok || object["kind"] == nil || strings.Contains(path, "revert") {
			continue
		}
		name := object["kind"].(string) + " " + object["metadata"].(map[string]any)["name"].(string)
		if diff := cmp.Diff(made[name], any(object)); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
		seen++
	}
	if seen < 4 {
		t.Errorf("%d objects are made, want at least 4", seen)
	}
}

func TestPlansThatCannotBeCarriedOutSafelyAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(p *plan.Plan)
		want   string
	}{
		"a plan of files":                  {func(p *plan.Plan) { p.Source.Origin = snapshot.OriginFiles }, "podpass fix"},
		"an unknown cluster":               {func(p *plan.Plan) { p.Source.Cluster.UID = "" }, "kube-system"},
		"a line break in a name":           {func(p *plan.Plan) { p.Steps[0].Object.Name = "a\nb" }, "cannot be seen"},
		"an escape sequence in a name":     {func(p *plan.Plan) { p.Steps[0].Object.Namespace = "a\x1b[2J" }, "cannot be seen"},
		"a name that is written backwards": {func(p *plan.Plan) { p.Steps[0].Object.Name = "a\u202eb" }, "cannot be seen"},
		"a name that is not UTF-8":         {func(p *plan.Plan) { p.Steps[0].Object.Name = "a\xff" }, "not UTF-8"},
		"an object without its uid":        {func(p *plan.Plan) { p.Steps[len(p.Steps)-1].Expects.UID = "" }, "no uid"},
		"a step that makes nothing":        {func(p *plan.Plan) { p.Steps[1].Action, p.Steps[1].After = plan.Create, nil }, "does not say"},
		"a step that does something else":  {func(p *plan.Plan) { p.Steps[0].Action = "ruin" }, "does not say"},
		"a step of another wave":           {func(p *plan.Plan) { p.Steps[0].Wave = "later" }, "does not say"},
		"a path that kubectl cannot ask for": {func(p *plan.Plan) {
			for i := range p.Steps {
				if s := &p.Steps[i]; s.Wave == plan.Move {
					s.Before.Fields[0].Path, s.After.Fields[0].Path = "/a{b}", "/a{b}"
				}
			}
		}, "cannot be asked"},
	} {
		t.Run(name, func(t *testing.T) {
			p := planned()
			c.change(p)
			if _, err := export.Kubernetes(p); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}
