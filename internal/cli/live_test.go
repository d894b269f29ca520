package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"

	"podpass/internal/audit"
	"podpass/internal/lab"
	"podpass/internal/lab/labtest"
)

func TestMain(m *testing.M) { labtest.Main(m) }

// run runs a command line in this process.
func run(args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	a := &app{strings.NewReader(""), &out, &errs}
	root := a.root("podpass")
	root.SetArgs(args)
	code = a.code(root.Execute())
	return code, out.String(), errs.String()
}

// report runs an audit and reads its JSON.
func reportOf(t *testing.T, want int, args ...string) *audit.Report {
	t.Helper()
	code, stdout, stderr := run(append([]string{"audit", "--format", "json"}, args...)...)
	if code != want {
		t.Fatalf("audit %v: exit code %d, want %d\n%s%s", args, code, want, stderr, stdout)
	}
	var r audit.Report
	if err := json.Unmarshal([]byte(stdout), &r); err != nil {
		t.Fatal(err)
	}
	return &r
}

// client gives an administrator of the cluster.
func client(t *testing.T, c *lab.Cluster) *kubernetes.Clientset {
	t.Helper()
	cs, err := kubernetes.NewForConfig(c.Config())
	if err != nil {
		t.Fatal(err)
	}
	return cs
}

// apply applies YAML.
func apply(t *testing.T, c *lab.Cluster, yaml string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "objects.yaml")
	if err := os.WriteFile(file, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	objects, err := lab.Manifests(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := lab.Apply(t.Context(), c.Config(), "podpass-test", objects); err != nil {
		t.Fatal(err)
	}
}

// applyShop applies the sample shop; its pods are made before its accounts
// are locked, so that they hold tokens.
func applyShop(t *testing.T, c *lab.Cluster) {
	t.Helper()
	paths, err := filepath.Glob("../../examples/shop/*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatal("no sample shop", err)
	}
	objects, err := lab.Manifests(paths...)
	if err != nil {
		t.Fatal(err)
	}
	open := make([]*unstructured.Unstructured, 0, len(objects))
	for _, o := range objects {
		o = o.DeepCopy()
		if o.GetKind() == "ServiceAccount" {
			unstructured.RemoveNestedField(o.Object, "automountServiceAccountToken")
		}
		open = append(open, o)
	}
	if err := lab.Apply(t.Context(), c.Config(), "podpass-test", open); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the pods of the shop", func(ctx context.Context) (bool, error) {
		n := 0
		for _, ns := range []string{"shop", "payments"} {
			pods, err := client(t, c).CoreV1().Pods(ns).List(ctx, metav1.ListOptions{})
			if err != nil {
				return false, err
			}
			n += len(pods.Items)
		}
		return n == 5, nil
	})
	if err := lab.Apply(t.Context(), c.Config(), "podpass-test", objects); err != nil {
		t.Fatal(err)
	}
}

func waitFor(t *testing.T, what string, done func(context.Context) (bool, error)) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	for {
		ok, err := done(ctx)
		if err != nil {
			t.Fatalf("wait for %s: %v", what, err)
		}
		if ok {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// auditor makes a user with exactly the rights that podpass rbac prints, and
// gives the kubeconfig.
func auditor(t *testing.T, c *lab.Cluster, name string, flags ...string) string {
	t.Helper()
	code, roles, stderr := run(append([]string{"rbac", "--name", name}, flags...)...)
	if code != 0 {
		t.Fatal(stderr)
	}
	apply(t, c, roles)
	subject := []rbacv1.Subject{{Kind: "User", APIGroup: rbacv1.GroupName, Name: name}}
	cs := client(t, c)
	_, err := cs.RbacV1().ClusterRoleBindings().Create(t.Context(), &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: name}, Subjects: subject,
		RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: name},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cs.RbacV1().ClusterRoleBindings().Delete(context.Background(), name, metav1.DeleteOptions{})
	})
	for i, flag := range flags {
		if flag != "-n" {
			continue
		}
		_, err := cs.RbacV1().RoleBindings(flags[i+1]).Create(t.Context(), &rbacv1.RoleBinding{
			ObjectMeta: metav1.ObjectMeta{Name: name}, Subjects: subject,
			RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: name},
		}, metav1.CreateOptions{})
		if err != nil {
			t.Fatal(err)
		}
	}
	kubeconfig, err := c.UserKubeconfig(name)
	if err != nil {
		t.Fatal(err)
	}
	return kubeconfig
}

