package plan

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"podpass/internal/audit"
	"podpass/internal/rbac"
	"podpass/internal/snapshot"
)

func pick(t *rapid.T, label string, words ...string) string {
	return rapid.SampledFrom(words).Draw(t, label)
}

// anyCluster draws a cluster of two namespaces: accounts that are shared, bound
// in all forms, and carry what there is; workloads and their pods.
func anyCluster(t *rapid.T) *snapshot.Snapshot {
	s := &snapshot.Snapshot{}
	s.Origin, s.Detail, s.SecretsRead = snapshot.OriginCluster, true, true
	id := 0
	meta := func(ns, name string) snapshot.Meta {
		id++
		return snapshot.Meta{Namespace: ns, Name: name, UID: fmt.Sprint("uid-", id), Live: true}
	}
	s.Roles = append(s.Roles, snapshot.Role{Meta: meta("", "read"), Rules: []snapshot.Rule{rule("get", "configmaps")}},
		snapshot.Role{Meta: meta("", "boss"), Rules: []snapshot.Rule{{Verbs: []string{"*"}, APIGroups: []string{"*"}, Resources: []string{"*"}}}})
	for _, ns := range []string{"a", "b"} {
		s.Namespaces = append(s.Namespaces, snapshot.Namespace{Meta: meta("", ns)})
		for _, name := range []string{"default", "one", "two"} {
			sa := snapshot.ServiceAccount{Meta: meta(ns, name), Automount: snapshot.Tri(rapid.IntRange(-1, 1).Draw(t, "automount"))}
			if rapid.IntRange(0, 3).Draw(t, "pull secret") == 0 {
				sa.ImagePullSecrets = []string{"registry"}
			}
			s.ServiceAccounts = append(s.ServiceAccounts, sa)
		}
		for i := range rapid.IntRange(0, 4).Draw(t, "workloads") {
			kind := pick(t, "kind", "Deployment", "StatefulSet", "CronJob", "Job")
			name := fmt.Sprint(pick(t, "name", "one", "web"), i)
			spec := snapshot.PodSpec{Account: pick(t, "account", "", "default", "one", "two"), Automount: snapshot.Tri(rapid.IntRange(-1, 1).Draw(t, "token"))}
			w := snapshot.Workload{Meta: meta(ns, name), Group: map[string]string{"CronJob": "batch", "Job": "batch"}[kind], Kind: kind, Template: &spec}
			if w.Group == "" {
				w.Group = "apps"
			}
			if rapid.IntRange(0, 5).Draw(t, "manager") == 0 {
				w.Manager = &snapshot.Manager{By: snapshot.ByHelm, Source: "Helm release x"}
			}
			s.Workloads = append(s.Workloads, w)
			pod := snapshot.Pod{Meta: meta(ns, name+"-pod"), Spec: spec}
			pod.Owner = &snapshot.Owner{Group: w.Group, Kind: kind, Name: name}
			pod.Spec.Account, pod.Spec.APIToken = spec.AccountName(), spec.Automount != snapshot.False
			s.Pods = append(s.Pods, pod)
		}
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "bindings") {
		b := snapshot.Binding{Meta: meta(pick(t, "in", "", "a", "b"), fmt.Sprint("bind", i)), Role: snapshot.RoleRef{Group: snapshot.GroupRBAC, Kind: "ClusterRole", Name: pick(t, "role", "read", "read", "boss", "gone")}}
		for range rapid.IntRange(0, 3).Draw(t, "subjects") {
			ns, name := pick(t, "of", "a", "b"), pick(t, "whose", "default", "default", "one", "two")
			b.Subjects = append(b.Subjects, rapid.SampledFrom([]snapshot.Subject{
				{Kind: "ServiceAccount", Namespace: ns, Name: name}, {Kind: "ServiceAccount", Namespace: ns, Name: name},
				{Kind: "User", Group: snapshot.GroupRBAC, Name: "system:serviceaccount:" + ns + ":" + name},
				{Kind: "Group", Group: snapshot.GroupRBAC, Name: "system:serviceaccounts:" + ns},
			}).Draw(t, "subject"))
		}
		s.Bindings = append(s.Bindings, b)
	}
	s.Sort()
	return s
}

