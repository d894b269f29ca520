package kube

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilnet "k8s.io/apimachinery/pkg/util/net"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"

	"podpass/internal/lab/labtest"
	"podpass/internal/snapshot"
)

func TestMain(m *testing.M) { labtest.Main(m) }

// cluster is the lab's, with a client of an administrator.
type cluster struct {
	*kubernetes.Clientset
	config *rest.Config
	user   func(name string) *rest.Config
	quiet  func() // closes the connections of the client
}

func lab(t testing.TB) cluster {
	t.Helper()
	c := labtest.Cluster(t)
	http, err := rest.HTTPClientFor(c.Config())
	must(t, err)
	client, err := kubernetes.NewForConfigAndClient(c.Config(), http)
	must(t, err)
	user := func(name string) *rest.Config {
		config, err := c.UserConfig(name)
		must(t, err)
		return config
	}
	return cluster{client, c.Config(), user, func() { utilnet.CloseIdleConnectionsFor(http.Transport) }}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// made creates an object, which must not be there.
func made[T any](t testing.TB, create func(context.Context, T, metav1.CreateOptions) (T, error), object T) T {
	t.Helper()
	object, err := create(t.Context(), object, metav1.CreateOptions{})
	must(t, err)
	return object
}

func until(t testing.TB, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited a minute for %s", what)
		}
	}
}

// namespace makes a namespace and waits for its account default.
func (c cluster) namespace(t testing.TB, name string) {
	t.Helper()
	made(t, c.CoreV1().Namespaces().Create, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}})
	until(t, "the account default of "+name, func() bool {
		_, err := c.CoreV1().ServiceAccounts(name).Get(t.Context(), "default", metav1.GetOptions{})
		return err == nil
	})
}

func (c cluster) pods(t testing.TB, namespace string, count int) {
	t.Helper()
	for i := range count {
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("pod-%d", i)}, Spec: container()}
		made(t, c.CoreV1().Pods(namespace).Create, pod)
	}
}

func (c cluster) bindings(t testing.TB, namespace string, count int) {
	t.Helper()
	for i := range count {
		made(t, c.RbacV1().RoleBindings(namespace).Create, &rbacv1.RoleBinding{
			ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("binding-%d", i)},
			Subjects:   []rbacv1.Subject{{Kind: "ServiceAccount", Name: "default", Namespace: namespace}},
			RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "any"},
		})
	}
}

func container() corev1.PodSpec {
	return corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Image: "example.com/app"}}}
}

func template() corev1.PodTemplateSpec {
	t := corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": "x"}}, Spec: container()}
	t.Spec.ServiceAccountName = "app"
	return t
}

func selector() *metav1.LabelSelector {
	return &metav1.LabelSelector{MatchLabels: map[string]string{"app": "x"}}
}

// scan runs Collect and sees that it leaves nothing running.
func scan(t testing.TB, o Options, stops ...func()) (*snapshot.Snapshot, error) {
	t.Helper()
	o.backoff = 10 * time.Millisecond
	before := goleak.IgnoreCurrent()
	s, err := Collect(t.Context(), o)
	for _, stop := range stops {
		stop()
	}
	if leak := goleak.Find(before); leak != nil {
		t.Errorf("Collect left something running: %v", leak)
	}
	return s, err
}

func scanned(t testing.TB, o Options, stops ...func()) *snapshot.Snapshot {
	t.Helper()
	s, err := scan(t, o, stops...)
	must(t, err)
	return s
}

