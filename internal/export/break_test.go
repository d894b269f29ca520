package export_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"podpass/internal/audit"
	"podpass/internal/plan"
)

func TestScriptsStopWhereTheClusterIsNotAsItWas(t *testing.T) {
	c := shared(t)
	update := metav1.UpdateOptions{}
	for name, change := range map[string]struct {
		before, script, want string
		do                   func(t *testing.T, ns string)
	}{
		"a workload has another account now": {"1-add/apply.sh", "2-move/apply.sh", "changed since", func(t *testing.T, ns string) {
			d, err := c.AppsV1().Deployments(ns).Get(t.Context(), "cart", metav1.GetOptions{})
			must(t, err)
			d.Spec.Template.Spec.ServiceAccountName = "other"
			_, err = c.AppsV1().Deployments(ns).Update(t.Context(), d, update)
			must(t, err)
		}},
		"a workload was deleted": {"1-add/apply.sh", "2-move/apply.sh", "it is not there", func(t *testing.T, ns string) {
			must(t, c.AppsV1().Deployments(ns).Delete(t.Context(), "cart", metav1.DeleteOptions{}))
		}},
		"a workload was made anew": {"1-add/apply.sh", "2-move/apply.sh", "another object of that name", func(t *testing.T, ns string) {
			must(t, c.AppsV1().Deployments(ns).Delete(t.Context(), "cart", metav1.DeleteOptions{}))
			c.deploy(t, ns)
		}},
		"the new account was made with a role of its own": {"", "1-add/apply.sh", "changed since", func(t *testing.T, ns string) {
			_, err := c.CoreV1().ServiceAccounts(ns).Create(t.Context(), &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "cart", Annotations: map[string]string{plan.AnnotationRole: "arn:aws:iam::111122223333:role/admin"}}}, metav1.CreateOptions{})
			must(t, err)
		}},
		"the new binding was made with another subject": {"", "1-add/apply.sh", "changed since", func(t *testing.T, ns string) {
			_, err := c.RbacV1().RoleBindings(ns).Create(t.Context(), &rbacv1.RoleBinding{
				ObjectMeta: metav1.ObjectMeta{Name: "read-cart"}, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "reader"},
				Subjects: []rbacv1.Subject{{Kind: "ServiceAccount", Namespace: ns, Name: "stranger"}},
			}, metav1.CreateOptions{})
			must(t, err)
		}},
		"a binding got a subject": {"2-move/apply.sh", "3-lock/apply.sh", "changed since", func(t *testing.T, ns string) {
			b, err := c.RbacV1().RoleBindings(ns).Get(t.Context(), "read", metav1.GetOptions{})
			must(t, err)
			b.Subjects = append(b.Subjects, rbacv1.Subject{Kind: "User", APIGroup: rbacv1.GroupName, Name: "ann"})
			_, err = c.RbacV1().RoleBindings(ns).Update(t.Context(), b, update)
			must(t, err)
		}},
		"an emptied binding is in use again": {"3-lock/apply.sh", "4-clean/apply.sh", "run 3-lock/apply.sh first", func(t *testing.T, ns string) {
			b, err := c.RbacV1().RoleBindings(ns).Get(t.Context(), "read", metav1.GetOptions{})
			must(t, err)
			b.Subjects = []rbacv1.Subject{{Kind: "User", APIGroup: rbacv1.GroupName, Name: "ann"}}
			_, err = c.RbacV1().RoleBindings(ns).Update(t.Context(), b, update)
			must(t, err)
		}},
		"the new account was deleted before the move": {"1-add/apply.sh", "2-move/apply.sh", "run 1-add/apply.sh first", func(t *testing.T, ns string) {
			must(t, c.CoreV1().ServiceAccounts(ns).Delete(t.Context(), "cart", metav1.DeleteOptions{}))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			ns := "stop-" + fmt.Sprintf("%x", len(name)) + strings.ReplaceAll(name, " ", "-")[:20]
			ns = strings.TrimRight(ns, "-")
			c.small(t, ns)
			folder := c.export(t, ns)
			for _, wave := range []string{"1-add/apply.sh", "2-move/apply.sh", "3-lock/apply.sh"} {
				if wave <= change.before {
					c.done(t, filepath.Join(folder, wave))
				}
			}
			change.do(t, ns)
			first := c.still(t, ns)
			c.refuses(t, filepath.Join(folder, change.script), change.want)
			if diff := within(audit.Diff(first, c.snapshot(t, ns)), ns); len(diff) > 0 {
				t.Errorf("it stopped, but changed: %+v", diff)
			}
		})
	}
}

