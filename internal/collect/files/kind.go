package files

import (
	"slices"
	"strings"

	"podpass/internal/snapshot"
)

// kind is a kind of objects that is read. No two of one name are.
type kind struct {
	group, name string
	versions    []string // every apiVersion under which Kubernetes has ever served it
	names       naming
	cluster     bool     // its objects lie in no namespace
	areas       []string // the fields of it that are read; see areaOf
}

// kindOf gives the kind that is read by this apiVersion and kind; nil for any
// other.
func kindOf(apiVersion, name string) *kind {
	if k := kindNamed(name); k != nil && slices.Contains(k.versions, apiVersion) {
		return k
	}
	return nil
}

// kindNamed gives the kind of a name that is read; nil for any other.
func kindNamed(name string) *kind {
	for _, find := range []func(string) *kind{coreKind, appsKind, batchKind, rbacKind} {
		if k := find(name); k != nil {
			k.name = name
			return k
		}
	}
	return nil
}

func coreKind(name string) *kind {
	k := &kind{group: snapshot.GroupCore, versions: []string{"v1"}, names: subdomain}
	switch name {
	case snapshot.KindNamespace:
		k.cluster, k.names = true, label
	case snapshot.KindServiceAccount:
		k.areas = []string{"automountServiceAccountToken", "imagePullSecrets"}
	case snapshot.KindSecret:
		k.areas = []string{"type", snapshot.FieldData, snapshot.FieldStringData}
	case snapshot.KindConfigMap:
		k.areas = []string{snapshot.FieldData, snapshot.FieldBinaryData}
	case snapshot.KindPod:
		k.areas = []string{"spec", "spec.pod", "status", "status.phase"}
	case snapshot.KindRC:
		k.areas = []string{"spec", "spec.template"}
	default:
		return nil
	}
	return k
}

// appsKind: all but StatefulSet began in extensions.
func appsKind(name string) *kind {
	k := &kind{group: snapshot.GroupApps, names: subdomain, areas: []string{"spec", "spec.template"}}
	switch name {
	case snapshot.KindDeployment:
		k.versions = []string{"apps/v1", "apps/v1beta2", "apps/v1beta1", "extensions/v1beta1"}
	case snapshot.KindReplicaSet, snapshot.KindDaemonSet:
		k.versions = []string{"apps/v1", "apps/v1beta2", "extensions/v1beta1"}
	case snapshot.KindRevision: // its data is of any form
		k.areas = nil
		fallthrough
	case snapshot.KindStatefulSet:
		k.versions = []string{"apps/v1", "apps/v1beta2", "apps/v1beta1"}
	default:
		return nil
	}
	return k
}

func batchKind(name string) *kind {
	k := &kind{group: snapshot.GroupBatch, names: subdomain}
	switch name {
	case snapshot.KindJob:
		k.versions = []string{"batch/v1", "batch/v2alpha1", "extensions/v1beta1"}
		k.areas = []string{"spec", "spec.template", "status", "status.conditions"}
	case snapshot.KindCronJob:
		k.versions = []string{"batch/v1", "batch/v1beta1", "batch/v2alpha1"}
		k.areas = []string{"spec", "spec.jobTemplate"}
	default:
		return nil
	}
	return k
}

func rbacKind(name string) *kind {
	const group = snapshot.GroupRBAC
	k := &kind{group: group, versions: []string{group + "/v1", group + "/v1beta1", group + "/v1alpha1"}, names: segment}
	switch name {
	case snapshot.KindRole:
		k.areas = []string{"rules"}
	case snapshot.KindClusterRole:
		k.cluster, k.areas = true, []string{"rules", "aggregationRule"}
	case snapshot.KindRoleBinding:
		k.areas = []string{"roleRef", "subjects"}
	case snapshot.KindClusterRoleBinding:
		k.cluster, k.areas = true, []string{"roleRef", "subjects"}
	default:
		return nil
	}
	return k
}

// has tells whether objects of the kind have the field of an area.
func (k *kind) has(area string) bool {
	return area == "" || area == "metadata" || slices.Contains(k.areas, area)
}

// groupOf gives the API group of an apiVersion. The kinds of apps were once
// in extensions.
func groupOf(apiVersion string) string {
	group, _, named := strings.Cut(apiVersion, "/")
	switch {
	case !named:
		return snapshot.GroupCore
	case group == "extensions":
		return snapshot.GroupApps
	}
	return group
}

// isForeign tells whether an apiVersion is of somebody else's group, in which
// a kind may have any name. Such a group has a dot; one without is
// Kubernetes' own.
// https://github.com/kubernetes/apiextensions-apiserver/blob/v0.37.2/pkg/apis/apiextensions/validation/validation.go
func isForeign(apiVersion string) bool {
	group, version, _ := strings.Cut(apiVersion, "/")
	return strings.Contains(group, ".") && group != snapshot.GroupRBAC && version != "" && !strings.Contains(version, "/")
}
