package export_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/plan"
)

// TestPoliciesLetInWhomTheyLetInBefore is the proof of references in files: at
// every moment of a plan each pod, under its old account and its new one, reaches
// just what its workload reached before.
func TestPoliciesLetInWhomTheyLetInBefore(t *testing.T) {
	for _, c := range meshCases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := newFolder(t, c.policy)
			c.bites(t, f)
			p, _ := f.plan(t)
			want := []string{}
			if c.waits != "" {
				want = append(want, c.waits)
			}
			if diff := cmp.Diff(want, references(p)); diff != "" {
				t.Errorf("decisions: %s", diff)
			}
			for _, anew := range []bool{false, true} {
				got, wrong := f.walk(t, anew)
				for _, one := range wrong {
					t.Error(one)
				}
				if ends := ends(got); ends != c.accounts || got["shop/batch"] != "shared" {
					t.Errorf("anew %v: cart, web and worker end as %s, batch as %s; want %s and shared", anew, ends, got["shop/batch"], c.accounts)
				}
			}
		})
	}
}

// ends are the accounts of cart, web and worker.
func ends(accounts map[string]string) string {
	return strings.Join([]string{accounts["shop/cart"], accounts["shop/web"], accounts["shop/worker"]}, " ")
}

// bites sees that the policy is one that a move alone would break, or else lets
// in some and others not.
func (c *meshCase) bites(t *testing.T, f *folder) {
	t.Helper()
	w := f.world(t)
	before := w.reach()
	answers := map[bool]bool{}
	for _, can := range before {
		answers[can] = true
	}
	if breaks := len(w.moved().differs(before)) > 0; breaks == c.indifferent || !breaks && len(answers) < 2 {
		t.Errorf("a move alone changes something: %v; answers before: %v", breaks, answers)
	}
}

// TestOldNamesStayForWhoeverStays: of those on one account some move, and some do
// not, for one reason or another.
func TestOldNamesStayForWhoeverStays(t *testing.T) {
	const workflow = "---\napiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: nightly, namespace: shop}\nspec: {entrypoint: a}\n"
	alone := &plan.Choices{Workloads: []plan.WorkloadChoice{{Match: plan.Match{Kind: "Deployment", Namespace: "shop", Name: "web"}, LeaveAlone: true}}}
	shared := "[cluster.local/ns/shop/sa/default, cluster.local/ns/shop/sa/shared]"
	for name, c := range map[string]struct {
		principals, more string
		choices          *plan.Choices
		accounts         string
		stays            bool // the name of default
	}{
		"all move":                       {shared, "", nil, all, false},
		"one is left alone":              {shared, "", alone, "cart default worker", true},
		"a workflow falls back to it":    {shared, workflow, nil, all, true},
		"a workflow names it":            {shared, strings.Replace(workflow, "{entry", "{serviceAccountName: default, entry", 1), nil, all, true},
		"the list cannot be edited":      {"&who " + shared, "  - when: [{key: source.principal, values: *who}]\n", nil, none, true},
		"a policy that a helm chart has": {"[cluster.local/ns/shop/sa/default, \"{{ .Values.client }}\"]", "", nil, none, true},
	} {
		for _, action := range []string{"ALLOW", "DENY"} {
			t.Run(name+", "+action, func(t *testing.T) {
				f := newFolder(t, fmt.Sprintf("apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: policy, namespace: shop}\nspec:\n  action: %s\n  rules:\n  - from: [{source: {principals: %s}}]\n%s", action, c.principals, c.more))
				f.choices = c.choices
				for _, anew := range []bool{false, true} {
					got, wrong := f.walk(t, anew)
					for _, one := range wrong {
						t.Error(one)
					}
					if ends := ends(got); ends != c.accounts {
						t.Errorf("anew %v: cart, web and worker end as %s; want %s", anew, ends, c.accounts)
					}
				}
				policy := string(f.files(t)[filepath.Join(f.dir, "policy.yaml")])
				if strings.Contains(policy, "sa/default") != c.stays {
					t.Errorf("at the end the policy is\n%s", policy)
				}
			})
		}
	}
}
