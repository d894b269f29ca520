//go:build bench && linux

package kube

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	quantity "k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	k8sruntime "k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	controlplane "podpass/internal/lab"
	"podpass/internal/lab/labtest"
	"podpass/internal/snapshot"
)

// What the cluster of the benchmark holds.
const (
	benchNamespaces = 1000
	benchEach       = 10 // accounts, pods, and ReplicaSets that own them, a namespace
	benchBindings   = 3  // a namespace, and one for the cluster in every second
	benchWorkers    = 64
	benchRuns       = 7
)

// measure is what a run in a process of its own took.
type measure struct {
	Program string
	Seconds float64
	PeakMiB float64 // resident memory
	Objects int
}

// The program "audit" is the command itself, whole: its child starts it.
const audit = "audit"

// Programs that a child process can be, by BENCH_PROGRAM.
func programs() map[string]func(context.Context, *rest.Config) (int, error) {
	return map[string]func(context.Context, *rest.Config) (int, error){"bare": bare, "collect": collectAll}
}

// BenchmarkAgainstBareLists compares Collect to a program that lists
// namespaces, accounts, pods and the four RBAC kinds one after the other, in
// protobuf pages of 500, and keeps nothing. Both run in processes of their own,
// by turns, against the same API server; the medians are compared. For
// information the whole command runs beside them, podpass audit --format json,
// which also starts, judges and writes its report.
func BenchmarkAgainstBareLists(b *testing.B) {
	kubeconfig := loadedCluster(b)
	b.Setenv("BENCH_PODPASS", command(b))
	runs := map[string][]measure{}
	for range benchRuns {
		for _, name := range []string{"bare", "collect", audit} {
			runs[name] = append(runs[name], child(b, name, kubeconfig))
		}
	}
	median := func(name string, of func(measure) float64) float64 {
		var list []float64
		for _, m := range runs[name] {
			list = append(list, of(m))
		}
		slices.Sort(list)
		b.Logf("%-8s %v, %d objects", name, list, runs[name][0].Objects)
		return list[len(list)/2]
	}
	b.ReportMetric(0, "ns/op")
	for _, name := range []string{"collect", audit} {
		ratio := func(of func(measure) float64) float64 { return median(name, of) / median("bare", of) }
		seconds := ratio(func(m measure) float64 { return m.Seconds })
		memory := ratio(func(m measure) float64 { return m.PeakMiB })
		b.ReportMetric(seconds, name+"-time/bare")
		b.ReportMetric(memory, name+"-peak/bare")
		if name != audit && (seconds > 1 || memory > 1.3) {
			b.Errorf("%s: %.2f of the time and %.2f of the peak memory of bare lists, want 1 and 1.3 at most", name, seconds, memory)
		}
	}
}

// command builds podpass.
func command(b *testing.B) string {
	b.Helper()
	file := filepath.Join(b.TempDir(), "podpass")
	out, err := exec.CommandContext(b.Context(), "go", "build", "-o", file, "podpass/cmd/podpass").CombinedOutput()
	if err != nil {
		b.Fatalf("build podpass: %v\n%s", err, out)
	}
	return file
}

// runAudit runs the command from a process that is small, since the kernel
// counts the memory of the parent at the start of a child as the child's.
func runAudit(t *testing.T) measure {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Getenv("BENCH_PODPASS"), "audit", "--format", "json")
	start := time.Now()
	err := command.Run() // exit code 3: there are findings
	seconds := time.Since(start).Seconds()
	if code := command.ProcessState.ExitCode(); code != 3 {
		t.Fatalf("exit code %d: %v", code, err)
	}
	return measure{audit, seconds, float64(command.ProcessState.SysUsage().(*syscall.Rusage).Maxrss) / 1024, 0}
}

// BenchmarkDecode compares reading a page of pods here and into corev1.PodList.
func BenchmarkDecode(b *testing.B) {
	list := &corev1.PodList{}
	for i := range 500 {
		pod := benchPod(fmt.Sprintf("team-%d", i/10), i)
		pod.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "kube-controller-manager", FieldsV1: metav1.NewFieldsV1(strings.Repeat(`{"f:metadata":{}}`, 60))}}
		list.Items = append(list.Items, *pod)
	}
	body := protobuf(b, "PodList", list)
	for name, detail := range map[string]bool{"lean": false, "detailed": true} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			d := newDecoder(resourceOf(b, snapshot.KindPod))
			d.aws.Detail = detail
			var p page
			for b.Loop() {
				must(b, p.read(d, answer{"", body}, false))
			}
		})
	}
	b.Run("typed", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var envelope k8sruntime.Unknown
			must(b, envelope.Unmarshal(body[len(magic):]))
			must(b, new(corev1.PodList).Unmarshal(envelope.Raw))
		}
	})
}

