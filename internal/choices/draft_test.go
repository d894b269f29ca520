package choices

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/audit"
	"podpass/internal/plan"
	"podpass/internal/snapshot"
)

// world is a cluster in which much has to be decided.
func world() *snapshot.Snapshot {
	s := &snapshot.Snapshot{}
	s.Origin, s.Detail, s.SecretsRead = snapshot.OriginCluster, true, true
	meta := func(namespace, name string) snapshot.Meta {
		return snapshot.Meta{Namespace: namespace, Name: name, UID: "uid-" + name, Live: true}
	}
	s.Namespaces = []snapshot.Namespace{{Meta: meta("", "shop")}, {Meta: meta("", "pay")}}
	s.ServiceAccounts = []snapshot.ServiceAccount{{Meta: meta("shop", "default")}, {Meta: meta("pay", "default")}}
	all := snapshot.Rule{Verbs: []string{"*"}, APIGroups: []string{"*"}, Resources: []string{"*"}}
	s.Roles = []snapshot.Role{{Meta: meta("", "boss"), Rules: []snapshot.Rule{all}}, {Meta: meta("shop", "read"), Rules: []snapshot.Rule{{Verbs: []string{"get"}, APIGroups: []string{""}, Resources: []string{"configmaps"}}}}}
	s.Bindings = []snapshot.Binding{
		{Meta: meta("", "boss"), Role: snapshot.RoleRef{Kind: "ClusterRole", Name: "boss"}, Subjects: []snapshot.Subject{{Kind: "ServiceAccount", Namespace: "shop", Name: "default"}}},
		{Meta: meta("shop", "a[b]*"), Role: snapshot.RoleRef{Kind: "Role", Name: "read"}, Subjects: []snapshot.Subject{{Kind: "Group", Name: "system:serviceaccounts:shop"}}},
	}
	workload := func(kind, name string, by *snapshot.Manager) {
		m := meta("shop", name)
		m.Manager = by
		s.Workloads = append(s.Workloads, snapshot.Workload{Meta: m, Group: "apps", Kind: kind, Template: &snapshot.PodSpec{}})
	}
	workload("Deployment", "cart", &snapshot.Manager{By: snapshot.ByHelm, Source: "Helm release \n## cart"})
	workload("ReplicaSet", "old", nil)
	s.Pods = []snapshot.Pod{{Meta: meta("pay", "lone")}}
	s.References = []snapshot.Reference{{
		Meta: meta("shop", "spark"), Group: "sparkoperator.k8s.io", Version: "v1", Kind: "SparkApplication", Use: snapshot.FallsBack, Field: "spec.driver.serviceAccount",
	}, {
		Meta: meta("shop", "allow"), Group: "security.istio.io", Version: "v1", Kind: "AuthorizationPolicy", Pointer: "/spec/rules/0/when/0/values/0",
		Value: "*/sa/default", Form: snapshot.FormSPIFFE, Of: snapshot.Names{Namespace: "*", Name: "default"}, Use: snapshot.Knows,
	}}
	s.Sort()
	return s
}

// uncomment takes "# " from the lines of the blocks that are asked for; blocks
// end in an empty line.
func uncomment(draft string, want func(block int) bool) (text string, blocks int) {
	var b strings.Builder
	inside := false
	for line := range strings.Lines(draft) {
		rest, proposal := strings.CutPrefix(line, "# ")
		if proposal && !inside {
			inside = true
			blocks++
		}
		if line == "\n" {
			inside = false
		}
		if proposal && want(blocks) {
			line = rest
		}
		b.WriteString(line)
	}
	return b.String(), blocks
}

func TestADraftCanBeReadAsItIsAndBlockByBlock(t *testing.T) {
	p := plan.Make(world(), plan.Options{})
	draft := string(Draft(p))
	c, err := Parse("c.yaml", []byte(draft))
	if err != nil {
		t.Fatalf("%v\n%s", err, draft)
	}
	if diff := cmp.Diff(&plan.Choices{File: "c.yaml"}, c); diff != "" {
		t.Errorf("something is in force: %s", diff)
	}
	_, blocks := uncomment(draft, func(int) bool { return false })
	if blocks < 6 || len(p.Decisions) < 6 {
		t.Fatalf("only %d blocks of %d decisions:\n%s", blocks, len(p.Decisions), draft)
	}
	for i := range blocks {
		text, _ := uncomment(draft, func(block int) bool { return block == i+1 })
		c, err := Parse("c.yaml", []byte(text))
		if err != nil {
			t.Errorf("block %d: %v\n%s", i+1, err, text)
			continue
		}
		if n := len(c.Workloads) + len(c.Namespaces) + len(c.Bindings) + len(c.References); n != 1 {
			t.Errorf("block %d has %d entries", i+1, n)
		}
		if named, patterns := Unused(c, world()); len(named)+len(patterns) > 0 {
			t.Errorf("block %d is for nothing that is there: %v %v", i+1, named, patterns)
		}
	}
}

