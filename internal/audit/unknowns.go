package audit

import (
	"podpass/internal/snapshot"
	"podpass/internal/waivers"
)

// unknowns are the unknown results of one rule, by what they leave open.
type unknowns struct {
	all    bool            // some stand for everything
	spaces map[string]bool // namespaces for which some stand
	pods   map[string]bool // namespaces with unknown pods
	on     map[Object]bool // objects, with the container if it is of one
	within map[Object]bool // objects, whatever the container
	prints map[string]bool // fingerprints
}

func newUnknowns() *unknowns {
	return &unknowns{spaces: map[string]bool{}, pods: map[string]bool{}, on: map[Object]bool{}, within: map[Object]bool{}, prints: map[string]bool{}}
}

func (u *unknowns) add(r *Result) {
	u.prints[r.Fingerprint] = true
	o := r.Object
	u.on[o], u.within[plain(o)] = true, true
	switch o.Kind {
	case onCluster, onFile:
		u.all = true
	case snapshot.KindNamespace:
		u.spaces[o.Name] = true
	case snapshot.KindPod:
		u.pods[o.Namespace] = true
	}
}

// hide tells whether a failure that is not found may still be there. Pods come
// and go: their names say little. What is unknown of one container says
// nothing of another.
func (u *unknowns) hide(fingerprint string, o Object) bool {
	return u.all || u.prints[fingerprint] || u.spaces[namespaceOf(o)] ||
		u.on[o] || u.on[plain(o)] || o.Container == "" && u.within[o] ||
		o.Kind == snapshot.KindPod && u.pods[o.Namespace]
}

// meet tells whether an entry of waivers can mean any of it.
func (u *unknowns) meet(e *waivers.Entry) bool {
	if u.all {
		return true
	}
	kind, namespace, name, ok := e.Object()
	if ok {
		o := Object{Kind: kind, Namespace: namespace, Name: name}
		return u.within[o] || u.spaces[namespaceOf(o)]
	}
	for space := range u.spaces {
		if waivers.Match(e.Namespace, space) {
			return true
		}
	}
	for o := range u.within {
		if waivers.Match(e.Kind, o.Kind) && waivers.Match(e.Namespace, o.Namespace) && waivers.Match(e.Name, o.Name) {
			return true
		}
	}
	return false
}
