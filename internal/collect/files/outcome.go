package files

import (
	"fmt"
	"slices"
	"strings"

	"podpass/internal/snapshot"
)

// outcome takes objects and gaps and makes the Snapshot of them.
type outcome struct {
	snap      snapshot.Snapshot
	namespace string // of objects that name none
	file      string // at hand
	ignored   map[string]int
	implied   map[string]bool
	seen      map[string]bool // namespaces with an object of their own
}

func newOutcome(namespace string) *outcome {
	if namespace == "" {
		namespace = "default"
	}
	o := &outcome{namespace: namespace, ignored: map[string]int{}, implied: map[string]bool{}, seen: map[string]bool{}}
	o.snap.Origin, o.snap.SecretsRead = snapshot.OriginFiles, true
	return o
}

// finish gives the Snapshot, sorted, with the namespaces that only objects
// name.
func (out *outcome) finish() *snapshot.Snapshot {
	for name := range out.implied {
		if !out.seen[name] {
			out.snap.Namespaces = append(out.snap.Namespaces, snapshot.Namespace{Meta: snapshot.Meta{Name: name}, Implied: true})
		}
	}
	for kind, n := range out.ignored {
		out.snap.Ignored = append(out.snap.Ignored, snapshot.KindCount{Kind: kind, Count: n})
	}
	out.snap.Sort()
	return &out.snap
}

func (out *outcome) gap(g snapshot.Gap) {
	g.What = "file"
	out.snap.Gaps = append(out.snap.Gaps, g)
}

// broken notes that a part of the file at hand could not be read: it may have
// held objects of any kind.
func (out *outcome) broken(line int, reason, grant string) {
	out.gap(snapshot.Gap{Scope: fmt.Sprintf("%s:%d", out.file, max(line, 1)), Reason: reason, Grant: grant})
}

// take keeps an object, or what is wrong with it, or counts it.
func (out *outcome) take(o *object) {
	group, kind := groupOf(o.apiVersion), o.kind
	if o.isList {
		return // its members came by themselves
	}
	areas := areasOf(group, kind)
	if areas == nil {
		out.ignore(o)
		return
	}
	switch {
	case clusterScoped(kind):
		o.meta.namespace = ""
	case o.meta.namespace == "" && !slices.ContainsFunc(o.problems, func(p located) bool { return p.area == "metadata" }):
		o.meta.namespace = out.namespace
	}
	if o.meta.name == "" {
		o.meta.name = o.meta.generateName
	}
	if o.meta.name == "" && len(o.problems) == 0 {
		o.note("metadata", problem{line: o.line, what: "metadata.name is missing", mend: "give the object a name"})
	}
	out.implies(kind, o)
	for _, p := range o.problems {
		if slices.Contains(areas, p.area) {
			out.refuse(kind, o, p.problem)
			return
		}
	}
	out.keep(group, kind, o)
}

func (out *outcome) ignore(o *object) {
	kind := o.kind
	if kind == "" {
		kind = "(no kind)"
	}
	out.ignored[kind]++
}

// implies notes the namespace in which an object lies.
func (out *outcome) implies(kind string, o *object) {
	switch {
	case kind == snapshot.KindNamespace:
		out.implied[o.meta.name] = o.meta.name != ""
		if o.meta.name == "" {
			delete(out.implied, "")
		}
	case o.meta.namespace != "":
		out.implied[o.meta.namespace] = true
	}
}

// refuse notes an object that the API server would refuse: whatever it says,
// it says nothing.
func (out *outcome) refuse(kind string, o *object, p problem) {
	ref := snapshot.Ref{Kind: kind, Namespace: o.meta.namespace, Name: o.meta.name}
	out.gap(snapshot.Gap{
		Scope:     fmt.Sprintf("%s:%d", out.file, p.line),
		Namespace: o.meta.namespace,
		Reason:    fmt.Sprintf("%s: %s", ref, p.what),
		Grant:     p.mend,
		Kinds:     []string{kind},
		Object:    &ref,
	})
}

// groupOf gives the API group of an apiVersion. The kinds of apps were once
// in extensions.
func groupOf(apiVersion string) string {
	group, _, ok := strings.Cut(apiVersion, "/")
	switch {
	case !ok:
		return snapshot.GroupCore
	case group == "extensions":
		return snapshot.GroupApps
	}
	return group
}

func clusterScoped(kind string) bool {
	switch kind {
	case snapshot.KindNamespace, snapshot.KindClusterRole, snapshot.KindClusterRoleBinding:
		return true
	}
	return false
}

// areasOf lists the top-level fields that count for a kind; nil for kinds
// that no rule reads.
func areasOf(group, kind string) []string {
	switch group + "/" + kind {
	case "/Namespace":
		return []string{"", "apiVersion", "kind", "metadata"}
	case "/ServiceAccount":
		return []string{"", "apiVersion", "kind", "metadata", "automountServiceAccountToken", "imagePullSecrets"}
	case "/Secret":
		return []string{"", "apiVersion", "kind", "metadata", "type"}
	case "/Pod", "/ReplicationController", "apps/Deployment", "apps/ReplicaSet", "apps/StatefulSet", "apps/DaemonSet", "batch/Job", "batch/CronJob":
		return []string{"", "apiVersion", "kind", "metadata", "spec", "status"}
	case snapshot.GroupRBAC + "/Role":
		return []string{"", "apiVersion", "kind", "metadata", "rules"}
	case snapshot.GroupRBAC + "/ClusterRole":
		return []string{"", "apiVersion", "kind", "metadata", "rules", "aggregationRule"}
	case snapshot.GroupRBAC + "/RoleBinding", snapshot.GroupRBAC + "/ClusterRoleBinding":
		return []string{"", "apiVersion", "kind", "metadata", "roleRef", "subjects"}
	}
	return nil
}
