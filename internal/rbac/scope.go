package rbac

import "strings"

// namespaced tells whether a right can be held in one namespace, by a
// RoleBinding. A request for a cluster-scoped resource carries no namespace,
// so a RoleBinding never allows it; but a request for one Namespace object
// carries its name as namespace, and the checks of bind, escalate,
// impersonate and use carry that of the object at hand. Resources that are not
// known here, as those of custom resources, are taken for namespaced.
func namespaced(group, resource, verb string) bool {
	resource, _, _ = strings.Cut(resource, "/")
	if group == "" && resource == "namespaces" {
		switch verb {
		case "list", "watch", "create", "deletecollection":
			return false
		}
		return true
	}
	if !clusterScoped(group, resource) {
		return true
	}
	switch verb {
	case "get", "list", "watch", "create", "update", "patch", "delete", "deletecollection":
		return false
	case "*":
		return group == "rbac.authorization.k8s.io" // bind and escalate
	}
	return true
}

// clusterScoped: as served by Kubernetes 1.37 (kubectl api-resources
// --namespaced=false), and groups whose resources are all cluster-scoped.
func clusterScoped(group, resource string) bool {
	switch group {
	case "admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "flowcontrol.apiserver.k8s.io",
		"internal.apiserver.k8s.io", "scheduling.k8s.io", "node.k8s.io":
		return true
	}
	switch group + "/" + resource {
	case "/nodes", "/persistentvolumes", "/componentstatuses",
		"authentication.k8s.io/tokenreviews", "authentication.k8s.io/selfsubjectreviews",
		"authorization.k8s.io/selfsubjectaccessreviews", "authorization.k8s.io/selfsubjectrulesreviews", "authorization.k8s.io/subjectaccessreviews",
		"certificates.k8s.io/certificatesigningrequests", "certificates.k8s.io/clustertrustbundles",
		"networking.k8s.io/ingressclasses", "networking.k8s.io/ipaddresses", "networking.k8s.io/servicecidrs",
		"rbac.authorization.k8s.io/clusterroles", "rbac.authorization.k8s.io/clusterrolebindings",
		"resource.k8s.io/deviceclasses", "resource.k8s.io/resourceslices", "resource.k8s.io/devicetaintrules",
		"metrics.k8s.io/nodes",
		"storage.k8s.io/csidrivers", "storage.k8s.io/csinodes", "storage.k8s.io/storageclasses",
		"storage.k8s.io/volumeattachments", "storage.k8s.io/volumeattributesclasses",
		"storagemigration.k8s.io/storageversionmigrations":
		return true
	}
	return false
}
