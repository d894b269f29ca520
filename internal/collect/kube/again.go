package kube

import (
	"context"
	"net/http"
	"slices"

	"podpass/internal/snapshot"
)

// secondLook is what a second look at namespaces gave.
type secondLook struct {
	accounts, namespaces []*list
	defaults             map[string]snapshot.ServiceAccount // by namespace
	there                map[string]snapshot.Namespace
}

// lookAgain settles what a scan that takes its time can see wrongly: a
// namespace without its account default, or one that only objects name. It may
// be new, on its way out, or gone.
func (c *collector) lookAgain(ctx context.Context) error {
	doubtful := c.doubtful()
	if len(doubtful) == 0 {
		return nil
	}
	// Accounts first: an account that goes does so before its namespace, so that
	// one that is missing is explained by what is read after.
	look := secondLook{accounts: c.accountsAgain(doubtful)}
	if err := c.read(ctx, look.accounts); err != nil {
		return err
	}
	look.namespaces = c.namespacesAgain(doubtful)
	if err := c.read(ctx, look.namespaces); err != nil {
		return err
	}
	look.index()
	c.settle(doubtful, &look)
	return nil
}

// doubtful are the namespaces to look at again.
func (c *collector) doubtful() map[string]bool {
	hasDefault := c.haveDefault()
	listed := c.namespacesListed()
	doubtful := map[string]bool{}
	for i := range c.snapshot.Namespaces {
		ns := &c.snapshot.Namespaces[i]
		if !hasDefault[ns.Name] && c.readIn(snapshot.KindServiceAccount, ns.Name) || ns.Implied && listed {
			doubtful[ns.Name] = true
		}
	}
	return doubtful
}

// haveDefault are the namespaces whose account default was read.
func (c *collector) haveDefault() map[string]bool {
	has := map[string]bool{}
	for i := range c.snapshot.ServiceAccounts {
		if sa := &c.snapshot.ServiceAccounts[i]; sa.Name == snapshot.Default {
			has[sa.Namespace] = true
		}
	}
	return has
}

// readIn tells whether a kind was read whole in a namespace.
func (c *collector) readIn(kind, namespace string) bool {
	for _, l := range c.lists {
		if l.resource.kind == kind && l.covers(namespace) {
			return true
		}
	}
	return false
}

func (l *list) covers(namespace string) bool {
	for _, part := range l.parts {
		if part.covers(namespace) {
			return true
		}
	}
	return l.err == nil && (l.namespace == "" || l.namespace == namespace)
}

// accountsAgain lists the accounts default as the accounts were listed before:
// in one list where that was allowed.
func (c *collector) accountsAgain(doubtful map[string]bool) []*list {
	var again []*list
	for _, l := range c.lists {
		if l.resource.kind != snapshot.KindServiceAccount {
			continue
		}
		for _, one := range slices.Concat([]*list{l}, l.parts) {
			if one.err == nil && (one.namespace == "" || doubtful[one.namespace]) {
				again = append(again, &list{resource: l.resource, namespace: one.namespace, selector: "metadata.name=" + snapshot.Default})
			}
		}
	}
	return again
}

func (c *collector) namespacesAgain(doubtful map[string]bool) []*list {
	var again []*list
	for _, l := range c.lists {
		if l.resource.scope == theNamespaces && l.err == nil && (l.namespace == "" || doubtful[l.namespace]) {
			again = append(again, &list{resource: l.resource, namespace: l.namespace})
		}
	}
	return again
}

func (s *secondLook) index() {
	s.defaults, s.there = map[string]snapshot.ServiceAccount{}, map[string]snapshot.Namespace{}
	for _, l := range s.accounts {
		for _, sa := range l.objects.ServiceAccounts {
			s.defaults[sa.Namespace] = sa
		}
	}
	for _, l := range s.namespaces {
		for _, ns := range l.objects.Namespaces {
			s.there[ns.Name] = ns
		}
	}
}

// gone tells whether a namespace was looked for and is not there any more.
func (s *secondLook) gone(namespace string) bool {
	for _, l := range s.namespaces {
		if l.namespace == namespace && refused(l.err, http.StatusNotFound) {
			return true
		}
		if l.namespace == "" && l.err == nil {
			_, there := s.there[namespace]
			return !there
		}
	}
	return false
}

// noDefault tells whether a namespace is there and its account default is not.
func (s *secondLook) noDefault(namespace string) bool {
	if _, there := s.there[namespace]; !there {
		return false
	}
	for _, l := range s.accounts {
		if l.covers(namespace) {
			return true
		}
	}
	return false
}

// settle puts what the second look gave in place of what the first one did.
func (c *collector) settle(doubtful map[string]bool, look *secondLook) {
	has := c.haveDefault()
	gone := map[string]bool{}
	for i := range c.snapshot.Namespaces {
		ns := &c.snapshot.Namespaces[i]
		if !doubtful[ns.Name] {
			continue
		}
		sa, found := look.defaults[ns.Name]
		if now, there := look.there[ns.Name]; there {
			*ns = now
		}
		switch gone[ns.Name] = look.gone(ns.Name); {
		case has[ns.Name]:
		case found:
			c.snapshot.ServiceAccounts = append(c.snapshot.ServiceAccounts, sa)
		default:
			ns.NoDefault = look.noDefault(ns.Name)
		}
	}
	for _, l := range slices.Concat(look.accounts, look.namespaces) {
		if l.err != nil && !gone[l.namespace] {
			c.snapshot.Gaps = append(c.snapshot.Gaps, l.gap())
		}
	}
	c.drop(gone)
}