// workloads fills a namespace with one workload of each kind. Controllers make
// what hangs off them.
func (c cluster) workloads(t testing.TB, ns string) {
	t.Helper()
	made(t, c.CoreV1().ServiceAccounts(ns).Create, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "app"}})
	meta := metav1.ObjectMeta{Name: "w"}
	two, none := int32(2), int32(0)
	job := batchv1.JobSpec{Template: template()}
	job.Template.Spec.RestartPolicy = corev1.RestartPolicyNever
	made(t, c.AppsV1().Deployments(ns).Create, &appsv1.Deployment{ObjectMeta: meta, Spec: appsv1.DeploymentSpec{Replicas: &two, Selector: selector(), Template: template()}})
	made(t, c.AppsV1().ReplicaSets(ns).Create, &appsv1.ReplicaSet{ObjectMeta: metav1.ObjectMeta{Name: "bare"}, Spec: appsv1.ReplicaSetSpec{Replicas: &none, Selector: selector(), Template: template()}})
	made(t, c.AppsV1().StatefulSets(ns).Create, &appsv1.StatefulSet{ObjectMeta: meta, Spec: appsv1.StatefulSetSpec{Replicas: &none, Selector: selector(), Template: template()}})
	made(t, c.AppsV1().DaemonSets(ns).Create, &appsv1.DaemonSet{ObjectMeta: meta, Spec: appsv1.DaemonSetSpec{Selector: selector(), Template: template()}})
	made(t, c.BatchV1().Jobs(ns).Create, &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Name: "bare"}, Spec: job})
	made(t, c.BatchV1().CronJobs(ns).Create, &batchv1.CronJob{ObjectMeta: meta, Spec: batchv1.CronJobSpec{Schedule: "0 0 1 1 *", JobTemplate: batchv1.JobTemplateSpec{Spec: job}}})
	rc := template()
	made(t, c.CoreV1().ReplicationControllers(ns).Create, &corev1.ReplicationController{ObjectMeta: meta, Spec: corev1.ReplicationControllerSpec{Replicas: &none, Template: &rc}})
	until(t, "three pods in "+ns, func() bool { // two of the Deployment, one of the Job
		pods, err := c.CoreV1().Pods(ns).List(t.Context(), metav1.ListOptions{})
		return err == nil && len(pods.Items) == 3
	})
}