// TestBenchChild is the program of a child process.
func TestBenchChild(t *testing.T) {
	if os.Getenv("BENCH_PROGRAM") == audit {
		must(t, json.NewEncoder(os.Stderr).Encode(runAudit(t)))
		return
	}
	program := programs()[os.Getenv("BENCH_PROGRAM")]
	if program == nil {
		t.Skip("it is started by BenchmarkAgainstBareLists")
	}
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	must(t, err)
	config.QPS = -1
	start := time.Now()
	objects, err := program(t.Context(), config)
	must(t, err)
	m := measure{os.Getenv("BENCH_PROGRAM"), time.Since(start).Seconds(), peak(t), objects}
	must(t, json.NewEncoder(os.Stderr).Encode(m))
}

// peak is that of this process alone: the figure that the kernel gives a parent
// includes the parent's own.
func peak(t *testing.T) float64 {
	status, err := os.ReadFile("/proc/self/status")
	must(t, err)
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kib float64
	_, err = fmt.Sscan(rest, &kib)
	must(t, err)
	return kib / 1024
}

func child(b *testing.B, program, kubeconfig string) measure {
	b.Helper()
	command := exec.CommandContext(b.Context(), os.Args[0], "-test.run=^TestBenchChild$")
	command.Env = append(os.Environ(), "BENCH_PROGRAM="+program, "KUBECONFIG="+kubeconfig)
	var out strings.Builder
	command.Stderr = &out
	must(b, command.Run())
	var m measure
	must(b, json.Unmarshal([]byte(out.String()), &m))
	return m
}

func collectAll(ctx context.Context, config *rest.Config) (int, error) {
	s, err := Collect(ctx, Options{Config: config})
	if err != nil {
		return 0, err
	}
	if len(s.Gaps) > 0 {
		return 0, fmt.Errorf("gaps: %v", s.Gaps)
	}
	return len(s.Namespaces) + len(s.ServiceAccounts) + len(s.Roles) + len(s.Bindings) + len(s.Workloads) + len(s.Pods), nil
}

func bare(ctx context.Context, config *rest.Config) (int, error) {
	config.ContentType, config.AcceptContentTypes = k8sruntime.ContentTypeProtobuf, k8sruntime.ContentTypeProtobuf
	c, err := kubernetes.NewForConfig(config)
	if err != nil {
		return 0, err
	}
	objects := 0
	for _, list := range []func(context.Context, metav1.ListOptions) (string, int, error){
		pages(c.CoreV1().Namespaces().List, func(l *corev1.NamespaceList) int { return len(l.Items) }),
		pages(c.CoreV1().ServiceAccounts("").List, func(l *corev1.ServiceAccountList) int { return len(l.Items) }),
		pages(c.CoreV1().Pods("").List, func(l *corev1.PodList) int { return len(l.Items) }),
		pages(c.RbacV1().Roles("").List, func(l *rbacv1.RoleList) int { return len(l.Items) }),
		pages(c.RbacV1().ClusterRoles().List, func(l *rbacv1.ClusterRoleList) int { return len(l.Items) }),
		pages(c.RbacV1().RoleBindings("").List, func(l *rbacv1.RoleBindingList) int { return len(l.Items) }),
		pages(c.RbacV1().ClusterRoleBindings().List, func(l *rbacv1.ClusterRoleBindingList) int { return len(l.Items) }),
	} {
		for resume := ""; ; {
			next, n, err := list(ctx, metav1.ListOptions{Limit: 500, Continue: resume})
			if err != nil {
				return 0, err
			}
			objects += n
			if resume = next; resume == "" {
				break
			}
		}
	}
	return objects, nil
}

func pages[L metav1.ListInterface](list func(context.Context, metav1.ListOptions) (L, error), count func(L) int) func(context.Context, metav1.ListOptions) (string, int, error) {
	return func(ctx context.Context, o metav1.ListOptions) (string, int, error) {
		l, err := list(ctx, o)
		if err != nil {
			return "", 0, err
		}
		return l.GetContinue(), count(l), nil
	}
}

// loadedCluster starts a cluster and fills it, and gives its kubeconfig. It has
// no controllers: they would remove what has no owner.
func loadedCluster(b *testing.B) string {
	labtest.Require(b)
	cluster, err := controlplane.Start(b.Context(), controlplane.Options{Controllers: []string{}})
	must(b, err)
	b.Cleanup(func() { must(b, cluster.Stop()) })
	config := cluster.Config()
	config.ContentType, config.WarningHandler = k8sruntime.ContentTypeProtobuf, rest.NoWarnings{}
	client, err := kubernetes.NewForConfig(config)
	must(b, err)
	start := time.Now()
	l := loader{b.Context(), client}
	// In waves, as each needs the last one to be seen by the API server's caches.
	for _, wave := range []func(ns string, i int) error{l.namespace, l.accounts, l.workloads, l.rbac} {
		group := errgroup.Group{}
		group.SetLimit(benchWorkers)
		for i := range benchNamespaces {
			group.Go(func() error { return wave(fmt.Sprintf("team-%04d", i), i) })
		}
		must(b, group.Wait())
	}
	for _, ns := range []string{"default", "kube-system", "kube-public", "kube-node-lease"} {
		must(b, l.account(ns, "default"))
	}
	b.Logf("loaded in %v", time.Since(start).Round(time.Second))
	return cluster.Kubeconfig()
}

