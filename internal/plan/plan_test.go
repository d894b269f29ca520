package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/snapshot"
)

// world builds snapshots for tests: of a cluster, or of files.
type world struct{ snapshot.Snapshot }

func cluster() *world {
	w := &world{}
	w.Origin, w.Detail, w.SecretsRead = snapshot.OriginCluster, true, true
	return w
}

func manifests() *world {
	w := &world{}
	w.Origin, w.Detail, w.SecretsRead = snapshot.OriginFiles, true, true
	return w
}

func (w *world) meta(name string) snapshot.Meta {
	m := snapshot.Meta{Namespace: "shop", Name: name, Live: w.Origin == snapshot.OriginCluster}
	if m.Live {
		m.UID = "uid-" + name
	} else {
		m.Source = &snapshot.Source{File: name + ".yaml", Line: 1}
	}
	return m
}

func (w *world) namespace() *world {
	m := w.meta("shop")
	m.Namespace = ""
	w.Namespaces = append(w.Namespaces, snapshot.Namespace{Meta: m})
	return w
}

func (w *world) account(name string, change ...func(*snapshot.ServiceAccount)) *world {
	sa := snapshot.ServiceAccount{Meta: w.meta(name)}
	for _, c := range change {
		c(&sa)
	}
	w.ServiceAccounts = append(w.ServiceAccounts, sa)
	return w
}

func (w *world) workload(kind, name string, spec snapshot.PodSpec, change ...func(*snapshot.Workload)) *world {
	group := map[string]string{"CronJob": "batch", "Job": "batch"}[kind]
	if group == "" {
		group = "apps"
	}
	o := snapshot.Workload{Meta: w.meta(name), Group: group, Kind: kind, Template: &spec}
	for _, c := range change {
		c(&o)
	}
	w.Workloads = append(w.Workloads, o)
	return w
}

func (w *world) bind(kind, name, role string, subjects ...snapshot.Subject) *world {
	m := w.meta(name)
	ref := snapshot.RoleRef{Group: snapshot.GroupRBAC, Kind: "Role", Name: role}
	if kind == snapshot.KindClusterRoleBinding {
		m.Namespace, ref.Kind = "", "ClusterRole"
	}
	w.Bindings = append(w.Bindings, snapshot.Binding{Meta: m, Role: ref, Subjects: subjects})
	return w
}

func (w *world) role(name string, rules ...snapshot.Rule) *world {
	w.Roles = append(w.Roles, snapshot.Role{Meta: w.meta(name), Rules: rules})
	return w
}

func (w *world) clusterRole(name string, rules ...snapshot.Rule) *world {
	m := w.meta(name)
	m.Namespace = ""
	w.Roles = append(w.Roles, snapshot.Role{Meta: m, Rules: rules})
	return w
}

func sa(name string) snapshot.Subject {
	return snapshot.Subject{Kind: "ServiceAccount", Namespace: "shop", Name: name}
}

func rule(verb, resource string) snapshot.Rule {
	return snapshot.Rule{Verbs: []string{verb}, APIGroups: []string{""}, Resources: []string{resource}}
}

func (w *world) plan(o Options) *Plan {
	w.Sort()
	o.Now = time.Unix(0, 0)
	return Make(&w.Snapshot, o)
}

// story writes a plan in short lines: each step, and what it waits for; then
// decisions and gaps, then what is not planned but for what is left alone.
func story(p *Plan) string {
	var b strings.Builder
	for _, s := range p.Steps {
		fmt.Fprintf(&b, "%s %s", s.ID, s.Action)
		if s.After != nil {
			for _, f := range s.After.Fields {
				fmt.Fprintf(&b, " %s=%s", f.Path[strings.LastIndexByte(f.Path, '/')+1:], brief(f.Value))
			}
			if m := s.After.Manifest; m != nil {
				b.WriteString(made(m))
			}
		}
		if len(s.Waits) > 0 {
			fmt.Fprintf(&b, " waits: %s", strings.Join(s.Waits, " "))
		}
		b.WriteByte('\n')
	}
	for _, n := range p.NotPlanned {
		fmt.Fprintf(&b, "not %s %s/%s: %s\n", n.Rule, n.Object.Kind, n.Object.Name, n.Reason)
	}
	return b.String()
}

func brief(v any) string {
	if items, ok := v.([]SubjectItem); ok {
		words := []string{}
		for _, s := range items {
			words = append(words, s.Name)
		}
		return "[" + strings.Join(words, " ") + "]"
	}
	return fmt.Sprint(v)
}

func made(m *Manifest) string {
	text := ""
	if m.AutomountServiceAccountToken != nil {
		text += fmt.Sprintf(" automount=%v", *m.AutomountServiceAccountToken)
	}
	for _, n := range m.ImagePullSecrets {
		text += " pull=" + n.Name
	}
	if m.RoleRef != nil {
		text += " role=" + m.RoleRef.Name + " subjects=" + brief(m.Subjects)
	}
	for _, l := range []map[string]string{m.Metadata.Labels, m.Metadata.Annotations} {
		for _, key := range slices.Sorted(func(yield func(string) bool) {
			for k := range l {
				if !yield(k) {
					return
				}
			}
		}) {
			text += " " + key + "=" + l[key]
		}
	}
	return text
}