func TestWorkloadsAreReadWithWhatMakesThem(t *testing.T) {
	c := lab(t)
	c.namespace(t, "kinds")
	c.workloads(t, "kinds")
	s := scanned(t, Options{Config: c.config, PageSize: 3})
	app := &snapshot.PodSpec{Account: "app"}
	want := map[string]*snapshot.PodSpec{
		"Deployment w": app, "StatefulSet w": app, "DaemonSet w": app, "CronJob w": app, "ReplicationController w": app,
		"ReplicaSet bare": app, "Job bare": app, "ReplicaSet of Deployment w": nil,
	}
	got := map[string]*snapshot.PodSpec{}
	for _, w := range s.Workloads {
		switch {
		case w.Namespace != "kinds":
		case w.Owner != nil:
			got[w.Kind+" of "+w.Owner.Kind+" "+w.Owner.Name] = w.Template
		default:
			got[w.Kind+" "+w.Name] = w.Template
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, pod := range s.Pods {
		if pod.Namespace == "kinds" && (pod.Owner == nil || !pod.Spec.APIToken || pod.Spec.Account != "app") {
			t.Errorf("pod %s: owner %v, spec %+v; want an owner, the account app and its token", pod.Name, pod.Owner, pod.Spec)
		}
	}
}

func TestReplicaSetsWithoutOwnerKeepTheirTemplate(t *testing.T) {
	const many = 10
	c := lab(t)
	c.namespace(t, "bare")
	none := int32(0)
	for i := range many {
		made(t, c.AppsV1().ReplicaSets("bare").Create, &appsv1.ReplicaSet{
			ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("rs-%d", i)},
			Spec:       appsv1.ReplicaSetSpec{Replicas: &none, Selector: selector(), Template: template()},
		})
	}
	s := scanned(t, Options{Config: c.config, PageSize: 4, Namespaces: []string{"bare"}})
	if len(s.Workloads) != many {
		t.Fatalf("%d workloads, want %d", len(s.Workloads), many)
	}
	for _, w := range s.Workloads {
		if diff := cmp.Diff(&snapshot.PodSpec{Account: "app"}, w.Template); diff != "" {
			t.Errorf("%s: %s", w.Name, diff)
		}
	}
}

// The size of pages must not show: neither at their edges nor in the order.
func TestPagesMakeNoDifference(t *testing.T) {
	c := lab(t)
	c.namespace(t, "pages")
	c.pods(t, "pages", 7)
	c.bindings(t, "pages", 7)
	whole := scanned(t, Options{Config: c.config, Cluster: snapshot.Cluster{Name: "lab", Context: "ctx"}})
	if len(whole.Gaps) > 0 || len(whole.Pods) < 7 {
		t.Fatalf("gaps %v and %d pods, want none and at least 7", whole.Gaps, len(whole.Pods))
	}
	for _, size := range []int64{1, 3, 7} {
		paged := scanned(t, Options{Config: c.config, Cluster: snapshot.Cluster{Name: "lab", Context: "ctx"}, PageSize: size})
		if diff := cmp.Diff(whole, paged); diff != "" {
			t.Errorf("pages of %d: %s", size, diff)
		}
	}
	head := whole.Header
	system, err := c.CoreV1().Namespaces().Get(t.Context(), "kube-system", metav1.GetOptions{})
	must(t, err)
	want := snapshot.Header{
		APIVersion: snapshot.APIVersion, Kind: snapshot.Kind, Origin: snapshot.OriginCluster, Caller: "podpass-lab-admin",
		Cluster: snapshot.Cluster{Name: "lab", Context: "ctx", Version: head.Cluster.Version, UID: string(system.UID)},
	}
	if diff := cmp.Diff(want, head); diff != "" || !strings.HasPrefix(head.Cluster.Version, "v1.") {
		t.Errorf("version %q, header: %s", head.Cluster.Version, diff)
	}
}

// Every object that client-go lists is there, and nothing else.
func TestNothingIsLeftOut(t *testing.T) {
	c := lab(t)
	c.namespace(t, "all")
	c.workloads(t, "all")
	client, err := metadata.NewForConfig(c.config)
	must(t, err)
	var want []string
	for _, r := range resources(true) {
		switch r.kind {
		case snapshot.KindConfigMap, snapshot.KindRevision: // kept only for what is in them
			continue
		case snapshot.KindSecret:
			r.selector = "type=kubernetes.io/service-account-token"
		}
		list, err := client.Resource(schema.GroupVersionResource{Group: r.group, Version: "v1", Resource: r.name}).
			List(t.Context(), metav1.ListOptions{FieldSelector: r.selector})
		must(t, err)
		for _, o := range list.Items {
			want = append(want, fmt.Sprintf("%s %s/%s %s", r.kind, o.Namespace, o.Name, o.UID))
		}
	}
	got := names(scanned(t, Options{Config: c.config, PageSize: 2, ReadSecrets: true}))
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// names lists the objects of a snapshot.
func names(s *snapshot.Snapshot) []string {
	var list []string
	add := func(kind string, m snapshot.Meta) {
		list = append(list, fmt.Sprintf("%s %s/%s %s", kind, m.Namespace, m.Name, m.UID))
	}
	kind := func(kind string, m snapshot.Meta) string {
		if m.Namespace == "" {
			return "Cluster" + kind
		}
		return kind
	}
	for _, o := range s.Namespaces {
		add(snapshot.KindNamespace, o.Meta)
	}
	for _, o := range s.ServiceAccounts {
		add(snapshot.KindServiceAccount, o.Meta)
	}
	for _, o := range s.Roles {
		add(kind(snapshot.KindRole, o.Meta), o.Meta)
	}
	for _, o := range s.Bindings {
		add(kind(snapshot.KindRoleBinding, o.Meta), o.Meta)
	}
	for _, o := range s.Workloads {
		add(o.Kind, o.Meta)
	}
	for _, o := range s.Pods {
		add(snapshot.KindPod, o.Meta)
	}
	for _, o := range s.TokenSecrets {
		add(snapshot.KindSecret, o.Meta)
	}
	slices.Sort(list)
	return list
}
