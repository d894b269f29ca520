package cli

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"podpass/internal/audit"
	"podpass/internal/lab/labtest"
	"podpass/internal/rbac"
	"podpass/internal/snapshot"
)

// judged are the namespaces of the test; near misses among their names.
func judged() []string { return []string{"judge", "judge-two", "judge-three", "other"} }

// TestTheAPIServerIsTheJudgeOfPP101: on random RBAC, every right beyond the
// built-in ones that the API server allows a default account, in any
// namespace, is in the evidence of PP101, and no namespace fails for which no
// binding beyond the built-in ones names its account.
func TestTheAPIServerIsTheJudgeOfPP101(t *testing.T) {
	c := labtest.Cluster(t)
	cs := client(t, c)
	random := rand.New(rand.NewPCG(5, 21))
	for _, ns := range judged() {
		if _, err := cs.CoreV1().Namespaces().Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: ns}}, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	compared := 0
	for round := range 6 {
		makeRBAC(t, cs, random, fmt.Sprintf("round%d", round))
		time.Sleep(300 * time.Millisecond) // the authorizer learns of them by a watch
		compared += judge(t, cs, reportOf(t, 3, "--kubeconfig", c.Kubeconfig(), "--rules", "PP101"))
	}
	if compared < 100 {
		t.Errorf("only %d rights were compared", compared)
	}
}

