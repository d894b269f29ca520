package export

import (
	"fmt"
	"strings"

	"podpass/internal/iam"
	"podpass/internal/iam/trust"
	"podpass/internal/plan"
)

// readme tells what the modules are, what is done by hand, and when.
func (t *terraform) readme() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# IAM roles for %s\n\n", code(or(t.Source.Cluster.Name, "a cluster")))
	fmt.Fprintf(&b, "Made by podpass on %s. Plan %s.\n", t.GeneratedAt.UTC().Format("2006-01-02 15:04 UTC"), code(t.Hash))
	if len(t.accounts) == 0 {
		b.WriteString("\nNo step of the plan that can be done is about AWS: there is nothing here for Terraform.\n")
	} else {
		t.roles(&b)
		t.order(&b)
		for _, a := range t.accounts {
			a.byHand(&b)
		}
		b.WriteString(t.know())
	}
	t.left(&b)
	return b.String()
}

// roles lists the roles and whom they are for.
func (t *terraform) roles(b *strings.Builder) {
	b.WriteString("\n## Roles\n\n| Folder | Role | For | What happens |\n|---|---|---|---|\n")
	for _, a := range t.accounts {
		for _, r := range a.roles {
			var names []string
			for _, of := range r.of {
				names = append(names, cell(of.Account.Namespace+"/"+of.Account.Name))
			}
			what := "made"
			switch {
			case r.whole == nil:
				what = "its trust policy is changed by hand: see below"
			case r.Exists:
				what = "imported; only its trust policy changes"
			}
			fmt.Fprintf(b, "| %s | %s | %s | %s |\n", cell(a.folder+tfAdd), cell(r.ARN), strings.Join(names, ", "), what)
		}
		a.associated(b)
	}
}

// cell is code in a cell of a table.
func cell(s string) string { return strings.ReplaceAll(code(s), "|", `\|`) }

func (a *tfAccount) associated(b *strings.Builder) {
	for _, w := range []struct {
		folder string
		all    []*tfAssociation
	}{{tfAdd, a.add}, {tfMove, a.move}} {
		for _, one := range w.all {
			fmt.Fprintf(b, "| %s | %s | %s | associated by EKS Pod Identity in the cluster %s |\n", cell(a.folder+w.folder), cell(one.RoleARN), cell(one.Namespace+"/"+one.ServiceAccount), cell(one.Cluster))
		}
	}
}

// order says when which folder is applied: Terraform does nothing in Kubernetes.
func (t *terraform) order(b *strings.Builder) {
	b.WriteString("\n## Order\n\nTerraform makes what AWS has; service accounts and workloads are changed by the plan's other export (`podpass export PLAN --as kubernetes`, or `--as kustomize`). Together:\n\n")
	steps := []string{
		"`terraform apply` in " + t.folders(tfAdd) + ". Read its plan first: it adds, imports and changes, and destroys nothing.",
		"Wave `1-add` of the other export.",
		"Find out whether each role may do what its workload does: nobody uses it yet.",
	}
	if moving := t.folders(tfMove); moving != "" {
		steps = append(steps, "`terraform apply` in "+moving+": accounts that pods use already get their role. Pods that start from here on use it.")
	}
	steps = append(steps, "Wave `2-move` of the other export (`ROLES_READY=1` for its scripts), then `3-lock` and, later, `4-clean`.")
	for i, text := range steps {
		fmt.Fprintf(b, "%d. %s\n", i+1, text)
	}
}

func (t *terraform) folders(name string) string {
	var words []string
	for _, a := range t.accounts {
		if name == tfAdd && len(a.roles)+len(a.add) > 0 || name == tfMove && len(a.move) > 0 {
			words = append(words, code(a.folder+name))
		}
	}
	return strings.Join(words, ", ")
}

