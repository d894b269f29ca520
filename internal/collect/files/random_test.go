package files

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

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
