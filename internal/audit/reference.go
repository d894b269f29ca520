package audit

import (
	"cmp"
	"slices"
	"strings"

	"podpass/internal/snapshot"
)

// revealed lists the Secrets and ConfigMaps whose content is not known and
// from which containers take AWS keys by name, sorted.
func (c *context) revealed() []snapshot.Ref {
	m := c.held()
	var list []snapshot.Ref
	for ref, uses := range m.uses {
		if slices.ContainsFunc(uses, func(u usage) bool { return c.tells(ref, &u) }) {
			list = append(list, ref)
		}
	}
	slices.SortFunc(list, func(a, b snapshot.Ref) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	return list
}

// tells whether a use says by its names that a key is in what is used, though
// that was not read or is filled in elsewhere.
func (c *context) tells(ref snapshot.Ref, u *usage) bool {
	holders := c.held().holders[ref]
	if slices.ContainsFunc(holders, func(h *snapshot.Holder) bool { return len(h.Keys) > 0 }) {
		return false
	}
	if len(holders) == 0 {
		return u.use.How == snapshot.UseEnv && !c.seen(ref.Kind, ref.Namespace)
	}
	return slices.ContainsFunc(holders, func(h *snapshot.Holder) bool { return len(hiddenBy(h, u.use)) > 0 })
}

// hiddenBy names the variables that a use takes from entries that are filled in
// elsewhere.
func hiddenBy(h *snapshot.Holder, u *snapshot.Use) []string {
	switch u.How {
	case snapshot.UseEnv:
		if e, ok := h.Entry(u.Entry); ok && e.Hidden {
			return []string{u.As + " " + u.Entry}
		}
	case snapshot.UseEnvFrom:
		var list []string
		for _, variable := range snapshot.CredentialVariables() {
			entry, ok := strings.CutPrefix(variable, u.As)
			if e, there := h.Entry(entry); ok && there && e.Hidden {
				list = append(list, variable)
			}
		}
		return list
	}
	return nil
}

// reveals is the failure that references tell of.
func (c *context) reveals(ref snapshot.Ref) Result {
	m := c.held()
	r := Result{
		Status: Fail, Severity: Low, KeyIDs: []string{}, Fingerprint: "reference",
		Object:  Object{Kind: ref.Kind, Namespace: ref.Namespace, Name: ref.Name},
		Message: "Holds an AWS access key, by the names under which containers use it; what it holds was not read.",
	}
	if holders := m.holders[ref]; len(holders) > 0 {
		r.Source, r.ManagedBy = source(&holders[0].Meta), managedBy(holders[0].Manager)
		r.Message = "Holds an AWS access key, by the names under which containers use it; the value is filled in elsewhere."
	}
	var told []usage
	for _, u := range m.uses[ref] {
		if !c.tells(ref, &u) {
			continue
		}
		told = append(told, u)
		if r.Source == nil {
			r.Source = source(u.meta)
		}
		names := u.use.As + " " + u.use.Entry
		for _, h := range m.holders[ref] {
			names += strings.Join(hiddenBy(h, u.use), " ")
		}
		if strings.Contains(strings.ToLower(names), "secret") {
			r.Severity = Medium
		}
	}
	r.Evidence = usedBy(told)
	c.fixReference(ref, told, &r)
	return r
}

// fixReference says what to do, and makes the result unknown where all
// references are optional.
func (c *context) fixReference(ref snapshot.Ref, told []usage, r *Result) {
	var f fix
	if len(c.held().holders[ref]) == 0 && !slices.ContainsFunc(told, func(u usage) bool { return !u.use.Optional }) {
		r.Status, r.Severity, r.Absent = Unknown, "", true
		r.Message = "Whether it is there, and holds an AWS access key, could not be told: containers would take one from it, and start without it too."
		if c.files() {
			f.say("Add it to the files, or audit the cluster with --read-secrets. If it does not exist, take the references to it out.")
		} else {
			f.say("Audit with --read-secrets. If it does not exist, take the references to it out.")
		}
		r.Fix = f.String()
		return
	}
	f.say("Give each of these workloads an IAM role through a service account of its own (IRSA or EKS Pod Identity), which may do what the key's user may, as far as it is used; take the variables out in the same roll-out, and see in CloudTrail that the role is used. Then make the key inactive, and delete it once nothing fails.")
	if ref.Kind == snapshot.KindSecret && !c.files() && !c.snap.SecretsRead {
		f.say("An audit with --read-secrets tells which key it is.")
	}
	r.Fix = f.String()
}
