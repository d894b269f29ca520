package kube

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"podpass/internal/snapshot"
)

// grant gives a user just these rights, as podpass rbac prints them: a
// ClusterRole, and a Role in each namespace.
func (c cluster) grant(t testing.TB, user string, rights []Right) *rest.Config {
	t.Helper()
	subjects := []rbacv1.Subject{{Kind: "User", APIGroup: rbacv1.GroupName, Name: user}}
	meta := metav1.ObjectMeta{Name: "audit-" + user}
	rules := map[string][]rbacv1.PolicyRule{}
	for _, r := range rights {
		rule := rbacv1.PolicyRule{APIGroups: []string{r.Group}, Resources: []string{r.Resource}, Verbs: r.Verbs}
		if r.URL != "" {
			rule = rbacv1.PolicyRule{NonResourceURLs: []string{r.URL}, Verbs: r.Verbs}
		}
		if len(r.Namespaces) == 0 {
			rules[""] = append(rules[""], rule)
		}
		for _, namespace := range r.Namespaces {
			rules[namespace] = append(rules[namespace], rule)
		}
	}
	for namespace, rules := range rules {
		ref := rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: meta.Name}
		if namespace == "" {
			ref.Kind = "ClusterRole"
			made(t, c.RbacV1().ClusterRoles().Create, &rbacv1.ClusterRole{ObjectMeta: meta, Rules: rules})
			made(t, c.RbacV1().ClusterRoleBindings().Create, &rbacv1.ClusterRoleBinding{ObjectMeta: meta, Subjects: subjects, RoleRef: ref})
			continue
		}
		made(t, c.RbacV1().Roles(namespace).Create, &rbacv1.Role{ObjectMeta: meta, Rules: rules})
		made(t, c.RbacV1().RoleBindings(namespace).Create, &rbacv1.RoleBinding{ObjectMeta: meta, Subjects: subjects, RoleRef: ref})
	}
	for _, r := range rights {
		until(t, "the right to read "+r.Resource+r.URL, func() bool { return c.may(t, user, r) })
	}
	return c.user(user)
}

// may tells whether the API server's own cache of roles has caught up.
func (c cluster) may(t testing.TB, user string, r Right) bool {
	t.Helper()
	namespace := ""
	if len(r.Namespaces) > 0 {
		namespace = r.Namespaces[0]
	}
	spec := authorizationv1.SubjectAccessReviewSpec{User: user, ResourceAttributes: &authorizationv1.ResourceAttributes{
		Group: r.Group, Resource: r.Resource, Verb: r.Verbs[0], Namespace: namespace,
	}}
	if r.URL != "" {
		spec = authorizationv1.SubjectAccessReviewSpec{User: user, NonResourceAttributes: &authorizationv1.NonResourceAttributes{Path: r.URL, Verb: r.Verbs[0]}}
	}
	review, err := c.AuthorizationV1().SubjectAccessReviews().Create(t.Context(), &authorizationv1.SubjectAccessReview{
		Spec: spec,
	}, metav1.CreateOptions{})
	must(t, err)
	return review.Status.Allowed
}

// told gives the gaps in one line each.
func told(gaps []snapshot.Gap) []string {
	list := []string{}
	for _, g := range gaps {
		list = append(list, fmt.Sprintf("%s | %s | %s | %s | %s", g.What, g.Scope, g.Namespace, strings.Join(g.Kinds, ","), g.Grant))
	}
	return list
}

func TestAccessSuffices(t *testing.T) {
	c := lab(t)
	c.namespace(t, "rights-a")
	c.namespace(t, "rights-b")
	c.workloads(t, "rights-a")
	made(t, c.CoreV1().Secrets("rights-a").Create, &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: "token", Annotations: map[string]string{corev1.ServiceAccountNameKey: "app"}},
		Type:       corev1.SecretTypeServiceAccountToken,
	})
	tests := map[string]struct {
		user string
		Options
	}{
		"in the whole cluster":         {"whole", Options{}},
		"in the cluster, with Secrets": {"secrets", Options{ReadSecrets: true}},
		"in one namespace":             {"one", Options{Namespaces: []string{"rights-a"}}},
		"in two, with Secrets":         {"two", Options{Namespaces: []string{"rights-b", "rights-a"}, ReadSecrets: true}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			o := test.Options
			o.Config = c.grant(t, test.user, Access(o))
			want := scanned(t, Options{Config: c.config, Namespaces: o.Namespaces, ReadSecrets: o.ReadSecrets})
			got := scanned(t, o)
			want.Caller = test.user
			if diff := cmp.Diff(want, got); diff != "" || len(got.Gaps) > 0 {
				t.Errorf("gaps %v, difference to the administrator: %s", told(got.Gaps), diff)
			}
		})
	}
}

