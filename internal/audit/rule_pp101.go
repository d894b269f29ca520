package audit

import (
	"fmt"
	"slices"
	"strings"

	"podpass/internal/rbac"
	"podpass/internal/snapshot"
)

func rulePP101() Rule {
	return Rule{
		ID:         "PP101",
		Title:      "No role is bound to the default service account",
		On:         snapshot.KindServiceAccount,
		Letter:     true,
		Severity:   High,
		Severities: "critical where the rights reach Secrets, pods, tokens, exec or escalation",
		Why: "Every pod that names no service account runs as default, so a right of default is a right of all of them, also of those to come. " +
			"A role can reach it by name, as a user, or through one of three groups, also from another namespace.",
		Fix: "Bind the role to accounts of the workloads that need it, move these workloads to them, then remove the subject from the binding. " +
			"A binding whose role is missing or grants nothing is removed too: whoever makes the role decides what it grants.",
		Needs:      []string{snapshot.KindNamespace, snapshot.KindRole, snapshot.KindClusterRole, snapshot.KindRoleBinding, snapshot.KindClusterRoleBinding},
		References: []string{refControl, refRBAC},
		Planned:    true,
		check:      checkPP101,
	}
}

func checkPP101(c *context, add emit) {
	for _, ns := range c.namespaces {
		r := c.boundToDefault(ns)
		add(r, r.Object)
	}
}

func (c *context) boundToDefault(ns *snapshot.Namespace) Result {
	r := Result{
		Object: Object{Kind: snapshot.KindServiceAccount, Namespace: ns.Name, Name: snapshot.Default},
		Source: c.defaultPlace(ns.Name),
	}
	if defined := c.accounts[account{ns.Name, snapshot.Default}]; len(defined) > 0 {
		r.ManagedBy = managedBy(defined[0].Manager)
	}
	grants, unsure := c.rightsOf(ns.Name, snapshot.Default)
	gap := c.gap(ns.Name, snapshot.KindRoleBinding, snapshot.KindClusterRoleBinding)
	if unsure && gap == nil {
		gap = c.gap(ns.Name, snapshot.KindClusterRole)
	}
	switch {
	case len(grants) > 0:
		c.tellGrants(&r, grants)
	case gap != nil:
		r.Status = Unknown
		r.Message = "Whether a role is bound to it could not be told: not all roles and bindings could be read."
		r.Evidence = []Evidence{{Text: gap.Scope + ": " + gap.Reason}}
		r.Fix = gap.Grant
	case unsure:
		r.Status, r.Absent = Unknown, true
		r.Message = "Whether only the built-in roles are bound to it could not be told: a binding has the form of a built-in one, but its ClusterRole is not among the files."
		r.Fix = "Add the ClusterRoles to the files, or audit the cluster."
	default:
		r.Status = Pass
		r.Message = "No role is bound to it but the built-in ones."
	}
	return r
}

func (c *context) tellGrants(r *Result, grants []*rbac.Grant) {
	r.Status = Fail
	var identity []string
	var powers []rbac.Power
	for _, g := range grants {
		t := c.tell(g)
		if slices.Contains(identity, t.identity) {
			continue // the same binding in two files
		}
		identity = append(identity, t.identity)
		r.Evidence = append(r.Evidence, t.evidence)
		for _, p := range t.powers {
			if !slices.Contains(powers, p) {
				powers = append(powers, p)
			}
		}
	}
	r.Fingerprint = strings.Join(identity, "\n")
	r.Message = "A role is bound to it beyond the built-in ones."
	if len(identity) > 1 {
		r.Message = fmt.Sprintf("Roles are bound to it beyond the built-in ones, on %d paths.", len(identity))
	}
	if len(powers) > 0 {
		r.Severity = Critical
		words := make([]string, len(powers))
		for i, p := range powers {
			words[i] = string(p)
		}
		r.Message += " Through it, any pod of the namespace that names no account " + strings.Join(words, ", ") + "."
	}
	if place := source(&grants[0].Binding.Meta); place != nil {
		r.Source = place
	}
	r.Fix = c.fixGrants(r.Object.Namespace, grants)
}

// told is what PP101 says of a grant; a group grant is told once for all
// namespaces.
type told struct {
	evidence Evidence
	identity string
	powers   []rbac.Power
}

func (c *context) tell(g *rbac.Grant) told {
	if t, ok := c.told[g]; ok {
		return t
	}
	b := g.Binding
	binding := Object{Kind: bindingKind(b), Namespace: b.Namespace, Name: b.Name}
	role := Object{Kind: b.Role.Kind, Name: b.Role.Name}
	if b.Role.Kind == snapshot.KindRole {
		role.Namespace = b.Namespace
	}
	t := told{
		evidence: Evidence{
			Text: fmt.Sprintf("%s → %s, %s: %s%s", ref(binding), ref(role), subjectText(g), c.rightsText(g), remark(b)),
		},
		identity: strings.Join([]string{ref(binding), ref(role), string(g.Form), g.Subject}, "|"),
		powers:   g.Powers(),
	}
	t.evidence.Objects = []Object{binding, role}
	if g.Everyone() {
		t.evidence.Everywhere, t.evidence.Severity = true, High
		if len(t.powers) > 0 {
			t.evidence.Severity = Critical
		}
	}
	c.told[g] = t
	return t
}

