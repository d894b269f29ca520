package export_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podpass/internal/lab/labtest"
	"podpass/internal/plan"
)

func shared(t *testing.T) *cluster {
	t.Helper()
	return start(t, labtest.Cluster(t))
}

// small fills a namespace with one workload on default, which has one right.
func (c *cluster) small(t *testing.T, ns string) {
	t.Helper()
	create := metav1.CreateOptions{}
	_, err := c.CoreV1().Namespaces().Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: ns}}, create)
	must(t, err)
	t.Cleanup(func() { _ = c.CoreV1().Namespaces().Delete(context.Background(), ns, metav1.DeleteOptions{}) })
	until(t, "the account default", func() bool {
		_, err := c.CoreV1().ServiceAccounts(ns).Get(t.Context(), "default", metav1.GetOptions{})
		return err == nil
	})
	_, err = c.RbacV1().Roles(ns).Create(t.Context(), &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Name: "reader"}, Rules: []rbacv1.PolicyRule{{Verbs: []string{"get"}, APIGroups: []string{""}, Resources: []string{"configmaps"}}}}, create)
	must(t, err)
	_, err = c.RbacV1().RoleBindings(ns).Create(t.Context(), &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "read"}, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "reader"},
		Subjects: []rbacv1.Subject{{Kind: "ServiceAccount", Namespace: ns, Name: "default"}},
	}, create)
	must(t, err)
	c.deploy(t, ns)
}

// deploy makes the workload, and waits for its pod.
func (c *cluster) deploy(t *testing.T, ns string) {
	t.Helper()
	labels := map[string]string{"app": "cart"}
	_, err := c.AppsV1().Deployments(ns).Create(t.Context(), &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "cart"},
		Spec: appsv1.DeploymentSpec{Selector: &metav1.LabelSelector{MatchLabels: labels}, Template: corev1.PodTemplateSpec{
			ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: container(),
		}},
	}, metav1.CreateOptions{})
	must(t, err)
	c.rolledOut(t, ns)
}

func container() corev1.PodSpec {
	return corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Image: "example.com/cart"}}}
}

// plan makes the plan of a namespace.
func (c *cluster) plan(t *testing.T, ns string) *plan.Plan {
	t.Helper()
	return plan.Make(c.snapshot(t, ns), plan.Options{Namespaces: []string{ns}, Now: time.Now()})
}

// export writes the plan of a namespace.
func (c *cluster) export(t *testing.T, ns string) string {
	t.Helper()
	p := c.plan(t, ns)
	ids := []string{}
	for _, s := range p.Steps {
		ids = append(ids, s.ID)
	}
	want := "add/serviceaccount/NS/cart add/rolebinding/NS/read-cart move/deployment/NS/cart lock/serviceaccount/NS/default lock/rolebinding/NS/read clean/rolebinding/NS/read"
	if got := strings.Join(ids, " "); got != strings.ReplaceAll(want, "NS", ns) {
		t.Fatalf("the plan is %s", got)
	}
	return write(t, p)
}

// account is that of the workload.
func (c *cluster) cart(t *testing.T, ns string) string {
	t.Helper()
	return c.account(t, owner{"Deployment", ns, "cart"})
}

// refuses runs a script that must stop and say why.
func (c *cluster) refuses(t *testing.T, path, want string, env ...string) {
	t.Helper()
	o := c.script(t, path, env...)
	if o.code != 1 || !strings.Contains(o.stderr, want) || !strings.Contains(o.stderr, "run ") {
		t.Errorf("%s: want exit code 1, %q and the way on; got %s", path, want, o)
	}
}

// wrapper writes a kubectl that counts its calls and fails at one of them:
// before it does anything, or after it has done it.
func (c *cluster) wrapper(t *testing.T) (path, count string) {
	t.Helper()
	path, count = filepath.Join(t.TempDir(), "kubectl"), filepath.Join(t.TempDir(), "count")
	must(t, os.WriteFile(path, []byte(`#!/bin/sh
n=$(($(cat "$COUNT") + 1))
echo "$n" >"$COUNT"
if [ "$n.$WHEN" = "$FAIL.before" ]; then
    exit 1
fi
"$REAL" "$@"
code=$?
if [ "$n.$WHEN" = "$FAIL.after" ]; then
    exit 1
fi
exit "$code"
`), 0o755))
	return path, count
}
