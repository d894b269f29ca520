package kube

import (
	"encoding/base64"
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
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	sigs "sigs.k8s.io/yaml"

	"podpass/internal/collect"
	"podpass/internal/collect/files"
	"podpass/internal/snapshot"
)

// maker makes objects that say something of AWS credentials, with keys that are
// made here and nobody's.
type maker struct {
	*rand.Rand
	ids     []string
	secrets []string
}

func (m *maker) word(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[m.IntN(len(alphabet))]
	}
	return string(b)
}

func (m *maker) key() (id, secret string) {
	const upper, lower = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
	id = []string{"AKIA", "ASIA"}[m.IntN(2)] + m.word(upper+"234567", 16)
	secret = m.word(upper+lower+"0123456789+/", 36) + "aZ7+"
	m.ids, m.secrets = append(m.ids, id), append(m.secrets, secret)
	return id, secret
}

func (m *maker) ini() string {
	id, secret := m.key()
	return "[default]\naws_access_key_id = " + id + "\naws_secret_access_key = " + secret + "\n"
}

func (m *maker) meta(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: name, Namespace: "team", UID: "u"}
}

func (m *maker) env() []corev1.EnvVar {
	id, secret := m.key()
	optional := true
	return []corev1.EnvVar{
		{Name: "AWS_ACCESS_KEY_ID", Value: id}, {Name: "AWS_SECRET_ACCESS_KEY", Value: secret},
		{Name: "AWS_SECRET_KEY"}, {Name: "PLAIN", Value: "x"},
		{Name: "AWS_ACCESS_KEY", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{
			LocalObjectReference: corev1.LocalObjectReference{Name: "absent"}, Key: "id", Optional: &optional}}},
		{Name: "OF_A_CONFIGMAP", ValueFrom: &corev1.EnvVarSource{ConfigMapKeyRef: &corev1.ConfigMapKeySelector{
			LocalObjectReference: corev1.LocalObjectReference{Name: "c"}, Key: "ini"}}},
		{Name: "OF_A_FIELD", ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.name"}}},
	}
}

func (m *maker) spec() corev1.PodSpec {
	id, secret := m.key()
	ref := func(name string) corev1.LocalObjectReference { return corev1.LocalObjectReference{Name: name} }
	return corev1.PodSpec{
		Volumes: []corev1.Volume{
			{Name: "s", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "s"}}},
			{Name: "c", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: ref("c")}}},
			{Name: "i", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "s", Items: []corev1.KeyToPath{{Key: "credentials", Path: "credentials"}, {Key: "other", Path: "o"}}}}},
			{Name: "p", VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{Sources: []corev1.VolumeProjection{
				{Secret: &corev1.SecretProjection{LocalObjectReference: ref("s")}}, {ConfigMap: &corev1.ConfigMapProjection{LocalObjectReference: ref("none")}},
			}}}},
		},
		InitContainers: []corev1.Container{{
			Name: "init", Image: "registry.example/kube2iam:1", Command: []string{"sh", "-c", "export AWS_ACCESS_KEY_ID=" + id + " AWS_SECRET_ACCESS_KEY=" + secret},
			Args: []string{"--iam-role-key", "corp/role"},
		}},
		Containers: []corev1.Container{{
			Name: "app", Image: "app", Env: m.env(),
			EnvFrom: []corev1.EnvFromSource{
				{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: ref("s")}},
				{Prefix: "AWS_", ConfigMapRef: &corev1.ConfigMapEnvSource{LocalObjectReference: ref("c")}},
			},
			VolumeMounts: []corev1.VolumeMount{{Name: "s", MountPath: "/root/.aws"}, {Name: "c", MountPath: "/c"}, {Name: "p", MountPath: "/p"}},
		}, m.probed()},
	}
}

// probed is a container with commands of all kinds, and mounts of parts.
func (m *maker) probed() corev1.Container {
	exec := func() *corev1.ExecAction {
		id, secret := m.key()
		return &corev1.ExecAction{Command: []string{"sh", "-c", "AWS_ACCESS_KEY_ID=" + id + " AWS_SECRET_ACCESS_KEY=" + secret + " check"}}
	}
	probe := func() *corev1.Probe { return &corev1.Probe{ProbeHandler: corev1.ProbeHandler{Exec: exec()}} }
	return corev1.Container{
		Name: "probed", LivenessProbe: probe(), ReadinessProbe: probe(), StartupProbe: probe(),
		Lifecycle: &corev1.Lifecycle{PostStart: &corev1.LifecycleHandler{Exec: exec()}, PreStop: &corev1.LifecycleHandler{Exec: exec()}},
		Env: []corev1.EnvVar{
			{Name: "AWS_SHARED_CREDENTIALS_FILE", Value: "/x/credentials"},
			{Name: "SOME", Value: "some text"}, {Name: "NONE"}, {Name: "AWS_ACCESS_KEY", Value: "$(SOME)"}, {Name: "AWS_SECRET_KEY", Value: "$(NONE)"},
		},
		VolumeMounts: []corev1.VolumeMount{{Name: "i", MountPath: "/x"}, {Name: "s", MountPath: "/y", SubPath: "credentials"}},
	}
}

