package audit

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"podpass/internal/snapshot"
)

func rulePP401() Rule {
	return Rule{
		ID:       "PP401",
		Title:    "No AWS access key is stored in a Secret, a ConfigMap or a pod",
		On:       onHolder,
		Severity: Critical,
		Severities: "high for a temporary key, medium for a secret access key without its id or where only a reference tells of a key, " +
			"low for an access key id alone, info for the example of AWS's documentation",
		Why: "Who can read the object, a backup of it, or the repository that it came from is the IAM user whose key it holds, from anywhere and until somebody rotates it. " +
			"Nothing tells its uses apart.",
		Fix:        "Give each workload that uses the key an IAM role through a service account of its own, take the key out in the same roll-out, make it inactive, and delete it once nothing fails.",
		Needs:      append(workloadKinds(), snapshot.KindConfigMap, snapshot.KindRevision, snapshot.KindSecret, snapshot.KindKey),
		Source:     sourceSecrets,
		Partly:     true,
		How:        "audit with --read-secrets: the right to list Secrets is needed; without it, only what references reveal of Secrets is told",
		References: []string{refControl, refIRSA, refKeys},
		check:      checkPP401,
	}
}

func checkPP401(c *context, add emit) {
	found := map[string]bool{}
	tell := func(r Result) {
		found[namespaceOf(r.Object)] = true
		add(r, r.Object)
	}
	for _, h := range c.holdings() {
		tell(c.holds(h))
	}
	for _, ref := range c.revealed() {
		tell(c.reveals(ref))
	}
	if c.snap.SecretsRead {
		c.clean(rulePP401(), found, "No AWS access key was found in its Secrets, ConfigMaps and pods.", add)
	}
}

// holds is the failure of an object with keys.
func (c *context) holds(h *holding) Result {
	r := Result{Status: Fail, Severity: Info, Object: h.object, KeyIDs: []string{}}
	meta := cmp.Or(h.meta, h.first)
	if meta != nil {
		r.Source, r.ManagedBy = source(meta), managedBy(meta.Manager)
	}
	keys := h.sorted()
	for _, k := range keys {
		if s := k.severity(); s.Rank() < r.Severity.Rank() {
			r.Severity = s
		}
		if k.ID != "" {
			r.KeyIDs = append(r.KeyIDs, k.ID)
			r.Fingerprint += k.ID + "\n"
		} else {
			r.SecretsWithoutID++
			r.Fingerprint += "secret in " + strings.Join(k.at, ", ") + "\n"
		}
		r.Evidence = append(r.Evidence, Evidence{Text: k.text(), Objects: firstObjects(k.copies, 3)})
		if n := len(k.copies); n > 0 && h.first != nil && h.meta == nil {
			r.Evidence = append(r.Evidence, Evidence{Text: fmt.Sprintf("the %s itself was not seen, only what it made", h.object.Kind)})
		}
	}
	r.Message = heldMessage(keys)
	ref := snapshot.Ref{Kind: h.object.Kind, Namespace: h.object.Namespace, Name: h.object.Name}
	uses := c.held().uses[ref]
	r.Evidence = append(r.Evidence, c.held().usedBy(ref, uses)...)
	if h.object.Kind == snapshot.KindSecret && len(uses) == 0 {
		r.Evidence = append(r.Evidence, Evidence{Text: "no workload that was seen uses it"})
	}
	r.Fix = fixKeys(h, meta, keys)
	return r
}

func firstObjects(list []Object, most int) []Object {
	list = slices.Clone(list)
	slices.SortFunc(list, compareObjects)
	list = slices.Compact(list)
	return list[:min(most, len(list))]
}

