package exports_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"podpass/internal/iam"
	"podpass/internal/iam/trust"
	"podpass/internal/plan"
)

// blocks parses the .tf files of a folder, each of which stands as terraform fmt
// writes it, into blocks by their address.
func blocks(tb testing.TB, all map[string][]byte, folder string) map[string]*hclsyntax.Body {
	tb.Helper()
	found := map[string]*hclsyntax.Body{}
	for path, data := range all {
		if !strings.HasPrefix(path, folder+"/") || !strings.HasSuffix(path, ".tf") {
			continue
		}
		if diff := cmp.Diff(string(hclwrite.Format(data)), string(data)); diff != "" {
			tb.Errorf("%s is not as terraform fmt writes it: %s", path, diff)
		}
		file, problems := hclsyntax.ParseConfig(data, path, hcl.InitialPos)
		if problems.HasErrors() {
			tb.Fatalf("%v in\n%s", problems, data)
		}
		for _, b := range file.Body.(*hclsyntax.Body).Blocks {
			address := strings.Join(append([]string{b.Type}, b.Labels...), ".")
			if b.Type == "import" {
				address += "." + source(data, b.Body.Attributes["to"].Expr)
			}
			if _, twice := found[address]; twice {
				tb.Errorf("%s is written twice", address)
			}
			for _, label := range b.Labels {
				if !hclsyntax.ValidIdentifier(label) {
					tb.Errorf("%s has a label that is no identifier", address)
				}
			}
			found[address] = b.Body
		}
	}
	return found
}

func source(data []byte, e hclsyntax.Expression) string {
	return string(e.Range().SliceBytes(data))
}

// value evaluates an attribute as Terraform does, without any provider.
func value(tb testing.TB, body *hclsyntax.Body, name string) cty.Value {
	tb.Helper()
	attribute := body.Attributes[name]
	if attribute == nil {
		tb.Fatalf("there is no attribute %s", name)
	}
	v, problems := attribute.Expr.Value(&hcl.EvalContext{Functions: map[string]function.Function{
		"jsonencode": stdlib.JSONEncodeFunc,
		"toset":      stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)),
	}})
	if problems.HasErrors() {
		tb.Fatal(problems)
	}
	return v
}

func text(tb testing.TB, body *hclsyntax.Body, name string) string {
	tb.Helper()
	return value(tb, body, name).AsString()
}

// byAddress are the roles of a plan by what they are in Terraform.
func steps(p *plan.Plan) map[string][]*plan.Role {
	all := map[string][]*plan.Role{}
	for i := range p.Steps {
		if s := &p.Steps[i]; !s.Waiting() && s.After != nil && s.After.Role != nil {
			all[s.After.Role.Name] = append(all[s.After.Role.Name], s.After.Role)
		}
	}
	return all
}

func TestEveryTrustInTerraformIsProven(t *testing.T) {
	p := roles(t, choices())
	found := blocks(t, written(t, p, "terraform"), "1-add")
	judged := 0
	for address, body := range found {
		if !strings.HasPrefix(address, "resource.aws_iam_role.") {
			continue
		}
		of := steps(p)[text(t, body, "name")]
		if len(of) == 0 {
			t.Fatalf("%s is no role of the plan", address)
		}
		judge(t, of, text(t, body, "assume_role_policy"))
		if _, imported := found["import.aws_iam_role."+strings.TrimPrefix(address, "resource.aws_iam_role.")]; imported != of[0].Exists {
			t.Errorf("%s is imported: %v", address, imported)
		}
		judged++
	}
	if judged != 6 {
		t.Errorf("%d roles were judged, not 6: %v", judged, slices.Sorted(maps.Keys(found)))
	}
}

// judge has a trust judged by the engine: it lets in the accounts that are meant
// and, if it is new, nobody else; no check objects, and it is not too long.
func judge(t *testing.T, of []*plan.Role, policy string) {
	t.Helper()
	doc, err := iam.Parse([]byte(policy), iam.Trust)
	if err != nil {
		t.Fatalf("%v in %s", err, policy)
	}
	var meant []trust.Meant
	for _, r := range of {
		m := trust.Meant{Provider: host, Namespace: r.Account.Namespace, ServiceAccount: r.Account.Name, Audience: trust.DefaultAudience}
		if r.By == plan.AWSPodIdentity {
			m = trust.Meant{Cluster: "arn:aws:eks:eu-central-1:111122223333:cluster/prod", Namespace: r.Account.Namespace, ServiceAccount: r.Account.Name}
		}
		meant = append(meant, m)
		if own := iam.Compile(trust.For(accountID, []trust.Meant{m})); trust.NothingMore(own, iam.Compile(doc)).Verdict != trust.Yes {
			t.Errorf("%s is not let in by %s", m, policy)
		}
	}
	if budget := trust.BudgetOf(doc); budget.Exceeded {
		t.Errorf("%s takes %d characters", of[0].ARN, budget.Used)
	}
	if of[0].Exists {
		if !strings.Contains(policy, "role/node") {
			t.Errorf("the old principal is gone from %s", policy)
		}
		return
	}
	if !trust.Proves(iam.Compile(doc), meant) {
		t.Errorf("not proven: %s", policy)
	}
	if found := trust.Lint(iam.Compile(doc), &trust.Context{Role: of[0].ARN, Meant: meant}); len(found.Findings) > 0 {
		t.Errorf("lint of %s: %v", policy, found.Findings)
	}
}

