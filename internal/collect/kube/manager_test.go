package kube

import (
	"bytes"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	appsapply "k8s.io/client-go/applyconfigurations/apps/v1"
	coreapply "k8s.io/client-go/applyconfigurations/core/v1"
	metaapply "k8s.io/client-go/applyconfigurations/meta/v1"

	"podpass/internal/snapshot"
)

// Who applies an object is read off the field managers that the API server
// keeps, and who only writes its status is not.
func TestManagersAreToldByServerSideApply(t *testing.T) {
	c := lab(t)
	c.namespace(t, "managed")
	accounts := c.CoreV1().ServiceAccounts("managed")
	for name, manager := range map[string]string{"by-eks": "eks", "by-helm": "helm", "by-argocd": "argocd-controller", "by-hand": "kubectl"} {
		_, err := accounts.Apply(t.Context(), coreapply.ServiceAccount(name, "managed").WithAutomountServiceAccountToken(false), metav1.ApplyOptions{FieldManager: manager})
		must(t, err)
	}
	patch := []byte(`{"metadata":{"annotations":{"meta.helm.sh/release-name":"shop","meta.helm.sh/release-namespace":"managed"}}}`)
	_, err := accounts.Patch(t.Context(), "by-hand", types.MergePatchType, patch, metav1.PatchOptions{FieldManager: "kubectl-edit"})
	must(t, err)
	deployment := appsapply.Deployment("w", "managed")
	deployment.Spec = appsapply.DeploymentSpec().WithReplicas(0).
		WithSelector(metaapply.LabelSelector().WithMatchLabels(map[string]string{"app": "x"})).
		WithTemplate(coreapply.PodTemplateSpec().WithLabels(map[string]string{"app": "x"}).
			WithSpec(coreapply.PodSpec().WithContainers(coreapply.Container().WithName("c").WithImage("example.com/app"))))
	_, err = c.AppsV1().Deployments("managed").Apply(t.Context(), deployment, metav1.ApplyOptions{FieldManager: "kubectl"})
	must(t, err)
	status := appsapply.Deployment("w", "managed").WithStatus(appsapply.DeploymentStatus().WithCollisionCount(1))
	_, err = c.AppsV1().Deployments("managed").ApplyStatus(t.Context(), status, metav1.ApplyOptions{FieldManager: "eks", Force: true})
	must(t, err)

	s := scanned(t, Options{Config: c.config, Namespaces: []string{"managed"}})
	got := map[string]*snapshot.Manager{}
	for _, sa := range s.ServiceAccounts {
		got[sa.Name] = sa.Manager
	}
	for _, w := range s.Workloads {
		if w.Kind == snapshot.KindDeployment {
			got[w.Kind] = w.Manager
		}
	}
	want := map[string]*snapshot.Manager{
		"by-eks":     {By: snapshot.ByEKSAddon, Source: "EKS add-on"},
		"by-helm":    {By: snapshot.ByHelm},
		"by-argocd":  {By: snapshot.ByArgoCD},
		"by-hand":    {By: snapshot.ByHelm, Source: "Helm release shop in namespace managed"},
		"default":    nil, // it is made without any field that somebody could own
		"Deployment": nil,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Of a token Secret its account is kept; without the option, no Secret is
// asked for.
func TestSecretsAreReadOnlyIfAskedFor(t *testing.T) {
	c := lab(t)
	c.namespace(t, "tokens")
	made(t, c.CoreV1().Secrets("tokens").Create, &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: "token", Annotations: map[string]string{corev1.ServiceAccountNameKey: "default", "other": "s3cret"}},
		Type:       corev1.SecretTypeServiceAccountToken,
	})
	made(t, c.CoreV1().Secrets("tokens").Create, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "other"}, StringData: map[string]string{"key": "s3cret"}})
	p := &proxy{}
	s := scanned(t, Options{Config: p.start(t, c), Namespaces: []string{"tokens"}, ReadSecrets: true}, p.stop)
	want := []snapshot.TokenSecret{{Meta: snapshot.Meta{Namespace: "tokens", Name: "token", Live: true}, Account: "default"}}
	if len(s.TokenSecrets) == 1 {
		want[0].UID = s.TokenSecrets[0].UID
	}
	if diff := cmp.Diff(want, s.TokenSecrets); diff != "" || !s.SecretsRead {
		t.Errorf("read: %v, %s", s.SecretsRead, diff)
	}
	if diff := cmp.Diff([]string{"limit=50"}, p.requests("secrets")); diff != "" {
		t.Error(diff)
	}

	without := &proxy{}
	if s := scanned(t, Options{Config: without.start(t, c)}, without.stop); s.SecretsRead || len(s.TokenSecrets) > 0 || len(without.requests("secrets")) > 0 {
		t.Errorf("Secrets were asked for %d times without the option", len(without.requests("secrets")))
	}
}