// heldMessage counts what is there.
func heldMessage(keys []*heldKey) string {
	var pairs, ids, secrets, examples int
	for _, k := range keys {
		switch {
		case k.Example:
			examples++
		case k.ID == "":
			secrets++
		case k.Secret:
			pairs++
		default:
			ids++
		}
	}
	var parts []string
	add := func(n int, one, several string) {
		switch {
		case n == 1:
			parts = append(parts, one)
		case n > 1:
			parts = append(parts, fmt.Sprintf(several, n))
		}
	}
	add(pairs, "an AWS access key with its secret", "%d AWS access keys with their secrets")
	add(secrets, "an AWS secret access key without its id", "%d AWS secret access keys without their ids")
	add(ids, "the id of an AWS access key", "the ids of %d AWS access keys")
	add(examples, "the example key of AWS's documentation", "%d example keys of AWS's documentation")
	if len(parts) > 1 {
		parts = []string{strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1]}
	}
	return "Holds " + parts[0] + "."
}

// fixKeys says how to get rid of the keys without an outage.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id-credentials-access-keys-update.html
func fixKeys(h *holding, meta *snapshot.Meta, keys []*heldKey) string {
	var f fix
	if !slices.ContainsFunc(keys, func(k *heldKey) bool { return !k.Example }) {
		f.say("It is nobody's key: replace it by a role, or take it out, so that no real one takes its place.")
		return f.String()
	}
	if meta != nil {
		f.byController(meta.Manager, h.object)
	}
	lasting, temporary := false, false
	for _, k := range keys {
		switch {
		case k.Example || k.ID == "":
		case strings.HasPrefix(k.ID, "ASIA"):
			temporary = true
			f.run("aws", "sts", "get-access-key-info", "--access-key-id", k.ID)
		default:
			lasting = true
			f.run("aws", "iam", "get-access-key-last-used", "--access-key-id", k.ID)
		}
	}
	f.say("Give each workload that uses the key an IAM role through a service account of its own (IRSA or EKS Pod Identity), and take the key out of it in the same roll-out: SDKs prefer a key in the environment to the role.")
	if lasting {
		f.say("Then make the key inactive with aws iam update-access-key, for the UserName that the command above names; delete it, and what held it, once nothing fails. Until then it can be made active again.")
	}
	if temporary {
		f.say("A temporary key ends by itself within 36 hours: find what writes it here. If it may still be valid, revoke the sessions of its role.")
	}
	if meta != nil && meta.Source != nil {
		f.say("It stays in the history of the repository: only making the key inactive ends it.")
	}
	return f.String()
}

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
	if u.use.How != snapshot.UseEnv || slices.ContainsFunc(holders, func(h *snapshot.Holder) bool { return len(h.Keys) > 0 }) {
		return false
	}
	if len(holders) == 0 {
		return !c.seen(ref.Kind, ref.Namespace)
	}
	for _, h := range holders {
		if e, ok := h.Entry(u.use.Entry); ok && e.Hidden {
			return true
		}
	}
	return false
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
		if strings.Contains(strings.ToLower(u.use.As+" "+u.use.Entry), "secret") {
			r.Severity = Medium
		}
	}
	r.Evidence = m.usedBy(ref, told)
	var f fix
	if len(m.holders[ref]) == 0 && !slices.ContainsFunc(told, func(u usage) bool { return !u.use.Optional }) {
		r.Status, r.Severity, r.Absent = Unknown, "", true
		r.Message = "Whether it is there, and holds an AWS access key, could not be told: containers would take one from it, and start without it too."
		if c.files() {
			f.say("Add it to the files, or audit the cluster with --read-secrets. If it does not exist, take the references to it out.")
		} else {
			f.say("Audit with --read-secrets. If it does not exist, take the references to it out.")
		}
		r.Fix = f.String()
		return r
	}
	f.say("Give each of these workloads an IAM role through a service account of its own (IRSA or EKS Pod Identity), and take the variables out of it in the same roll-out. Then make the key inactive, and delete it once nothing fails.")
	if ref.Kind == snapshot.KindSecret && !c.files() && !c.snap.SecretsRead {
		f.say("An audit with --read-secrets tells which key it is.")
	}
	r.Fix = f.String()
	return r
}
