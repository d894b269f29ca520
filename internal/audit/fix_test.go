package audit

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/snapshot"
)

// commands gives the commands of a fix.
func commands(fix string) []string {
	var list []string
	for line := range strings.SplitSeq(fix, "\n") {
		// Those of Podpass itself change nothing.
		if command, ok := strings.CutPrefix(line, "$ "); ok && !strings.HasPrefix(command, "podpass ") {
			list = append(list, command)
		}
	}
	return list
}

func TestACommandIsGivenOnlyWhereItBreaksNothing(t *testing.T) {
	none := &snapshot.PodSpec{}
	defaultWith := func(change func(*snapshot.ServiceAccount)) *world {
		w := live().account("default", unset).workload("Deployment", meta("app"), none)
		change(&w.ServiceAccounts[0])
		return w
	}
	plain := func(*snapshot.ServiceAccount) {}
	managed := func(by string) *world {
		w := defaultWith(plain)
		w.Workloads[0].Manager = &snapshot.Manager{By: by, Source: "the source of " + by}
		return w
	}
	tests := []struct {
		name  string
		rule  string
		world *world
		want  int    // commands
		says  string // in the fix
	}{
		{"PP102 that nobody's token depends on", "PP102", live().account("default", unset), 1, "kubectl patch serviceaccount/default -n team"},
		{"PP102 while a workload would lose its token", "PP102", defaultWith(plain), 0, "First give these workloads accounts of their own"},
		{"PP102 while workloads could not be read", "PP102", live().account("default", unset).gap("Pod"), 0, "not known"},
		{"PP201 of a Deployment", "PP201", defaultWith(plain), 2, "kubectl create serviceaccount app -n team"},
		{"PP201 with pull secrets is applied as YAML", "PP201", defaultWith(func(sa *snapshot.ServiceAccount) { sa.ImagePullSecrets = []string{"registry"} }), 1, "- name: registry"},
		{"PP201 keeps the lock of the old account", "PP201", defaultWith(func(sa *snapshot.ServiceAccount) { sa.Automount = no }), 1, "automountServiceAccountToken: false"},
		{"PP201 where default carries an IAM role", "PP201", defaultWith(func(sa *snapshot.ServiceAccount) { sa.RoleARN = "arn:aws:iam::111122223333:role/r" }), 0, "arn:aws:iam::111122223333:role/r"},
		{"PP201 where default holds a role", "PP201", defaultWith(plain).bind("default", readPods()), 0, "RoleBinding team/for-default"},
		{"PP201 of a Job", "PP201", live().account("default", unset).workload("Job", meta("once"), none), 0, "must be made anew"},
		{"PP201 of a bare Pod", "PP201", live().account("default", unset).pod(meta("bare"), *none), 0, "must be made anew"},
		{"PP201 of a ReplicaSet", "PP201", live().account("default", unset).workload("ReplicaSet", meta("set"), none), 0, "nothing replaces them"},
		{"PP201 under Argo CD", "PP201", managed(snapshot.ByArgoCD), 0, "the source of argocd manages Deployment team/app"},
		{"PP201 under Flux", "PP201", managed(snapshot.ByFlux), 0, "the source of flux"},
		{"PP201 under Helm", "PP201", managed(snapshot.ByHelm), 0, "the source of helm"},
		{"PP101 that nobody depends on", "PP101", live().account("default", no).bind("default", readPods()), 1, "kubectl delete rolebinding/for-default -n team"},
		{"PP101 while a workload runs as default", "PP101", defaultWith(plain).bind("default", readPods()), 0, "Remove ServiceAccount default from the subjects of RoleBinding team/for-default"},
		{"PP204 of a Deployment without rights", "PP204", live().account("app", no).workload("Deployment", meta("app"), &snapshot.PodSpec{Account: "app"}).
			pod(owned("p", "apps", "Deployment", "app"), holder("app", unset)), 1, "kubectl rollout restart deployment/app -n team"},
		{"PP204 while the account holds rights", "PP204", live().account("app", no).bind("app", readPods()).workload("Deployment", meta("app"), &snapshot.PodSpec{Account: "app"}).
			pod(owned("p", "apps", "Deployment", "app"), holder("app", unset)), 0, "may be in use"},
		{"PP101 while a token of default is kept", "PP101", func() *world {
			w := live().account("default", no).bind("default", readPods())
			w.TokenSecrets = []snapshot.TokenSecret{{Meta: meta("t"), Account: "default"}}
			return w
		}(), 0, "Remove ServiceAccount default"},
		{"PP101 where Secrets were not looked at", "PP101", func() *world {
			w := live().account("default", no).bind("default", readPods())
			w.SecretsRead = false
			return w
		}(), 1, "was not looked at"},
		{"PP101 names every subject that means default", "PP101", func() *world {
			w := live().account("default", no).bind("default", readPods())
			w.Bindings[0].Subjects = append(w.Bindings[0].Subjects, snapshot.Subject{Kind: "Group", Name: "system:serviceaccounts:team"}, snapshot.Subject{Kind: "User", Name: "someone"})
			return w
		}(), 0, "Remove Group system:serviceaccounts:team and ServiceAccount default from the subjects"},
		{"PP201 where only older pods run as default", "PP201", live().account("default", unset).workload("Deployment", meta("app"), &snapshot.PodSpec{Account: "app"}).
			pod(owned("p", "apps", "Deployment", "app"), *none), 0, "its template is right already"},
		{"PP201 under an operator", "PP201", live().account("default", unset).workload("Deployment", owned("app", "example.com", "Database", "db"), none), 0, "Database db owns it"},
		{"PP201 of an EKS add-on", "PP201", managed(snapshot.ByEKSAddon), 0, "the source of eks-addon manages"},
		{"PP205 with a volume of its own", "PP205", live().account("app", no).pod(meta("p"), snapshot.PodSpec{Account: "app", APIToken: true, Explicit: true}), 0, "remove the projected serviceAccountToken volume"},
		{"PP206 never", "PP206", func() *world {
			w := live()
			w.TokenSecrets = []snapshot.TokenSecret{{Meta: meta("t"), Account: "app"}}
			return w
		}(), 0, "legacy-token-last-used"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := only(t, test.world.run(test.rule))
			if got := commands(r.Fix); len(got) != test.want {
				t.Errorf("got %d commands, want %d: %q", len(got), test.want, got)
			}
			if !strings.Contains(r.Fix, test.says) {
				t.Errorf("fix does not say %q:\n%s", test.says, r.Fix)
			}
		})
	}
}

