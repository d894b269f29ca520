package files

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	sigs "sigs.k8s.io/yaml"

	"podpass/internal/collect"
	"podpass/internal/snapshot"
)

// maker makes random objects of the API's own types. Its words are those that
// a careless printer of YAML would leave without quotes.
type maker struct{ *rand.Rand }

func (m maker) word() string {
	return []string{"a", "on", "123", "1e3", "null", "0x1f", "~", "yes", "a: b", "# c", "é", "2024-01-01", "tab\t", "- x", "a\nb"}[m.IntN(15)]
}

func (m maker) words() (w []string) {
	for range m.IntN(3) {
		w = append(w, m.word())
	}
	return w
}

func (m maker) flag() *bool {
	return []*bool{nil, new(bool), func() *bool { b := true; return &b }()}[m.IntN(3)]
}

func (m maker) meta() metav1.ObjectMeta {
	meta := metav1.ObjectMeta{Name: m.label(), Namespace: m.label(), Labels: map[string]string{m.word(): m.word()}}
	if m.IntN(2) == 0 {
		meta.Annotations = map[string]string{annotationRole: m.word(), "on": m.word()}
	}
	if m.IntN(2) == 0 {
		meta.UID = "uid"
		meta.OwnerReferences = []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: m.word(), Controller: m.flag()}}
	}
	return meta
}

func (m maker) containers() (list []corev1.Container) {
	for range m.IntN(3) {
		c := corev1.Container{Name: m.word(), Image: m.word(), Args: m.words()}
		for range m.IntN(2) {
			c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: "v", MountPath: []string{collect.TokenPath, "/x"}[m.IntN(2)]})
		}
		list = append(list, c)
	}
	return list
}

func (m maker) spec() corev1.PodSpec {
	s := corev1.PodSpec{
		ServiceAccountName:           m.word(),
		AutomountServiceAccountToken: m.flag(),
		Containers:                   m.containers(),
		InitContainers:               m.containers(),
	}
	switch m.IntN(3) {
	case 0:
		s.Volumes = []corev1.Volume{{Name: "v", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: m.word()}}}}
	case 1:
		token := &corev1.ServiceAccountTokenProjection{Path: "t", Audience: []string{"", collect.APIAudience, "sts.amazonaws.com"}[m.IntN(3)]}
		s.Volumes = []corev1.Volume{{Name: "v", VolumeSource: corev1.VolumeSource{
			Projected: &corev1.ProjectedVolumeSource{Sources: []corev1.VolumeProjection{{ServiceAccountToken: token}}},
		}}}
	}
	return s
}

func (m maker) object() (object any, same func(*snapshot.Snapshot) bool) {
	meta := m.meta()
	kind := func(apiVersion, kind string) metav1.TypeMeta {
		return metav1.TypeMeta{APIVersion: apiVersion, Kind: kind}
	}
	switch m.IntN(5) {
	case 0:
		p := &corev1.Pod{TypeMeta: kind("v1", "Pod"), ObjectMeta: meta, Spec: m.spec(), Status: corev1.PodStatus{Phase: "Failed"}}
		return p, func(s *snapshot.Snapshot) bool {
			return len(s.Pods) == 1 && s.Pods[0].Finished && s.Pods[0].Live && sameSpec(&s.Pods[0].Spec, &p.Spec) && sameName(&s.Pods[0].Meta, &meta)
		}
	case 1:
		d := &appsv1.Deployment{TypeMeta: kind("apps/v1", "Deployment"), ObjectMeta: meta, Spec: appsv1.DeploymentSpec{Template: corev1.PodTemplateSpec{Spec: m.spec()}}}
		return d, func(s *snapshot.Snapshot) bool {
			return len(s.Workloads) == 1 && sameSpec(s.Workloads[0].Template, &d.Spec.Template.Spec) && sameName(&s.Workloads[0].Meta, &meta)
		}
	case 2:
		a := &corev1.ServiceAccount{TypeMeta: kind("v1", "ServiceAccount"), ObjectMeta: meta, AutomountServiceAccountToken: m.flag()}
		return a, func(s *snapshot.Snapshot) bool {
			return len(s.ServiceAccounts) == 1 && s.ServiceAccounts[0].Automount == snapshot.TriOf(a.AutomountServiceAccountToken) &&
				s.ServiceAccounts[0].RoleARN == meta.Annotations[annotationRole]
		}
	case 3:
		r := &rbacv1.ClusterRole{TypeMeta: kind(snapshot.GroupRBAC+"/v1", "ClusterRole"), ObjectMeta: meta}
		r.Rules = []rbacv1.PolicyRule{{Verbs: m.words(), APIGroups: []string{""}, Resources: m.words(), ResourceNames: m.words()}}
		return r, func(s *snapshot.Snapshot) bool {
			return len(s.Roles) == 1 && cmp.Equal(s.Roles[0].Labels, meta.Labels) && slices.Equal(s.Roles[0].Rules[0].Verbs, r.Rules[0].Verbs)
		}
	}
	b := &rbacv1.RoleBinding{TypeMeta: kind(snapshot.GroupRBAC+"/v1", "RoleBinding"), ObjectMeta: meta, RoleRef: rbacv1.RoleRef{Kind: "Role", Name: m.word()}}
	b.Subjects = []rbacv1.Subject{{Kind: "User", Name: m.word()}, {Kind: "ServiceAccount", Name: m.word(), Namespace: m.word()}}
	return b, func(s *snapshot.Snapshot) bool {
		return len(s.Bindings) == 1 && s.Bindings[0].Role.Name == b.RoleRef.Name && len(s.Bindings[0].Subjects) == 2 && s.Bindings[0].Subjects[1].Namespace == b.Subjects[1].Namespace
	}
}

