package kube

import (
	"errors"
	"fmt"
	"net/http"

	"podpass/internal/snapshot"
)

// gaps tells what a list lacks. If it was tried namespace by namespace and
// these are all there are, it lacks those that failed, else the rest of the
// cluster.
func (l *list) gaps(allNamespaces bool) []snapshot.Gap {
	if l.err == nil {
		return nil
	}
	var list []snapshot.Gap
	for _, part := range l.parts {
		list = append(list, part.gaps(false)...)
	}
	if allNamespaces && len(list) < len(l.parts) {
		return list
	}
	return []snapshot.Gap{l.gap()}
}

func (l *list) gap() snapshot.Gap {
	reason, grant := l.reason()
	kinds := []string{l.resource.kind}
	if l.resource.entries {
		kinds = append(kinds, snapshot.KindReference)
	}
	return snapshot.Gap{
		What:      l.resource.title(),
		Scope:     where(l.namespace),
		Namespace: l.namespace,
		Reason:    reason,
		Grant:     grant,
		Kinds:     kinds,
	}
}

// reason says why a list is not complete, and the way out.
func (l *list) reason() (reason, grant string) {
	const again = "run again; if it stays so, look at the load of the API server and at the network in between"
	r := (*refusal)(nil)
	switch {
	case errors.Is(l.err, errSilent):
		return "no answer within the timeout", "run again with a longer timeout"
	case isLost(l.err):
		return "the connection was lost: " + l.err.Error(), again
	case !errors.As(l.err, &r):
		return l.err.Error(), "check that the server is a Kubernetes API server, and that no proxy answers in its place"
	}
	switch r.code {
	case http.StatusForbidden:
		return r.message, l.resource.grant(l.namespace)
	case http.StatusNotFound:
		return "not found, though the API server should serve it: " + r.message,
			"check the address of the cluster and the proxies in between"
	case http.StatusGone:
		return "the API server dropped the list again and again while it was read: " + r.message, again
	}
	return fmt.Sprintf("the API server answered %d: %s", r.code, r.message), again
}
