package audit

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/snapshot"
)

// manifests is a world of the file all.yaml: each object in a line of its own.
func manifests() *world {
	w := live().account("default", no)
	w.Origin = snapshot.OriginFiles
	return w
}

// in moves the object of a name to a file.
func (w *world) in(file, name string) *world {
	for _, m := range w.metas() {
		if m.Name == name {
			m.Source = &snapshot.Source{File: file, Line: 1}
		}
	}
	return w
}

// metas lists what the lists of a Snapshot have in common, of each object.
func (w *world) metas() []*snapshot.Meta {
	var list []*snapshot.Meta
	for i := range w.Namespaces {
		list = append(list, &w.Namespaces[i].Meta)
	}
	for i := range w.ServiceAccounts {
		list = append(list, &w.ServiceAccounts[i].Meta)
	}
	for i := range w.Roles {
		list = append(list, &w.Roles[i].Meta)
	}
	for i := range w.Bindings {
		list = append(list, &w.Bindings[i].Meta)
	}
	for i := range w.Workloads {
		list = append(list, &w.Workloads[i].Meta)
	}
	for i := range w.Pods {
		list = append(list, &w.Pods[i].Meta)
	}
	for i := range w.TokenSecrets {
		list = append(list, &w.TokenSecrets[i].Meta)
	}
	return list
}

// show runs with only the files named; all other objects lie in all.yaml.
func (w *world) show(files ...string) *Report {
	for _, m := range w.metas() {
		m.Live = false
		if m.Source == nil {
			m.Source = &snapshot.Source{File: "all.yaml", Line: 1}
		}
	}
	w.Sort()
	return Run(&w.Snapshot, Options{OnlyFiles: &OnlyFiles{files, func(f string) bool { return slices.Contains(files, f) }}})
}

