package audit

import (
	"slices"

	"podpass/internal/rbac"
	"podpass/internal/snapshot"
)

// emit takes a result. Until then its Fingerprint holds the identity of its
// evidence; about is the object at the root of ownership, which it is made of
// instead of the result's own.
type emit func(r Result, about Object)

// account names a service account.
type account struct{ namespace, name string }

// context is what the rules share: the Snapshot, and indexes of it that are
// made once.
type context struct {
	snap       *snapshot.Snapshot
	keep       func(namespace string) bool
	rbac       *rbac.Index
	namespaces []*snapshot.Namespace // those to be judged, sorted
	selected   map[string]bool       // their names
	accounts   map[account][]*snapshot.ServiceAccount
	roots      []*root // of the namespaces to be judged, sorted
	forest     *forest // by which they were found
	usedBy     map[account][]*root
	grants     map[account][]*rbac.Grant
	told       map[*rbac.Grant]told // what PP101 says of a grant
	place      map[string]*Source   // a place in the files for each namespace
	names      *namer               // of accounts to be made
	offered    map[*root]string     // by it; nil until they are asked for
	made       *credentials         // see held
}

// newContext indexes a Snapshot for the namespaces that keep tells.
func newContext(s *snapshot.Snapshot, keep func(namespace string) bool) *context {
	c := &context{
		snap:     s,
		keep:     keep,
		rbac:     rbac.New(s),
		selected: map[string]bool{},
		accounts: map[account][]*snapshot.ServiceAccount{},
		usedBy:   map[account][]*root{},
		grants:   map[account][]*rbac.Grant{},
		told:     map[*rbac.Grant]told{},
		place:    map[string]*Source{},
	}
	for i := range s.Namespaces {
		ns := &s.Namespaces[i]
		if keep(ns.Name) && !c.selected[ns.Name] {
			c.namespaces = append(c.namespaces, ns)
			c.selected[ns.Name] = true
			c.place[ns.Name] = source(&ns.Meta)
		}
	}
	for i := range s.ServiceAccounts {
		sa := &s.ServiceAccounts[i]
		key := account{sa.Namespace, sa.Name}
		c.accounts[key] = append(c.accounts[key], sa)
	}
	c.roots, c.forest = findRoots(s, c.selected)
	for _, r := range c.roots {
		for _, name := range r.accounts {
			key := account{r.Namespace, name}
			c.usedBy[key] = append(c.usedBy[key], r)
		}
	}
	c.locateAll()
	c.names = newNamer(c)
	return c
}

// locateAll finds a place in the files for each namespace.
func (c *context) locateAll() {
	for i := range c.snap.ServiceAccounts {
		c.locate(&c.snap.ServiceAccounts[i].Meta)
	}
	for i := range c.snap.Bindings {
		c.locate(&c.snap.Bindings[i].Meta)
	}
	for i := range c.snap.Roles {
		c.locate(&c.snap.Roles[i].Meta)
	}
	for i := range c.snap.TokenSecrets {
		c.locate(&c.snap.TokenSecrets[i].Meta)
	}
	for _, r := range c.roots {
		c.locate(r.meta)
		for _, p := range r.pods {
			c.locate(&p.Meta)
		}
	}
}

// locate keeps the first object of a namespace as its place in the files.
func (c *context) locate(m *snapshot.Meta) {
	if m != nil && m.Source != nil && c.place[m.Namespace] == nil {
		c.place[m.Namespace] = source(m)
	}
}

func (c *context) files() bool { return c.snap.Origin == snapshot.OriginFiles }

// rightsOf lists the grants of an account beyond the built-in ones, and
// whether one of the built-in form could not be compared.
func (c *context) rightsOf(namespace, name string) (grants []*rbac.Grant, unsure bool) {
	for _, g := range c.grantsOf(namespace, name) {
		switch g.Builtin {
		case rbac.NotBuiltin:
			grants = append(grants, g)
		case rbac.MayBeBuiltin:
			if c.files() || c.gap(namespace, snapshot.KindClusterRole) != nil {
				unsure = true
			} else {
				grants = append(grants, g) // in a cluster that was read whole, its role is missing
			}
		}
	}
	return grants, unsure
}

func (c *context) grantsOf(namespace, name string) []*rbac.Grant {
	key := account{namespace, name}
	grants, ok := c.grants[key]
	if !ok {
		grants = c.rbac.Grants(namespace, name)
		if name != snapshot.Default { // asked for once only
			c.grants[key] = grants
		}
	}
	return grants
}

// gap gives the first gap by which objects of one of the kinds that bear on a
// namespace may be missing; nil for none.
func (c *context) gap(namespace string, kinds ...string) *snapshot.Gap {
	for i := range c.snap.Gaps {
		g := &c.snap.Gaps[i]
		if slices.ContainsFunc(kinds, func(kind string) bool { return concerns(g, namespace, kind) }) {
			return g
		}
	}
	return nil
}

// concerns tells whether a gap may hide objects of a kind that bear on a
// namespace. A binding or role of any namespace can bear on any other.
func concerns(g *snapshot.Gap, namespace, kind string) bool {
	if len(g.Kinds) > 0 && !slices.Contains(g.Kinds, kind) {
		return false
	}
	return g.Namespace == "" || g.Namespace == namespace || slices.Contains(rbacKinds(), kind)
}

// automount resolves the field of an account over all its definitions: one
// that does not say false decides, since none of them can be told to be the
// last. known is false where the account is not in the Snapshot.
func (c *context) automount(namespace, name string) (value snapshot.Tri, known bool) {
	defined := c.accounts[account{namespace, name}]
	if len(defined) == 0 {
		return snapshot.Unset, false
	}
	for _, sa := range defined {
		if sa.Automount != snapshot.False {
			return sa.Automount, true
		}
	}
	return snapshot.False, true
}

// mounted tells whether pods of a spec mount a token for the API server: an
// explicit volume, else the spec's field over the account's over true.
func (c *context) mounted(namespace string, spec *snapshot.PodSpec) (mounts, known bool) {
	switch {
	case spec.APIToken:
		return true, true
	case spec.Masked, spec.Automount == snapshot.False:
		return false, true
	case spec.Automount == snapshot.True:
		return true, true
	}
	value, known := c.automount(namespace, spec.AccountName())
	return value != snapshot.False, known
}

func source(m *snapshot.Meta) *Source {
	if m == nil || m.Source == nil {
		return nil
	}
	return &Source{m.Source.File, m.Source.Line}
}

func objectOf(kind string, m *snapshot.Meta) Object {
	return Object{Kind: kind, Namespace: m.Namespace, Name: m.Name}
}