func TestADraftInWhichAllIsDecidedLeavesNothingOpen(t *testing.T) {
	text, _ := uncomment(string(Draft(plan.Make(world(), plan.Options{}))), func(int) bool { return true })
	c, err := Parse("c.yaml", []byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if p := plan.Make(world(), plan.Options{Choices: c}); len(p.Decisions) > 0 {
		t.Errorf("still open: %+v\n%s", p.Decisions, text)
	}
}

func TestOneObjectHasOneBlock(t *testing.T) {
	cart := audit.Object{Kind: "Deployment", Namespace: "shop", Name: "cart"}
	lines := "workloads:\n- kind: Deployment\n  namespace: shop\n  name: cart\n"
	p := &plan.Plan{Decisions: []plan.Decision{
		{Object: cart, Source: &audit.Source{File: "cart.yaml", Line: 3}, Question: "Which rights?", Choices: lines + "  rights: none\n  # or: rights: all\n", HoldsUp: []string{"a", "b"}},
		{Object: audit.Object{Kind: "Cluster"}, Question: "Which account\x1b[2J?", Choices: "cluster:\n  accountId: ACCOUNT\n"},
		{Object: cart, Question: "Is its source changed?", Choices: lines + "  managed: true  # too\n  # or: leaveAlone: true\n"},
		{Object: cart, Question: "Nothing replaces it.", Choices: lines + "  leaveAlone: true\n"},
		{Object: cart, Question: "Which role?", Choices: lines + "  role:\n    policies: [ARN]\n    inline: [FILE]\n  # or: aws: none\n"},
		{Object: audit.Object{Kind: "RoleBinding", Namespace: "shop", Name: "all"}, Question: "Who?", Choices: "bindings:\n- kind: RoleBinding\n  namespace: shop\n  name: all\n  accounts: [shop/NAME]\n  # or: leaveAlone: true\n"},
	}}
	const want = `
cluster:
## Which account\u{1b}[2J?
#   accountId: ACCOUNT

workloads:
## Deployment shop/cart (cart.yaml:3), 2 steps wait:
## Which rights?
# - kind: Deployment
#   namespace: shop
#   name: cart
#   rights: none
#   # or: rights: all
## Is its source changed?
#   managed: true  # too
#   # or: leaveAlone: true
## Nothing replaces it.
#   # or: leaveAlone: true
## Which role?
#   # or: role:
#   #       policies: [ARN]
#   #       inline: [FILE]
#   # or: aws: none

bindings:
## RoleBinding shop/all
## Who?
# - kind: RoleBinding
#   namespace: shop
#   name: all
#   # or: accounts: [shop/NAME]
#   leaveAlone: true
`
	got := string(Draft(p))
	if _, rest, _ := strings.Cut(got, "may hold.\n"); cmp.Diff(want, rest) != "" {
		t.Error(cmp.Diff(want, rest))
	}
}

func TestADraftOfManyDecisionsStaysWithinTheBound(t *testing.T) {
	p := &plan.Plan{}
	for i := range 60_000 {
		o := audit.Object{Kind: "Deployment", Namespace: "shop", Name: fmt.Sprint("cart-", i)}
		p.Decisions = append(p.Decisions, plan.Decision{
			Object: o, Question: strings.Repeat("What is to be done? ", 20),
			Choices: fmt.Sprintf("workloads:\n- kind: Deployment\n  namespace: shop\n  name: %s\n  leaveAlone: true\n", o.Name),
		})
	}
	draft := Draft(p)
	if _, err := Parse("c.yaml", draft); err != nil || !strings.Contains(string(draft), "more are open: make these decisions first") {
		t.Errorf("%d bytes: %v", len(draft), err)
	}
}
