package export

import (
	"fmt"
	"slices"
	"strings"

	"podpass/internal/iam/trust"
	"podpass/internal/plan"
)

// Folders of an account, named as those of the export for Kubernetes.
const (
	tfAdd  = "1-add"
	tfMove = "2-move"
)

// files are the modules of an account.
func (a *tfAccount) files() ([]File, error) {
	var files []File
	add := func(folder, name string, write func(h *hcl)) error {
		h := &hcl{}
		write(h)
		if h.err != nil {
			return fmt.Errorf("export %s%s/%s: %w", a.folder, folder, name, h.err)
		}
		if data := h.bytes(); len(data) > 0 {
			files = append(files, File{Path: a.folder + folder + "/" + name, Data: data})
		}
		return nil
	}
	parts := []struct {
		folder, name string
		write        func(h *hcl)
	}{
		{tfAdd, "versions.tf", versions}, {tfAdd, "data.tf", a.data}, {tfAdd, "roles.tf", a.writeRoles}, {tfAdd, "imports.tf", a.imports},
		{tfAdd, "associations.tf", func(h *hcl) { associations(h, a.add) }}, {tfAdd, "outputs.tf", a.outputs},
		{tfMove, "versions.tf", versions}, {tfMove, "data.tf", a.owner}, {tfMove, "associations.tf", func(h *hcl) { associations(h, a.move) }},
	}
	for _, p := range parts {
		if p.folder == tfMove && len(a.move) == 0 || p.folder == tfAdd && len(a.roles)+len(a.add) == 0 {
			continue
		}
		if err := add(p.folder, p.name, p.write); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// versions: import blocks are known from Terraform 1.5 on; an argument region
// and the associations are the provider's from 6.0 on. There is no provider
// block: the team's own says credentials.
func versions(h *hcl) {
	h.block("terraform", func() {
		h.attr("required_version", ">= 1.5.0")
		h.block("required_providers", func() {
			h.attr("aws", object{{"source", "hashicorp/aws"}, {"version", ">= 6.0"}})
		})
	})
}

// owner stops a run with credentials of another account.
func (a *tfAccount) owner(h *hcl) {
	h.note("Stops a run with credentials of another account.")
	h.block(`data "aws_caller_identity" "owner"`, func() {
		h.block("lifecycle", func() {
			condition(h, equals("self.account_id", a.id), "These roles are of the account "+a.id+": use its credentials.")
		})
	})
}

func condition(h *hcl, is expression, otherwise string) {
	h.block("postcondition", func() {
		h.attr("condition", is)
		h.attr("error_message", otherwise)
	})
}

// equals compares with a text of which nothing needs an escape.
func equals(what, text string) expression { return expression(what + ` == "` + text + `"`) }

// data are things that are there, and that the rest relies on.
func (a *tfAccount) data(h *hcl) {
	a.owner(h)
	for i, issuer := range a.issuers() {
		name := strings.Repeat("another_", i) + "cluster"
		url := strings.TrimPrefix(issuer, "https://")
		h.note("The OIDC provider of the cluster. It is looked up, since nearly every cluster has it already: README.md says what to do where it is missing.")
		h.block(`data "aws_iam_openid_connect_provider" "`+name+`"`, func() {
			h.attr("url", issuer)
			h.block("lifecycle", func() {
				is := string(equals("self.arn", "arn:"+partition(a.roles[0].ARN)+":iam::"+a.id+":oidc-provider/"+url))
				condition(h, expression(is+` && contains(self.client_id_list, "`+trust.DefaultAudience+`")`),
					"The OIDC provider of the cluster is of another account, or does not take the audience "+trust.DefaultAudience+".")
			})
		})
	}
	for _, r := range a.roles {
		if r.whole != nil {
			continue
		}
		h.note(r.about() + " The statement for it is added by hand: README.md says how.")
		h.block(`data "aws_iam_role" "`+r.id+`"`, func() {
			h.attr("name", r.Name)
			h.block("lifecycle", func() {
				condition(h, equals("self.arn", r.ARN), "The role "+r.Name+" has another path.")
			})
		})
	}
}

// issuers are those of the roles for IRSA.
func (a *tfAccount) issuers() []string {
	var all []string
	for _, r := range a.roles {
		for _, of := range r.of {
			if of.By != plan.AWSPodIdentity {
				all = append(all, of.Issuer)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (a *tfAccount) writeRoles(h *hcl) {
	for _, r := range a.roles {
		r.write(h)
	}
}

// imports takes roles that exist under Terraform. Blocks of import are taken in a
// root module alone.
func (a *tfAccount) imports(h *hcl) {
	for _, r := range a.roles {
		if !r.Exists || r.whole == nil {
			continue
		}
		h.block("import", func() {
			h.attr("to", expression("aws_iam_role."+r.id))
			h.attr("id", r.Name)
		})
	}
}

func associations(h *hcl, all []*tfAssociation) {
	for _, one := range all {
		var arn any = one.RoleARN
		if one.role != nil {
			arn = expression(one.role.address() + ".arn")
		}
		h.block(`resource "aws_eks_pod_identity_association" "`+one.id+`"`, func() {
			h.attr("region", one.Region)
			h.attr("cluster_name", one.Cluster)
			h.attr("namespace", one.Namespace)
			h.attr("service_account", one.ServiceAccount)
			h.attr("role_arn", arn)
		})
	}
}

// outputs gives the ARN of each account's role.
func (a *tfAccount) outputs(h *hcl) {
	byAccount := map[string]expression{}
	for _, r := range a.roles {
		for _, of := range r.of {
			byAccount[of.Account.Namespace+"/"+of.Account.Name] = expression(r.address() + ".arn")
		}
	}
	if len(byAccount) == 0 {
		return
	}
	var arns object
	for _, key := range sortedKeys(byAccount) {
		arns = append(arns, member{key, byAccount[key]})
	}
	h.block(`output "role_arns"`, func() {
		h.attr("description", "The IAM role of each service account.")
		h.attr("value", arns)
	})
}
