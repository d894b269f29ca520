package kube

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	controlplane "podpass/internal/lab"
	"podpass/internal/lab/labtest"
	"podpass/internal/snapshot"
)

// midway scans, and does something in the middle: when the lists of done have
// come and that of held has been asked for but not yet answered.
func midway(t *testing.T, c cluster, o Options, held string, done []string, something func()) *snapshot.Snapshot {
	t.Helper()
	waits := map[string]chan struct{}{}
	once := map[string]*sync.Once{}
	for _, what := range done {
		waits[what], once[what] = make(chan struct{}), new(sync.Once)
	}
	first := &times{left: 1}
	p := &proxy{before: func(_ http.ResponseWriter, r *http.Request) bool {
		if it, _ := asks(r, held); it && first.next() {
			for _, wait := range waits {
				<-wait
			}
			something()
		}
		return true
	}}
	o.Config = p.start(t, c)
	o.Progress = func(what string, _ int) {
		if wait := waits[what]; wait != nil {
			once[what].Do(func() { close(wait) })
		}
	}
	s := scanned(t, o, p.stop, c.quiet)
	if first.left > 0 {
		t.Fatalf("%s were never asked for", held)
	}
	return s
}

func (c cluster) delete(t *testing.T, namespace string) {
	t.Helper()
	if err := c.CoreV1().Namespaces().Delete(t.Context(), namespace, metav1.DeleteOptions{}); err != nil {
		t.Error(err)
	}
}

func (c cluster) has(t *testing.T, namespace string) bool {
	_, err := c.CoreV1().Namespaces().Get(t.Context(), namespace, metav1.GetOptions{})
	return !errors.IsNotFound(err)
}

// in lists what a snapshot has of a namespace, without uids.
func in(s *snapshot.Snapshot, namespace string) []string {
	list := []string{}
	for _, name := range names(s) {
		name = name[:strings.LastIndexByte(name, ' ')]
		if name == "Namespace /"+namespace || strings.Contains(name, " "+namespace+"/") {
			list = append(list, name)
		}
	}
	return list
}

func TestANamespaceThatGoesInMidScanIsDropped(t *testing.T) {
	c := lab(t)
	for _, selected := range [][]string{nil, {"vanishing-1"}} {
		name := []string{"vanishing-0", "vanishing-1"}[len(selected)]
		c.namespace(t, name)
		c.pods(t, name, 2)
		c.bindings(t, name, 2)
		s := midway(t, c, Options{Namespaces: selected}, "serviceaccounts", []string{"namespaces", "pods", "rolebindings"}, func() {
			c.delete(t, name)
			until(t, "the end of "+name, func() bool { return !c.has(t, name) })
		})
		if left := in(s, name); len(left) > 0 || len(s.Gaps) > 0 {
			t.Errorf("selected %v: gaps %v, and of the namespace that is gone: %v", selected, told(s.Gaps), left)
		}
	}
}

func TestANamespaceThatIsBeingDeletedIsToldAsSuch(t *testing.T) {
	c := lab(t)
	c.namespace(t, "ending")
	made(t, c.CoreV1().ConfigMaps("ending").Create, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "holds", Finalizers: []string{"example.com/hold"}}})
	s := midway(t, c, Options{}, "serviceaccounts", []string{"namespaces"}, func() {
		c.delete(t, "ending")
		until(t, "the end of its account", func() bool {
			_, err := c.CoreV1().ServiceAccounts("ending").Get(t.Context(), "default", metav1.GetOptions{})
			return errors.IsNotFound(err)
		})
	})
	i := slices.IndexFunc(s.Namespaces, func(ns snapshot.Namespace) bool { return ns.Name == "ending" })
	if i < 0 {
		t.Fatal("the namespace is there and was dropped")
	}
	ns := s.Namespaces[i]
	want := snapshot.Namespace{Meta: snapshot.Meta{Name: "ending", UID: ns.UID, Live: true, Deleting: true}, NoDefault: true}
	if diff := cmp.Diff(want, ns); diff != "" {
		t.Error(diff)
	}
}

func TestANamespaceThatComesInMidScanIsWhole(t *testing.T) {
	c := lab(t)
	want := []string{"Namespace /late-a", "Pod late-a/pod-0", "ServiceAccount late-a/default"}
	s := midway(t, c, Options{}, "pods", []string{"namespaces", "serviceaccounts"}, func() {
		c.namespace(t, "late-a")
		c.pods(t, "late-a", 1)
	})
	if diff := cmp.Diff(want, in(s, "late-a")); diff != "" {
		t.Error(diff)
	}
	s = midway(t, c, Options{}, "serviceaccounts", []string{"namespaces"}, func() { c.namespace(t, "late-b") })
	if diff := cmp.Diff([]string{"Namespace /late-b", "ServiceAccount late-b/default"}, in(s, "late-b")); diff != "" {
		t.Error(diff)
	}
	for _, ns := range s.Namespaces {
		if ns.Implied || ns.NoDefault && !ns.Deleting || ns.UID == "" {
			t.Errorf("namespace %+v was listed in the end and has its account", ns)
		}
	}
}

// What the second look cannot read is a gap, and leaves the first one as it is.
func TestASecondLookThatFailsIsAGap(t *testing.T) {
	c := lab(t)
	namespaces := &times{left: 1}
	listed := make(chan struct{})
	p := &proxy{before: func(w http.ResponseWriter, r *http.Request) bool {
		if it, _ := asks(r, "namespaces"); it && !namespaces.next() {
			return status(w, 503, "down")
		}
		if it, _ := asks(r, "pods"); it {
			<-listed
			c.namespace(t, "unsettled")
			c.pods(t, "unsettled", 1)
		}
		return true
	}}
	config := p.start(t, c)
	s := scanned(t, Options{Config: config, Progress: func(what string, _ int) {
		if what == "namespaces" {
			close(listed)
		}
	}}, p.stop, c.quiet)
	want := []string{"namespaces | cluster |  | Namespace | run again; if it stays so, look at the load of the API server and at the network in between"}
	if diff := cmp.Diff(want, told(s.Gaps)); diff != "" {
		t.Error(diff)
	}
	i := slices.IndexFunc(s.Namespaces, func(ns snapshot.Namespace) bool { return ns.Name == "unsettled" })
	if i < 0 || !s.Namespaces[i].Implied {
		t.Errorf("namespaces %v, want unsettled as implied", s.Namespaces)
	}
}

// Where no controller makes them, namespaces lack their account default.
func TestANamespaceWithoutItsAccountIsToldAsSuch(t *testing.T) {
	labtest.Require(t)
	bare, err := controlplane.Start(t.Context(), controlplane.Options{Controllers: []string{}})
	must(t, err)
	t.Cleanup(func() { must(t, bare.Stop()) })
	for _, selected := range [][]string{nil, {"kube-system"}} {
		s := scanned(t, Options{Config: bare.Config(), Namespaces: selected})
		if len(s.Gaps) > 0 || !slices.ContainsFunc(s.Namespaces, func(ns snapshot.Namespace) bool { return ns.Name == "kube-system" }) {
			t.Errorf("gaps %v, namespaces %v", told(s.Gaps), s.Namespaces)
		}
		for _, ns := range s.Namespaces {
			if !ns.NoDefault || ns.Implied || ns.Deleting {
				t.Errorf("namespace %+v, want NoDefault", ns)
			}
		}
	}
}
