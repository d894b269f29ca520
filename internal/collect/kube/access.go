package kube

import (
	"cmp"
	"slices"
)

// Right is one right that Collect uses.
type Right struct {
	Group    string
	Resource string
	Verbs    []string
	// Namespaces are those in which it is used: a Role in each gives it.
	// Empty: it takes a ClusterRole bound by a ClusterRoleBinding.
	Namespaces []string
}

// Access lists the rights that Collect uses for the same namespaces (none: the
// whole cluster) and with or without Secrets, sorted. Fewer make gaps; more
// are never used. Beside them Collect asks what every authenticated user may
// ask: the version, its own name and, where a kind is not found, the discovery
// documents.
func Access(namespaces []string, readSecrets bool) []Right {
	selected := distinct(namespaces)
	var list []Right
	for _, r := range resources(readSecrets) {
		places := r.places(selected)
		verb := r.verb("")
		if len(places) > 0 {
			verb = r.verb(places[0])
		}
		list = append(list, Right{Group: r.group, Resource: r.name, Verbs: []string{verb}, Namespaces: places})
	}
	slices.SortFunc(list, func(a, b Right) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Resource, b.Resource))
	})
	return list
}

// distinct sorts names and drops those that are there twice.
func distinct(names []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(names)))
}
