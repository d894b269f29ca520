package files

import (
	"slices"
	"strings"

	"podpass/internal/snapshot"
)

// kind is a kind of objects that is read.
type kind struct {
	group, name string
	cluster     bool     // its objects lie in no namespace
	areas       []string // the fields of it that are read; see areaOf
}

// kindOf gives the kind that is read by this apiVersion and kind; nil for any
// other.
func kindOf(apiVersion, name string) *kind {
	group, ok := groupOf(apiVersion)
	if !ok {
		return nil
	}
	switch group {
	case snapshot.GroupCore:
		return coreKind(name)
	case snapshot.GroupApps:
		switch name {
		case snapshot.KindDeployment, snapshot.KindReplicaSet, snapshot.KindStatefulSet, snapshot.KindDaemonSet:
			return &kind{group: group, name: name, areas: []string{"spec", "spec.template"}}
		}
	case snapshot.GroupBatch:
		switch name {
		case snapshot.KindJob:
			return &kind{group: group, name: name, areas: []string{"spec", "spec.template", "status", "status.conditions"}}
		case snapshot.KindCronJob:
			return &kind{group: group, name: name, areas: []string{"spec", "spec.jobTemplate"}}
		}
	case snapshot.GroupRBAC:
		return rbacKind(name)
	}
	return nil
}

func coreKind(name string) *kind {
	k := &kind{group: snapshot.GroupCore, name: name}
	switch name {
	case snapshot.KindNamespace:
		k.cluster = true
	case snapshot.KindServiceAccount:
		k.areas = []string{"automountServiceAccountToken", "imagePullSecrets"}
	case snapshot.KindSecret:
		k.areas = []string{"type"}
	case snapshot.KindPod:
		k.areas = []string{"spec", "spec.pod", "status", "status.phase"}
	case snapshot.KindRC:
		k.areas = []string{"spec", "spec.template"}
	default:
		return nil
	}
	return k
}

func rbacKind(name string) *kind {
	k := &kind{group: snapshot.GroupRBAC, name: name}
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

// groupOf gives the API group of an apiVersion; false for what is none. The
// kinds of apps were once in extensions.
func groupOf(apiVersion string) (group string, ok bool) {
	group, _, named := strings.Cut(apiVersion, "/")
	switch {
	case !named:
		return snapshot.GroupCore, apiVersion == "v1"
	case group == "extensions":
		return snapshot.GroupApps, true
	}
	return group, true
}

// isKnownGroup tells whether some kind is read of the group of an apiVersion.
func isKnownGroup(apiVersion string) bool {
	group, ok := groupOf(apiVersion)
	switch group {
	case snapshot.GroupCore, snapshot.GroupApps, snapshot.GroupBatch, snapshot.GroupRBAC:
		return ok
	}
	return false
}

// isKnownName tells whether a kind of this name is read of some group.
func isKnownName(name string) bool {
	for _, apiVersion := range []string{"v1", "apps/v1", "batch/v1", snapshot.GroupRBAC + "/v1"} {
		if kindOf(apiVersion, name) != nil {
			return true
		}
	}
	return false
}
