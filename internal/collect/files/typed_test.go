package files

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	sigs "sigs.k8s.io/yaml"

	"podpass/internal/collect"
	"podpass/internal/snapshot"
)

// cluster makes random objects and the Snapshot that they come to, straight
// from their types.
type cluster struct {
	maker
	objects []any
	want    snapshot.Snapshot
}

func newCluster(seed uint64, n int) *cluster {
	c := &cluster{maker: maker{rand.New(rand.NewPCG(seed, 1))}}
	for i := range n {
		meta := c.meta()
		meta.Name = fmt.Sprintf("%s-%d", meta.Name, i) // so that the order is certain
		switch c.IntN(4) {
		case 0:
			c.addPod(meta)
		case 1:
			c.addWorkload(meta)
		case 2:
			c.addAccount(meta)
		case 3:
			c.addRBAC(meta)
		}
	}
	c.want.Sort()
	return c
}

func typeOf(apiVersion, kind string) metav1.TypeMeta {
	return metav1.TypeMeta{APIVersion: apiVersion, Kind: kind}
}

func wantMeta(o *metav1.ObjectMeta, live bool) snapshot.Meta {
	m := snapshot.Meta{Namespace: o.Namespace, Name: o.Name, UID: string(o.UID), Live: live || o.UID != ""}
	if owner := metav1.GetControllerOfNoCopy(o); owner != nil {
		m.Owner = &snapshot.Owner{Group: "apps", Kind: owner.Kind, Name: owner.Name}
	}
	return m
}

// wantSpec computes each fact by itself, not in one walk as the reader does.
func wantSpec(p *corev1.PodSpec) snapshot.PodSpec {
	s := snapshot.PodSpec{Account: p.ServiceAccountName, Automount: snapshot.TriOf(p.AutomountServiceAccountToken)}
	if s.Account == "" && p.DeprecatedServiceAccount != "" {
		s.Account, s.Legacy = p.DeprecatedServiceAccount, true
	}
	projected, secret := map[string]bool{}, map[string]bool{}
	for _, v := range p.Volumes {
		secret[v.Name] = v.Secret != nil
		if v.Projected != nil {
			for _, source := range v.Projected.Sources {
				if t := source.ServiceAccountToken; t != nil && (t.Audience == "" || t.Audience == collect.APIAudience) {
					projected[v.Name] = true
				}
			}
		}
	}
	var holders, masked int
	containers := append(append([]corev1.Container{}, p.InitContainers...), p.Containers...)
	for _, c := range containers {
		var holds, covers bool
		for _, m := range c.VolumeMounts {
			at := m.MountPath == collect.TokenPath
			holds = holds || projected[m.Name] || secret[m.Name] && at
			covers = covers || at && !projected[m.Name] && !secret[m.Name]
			s.Explicit = s.Explicit || projected[m.Name] // no volume here has the name of one that is added
		}
		if holds {
			holders++
		}
		if covers && !holds {
			masked++
		}
	}
	s.APIToken, s.Masked = holders > 0, len(containers) > 0 && masked == len(containers)
	return s
}

func (c *cluster) addPod(meta metav1.ObjectMeta) {
	p := &corev1.Pod{TypeMeta: typeOf("v1", "Pod"), ObjectMeta: meta, Spec: c.spec()}
	switch c.IntN(4) {
	case 0:
		p.Spec.ServiceAccountName, p.Spec.DeprecatedServiceAccount = "", c.word()
	case 1:
		p.Spec.ServiceAccountName = ""
	case 2:
		p.Spec.DeprecatedServiceAccount = c.word()
	}
	p.Status.Phase = []corev1.PodPhase{"", corev1.PodRunning, corev1.PodSucceeded, corev1.PodFailed}[c.IntN(4)]
	if c.IntN(4) == 0 {
		p.Annotations = map[string]string{annotationMirror: c.word()}
	}
	_, mirror := p.Annotations[annotationMirror]
	c.objects = append(c.objects, p)
	c.want.Pods = append(c.want.Pods, snapshot.Pod{
		Meta: wantMeta(&meta, p.Status.Phase != ""), Spec: wantSpec(&p.Spec), Mirror: mirror,
		Finished: p.Status.Phase == corev1.PodSucceeded || p.Status.Phase == corev1.PodFailed,
	})
}

