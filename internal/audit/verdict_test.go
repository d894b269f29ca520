package audit

import (
	"strings"
	"testing"

	"podpass/internal/snapshot"
)

func TestVerdictsAndExitCodes(t *testing.T) {
	locked := func() *world { return live().account("default", no) }
	manifest := func(w *world) *world { w.Origin = snapshot.OriginFiles; return w }
	tests := []struct {
		name          string
		world         *world
		rules         []string
		audit, intent Status
		code          int
	}{
		{"a clean cluster", locked(), nil, Pass, Pass, 0},
		{"Secrets were not asked for", func() *world { w := locked(); w.SecretsRead = false; return w }(), nil, Pass, Unknown, 0},
		{"the letter alone fails", live().account("default", unset), nil, Fail, Fail, 3},
		{"the intent alone fails", locked().workload("Deployment", meta("a"), &snapshot.PodSpec{Automount: no}), nil, Pass, Fail, 3},
		{"an info finding decides nothing", func() *world {
			w := locked().workload("Deployment", meta("a"), &snapshot.PodSpec{Automount: no})
			w.Workloads[0].Manager = &snapshot.Manager{By: snapshot.ByEKSAddon}
			return w
		}(), nil, Pass, Pass, 0},
		{"only some rules ran", locked(), []string{"PP102"}, Unknown, Unknown, 0},
		{"only some rules ran, and one failed", live().account("default", unset), []string{"PP102"}, Fail, Fail, 3},
		{"a kind could not be read", locked().gap("Pod"), nil, Pass, Unknown, 4},
		{"a gap that no rule that ran depends on", locked().gap("Pod"), []string{"PP101", "PP102"}, Pass, Unknown, 0},
		{"bindings could not be read", locked().gap("RoleBinding"), nil, Unknown, Unknown, 4},
		{"a failure goes before a gap", live().account("default", unset).gap("Pod"), nil, Fail, Fail, 3},
		{"accounts could not be read", live().gap("ServiceAccount"), nil, Unknown, Unknown, 4},
		{"the default account is missing in a cluster", live(), nil, Unknown, Unknown, 4},
		{"the default account is not among the files", manifest(live()), nil, Unknown, Unknown, 0},
		{"namespaces could not be listed", locked().gap("Namespace"), nil, Unknown, Unknown, 4},
		{"a file of any content could not be read", manifest(locked()).gap(), nil, Unknown, Unknown, 4},
		{"nothing to evaluate", func() *world { w := locked(); w.Namespaces, w.ServiceAccounts = nil, nil; return w }(), nil, Unknown, Unknown, 4},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := test.world.run(test.rules...)
			if got := r.Verdicts.CISAudit.Status; got != test.audit {
				t.Errorf("CIS audit: got %s, want %s", got, test.audit)
			}
			if got := r.Verdicts.CISIntent.Status; got != test.intent {
				t.Errorf("CIS intent: got %s, want %s", got, test.intent)
			}
			if got := r.ExitCode(Low, false); got != test.code {
				t.Errorf("exit code: got %d, want %d", got, test.code)
			}
		})
	}
}

func TestFailOnAndStrict(t *testing.T) {
	medium := live().account("default", unset).run()
	if got := medium.ExitCode(High, false); got != 0 {
		t.Errorf("a medium finding with --fail-on high: got %d", got)
	}
	absent := live()
	absent.Origin = snapshot.OriginFiles
	if got := absent.run().ExitCode(Low, true); got != 4 {
		t.Errorf("a default account that is not among the files, strict: got %d", got)
	}
}

func TestADeletedNamespaceWithoutDefaultPasses(t *testing.T) {
	w := live()
	w.Namespaces[0].Deleting = true
	if r := only(t, w.run("PP102")); r.Status != Pass {
		t.Errorf("got %s: %s", r.Status, r.Message)
	}
}

func TestPP101FailsOnWhatIsSeenThoughNotAllBindingsAre(t *testing.T) {
	r := only(t, live().bind("default", readPods()).gap("ClusterRoleBinding").run("PP101"))
	if r.Status != Fail || r.Severity != High {
		t.Errorf("got %s %s", r.Status, r.Severity)
	}
	if !strings.Contains(r.Evidence[0].Text, "get pods") {
		t.Errorf("evidence lacks the right: %q", r.Evidence[0].Text)
	}
}

func TestPP101RanksWhatIsGranted(t *testing.T) {
	secrets := snapshot.Rule{Verbs: []string{"list"}, APIGroups: []string{""}, Resources: []string{"secrets"}}
	if r := only(t, live().bind("default", secrets).run("PP101")); r.Severity != Critical {
		t.Errorf("got %s, want critical", r.Severity)
	}
}

func TestPP101TellsARoleThatIsMissingOrEmpty(t *testing.T) {
	missing := live().bind("default", readPods())
	missing.Roles = nil
	empty := live().bind("default", readPods())
	empty.Roles[0].Rules = nil
	for want, w := range map[string]*world{"does not exist": missing, "grants nothing": empty} {
		r := only(t, w.run("PP101"))
		if r.Status != Fail || !strings.Contains(r.Evidence[0].Text, want) {
			t.Errorf("got %s, %q; want a failure that says %q", r.Status, r.Evidence[0].Text, want)
		}
	}
}

func TestABuiltinGrantWhoseRoleCouldNotBeReadIsUnknown(t *testing.T) {
	w := live()
	name := "system:discovery"
	w.Bindings = []snapshot.Binding{{Meta: snapshot.Meta{Name: name}, Role: snapshot.RoleRef{Kind: "ClusterRole", Name: name},
		Subjects: []snapshot.Subject{{Kind: "Group", Name: "system:authenticated"}}}}
	w.gap("ClusterRole")
	if r := only(t, w.run("PP101")); r.Status != Unknown {
		t.Errorf("got %s", r.Status)
	}
	w.Gaps = nil
	w.Origin = snapshot.OriginFiles
	if r := only(t, w.run("PP101")); r.Status != Unknown || !r.Absent {
		t.Errorf("in files, a role that is not among them: got %s, absent %v", r.Status, r.Absent)
	}
	w.Origin = snapshot.OriginCluster
	if r := only(t, w.run("PP101")); r.Status != Fail {
		t.Errorf("a role that does not exist is a latent grant: got %s", r.Status)
	}
}

func TestAGapOutsideTheNamespacesAtHandDoesNotMatter(t *testing.T) {
	w := live().account("default", no)
	w.Gaps = []snapshot.Gap{{What: "pods", Scope: "namespace other", Namespace: "other", Kinds: []string{"Pod"}}}
	w.Selected = []string{"team"}
	if r := w.run(); r.ExitCode(Low, false) != 0 || !r.Coverage.Complete {
		t.Errorf("got exit code %d, gaps %v", r.ExitCode(Low, false), r.Coverage.Gaps)
	}
}
