package kube

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podpass/internal/snapshot"
)

// decode reads one whole object of a kind.
func decode(t *testing.T, kind string, object marshaler) *snapshot.Snapshot {
	t.Helper()
	return decodeWith(t, newDecoder(resourceOf(t, kind)), object)
}

func decodeWith(t *testing.T, d *decoder, object marshaler) *snapshot.Snapshot {
	t.Helper()
	raw, err := object.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	var s snapshot.Snapshot
	d.resource.add(d, raw, &s)
	if d.err != nil {
		t.Fatal(d.err)
	}
	return &s
}

func resourceOf(t testing.TB, kind string) *resource {
	t.Helper()
	for _, r := range resources(true) {
		if r.kind == kind {
			return r
		}
	}
	t.Fatalf("no resource of kind %s", kind)
	return nil
}

func controlledBy(version, kind, name string) []metav1.OwnerReference {
	yes, no := true, false
	return []metav1.OwnerReference{
		{APIVersion: "example.com/v1", Kind: "Watcher", Name: "other", Controller: &no},
		{APIVersion: version, Kind: kind, Name: name, UID: "u", Controller: &yes},
	}
}

func TestTemplates(t *testing.T) {
	yes := true
	template := corev1.PodTemplateSpec{Spec: corev1.PodSpec{ServiceAccountName: "app", AutomountServiceAccountToken: &yes}}
	done := []batchv1.JobCondition{{Type: "SuccessCriteriaMet", Status: "True"}, {Type: "Failed", Status: "False"}, {Type: "Complete", Status: "True"}}
	open := []batchv1.JobCondition{{Type: "Suspended", Status: "True"}, {Type: "Failed", Status: "False"}, {Type: "Complete", Status: "Unknown"}}
	tests := map[string]struct {
		kind     string
		object   marshaler
		finished bool
	}{
		"a Deployment":                  {snapshot.KindDeployment, &appsv1.Deployment{Spec: appsv1.DeploymentSpec{Template: template}}, false},
		"a ReplicaSet":                  {snapshot.KindReplicaSet, &appsv1.ReplicaSet{Spec: appsv1.ReplicaSetSpec{Template: template}}, false},
		"a StatefulSet":                 {snapshot.KindStatefulSet, &appsv1.StatefulSet{Spec: appsv1.StatefulSetSpec{Template: template}}, false},
		"a DaemonSet":                   {snapshot.KindDaemonSet, &appsv1.DaemonSet{Spec: appsv1.DaemonSetSpec{Template: template}}, false},
		"a ReplicationController":       {snapshot.KindRC, &corev1.ReplicationController{Spec: corev1.ReplicationControllerSpec{Template: &template}}, false},
		"a Job that is complete":        {snapshot.KindJob, &batchv1.Job{Spec: batchv1.JobSpec{Template: template}, Status: batchv1.JobStatus{Conditions: done}}, true},
		"a Job that is not":             {snapshot.KindJob, &batchv1.Job{Spec: batchv1.JobSpec{Template: template}, Status: batchv1.JobStatus{Conditions: open}}, false},
		"a CronJob, by that of its Job": {snapshot.KindCronJob, &batchv1.CronJob{Spec: batchv1.CronJobSpec{JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{Template: template}}}}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := decode(t, test.kind, test.object)
			want := snapshot.Workload{
				Meta: snapshot.Meta{Live: true}, Group: resourceOf(t, test.kind).group, Kind: test.kind,
				Template: &snapshot.PodSpec{Account: "app", Automount: snapshot.True}, Finished: test.finished,
			}
			if diff := cmp.Diff([]snapshot.Workload{want}, got.Workloads); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAnOwnedReplicaSetKeepsNoTemplate(t *testing.T) {
	rs := &appsv1.ReplicaSet{
		ObjectMeta: metav1.ObjectMeta{OwnerReferences: controlledBy("argoproj.io/v1alpha1", "Rollout", "r")},
		Spec:       appsv1.ReplicaSetSpec{Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{ServiceAccountName: "app"}}},
	}
	want := []snapshot.Workload{{
		Meta:  snapshot.Meta{Live: true, Owner: &snapshot.Owner{Group: "argoproj.io", Kind: "Rollout", Name: "r"}},
		Group: "apps", Kind: snapshot.KindReplicaSet,
	}}
	if diff := cmp.Diff(want, decode(t, snapshot.KindReplicaSet, rs).Workloads); diff != "" {
		t.Error(diff)
	}
}

func TestAccount(t *testing.T) {
	no := false
	sa := &corev1.ServiceAccount{
		ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "app", Annotations: map[string]string{
			"eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/app", "other": "x",
		}},
		Secrets:                      []corev1.ObjectReference{{Name: "app-token"}},
		ImagePullSecrets:             []corev1.LocalObjectReference{{Name: "pull"}, {Name: "more"}},
		AutomountServiceAccountToken: &no,
	}
	want := []snapshot.ServiceAccount{{
		Meta: snapshot.Meta{Namespace: "team", Name: "app", Live: true}, Automount: snapshot.False,
		ImagePullSecrets: []string{"pull", "more"}, RoleARN: "arn:aws:iam::111122223333:role/app",
	}}
	if diff := cmp.Diff(want, decode(t, snapshot.KindServiceAccount, sa).ServiceAccounts); diff != "" {
		t.Error(diff)
	}
}

