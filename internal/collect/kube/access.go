package kube

import (
	"cmp"
	"slices"

	"podpass/internal/collect/references"
)

// Right is one right that Collect uses.
type Right struct {
	Group    string
	Resource string
	Verbs    []string
	// URL is a path outside of the resources; Group and Resource are empty then.
	URL string
	// Namespaces are those in which it is used: a Role in each gives it.
	// Empty: it takes a ClusterRole bound by a ClusterRoleBinding.
	Namespaces []string
}

// Access lists the rights that Collect uses for the same namespaces (none: the
// whole cluster), with or without Secrets and detail, sorted; no other options
// count. Fewer make gaps; more are never used, and of those for detail only the
// ones for kinds that the cluster serves are. Beside them Collect asks what every
// authenticated user may ask: the version, its own name and, with detail or
// where a kind is not found, the discovery documents.
func Access(o Options) []Right {
	selected := distinct(o.Namespaces)
	all := resources(o.ReadSecrets)
	if o.Detail {
		for _, k := range references.Kinds() {
			all = append(all, referring(k, k.Versions[0]))
		}
	}
	var list []Right
	for _, r := range all {
		places := r.places(selected)
		verb := r.verb("")
		if len(places) > 0 {
			verb = r.verb(places[0])
		}
		list = append(list, Right{Group: r.group, Resource: r.name, Verbs: []string{verb}, Namespaces: places})
	}
	if o.Detail {
		list = append(list, Right{URL: issuerPath, Verbs: []string{"get"}})
	}
	slices.SortFunc(list, func(a, b Right) int {
		return cmp.Or(cmp.Compare(b.URL, a.URL), cmp.Compare(a.Group, b.Group), cmp.Compare(a.Resource, b.Resource))
	})
	return list
}

// distinct sorts names and drops those that are there twice.
func distinct(names []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(names)))
}
