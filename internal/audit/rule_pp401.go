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
		Needs:      append(workloadKinds(), snapshot.KindConfigMap, snapshot.KindRevision, snapshot.KindSecret),
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

// holding is an object in which keys are, with the copies that were made of
// it: a Deployment, its ReplicaSets and its pods.
type holding struct {
	object  Object
	meta    *snapshot.Meta // nil: only copies were seen
	first   *snapshot.Meta // the first copy
	keys    map[string]*heldKey
	secrets map[string]*heldKey // those without an id, by where they are
}

// heldKey is one key in a holding.
type heldKey struct {
	snapshot.Key
	at     []string // in words
	copies []Object // in which it is, beside the holding itself
}

// holdings lists the objects with keys, sorted.
func (c *context) holdings() []*holding {
	all := map[Object]*holding{}
	of := func(o Object) *holding {
		if all[o] == nil {
			all[o] = &holding{object: o, keys: map[string]*heldKey{}, secrets: map[string]*heldKey{}}
		}
		return all[o]
	}
	c.withKeys(func(kind string, m *snapshot.Meta) {
		h := of(objectOf(kind, m))
		h.meta = cmp.Or(h.meta, m)
		h.add(m.Keys, Object{})
	})
	for i := range c.snap.Workloads {
		if w := &c.snap.Workloads[i]; len(w.Keys) > 0 && c.judged(w.Namespace) {
			key, top := c.forest.climb(w.Namespace, w, nil)
			h := of(Object{Kind: key.kind, Namespace: key.namespace, Name: key.name})
			h.copy(objectOf(w.Kind, &w.Meta), &w.Meta, top)
		}
	}
	for i := range c.snap.Pods {
		if p := &c.snap.Pods[i]; len(p.Keys) > 0 && c.judged(p.Namespace) {
			key, top := c.forest.climb(p.Namespace, nil, p)
			h := of(Object{Kind: key.kind, Namespace: key.namespace, Name: key.name})
			h.copy(objectOf(snapshot.KindPod, &p.Meta), &p.Meta, top)
		}
	}
	list := make([]*holding, 0, len(all))
	for _, h := range all {
		list = append(list, h)
	}
	slices.SortFunc(list, func(a, b *holding) int { return compareObjects(a.object, b.object) })
	return list
}

func compareObjects(a, b Object) int {
	return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Container, b.Container))
}

// judged tells whether what lies in a namespace counts; what lies in none
// always does.
func (c *context) judged(namespace string) bool { return namespace == "" || c.selected[namespace] }

// withKeys gives the objects with keys that are neither workloads nor pods.
func (c *context) withKeys(see func(kind string, m *snapshot.Meta)) {
	each := func(kind string, m *snapshot.Meta) {
		if len(m.Keys) > 0 && c.judged(m.Namespace) {
			see(kind, m)
		}
	}
	s := c.snap
	for i := range s.Holders {
		each(s.Holders[i].Kind, &s.Holders[i].Meta)
	}
	for i := range s.ServiceAccounts {
		each(snapshot.KindServiceAccount, &s.ServiceAccounts[i].Meta)
	}
	for i := range s.Namespaces {
		if c.selected[s.Namespaces[i].Name] {
			each(snapshot.KindNamespace, &s.Namespaces[i].Meta)
		}
	}
	for i := range s.Roles {
		each(clustered(snapshot.KindRole, &s.Roles[i].Meta), &s.Roles[i].Meta)
	}
	for i := range s.Bindings {
		each(clustered(snapshot.KindRoleBinding, &s.Bindings[i].Meta), &s.Bindings[i].Meta)
	}
}

func clustered(kind string, m *snapshot.Meta) string {
	if m.Namespace == "" {
		return "Cluster" + kind
	}
	return kind
}

// copy adds the keys of a workload or pod to those of its root.
func (h *holding) copy(o Object, m *snapshot.Meta, top *snapshot.Workload) {
	if h.first == nil {
		h.first = m
	}
	switch {
	case o == h.object:
		h.meta = m
		h.add(m.Keys, Object{})
	default:
		if top != nil {
			h.meta = &top.Meta
		}
		h.add(m.Keys, o)
	}
}

// add adds keys; in is the copy in which they are, or none.
func (h *holding) add(keys []snapshot.Key, in Object) {
	for _, k := range keys {
		in := in
		held, words := h.keys, places(k)
		name := k.ID
		if name == "" {
			held, name = h.secrets, strings.Join(words, "\n")
		}
		one := held[name]
		if one == nil {
			one = &heldKey{Key: k}
			held[name] = one
		}
		one.Secret = one.Secret || k.Secret
		for _, w := range words {
			if !slices.Contains(one.at, w) {
				one.at = append(one.at, w)
			}
		}
		if in != (Object{}) {
			one.copies = append(one.copies, in)
		}
	}
}

// places says in words where a key is.
func places(k snapshot.Key) []string {
	list := make([]string, 0, len(k.At))
	for _, p := range k.At {
		words := p.Field
		if p.Name != "" {
			words += " " + p.Name
		}
		if p.Container != "" {
			words += " of container " + p.Container
		}
		if p.Via != "" {
			words += " (" + p.Via + ")"
		}
		list = append(list, words)
	}
	return list
}

// sorted lists the keys of a holding, those with an id first.
func (h *holding) sorted() []*heldKey {
	var list []*heldKey
	for _, part := range []map[string]*heldKey{h.keys, h.secrets} {
		var some []*heldKey
		for _, k := range part {
			some = append(some, k)
		}
		slices.SortFunc(some, func(a, b *heldKey) int { return cmp.Or(cmp.Compare(a.ID, b.ID), slices.Compare(a.at, b.at)) })
		list = append(list, some...)
	}
	return list
}

func (k *heldKey) severity() Severity {
	switch {
	case k.Example:
		return Info
	case k.ID == "":
		return Medium
	case !k.Secret:
		return Low
	case strings.HasPrefix(k.ID, "ASIA"):
		return High
	}
	return Critical
}

// text says what is there and where.
func (k *heldKey) text() string {
	words := k.ID + " with its secret"
	switch {
	case k.ID == "":
		words = "a secret access key without its id"
	case !k.Secret:
		words = k.ID + " without its secret"
	}
	if k.Example {
		words += ", the example of AWS's documentation"
	}
	words += ": " + some(k.at, 5, ", ")
	if k.Profile != "" {
		words += ", profile " + k.Profile
	}
	return words
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
	f.say("Give each of these workloads an IAM role through a service account of its own (IRSA or EKS Pod Identity), and take the variables out of it in the same roll-out. Then make the key inactive, and delete it once nothing fails.")
	if ref.Kind == snapshot.KindSecret && !c.files() && !c.snap.SecretsRead {
		f.say("An audit with --read-secrets tells which key it is.")
	}
	r.Fix = f.String()
	return r
}
