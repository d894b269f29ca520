package kube

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"podpass/internal/collect"
	"podpass/internal/snapshot"
)

// one gives one of a list, by chance.
func (m *maker) one(list ...string) string { return list[m.IntN(len(list))] }

// some makes a random list.
func some[T any](m *maker, most int, make func(i int) T) (list []T) {
	for i := range m.IntN(most + 1) {
		list = append(list, make(i))
	}
	return list
}

// variable is one of those that are told with detail, or not.
func (m *maker) variable() corev1.EnvVar {
	v := corev1.EnvVar{Name: m.one("AWS_PROFILE", "AWS_ROLE_ARN", "AWS_SHARED_CREDENTIALS_FILE", "AWS_ACCESS_KEY_ID", "AWS_REGION", "JWT_POLICY", "VAULT_ADDR", "KUBERNETES_NAMESPACE", "PLAIN")}
	ref, optional := corev1.LocalObjectReference{Name: m.one("s", "absent")}, m.IntN(2) == 0
	switch m.IntN(5) {
	case 0:
		v.ValueFrom = &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: ref, Key: "credentials", Optional: &optional}}
	case 1:
		v.ValueFrom = &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.name"}}
	default:
		v.Value = m.one("", "a", "first-party-jwt", "$(PLAIN)", "some text of a variable", "cat "+collect.TokenPath+"/token")
	}
	return v
}

// detailed is a random container.
func (m *maker) detailed(i int) corev1.Container {
	return corev1.Container{
		Name: m.one("istio-proxy", fmt.Sprint("app", i)), Image: m.one("app", "prom/prometheus:v3", "otel/opentelemetry-collector-contrib", "registry/kube2iam"),
		Args: some(m, 2, func(int) string { return m.one("--token-file", collect.TokenPath+"/token", "run") }),
		Env:  some(m, 5, func(int) corev1.EnvVar { return m.variable() }),
		EnvFrom: some(m, 3, func(int) corev1.EnvFromSource {
			return corev1.EnvFromSource{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: m.one("s", "absent")}}}
		}),
		VolumeMounts: some(m, 3, func(int) corev1.VolumeMount {
			return corev1.VolumeMount{Name: m.one("s", "kube-api-access-x", "empty"), MountPath: m.one(collect.TokenPath, "/root/.aws", "/x", collect.TokenPath+"/below")}
		}),
	}
}

func (m *maker) template() corev1.PodTemplateSpec {
	token := corev1.VolumeProjection{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{Path: "token"}}
	return corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{
			m.one("linkerd.io/inject", "dapr.io/enabled"):                                 m.one("enabled", "true", "disabled", ""),
			m.one("vault.hashicorp.com/role", "consul.hashicorp.com/connect-inject", "x"): m.one("true", "false", "app"),
		}},
		Spec: corev1.PodSpec{
			Volumes: []corev1.Volume{
				{Name: "s", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "s"}}}, {Name: "empty"},
				{Name: "kube-api-access-x", VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{Sources: []corev1.VolumeProjection{token}}}},
			},
			Containers: some(m, 3, m.detailed), InitContainers: some(m, 3, m.detailed),
			EphemeralContainers: some(m, 2, func(i int) corev1.EphemeralContainer {
				return corev1.EphemeralContainer{EphemeralContainerCommon: corev1.EphemeralContainerCommon(m.detailed(i))}
			}),
		},
	}
}

// workloads are of all kinds, each as it may keep its pods.
func (m *maker) workloads() []runtime.Object {
	object := func(version, kind string) metav1.TypeMeta { return metav1.TypeMeta{APIVersion: version, Kind: kind} }
	yes, partition := m.IntN(2) == 0, int32(m.IntN(2))
	rolling := func() string { return m.one("", "RollingUpdate", "OnDelete") }
	template := m.template()
	return []runtime.Object{
		&appsv1.Deployment{TypeMeta: object("apps/v1", "Deployment"), ObjectMeta: m.meta("w"), Spec: appsv1.DeploymentSpec{Paused: yes, Template: m.template()}},
		&appsv1.ReplicaSet{TypeMeta: object("apps/v1", "ReplicaSet"), ObjectMeta: m.meta("w"), Spec: appsv1.ReplicaSetSpec{Template: m.template()}},
		&appsv1.StatefulSet{TypeMeta: object("apps/v1", "StatefulSet"), ObjectMeta: m.meta("w"), Spec: appsv1.StatefulSetSpec{Template: m.template(), UpdateStrategy: appsv1.StatefulSetUpdateStrategy{
			Type: appsv1.StatefulSetUpdateStrategyType(rolling()), RollingUpdate: &appsv1.RollingUpdateStatefulSetStrategy{Partition: &partition}}}},
		&appsv1.DaemonSet{TypeMeta: object("apps/v1", "DaemonSet"), ObjectMeta: m.meta("w"), Spec: appsv1.DaemonSetSpec{Template: m.template(), UpdateStrategy: appsv1.DaemonSetUpdateStrategy{
			Type: appsv1.DaemonSetUpdateStrategyType(rolling()), RollingUpdate: &appsv1.RollingUpdateDaemonSet{}}}},
		&batchv1.Job{TypeMeta: object("batch/v1", "Job"), ObjectMeta: m.meta("w"), Spec: batchv1.JobSpec{Suspend: &yes, Template: m.template()}},
		&batchv1.CronJob{TypeMeta: object("batch/v1", "CronJob"), ObjectMeta: m.meta("w"), Spec: batchv1.CronJobSpec{Suspend: &yes, JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{Template: m.template()}}}},
		&corev1.ReplicationController{TypeMeta: object("v1", "ReplicationController"), ObjectMeta: m.meta("w"), Spec: corev1.ReplicationControllerSpec{Template: &template}},
	}
}

