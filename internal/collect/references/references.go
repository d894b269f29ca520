// Package references finds, in objects of other projects' kinds, the places
// that name service accounts: policies of meshes, network policies, issuers
// that borrow an account's token, custom resources that make pods.
//
// It holds the table of those kinds (Kinds), by which both readers ask for
// objects, and takes decoded objects apart (Kind.Extract). A value that it
// cannot take apart into names is kept as text, and never guessed at. It reads
// nothing itself, and no secret passes it.
package references

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"podpass/internal/snapshot"
)

// Kind is a kind of objects that can name accounts: one row of the table.
type Kind struct {
	Group, Name string
	Resource    string   // in the plural, as in paths and rules
	Versions    []string // of the API in which the fields are known, best first
	Cluster     bool     // its objects lie in no namespace
	// Afar is set where its objects can name accounts of other namespaces than
	// their own, so that they are read everywhere.
	Afar bool
	// Large is set where objects carry a long status.
	Large bool
	// Unless names a group: where that is served, its objects are the same.
	Unless string

	Fields string // that are read, for people
	Effect string // what a move to another account does to them, for people
	// Source tells where that is known from: "source", "documentation", or
	// "unverified", and a link where one was looked up.
	Source string

	extract func(x *extraction)
}

// Find gives the row of a group and kind; nil where there is none.
func Find(group, name string) *Kind {
	return index()[[2]string{group, name}]
}

var index = sync.OnceValue(func() map[[2]string]*Kind {
	m := map[[2]string]*Kind{}
	for _, k := range Kinds() {
		m[[2]string{k.Group, k.Name}] = k
	}
	return m
})

// Kinds gives the table, by group and kind. It is shared: change nothing in it.
func Kinds() []*Kind { return table() }

var table = sync.OnceValue(func() []*Kind {
	all := slices.Concat(kubernetesKinds(), awsKinds(), istioKinds(), linkerdKinds(), ciliumKinds(), calicoKinds(),
		identityKinds(), secretKinds(), policyKinds(), ownerKinds())
	slices.SortFunc(all, func(a, b *Kind) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Name, b.Name))
	})
	return all
})

// Extract gives the references in an object of the kind, sorted by their
// pointers. The object is one of JSON as encoding/json decodes it into any;
// about is its metadata, of which the namespace counts.
func (k *Kind) Extract(object map[string]any, about snapshot.Meta) []snapshot.Reference {
	if k.Cluster {
		about.Namespace = ""
	}
	x := &extraction{kind: k, meta: about, root: node{value: object}}
	k.extract(x)
	slices.SortStableFunc(x.found, func(a, b snapshot.Reference) int { return cmp.Compare(a.Pointer, b.Pointer) })
	return x.found
}

// extraction is the work on one object.
type extraction struct {
	kind  *Kind
	meta  snapshot.Meta
	root  node
	found []snapshot.Reference
}

// own is the namespace of the object; "*" for one that lies in none.
func (x *extraction) own() string {
	if x.kind.Cluster {
		return anyName
	}
	return x.meta.Namespace
}

const anyName = "*" // of names

// version is that of the object's API, else the best that is known: items of a
// list of the API server need not say theirs.
func (x *extraction) version() string {
	api := x.root.field("apiVersion").text()
	if _, version, grouped := strings.Cut(api, "/"); grouped {
		return version
	}
	if len(x.kind.Versions) == 0 { // of Kubernetes' core
		return cmp.Or(api, "v1")
	}
	return cmp.Or(api, x.kind.Versions[0])
}

// take adds what stands at a place, if it is a string, read by a parser. base
// says the rest of it.
func (x *extraction) take(at node, parse parser, base snapshot.Reference) {
	value := at.text()
	if value == "" {
		return
	}
	base.Value = value
	base.Form, base.Of = parse(value)
	if base.Form == snapshot.FormText {
		base.Entry, base.Loose, base.Value = false, false, cut(value)
	}
	x.add(at, base)
}

// add adds a reference whose value is set.
func (x *extraction) add(at node, r snapshot.Reference) {
	r.Meta, r.Group, r.Kind, r.Pointer = x.meta, x.kind.Group, x.kind.Name, at.at
	r.Version = x.version()
	if r.Use == "" {
		r.Use = snapshot.Knows
	}
	if !r.Entry {
		r.Item, r.Whole = "", ""
	}
	withhold(&r)
	x.found = append(x.found, r)
}

// item marks the value of a reference as that of an object in a list of
// alternatives.
func item(at node, r snapshot.Reference) snapshot.Reference {
	r.Entry, r.Item, r.Whole = true, at.at, at.json()
	if r.Whole == "" {
		r.Entry = false
	}
	return r
}
