package audit

import (
	"cmp"
	"slices"
	"strings"

	"podpass/internal/snapshot"
)

func rulePP602() Rule {
	return Rule{
		ID:       "PP602",
		Title:    "No pod or namespace asks kube2iam or kiam for an IAM role",
		On:       onRoles,
		Severity: Medium,
		Why: "The annotation is a wish that anybody who can make a pod in the namespace may write. What grants it is a process on the node, not a token of the pod's account; " +
			"where that process does not run, the pod gets the node's role instead.",
		Fix:        "Give the workload a service account of its own that carries the role, and take the annotation away once CloudTrail shows that the role is used through it.",
		Needs:      workloadKinds(),
		References: []string{refIRSA, refKube2IAM, refKiam},
		Planned:    true,
		check:      checkPP602,
	}
}

func checkPP602(c *context, add emit) {
	found := map[string]bool{}
	tell := func(r Result) {
		found[namespaceOf(r.Object)] = true
		add(r, r.Object)
	}
	for _, ns := range c.namespaces {
		if len(ns.Annotations) > 0 {
			tell(c.allowsRoles(ns))
		}
	}
	for _, r := range c.held().says {
		if result, ok := c.asksForRole(r); ok {
			tell(result)
		}
	}
	c.clean(rulePP602(), found, "Nothing in it asks kube2iam or kiam for an IAM role.", add)
}

// asksForRole is the failure of a workload whose pods carry an annotation. One
// on the workload itself counts for nothing: neither tool reads it.
func (c *context) asksForRole(r *root) (Result, bool) {
	var asked []string
	r.each(func(spec *snapshot.PodSpec, _ *snapshot.Meta) {
		for _, a := range spec.AWS.Annotations {
			asked = append(asked, a.Name+": "+a.Value)
		}
	})
	if len(asked) == 0 {
		return Result{}, false
	}
	slices.Sort(asked)
	asked = slices.Compact(asked)
	result := c.onRoot(r)
	result.Severity = ""
	result.Message = "Its pods ask kube2iam or kiam for an IAM role by an annotation."
	result.Evidence = append([]Evidence{{Text: some(asked, 6, "; ")}}, result.Evidence...)
	result.Fingerprint = strings.Join(asked, "\n")
	var f fix
	f.byController(r.manager, r.Object)
	f.say("With IRSA: let the role trust the cluster's OIDC provider for the workload's own account, beside what it trusts now, and annotate that account with eks.amazonaws.com/role-arn. With EKS Pod Identity: let it trust pods.eks.amazonaws.com, and associate it with the account.")
	f.say("Name the account in the template%s and roll out. Once CloudTrail shows AssumeRoleWithWebIdentity, or AssumeRoleForPodIdentity, for it, take the annotation away; and once nothing else asks for that role, the old principal from its trust policy.", inFile(r.meta))
	result.Fix = f.String()
	return result, true
}

func (c *context) allowsRoles(ns *snapshot.Namespace) Result {
	result := Result{
		Status:    Fail,
		Object:    Object{Kind: snapshot.KindNamespace, Name: ns.Name},
		Source:    cmp.Or(source(&ns.Meta), c.place[ns.Name]),
		ManagedBy: managedBy(ns.Manager),
		Message:   "Says which IAM roles kube2iam or kiam may give to its pods.",
	}
	for _, a := range ns.Annotations {
		result.Evidence = append(result.Evidence, Evidence{Text: a.Name + ": " + a.Value})
		result.Fingerprint += a.Name + ": " + a.Value + "\n"
	}
	var f fix
	f.byController(ns.Manager, result.Object)
	f.say("Take the annotation away once no pod of the namespace asks for a role by one of its own.")
	result.Fix = f.String()
	return result
}