func TestOnlyFilesShowsWhatTheFilesBearOn(t *testing.T) {
	run := &snapshot.PodSpec{Account: "app", Automount: snapshot.Unset}
	aggregated := func() *world {
		w := manifests().bind("default", readPods())
		w.Roles[0] = snapshot.Role{Meta: snapshot.Meta{Name: "sum"}, Aggregate: []snapshot.Selector{{MatchLabels: map[string]string{"to": "sum"}}}}
		w.Bindings[0].Role = snapshot.RoleRef{Kind: "ClusterRole", Name: "sum"}
		w.Roles = append(w.Roles,
			snapshot.Role{Meta: snapshot.Meta{Name: "middle"}, Labels: map[string]string{"to": "sum"}, Aggregate: []snapshot.Selector{{MatchLabels: map[string]string{"to": "middle"}}}},
			snapshot.Role{Meta: snapshot.Meta{Name: "part"}, Labels: map[string]string{"to": "middle"}, Rules: []snapshot.Rule{readPods()}},
			snapshot.Role{Meta: snapshot.Meta{Name: "other"}, Labels: map[string]string{"to": "nothing"}})
		return w
	}
	shared := func() *world {
		return manifests().account("app", no).workload("Deployment", meta("one"), run).workload("Deployment", meta("two"), run)
	}
	tests := []struct {
		name  string
		world *world
		rule  string // of the result looked for
		stays bool
	}{
		{"the place of the result", manifests().workload("Deployment", meta("a"), &snapshot.PodSpec{}).in("new.yaml", "a"), "PP201", true},
		{"nothing of it", manifests().workload("Deployment", meta("a"), &snapshot.PodSpec{}).in("new.yaml", "default"), "PP201", false},
		{"a binding that gives default of another file rights", manifests().bind("default", readPods()).in("new.yaml", "for-default"), "PP101", true},
		{"another binding", manifests().bind("default", readPods()).account("x", no).bind("x", readPods()).in("new.yaml", "for-x"), "PP101", false},
		{"a part of a part of an aggregated role", aggregated().in("new.yaml", "part"), "PP101", true},
		{"a role that is no part of it", aggregated().in("new.yaml", "other"), "PP101", false},
		{"a second workload of an account", shared().in("new.yaml", "two"), "PP202", true},
		{"an account whose token a workload mounts", shared().in("new.yaml", "app"), "PP205", false}, // automount is off: no result
		{"an account that now mounts its token", manifests().account("app", unset).workload("Deployment", meta("a"), run).in("new.yaml", "app"), "PP205", true},
		{"the account of a rule that does not look at it", manifests().account("app", unset).workload("Deployment", meta("a"), &snapshot.PodSpec{}).in("new.yaml", "app"), "PP201", false},
		{"a pod of the workload", manifests().workload("StatefulSet", meta("db"), &snapshot.PodSpec{}).
			pod(owned("db-0", "apps", "StatefulSet", "db"), snapshot.PodSpec{}).in("new.yaml", "db-0"), "PP201", true},
		{"a second definition of the object", manifests().account("default", unset).in("all.yaml", "default"), "PP102", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := test.world.show("new.yaml", "deleted.yaml")
			stays := slices.ContainsFunc(r.Results, func(r Result) bool { return r.Rule == test.rule && r.Status == Fail })
			if stays != test.stays {
				t.Errorf("shown: %v, want %v; results left: %v", stays, test.stays, found(r))
			}
			if diff := cmp.Diff([]string{"new.yaml", "deleted.yaml"}, r.Only.Files); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestASecondDefinitionOfAnObjectCounts(t *testing.T) {
	w := manifests().account("default", unset)
	w.ServiceAccounts[0].Source = &snapshot.Source{File: "all.yaml", Line: 1}
	w.ServiceAccounts[1].Source = &snapshot.Source{File: "new.yaml", Line: 1}
	r := w.show("new.yaml")
	if !slices.ContainsFunc(r.Results, func(r Result) bool { return r.Rule == "PP102" && r.Status == Fail }) {
		t.Errorf("PP102 is not shown: %v", found(r))
	}
}

func TestNoFileAtAllHidesEverythingThatHasAPlace(t *testing.T) {
	r := manifests().workload("Deployment", meta("a"), &snapshot.PodSpec{}).show()
	if len(r.Results) != 0 || r.Only.Hidden == 0 || r.Only.Files == nil {
		t.Errorf("results left: %v, hidden %d, files %v", found(r), r.Only.Hidden, r.Only.Files)
	}
	if (r.Summary != Summary{}) || r.Verdicts.CISIntent.Status != Fail {
		t.Errorf("summary %+v, verdict %s", r.Summary, r.Verdicts.CISIntent.Status)
	}
	if got := r.ExitCode(Low, true); got != ExitClean {
		t.Errorf("exit code %d, want 0", got)
	}
}

func TestAGapCountsThoughItsFileIsNotAmongThem(t *testing.T) {
	w := manifests()
	w.Gaps = []snapshot.Gap{{What: "file", Scope: "broken.yaml:3", Reason: "it is no YAML"}}
	r := w.show("new.yaml")
	if got := r.ExitCode(Low, false); got != ExitOpen || r.Coverage.Complete {
		t.Errorf("exit code %d, complete %v", got, r.Coverage.Complete)
	}
	if r.Only.Hidden == 0 {
		t.Error("the unknown results of broken.yaml are not counted as hidden")
	}
	if r := w.show("broken.yaml"); len(r.Results) == 0 {
		t.Error("the results of broken.yaml are not shown though it is asked for")
	}
}

func TestWhatHasNoPlaceStays(t *testing.T) {
	w := live().gap("Pod") // of a whole cluster: no file
	r := Run(&w.Snapshot, Options{OnlyFiles: &OnlyFiles{nil, func(string) bool { return false }}})
	if len(r.Results) == 0 || r.Only.Hidden != 0 {
		t.Errorf("results left: %v, hidden %d", found(r), r.Only.Hidden)
	}
}

func TestABaselineCountsTheResultsThatAreLeft(t *testing.T) {
	source := func(file string) *Source { return &Source{File: file, Line: 1} }
	r := &Report{Baseline: &Comparison{New: 2, Unchanged: 2}, Results: []Result{
		{Status: Fail, Baseline: New, Source: source("a")}, {Status: Fail, Baseline: New, Source: source("b")},
		{Status: Fail, Baseline: Unchanged, Source: source("b")}, {Status: Fail, Baseline: Unchanged, Source: source("b")}, {Status: Waived, Source: source("b")},
	}}
	c := newContext(&snapshot.Snapshot{}, func(string) bool { return true })
	c.limit(r, &OnlyFiles{[]string{"a"}, func(f string) bool { return f == "a" }})
	if r.Baseline.New != 1 || r.Baseline.Unchanged != 0 || r.Only.Hidden != 3 {
		t.Errorf("new %d, unchanged %d, hidden %d; want 1, 0, 3", r.Baseline.New, r.Baseline.Unchanged, r.Only.Hidden)
	}
}

// TestOnlyFilesLosesNothing: for random worlds, the results shown for a part
// of the files and those hidden are all results; those of all files are all;
// and the verdicts never change.
func TestOnlyFilesLosesNothing(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 11))
	for range 300 {
		w := scattered(random)
		whole := Run(&w.Snapshot, Options{})
		chosen := []string{"0", "1", "2"}[:random.IntN(4)]
		part := w.show(chosen...)
		open := func(r *Report) int { return r.Summary.Fail + r.Summary.Unknown }
		if open(part)+part.Only.Hidden != open(whole) {
			t.Fatalf("%d shown and %d hidden of %d", open(part), part.Only.Hidden, open(whole))
		}
		if diff := cmp.Diff(whole.Verdicts, part.Verdicts); diff != "" {
			t.Fatal(diff)
		}
		for i := range part.Results {
			if !slices.ContainsFunc(whole.Results, func(r Result) bool { return cmp.Equal(r, part.Results[i]) }) {
				t.Fatalf("a result that is none of the whole: %+v", part.Results[i])
			}
		}
		if all := w.show("0", "1", "2"); text(all.Results) != text(whole.Results) {
			t.Fatalf("all files do not show all: %v, want %v", found(all), found(whole))
		}
	}
}

// scattered is a random world in three files.
func scattered(random *rand.Rand) *world {
	w := manifests()
	accounts := []string{"default", "app", "db"}
	for i := range 1 + random.IntN(6) {
		name := fmt.Sprint("w", i)
		switch account := accounts[random.IntN(3)]; random.IntN(4) {
		case 0:
			w.account(account, snapshot.Tri(random.IntN(3)-1))
		case 1:
			w.bind(account, readPods())
		case 2:
			w.pod(meta(name), snapshot.PodSpec{Account: account})
		default:
			w.workload("Deployment", meta(name), &snapshot.PodSpec{Account: account, Automount: snapshot.Tri(random.IntN(3) - 1)})
		}
	}
	for _, m := range w.metas() {
		m.Live, m.Source = false, &snapshot.Source{File: fmt.Sprint(random.IntN(3)), Line: 1}
	}
	w.Sort()
	return w
}

func text(results []Result) string {
	data, err := json.Marshal(results)
	if err != nil {
		panic(err)
	}
	return string(data)
}
