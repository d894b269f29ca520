package export_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"podpass/internal/audit"
	"podpass/internal/lab"
	"podpass/internal/lab/labtest"
	"podpass/internal/plan"
	"podpass/internal/snapshot"
)

// TestEachWaveLeavesAClusterThatWorks is the proof of the scripts: applied wave
// by wave, each twice, and taken back.
func TestEachWaveLeavesAClusterThatWorks(t *testing.T) {
	labtest.Require(t)
	started, err := lab.Start(t.Context(), lab.Options{})
	must(t, err)
	t.Cleanup(func() { must(t, started.Stop()) })
	c := start(t, started)
	_, err = c.CoreV1().Nodes().Create(t.Context(), &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "node"}}, metav1.CreateOptions{})
	must(t, err)
	c.apply(t, objects(t, "testdata/teams.yaml", "../../examples/shop/*.yaml", "../collect/files/testdata/manifests/*.yaml"))

	first := c.snapshot(t)
	p := plan.Make(first, plan.Options{Now: time.Now()})
	count(t, p)
	folder := write(t, p)
	old := c.rightsBefore(t, p)
	templates := c.templates(t)
	for _, wave := range []string{"1-add", "2-move", "3-lock", "4-clean"} {
		out := c.done(t, filepath.Join(folder, wave, "apply.sh"), "ROLES_READY=1")
		if again := c.done(t, filepath.Join(folder, wave, "apply.sh"), "ROLES_READY=1"); !strings.Contains(again, ": 0 done,") {
			t.Errorf("%s does something again:\n%s", wave, again)
		}
		t.Log(out)
		c.settled(t)
		c.keepsRights(t, wave, old)
		now := c.templates(t)
		if changed := !maps.Equal(templates, now); changed != (wave == "2-move") {
			t.Errorf("%s: templates changed: %v\n%s", wave, changed, cmp.Diff(templates, now))
		}
		templates = now
		if wave == "3-lock" {
			c.isPredicted(t, first, p)
		}
	}
	for _, wave := range []string{"4-clean", "3-lock", "2-move", "1-add"} {
		c.done(t, filepath.Join(folder, wave, "revert.sh"))
		if again := c.done(t, filepath.Join(folder, wave, "revert.sh")); !strings.Contains(again, ": 0 done,") {
			t.Errorf("%s is taken back again:\n%s", wave, again)
		}
		c.settled(t)
		c.keepsRights(t, wave+" taken back", old)
	}
	if diff := audit.Diff(first, c.snapshot(t)); len(diff) > 0 {
		t.Errorf("taken back, the cluster is not as it was: %+v", diff)
	}
}

// count sees that the manifests have steps of every kind.
func count(t *testing.T, p *plan.Plan) {
	t.Helper()
	counts := map[string]int{}
	for _, s := range p.Steps {
		key := fmt.Sprint(s.Wave, " ", s.Action, " ", s.Object.Kind)
		if s.Waiting() {
			key = "waiting"
		}
		counts[key]++
	}
	t.Log(counts)
	for _, want := range []string{
		"add create ServiceAccount", "add change ServiceAccount", "add create RoleBinding", "add create ClusterRoleBinding",
		"move change Deployment", "move change StatefulSet", "move change DaemonSet", "move change CronJob",
		"lock change ServiceAccount", "lock change RoleBinding", "lock change ClusterRoleBinding", "lock restart Deployment",
		"clean delete RoleBinding", "waiting",
	} {
		if counts[want] == 0 {
			t.Errorf("no step is %s", want)
		}
	}
}

// owner is a workload whose account changes.
type owner struct{ kind, namespace, name string }

// rightsBefore reads what the account of each workload that moves may do.
func (c *cluster) rightsBefore(t *testing.T, p *plan.Plan) map[owner]map[string]bool {
	t.Helper()
	all := map[owner]map[string]bool{}
	for _, s := range p.Steps {
		if s.Wave == plan.Move {
			o := owner{s.Object.Kind, s.Object.Namespace, s.Object.Name}
			all[o] = c.rights(t, o.namespace, c.account(t, o))
		}
	}
	return all
}

// keepsRights sees that each workload's account, whichever it is now, may do all
// that the first one might.
func (c *cluster) keepsRights(t *testing.T, wave string, old map[owner]map[string]bool) {
	t.Helper()
	for o, before := range old {
		name := c.account(t, o)
		now := c.rights(t, o.namespace, name)
		for right := range before {
			if !now[right] {
				t.Errorf("after %s, %s %s/%s runs as %s, which lacks: %s", wave, o.kind, o.namespace, o.name, name, right)
			}
		}
	}
}

// account is the one that the pods of a workload run as, by its template.
func (c *cluster) account(t *testing.T, o owner) string {
	t.Helper()
	s := c.spec(t, o)
	if s.ServiceAccountName == "" {
		return "default"
	}
	if s.DeprecatedServiceAccount != s.ServiceAccountName {
		t.Errorf("%s %s/%s: serviceAccount %q, serviceAccountName %q", o.kind, o.namespace, o.name, s.DeprecatedServiceAccount, s.ServiceAccountName)
	}
	return s.ServiceAccountName
}