func check(t *testing.T, p *Plan, want string) {
	t.Helper()
	if diff := cmp.Diff(strings.TrimSpace(want), strings.TrimSpace(story(p))); diff != "" {
		t.Error(diff)
	}
}

func TestAWorkloadOnDefaultGetsAnAccountWithItsRights(t *testing.T) {
	w := cluster().namespace().
		account("default", func(a *snapshot.ServiceAccount) {
			a.ImagePullSecrets = []string{"registry"}
			a.Labels = map[string]string{"team": "shop", "app.kubernetes.io/managed-by": "Helm"}
			a.Annotations = map[string]string{"note": "x", "argocd.argoproj.io/tracking-id": "y", "eks.amazonaws.com/audience": "z"}
		}).
		role("reader", rule("get", "configmaps")).
		bind("RoleBinding", "read", "reader", sa("default"), sa("other")).
		workload("Deployment", "cart", snapshot.PodSpec{})
	check(t, w.plan(Options{}), `
add/serviceaccount/shop/cart create pull=registry team=shop note=x
add/rolebinding/shop/read-cart create role=reader subjects=[cart]
move/deployment/shop/cart change serviceAccountName=cart serviceAccount=cart
lock/serviceaccount/shop/default change automountServiceAccountToken=false
lock/rolebinding/shop/read change subjects=[other]
`)
}

func TestWhatIsPlannedIsNotPlannedAgain(t *testing.T) {
	w := cluster().namespace().account("default").account("shared", func(a *snapshot.ServiceAccount) { a.ImagePullSecrets = []string{"p"} }).
		role("reader", rule("get", "configmaps")).
		bind("RoleBinding", "read", "reader", sa("default")).
		workload("Deployment", "cart", snapshot.PodSpec{}).
		workload("StatefulSet", "db", snapshot.PodSpec{Account: "shared"}).
		workload("CronJob", "job", snapshot.PodSpec{Account: "shared"})
	p := w.plan(Options{})
	if len(p.Steps) == 0 {
		t.Fatal("nothing is planned")
	}
	again := Make(Predict(&w.Snapshot, p, Waves()...), Options{})
	if len(again.Steps) > 0 {
		t.Errorf("planned again: %s", story(again))
	}
	if p.Predicted.After.Fail != 0 || p.Predicted.Before.Fail == 0 || len(p.Predicted.Staying) != 0 {
		t.Errorf("predicted %+v", p.Predicted)
	}
}

func TestRightsThatNobodyHandsOnUnasked(t *testing.T) {
	all := snapshot.Rule{Verbs: []string{"*"}, APIGroups: []string{"*"}, Resources: []string{"*"}}
	make := func() *world {
		return cluster().namespace().account("default").clusterRole("boss", all).
			bind("ClusterRoleBinding", "boss", "boss", sa("default")).
			workload("Deployment", "cart", snapshot.PodSpec{})
	}
	check(t, make().plan(Options{}), `
add/serviceaccount/shop/cart create waits: rights/Deployment/shop/cart
move/deployment/shop/cart change serviceAccountName=cart serviceAccount=cart waits: rights/Deployment/shop/cart
lock/serviceaccount/shop/default change automountServiceAccountToken=false waits: rights/Deployment/shop/cart
lock/clusterrolebinding/boss change subjects=[] waits: rights/Deployment/shop/cart
clean/clusterrolebinding/boss delete waits: rights/Deployment/shop/cart
`)
	chosen := func(rights string) Options {
		return Options{Choices: &Choices{Workloads: []WorkloadChoice{{Match: Match{Kind: "Deployment", Namespace: "shop", Name: "cart"}, Rights: rights}}}}
	}
	check(t, make().plan(chosen(RightsAll)), `
add/serviceaccount/shop/cart create
add/clusterrolebinding/boss-cart create role=boss subjects=[cart]
move/deployment/shop/cart change serviceAccountName=cart serviceAccount=cart
lock/serviceaccount/shop/default change automountServiceAccountToken=false
lock/clusterrolebinding/boss change subjects=[]
clean/clusterrolebinding/boss delete
`)
	check(t, make().plan(chosen(RightsNone)), `
add/serviceaccount/shop/cart create
move/deployment/shop/cart change serviceAccountName=cart serviceAccount=cart automountServiceAccountToken=false
lock/serviceaccount/shop/default change automountServiceAccountToken=false
lock/clusterrolebinding/boss change subjects=[]
clean/clusterrolebinding/boss delete
`)
}

func TestFilesThatDefineAWorkloadTwiceChangeInBothPlaces(t *testing.T) {
	w := manifests().namespace()
	for _, file := range []string{"dev.yaml", "prod.yaml"} {
		w.workload("Deployment", "cart", snapshot.PodSpec{Account: "default", Legacy: true, Automount: snapshot.False}, func(o *snapshot.Workload) { o.Source.File = file })
	}
	p := w.plan(Options{})
	check(t, p, `
add/serviceaccount/shop/cart create
add/serviceaccount/shop/cart#2 create
move/deployment/shop/cart change serviceAccountName=cart serviceAccount=cart
move/deployment/shop/cart#2 change serviceAccountName=cart serviceAccount=cart
lock/serviceaccount/shop/default create automount=false
`)
	if p.Steps[2].Source.File != "dev.yaml" || p.Steps[3].Source.File != "prod.yaml" {
		t.Errorf("the moves are in %v and %v", p.Steps[2].Source, p.Steps[3].Source)
	}
}
