package cli

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

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