// dump writes what kubectl get -o json gives of all kinds: a List without
// field managers.
func dump(t *testing.T, c *lab.Cluster, file string) {
	t.Helper()
	d, err := dynamic.NewForConfig(c.Config())
	if err != nil {
		t.Fatal(err)
	}
	items := []any{}
	for _, r := range []schema.GroupVersionResource{
		{Version: "v1", Resource: "namespaces"}, {Version: "v1", Resource: "serviceaccounts"}, {Version: "v1", Resource: "pods"},
		{Version: "v1", Resource: "secrets"}, {Version: "v1", Resource: "replicationcontrollers"},
		{Group: "apps", Version: "v1", Resource: "deployments"}, {Group: "apps", Version: "v1", Resource: "replicasets"},
		{Group: "apps", Version: "v1", Resource: "statefulsets"}, {Group: "apps", Version: "v1", Resource: "daemonsets"},
		{Group: "batch", Version: "v1", Resource: "jobs"}, {Group: "batch", Version: "v1", Resource: "cronjobs"},
		{Group: rbacv1.GroupName, Version: "v1", Resource: "roles"}, {Group: rbacv1.GroupName, Version: "v1", Resource: "rolebindings"},
		{Group: rbacv1.GroupName, Version: "v1", Resource: "clusterroles"}, {Group: rbacv1.GroupName, Version: "v1", Resource: "clusterrolebindings"},
	} {
		list, err := d.Resource(r).List(t.Context(), metav1.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range list.Items {
			item.SetManagedFields(nil)
			items = append(items, item.Object)
		}
	}
	text, err := json.Marshal(map[string]any{"apiVersion": "v1", "kind": "List", "items": items})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// essence lists what must be the same wherever a report comes from.
func essence(r *audit.Report) []string {
	var list []string
	for _, result := range r.Results {
		o := result.Object
		list = append(list, fmt.Sprintf("%s %s %s/%s/%s %s", result.Rule, result.Status, o.Kind, o.Namespace, o.Name, result.Fingerprint))
	}
	slices.Sort(list)
	return list
}

// TestLiveSnapshotAndFilesAgree runs with exactly the rights that podpass rbac
// prints.
func TestLiveSnapshotAndFilesAgree(t *testing.T) {
	c := labtest.Cluster(t)
	applyShop(t, c)
	kubeconfig := auditor(t, c, "auditor-all", "--read-secrets")
	dir := t.TempDir()
	live := reportOf(t, 3, "--kubeconfig", kubeconfig, "--read-secrets")
	if !live.Coverage.Complete || live.Caller != "auditor-all" {
		t.Errorf("caller %q, gaps %v", live.Caller, live.Coverage.Gaps)
	}
	for _, want := range []string{"PP101", "PP102", "PP201", "PP202", "PP204", "PP205", "PP206"} {
		if !slices.ContainsFunc(live.Results, func(r audit.Result) bool {
			return r.Rule == want && r.Status == audit.Fail && (r.Object.Namespace == "shop" || r.Object.Namespace == "payments")
		}) {
			t.Errorf("the shop does not fail %s", want)
		}
	}

	file := filepath.Join(dir, "c.podpass")
	// With the rights of an audit alone, the snapshot lacks what only a plan needs.
	for _, s := range []struct {
		kubeconfig string
		code       int
	}{{kubeconfig, 4}, {auditor(t, c, "auditor-plan", "plan", "--read-secrets"), 0}} {
		if code, _, stderr := run("snapshot", "--kubeconfig", s.kubeconfig, "--read-secrets", "-o", file); code != s.code {
			t.Fatalf("snapshot: exit code %d, want %d: %s", code, s.code, stderr)
		}
		saved := reportOf(t, 3, "--snapshot", file)
		saved.GeneratedAt, saved.Coverage.Scope, saved.Caller = live.GeneratedAt, live.Coverage.Scope, live.Caller
		if diff := cmp.Diff(live, saved); diff != "" {
			t.Error("live and snapshot differ:", diff)
		}
	}

	dumped := filepath.Join(dir, "dump.json")
	dump(t, c, dumped)
	if diff := cmp.Diff(essence(live), essence(reportOf(t, 3, dumped))); diff != "" {
		t.Error("live and dump differ:", diff)
	}
}

func TestPodsThatRunStillHoldTheirToken(t *testing.T) {
	c := labtest.Cluster(t)
	applyShop(t, c)
	r := reportOf(t, 3, "--kubeconfig", c.Kubeconfig(), "-n", "shop", "--rules", "PP204")
	var roots []string
	for _, result := range r.Results {
		roots = append(roots, result.Evidence[0].Objects[0].Kind+"/"+result.Evidence[0].Objects[0].Name)
	}
	want := []string{"Deployment/orders-api", "StatefulSet/orders-worker"}
	if diff := cmp.Diff(want, roots); diff != "" {
		t.Error(diff)
	}
}

func TestANamespaceIsAuditedWithItsOwnRole(t *testing.T) {
	c := labtest.Cluster(t)
	applyShop(t, c)
	r := reportOf(t, 3, "--kubeconfig", auditor(t, c, "auditor-shop", "-n", "shop"), "-n", "shop")
	if !r.Coverage.Complete || r.Coverage.Scope != "namespaces" {
		t.Errorf("scope %s, gaps %v", r.Coverage.Scope, r.Coverage.Gaps)
	}
	// The binding in payments reaches shop's default.
	if !slices.ContainsFunc(r.Results, func(r audit.Result) bool {
		return r.Rule == "PP101" && r.Status == audit.Fail && strings.Contains(fmt.Sprint(r.Evidence), "RoleBinding payments/monitoring")
	}) {
		t.Error("the binding in another namespace was not seen")
	}
	if code, _, stderr := run("audit", "--kubeconfig", c.Kubeconfig(), "-n", "no-such"); code != 1 || !strings.Contains(stderr, "no-such") {
		t.Errorf("a namespace that is not there: exit code %d, %s", code, stderr)
	}
}

// TestWhatMayNotBeReadIsNoPass: a user who may do nothing gets unknowns and
// exit code 4, with what to grant.
func TestWhatMayNotBeReadIsNoPass(t *testing.T) {
	c := labtest.Cluster(t)
	client(t, c)
	apply(t, c, `
apiVersion: v1
kind: Namespace
metadata: {name: locked}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: default, namespace: locked}
automountServiceAccountToken: false
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: some, namespace: locked}
rules:
- {apiGroups: [""], resources: [serviceaccounts, namespaces], verbs: [get, list]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: some, namespace: locked}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: some}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: limited}]
`)
	kubeconfig, err := c.UserKubeconfig("limited")
	if err != nil {
		t.Fatal(err)
	}
	r := reportOf(t, 4, "--kubeconfig", kubeconfig, "-n", "locked")
	status := map[string]audit.Status{}
	for _, result := range r.Results {
		if result.Object.Name == "default" {
			status[result.Rule] = result.Status
		}
	}
	want := map[string]audit.Status{"PP101": audit.Unknown, "PP102": audit.Pass}
	if diff := cmp.Diff(want, status); diff != "" {
		t.Error(diff)
	}
	if r.Verdicts.CISAudit.Status != audit.Unknown || r.Summary.Unknown == 0 {
		t.Errorf("got %+v, %+v", r.Verdicts.CISAudit, r.Summary)
	}
	if !slices.ContainsFunc(r.Coverage.Gaps, func(g audit.Gap) bool { return strings.Contains(g.Grant, "list pods in namespace locked") }) {
		t.Errorf("no gap says what to grant: %v", r.Coverage.Gaps)
	}
}

// TestASelectedNamespaceThatMayNotBeReadStillFailsOnWhatIsSeen: its default is
// reached by a binding that can be read, though nothing in it can.
func TestASelectedNamespaceThatMayNotBeReadStillFailsOnWhatIsSeen(t *testing.T) {
	c := labtest.Cluster(t)
	apply(t, c, `
apiVersion: v1
kind: Namespace
metadata: {name: busy}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: busy-admin}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: ServiceAccount, name: default, namespace: busy}]
`)
	kubeconfig := auditor(t, c, "auditor-busy", "-n", "busy")
	must(t, client(t, c).RbacV1().RoleBindings("busy").Delete(t.Context(), "auditor-busy", metav1.DeleteOptions{}))
	waitFor(t, "the authorizer to forget", func(context.Context) (bool, error) {
		_, stdout, _ := run("audit", "--kubeconfig", kubeconfig, "-n", "busy", "--format", "json")
		return strings.Contains(stdout, "list pods in namespace busy"), nil
	})
	r := reportOf(t, 3, "--kubeconfig", kubeconfig, "-n", "busy")
	status := map[string]audit.Status{}
	for _, result := range r.Results {
		if result.Object.Name == "default" {
			status[result.Rule] = result.Status
		}
	}
	want := map[string]audit.Status{"PP101": audit.Fail, "PP102": audit.Unknown}
	if diff := cmp.Diff(want, status); diff != "" {
		t.Error(diff)
	}
}