// makeRBAC adds random roles and bindings.
func makeRBAC(t *testing.T, cs *kubernetes.Clientset, random *rand.Rand, round string) {
	t.Helper()
	one := func(list []string) string { return list[random.IntN(len(list))] }
	subject := func() rbacv1.Subject {
		ns := one(judged())
		return []rbacv1.Subject{
			{Kind: "ServiceAccount", Name: one([]string{"default", "default", "other"}), Namespace: ns},
			{Kind: "User", APIGroup: rbacv1.GroupName, Name: "system:serviceaccount:" + ns + ":default"},
			{Kind: "Group", APIGroup: rbacv1.GroupName, Name: "system:serviceaccounts:" + ns},
			{Kind: "Group", APIGroup: rbacv1.GroupName, Name: one([]string{"system:serviceaccounts", "system:authenticated", "system:unauthenticated", "devs", "system:serviceaccount:" + ns + ":default"})},
		}[random.IntN(4)]
	}
	subjects := func() []rbacv1.Subject { return []rbacv1.Subject{subject(), subject()}[:1+random.IntN(2)] }
	rules := func() []rbacv1.PolicyRule {
		var list []rbacv1.PolicyRule
		for range random.IntN(3) {
			list = append(list, rbacv1.PolicyRule{
				Verbs:     []string{one([]string{"get", "list", "create", "*"})},
				APIGroups: []string{one([]string{"", "apps", "*"})},
				Resources: []string{one([]string{"pods", "secrets", "nodes", "deployments", "pods/exec", "*"}), one([]string{"configmaps", "namespaces"})},
			})
		}
		return list
	}
	for i := range 4 {
		meta := metav1.ObjectMeta{Name: fmt.Sprintf("%s-%d", round, i), Namespace: one(judged()), Labels: map[string]string{"kubernetes.io/bootstrapping": "rbac-defaults"}}
		role := rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: one([]string{"Role", "ClusterRole"}), Name: meta.Name}
		if random.IntN(6) == 0 {
			role.Name = "missing"
		}
		_, err := cs.RbacV1().Roles(meta.Namespace).Create(t.Context(), &rbacv1.Role{ObjectMeta: meta, Rules: rules()}, metav1.CreateOptions{})
		must(t, err)
		_, err = cs.RbacV1().RoleBindings(meta.Namespace).Create(t.Context(), &rbacv1.RoleBinding{ObjectMeta: meta, RoleRef: role, Subjects: subjects()}, metav1.CreateOptions{})
		must(t, err)
		meta.Namespace = ""
		_, err = cs.RbacV1().ClusterRoles().Create(t.Context(), &rbacv1.ClusterRole{ObjectMeta: meta, Rules: append(rules(), rbacv1.PolicyRule{Verbs: []string{"get"}, NonResourceURLs: []string{"/metrics"}})}, metav1.CreateOptions{})
		must(t, err)
		if i == 0 {
			role.Kind = "ClusterRole"
			who := subjects()
			for j := range who { // all at once would leave nothing to tell apart
				if who[j].Name == "system:serviceaccounts" || who[j].Name == "system:authenticated" {
					who[j].Name = "devs"
				}
			}
			_, err = cs.RbacV1().ClusterRoleBindings().Create(t.Context(), &rbacv1.ClusterRoleBinding{ObjectMeta: meta, RoleRef: role, Subjects: who}, metav1.CreateOptions{})
			must(t, err)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// judge compares the report with the API server's own answers.
func judge(t *testing.T, cs *kubernetes.Clientset, r *audit.Report) (compared int) {
	t.Helper()
	for _, ns := range judged() {
		i := slices.IndexFunc(r.Results, func(r audit.Result) bool { return r.Object.Namespace == ns })
		if i < 0 {
			t.Fatalf("no result for %s", ns)
		}
		result := r.Results[i]
		var evidence strings.Builder
		for _, e := range result.Evidence {
			evidence.WriteString(e.Text + "\n")
		}
		for _, right := range allowed(t, cs, ns) {
			compared++
			if !tells(evidence.String(), right) {
				t.Errorf("the API server allows default of %s %q, which the evidence lacks:\n%s", ns, right, evidence.String())
			}
		}
		if named := boundTo(t, cs, ns); named != (result.Status == audit.Fail) {
			t.Errorf("default of %s: PP101 says %s, but a binding names it: %v", ns, result.Status, named)
		}
	}
	return compared
}

// right is what the API server allows on one resource or URL.
type right struct{ verbs, thing string }

// tells looks for a right among the rules of the evidence, "verbs thing, thing".
func tells(evidence string, r right) bool {
	for _, rule := range strings.FieldsFunc(evidence, func(c rune) bool { return c == ';' || c == '\n' || c == '(' || c == ')' }) {
		if _, after, ok := strings.Cut(rule, ": "); ok {
			rule = after
		}
		things, ok := strings.CutPrefix(strings.TrimSpace(rule), r.verbs+" ")
		if ok && slices.Contains(strings.Split(things, ", "), r.thing) {
			return true
		}
	}
	return false
}

// allowed asks the API server, as the default account of a namespace, what it
// may do in every namespace, less the built-in rights, as the evidence writes
// it: by resource, since parts without effect stand apart.
func allowed(t *testing.T, cs *kubernetes.Clientset, ns string) []right {
	t.Helper()
	config := *labtest.Cluster(t).Config()
	config.Impersonate.UserName = "system:serviceaccount:" + ns + ":default"
	config.Impersonate.Groups = []string{"system:serviceaccounts", "system:serviceaccounts:" + ns, "system:authenticated"}
	as, err := kubernetes.NewForConfig(&config)
	must(t, err)
	namespaces, err := cs.CoreV1().Namespaces().List(t.Context(), metav1.ListOptions{})
	must(t, err)
	var rights []right
	for _, where := range namespaces.Items {
		review, err := as.AuthorizationV1().SelfSubjectRulesReviews().Create(t.Context(), &authorizationv1.SelfSubjectRulesReview{
			Spec: authorizationv1.SelfSubjectRulesReviewSpec{Namespace: where.Name}}, metav1.CreateOptions{})
		must(t, err)
		for _, rule := range review.Status.ResourceRules {
			if !builtinRule(rule.APIGroups) {
				rights = append(rights, rightsOn(rule)...)
			}
		}
		for _, rule := range review.Status.NonResourceRules {
			if slices.Contains(rule.NonResourceURLs, "/metrics") {
				rights = append(rights, right{strings.Join(rule.Verbs, ", "), "/metrics"})
			}
		}
	}
	return rights
}

// builtinRule: the groups of the self reviews, which no random role names.
func builtinRule(groups []string) bool {
	return slices.Contains(groups, "authorization.k8s.io") || slices.Contains(groups, "authentication.k8s.io") || slices.Contains(groups, "certificates.k8s.io")
}

// rightsOn words each resource of a rule as the evidence does.
func rightsOn(rule authorizationv1.ResourceRule) []right {
	var rights []right
	for _, resource := range rule.Resources {
		text := rbac.Text(snapshot.Rule{Verbs: []string{"v"}, APIGroups: rule.APIGroups, Resources: []string{resource}})
		rights = append(rights, right{strings.Join(rule.Verbs, ", "), strings.TrimPrefix(text, "v ")})
	}
	return rights
}

// boundTo tells by plain comparison whether any binding that the cluster was
// not born with names the default account of a namespace.
func boundTo(t *testing.T, cs *kubernetes.Clientset, ns string) bool {
	t.Helper()
	names := func(own string, subjects []rbacv1.Subject) bool {
		return slices.ContainsFunc(subjects, func(s rbacv1.Subject) bool {
			switch s.Kind {
			case "ServiceAccount":
				return s.Name == "default" && (s.Namespace == ns || s.Namespace == "" && own == ns)
			case "User":
				return s.Name == "system:serviceaccount:"+ns+":default"
			}
			return s.Kind == "Group" && slices.Contains([]string{"system:authenticated", "system:serviceaccounts", "system:serviceaccounts:" + ns}, s.Name)
		})
	}
	cluster, err := cs.RbacV1().ClusterRoleBindings().List(t.Context(), metav1.ListOptions{})
	must(t, err)
	for _, b := range cluster.Items {
		if !strings.HasPrefix(b.Name, "system:") && names("", b.Subjects) {
			return true
		}
	}
	bindings, err := cs.RbacV1().RoleBindings("").List(t.Context(), metav1.ListOptions{})
	must(t, err)
	for _, b := range bindings.Items {
		if names(b.Namespace, b.Subjects) {
			return true
		}
	}
	return false
}
