package kube

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podpass/internal/collect"
	"podpass/internal/snapshot"
)

func TestPod(t *testing.T) {
	no := false
	now := metav1.Now()
	tests := map[string]struct {
		pod  corev1.Pod
		want snapshot.Pod
	}{
		"a pod as served names its account in both fields": {
			corev1.Pod{
				ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "web-1", UID: "uid-1", OwnerReferences: controlledBy("apps/v1", "ReplicaSet", "web")},
				Spec:       corev1.PodSpec{ServiceAccountName: "web", DeprecatedServiceAccount: "web", AutomountServiceAccountToken: &no},
				Status:     corev1.PodStatus{Phase: corev1.PodRunning},
			},
			snapshot.Pod{
				Meta: snapshot.Meta{Namespace: "team", Name: "web-1", UID: "uid-1", Live: true, Owner: &snapshot.Owner{Group: "apps", Kind: "ReplicaSet", Name: "web"}},
				Spec: snapshot.PodSpec{Account: "web", Automount: snapshot.False},
			},
		},
		"a legacy account alone is told as such": {
			corev1.Pod{Spec: corev1.PodSpec{DeprecatedServiceAccount: "old"}},
			snapshot.Pod{Meta: snapshot.Meta{Live: true}, Spec: snapshot.PodSpec{Account: "old", Legacy: true}},
		},
		"a pod that has failed is finished, also while it is deleted": {
			corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "a", DeletionTimestamp: &now}, Status: corev1.PodStatus{Phase: corev1.PodFailed}},
			snapshot.Pod{Meta: snapshot.Meta{Name: "a", Live: true, Deleting: true}, Finished: true},
		},
		"a pod that has succeeded is finished": {
			corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "a"}, Status: corev1.PodStatus{Phase: corev1.PodSucceeded}},
			snapshot.Pod{Meta: snapshot.Meta{Name: "a", Live: true}, Finished: true},
		},
		"a mirror pod is told by its annotation": {
			corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "a", Annotations: map[string]string{"kubernetes.io/config.mirror": "x"}}},
			snapshot.Pod{Meta: snapshot.Meta{Name: "a", Live: true}, Mirror: true},
		},
		"a mirror pod is told by the node that owns it": {
			corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "a", OwnerReferences: controlledBy("v1", "Node", "n")}},
			snapshot.Pod{Meta: snapshot.Meta{Name: "a", Live: true, Owner: &snapshot.Owner{Kind: "Node", Name: "n"}}, Mirror: true},
		},
		"a Node of another group makes no mirror pod": {
			corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "a", OwnerReferences: controlledBy("example.com/v1", "Node", "n")}},
			snapshot.Pod{Meta: snapshot.Meta{Name: "a", Live: true, Owner: &snapshot.Owner{Group: "example.com", Kind: "Node", Name: "n"}}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := decode(t, snapshot.KindPod, &test.pod)
			if diff := cmp.Diff([]snapshot.Pod{test.want}, got.Pods); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTokens(t *testing.T) {
	token := func(audience string) []corev1.Volume {
		return []corev1.Volume{{Name: "t", VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{Sources: []corev1.VolumeProjection{
			{ConfigMap: &corev1.ConfigMapProjection{}},
			{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{Audience: audience, Path: "token"}},
		}}}}}
	}
	secret := []corev1.Volume{{Name: "t", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "s"}}}}
	usual := []corev1.Container{{VolumeMounts: []corev1.VolumeMount{{Name: "t", MountPath: collect.TokenPath}}}}
	elsewhere := []corev1.Container{{VolumeMounts: []corev1.VolumeMount{{Name: "t", MountPath: "/token"}}}}
	plain := []corev1.Container{{Name: "c"}}
	ephemeral := []corev1.EphemeralContainer{{EphemeralContainerCommon: corev1.EphemeralContainerCommon(elsewhere[0])}}
	aws := token("sts.amazonaws.com")
	added := token("")
	added[0].Name = "kube-api-access-x7k2p"
	addedAt := []corev1.Container{{VolumeMounts: []corev1.VolumeMount{{Name: added[0].Name, MountPath: collect.TokenPath}}}}
	tests := map[string]struct {
		spec corev1.PodSpec
		want snapshot.PodSpec
	}{
		"a token without audience is for the API server":               {corev1.PodSpec{Volumes: token(""), Containers: usual}, snapshot.PodSpec{APIToken: true, Explicit: true}},
		"one for the API server's audience is, wherever it is mounted": {corev1.PodSpec{Volumes: token(collect.APIAudience), Containers: elsewhere}, snapshot.PodSpec{APIToken: true, Explicit: true}},
		"a token for AWS is none":                                      {corev1.PodSpec{Volumes: aws, Containers: elsewhere}, snapshot.PodSpec{}},
		"a token for AWS at the usual path masks it":                   {corev1.PodSpec{Volumes: aws, Containers: usual}, snapshot.PodSpec{Masked: true}},
		"an init container without the mask gets a token":              {corev1.PodSpec{Volumes: aws, Containers: usual, InitContainers: plain}, snapshot.PodSpec{}},
		"an init container can hold the token":                         {corev1.PodSpec{Volumes: token(""), Containers: plain, InitContainers: usual}, snapshot.PodSpec{APIToken: true, Explicit: true}},
		"an ephemeral container can hold the token":                    {corev1.PodSpec{Volumes: token(""), Containers: plain, EphemeralContainers: ephemeral}, snapshot.PodSpec{APIToken: true, Explicit: true}},
		"a volume that no container mounts counts for nothing":         {corev1.PodSpec{Volumes: token(""), Containers: plain}, snapshot.PodSpec{}},
		"a volume that the API server added is not the pod's own":      {corev1.PodSpec{Volumes: added, Containers: addedAt}, snapshot.PodSpec{APIToken: true}},
		"a Secret at the usual path is a token":                        {corev1.PodSpec{Volumes: secret, Containers: usual}, snapshot.PodSpec{APIToken: true}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := decode(t, snapshot.KindPod, &corev1.Pod{Spec: test.spec})
			if diff := cmp.Diff(test.want, got.Pods[0].Spec, cmpopts.IgnoreFields(snapshot.PodSpec{}, "AWS")); diff != "" {
				t.Error(diff)
			}
		})
	}
}