func TestWavesAreDoneAndTakenBackInTheirOrder(t *testing.T) {
	c := shared(t)
	c.small(t, "order")
	folder := c.export(t, "order")
	at := func(path string) string { return filepath.Join(folder, path) }
	c.refuses(t, at("2-move/apply.sh"), "run 1-add/apply.sh first")
	c.done(t, at("1-add/apply.sh"))
	c.refuses(t, at("3-lock/apply.sh"), "run 2-move/apply.sh first")
	c.done(t, at("2-move/apply.sh"))
	c.refuses(t, at("4-clean/apply.sh"), "run 3-lock/apply.sh first")
	c.refuses(t, at("1-add/revert.sh"), "run 2-move/revert.sh first")
	c.done(t, at("3-lock/apply.sh"))
	c.refuses(t, at("2-move/revert.sh"), "run 3-lock/revert.sh first")
	c.done(t, at("4-clean/apply.sh"))
	c.refuses(t, at("3-lock/revert.sh"), "run 4-clean/revert.sh first")
	for _, wave := range []string{"1-add", "2-move", "3-lock", "4-clean"} {
		if out := c.done(t, at(wave+"/apply.sh")); !strings.Contains(out, ": 0 done,") {
			t.Errorf("%s is done again after those behind it:\n%s", wave, out)
		}
	}
}

func TestAnotherClusterIsRefused(t *testing.T) {
	c := shared(t)
	c.small(t, "elsewhere")
	p := c.plan(t, "elsewhere")
	p.Source.Cluster.UID = "00000000-0000-0000-0000-000000000000"
	folder := write(t, p)
	for _, script := range []string{"1-add/apply.sh", "2-move/revert.sh"} {
		c.refuses(t, filepath.Join(folder, script), "another cluster")
	}
	c.refuses(t, filepath.Join(folder, "1-add/apply.sh"), "could not be asked", "CONTEXT=no such context")
	c.refuses(t, filepath.Join(folder, "1-add/apply.sh"), "WAIT=soon", "WAIT=soon")
}

// A merge patch cannot test what is there; its uid says which object is meant.
func TestAMergePatchOfAnotherObjectIsRefused(t *testing.T) {
	c := shared(t)
	c.small(t, "merge")
	patch := func(uid string) error {
		_, err := c.CoreV1().ServiceAccounts("merge").Patch(t.Context(), "default", types.MergePatchType,
			fmt.Appendf(nil, `{"metadata":{"uid":%q,"labels":{"a":"b"}}}`, uid), metav1.PatchOptions{})
		return err
	}
	if err := patch("00000000-0000-0000-0000-000000000000"); !apierrors.IsInvalid(err) {
		t.Errorf("with another uid: %v, want that it is invalid", err)
	}
	sa, err := c.CoreV1().ServiceAccounts("merge").Get(t.Context(), "default", metav1.GetOptions{})
	must(t, err)
	must(t, patch(string(sa.UID)))
}

func TestNoRightIsTakenWhileAPodRunsAsTheOldAccount(t *testing.T) {
	c := shared(t)
	c.small(t, "running")
	folder := c.export(t, "running")
	at := func(path string) string { return filepath.Join(folder, path) }
	pod := func(name, account string, phase corev1.PodPhase) {
		spec := container()
		spec.ServiceAccountName = account
		_, err := c.CoreV1().Pods("running").Create(t.Context(), &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: spec}, metav1.CreateOptions{})
		must(t, err)
		if phase != "" {
			// A controller may have changed it since.
			_, err = c.CoreV1().Pods("running").Patch(t.Context(), name, types.MergePatchType, []byte(`{"status":{"phase":"`+string(phase)+`"}}`), metav1.PatchOptions{}, "status")
			must(t, err)
		}
	}
	gone := func(name string) {
		must(t, c.CoreV1().Pods("running").Delete(t.Context(), name, metav1.DeleteOptions{}))
	}
	c.done(t, at("1-add/apply.sh"))
	c.done(t, at("2-move/apply.sh"), "WAIT=0")
	c.settled(t)
	pod("old", "default", "")
	c.refuses(t, at("3-lock/apply.sh"), "pod/old", "WAIT=0")
	gone("old")
	pod("finished", "default", corev1.PodSucceeded)
	pod("failed", "default", corev1.PodFailed)
	c.done(t, at("3-lock/apply.sh"), "WAIT=0")
	pod("late", "default", "")
	c.refuses(t, at("4-clean/apply.sh"), "pod/late")
	c.done(t, at("3-lock/revert.sh"))
	pod("new", "cart", "")
	c.done(t, at("2-move/revert.sh"))
	if got := c.cart(t, "running"); got != "default" {
		t.Errorf("taken back, the workload runs as %s", got)
	}
	c.settled(t)
	c.refuses(t, at("1-add/revert.sh"), "pod/new")
	gone("new")
	c.done(t, at("1-add/revert.sh"))
}

