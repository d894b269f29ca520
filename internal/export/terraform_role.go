package export

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"podpass/internal/iam"
	"podpass/internal/iam/trust"
	"podpass/internal/plan"
)

// tfRole is a role, with what all steps about it say.
type tfRole struct {
	*plan.Role // that of the first step
	of         []*plan.Role
	account    string // of AWS
	id         string // in Terraform
	// whole is the trust with every statement; nil where that which the role has
	// is not known. statements are those to add by hand then.
	whole, statements *iam.Document
}

// writeTrust brings the trusts together that several steps want of a role, and
// proves anew what comes out: that each account is let in, a new role lets in
// nobody else, and that it is not too long.
func (r *tfRole) writeTrust() error {
	var merged *iam.Document
	for _, of := range slices.Concat(known(r.of, true), known(r.of, false)) {
		doc, err := iam.Parse(slices.Concat(of.Trust, of.Statement), iam.Trust)
		if err != nil {
			return fmt.Errorf("read its trust policy: %w: %s", err, wayOut)
		}
		if merged, err = joined(merged, doc); err != nil {
			return err
		}
	}
	if err := r.prove(merged); err != nil {
		return err
	}
	switch {
	case len(known(r.of, true)) > 0:
		r.whole = merged
	case r.Exists:
		r.statements = merged
	default:
		return errors.New("it is new and has no trust policy: make the plan anew")
	}
	return nil
}

// known picks those whose trust is given whole, or the others.
func known(of []*plan.Role, whole bool) []*plan.Role {
	return slices.DeleteFunc(slices.Clone(of), func(r *plan.Role) bool { return (len(r.Trust) > 0) != whole })
}

// joined adds to a trust the statements of another that it lacks.
func joined(a, b *iam.Document) (*iam.Document, error) {
	if a == nil {
		return b, nil
	}
	both := *a
	both.Statements = slices.Clone(a.Statements)
	for _, s := range b.Statements {
		if !slices.ContainsFunc(both.Statements, func(o iam.Statement) bool { return sameStatement(o, s) }) {
			both.Statements = append(both.Statements, s)
		}
	}
	return iam.Parse(iam.Print(&both, "  "), iam.Trust)
}

func sameStatement(a, b iam.Statement) bool {
	text := func(s iam.Statement) []byte {
		return iam.Print(&iam.Document{Statements: []iam.Statement{s}}, "")
	}
	return bytes.Equal(text(a), text(b))
}

func (r *tfRole) prove(doc *iam.Document) error {
	all := iam.Compile(doc)
	for _, of := range r.of {
		own := iam.Compile(trust.For(r.account, []trust.Meant{meant(of, r.account)}))
		if trust.NothingMore(own, all).Verdict != trust.Yes {
			return fmt.Errorf("its trust policy is not proven to let in %s/%s: %s", of.Account.Namespace, of.Account.Name, wayOut)
		}
	}
	if budget := trust.BudgetOf(doc); budget.Exceeded {
		return fmt.Errorf("its trust policy would have %d characters, and the default quota is %d: give some of its %d accounts roles of their own", budget.Used, budget.Default, len(r.of))
	}
	if !r.Exists && !trust.Proves(all, []trust.Meant{meant(r.Role, r.account)}) {
		return fmt.Errorf("its trust policy is not proven to let in just %s/%s: %s", r.Account.Namespace, r.Account.Name, wayOut)
	}
	return nil
}

// meant is the account that a role of the plan is for.
func meant(r *plan.Role, account string) trust.Meant {
	m := trust.Meant{Namespace: r.Account.Namespace, ServiceAccount: r.Account.Name}
	if r.By == plan.AWSPodIdentity {
		m.Cluster = fmt.Sprintf("arn:%s:eks:%s:%s:cluster/%s", partition(r.ARN), r.Region, account, r.Cluster)
		return m
	}
	m.Provider, m.Audience = strings.TrimPrefix(r.Issuer, "https://"), trust.DefaultAudience
	return m
}

// partition is that of an ARN.
func partition(arn string) string {
	parts := strings.SplitN(arn, ":", 3)
	return parts[min(1, len(parts)-1)]
}

// resource is the address of the role in Terraform, as a resource or as data.
func (r *tfRole) address() string {
	if r.whole == nil {
		return "data.aws_iam_role." + r.id
	}
	return "aws_iam_role." + r.id
}

// write writes the role with its policies.
func (r *tfRole) write(h *hcl) {
	if r.whole == nil {
		return
	}
	h.note(r.about())
	h.block(`resource "aws_iam_role" "`+r.id+`"`, func() {
		h.attr("name", r.Name)
		h.attr("path", or(r.Path, "/"))
		if r.Exists {
			h.json("assume_role_policy", iam.Print(r.whole, ""))
			h.block("lifecycle", kept(h))
			return
		}
		if text := "For the service account " + r.Account.Namespace + "/" + r.Account.Name + "."; latin1(text) {
			h.attr("description", text)
		}
		if r.Boundary != "" {
			h.attr("permissions_boundary", r.Boundary)
		}
		h.json("assume_role_policy", iam.Print(r.whole, ""))
		if len(r.Tags) > 0 {
			h.attr("tags", tags(r.Tags))
		}
	})
	r.attachments(h)
	r.inline(h)
}

// kept: what is not written here stays as it is in AWS, and the role is not made
// anew.
func kept(h *hcl) func() {
	return func() {
		h.attr("prevent_destroy", true)
		h.attr("ignore_changes", list{
			expression("description"), expression("max_session_duration"), expression("permissions_boundary"), expression("tags"), expression("tags_all"),
		})
	}
}

func (r *tfRole) about() string {
	var names []string
	for _, of := range r.of {
		names = append(names, of.Account.Namespace+"/"+of.Account.Name)
	}
	text := "Made for the service account "
	if r.Exists {
		text = "It exists: its trust policy lets in also "
	}
	return text + strings.Join(names, ", ") + "."
}

func tags(all map[string]string) object {
	var o object
	for _, key := range sortedKeys(all) {
		o = append(o, member{key, all[key]})
	}
	return o
}

func (r *tfRole) attachments(h *hcl) {
	if len(r.Policies) == 0 {
		return
	}
	arns := list{}
	for _, arn := range slices.Compact(slices.Sorted(slices.Values(r.Policies))) {
		arns = append(arns, arn)
	}
	h.block(`resource "aws_iam_role_policy_attachment" "`+r.id+`"`, func() {
		h.attr("for_each", setOf{arns})
		h.gap()
		h.attr("role", expression("aws_iam_role."+r.id+".name"))
		h.attr("policy_arn", expression("each.value"))
	})
}

func (r *tfRole) inline(h *hcl) {
	if len(r.Inline) == 0 {
		return
	}
	policies := object{}
	for _, one := range r.Inline {
		doc, err := iam.Parse(one.Document, iam.Identity)
		if err != nil { // checkRole has read it before
			h.fail("policy "+one.Name, err)
			return
		}
		value, err := jsonValue(iam.Print(doc, ""))
		if err != nil {
			h.fail("policy "+one.Name, err)
			return
		}
		policies = append(policies, member{one.Name, value})
	}
	h.block(`resource "aws_iam_role_policy" "`+r.id+`"`, func() {
		h.attr("for_each", policies)
		h.gap()
		h.attr("name", expression("each.key"))
		h.attr("role", expression("aws_iam_role."+r.id+".name"))
		h.attr("policy", expression("each.value"))
	})
}