// TestKeysOfARealCluster: in what was applied, in what a controller made of it
// before it was mended, and in what an object's last-applied annotation keeps.
func TestKeysOfARealCluster(t *testing.T) {
	c := lab(t)
	c.namespace(t, "keys")
	m := &maker{Rand: rand.New(rand.NewPCG(5, 6))}
	with := func() corev1.PodTemplateSpec { // a template with a key
		id, secret := m.key()
		p := template()
		p.Spec.Containers[0].Env = []corev1.EnvVar{{Name: "AWS_ACCESS_KEY_ID", Value: id}, {Name: "AWS_SECRET_ACCESS_KEY", Value: secret}}
		return p
	}
	none, meta := int32(0), metav1.ObjectMeta{Name: "w"}
	made(t, c.AppsV1().Deployments("keys").Create, &appsv1.Deployment{ObjectMeta: meta, Spec: appsv1.DeploymentSpec{Replicas: &none, Selector: selector(), Template: with()}})
	made(t, c.AppsV1().StatefulSets("keys").Create, &appsv1.StatefulSet{ObjectMeta: meta, Spec: appsv1.StatefulSetSpec{Replicas: &none, Selector: selector(), Template: with()}})
	made(t, c.CoreV1().Secrets("keys").Create, &corev1.Secret{ObjectMeta: meta, StringData: map[string]string{"credentials": m.ini()}})
	made(t, c.CoreV1().ConfigMaps("keys").Create, &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: "w", Annotations: map[string]string{corev1.LastAppliedConfigAnnotation: `{"data":{"ini":` + strconv.Quote(m.ini()) + `}}`}},
		Data:       map[string]string{"ini": "mended"},
	})
	until(t, "the copies", func() bool {
		sets, err := c.AppsV1().ReplicaSets("keys").List(t.Context(), metav1.ListOptions{})
		revisions, failed := c.AppsV1().ControllerRevisions("keys").List(t.Context(), metav1.ListOptions{})
		return err == nil && failed == nil && len(sets.Items) == 1 && len(revisions.Items) == 1
	})
	s := scanned(t, Options{Config: c.config, Namespaces: []string{"keys"}, ReadSecrets: true})
	got := map[string]string{}
	see := func(kind string, meta *snapshot.Meta) {
		for _, k := range meta.Keys {
			got[kind] += k.ID
		}
	}
	for i := range s.Workloads {
		see(s.Workloads[i].Kind, &s.Workloads[i].Meta)
	}
	for i := range s.Holders {
		see(s.Holders[i].Kind, &s.Holders[i].Meta)
	}
	want := map[string]string{
		"Deployment": m.ids[0], "ReplicaSet": m.ids[0], "StatefulSet": m.ids[1], "ControllerRevision": m.ids[1], "Secret": m.ids[2], "ConfigMap": m.ids[3],
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestABufferIsWiped(t *testing.T) {
	buf := bytes.NewBuffer(make([]byte, 0, 64))
	buf.WriteString("s3cret")
	held := buf.Bytes()
	buf.Reset()
	buf.WriteString("a")
	if wipe(buf); !bytes.Equal(held, make([]byte, len(held))) {
		t.Errorf("it still holds %q", held)
	}
}
