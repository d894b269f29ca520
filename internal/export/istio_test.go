package export_test

import (
	"slices"
	"strings"
)

// istioPolicy is an AuthorizationPolicy with what it says of identities. It bears
// on all pods of its namespace.
// https://istio.io/latest/docs/reference/config/security/authorization-policy/
type istioPolicy struct {
	Metadata struct{ Namespace string }
	Spec     struct {
		Action string
		Rules  []istioRule
	}
}

type istioRule struct {
	From []struct{ Source istioSource }
	When []struct {
		Key               string
		Values, NotValues []string
	}
}

type istioSource struct {
	Principals, NotPrincipals           []string
	ServiceAccounts, NotServiceAccounts []string
}

// istioDestination is a DestinationRule with what it says of servers. It bears on
// all pods of its namespace as servers.
type istioDestination struct {
	Metadata struct{ Namespace string }
	Spec     struct {
		TrafficPolicy struct {
			TLS struct{ SubjectAltNames []string }
		}
	}
}

// accepted tells whether clients take a server for the one that they expect.
func accepted(w *mesh, to pod) bool {
	for _, d := range list[istioDestination](w, "networking.istio.io", "DestinationRule") {
		names := d.Spec.TrafficPolicy.TLS.SubjectAltNames
		if d.Metadata.Namespace == to.namespace && len(names) > 0 && !slices.Contains(names, "spiffe://"+to.principal()) {
			return false
		}
	}
	return true
}

// istio tells whether policies let a request in: nothing that denies matches, and
// if something allows, one of it does. What CUSTOM matches is taken for refused,
// which its authorizer may do.
func istio(w *mesh, from, to pod) bool {
	allows, allowed := false, false
	for _, p := range list[istioPolicy](w, "security.istio.io", "AuthorizationPolicy") {
		if p.Metadata.Namespace != to.namespace {
			continue
		}
		match := slices.ContainsFunc(p.Spec.Rules, func(r istioRule) bool { return r.matches(p.Metadata.Namespace, from) })
		switch p.Spec.Action {
		case "DENY", "CUSTOM":
			if match {
				return false
			}
		case "AUDIT":
		default:
			allows, allowed = true, allowed || match
		}
	}
	return (!allows || allowed) && accepted(w, to)
}

func (r *istioRule) matches(own string, from pod) bool {
	source := len(r.From) == 0
	for _, f := range r.From {
		s := f.Source
		source = source || like(s.Principals, s.NotPrincipals, from.principal()) && like(paths(own, s.ServiceAccounts), paths(own, s.NotServiceAccounts), from.path())
	}
	for _, w := range r.When {
		switch w.Key {
		case "source.principal":
			source = source && like(w.Values, w.NotValues, from.principal())
		case "source.serviceAccount":
			source = source && like(paths(own, w.Values), paths(own, w.NotValues), from.path())
		}
	}
	return source
}

func (p pod) principal() string { return "cluster.local/ns/" + p.namespace + "/sa/" + p.account }
func (p pod) path() string      { return p.namespace + "/" + p.account }

// paths puts the namespace of a policy before names that have none.
func paths(own string, names []string) []string {
	all := []string{}
	for _, name := range names {
		if !strings.Contains(name, "/") {
			name = own + "/" + name
		}
		all = append(all, name)
	}
	return all
}

// like tells whether text is one of some, if there are any, and none of others:
// exactly, or by a prefix or suffix.
func like(some, others []string, text string) bool {
	matches := func(pattern string) bool {
		if prefix, ok := strings.CutSuffix(pattern, "*"); ok {
			return strings.HasPrefix(text, prefix)
		}
		if suffix, ok := strings.CutPrefix(pattern, "*"); ok {
			return strings.HasSuffix(text, suffix)
		}
		return text == pattern
	}
	return (len(some) == 0 || slices.ContainsFunc(some, matches)) && !slices.ContainsFunc(others, matches)
}