func TestAWorkloadWithARoleWaitsUntilRolesAreReady(t *testing.T) {
	c := shared(t)
	c.small(t, "roles")
	p := c.plan(t, "roles")
	for i := range p.Steps {
		if s := &p.Steps[i]; s.Wave == plan.Move {
			s.Needs = append(s.Needs, plan.GateRoles)
		}
	}
	folder := write(t, p)
	c.done(t, filepath.Join(folder, "1-add/apply.sh"))
	move := filepath.Join(folder, "2-move/apply.sh")
	c.refuses(t, move, "ROLES_READY=1")
	if got := c.cart(t, "roles"); got != "default" {
		t.Errorf("before its role is ready it runs as %s", got)
	}
	c.done(t, move, "ROLES_READY=1")
	if got := c.cart(t, "roles"); got != "cart" {
		t.Errorf("with its role ready it runs as %s", got)
	}
}

func TestARollOutThatDoesNotEndStopsTheWave(t *testing.T) {
	c := shared(t)
	c.small(t, "stuck")
	folder := c.export(t, "stuck")
	c.stuck.Store("stuck", true)
	c.done(t, filepath.Join(folder, "1-add/apply.sh"))
	c.refuses(t, filepath.Join(folder, "2-move/apply.sh"), "not replaced within 1 seconds", "WAIT=1")
	c.refuses(t, filepath.Join(folder, "3-lock/apply.sh"), "pod/cart-")
	c.stuck.Delete("stuck")
	c.done(t, filepath.Join(folder, "2-move/apply.sh"))
	c.done(t, filepath.Join(folder, "3-lock/apply.sh"))
}

// TestAScriptThatWasStoppedGoesOn fails at each call of kubectl, before it has
// done anything and after it has: after a rerun everything is done.
func TestAScriptThatWasStoppedGoesOn(t *testing.T) {
	const most = 13 // more calls than a script makes
	c := shared(t)
	var failed [most + 1]atomic.Int32
	t.Run("calls", func(t *testing.T) {
		for n := 1; n <= most; n++ {
			t.Run(fmt.Sprint("call ", n), func(t *testing.T) {
				t.Parallel()
				failed[n].Add(c.failing(t, n))
			})
		}
	})
	if failed[1].Load() != 12 || failed[8].Load() < 8 || failed[most].Load() != 0 {
		t.Errorf("call 1 failed %d times, 8 %d, %d %d; want 12, at least 8, and none", failed[1].Load(), failed[8].Load(), most, failed[most].Load())
	}
}

// failing runs all scripts, each first with call n failing, and tells how many
// got to that call.
func (c *cluster) failing(t *testing.T, n int) (failed int32) {
	t.Helper()
	ns := fmt.Sprintf("fail-%02d", n)
	c.small(t, ns)
	first := c.still(t, ns)
	folder := c.export(t, ns)
	for i, wave := range []string{"1-add/apply.sh", "2-move/apply.sh", "3-lock/apply.sh", "4-clean/apply.sh", "4-clean/revert.sh", "3-lock/revert.sh", "2-move/revert.sh", "1-add/revert.sh"} {
		path := filepath.Join(folder, wave)
		for _, when := range []string{"before", "after"} {
			if i > 3 && when == "before" {
				continue // the same functions as above
			}
			if c.failsAt(t, path, n, when) {
				failed++
			}
		}
		c.done(t, path)
		c.rolledOut(t, ns)
		want := map[string]bool{"default": i == 0 || i > 5, "cart": i > 0 && i < 6}
		if got := c.cart(t, ns); !want[got] {
			t.Errorf("after %s, whose call %d failed, it runs as %s", wave, n, got)
		}
	}
	if diff := within(audit.Diff(first, c.still(t, ns)), ns); len(diff) > 0 {
		t.Errorf("call %d failed: all taken back, the namespace is not as it was: %+v", n, diff)
	}
	return failed
}

// failsAt runs a script whose call n fails, and tells whether it got there: then
// it must have failed itself.
func (c *cluster) failsAt(t *testing.T, path string, n int, when string) bool {
	t.Helper()
	kubectl, count := c.wrapper(t)
	must(t, os.WriteFile(count, []byte("0"), 0o600))
	o := c.script(t, path, "KUBECTL="+kubectl, "REAL="+c.kubectl, "COUNT="+count, "WHEN="+when, fmt.Sprint("FAIL=", n))
	calls, err := os.ReadFile(count)
	must(t, err)
	reached := strings.TrimSpace(string(calls)) == fmt.Sprint(n)
	if reached != (o.code != 0) {
		t.Errorf("%s, call %d fails %s it is done; calls %s, %s", path, n, when, calls, o)
	}
	return reached
}

// within are the changes in a namespace; others may go on elsewhere.
func within(changes []audit.Change, ns string) []audit.Change {
	return slices.DeleteFunc(changes, func(c audit.Change) bool { return !strings.Contains(c.Object+c.Before+c.After, ns) })
}
