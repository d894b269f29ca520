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
	Op     string `json:"op"`     // added, removed, changed; unknown where one side could not be read whole
	What   string `json:"what"`   // namespace, account, right, workload
	Object string `json:"object"` // "ServiceAccount team/app"; of a right, who holds it
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// Diff says what changed from one Snapshot to another: namespaces, accounts
// with their fields, rights with the path to each, and the accounts and tokens
// of workloads. Pods, uids and places are no changes.
func Diff(before, after *snapshot.Snapshot) []Change {
	both := func(ns string) bool { return covers(before, ns) && covers(after, ns) }
	a, b := newContext(before, both), newContext(after, both)
	changes := []Change{}
	for _, view := range []struct {
		what  string
		facts func(*context) map[string]string
		kinds []string
	}{
		{"namespace", namespaceFacts, []string{snapshot.KindNamespace}},
		{"account", accountFacts, []string{snapshot.KindServiceAccount}},
		{"right", rightFacts, rbacKinds()},
		{"workload", workloadFacts, workloadKinds()},
	} {
		found := compare(view.what, view.facts(a), view.facts(b))
		if open := append(gapsIn(before, "old", view.kinds), gapsIn(after, "new", view.kinds)...); len(open) > 0 {
			// What is on one side only may be no more than unread on the other.
			found = slices.DeleteFunc(found, func(c Change) bool { return c.Op != "changed" })
			for i := range open {
				open[i].What = view.what
			}
			found = append(open, found...)
		}
		changes = append(changes, found...)
	}
	return changes
}

// covers tells whether a Snapshot was taken of a namespace.
func covers(s *snapshot.Snapshot, namespace string) bool {
	return (len(s.Selected) == 0 || slices.Contains(s.Selected, namespace)) && !slices.Contains(s.Excluded, namespace)
}

// gapsIn lists the gaps by which objects of some kinds may be missing.
func gapsIn(s *snapshot.Snapshot, side string, kinds []string) []Change {
	var list []Change
	for _, g := range s.Gaps {
		if len(g.Kinds) == 0 || slices.ContainsFunc(kinds, func(k string) bool { return slices.Contains(g.Kinds, k) }) {
			list = append(list, Change{Op: "unknown", Object: "the " + side + " snapshot", After: g.What + " could not be read whole (" + g.Scope + "): " + g.Reason})
		}
	}
	return list
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
		facts[ns.Name] = ""
		if ns.Deleting {
			facts[ns.Name] = "being deleted"
		}
	}
	return facts
}

func accountFacts(c *context) map[string]string {
	facts := map[string]string{}
	for key, defined := range c.accounts {
		if !c.keep(key.namespace) {
			continue
		}
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
