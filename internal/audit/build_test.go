package audit

import (
	"testing"
	"time"

	"podpass/internal/snapshot"
)

// world builds a Snapshot of the namespace team, as read from a cluster.
type world struct{ snapshot.Snapshot }

func live() *world {
	w := &world{}
	w.Origin = snapshot.OriginCluster
	w.SecretsRead = true
	w.Namespaces = []snapshot.Namespace{{Meta: snapshot.Meta{Name: "team", Live: true}}}
	return w
}

func (w *world) account(name string, automount snapshot.Tri) *world {
	w.ServiceAccounts = append(w.ServiceAccounts, snapshot.ServiceAccount{Meta: meta(name), Automount: automount})
	return w
}

func meta(name string) snapshot.Meta {
	return snapshot.Meta{Namespace: "team", Name: name, Live: true}
}

func owned(name, group, kind, owner string) snapshot.Meta {
	m := meta(name)
	m.Owner = &snapshot.Owner{Group: group, Kind: kind, Name: owner}
	return m
}

func (w *world) workload(kind string, m snapshot.Meta, template *snapshot.PodSpec) *world {
	group := snapshot.GroupApps
	if kind == "Job" || kind == "CronJob" {
		group = snapshot.GroupBatch
	}
	w.Workloads = append(w.Workloads, snapshot.Workload{Meta: m, Group: group, Kind: kind, Template: template})
	return w
}

func (w *world) pod(m snapshot.Meta, spec snapshot.PodSpec) *world {
	w.Pods = append(w.Pods, snapshot.Pod{Meta: m, Spec: spec})
	return w
}

// bind binds a ClusterRole of one rule to the account, by a RoleBinding.
func (w *world) bind(account string, rule snapshot.Rule) *world {
	name := "for-" + account
	w.Roles = append(w.Roles, snapshot.Role{Meta: meta(name), Rules: []snapshot.Rule{rule}})
	w.Bindings = append(w.Bindings, snapshot.Binding{
		Meta: meta(name), Role: snapshot.RoleRef{Group: snapshot.GroupRBAC, Kind: "Role", Name: name},
		Subjects: []snapshot.Subject{{Kind: "ServiceAccount", Namespace: "team", Name: account}},
	})
	return w
}

func (w *world) gap(kinds ...string) *world {
	w.Gaps = append(w.Gaps, snapshot.Gap{What: "things", Scope: "cluster", Reason: "forbidden", Grant: "list things", Kinds: kinds})
	return w
}

func (w *world) run(rules ...string) *Report {
	w.Sort()
	return Run(&w.Snapshot, Options{Rules: rules, Tool: Tool{"podpass", "test"}, Now: time.Unix(0, 0).UTC()})
}

// found lists "status kind/name" for each result, in order.
func found(r *Report) []string {
	var list []string
	for _, result := range r.Results {
		list = append(list, string(result.Status)+" "+result.Object.Kind+"/"+result.Object.Name)
	}
	return list
}

func readPods() snapshot.Rule {
	return snapshot.Rule{Verbs: []string{"get"}, APIGroups: []string{""}, Resources: []string{"pods"}}
}

// only gives the single result.
func only(t *testing.T, r *Report) Result {
	t.Helper()
	if len(r.Results) != 1 {
		t.Fatalf("got %d results, want one: %v", len(r.Results), found(r))
	}
	return r.Results[0]
}
