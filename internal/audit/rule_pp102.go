package audit

import (
	"podpass/internal/snapshot"
)

func rulePP102() Rule {
	return Rule{
		ID:       "PP102",
		Title:    "The default service account mounts no token",
		On:       snapshot.KindServiceAccount,
		Letter:   true,
		Severity: Medium,
		Why: "A pod that names no account gets the token of default mounted, and with it an identity that it shares with all such pods. " +
			"With automountServiceAccountToken: false on default, only pods that ask for a token get one.",
		Fix: "Set automountServiceAccountToken: false on the account default of every namespace. This breaks neither IRSA nor EKS Pod Identity: " +
			"their tokens are projected volumes of their own. Workloads on default that call the API server lose their token at the next restart: give them an account first (PP201).",
		Needs:      []string{snapshot.KindNamespace, snapshot.KindServiceAccount},
		References: []string{refControl, refAutomount},
		Planned:    true,
		check:      checkPP102,
	}
}

func checkPP102(c *context, add emit) {
	for _, ns := range c.namespaces {
		r := c.defaultMounts(ns)
		add(r, r.Object)
	}
}

func (c *context) defaultMounts(ns *snapshot.Namespace) Result {
	r := Result{
		Object: Object{Kind: snapshot.KindServiceAccount, Namespace: ns.Name, Name: snapshot.Default},
		Source: c.defaultPlace(ns.Name),
	}
	value, known := c.automount(ns.Name, snapshot.Default)
	switch {
	case c.unreadable(ns.Name) != nil:
		gap := c.unreadable(ns.Name)
		r.Status, r.Message, r.Fix = Unknown, "The account is there, but could not be understood.", gap.Grant
		r.Evidence = []Evidence{{Text: gap.Scope + ": " + gap.Reason}}
	case !known:
		c.noDefault(&r, ns)
	case value == snapshot.False:
		r.Status, r.Message = Pass, "It has automountServiceAccountToken: false."
	default:
		c.mountsToken(&r, value)
	}
	return r
}

// unreadable gives the gap for an account default that has a field of a wrong
// type: the API server would refuse it, so it says nothing.
func (c *context) unreadable(namespace string) *snapshot.Gap {
	for i := range c.snap.Gaps {
		o := c.snap.Gaps[i].Object
		if o != nil && *o == (snapshot.Ref{Kind: snapshot.KindServiceAccount, Namespace: namespace, Name: snapshot.Default}) {
			return &c.snap.Gaps[i]
		}
	}
	return nil
}

// noDefault: a missing account is no pass, since Kubernetes makes it, without
// the field. Only a namespace that is being deleted gets none any more.
func (c *context) noDefault(r *Result, ns *snapshot.Namespace) {
	gap := c.gap(ns.Name, snapshot.KindServiceAccount)
	switch {
	case gap != nil:
		r.Status = Unknown
		r.Message = "Whether it mounts its token could not be told: not all service accounts could be read."
		r.Evidence = []Evidence{{Text: gap.Scope + ": " + gap.Reason}}
		r.Fix = gap.Grant
	case c.files():
		r.Status, r.Absent = Unknown, true
		r.Message = "It is not among the files, and Kubernetes makes it without automountServiceAccountToken: false."
		var f fix
		f.say("Audit the cluster, or add the account to the files:")
		f.yaml(accountYAML(ns.Name, snapshot.Default, snapshot.False, nil))
		r.Fix = f.String()
	case ns.Deleting:
		r.Status, r.Message = Pass, "The namespace is being deleted, so that no account can be made in it."
	default:
		r.Status = Unknown
		r.Message = "It does not exist. Kubernetes makes it moments after the namespace, without automountServiceAccountToken: false. To settle it, audit again; " +
			"if it stays away, the controller serviceaccount of the control plane does not run."
	}
}

func (c *context) mountsToken(r *Result, value snapshot.Tri) {
	defined := c.accounts[account{r.Object.Namespace, snapshot.Default}]
	var sa *snapshot.ServiceAccount
	for _, one := range defined {
		if sa = one; one.Automount != snapshot.False {
			break
		}
	}
	r.Status, r.Source, r.ManagedBy = Fail, source(&sa.Meta), managedBy(sa.Manager)
	r.Message = "Pods get its token mounted, since automountServiceAccountToken is not set."
	if value == snapshot.True {
		r.Message = "Pods get its token mounted, since automountServiceAccountToken is true."
	}
	r.Message += " Setting it to false breaks neither IRSA nor EKS Pod Identity, whose tokens are volumes of their own."
	losers := c.losers(r.Object.Namespace)
	if len(losers) > 0 {
		r.Evidence = []Evidence{{Text: "these workloads would lose the token at their next restart: " + names(losers), Objects: objects(losers)}}
	}
	r.Fix = c.fixMount(sa, losers)
}

// losers are the workloads on default that get its token because the account
// says so.
func (c *context) losers(namespace string) []*root {
	var list []*root
	for _, r := range c.usedBy[account{namespace, snapshot.Default}] {
		for _, spec := range r.specs() {
			if spec.AccountName() == snapshot.Default && spec.Automount == snapshot.Unset && !spec.Masked {
				list = append(list, r)
				break
			}
		}
	}
	return list
}

func (c *context) fixMount(sa *snapshot.ServiceAccount, losers []*root) string {
	var f fix
	gap := c.gap(sa.Namespace, workloadKinds()...)
	switch {
	case len(losers) > 0:
		f.say("First give these workloads accounts of their own (PP201), or automountServiceAccountToken: true in their pod templates if they call the API server. Then set it to false on default.")
	case gap != nil:
		f.say("Which workloads would lose the token is not known, since not all could be read. Then set it to false on default:")
	}
	switch {
	case f.byController(sa.Manager, objectOf(snapshot.KindServiceAccount, &sa.Meta)):
	case !sa.Live:
		f.say("Set automountServiceAccountToken: false on the account%s.", inFile(&sa.Meta))
	case len(losers) == 0 && gap == nil:
		f.run("kubectl", "patch", target(snapshot.KindServiceAccount, snapshot.Default), "-n", sa.Namespace, "-p", `{"automountServiceAccountToken":false}`)
		return f.String()
	}
	f.yaml(accountYAML(sa.Namespace, sa.Name, snapshot.False, sa.ImagePullSecrets))
	return f.String()
}
