package export_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"

	"podpass/internal/audit"
	"podpass/internal/collect/kube"
	"podpass/internal/export"
	"podpass/internal/lab"
	"podpass/internal/lab/labtest"
	"podpass/internal/plan"
	"podpass/internal/snapshot"
)

func TestMain(m *testing.M) { labtest.Main(m) }

// cluster is one of the lab with a node, whose pods become ready at once.
type cluster struct {
	*lab.Cluster
	*kubernetes.Clientset
	kubectl string
	stuck   *sync.Map // namespaces whose pods do not become ready
}

func start(t *testing.T, c *lab.Cluster) *cluster {
	t.Helper()
	client, err := kubernetes.NewForConfig(c.Config())
	must(t, err)
	kubectl, err := c.Kubectl()
	must(t, err)
	stuck := &sync.Map{}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			runPods(ctx, client, stuck)
			time.Sleep(50 * time.Millisecond)
		}
	}()
	t.Cleanup(func() { stop(); <-done })
	return &cluster{c, client, kubectl, stuck}
}

// runPods is what a kubelet does: pods that wait become ready. They have no
// node, so that the API server deletes them at once when it is asked to.
func runPods(ctx context.Context, client *kubernetes.Clientset, stuck *sync.Map) {
	pods, err := client.CoreV1().Pods("").List(ctx, metav1.ListOptions{FieldSelector: "status.phase=Pending"})
	if err != nil {
		return
	}
	for _, pod := range pods.Items {
		if _, ok := stuck.Load(pod.Namespace); ok {
			continue
		}
		pod.Status.Phase = corev1.PodRunning
		pod.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue, LastTransitionTime: metav1.Now()}}
		_, _ = client.CoreV1().Pods(pod.Namespace).UpdateStatus(ctx, &pod, metav1.UpdateOptions{})
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !done(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited a minute for %s", what)
		}
	}
}

// objects reads YAML files, without webhooks, which would be asked and are not
// there, without Secrets, of which one has lost its certificate, and without
// what is of no kind of Kubernetes.
func objects(t *testing.T, patterns ...string) []*unstructured.Unstructured {
	t.Helper()
	var list []*unstructured.Unstructured
	for _, pattern := range patterns {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("no files %s: %v", pattern, err)
		}
		all, err := lab.Manifests(paths...)
		must(t, err)
		for _, o := range all {
			if o.IsList() {
				must(t, o.EachListItem(func(item runtime.Object) error {
					list = append(list, item.(*unstructured.Unstructured))
					return nil
				}))
				continue
			}
			list = append(list, o)
		}
	}
	for _, o := range list { // kiam's are older than the API server
		o.SetAPIVersion(strings.Replace(o.GetAPIVersion(), "rbac.authorization.k8s.io/v1beta1", "rbac.authorization.k8s.io/v1", 1))
	}
	kept := list[:0]
	for _, o := range list {
		if kind := o.GetKind(); kind != "Secret" && kind != "IngressClassParams" && !strings.HasSuffix(kind, "WebhookConfiguration") {
			kept = append(kept, o)
		}
	}
	return kept
}

// apply applies objects, first with accounts that are open, so that pods hold
// tokens.
func (c *cluster) apply(t *testing.T, list []*unstructured.Unstructured) {
	t.Helper()
	open := make([]*unstructured.Unstructured, 0, len(list))
	for _, o := range list {
		o = o.DeepCopy()
		if o.GetKind() == "ServiceAccount" {
			unstructured.RemoveNestedField(o.Object, "automountServiceAccountToken")
		}
		open = append(open, o)
	}
	must(t, lab.Apply(t.Context(), c.Config(), "podpass-test", open))
	c.settled(t)
	must(t, lab.Apply(t.Context(), c.Config(), "podpass-test", list))
	c.settled(t)
}

// settled waits until all workloads have the pods that they should have.
func (c *cluster) settled(t *testing.T) {
	t.Helper()
	c.rolledOut(t, "")
}

// rolledOut waits for those of a namespace.
func (c *cluster) rolledOut(t *testing.T, ns string) {
	t.Helper()
	list := metav1.ListOptions{}
	until(t, "all roll-outs", func() bool {
		deployments, err := c.AppsV1().Deployments(ns).List(t.Context(), list)
		must(t, err)
		for _, d := range deployments.Items {
			if s := d.Status; s.ObservedGeneration < d.Generation || s.Replicas != *d.Spec.Replicas || s.UpdatedReplicas != s.Replicas || s.AvailableReplicas != s.Replicas {
				return false
			}
		}
		sets, err := c.AppsV1().StatefulSets(ns).List(t.Context(), list)
		must(t, err)
		for _, d := range sets.Items {
			if s := d.Status; s.ObservedGeneration < d.Generation || s.ReadyReplicas != *d.Spec.Replicas || s.UpdateRevision != s.CurrentRevision {
				return false
			}
		}
		daemons, err := c.AppsV1().DaemonSets(ns).List(t.Context(), list)
		must(t, err)
		for _, d := range daemons.Items {
			if s := d.Status; s.ObservedGeneration < d.Generation || s.NumberReady != s.DesiredNumberScheduled || s.UpdatedNumberScheduled != s.DesiredNumberScheduled {
				return false
			}
		}
		return true
	})
}

func (c *cluster) snapshot(t *testing.T, namespaces ...string) *snapshot.Snapshot {
	t.Helper()
	s, err := kube.Collect(t.Context(), kube.Options{Config: c.Config(), Namespaces: namespaces, ReadSecrets: true, Detail: true, Cluster: snapshot.Cluster{Name: "lab"}})
	must(t, err)
	s.Sort()
	if len(s.Gaps) > 0 {
		t.Fatalf("gaps: %v", s.Gaps)
	}
	return s
}

// still takes a snapshot once controllers have nothing more to do.
func (c *cluster) still(t *testing.T, ns string) *snapshot.Snapshot {
	t.Helper()
	last := c.snapshot(t, ns)
	until(t, "controllers to rest", func() bool {
		before := last
		time.Sleep(200 * time.Millisecond)
		last = c.snapshot(t, ns)
		return len(within(audit.Diff(before, last), ns)) == 0 && len(before.Pods) == len(last.Pods) && len(before.Workloads) == len(last.Workloads)
	})
	return last
}

// write exports a plan into a folder, which it gives.
func write(t *testing.T, p *plan.Plan) string {
	t.Helper()
	files, err := export.Kubernetes(p)
	must(t, err)
	dir := filepath.Join(t.TempDir(), "it's a plan")
	for _, f := range files {
		path := filepath.Join(dir, f.Path)
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		mode := os.FileMode(0o644)
		if f.Executable {
			mode = 0o755
		}
		must(t, os.WriteFile(path, f.Data, mode))
	}
	return dir
}

// outcome is what a script did.
type outcome struct {
	code           int
	stdout, stderr string
}

func (o outcome) String() string {
	return fmt.Sprintf("exit code %d\n%s%s", o.code, o.stdout, o.stderr)
}

// script runs a script of an export.
func (c *cluster) script(t *testing.T, path string, env ...string) outcome {
	t.Helper()
	command := exec.CommandContext(t.Context(), path)
	command.Dir = t.TempDir()
	command.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + c.Dir(), "KUBECONFIG=" + c.Kubeconfig(), "KUBECTL=" + c.kubectl}, env...)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	return outcome{command.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// done runs a script that must succeed.
func (c *cluster) done(t *testing.T, path string, env ...string) string {
	t.Helper()
	o := c.script(t, path, env...)
	if o.code != 0 {
		t.Fatalf("%s: %s", path, o)
	}
	return o.stdout
}
