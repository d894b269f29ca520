package audit

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/snapshot"
)

const (
	unset = snapshot.Unset
	no    = snapshot.False
	yes   = snapshot.True
)

// holder is a pod spec with a token mounted.
func holder(account string, automount snapshot.Tri) snapshot.PodSpec {
	return snapshot.PodSpec{Account: account, Automount: automount, APIToken: true}
}

func TestPodsThatStillHoldAToken(t *testing.T) {
	deployment := func(template snapshot.PodSpec, account snapshot.Tri, pod snapshot.PodSpec) *world {
		return live().account("app", account).
			workload("Deployment", meta("app"), &template).
			workload("ReplicaSet", owned("app-1", "apps", "Deployment", "app"), nil).
			pod(owned("p", "apps", "ReplicaSet", "app-1"), pod)
	}
	app := func(automount snapshot.Tri) snapshot.PodSpec {
		return snapshot.PodSpec{Account: "app", Automount: automount}
	}
	fail, unknown := []string{"fail Pod/p"}, []string{"unknown Pod/p"}
	rollout := func(account, pod snapshot.Tri) *world {
		return live().account("app", account).pod(owned("p", "argoproj.io", "Rollout", "r"), holder("app", pod))
	}
	tests := []struct {
		name  string
		world *world
		want  []string
	}{
		{"the account now says no", deployment(app(unset), no, holder("app", unset)), fail},
		{"the template now says no", deployment(app(no), unset, holder("app", unset)), fail},
		{"the old template said yes, which entitles no owned pod", deployment(app(unset), no, holder("app", yes)), fail},
		{"the template says yes over the account", deployment(app(yes), no, holder("app", unset)), nil},
		{"the template mounts a token explicitly", deployment(holder("app", no), no, holder("app", no)), nil},
		{"account and template are silent", deployment(app(unset), unset, holder("app", unset)), nil},
		{"the pod holds none", deployment(app(no), no, app(unset)), nil},
		{"a bare pod whose account now says no", live().account("app", no).pod(meta("p"), holder("app", unset)), fail},
		{"a bare pod that asks for it", live().account("app", no).pod(meta("p"), holder("app", yes)), nil},
		{"a bare pod with an explicit volume", live().account("app", no).pod(meta("p"), snapshot.PodSpec{Account: "app", APIToken: true, Explicit: true}), nil},
		{"an unseen owner whose pods mount a volume of their own", live().account("app", no).
			pod(owned("p", "argoproj.io", "Rollout", "r"), snapshot.PodSpec{Account: "app", APIToken: true, Explicit: true}), unknown},
		{"an unseen owner whose pods ask for nothing", rollout(no, unset), fail},
		{"an unseen owner whose template may still ask", rollout(no, yes), unknown},
		{"an unseen owner and an account that says nothing", rollout(unset, unset), nil},
		{"a pod of a manifest holds nothing yet", func() *world {
			w := live().account("app", no).pod(meta("p"), holder("app", unset))
			w.Pods[0].Live = false
			return w
		}(), nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, found(test.world.run("PP204"))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAnOwnerThatWasNotSeenIsNamedAsSuch(t *testing.T) {
	w := live().account("app", unset).account("locked", no).
		pod(owned("a", "argoproj.io", "Rollout", "mounts"), holder("app", unset)).
		pod(owned("b", "argoproj.io", "Rollout", "keeps"), holder("locked", unset)).
		pod(owned("c", "argoproj.io", "Rollout", "bare"), snapshot.PodSpec{})
	for _, rule := range []string{"PP201", "PP204", "PP205"} {
		r := w.run(rule)
		if len(r.Results) == 0 {
			t.Errorf("%s: no result", rule)
		}
		for _, result := range r.Results {
			if len(result.Evidence) == 0 || !strings.Contains(result.Evidence[0].Text, "not seen") {
				t.Errorf("%s on %s: evidence %v does not say that it was not seen", rule, result.Object.Name, result.Evidence)
			}
		}
	}
}

func TestPP204FingerprintsDifferAndSurviveNewPodNames(t *testing.T) {
	world := func(names ...string) *world {
		w := live().account("app", no).workload("StatefulSet", meta("app"), &snapshot.PodSpec{Account: "app"})
		for _, name := range names {
			w.pod(owned(name, "apps", "StatefulSet", "app"), holder("app", unset))
		}
		return w
	}
	a, b := world("x", "y").run("PP204"), world("v", "w").run("PP204")
	if a.Results[0].Fingerprint == a.Results[1].Fingerprint {
		t.Error("two findings share a fingerprint")
	}
	for i := range a.Results {
		if a.Results[i].Fingerprint != b.Results[i].Fingerprint {
			t.Errorf("finding %d changed its fingerprint with the pod's name", i)
		}
	}
}

func TestTokensThatNothingNeeds(t *testing.T) {
	deployment := func(template snapshot.PodSpec, account snapshot.Tri) *world {
		return live().account("app", account).workload("Deployment", meta("app"), &template)
	}
	app := func(automount snapshot.Tri) snapshot.PodSpec {
		return snapshot.PodSpec{Account: "app", Automount: automount}
	}
	fail := []string{"fail Deployment/app"}
	nodes := snapshot.Rule{Verbs: []string{"get"}, APIGroups: []string{""}, Resources: []string{"nodes"}}
	tests := []struct {
		name  string
		world *world
		want  []string
	}{
		{"mounted because nothing says no", deployment(app(unset), unset), fail},
		{"the pod's field over the account's: yes", deployment(app(yes), no), fail},
		{"the pod's field over the account's: no", deployment(app(no), yes), nil},
		{"the account says no", deployment(app(unset), no), nil},
		{"an explicit volume, whatever the fields say", deployment(holder("app", no), no), fail},
		{"something else is mounted in its place", deployment(snapshot.PodSpec{Account: "app", Masked: true}, unset), nil},
		{"a role reaches the account", deployment(app(unset), unset).bind("app", readPods()), nil},
		{"a role whose only rule has no effect", deployment(app(unset), unset).bind("app", nodes), fail},
		{"a role that is not there counts as rights", func() *world {
			w := deployment(app(unset), unset).bind("app", readPods())
			w.Roles = nil
			return w
		}(), nil},
		{"bindings could not be read", deployment(app(unset), unset).gap("RoleBinding"), []string{"unknown Cluster/"}},
		{"a role for another account", deployment(app(unset), unset).bind("other", readPods()), fail},
		{"a pod of an unseen owner as it runs", live().account("app", unset).pod(owned("p", "argoproj.io", "Rollout", "r"), holder("app", unset)), []string{"fail Rollout/r"}},
		{"a pod that runs without token, though its account is silent", live().account("app", unset).pod(meta("p"), app(unset)), nil},
		{"no such account: no pod can start", live().workload("Deployment", meta("app"), &snapshot.PodSpec{Account: "app"}), nil},
		{"the account is not among the files", func() *world {
			w := live().workload("Deployment", meta("app"), &snapshot.PodSpec{Account: "app"})
			w.Origin = snapshot.OriginFiles
			return w
		}(), []string{"unknown Deployment/app"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, found(test.world.run("PP205"))); diff != "" {
				t.Error(diff)
			}
		})
	}
}
