package audit

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/snapshot"
)

// lines lists "op what object" of each change.
func lines(changes []Change) []string {
	list := []string{}
	for _, c := range changes {
		list = append(list, c.Op+" "+c.What+" "+c.Object)
	}
	return list
}

func TestDiffSpeaksOfAccountsRightsAndWorkloads(t *testing.T) {
	app := &snapshot.PodSpec{Account: "app", Automount: no}
	before := live().account("default", unset).workload("Deployment", meta("app"), &snapshot.PodSpec{})
	after := live().account("default", no).account("app", unset).workload("Deployment", meta("app"), app).bind("app", readPods())
	want := []string{
		"added account ServiceAccount team/app", "changed account ServiceAccount team/default",
		"added right ServiceAccount team/app",
		"changed workload Deployment team/app",
	}
	if diff := cmp.Diff(want, lines(Diff(&before.Snapshot, &after.Snapshot))); diff != "" {
		t.Error(diff)
	}
	if got := Diff(&after.Snapshot, &after.Snapshot); len(got) != 0 {
		t.Errorf("a snapshot differs from itself: %v", got)
	}
}

func TestDiffDoesNotTakeUnreadForRemoved(t *testing.T) {
	before := live().account("default", no).account("app", no).workload("Deployment", meta("app"), &snapshot.PodSpec{Account: "app"})
	unread := live().account("default", unset).gap("ServiceAccount")
	want := []string{
		"unknown account the new snapshot", "changed account ServiceAccount team/default",
		"removed workload Deployment team/app",
	}
	if diff := cmp.Diff(want, lines(Diff(&before.Snapshot, &unread.Snapshot))); diff != "" {
		t.Error(diff)
	}
	narrow := live().account("default", no)
	narrow.Selected = []string{"other"}
	if got := Diff(&before.Snapshot, &narrow.Snapshot); len(got) != 0 {
		t.Errorf("namespaces that one of them was not taken of: got %v", got)
	}
}