func (c *cluster) spec(t *testing.T, o owner) corev1.PodSpec {
	t.Helper()
	get := metav1.GetOptions{}
	switch o.kind {
	case "Deployment":
		d, err := c.AppsV1().Deployments(o.namespace).Get(t.Context(), o.name, get)
		must(t, err)
		return d.Spec.Template.Spec
	case "StatefulSet":
		d, err := c.AppsV1().StatefulSets(o.namespace).Get(t.Context(), o.name, get)
		must(t, err)
		return d.Spec.Template.Spec
	case "DaemonSet":
		d, err := c.AppsV1().DaemonSets(o.namespace).Get(t.Context(), o.name, get)
		must(t, err)
		return d.Spec.Template.Spec
	case "CronJob":
		d, err := c.BatchV1().CronJobs(o.namespace).Get(t.Context(), o.name, get)
		must(t, err)
		return d.Spec.JobTemplate.Spec.Template.Spec
	case "Pod":
		d, err := c.CoreV1().Pods(o.namespace).Get(t.Context(), o.name, get)
		must(t, err)
		return d.Spec
	}
	t.Fatalf("no %s has a template", o.kind)
	return corev1.PodSpec{}
}

// rights lists what an account may do, in all namespaces, as the API server
// says it.
func (c *cluster) rights(t *testing.T, namespace, name string) map[string]bool {
	t.Helper()
	config := c.Config()
	config.Impersonate = rest.ImpersonationConfig{
		UserName: "system:serviceaccount:" + namespace + ":" + name,
		Groups:   []string{"system:serviceaccounts", "system:serviceaccounts:" + namespace, "system:authenticated"},
	}
	client, err := kubernetes.NewForConfig(config)
	must(t, err)
	namespaces, err := c.CoreV1().Namespaces().List(t.Context(), metav1.ListOptions{})
	must(t, err)
	all := map[string]bool{}
	for _, ns := range namespaces.Items {
		review := &authorizationv1.SelfSubjectRulesReview{Spec: authorizationv1.SelfSubjectRulesReviewSpec{Namespace: ns.Name}}
		review, err := client.AuthorizationV1().SelfSubjectRulesReviews().Create(t.Context(), review, metav1.CreateOptions{})
		must(t, err)
		if review.Status.Incomplete {
			t.Fatalf("the rights of %s/%s are not told whole: %s", namespace, name, review.Status.EvaluationError)
		}
		for _, r := range review.Status.ResourceRules {
			slices.Sort(r.ResourceNames)
			for _, verb := range r.Verbs {
				for _, group := range r.APIGroups {
					for _, resource := range r.Resources {
						all[fmt.Sprint(ns.Name, " ", verb, " ", group, "/", resource, " ", r.ResourceNames)] = true
					}
				}
			}
		}
	}
	return all
}

// templates gives the pod templates of all workloads, but for the note of a
// restart and what asks kube2iam for a role, which goes in Clean.
func (c *cluster) templates(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	keep := func(kind string, meta metav1.ObjectMeta, template corev1.PodTemplateSpec) {
		for _, name := range []string{"kubectl.kubernetes.io/restartedAt", "iam.amazonaws.com/role"} {
			delete(template.Annotations, name)
		}
		text, err := json.Marshal(template.Spec)
		must(t, err)
		all[kind+" "+meta.Namespace+"/"+meta.Name] = string(text) + fmt.Sprint(template.Labels, template.Annotations)
	}
	deployments, err := c.AppsV1().Deployments("").List(t.Context(), metav1.ListOptions{})
	must(t, err)
	for _, d := range deployments.Items {
		keep("Deployment", d.ObjectMeta, d.Spec.Template)
	}
	sets, err := c.AppsV1().StatefulSets("").List(t.Context(), metav1.ListOptions{})
	must(t, err)
	for _, d := range sets.Items {
		keep("StatefulSet", d.ObjectMeta, d.Spec.Template)
	}
	daemons, err := c.AppsV1().DaemonSets("").List(t.Context(), metav1.ListOptions{})
	must(t, err)
	for _, d := range daemons.Items {
		keep("DaemonSet", d.ObjectMeta, d.Spec.Template)
	}
	jobs, err := c.BatchV1().CronJobs("").List(t.Context(), metav1.ListOptions{})
	must(t, err)
	for _, d := range jobs.Items {
		keep("CronJob", d.ObjectMeta, d.Spec.JobTemplate.Spec.Template)
	}
	return all
}

// isPredicted sees that the audit of the cluster says what the plan foretold.
func (c *cluster) isPredicted(t *testing.T, first *snapshot.Snapshot, p *plan.Plan) {
	t.Helper()
	want := audit.Run(plan.Predict(first, p, plan.Add, plan.Move, plan.Lock), audit.Options{})
	got := audit.Run(c.snapshot(t), audit.Options{})
	if diff := cmp.Diff(want.Summary, got.Summary); diff != "" {
		t.Errorf("after lock the summary is not the one foretold: %s", diff)
	}
	if diff := cmp.Diff(failing(want), failing(got)); diff != "" {
		t.Errorf("after lock other results fail than was foretold: %s", diff)
	}
}

func failing(r *audit.Report) []string {
	var list []string
	for _, one := range r.Results {
		if one.Status == audit.Fail {
			list = append(list, fmt.Sprint(one.Rule, " ", one.Object, " ", one.Fingerprint))
		}
	}
	slices.Sort(list)
	return list
}