func sameName(m *snapshot.Meta, o *metav1.ObjectMeta) bool {
	return m.Name == o.Name && m.Namespace == o.Namespace && (m.UID != "") == (o.UID != "")
}

func sameSpec(s *snapshot.PodSpec, o *corev1.PodSpec) bool {
	return s != nil && s.Account == o.ServiceAccountName && s.Automount == snapshot.TriOf(o.AutomountServiceAccountToken)
}

// TestBothDecodersSeeTheObjectThatTheAPIsTypesHold prints random objects as
// JSON, YAML and JSON in YAML.
func TestBothDecodersSeeTheObjectThatTheAPIsTypesHold(t *testing.T) {
	for seed := range uint64(500) {
		object, holds := maker{rand.New(rand.NewPCG(seed, 0))}.object()
		compact, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		yaml, err := sigs.JSONToYAML(compact)
		if err != nil {
			t.Fatal(err)
		}
		var indented bytes.Buffer
		if err := json.Indent(&indented, compact, "", "  "); err != nil {
			t.Fatal(err)
		}
		want := withoutPlaces(taken(t, string(compact)))
		if !holds(want) || len(want.Gaps) != 0 {
			t.Fatalf("seed %d: %s\nbecame %v", seed, compact, facts(taken(t, string(compact))))
		}
		for form, text := range map[string]string{
			"YAML": string(yaml), "indented": indented.String(), "in YAML": "# c\n" + indented.String(), "listed": fmt.Sprintf(`{"items":[%s],"kind":"List","apiVersion":"v1"}`, compact),
		} {
			if diff := cmp.Diff(want, withoutPlaces(taken(t, text))); diff != "" {
				t.Fatalf("seed %d, %s: -JSON +%s\n%s\n%s", seed, form, form, diff, text)
			}
		}
	}
}

// TestPlainScalarsResolveAsForKubectl holds every spelling against kubectl's
// parser, in the place of a string, a boolean, and a key.
func TestPlainScalarsResolveAsForKubectl(t *testing.T) {
	for _, plain := range []string{
		"y", "Y", "yes", "Yes", "YES", "yEs", "n", "N", "no", "No", "NO", "true", "True", "TRUE", "tRUE", "false", "False", "FALSE",
		"on", "On", "ON", "off", "Off", "OFF", "~", "null", "Null", "NULL", "nULL", "", ".nan", ".NaN", ".inf", "-.INF", "+.inf", ".Nan",
		"1", "-1", "+1", "007", "08", "0x1f", "0X1F", "0o17", "0b11", "-0b11", "1_000", "_1", "1_", "0x_1", "1e3", "1e", ".5", "5.", "+.5", "-.5", ".", ".e3", "1e999",
		"0x1p-2", "+inf", "-Infinity", "12:30:45", "2024-01-01", "2024-01-01T00:00:00Z", "9223372036854775808", "18446744073709551616", "1.2.3", "<<", "=", "a",
		"!!str 5", "!!str yes", "!!bool yes", "!!bool 'no'", "!!bool 5", "!!int '5'", "!!int 5.5", "!!float 5", "!!null ''", "!!null x", "!!binary YQ==", "!!binary .", "!Ref x", "!!map x",
	} {
		for _, form := range []string{
			"apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a}\nautomountServiceAccountToken: %s\n",
			"apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: a\n  namespace: %s\n",
			"apiVersion: " + snapshot.GroupRBAC + "/v1\nkind: ClusterRole\nmetadata:\n  name: a\n  labels:\n    %s : x\n",
		} {
			text := fmt.Sprintf(form, plain)
			asJSON, ok := asKubectl([]byte(text))
			got := withoutPlaces(taken(t, text))
			if !ok {
				if len(got.Gaps) == 0 {
					t.Errorf("%q: kubectl refuses it, and no gap says so", text)
				}
				continue
			}
			if diff := cmp.Diff(withoutPlaces(taken(t, asJSON)), got); diff != "" {
				t.Errorf("%q: -kubectl +podpass\n%s", text, diff)
			}
		}
	}
}

// label is a word that YAML may take for something else and that names an
// object or a namespace, as the API server asks for.
func (m maker) label() string {
	for {
		if w := m.word(); isLabel(w) {
			return w
		}
	}
}
