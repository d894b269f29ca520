package audit

import (
	"cmp"
	"slices"
	"strings"

	"podpass/internal/snapshot"
)

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
	own    bool     // it is in the holding itself
	copies []Object // in which it is, beside that
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
		h.add(m, Object{})
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
		h.meta = cmp.Or(h.meta, m)
		h.add(m, Object{})
	default:
		if top != nil {
			h.meta = &top.Meta
		}
		h.add(m, o)
	}
}

// add adds the keys of an object; in is that object, if it is a copy.
func (h *holding) add(m *snapshot.Meta, in Object) {
	for i := range m.Keys {
		k := &m.Keys[i]
		words := places(k)
		held, name := h.keys, k.ID
		if name == "" {
			held, name = h.secrets, strings.Join(words, "\n")+"\n"+k.Profile
		}
		one := held[name]
		if one == nil {
			one = &heldKey{Key: *k}
			held[name] = one
		}
		one.Secret = one.Secret || k.Secret
		if in == (Object{}) {
			one.own = true
		} else {
			one.copies = append(one.copies, in)
		}
		for _, w := range words {
			if w += h.elsewhere(m); !slices.Contains(one.at, w) && len(one.at) < mostPlaces {
				one.at = append(one.at, w)
			}
		}
	}
}

// mostPlaces bounds the places of a key that are told.
const mostPlaces = 64

// elsewhere gives the place in the files of an object that is not at the place
// of the result.
func (h *holding) elsewhere(m *snapshot.Meta) string {
	if m.Source == nil || h.meta == nil || h.meta.Source == nil || *m.Source == *h.meta.Source {
		return ""
	}
	return inFile(m)
}

// places says in words where a key is.
func places(k *snapshot.Key) []string {
	list := make([]string, 0, len(k.At))
	for _, p := range k.At {
		words := p.Field
		if p.Field == snapshot.FieldExec {
			words = "the command of a probe or hook"
		}
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

// identity names a key for a fingerprint: a half that becomes a pair is
// another finding.
func (k *heldKey) identity() string {
	switch {
	case k.ID == "":
		return "secret in " + strings.Join(places(&k.Key), ", ") + " " + k.Profile
	case k.Secret:
		return k.ID
	}
	return k.ID + " alone"
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
	if !k.own {
		var in []string
		for _, o := range firstObjects(k.copies, len(k.copies)) {
			in = append(in, o.Kind+" "+o.Name)
		}
		words += "; not in it any more, but in " + some(in, 3, ", ")
	}
	return words
}