type loader struct {
	ctx context.Context
	*kubernetes.Clientset
}

func (l loader) namespace(ns string, _ int) error {
	return create(l.ctx, l.CoreV1().Namespaces().Create, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: ns}})
}

func (l loader) account(ns, name string) error {
	return create(l.ctx, l.CoreV1().ServiceAccounts(ns).Create, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: name}})
}

func (l loader) accounts(ns string, _ int) error {
	for i := range benchEach {
		if err := l.account(ns, benchAccount(i)); err != nil {
			return err
		}
	}
	return nil
}

func (l loader) workloads(ns string, _ int) error {
	for i := range benchEach {
		if err := create(l.ctx, l.AppsV1().ReplicaSets(ns).Create, benchReplicaSet(i)); err != nil {
			return err
		}
		if err := create(l.ctx, l.CoreV1().Pods(ns).Create, benchPod(ns, i)); err != nil {
			return err
		}
	}
	return nil
}

// rbac makes a role and its bindings, and in every second namespace one for
// the cluster.
func (l loader) rbac(ns string, i int) error {
	role := &rbacv1.Role{
		ObjectMeta: metav1.ObjectMeta{Name: "reader"},
		Rules:      []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"configmaps"}, Verbs: []string{"get", "list"}}},
	}
	if err := create(l.ctx, l.RbacV1().Roles(ns).Create, role); err != nil {
		return err
	}
	subject := func(i int) []rbacv1.Subject {
		return []rbacv1.Subject{{Kind: "ServiceAccount", Name: benchAccount(i), Namespace: ns}}
	}
	for i := range benchBindings {
		binding := &rbacv1.RoleBinding{
			ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("reader-%d", i)}, Subjects: subject(i),
			RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "reader"},
		}
		if err := create(l.ctx, l.RbacV1().RoleBindings(ns).Create, binding); err != nil {
			return err
		}
	}
	if i%2 == 0 {
		return nil
	}
	return create(l.ctx, l.RbacV1().ClusterRoleBindings().Create, &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "viewer-" + ns}, Subjects: subject(1),
		RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "view"},
	})
}

func create[T any](ctx context.Context, create func(context.Context, T, metav1.CreateOptions) (T, error), object T) error {
	_, err := create(ctx, object, metav1.CreateOptions{})
	return err
}

func benchAccount(i int) string {
	if i%benchEach == 0 {
		return snapshot.Default
	}
	return fmt.Sprintf("app-%d", i%benchEach)
}

func benchReplicaSet(i int) *appsv1.ReplicaSet {
	pod := benchPod("", i)
	return &appsv1.ReplicaSet{
		ObjectMeta: metav1.ObjectMeta{
			Name: fmt.Sprintf("web-%d-5d4f8c7b9", i), Labels: pod.Labels,
			OwnerReferences: controlledBy("apps/v1", "Deployment", fmt.Sprintf("web-%d", i))[1:],
		},
		Spec: appsv1.ReplicaSetSpec{
			Selector: &metav1.LabelSelector{MatchLabels: pod.Labels},
			Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: pod.Labels}, Spec: pod.Spec},
		},
	}
}

// benchPod is a pod of two containers, as they are in practice.
func benchPod(ns string, i int) *corev1.Pod {
	name := fmt.Sprintf("web-%d", i)
	requests := corev1.ResourceList{corev1.ResourceCPU: quantity.MustParse("100m"), corev1.ResourceMemory: quantity.MustParse("128Mi")}
	container := func(name string) corev1.Container {
		return corev1.Container{
			Name: name, Image: "registry.example.com/shop/" + name + ":1.24.3", Resources: corev1.ResourceRequirements{Requests: requests, Limits: requests},
			Ports: []corev1.ContainerPort{{Name: name, ContainerPort: 8080}},
			Env: []corev1.EnvVar{
				{Name: "LOG_LEVEL", Value: "info"}, {Name: "AWS_REGION", Value: "eu-central-1"},
				{Name: "POD_IP", ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "status.podIP"}}},
			},
			ReadinessProbe: &corev1.Probe{ProbeHandler: corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{}}, PeriodSeconds: 10},
		}
	}
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: ns, Name: name + "-5d4f8c7b9-x2x7k",
			OwnerReferences: controlledBy("apps/v1", "ReplicaSet", name+"-5d4f8c7b9")[1:],
			Labels:          map[string]string{"app.kubernetes.io/name": name, "app.kubernetes.io/instance": "shop", "pod-template-hash": "5d4f8c7b9"},
		},
		Spec: corev1.PodSpec{NodeName: "node-1", ServiceAccountName: benchAccount(i), Containers: []corev1.Container{container("web"), container("proxy")}},
	}
	for n := range pod.Spec.Containers {
		pod.Spec.Containers[n].Ports[0].ContainerPort += int32(n)
		pod.Spec.Containers[n].ReadinessProbe.TCPSocket.Port.IntVal = 8080
	}
	return pod
}
