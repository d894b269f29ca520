package audit

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/snapshot"
)

func TestWorkloadsAreRolledUpToTheRootOfOwnership(t *testing.T) {
	none := snapshot.PodSpec{}
	own := snapshot.PodSpec{Account: "app"}
	finished := func(w *world) *world { w.Pods[len(w.Pods)-1].Finished = true; return w }
	tests := []struct {
		name  string
		world *world
		want  []string
	}{
		{"a Deployment, its ReplicaSet and its pods are one", live().
			workload("Deployment", meta("app"), &none).
			workload("ReplicaSet", owned("app-1", "apps", "Deployment", "app"), nil).
			pod(owned("app-1-x", "apps", "ReplicaSet", "app-1"), none),
			[]string{"fail Deployment/app"}},
		{"the template of an old, owned ReplicaSet does not count", live().
			workload("Deployment", meta("app"), &own).
			workload("ReplicaSet", owned("app-1", "apps", "Deployment", "app"), &none), nil},
		{"pods of the old template still run as default", live().
			workload("Deployment", meta("app"), &own).
			workload("ReplicaSet", owned("app-1", "apps", "Deployment", "app"), nil).
			pod(owned("app-1-x", "apps", "ReplicaSet", "app-1"), none),
			[]string{"fail Deployment/app"}},
		{"a finished pod is set aside", finished(live().pod(meta("run"), none)), nil},
		{"a finished Job is set aside, its pod too", func() *world {
			w := finished(live().workload("Job", meta("job"), &none).pod(owned("job-x", "batch", "Job", "job"), none))
			w.Workloads[0].Finished = true
			return w
		}(), nil},
		{"a CronJob counts, not its Jobs", live().
			workload("CronJob", meta("nightly"), &none).
			workload("Job", owned("nightly-1", "batch", "CronJob", "nightly"), nil).
			pod(owned("nightly-1-x", "batch", "Job", "nightly-1"), none),
			[]string{"fail CronJob/nightly"}},
		{"a bare Pod is its own root", live().pod(meta("bare"), none), []string{"fail Pod/bare"}},
		{"a Job of its own", live().workload("Job", meta("once"), &none), []string{"fail Job/once"}},
		{"a foreign owner above a ReplicaSet is the object", live().
			workload("ReplicaSet", owned("roll-1", "argoproj.io", "Rollout", "roll"), nil).
			pod(owned("roll-1-x", "apps", "ReplicaSet", "roll-1"), none).
			pod(owned("roll-1-y", "apps", "ReplicaSet", "roll-1"), none),
			[]string{"fail Rollout/roll"}},
		{"a foreign owner above a Pod is the object", live().
			pod(owned("task-x", "tekton.dev", "TaskRun", "task"), none),
			[]string{"fail TaskRun/task"}},
		{"a foreign owner above a Deployment is evidence", live().
			workload("Deployment", owned("db", "example.com", "Database", "db"), &none),
			[]string{"fail Deployment/db"}},
		{"an owner that was not seen gives one result on its name", live().
			pod(owned("a", "apps", "ReplicaSet", "gone"), none).pod(owned("b", "apps", "ReplicaSet", "gone"), none),
			[]string{"fail ReplicaSet/gone"}},
		{"a Deployment of another API group is another owner", live().
			workload("Deployment", meta("app"), &own).
			pod(owned("x", "example.com", "Deployment", "app"), none),
			[]string{"fail Deployment/app"}},
		{"owners in a loop do not hang", live().
			workload("ReplicaSet", owned("a", "apps", "ReplicaSet", "b"), nil).
			workload("ReplicaSet", owned("b", "apps", "ReplicaSet", "a"), nil).
			pod(owned("p", "apps", "ReplicaSet", "a"), none),
			[]string{"fail ReplicaSet/b"}},
		{"a mirror pod is set aside", func() *world {
			w := live().pod(meta("kube-proxy-node"), none)
			w.Pods[0].Mirror = true
			return w
		}(), nil},
		{"default by name", live().workload("Deployment", meta("app"), &snapshot.PodSpec{Account: "default"}), []string{"fail Deployment/app"}},
		{"default by the legacy field", live().workload("Deployment", meta("app"), &snapshot.PodSpec{Account: "default", Legacy: true}), []string{"fail Deployment/app"}},
		{"Default is another account", live().workload("Deployment", meta("app"), &snapshot.PodSpec{Account: "Default"}), nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, found(test.world.run("PP201"))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSharedAccountsCountWorkloadsNotObjects(t *testing.T) {
	app := snapshot.PodSpec{Account: "app"}
	one := live().account("app", snapshot.Unset).
		workload("Deployment", meta("a"), &app).
		workload("ReplicaSet", owned("a-1", "apps", "Deployment", "a"), nil).
		pod(owned("a-1-x", "apps", "ReplicaSet", "a-1"), app).
		workload("Job", owned("old", "batch", "CronJob", "gone"), &app)
	if got := found(one.run("PP202")); got != nil {
		t.Errorf("one workload of many objects: got %v", got)
	}
	one.workload("CronJob", meta("b"), &app)
	if diff := cmp.Diff([]string{"fail ServiceAccount/app"}, found(one.run("PP202"))); diff != "" {
		t.Error("across kinds:", diff)
	}
	unseen := live().account("app", snapshot.Unset).workload("Deployment", meta("web"), &app).
		pod(owned("x", "apps", "ReplicaSet", "web-1"), app).pod(owned("y", "apps", "ReplicaSet", "web-2"), app)
	if diff := cmp.Diff([]string{"unknown ServiceAccount/app"}, found(unseen.run("PP202"))); diff != "" {
		t.Error("ReplicaSets that were not seen may be the Deployment's:", diff)
	}
	unseen.pod(owned("z", "apps", "ReplicaSet", "other-1"), app)
	if diff := cmp.Diff([]string{"fail ServiceAccount/app"}, found(unseen.run("PP202"))); diff != "" {
		t.Error("one of another name cannot be:", diff)
	}
	both := live().workload("Deployment", meta("a"), &snapshot.PodSpec{}).workload("Deployment", meta("b"), &snapshot.PodSpec{})
	if got := found(both.run("PP202")); got != nil {
		t.Errorf("default is left to PP201: got %v", got)
	}
}

func TestWorkloadsAreFoundByKeyWhateverTheirOrder(t *testing.T) {
	w := live()
	w.Namespaces = append(w.Namespaces, snapshot.Namespace{Meta: snapshot.Meta{Name: "other"}})
	for _, name := range []string{"c", "a", "b", "a"} { // a: files may define it twice
		for _, kind := range []string{"ReplicaSet", "Job", "Deployment"} {
			w.workload(kind, meta(name), nil)
			elsewhere := meta(name)
			elsewhere.Namespace = "other"
			w.workload(kind, elsewhere, nil)
		}
	}
	f := &forest{workloads: workloadsOf(&w.Snapshot, map[string]bool{"team": true})}
	last := map[workloadKey]*snapshot.Workload{}
	for i := range w.Workloads {
		one := &w.Workloads[i]
		key := workloadKey{one.Namespace, one.Group, one.Kind, one.Name}
		last[key], last[workloadKey{one.Namespace, "example.com", one.Kind, one.Name}] = one, nil
		last[workloadKey{one.Namespace, one.Group, one.Kind, one.Name + "-1"}] = nil
	}
	for key, want := range last {
		if key.namespace == "other" { // not among those to be judged
			want = nil
		}
		if got := f.workload(key); got != want {
			t.Errorf("%v: got %v, want %v", key, got, want)
		}
	}
}
