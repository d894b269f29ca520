package cli

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"podpass/internal/lab/labtest"
	"podpass/internal/snapshot"
)

// TestASnapshotHoldsDetailAndAuditsTheSame: what a plan will ask of it is there
// and nothing of it is seen by an audit.
func TestASnapshotHoldsDetailAndAuditsTheSame(t *testing.T) {
	dir := t.TempDir()
	manifests, file := filepath.Join(dir, "all.yaml"), filepath.Join(dir, "s.podpass")
	if err := os.WriteFile(manifests, []byte(`apiVersion: v1
kind: ServiceAccount
metadata: {name: app, namespace: team, labels: {app: web}, annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/app"}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: team}
spec:
  paused: true
  template:
    metadata: {annotations: {dapr.io/enabled: "true"}}
    spec:
      serviceAccountName: app
      containers:
      - {name: a, env: [{name: AWS_PROFILE, value: web}]}
      - {name: b, envFrom: [{secretRef: {name: keys}}, {secretRef: {name: more}}, {secretRef: {name: keys}}]}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := run("snapshot", manifests, "-o", file); code != 0 {
		t.Fatalf("snapshot: exit code %d: %s", code, stderr)
	}
	s, err := readSnapshot(file)
	if err != nil {
		t.Fatal(err)
	}
	w, sa := s.Workloads[0], s.ServiceAccounts[0]
	if !s.Detail || w.Rollout != snapshot.RolloutPaused || !slices.Equal(w.Template.Signs, []string{snapshot.SignDapr}) || sa.Labels["app"] != "web" {
		t.Errorf("the snapshot lacks detail: %+v %+v", w, sa)
	}
	want := []snapshot.Container{{Name: "a", Chain: []string{"AWS_PROFILE"}}, {Name: "b", At: 1, Uses: []snapshot.Use{
		{Kind: snapshot.KindSecret, Name: "keys", How: snapshot.UseEnvFrom}, {Kind: snapshot.KindSecret, Name: "more", How: snapshot.UseEnvFrom, At: 1},
		{Kind: snapshot.KindSecret, Name: "keys", How: snapshot.UseEnvFrom, At: 2}}}}
	if diff := cmp.Diff(want, w.Template.AWS.Containers); diff != "" {
		t.Error(diff)
	}
	direct, saved := reportOf(t, 3, manifests), reportOf(t, 3, "--snapshot", file)
	saved.GeneratedAt, saved.Coverage.Scope = direct.GeneratedAt, direct.Coverage.Scope
	if diff := cmp.Diff(direct, saved); diff != "" {
		t.Errorf("-of files +of the snapshot\n%s", diff)
	}
}

// detailed has one of most that detail brings.
const detailed = `apiVersion: v1
kind: ServiceAccount
metadata: {name: detailed, namespace: shop, labels: {app: web}, annotations: {team: "a b"}}
secrets: [{name: one}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: detailed, namespace: shop}
spec:
  serviceName: x
  replicas: 0
  updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 1}}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}, annotations: {linkerd.io/inject: enabled}}
    spec:
      serviceAccountName: detailed
      containers:
      - {name: a, image: x, env: [{name: AWS_PROFILE, value: web}]}
      - {name: b, image: prom/prometheus, env: [{name: X}, {name: AWS_ACCESS_KEY_ID, valueFrom: {secretKeyRef: {name: keys, key: id}}}]}
`

// TestALiveSnapshotHasTheDetailOfItsDump: the API server's protobuf says what
// kubectl get prints.
func TestALiveSnapshotHasTheDetailOfItsDump(t *testing.T) {
	c := labtest.Cluster(t)
	applyShop(t, c)
	apply(t, c, detailed)
	dir := t.TempDir()
	dumped := filepath.Join(dir, "dump.json")
	dump(t, c, dumped)
	taken := func(name string, args ...string) *snapshot.Snapshot {
		file := filepath.Join(dir, name)
		if code, _, stderr := run(append([]string{"snapshot", "-n", "shop", "-o", file}, args...)...); code != 0 {
			t.Fatalf("snapshot %v: exit code %d: %s", args, code, stderr)
		}
		s, err := readSnapshot(file)
		if err != nil {
			t.Fatal(err)
		}
		s.ServiceAccounts = slices.DeleteFunc(s.ServiceAccounts, func(a snapshot.ServiceAccount) bool { return a.Namespace != "shop" })
		s.Workloads = slices.DeleteFunc(s.Workloads, func(w snapshot.Workload) bool { return w.Namespace != "shop" })
		return s
	}
	live, read := taken("live.podpass", "--kubeconfig", c.Kubeconfig(), "--read-secrets"), taken("dump.podpass", dumped)
	w, ok := find(live.Workloads, func(w snapshot.Workload) bool { return w.Name == "detailed" })
	if !ok || w.Rollout != snapshot.RolloutPartition || len(w.Template.Signs) != 2 || len(w.Template.AWS.Containers) != 2 {
		t.Errorf("the workload lacks detail: %+v", w)
	}
	source := cmpopts.IgnoreFields(snapshot.Meta{}, "Source")
	if diff := cmp.Diff(live.ServiceAccounts, read.ServiceAccounts, source); diff != "" {
		t.Errorf("accounts: -live +dump\n%s", diff)
	}
	if diff := cmp.Diff(live.Workloads, read.Workloads, source); diff != "" {
		t.Errorf("workloads: -live +dump\n%s", diff)
	}
}

func find[T any](list []T, is func(T) bool) (found T, ok bool) {
	if i := slices.IndexFunc(list, is); i >= 0 {
		return list[i], true
	}
	return found, false
}