func (m *maker) objects() []runtime.Object {
	template := corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{"corp/role": "app", "corp/other": "b", "config": m.ini()}}, Spec: m.spec()}
	object := func(version, kind string) metav1.TypeMeta { return metav1.TypeMeta{APIVersion: version, Kind: kind} }
	owned := m.meta("w-1")
	owned.OwnerReferences = controlledBy("apps/v1", "Deployment", "w")
	job := m.meta("j-1")
	job.OwnerReferences = controlledBy("batch/v1", "CronJob", "w")
	annotated := m.meta("annotated")
	annotated.Annotations = map[string]string{"notes": m.ini()}
	pod := corev1.Pod{TypeMeta: object("v1", "Pod"), ObjectMeta: m.meta("p"), Spec: m.spec()}
	pod.Annotations = map[string]string{"iam.amazonaws.com/role": "app", "hash": "abcdef", "eks.amazonaws.com/skip-containers": "a, b", "meta.helm.sh/release-name": m.ini()}
	id, secret := m.key()
	pod.Spec.EphemeralContainers = []corev1.EphemeralContainer{{EphemeralContainerCommon: corev1.EphemeralContainerCommon{
		Name: "debug", Args: []string{"--aws-access-key-id", id, "--aws-secret-access-key", secret}}}}
	id, secret = m.key()
	revision, _ := json.Marshal(map[string]any{"spec": map[string]any{"template": map[string]any{"spec": map[string]any{
		"containers": []any{map[string]any{"name": "app", "env": []any{
			map[string]any{"name": "AWS_ACCESS_KEY_ID", "value": id}, map[string]any{"name": "AWS_SECRET_ACCESS_KEY", "value": secret},
		}}}}}}})
	namespace := metav1.ObjectMeta{Name: "team", UID: "u", Annotations: map[string]string{"iam.amazonaws.com/allowed-roles": `["a*"]`, "x": "y"}}
	return []runtime.Object{
		&corev1.Namespace{TypeMeta: object("v1", "Namespace"), ObjectMeta: namespace},
		&corev1.ServiceAccount{TypeMeta: object("v1", "ServiceAccount"), ObjectMeta: annotated},
		&corev1.Secret{TypeMeta: object("v1", "Secret"), ObjectMeta: m.meta("s"), Data: map[string][]byte{
			"credentials": []byte(m.ini()), "AWS_ACCESS_KEY_ID": {}, "other": []byte("x"),
			"nested": []byte(base64.StdEncoding.EncodeToString([]byte(m.ini()))),
		}},
		&corev1.Secret{TypeMeta: object("v1", "Secret"), ObjectMeta: m.meta("none"), Data: map[string][]byte{"a": []byte("b")}},
		&corev1.ConfigMap{TypeMeta: object("v1", "ConfigMap"), ObjectMeta: m.meta("c"),
			Data: map[string]string{"ini": m.ini(), "ACCESS_KEY_ID": "${ID}"}, BinaryData: map[string][]byte{"bin": []byte(m.ini())}},
		&appsv1.Deployment{TypeMeta: object("apps/v1", "Deployment"), ObjectMeta: m.meta("w"), Spec: appsv1.DeploymentSpec{Template: template}},
		&appsv1.ReplicaSet{TypeMeta: object("apps/v1", "ReplicaSet"), ObjectMeta: owned, Spec: appsv1.ReplicaSetSpec{Template: template}},
		&appsv1.DaemonSet{TypeMeta: object("apps/v1", "DaemonSet"), ObjectMeta: m.meta("w"), Spec: appsv1.DaemonSetSpec{Template: template}},
		&appsv1.StatefulSet{TypeMeta: object("apps/v1", "StatefulSet"), ObjectMeta: m.meta("w"), Spec: appsv1.StatefulSetSpec{Template: template}},
		&batchv1.Job{TypeMeta: object("batch/v1", "Job"), ObjectMeta: job, Spec: batchv1.JobSpec{Template: template}},
		&batchv1.CronJob{TypeMeta: object("batch/v1", "CronJob"), ObjectMeta: m.meta("w"), Spec: batchv1.CronJobSpec{JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{Template: template}}}},
		&appsv1.ControllerRevision{TypeMeta: object("apps/v1", "ControllerRevision"), ObjectMeta: m.meta("r"), Data: runtime.RawExtension{Raw: revision}},
		&pod,
	}
}

// bothRead reads the same objects as protobuf and as YAML.
func bothRead(t *testing.T, objects []runtime.Object, detail bool) (live, read *snapshot.Snapshot) {
	t.Helper()
	live = &snapshot.Snapshot{Header: snapshot.Header{Origin: snapshot.OriginFiles, SecretsRead: true, Detail: detail}}
	var stream strings.Builder
	for _, o := range objects {
		d := newDecoder(resourceOf(t, o.GetObjectKind().GroupVersionKind().Kind))
		d.aws.Detail = detail
		merge(live, decodeWith(t, d, o.(marshaler)))
		text, err := sigs.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&stream, "---\n%s", text)
	}
	collect.Prune(live)
	live.Sort()
	read, err := files.Collect(t.Context(), files.Options{Paths: []string{files.Stdin}, Stdin: strings.NewReader(stream.String()), Detail: detail})
	if err != nil || len(read.Gaps) > 0 {
		t.Fatal(err, read.Gaps)
	}
	return live, read
}