// holdings lists the roles that reach an account, by binding namespace.
func holdings(s *snapshot.Snapshot, namespace, name string) []string {
	var list []string
	for _, g := range rbac.New(s).Grants(namespace, name) {
		if !g.Role.Missing { // one that is missing grants nothing
			list = append(list, g.Binding.Namespace+" "+g.Binding.Role.Name)
		}
	}
	return list
}

func failing(s *snapshot.Snapshot) map[string]bool {
	found := map[string]bool{}
	for _, r := range audit.Run(s, audit.Options{}).Results {
		if r.Status == audit.Fail {
			found[r.Rule+" "+r.Object.Kind+" "+r.Object.Namespace+"/"+r.Object.Name] = true
		}
	}
	return found
}

// TestEveryPrefixOfWavesLeavesAClusterThatWorks: each workload's account is there
// and holds what the old one held, no other account loses a right, nothing fails
// that did not fail before, and in the end there is nothing more to do.
func TestEveryPrefixOfWavesLeavesAClusterThatWorks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before := anyCluster(t)
		p := Make(before, Options{})
		was := failing(before)
		checkTold(t, before, p)
		for n := 1; n <= len(Waves()); n++ {
			now := Predict(before, p, Waves()[:n]...)
			for f := range failing(now) {
				if !was[f] {
					t.Errorf("new after %s: %s", Waves()[n-1], f)
				}
			}
			for i := range before.Workloads {
				checkWorkload(t, before, now, i)
			}
			checkOthers(t, before, now)
		}
		again := Make(Predict(before, p, Waves()...), Options{})
		if again.Steps = slices.DeleteFunc(again.Steps, func(s Step) bool { return s.Waiting() }); len(again.Steps) > 0 {
			t.Errorf("planned again: %s", story(again))
		}
	})
}

// checkTold: each failure is settled by steps or not planned, and not both.
func checkTold(t *rapid.T, before *snapshot.Snapshot, p *Plan) {
	told := map[string]int{}
	for _, n := range p.NotPlanned {
		told[n.Fingerprint]++
	}
	settled := map[string]bool{}
	for _, s := range p.Steps {
		for _, f := range s.Settles {
			settled[f] = true
		}
	}
	for _, r := range audit.Run(before, audit.Options{}).Results {
		if r.Status != audit.Fail {
			continue
		}
		if n := told[r.Fingerprint]; n > 1 || n > 0 == settled[r.Fingerprint] {
			t.Errorf("%s %s/%s is told %d times as not planned, settled %v", r.Rule, r.Object.Namespace, r.Object.Name, n, settled[r.Fingerprint])
		}
	}
}

func checkWorkload(t *rapid.T, before, now *snapshot.Snapshot, i int) {
	old, w := before.Workloads[i], now.Workloads[i]
	account := w.Template.AccountName()
	if !slices.ContainsFunc(now.ServiceAccounts, func(sa snapshot.ServiceAccount) bool { return sa.Namespace == w.Namespace && sa.Name == account }) {
		t.Errorf("%s runs as %s, which is not there", w.Ref(), account)
	}
	has := holdings(now, w.Namespace, account)
	for _, right := range holdings(before, old.Namespace, old.Template.AccountName()) {
		if !slices.Contains(has, right) {
			t.Errorf("%s has lost %s: it holds %v", w.Ref(), right, has)
		}
	}
}

// checkOthers: of the accounts that were there only default, which Lock means,
// loses rights.
func checkOthers(t *rapid.T, before, now *snapshot.Snapshot) {
	for _, sa := range before.ServiceAccounts {
		if sa.Name == snapshot.Default {
			continue
		}
		has := holdings(now, sa.Namespace, sa.Name)
		for _, right := range holdings(before, sa.Namespace, sa.Name) {
			if !slices.Contains(has, right) {
				t.Errorf("%s/%s has lost %s", sa.Namespace, sa.Name, right)
			}
		}
	}
}