// account is one with all that a plan copies, and a key in an annotation.
func (m *maker) account() *corev1.ServiceAccount {
	meta := m.meta("app")
	meta.Labels = map[string]string{"app": "web", "yes": ""}
	meta.Annotations = map[string]string{
		annotationRoleARN: "arn:aws:iam::111122223333:role/app", "team": "a\nb", "old": m.ini(),
		"kubectl.kubernetes.io/last-applied-configuration": "{}", "argocd.argoproj.io/tracking-id": "shop:/ServiceAccount:team/app",
	}
	return &corev1.ServiceAccount{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ServiceAccount"}, ObjectMeta: meta,
		Secrets:          []corev1.ObjectReference{{Name: "one"}, {Kind: "Secret", Namespace: "team", Name: "two"}},
		ImagePullSecrets: []corev1.LocalObjectReference{{Name: "pull"}},
	}
}

// TestBothReadersSeeTheSameDetail: with it and without.
func TestBothReadersSeeTheSameDetail(t *testing.T) {
	seen := map[string]bool{}
	for seed := range uint64(60) {
		for _, detail := range []bool{false, true} {
			m := &maker{Rand: rand.New(rand.NewPCG(seed, 7))}
			pod := corev1.Pod{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"}, ObjectMeta: m.meta("p")}
			template := m.template()
			pod.Annotations, pod.Spec = template.Annotations, template.Spec
			namespace := corev1.Namespace{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"}, ObjectMeta: metav1.ObjectMeta{
				Name: "team", UID: "u", Annotations: map[string]string{"linkerd.io/inject": m.one("enabled", "disabled")}}}
			objects := append(m.workloads(), &namespace, &pod, m.account(), m.account(), &corev1.Secret{
				TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"}, ObjectMeta: m.meta("s"), Data: map[string][]byte{"credentials": []byte(m.ini())},
			})
			live, read := bothRead(t, objects, detail)
			if diff := sameFacts(live, read); diff != "" {
				t.Fatalf("seed %d, detail %v: -protobuf +YAML\n%s", seed, detail, diff)
			}
			for _, w := range read.Workloads {
				for _, sign := range append(w.Template.Signs, w.Rollout) {
					seen[sign] = true
				}
			}
		}
	}
	if len(seen) < 15 {
		t.Errorf("only %d signs and rollouts were compared: %v", len(seen), seen)
	}
}

// TestAnAccountInDetail is the whole of it, as protobuf.
func TestAnAccountInDetail(t *testing.T) {
	m := &maker{Rand: rand.New(rand.NewPCG(5, 6))}
	account := m.account()
	d := newDecoder(resourceOf(t, snapshot.KindServiceAccount))
	d.aws.Detail = true
	got := decodeWith(t, d, account).ServiceAccounts[0]
	want := snapshot.ServiceAccount{
		Meta: got.Meta, ImagePullSecrets: []string{"pull"}, RoleARN: "arn:aws:iam::111122223333:role/app",
		Labels: map[string]string{"app": "web", "yes": ""}, Secrets: []string{"one", "two"}, Withheld: []string{"old"},
		Annotations: map[string]string{annotationRoleARN: "arn:aws:iam::111122223333:role/app", "team": "a\nb", "argocd.argoproj.io/tracking-id": "shop:/ServiceAccount:team/app"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestRolloutsThatWait: told with detail alone.
func TestRolloutsThatWait(t *testing.T) {
	yes, one := true, int32(1)
	for name, c := range map[string]struct {
		kind   string
		object marshaler
		want   string
	}{
		"a Deployment that is paused":          {snapshot.KindDeployment, &appsv1.Deployment{Spec: appsv1.DeploymentSpec{Paused: true}}, snapshot.RolloutPaused},
		"a StatefulSet that waits for deletes": {snapshot.KindStatefulSet, &appsv1.StatefulSet{Spec: appsv1.StatefulSetSpec{UpdateStrategy: appsv1.StatefulSetUpdateStrategy{Type: "OnDelete"}}}, snapshot.RolloutOnDelete},
		"a StatefulSet with a partition": {snapshot.KindStatefulSet, &appsv1.StatefulSet{Spec: appsv1.StatefulSetSpec{
			UpdateStrategy: appsv1.StatefulSetUpdateStrategy{Type: "RollingUpdate", RollingUpdate: &appsv1.RollingUpdateStatefulSetStrategy{Partition: &one}}}}, snapshot.RolloutPartition},
		"a DaemonSet that waits for deletes": {snapshot.KindDaemonSet, &appsv1.DaemonSet{Spec: appsv1.DaemonSetSpec{UpdateStrategy: appsv1.DaemonSetUpdateStrategy{Type: "OnDelete"}}}, snapshot.RolloutOnDelete},
		"a CronJob that is suspended":        {snapshot.KindCronJob, &batchv1.CronJob{Spec: batchv1.CronJobSpec{Suspend: &yes}}, snapshot.RolloutSuspended},
		"a Job that is suspended":            {snapshot.KindJob, &batchv1.Job{Spec: batchv1.JobSpec{Suspend: &yes}}, snapshot.RolloutSuspended},
		"a Job that is a copy":               {snapshot.KindJob, &batchv1.Job{ObjectMeta: metav1.ObjectMeta{OwnerReferences: controlledBy("batch/v1", "CronJob", "c")}, Spec: batchv1.JobSpec{Suspend: &yes}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDecoder(resourceOf(t, c.kind))
			if got := decodeWith(t, d, c.object).Workloads[0].Rollout; got != "" {
				t.Errorf("without detail: %q", got)
			}
			d.aws.Detail = true
			if got := decodeWith(t, d, c.object).Workloads[0].Rollout; got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
