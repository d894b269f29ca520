package kube

import (
	"maps"
	"slices"

	"podpass/internal/snapshot"
)

// knownNamespaces are those that are listed or selected, or else those in
// which an object was seen.
func (c *collector) knownNamespaces() []string {
	if len(c.selected) > 0 {
		return c.selected
	}
	seen := map[string]bool{}
	for _, l := range c.lists {
		if l.resource.scope == theNamespaces && l.err == nil {
			clear(seen)
			see(seen, l.objects.Namespaces, func(ns *snapshot.Namespace) string { return ns.Name })
			break
		}
		namespacesOf(&l.objects, seen)
	}
	return slices.Sorted(maps.Keys(seen))
}

// namespacesListed tells whether all namespaces that are to be read are known.
func (c *collector) namespacesListed() bool {
	for _, l := range c.lists {
		if l.resource.scope == theNamespaces && l.err != nil {
			return false
		}
	}
	return true
}

// namespacesOf adds the namespaces in which objects lie.
func namespacesOf(s *snapshot.Snapshot, seen map[string]bool) {
	see(seen, s.ServiceAccounts, func(o *snapshot.ServiceAccount) string { return o.Namespace })
	see(seen, s.Roles, func(o *snapshot.Role) string { return o.Namespace })
	see(seen, s.Bindings, func(o *snapshot.Binding) string { return o.Namespace })
	see(seen, s.Workloads, func(o *snapshot.Workload) string { return o.Namespace })
	see(seen, s.Pods, func(o *snapshot.Pod) string { return o.Namespace })
	see(seen, s.TokenSecrets, func(o *snapshot.TokenSecret) string { return o.Namespace })
	see(seen, s.Holders, func(o *snapshot.Holder) string { return o.Namespace })
}

// see skips objects without a namespace.
func see[T any](seen map[string]bool, list []T, namespace func(*T) string) {
	last := ""
	for i := range list {
		if name := namespace(&list[i]); name != last && name != "" {
			seen[name] = true
			last = name
		}
	}
}

// imply adds the namespaces in which objects lie though they are not listed,
// and those that were selected and may not be read: bindings reach them too.
func (c *collector) imply() {
	seen := map[string]bool{}
	namespacesOf(c.snapshot, seen)
	for _, l := range c.lists {
		if l.resource.scope == theNamespaces && l.namespace != "" && l.err != nil {
			seen[l.namespace] = true
		}
	}
	for i := range c.snapshot.Namespaces {
		delete(seen, c.snapshot.Namespaces[i].Name)
	}
	for _, name := range slices.Sorted(maps.Keys(seen)) {
		if len(c.selected) == 0 || slices.Contains(c.selected, name) {
			c.snapshot.Namespaces = append(c.snapshot.Namespaces,
				snapshot.Namespace{Meta: snapshot.Meta{Name: name, Live: true}, Implied: true})
		}
	}
}

// drop removes namespaces with all that lies in them, and what was not read in
// them.
func (c *collector) drop(gone map[string]bool) {
	s := c.snapshot
	s.Namespaces = slices.DeleteFunc(s.Namespaces, func(o snapshot.Namespace) bool { return gone[o.Name] })
	s.ServiceAccounts = slices.DeleteFunc(s.ServiceAccounts, func(o snapshot.ServiceAccount) bool { return gone[o.Namespace] })
	s.Roles = slices.DeleteFunc(s.Roles, func(o snapshot.Role) bool { return gone[o.Namespace] })
	s.Bindings = slices.DeleteFunc(s.Bindings, func(o snapshot.Binding) bool { return gone[o.Namespace] })
	s.Workloads = slices.DeleteFunc(s.Workloads, func(o snapshot.Workload) bool { return gone[o.Namespace] })
	s.Pods = slices.DeleteFunc(s.Pods, func(o snapshot.Pod) bool { return gone[o.Namespace] })
	s.TokenSecrets = slices.DeleteFunc(s.TokenSecrets, func(o snapshot.TokenSecret) bool { return gone[o.Namespace] })
	s.Holders = slices.DeleteFunc(s.Holders, func(o snapshot.Holder) bool { return gone[o.Namespace] })
	s.References = slices.DeleteFunc(s.References, func(o snapshot.Reference) bool { return gone[o.Namespace] })
	s.Gaps = slices.DeleteFunc(s.Gaps, func(o snapshot.Gap) bool { return gone[o.Namespace] })
}
