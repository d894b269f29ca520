package kube

import (
	"cmp"

	"google.golang.org/protobuf/encoding/protowire"

	"podpass/internal/collect/references"
	"podpass/internal/snapshot"
)

// resource is a kind of objects that is read.
type resource struct {
	kind    string // snapshot.Kind…
	group   string
	version string // empty: v1
	name    string // in the plural, as in paths and rules
	scope   scope
	// refers is set for objects of a kind that names accounts: they come as
	// JSON, since no other form of them is known.
	refers *references.Kind
	// partial asks for PartialObjectMetadata alone.
	partial  bool
	selector string // field selector
	add      func(d *decoder, object []byte, into *snapshot.Snapshot)
	template []protowire.Number // path of fields to the PodTemplateSpec of a workload
	labels   bool               // all labels are kept
	limit    int64              // objects of a page, where they may be large; 0: that of all
	secret   bool               // answers are wiped once they are read
	entries  bool               // what they hold is looked through for accounts
}

// scope says where objects of a resource lie and where they are read.
type scope int

const (
	// inNamespaces: in the namespaces that are selected.
	inNamespaces scope = iota
	// everywhere: in all namespaces whatever is selected, since a binding or
	// policy of one namespace can reach the accounts of another.
	everywhere
	// global: objects without a namespace.
	global
	// theNamespaces: the namespaces themselves, of which the selected ones are
	// read one by one.
	theNamespaces
)

// resources is the table of all that is read: Access prints it, Collect runs
// off it. The longest lists come first, as each is a chain of pages.
func resources(secrets bool) []*resource {
	list := []*resource{
		{kind: snapshot.KindPod, name: "pods", add: addPod},
		{kind: snapshot.KindReplicaSet, group: snapshot.GroupApps, name: "replicasets", add: addWorkload, template: path(2, 3)},
		{kind: snapshot.KindServiceAccount, name: "serviceaccounts", add: addAccount},
		{kind: snapshot.KindRoleBinding, group: snapshot.GroupRBAC, name: "rolebindings", scope: everywhere, add: addBinding},
		{kind: snapshot.KindJob, group: snapshot.GroupBatch, name: "jobs", add: addWorkload, template: path(2, 6)},
		{kind: snapshot.KindDeployment, group: snapshot.GroupApps, name: "deployments", add: addWorkload, template: path(2, 3)},
		{kind: snapshot.KindRole, group: snapshot.GroupRBAC, name: "roles", scope: everywhere, add: addRole},
		{kind: snapshot.KindNamespace, name: "namespaces", scope: theNamespaces, partial: true, add: addNamespace},
		{kind: snapshot.KindClusterRoleBinding, group: snapshot.GroupRBAC, name: "clusterrolebindings", scope: global, add: addBinding},
		{kind: snapshot.KindClusterRole, group: snapshot.GroupRBAC, name: "clusterroles", scope: global, add: addRole, labels: true},
		{kind: snapshot.KindStatefulSet, group: snapshot.GroupApps, name: "statefulsets", add: addWorkload, template: path(2, 3)},
		{kind: snapshot.KindDaemonSet, group: snapshot.GroupApps, name: "daemonsets", add: addWorkload, template: path(2, 2)},
		{kind: snapshot.KindCronJob, group: snapshot.GroupBatch, name: "cronjobs", add: addWorkload, template: path(2, 5, 2, 6)},
		{kind: snapshot.KindRC, name: "replicationcontrollers", add: addWorkload, template: path(2, 3)},
		{kind: snapshot.KindRevision, group: snapshot.GroupApps, name: "controllerrevisions", add: addRevision},
		// One of them is in each namespace, with nothing but a certificate.
		{kind: snapshot.KindConfigMap, name: "configmaps", selector: "metadata.name!=kube-root-ca.crt", add: addHolder, limit: 100},
	}
	if secrets {
		list = append(list, &resource{kind: snapshot.KindSecret, name: "secrets", add: addHolder, limit: 50, secret: true})
	}
	return list
}

// referring is the part of the table that only a plan needs, for the version
// that is given.
func referring(k *references.Kind, version string) *resource {
	r := &resource{kind: snapshot.KindReference, group: k.Group, version: version, name: k.Resource, refers: k}
	switch {
	case k.Cluster:
		r.scope = global
	case k.Afar:
		r.scope = everywhere
	}
	if k.Large {
		r.limit = 50
	}
	return r
}

func path(nums ...protowire.Number) []protowire.Number { return nums }

// places are the namespaces in which a resource is read one by one; none
// where it is read in one list.
func (r *resource) places(selected []string) []string {
	if r.scope == inNamespaces || r.scope == theNamespaces {
		return selected
	}
	return nil
}

// verb is get for the namespaces that are selected: the roles view, edit and
// admin of a namespace allow to get it, and not to list namespaces.
func (r *resource) verb(namespace string) string {
	if r.scope == theNamespaces && namespace != "" {
		return "get"
	}
	return "list"
}

// grant says in words the right that reads a resource.
func (r *resource) grant(namespace string) string {
	name := r.fullName()
	switch {
	case r.verb(namespace) == "get":
		return "get namespace " + namespace
	case namespace != "":
		return "list " + name + " in namespace " + namespace
	case r.scope == inNamespaces || r.scope == everywhere:
		return "list " + name + " in all namespaces"
	}
	return "list " + name
}

// fullName names the resource with its group, as kubectl takes it.
func (r *resource) fullName() string {
	if r.group == snapshot.GroupCore {
		return r.name
	}
	return r.name + "." + r.group
}

// title names the resource for people. The names of foreign ones are not
// theirs alone.
func (r *resource) title() string {
	if r.refers != nil {
		return r.fullName()
	}
	return r.name
}

func (r *resource) apiVersion() string { return cmp.Or(r.version, "v1") }

// where says in words where a resource is read.
func where(namespace string) string {
	if namespace == "" {
		return "cluster"
	}
	return "namespace " + namespace
}