func TestTheStatementToAddByHandIsProven(t *testing.T) {
	p := roles(t, choices())
	readme := string(written(t, p, "terraform")["README.md"])
	_, rest, ok := strings.Cut(readme, "```json\n")
	statement, _, _ := strings.Cut(rest, "```")
	if !ok || strings.Contains(rest, "```json\n") {
		t.Fatalf("README.md has not one statement:\n%s", readme)
	}
	added := *steps(p)["unknown"][0]
	added.Exists = false // nothing stands beside it
	judge(t, []*plan.Role{&added}, statement)
}

func TestOfAnExistingRoleNothingButTheTrustChanges(t *testing.T) {
	body := blocks(t, written(t, roles(t, choices()), "terraform"), "1-add")["resource.aws_iam_role.shared"]
	if got := slices.Sorted(maps.Keys(body.Attributes)); !slices.Equal(got, []string{"assume_role_policy", "name", "path"}) {
		t.Errorf("it says %v", got)
	}
	if text(t, body, "path") != "/app/" {
		t.Errorf("another path replaces it: %s", text(t, body, "path"))
	}
	keep := body.Blocks[0].Body
	if value(t, keep, "prevent_destroy").False() || len(keep.Attributes["ignore_changes"].Expr.(*hclsyntax.TupleConsExpr).Exprs) != 5 {
		t.Error("something but the trust may change")
	}
}

func TestPoliciesInTerraformAreThoseOfThePlan(t *testing.T) {
	p := roles(t, choices())
	found := blocks(t, written(t, p, "terraform"), "1-add")
	for name, of := range steps(p) {
		for address, body := range found {
			if !strings.HasPrefix(address, "resource.aws_iam_role.") || text(t, body, "name") != name {
				continue
			}
			id := strings.TrimPrefix(address, "resource.aws_iam_role.")
			var arns []string
			if attached := found["resource.aws_iam_role_policy_attachment."+id]; attached != nil {
				for _, v := range value(t, attached, "for_each").AsValueSlice() {
					arns = append(arns, v.AsString())
				}
			}
			if want := slices.Sorted(slices.Values(of[0].Policies)); !slices.Equal(arns, want) {
				t.Errorf("%s has the policies %v, not %v", name, arns, want)
			}
			if of[0].Inline == nil {
				continue
			}
			got := value(t, found["resource.aws_iam_role_policy."+id], "for_each").AsValueMap()
			sameDocument(t, of[0].Inline[0].Document, []byte(got[of[0].Inline[0].Name].AsString()))
		}
	}
}

// sameDocument compares policies as whoever reads them does.
func sameDocument(t *testing.T, want, got []byte) {
	t.Helper()
	a, err := iam.Parse(want, iam.Identity)
	if err != nil {
		t.Fatal(err)
	}
	b, err := iam.Parse(got, iam.Identity)
	if err != nil {
		t.Fatalf("%v in %s", err, got)
	}
	if x, y := iam.Print(a.Canonical(), ""), iam.Print(b.Canonical(), ""); !bytes.Equal(x, y) {
		t.Errorf("want %s, got %s", x, y)
	}
}

func TestAssociationsNameTheirRole(t *testing.T) {
	all := written(t, roles(t, choices()), "terraform")
	for folder, account := range map[string]string{"1-add": "pods", "2-move": "own"} {
		body := blocks(t, all, folder)["resource.aws_eks_pod_identity_association.shop_"+account]
		if body == nil {
			t.Fatalf("%s has no association", folder)
		}
		got := []string{text(t, body, "region"), text(t, body, "cluster_name"), text(t, body, "namespace"), text(t, body, "service_account")}
		if !slices.Equal(got, []string{"eu-central-1", "prod", "shop", account}) {
			t.Errorf("%s: %v", folder, got)
		}
		file := all[folder+"/associations.tf"]
		if arn := source(file, body.Attributes["role_arn"].Expr); !strings.Contains(arn, "shop_"+account+"-") {
			t.Errorf("%s: the role is %s", folder, arn)
		}
	}
}

// FuzzTerraform has any text go through the writer and the parser: in a policy
// it comes out as it went in, or the plan is refused.
func FuzzTerraform(f *testing.F) {
	for _, seed := range []string{"${aws:username}", "$${a}", "$$${a}", "%{if}", "%%{", "$", "%$%{", `\"${`, "\n\t\x00\x7f", "e\u0301", "\u212b", "😀", "\u2028", "$\u0301{", `\`, "}${", "*/", "#", "<&>", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		quoted, err := json.Marshal("arn:aws:s3:::" + s)
		if err != nil {
			t.Fatal(err)
		}
		policy := []byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":` + string(quoted) + `,"Condition":{"StringEquals":{"aws:PrincipalTag/a":` + string(quoted) + `}}}]}`)
		if _, err := iam.Parse(policy, iam.Identity); err != nil {
			return
		}
		p := roles(t, map[string]plan.WorkloadChoice{"cart": {Role: plan.RoleChoice{Inline: []string{"p.json"}, Documents: map[string][]byte{"p.json": policy}}}})
		for address, body := range blocks(t, written(t, p, "terraform"), "1-add") {
			if strings.HasPrefix(address, "resource.aws_iam_role_policy.") {
				sameDocument(t, policy, []byte(value(t, body, "for_each").AsValueMap()["p"].AsString()))
			}
		}
	})
}