func bindingKind(b *snapshot.Binding) string {
	if b.Namespace == "" {
		return snapshot.KindClusterRoleBinding
	}
	return snapshot.KindRoleBinding
}

func ref(o Object) string {
	return snapshot.Ref{Kind: o.Kind, Namespace: o.Namespace, Name: o.Name}.String()
}

func subjectText(g *rbac.Grant) string {
	switch {
	case g.Form == rbac.ByUser:
		return "as user " + g.Subject
	case g.Everyone():
		return "through group " + g.Subject + " (all namespaces)"
	case g.Form == rbac.ByGroup:
		return "through group " + g.Subject
	}
	return "by name"
}

// rightsText lists the effective rules in the API's words, and those without
// effect marked as such.
func (c *context) rightsText(g *rbac.Grant) string {
	if g.Role.Missing {
		if c.gap(g.Binding.Namespace, g.Binding.Role.Kind) != nil {
			return "its rules could not be read"
		}
		if c.files() {
			return "this role is not among the files; what it grants is not known here"
		}
		return "this role does not exist; whoever creates it decides what it grants"
	}
	rights := g.Rights()
	if len(rights) == 0 {
		return "this role grants nothing"
	}
	words := make([]string, len(rights))
	for i, right := range rights {
		words[i] = right.Text
		if right.Void != "" {
			words[i] += " (without effect: " + right.Void + ")"
		}
	}
	text := strings.Join(words, "; ")
	if len(g.Role.From) > 0 {
		text += " (aggregated from " + strings.Join(g.Role.From, ", ") + ")"
	}
	return text
}

// remark explains a binding that a cluster's owner has not made.
func remark(b *snapshot.Binding) string {
	if b.Name == "eks:podsecuritypolicy:authenticated" {
		return " (left by EKS in clusters born before Kubernetes 1.25; inert where the PodSecurityPolicy API is gone: delete it there)"
	}
	return ""
}

// fixGrants names, binding by binding, the subjects to remove. It gives a
// command only where nothing can break: no workload runs as default and no
// token of it is kept, all of them were seen, and the binding has no other
// subject.
func (c *context) fixGrants(namespace string, grants []*rbac.Grant) string {
	var f fix
	idle := c.idle(namespace)
	if !idle {
		f.say("First give the workloads on default accounts of their own (PP201) with the rights that they need; then remove the subject.")
	}
	for i, g := range grants {
		if b := g.Binding; !slices.ContainsFunc(grants[:i], func(other *rbac.Grant) bool { return other.Binding == b }) {
			c.fixBinding(&f, b, subjectsOf(b, grants), idle)
		}
	}
	return f.String()
}

// idle tells whether nobody can be using the rights of default.
func (c *context) idle(namespace string) bool {
	return len(c.usedBy[account{namespace, snapshot.Default}]) == 0 && c.gap(namespace, workloadKinds()...) == nil &&
		!slices.ContainsFunc(c.snap.TokenSecrets, func(s snapshot.TokenSecret) bool {
			return s.Namespace == namespace && s.Account == snapshot.Default
		})
}

// subjectsOf lists the subjects of a binding that mean the account.
func subjectsOf(b *snapshot.Binding, grants []*rbac.Grant) []string {
	var subjects []string
	for _, g := range grants {
		if g.Binding == b {
			subjects = append(subjects, string(g.Form)+" "+g.Subject)
		}
	}
	return subjects
}

func (c *context) fixBinding(f *fix, b *snapshot.Binding, subjects []string, idle bool) {
	object := Object{Kind: bindingKind(b), Namespace: b.Namespace, Name: b.Name}
	managed := f.byController(b.Manager, object)
	sole := len(subjects) == len(b.Subjects) && !slices.ContainsFunc(subjects, func(s string) bool { return strings.HasPrefix(s, string(rbac.ByGroup)) })
	if managed || !b.Live || !idle || !sole {
		f.say("Remove %s from the subjects of %s%s; name the accounts that need the rights instead.", strings.Join(subjects, " and "), ref(object), inFile(&b.Meta))
		return
	}
	if !c.snap.SecretsRead {
		f.say("Whether a long-lived token of default is kept somewhere was not looked at (--read-secrets).")
	}
	words := []string{"kubectl", "delete", target(object.Kind, b.Name)}
	if b.Namespace != "" {
		words = append(words, "-n", b.Namespace)
	}
	f.run(words...)
}

// defaultPlace is where the account default of a namespace stands in the
// files, else any object of the namespace.
func (c *context) defaultPlace(namespace string) *Source {
	if defined := c.accounts[account{namespace, snapshot.Default}]; len(defined) > 0 {
		return source(&defined[0].Meta)
	}
	return c.place[namespace]
}