// Each right that Access lists is used: without it there is a gap for its kind
// and for no other.
func TestAccessIsTheLeast(t *testing.T) {
	c := lab(t)
	c.namespace(t, "least")
	for _, selected := range [][]string{nil, {"least"}} {
		rights := Access(Options{Namespaces: selected, ReadSecrets: true})
		for i, left := range rights {
			t.Run(fmt.Sprintf("%s %v", left.Resource, selected), func(t *testing.T) {
				user := fmt.Sprintf("no-%s-%d", left.Resource, len(selected))
				config := c.grant(t, user, slices.Delete(slices.Clone(rights), i, i+1))
				s := scanned(t, Options{Config: config, Namespaces: selected, ReadSecrets: true})
				kinds := map[string]bool{}
				for _, g := range s.Gaps {
					kinds[g.What] = true
				}
				if diff := cmp.Diff(map[string]bool{left.Resource: true}, kinds); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

func TestAccessAsksForNoMoreThanReading(t *testing.T) {
	for _, right := range slices.Concat(Access(Options{Detail: true}), Access(Options{Namespaces: []string{"b", "a", "b"}, Detail: true})) {
		if right.Resource == "secrets" {
			t.Error("Secrets, though they were not asked for")
		}
		want := []string{"list"}
		if right.Resource == "namespaces" && len(right.Namespaces) > 0 || right.URL == issuerPath {
			want = []string{"get"}
		}
		if diff := cmp.Diff(want, right.Verbs); diff != "" {
			t.Errorf("%s: %s", right.Resource, diff)
		}
		if n := right.Namespaces; len(n) > 0 && !slices.Equal(n, []string{"a", "b"}) {
			t.Errorf("%s in %v", right.Resource, n)
		}
	}
}

// everything in one namespace, as a Role grants it.
func everythingIn(namespace string) []Right {
	return Access(Options{Namespaces: []string{namespace}})
}

func namespaced(rights []Right, namespace string) []Right {
	var list []Right
	for _, r := range rights {
		if r.Resource == "clusterroles" || r.Resource == "clusterrolebindings" || r.Resource == "namespaces" {
			continue
		}
		r.Namespaces, r.Verbs = []string{namespace}, []string{"list"}
		list = append(list, r)
	}
	return list
}

// A user who may read one namespace gets what lies there, and each other
// namespace is told as not read.
func TestWhoMayReadOneNamespaceGetsIt(t *testing.T) {
	c := lab(t)
	c.namespace(t, "mine")
	c.namespace(t, "theirs")
	c.pods(t, "mine", 2)
	c.pods(t, "theirs", 2)
	rights := append(namespaced(everythingIn("mine"), "mine"), Right{Resource: "namespaces", Verbs: []string{"list"}})
	s := scanned(t, Options{Config: c.grant(t, "mine-only", rights), PageSize: 1})
	if len(s.Pods) != 2 || s.Pods[0].Namespace != "mine" {
		t.Errorf("pods %v, want the two of mine", s.Pods)
	}
	if slices.ContainsFunc(s.Gaps, func(g snapshot.Gap) bool { return g.Namespace == "mine" }) {
		t.Errorf("a gap in the namespace that can be read: %v", told(s.Gaps))
	}
	var got []string
	for _, line := range told(s.Gaps) {
		if strings.Contains(line, "theirs") || strings.Contains(line, "| cluster |") {
			got = append(got, line)
		}
	}
	want := []string{
		"clusterrolebindings | cluster |  | ClusterRoleBinding | list clusterrolebindings.rbac.authorization.k8s.io",
		"clusterroles | cluster |  | ClusterRole | list clusterroles.rbac.authorization.k8s.io",
		"configmaps | namespace theirs | theirs | ConfigMap | list configmaps in namespace theirs",
		"controllerrevisions | namespace theirs | theirs | ControllerRevision | list controllerrevisions.apps in namespace theirs",
		"cronjobs | namespace theirs | theirs | CronJob | list cronjobs.batch in namespace theirs",
		"daemonsets | namespace theirs | theirs | DaemonSet | list daemonsets.apps in namespace theirs",
		"deployments | namespace theirs | theirs | Deployment | list deployments.apps in namespace theirs",
		"jobs | namespace theirs | theirs | Job | list jobs.batch in namespace theirs",
		"pods | namespace theirs | theirs | Pod | list pods in namespace theirs",
		"replicasets | namespace theirs | theirs | ReplicaSet | list replicasets.apps in namespace theirs",
		"replicationcontrollers | namespace theirs | theirs | ReplicationController | list replicationcontrollers in namespace theirs",
		"rolebindings | namespace theirs | theirs | RoleBinding | list rolebindings.rbac.authorization.k8s.io in namespace theirs",
		"roles | namespace theirs | theirs | Role | list roles.rbac.authorization.k8s.io in namespace theirs",
		"serviceaccounts | namespace theirs | theirs | ServiceAccount | list serviceaccounts in namespace theirs",
		"statefulsets | namespace theirs | theirs | StatefulSet | list statefulsets.apps in namespace theirs",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestWhoMayReadNothingGetsOneGapAKind(t *testing.T) {
	c := lab(t)
	s := scanned(t, Options{Config: c.user("nobody"), ReadSecrets: true})
	if n := len(names(s)); n > 0 {
		t.Errorf("read %d objects", n)
	}
	if len(s.Gaps) != len(resources(true)) {
		t.Errorf("%d gaps for %d kinds: %v", len(s.Gaps), len(resources(true)), told(s.Gaps))
	}
	for _, g := range s.Gaps {
		if g.Scope != "cluster" || g.Namespace != "" || !strings.Contains(g.Reason, `User "nobody" cannot list resource`) {
			t.Errorf("gap %+v", g)
		}
	}
}

// Without the list of namespaces, those in which something lies are tried, and
// that there may be others stays a gap.
func TestNamespacesThatCannotBeListedAreImplied(t *testing.T) {
	c := lab(t)
	c.namespace(t, "implied")
	c.pods(t, "implied", 1)
	rights := append(namespaced(everythingIn("implied"), "implied"), Right{Group: rbacv1.GroupName, Resource: "rolebindings", Verbs: []string{"list"}})
	s := scanned(t, Options{Config: c.grant(t, "implied-only", rights)})
	if len(s.Pods) != 1 || s.Pods[0].Namespace != "implied" {
		t.Errorf("pods %v, want the one of implied", s.Pods)
	}
	i := slices.IndexFunc(s.Namespaces, func(ns snapshot.Namespace) bool { return ns.Name == "implied" })
	if i < 0 || !s.Namespaces[i].Implied {
		t.Errorf("namespaces %v, want implied among them", s.Namespaces)
	}
	lines := told(s.Gaps)
	for _, want := range []string{
		"namespaces | cluster |  | Namespace | list namespaces",
		"pods | cluster |  | Pod | list pods in all namespaces",
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("gaps %v lack %q", lines, want)
		}
	}
	if slices.ContainsFunc(s.Gaps, func(g snapshot.Gap) bool { return g.What == "rolebindings" }) {
		t.Errorf("a gap for what was read: %v", lines)
	}
}

func TestSelectedNamespaceReadsBindingsEverywhere(t *testing.T) {
	c := lab(t)
	c.namespace(t, "selected")
	c.namespace(t, "elsewhere")
	c.pods(t, "elsewhere", 1)
	c.bindings(t, "elsewhere", 1)
	s := scanned(t, Options{Config: c.config, Namespaces: []string{"selected"}})
	if len(s.Pods) > 0 || len(s.Namespaces) != 1 || s.Namespaces[0].Name != "selected" {
		t.Errorf("pods %v, namespaces %v: want only what is selected", s.Pods, s.Namespaces)
	}
	if !slices.ContainsFunc(s.Bindings, func(b snapshot.Binding) bool { return b.Namespace == "elsewhere" }) {
		t.Error("the binding of another namespace is missing")
	}

	s = scanned(t, Options{Config: c.grant(t, "selected-only", namespaced(everythingIn("selected"), "selected")), Namespaces: []string{"selected"}})
	want := []string{
		"clusterrolebindings | cluster |  | ClusterRoleBinding | list clusterrolebindings.rbac.authorization.k8s.io",
		"clusterroles | cluster |  | ClusterRole | list clusterroles.rbac.authorization.k8s.io",
		"namespaces | namespace selected | selected | Namespace | get namespace selected",
		"rolebindings | cluster |  | RoleBinding | list rolebindings.rbac.authorization.k8s.io in all namespaces",
		"roles | cluster |  | Role | list roles.rbac.authorization.k8s.io in all namespaces",
	}
	if diff := cmp.Diff(want, told(s.Gaps)); diff != "" {
		t.Error(diff)
	}
	if len(s.Bindings) != 1 || s.Bindings[0].Namespace != "selected" {
		t.Errorf("bindings %v, want the one of selected", s.Bindings)
	}
}

func TestASelectedNamespaceMustBeThere(t *testing.T) {
	c := lab(t)
	for _, name := range []string{"not-there", "../../x", "", "a/b", "UPPER"} {
		_, err := scan(t, Options{Config: c.config, Namespaces: []string{"kube-system", name}})
		want := &NamespaceNotFound{Names: []string{name}}
		if diff := cmp.Diff(error(want), err); diff != "" {
			t.Errorf("%q: %s", name, diff)
		}
	}
}