func TestNamesOfOthersNeverBecomeCommands(t *testing.T) {
	for _, name := range []string{"x\n$ reboot now\n", "a; reboot", "$(reboot)", "-f", "it's", "x\r$ reboot"} {
		w := live().account("default", no).bind("default", readPods())
		w.Bindings[0].Name = name
		got := commands(only(t, w.run("PP101")).Fix)
		switch {
		case strings.ContainsAny(name, "\n\r"):
			if len(got) != 0 {
				t.Errorf("%q: got %q", name, got)
			}
		case len(got) != 1 || got[0] != "kubectl delete "+shell("rolebinding/"+name)+" -n team":
			t.Errorf("%q: got %q", name, got)
		}
	}
}

// TestAccountNamesThatAreProposedAreFree: an account that nothing uses is as good
// as none; one that is bound, or carries anything, is somebody's.
func TestAccountNamesThatAreProposedAreFree(t *testing.T) {
	none := &snapshot.PodSpec{}
	w := live().account("default", unset).account("idle", unset).account("web", unset).account("web-deployment", unset).
		workload("Deployment", meta("web"), none).
		workload("Deployment", meta("idle"), none).
		workload("Deployment", meta("db"), none).
		workload("StatefulSet", meta("db"), none).
		workload("Deployment", meta("cart"), none).
		workload("StatefulSet", meta("cart"), &snapshot.PodSpec{Account: "cart"}).
		workload("Deployment", meta("ghost"), none).
		workload("Deployment", meta(strings.Repeat("a", 253)), none).
		pod(meta("gen-"), *none)
	w.ServiceAccounts[2].RoleARN = "arn:aws:iam::111122223333:role/web"
	w.TokenSecrets = append(w.TokenSecrets, snapshot.TokenSecret{Meta: meta("t"), Account: "web-deployment"})
	w.Bindings = append(w.Bindings, snapshot.Binding{Meta: meta("b"), Subjects: []snapshot.Subject{{Kind: "User", Name: "system:serviceaccount:team:ghost"}}})
	w.Sort()
	c := newContext(&w.Snapshot, func(string) bool { return true })
	got := map[string]string{}
	for r, name := range c.names.offerAll() {
		got[r.Kind+"/"+r.Name] = name
	}
	web := got["Deployment/web"]
	if !strings.HasPrefix(web, "web-deployment-") || len(web) != len("web-deployment-")+8 {
		t.Errorf("web is offered %q", web)
	}
	delete(got, "Deployment/web")
	want := map[string]string{
		"Deployment/idle": "idle", "Deployment/db": "db", "StatefulSet/db": "db-statefulset",
		"Deployment/cart": "cart-deployment", "Pod/gen-": "gen", "Deployment/ghost": "ghost-deployment",
		"Deployment/" + strings.Repeat("a", 253): strings.Repeat("a", 253),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestYAMLScalars(t *testing.T) {
	for s, want := range map[string]string{"app": "app", "a.b-c": "a.b-c", "on": `"on"`, "null": `"null"`, "7up": `"7up"`, "": `""`, "a-": `"a-"`, "x: y": `"x: y"`, "ä": `"\u00e4"`} {
		if got := scalar(s); got != want {
			t.Errorf("scalar(%q) = %s, want %s", s, got, want)
		}
	}
}
