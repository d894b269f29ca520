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
		Why: "Whoever can read the object, a backup of it, or the repository that it came from can act as the IAM user whose key it holds, from anywhere and until somebody rotates it. " +
			"Nothing tells its uses apart.",
		Fix:        "Give each workload that uses the key an IAM role through a service account of its own, take the key out in the same roll-out, make it inactive, and delete it once nothing fails.",
		Needs:      append(workloadKinds(), snapshot.KindConfigMap, snapshot.KindRevision, snapshot.KindSecret, snapshot.KindKey),
		Source:     sourceSecrets,
		Partly:     true,
		How:        "audit with --read-secrets, which needs the right to list Secrets; without it only what references reveal is told",
		References: []string{refControl, refIRSA, refKeys},
		Planned:    true,
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
	var identity strings.Builder
	for _, k := range keys {
		if s := k.severity(); s.Rank() < r.Severity.Rank() {
			r.Severity = s
		}
		if k.ID != "" {
			r.KeyIDs = append(r.KeyIDs, k.ID)
		} else {
			r.SecretsWithoutID++
		}
		identity.WriteString(k.identity() + "\n")
		r.Evidence = append(r.Evidence, Evidence{Text: k.text(), Objects: firstObjects(k.copies, 3)})
	}
	if h.meta == nil {
		r.Evidence = append(r.Evidence, Evidence{Text: fmt.Sprintf("the %s itself was not seen, only what it made", h.object.Kind)})
	}
	r.Fingerprint, r.Message = identity.String(), heldMessage(keys)
	if h.object.Kind == snapshot.KindSecret || h.object.Kind == snapshot.KindConfigMap {
		r.Evidence = append(r.Evidence, c.users(h)...)
	}
	r.Fix = fixKeys(h, meta, keys)
	return r
}

// users tells who may take a key from a Secret or ConfigMap.
func (c *context) users(h *holding) []Evidence {
	ref := snapshot.Ref{Kind: h.object.Kind, Namespace: h.object.Namespace, Name: h.object.Name}
	m := c.held()
	var takes []usage
	for _, u := range m.uses[ref] {
		if slices.ContainsFunc(m.holders[ref], func(holder *snapshot.Holder) bool { return holder.KeyIn(u.use.Entry) }) {
			takes = append(takes, u)
		}
	}
	if len(takes) == 0 {
		return []Evidence{{Text: "no workload that was seen uses it"}}
	}
	return usedBy(takes)
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
	add(ids, "the id of an AWS access key", "the ids of %d AWS access keys")
	add(secrets, "an AWS secret access key without its id", "%d AWS secret access keys without their ids")
	add(examples, "the example key of AWS's documentation", "%d example keys of AWS's documentation")
	if len(parts) > 1 {
		parts = []string{strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1]}
	}
	return "Holds " + parts[0] + "."
}
