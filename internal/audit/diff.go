package audit

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"podpass/internal/snapshot"
)

// Change is one difference between two Snapshots in words of identity.
type Change struct {
	Op     string `json:"op"`     // added, removed, changed
	What   string `json:"what"`   // namespace, account, right, workload
	Object string `json:"object"` // "ServiceAccount team/app"; of a right, who holds it
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// Diff says what changed from one Snapshot to another: namespaces, accounts
// with their fields, rights with the path to each, and the accounts and tokens
// of workloads. Pods, uids and places are no changes.
func Diff(before, after *snapshot.Snapshot) []Change {
	all := func(string) bool { return true }
	a, b := newContext(before, all), newContext(after, all)
	changes := []Change{}
	for _, view := range []struct {
		what  string
		facts func(*context) map[string]string
	}{
		{"namespace", namespaceFacts},
		{"account", accountFacts},
		{"right", rightFacts},
		{"workload", workloadFacts},
	} {
		changes = append(changes, compare(view.what, view.facts(a), view.facts(b))...)
	}
	return changes
}

// compare gives the changes between two sets of facts, sorted. A right has no
// value of its own to change: its text is part of its key.
func compare(what string, before, after map[string]string) []Change {
	var changes []Change
	for key := range merged(before, after) {
		old, was := before[key]
		now, is := after[key]
		object, detail, _ := strings.Cut(key, "\n")
		switch {
		case !was:
			changes = append(changes, Change{"added", what, object, "", cmp.Or(now, detail)})
		case !is:
			changes = append(changes, Change{"removed", what, object, cmp.Or(old, detail), ""})
		case old != now:
			changes = append(changes, Change{"changed", what, object, old, now})
		}
	}
	slices.SortFunc(changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Object, b.Object), cmp.Compare(a.Op, b.Op), cmp.Compare(a.Before, b.Before), cmp.Compare(a.After, b.After))
	})
	return changes
}

func merged(a, b map[string]string) map[string]string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

func namespaceFacts(c *context) map[string]string {
	facts := map[string]string{}
	for _, ns := range c.namespaces {
		facts["Namespace "+ns.Name] = ""
		if ns.Deleting {
			facts["Namespace "+ns.Name] = "being deleted"
		}
	}
	return facts
}

func accountFacts(c *context) map[string]string {
	facts := map[string]string{}
	for key, defined := range c.accounts {
		value, _ := c.automount(key.namespace, key.name)
		words := []string{"automountServiceAccountToken " + tri(value)}
		for _, sa := range defined {
			if sa.RoleARN != "" {
				words = append(words, "IAM role "+sa.RoleARN)
			}
			if len(sa.ImagePullSecrets) > 0 {
				words = append(words, "imagePullSecrets "+strings.Join(sa.ImagePullSecrets, ", "))
			}
		}
		facts[snapshot.Ref{Kind: snapshot.KindServiceAccount, Namespace: key.namespace, Name: key.name}.String()] = strings.Join(words, ", ")
	}
	return facts
}

func tri(t snapshot.Tri) string {
	switch t {
	case snapshot.True:
		return "true"
	case snapshot.False:
		return "false"
	}
	return "unset"
}

func rightFacts(c *context) map[string]string {
	facts := map[string]string{}
	for holder, grants := range c.rbac.All() {
		for _, g := range grants {
			path := c.tell(g)
			facts[holder+"\n"+path.evidence.Text] = ""
		}
	}
	return facts
}

func workloadFacts(c *context) map[string]string {
	facts := map[string]string{}
	for _, r := range c.roots {
		words := "runs as " + strings.Join(r.accounts, ", ")
		mounts := false
		for _, name := range r.accounts {
			m, _ := c.mountsAs(r, name)
			mounts = mounts || m
		}
		if mounts {
			words += ", token mounted"
		} else {
			words += ", no token"
		}
		facts[ref(r.Object)] = words
	}
	return facts
}