func (c *cluster) addWorkload(meta metav1.ObjectMeta) {
	template := corev1.PodTemplateSpec{Spec: c.spec()}
	spec := wantSpec(&template.Spec)
	w := snapshot.Workload{Meta: wantMeta(&meta, false), Group: "apps", Template: &spec}
	w.Kind = []string{"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "ReplicationController"}[c.IntN(7)]
	switch w.Kind {
	case "StatefulSet", "DaemonSet", "ReplicaSet": // a status is printed even where it is empty, as "replicas": 0
		w.Live = true
	case "ReplicationController":
		w.Group, w.Live = "", true
	case "Job", "CronJob":
		w.Group = "batch"
	}
	o := workload(w.Kind, meta, template)
	if j, ok := o.(*batchv1.Job); ok && c.IntN(2) == 0 {
		status := []corev1.ConditionStatus{corev1.ConditionTrue, corev1.ConditionFalse}[c.IntN(2)]
		kind := []batchv1.JobConditionType{batchv1.JobComplete, batchv1.JobFailed, batchv1.JobSuspended}[c.IntN(3)]
		j.Status.Conditions = []batchv1.JobCondition{{Type: kind, Status: status}}
		w.Live, w.Finished = true, status == corev1.ConditionTrue && kind != batchv1.JobSuspended
	}
	if w.Owner != nil && (w.Kind == "ReplicaSet" || w.Kind == "Job") {
		w.Template = nil
	}
	c.objects, c.want.Workloads = append(c.objects, o), append(c.want.Workloads, w)
}

func workload(kind string, meta metav1.ObjectMeta, template corev1.PodTemplateSpec) any {
	apps, batch := typeOf("apps/v1", kind), typeOf("batch/v1", kind)
	job := batchv1.JobSpec{Template: template}
	switch kind {
	case "Deployment":
		return &appsv1.Deployment{TypeMeta: apps, ObjectMeta: meta, Spec: appsv1.DeploymentSpec{Template: template}}
	case "StatefulSet":
		return &appsv1.StatefulSet{TypeMeta: apps, ObjectMeta: meta, Spec: appsv1.StatefulSetSpec{Template: template}}
	case "DaemonSet":
		return &appsv1.DaemonSet{TypeMeta: apps, ObjectMeta: meta, Spec: appsv1.DaemonSetSpec{Template: template}}
	case "ReplicaSet":
		return &appsv1.ReplicaSet{TypeMeta: apps, ObjectMeta: meta, Spec: appsv1.ReplicaSetSpec{Template: template}}
	case "Job":
		return &batchv1.Job{TypeMeta: batch, ObjectMeta: meta, Spec: job}
	case "CronJob":
		return &batchv1.CronJob{TypeMeta: batch, ObjectMeta: meta, Spec: batchv1.CronJobSpec{JobTemplate: batchv1.JobTemplateSpec{Spec: job}}}
	}
	return &corev1.ReplicationController{TypeMeta: typeOf("v1", kind), ObjectMeta: meta, Spec: corev1.ReplicationControllerSpec{Template: &template}}
}

func (c *cluster) addAccount(meta metav1.ObjectMeta) {
	a := &corev1.ServiceAccount{TypeMeta: typeOf("v1", "ServiceAccount"), ObjectMeta: meta, AutomountServiceAccountToken: c.flag()}
	want := snapshot.ServiceAccount{
		Meta: wantMeta(&meta, false), Automount: snapshot.TriOf(a.AutomountServiceAccountToken), RoleARN: meta.Annotations[annotationRole],
	}
	for _, name := range c.words() {
		a.ImagePullSecrets = append(a.ImagePullSecrets, corev1.LocalObjectReference{Name: name})
		want.ImagePullSecrets = append(want.ImagePullSecrets, name)
	}
	c.objects, c.want.ServiceAccounts = append(c.objects, a), append(c.want.ServiceAccounts, want)
}

func (c *cluster) addRBAC(meta metav1.ObjectMeta) {
	rule := snapshot.Rule{Verbs: c.words(), APIGroups: c.words(), Resources: c.words(), ResourceNames: c.words(), NonResourceURLs: c.words()}
	rules := []rbacv1.PolicyRule{{
		Verbs: rule.Verbs, APIGroups: rule.APIGroups, Resources: rule.Resources, ResourceNames: rule.ResourceNames, NonResourceURLs: rule.NonResourceURLs,
	}}
	subject := snapshot.Subject{Kind: c.word(), Group: c.word(), Name: c.word(), Namespace: c.word()}
	subjects := []rbacv1.Subject{{Kind: subject.Kind, APIGroup: subject.Group, Name: subject.Name, Namespace: subject.Namespace}}
	binding := snapshot.Binding{Meta: wantMeta(&meta, false), Role: snapshot.RoleRef{Group: c.word(), Kind: c.word(), Name: c.word()}, Subjects: []snapshot.Subject{subject}}
	ref := rbacv1.RoleRef{APIGroup: binding.Role.Group, Kind: binding.Role.Kind, Name: binding.Role.Name}
	wide := wantMeta(&meta, false)
	wide.Namespace = ""
	switch c.IntN(4) {
	case 0:
		c.objects = append(c.objects, &rbacv1.Role{TypeMeta: typeOf(snapshot.GroupRBAC+"/v1", "Role"), ObjectMeta: meta, Rules: rules})
		c.want.Roles = append(c.want.Roles, snapshot.Role{Meta: binding.Meta, Rules: []snapshot.Rule{rule}})
	case 1:
		selector := []metav1.LabelSelector{{MatchLabels: map[string]string{c.word(): c.word()}, MatchExpressions: []metav1.LabelSelectorRequirement{{Key: c.word(), Operator: "In", Values: c.words()}}}}
		c.objects = append(c.objects, &rbacv1.ClusterRole{
			TypeMeta: typeOf(snapshot.GroupRBAC+"/v1", "ClusterRole"), ObjectMeta: meta, Rules: rules, AggregationRule: &rbacv1.AggregationRule{ClusterRoleSelectors: selector},
		})
		e := selector[0].MatchExpressions[0]
		c.want.Roles = append(c.want.Roles, snapshot.Role{
			Meta: wide, Rules: []snapshot.Rule{rule}, Labels: meta.Labels,
			Aggregate: []snapshot.Selector{{MatchLabels: selector[0].MatchLabels, MatchExpressions: []snapshot.Expression{{Key: e.Key, Operator: "In", Values: e.Values}}}},
		})
	case 2:
		c.objects = append(c.objects, &rbacv1.RoleBinding{TypeMeta: typeOf(snapshot.GroupRBAC+"/v1", "RoleBinding"), ObjectMeta: meta, RoleRef: ref, Subjects: subjects})
		c.want.Bindings = append(c.want.Bindings, binding)
	case 3:
		c.objects = append(c.objects, &rbacv1.ClusterRoleBinding{TypeMeta: typeOf(snapshot.GroupRBAC+"/v1", "ClusterRoleBinding"), ObjectMeta: meta, RoleRef: ref, Subjects: subjects})
		binding.Meta = wide
		c.want.Bindings = append(c.want.Bindings, binding)
	}
}

// printed gives the objects as a stream of YAML, a List, and JSON documents
// in a row.
func (c *cluster) printed(t *testing.T) map[string]string {
	t.Helper()
	var stream, row strings.Builder
	list, err := json.Marshal(map[string]any{"apiVersion": "v1", "kind": "List", "items": c.objects})
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range c.objects {
		compact, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		document, err := sigs.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		if i > 0 {
			stream.WriteString("---\n")
		}
		stream.Write(document)
		row.Write(compact)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, list, "", "    "); err != nil {
		t.Fatal(err)
	}
	listed, err := sigs.JSONToYAML(list)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{
		"a stream of YAML": stream.String(), "a List in JSON": string(list), "a List in indented JSON": indented.String(),
		"a List in YAML": string(listed), "JSON documents in a row": row.String(),
	}
}

// TestASnapshotIsThatOfTheTypedObjects compares whole Snapshots, in every way
// to write the objects, with what the API's own types say.
func TestASnapshotIsThatOfTheTypedObjects(t *testing.T) {
	for seed := range uint64(60) {
		c := newCluster(seed, 20)
		for form, text := range c.printed(t) {
			got := taken(t, text)
			if len(got.Gaps) != 0 || len(got.Ignored) != 0 {
				t.Fatalf("seed %d, %s: %v\n%s", seed, form, facts(got), text)
			}
			diff := cmp.Diff(&c.want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(snapshot.Meta{}, "Source"),
				cmpopts.IgnoreFields(snapshot.Snapshot{}, "Header", "Namespaces"))
			if diff != "" {
				t.Fatalf("seed %d, %s: -typed +read\n%s\n%s", seed, form, diff, text)
			}
		}
	}
}