func TestRoles(t *testing.T) {
	role := &rbacv1.ClusterRole{
		ObjectMeta: metav1.ObjectMeta{Name: "all", Labels: map[string]string{"any": "label"}},
		Rules: []rbacv1.PolicyRule{
			{Verbs: []string{"get", "list"}, APIGroups: []string{"", "apps"}, Resources: []string{"pods", "pods/exec"}, ResourceNames: []string{"one"}},
			{Verbs: []string{"get"}, NonResourceURLs: []string{"/metrics"}},
		},
		AggregationRule: &rbacv1.AggregationRule{ClusterRoleSelectors: []metav1.LabelSelector{{
			MatchLabels:      map[string]string{"to": "all"},
			MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "k", Operator: metav1.LabelSelectorOpIn, Values: []string{"a", "b"}}},
		}}},
	}
	want := []snapshot.Role{{
		Meta: snapshot.Meta{Name: "all", Live: true}, Labels: map[string]string{"any": "label"},
		Rules: []snapshot.Rule{
			{Verbs: []string{"get", "list"}, APIGroups: []string{"", "apps"}, Resources: []string{"pods", "pods/exec"}, ResourceNames: []string{"one"}},
			{Verbs: []string{"get"}, NonResourceURLs: []string{"/metrics"}},
		},
		Aggregate: []snapshot.Selector{{
			MatchLabels:      map[string]string{"to": "all"},
			MatchExpressions: []snapshot.Expression{{Key: "k", Operator: "In", Values: []string{"a", "b"}}},
		}},
	}}
	if diff := cmp.Diff(want, decode(t, snapshot.KindClusterRole, role).Roles); diff != "" {
		t.Error(diff)
	}
}

func TestBindings(t *testing.T) {
	binding := &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "b"},
		Subjects: []rbacv1.Subject{
			{Kind: "Group", APIGroup: rbacv1.GroupName, Name: "x"},
			{Kind: "ServiceAccount", Name: "default", Namespace: "other"},
		},
		RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "all"},
	}
	want := []snapshot.Binding{{
		Meta: snapshot.Meta{Namespace: "team", Name: "b", Live: true},
		Role: snapshot.RoleRef{Group: rbacv1.GroupName, Kind: "ClusterRole", Name: "all"},
		Subjects: []snapshot.Subject{
			{Kind: "Group", Group: rbacv1.GroupName, Name: "x"},
			{Kind: "ServiceAccount", Name: "default", Namespace: "other"},
		},
	}}
	if diff := cmp.Diff(want, decode(t, snapshot.KindRoleBinding, binding).Bindings); diff != "" {
		t.Error(diff)
	}
}

func TestManager(t *testing.T) {
	tests := map[string]struct {
		meta metav1.ObjectMeta
		want *snapshot.Manager
	}{
		"a field manager tells": {
			metav1.ObjectMeta{ManagedFields: []metav1.ManagedFieldsEntry{{Manager: "kubectl"}, {Manager: "eks", Operation: "Apply"}}},
			&snapshot.Manager{By: snapshot.ByEKSAddon, Source: "EKS add-on"},
		},
		"one of the status alone does not": {
			metav1.ObjectMeta{ManagedFields: []metav1.ManagedFieldsEntry{{Manager: "eks", Subresource: "status"}}}, nil,
		},
		"one of another subresource does": {
			metav1.ObjectMeta{ManagedFields: []metav1.ManagedFieldsEntry{{Manager: "helm", Subresource: "scale"}}}, &snapshot.Manager{By: snapshot.ByHelm},
		},
		"an annotation tells": {
			metav1.ObjectMeta{Annotations: map[string]string{"argocd.argoproj.io/tracking-id": "shop:apps/Deployment:team/web"}},
			&snapshot.Manager{By: snapshot.ByArgoCD, Source: "Argo CD application shop"},
		},
		"labels tell": {
			metav1.ObjectMeta{Labels: map[string]string{"kustomize.toolkit.fluxcd.io/name": "shop", "kustomize.toolkit.fluxcd.io/namespace": "flux"}},
			&snapshot.Manager{By: snapshot.ByFlux, Source: "Flux Kustomization flux/shop"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := decode(t, snapshot.KindDeployment, &appsv1.Deployment{ObjectMeta: test.meta})
			if diff := cmp.Diff(test.want, got.Workloads[0].Manager); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// An object must not inherit what its neighbour in the list has.
func TestNeighboursShareNothing(t *testing.T) {
	var s snapshot.Snapshot
	d := newDecoder(resourceOf(t, snapshot.KindServiceAccount))
	for _, meta := range []metav1.ObjectMeta{
		{
			Name: "a", OwnerReferences: controlledBy("v1", "Thing", "t"), Labels: map[string]string{"argocd.argoproj.io/instance": "x"},
			Annotations: map[string]string{annotationRoleARN: "arn"}, ManagedFields: []metav1.ManagedFieldsEntry{{Manager: "eks"}},
		},
		{Name: "b"},
	} {
		raw, err := (&corev1.ServiceAccount{ObjectMeta: meta}).Marshal()
		if err != nil {
			t.Fatal(err)
		}
		d.resource.add(d, raw, &s)
	}
	want := []snapshot.ServiceAccount{
		{
			Meta:    snapshot.Meta{Name: "a", Live: true, Owner: &snapshot.Owner{Kind: "Thing", Name: "t"}, Manager: &snapshot.Manager{By: snapshot.ByEKSAddon, Source: "EKS add-on"}},
			RoleARN: "arn",
		},
		{Meta: snapshot.Meta{Name: "b", Live: true}},
	}
	if diff := cmp.Diff(want, s.ServiceAccounts); diff != "" {
		t.Error(diff)
	}
}