// sameFacts gives the difference between what was read as protobuf and as YAML.
func sameFacts(live, read *snapshot.Snapshot) string {
	return cmp.Diff(live, read, cmpopts.IgnoreFields(snapshot.Meta{}, "Source"), cmpopts.IgnoreTypes(snapshot.Header{}), cmpopts.EquateEmpty())
}

// TestBothReadersSeeTheSameCredentials reads the same objects as protobuf and
// as YAML, and finds every key in both.
func TestBothReadersSeeTheSameCredentials(t *testing.T) {
	for _, detail := range []bool{false, true} {
		m := &maker{Rand: rand.New(rand.NewPCG(1, 2))}
		live, read := bothRead(t, m.objects(), detail)
		if diff := sameFacts(live, read); diff != "" {
			t.Errorf("detail %v: -protobuf +YAML\n%s", detail, diff)
		}
		text, err := json.Marshal(read)
		if err != nil {
			t.Fatal(err)
		}
		for i, id := range m.ids {
			if !strings.Contains(string(text), id) {
				t.Errorf("detail %v: key %d is not found", detail, i)
			}
			if strings.Contains(string(text), m.secrets[i][:8]) {
				t.Errorf("detail %v: the secret of key %d is kept", detail, i)
			}
		}
	}
}

// TestWhatIsKeptOfCredentials: of the same objects, what a rule needs and no
// more.
func TestWhatIsKeptOfCredentials(t *testing.T) {
	m := &maker{Rand: rand.New(rand.NewPCG(3, 4))}
	s := &snapshot.Snapshot{Header: snapshot.Header{SecretsRead: true}}
	for _, o := range m.objects() {
		merge(s, decode(t, o.GetObjectKind().GroupVersionKind().Kind, o.(marshaler)))
	}
	collect.Prune(s)
	s.Sort()
	var deployment *snapshot.AWS
	for _, w := range s.Workloads {
		switch {
		case w.Kind == snapshot.KindDeployment:
			deployment = w.Template.AWS
		case w.Owner != nil && (w.Template != nil || len(w.Keys) == 0):
			t.Errorf("%s %s: template %v, keys %v; want only keys", w.Kind, w.Name, w.Template, w.Keys)
		}
	}
	secret, config := snapshot.KindSecret, snapshot.KindConfigMap
	want := &snapshot.AWS{
		Annotations: []snapshot.Annotation{{Name: "corp/role", Value: "app"}},
		Containers: []snapshot.Container{
			{
				Name: "app", Set: []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}, Empty: []string{"AWS_SECRET_KEY"},
				Uses: []snapshot.Use{
					{Kind: secret, Name: "s", How: snapshot.UseEnvFrom},
					{Kind: config, Name: "c", How: snapshot.UseEnvFrom, As: "AWS_"},
					{Kind: secret, Name: "absent", Entry: "id", How: snapshot.UseEnv, As: "AWS_ACCESS_KEY", Optional: true},
					{Kind: config, Name: "c", Entry: "ini", How: snapshot.UseEnv, As: "OF_A_CONFIGMAP"},
					{Kind: secret, Name: "s", How: snapshot.UseVolume, As: "/root/.aws"},
					{Kind: config, Name: "c", How: snapshot.UseVolume, As: "/c"},
					{Kind: secret, Name: "s", How: snapshot.UseVolume, As: "/p"},
				},
			},
			{
				Name: "probed", File: "/x/credentials", Hidden: []string{"AWS_ACCESS_KEY"}, Empty: []string{"AWS_SECRET_KEY"},
				Uses: []snapshot.Use{
					{Kind: secret, Name: "s", Entry: "credentials", How: snapshot.UseVolume, As: "/x/credentials"},
					{Kind: secret, Name: "s", Entry: "credentials", How: snapshot.UseVolume, As: "/y"},
				},
			},
			{Name: "init", Type: snapshot.TypeInit, Script: []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}, Tool: &snapshot.Tool{Name: "kube2iam", By: "image", RoleKey: "corp/role"}},
		},
	}
	if diff := cmp.Diff(want, deployment); diff != "" {
		t.Error(diff)
	}
	var holders []string
	for _, h := range s.Holders {
		holders = append(holders, fmt.Sprintf("%s %d keys %v", h.Ref(), len(h.Keys), h.Entries))
	}
	wantHolders := []string{"ConfigMap team/c 2 keys [{ACCESS_KEY_ID false true}]", "Secret team/s 2 keys [{AWS_ACCESS_KEY_ID true false}]"}
	if diff := cmp.Diff(wantHolders, holders); diff != "" {
		t.Error(diff)
	}
}