// byHand writes the commands for roles whose trust is not known.
func (a *tfAccount) byHand(b *strings.Builder) {
	for _, r := range a.roles {
		if r.whole != nil {
			continue
		}
		file := quote("trust-" + r.Name + ".json")
		fmt.Fprintf(b, "\n## By hand: %s\n\nThe role exists, and the plan does not know its trust policy; `update-assume-role-policy` and Terraform replace it whole. Either name the policy in the choices file (`role: {arn: …, trust: FILE}`), make the plan anew and export it, or:\n\n", code(r.ARN))
		fmt.Fprintf(b, "```sh\naws iam get-role --role-name %s --query Role.AssumeRolePolicyDocument --output json >%s\n```\n\n", quote(r.Name), file)
		fmt.Fprintf(b, "Add to its `Statement`, beside those that it has, what stands in the `Statement` of this:\n\n```json\n%s```\n\n", iam.Print(r.statements, "  "))
		fmt.Fprintf(b, "See by `podpass iam lint` and `podpass iam who` what it says then, and put it back:\n\n```sh\naws iam update-assume-role-policy --role-name %s --policy-document %s\n```\n", quote(r.Name), quote("file://trust-"+r.Name+".json"))
	}
}

// know says what one has to know before the modules are used.
func (t *terraform) know() string {
	text := `
## To know

- There is no ` + "`provider`" + ` block: the modules use the one of yours, or what the environment says. A run with credentials of another account stops.
- They can be root modules, each with a state of its own, or be called by one of yours. ` + "`imports.tf`" + ` is taken in a root module alone: move its blocks there, with the address that the role has then.
- A role that is in another state already is not to be imported: two states would fight for it. Leave it out, and change its trust policy where it stands. ` + "`terraform plan`" + ` of that state shows whether it is.
- Of roles that are imported nothing changes but the trust policy: tags, description, boundary and session length stay as they are in AWS (` + "`ignore_changes`" + `), policies that they have are not touched, and they are not destroyed with the module (` + "`prevent_destroy`" + `).
- An account that has an association already cannot get another: ` + "`import`" + ` takes it by ` + "`CLUSTER,ASSOCIATION-ID`" + `.
- Names of resources come from names of roles and accounts alone, so that a later export with more of them moves none.
`
	for _, a := range t.accounts {
		for _, issuer := range a.issuers() {
			text += fmt.Sprintf("\nWhere the OIDC provider is missing in %s, the plan stops at `data.aws_iam_openid_connect_provider`. Whoever keeps the cluster adds, once:\n\n```hcl\nresource \"aws_iam_openid_connect_provider\" \"cluster\" {\n  url            = \"%s\"\n  client_id_list = [\"%s\"]\n}\n```\n", code(a.id), issuer, trust.DefaultAudience)
		}
	}
	return text
}

// left lists what is not in the modules.
func (t *terraform) left(b *strings.Builder) {
	if t.objects > 0 {
		fmt.Fprintf(b, "\n%d steps of the plan are about objects of Kubernetes, and not in these files.\n", t.objects)
	}
	if len(t.other) > 0 {
		b.WriteString("\n## Not written\n\nThese steps are not Terraform's; `podpass plan` says what they do:\n\n")
		for _, s := range t.other {
			fmt.Fprintf(b, "- %s %s\n", s.Action, code(objectName(s)))
		}
	}
	if len(t.waiting) == 0 {
		return
	}
	b.WriteString("\n## What waits\n\nThese steps are not in the files. Decide in a choices file, make the plan anew, and export it.\n\n")
	waitingList(b, t.Plan, t.waiting)
}

// waitingList names steps that wait, and the questions that they wait for.
func waitingList(b *strings.Builder, p *plan.Plan, steps []*plan.Step) {
	waited := map[string]bool{}
	for _, s := range steps {
		fmt.Fprintf(b, "- %s %s waits for %s\n", s.Action, code(objectName(s)), codes(s.Waits))
		for _, id := range s.Waits {
			waited[id] = true
		}
	}
	b.WriteString("\n")
	for _, d := range p.Decisions {
		if waited[d.ID] {
			fmt.Fprintf(b, "- %s: %s\n", code(d.ID), markdown(d.Question))
		}
	}
	for _, g := range p.Gaps {
		if waited[g.ID] {
			fmt.Fprintf(b, "- %s: %s. %s\n", code(g.ID), markdown(g.Reason), markdown(g.Grant))
		}
	}
}
