package audit

import (
	"fmt"
	"slices"

	"podpass/internal/rbac"
	"podpass/internal/snapshot"
)

func rulePP205() Rule {
	return Rule{
		ID:         "PP205",
		Title:      "No token is mounted where nothing needs it",
		On:         onWorkload,
		Severity:   Low,
		Severities: "info for workloads of Kubernetes, EKS and its add-ons",
		Why: "A mounted token lets whoever gets into a container speak to the API server as the workload. Where no role reaches the account, " +
			"the workload can do nothing with it but what any account may, so it hardly needs it.",
		Fix: "Set automountServiceAccountToken: false in the pod template, or on the account. A few workloads use the token as a proof of identity towards others " +
			"(Vault, old service meshes): see that this is none of them.",
		Needs:      append(append(workloadKinds(), rbacKinds()...), snapshot.KindServiceAccount),
		References: []string{refAutomount, refAccounts},
		Planned:    true,
		check:      checkPP205,
	}
}

func checkPP205(c *context, add emit) {
	for _, r := range c.roots {
		for _, name := range r.accounts {
			if result, ok := c.idleToken(r, name); ok {
				add(result, r.Object)
				break
			}
		}
	}
}

// idleToken judges one account of a workload; ok is false where there is no
// result: no token is mounted, or a right reaches the account.
func (c *context) idleToken(r *root, name string) (Result, bool) {
	mounts, known := c.mountsAs(r, name)
	if known && !mounts {
		return Result{}, false
	}
	result := c.onRoot(r)
	result.Fingerprint = name
	grants, unsure := c.rightsOf(r.Namespace, name)
	if slices.ContainsFunc(grants, effective) {
		return Result{}, false
	}
	gap := c.gap(r.Namespace, rbacKinds()...)
	switch {
	case gap != nil:
		return Result{}, false // told once, by the gap
	case unsure:
		result.Status, result.Absent, result.Severity = Unknown, true, ""
		result.Message = "Whether a role reaches its account could not be told: a binding has the form of a built-in one, but its ClusterRole is not among the files."
		return result, true
	case !known && (!c.files() || c.gap(r.Namespace, snapshot.KindServiceAccount) != nil):
		return Result{}, false // no such account: no pod can start; or told by the gap
	case !known:
		result.Status, result.Absent, result.Severity = Unknown, true, ""
		result.Message = fmt.Sprintf("No role reaches its account; whether it mounts the token could not be told: the account %s is not among the files.", name)
		return result, true
	}
	result.Message = "Mounts the token of its account, though no role reaches that account."
	if name != r.Name { // else it is said already, and many workloads are told as one
		result.Message = fmt.Sprintf("Mounts the token of %s, though no role reaches that account.", name)
	}
	result.Fix = c.fixIdle(r)
	return result, true
}

// mountsAs tells whether the workload mounts a token as an account: by its
// templates, else (a bare pod as it runs, an unseen owner) by its pods.
func (c *context) mountsAs(r *root, name string) (mounts, known bool) {
	known = true
	for _, t := range r.templates {
		if t.spec.AccountName() == name {
			m, k := c.mounted(r.Namespace, t.spec)
			mounts, known = mounts || m && k, known && k
		}
	}
	if len(r.templates) > 0 {
		return mounts, known || mounts
	}
	for _, p := range r.pods {
		if p.Spec.AccountName() != name {
			continue
		}
		if p.Live {
			mounts = mounts || p.Spec.APIToken
			continue
		}
		m, k := c.mounted(r.Namespace, &p.Spec)
		mounts, known = mounts || m && k, known && k
	}
	return mounts, known || mounts
}

func (c *context) fixIdle(r *root) string {
	var f fix
	explicit := slices.ContainsFunc(r.templates, func(t template) bool { return t.spec.APIToken }) ||
		slices.ContainsFunc(r.pods, func(p *snapshot.Pod) bool { return len(r.templates) == 0 && p.Spec.Explicit })
	f.byController(r.manager, r.Object)
	switch {
	case explicit:
		f.say("If nothing in it uses the token, remove the projected serviceAccountToken volume from the pod template%s.", inFile(r.meta))
	default:
		f.say("If nothing in it uses the token, set automountServiceAccountToken: false in the pod template%s.", inFile(r.meta))
	}
	return f.String()
}

func effective(g *rbac.Grant) bool { return g.Role.Missing || g.Effective() }
