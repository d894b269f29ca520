// Package snapshot holds the nouns of Podpass: what one cluster (or a set of
// manifests) says about the identities of its pods, as plain data.
//
// A Snapshot is filled by package collect, which alone reads the world, and is
// judged by package audit. It holds facts and no secret value, so that it can
// be saved (see Write and Read), mailed and audited elsewhere with the same
// result. Every struct is lean on purpose: 10,000 pods take a few MiB, where
// the full API objects take 149 MiB.
//
// The package is pure: no file, no network, no clock, no Kubernetes types.
package snapshot

import "time"

// APIVersion and Kind name the document.
const (
	APIVersion = "podpass/v1"
	Kind       = "Snapshot"
)

// Origins of a Snapshot.
const (
	OriginCluster = "cluster" // read from a Kubernetes API server
	OriginFiles   = "files"   // read from manifests or dumps
)

// Snapshot is what a cluster, or a set of files, says about pod identities.
// Each list is sorted (see Sort) and holds no object twice but for files that
// define one twice.
type Snapshot struct {
	Header
	Namespaces      []Namespace
	ServiceAccounts []ServiceAccount
	Roles           []Role
	Bindings        []Binding
	Workloads       []Workload
	Pods            []Pod
	TokenSecrets    []TokenSecret
	Holders         []Holder
	References      []Reference // with Detail only
}

// Header says where a Snapshot comes from and how whole it is.
type Header struct {
	APIVersion string      `json:"apiVersion"`
	Kind       string      `json:"kind"`
	Tool       string      `json:"tool"` // version of the Podpass that took it
	TakenAt    time.Time   `json:"takenAt"`
	Origin     string      `json:"origin"` // OriginCluster or OriginFiles
	Cluster    Cluster     `json:"cluster"`
	Caller     string      `json:"caller,omitempty"`   // user name that the API server gave the reader
	Paths      []string    `json:"paths,omitempty"`    // of files: those asked for, sorted
	Selected   []string    `json:"selected,omitempty"` // namespaces asked for; empty: all
	Excluded   []string    `json:"excluded,omitempty"` // namespaces left out on request
	Ignored    []KindCount `json:"ignored,omitempty"`  // objects of kinds that no rule reads
	Gaps       []Gap       `json:"gaps,omitempty"`
	// SecretsRead is whether Secrets were asked for.
	SecretsRead bool `json:"secretsRead"`
	// Detail is set where what only a plan needs was read too: all of an
	// account's metadata, references to accounts, and where in a pod things
	// stand. What it brings is marked "with detail".
	Detail bool `json:"detail,omitzero"`
}

// Cluster names a cluster. All fields may be empty.
type Cluster struct {
	Name    string `json:"name,omitempty"`    // as the kubeconfig names it
	Context string `json:"context,omitempty"` // of the kubeconfig
	Version string `json:"version,omitempty"` // gitVersion of the API server
	UID     string `json:"uid,omitempty"`     // uid of the namespace kube-system
	Issuer  string `json:"issuer,omitempty"`  // of its tokens, as the API server says; with detail
}

// KindCount counts objects of one kind.
type KindCount struct {
	Kind  string `json:"kind"`
	Count int    `json:"count"`
}

// Gap is something that was asked for and could not be read whole. Whatever
// depends on it is unknown.
type Gap struct {
	What      string   `json:"what"`                // resource ("pods") or "file"
	Scope     string   `json:"scope"`               // "cluster", "namespace team" or "dir/file.yaml:12"
	Namespace string   `json:"namespace,omitempty"` // the only namespace concerned; empty: any
	Reason    string   `json:"reason"`
	Grant     string   `json:"grant"`           // the way out: what to grant or to mend
	Kinds     []string `json:"kinds,omitempty"` // kinds of objects that may be missing, of Kinds; empty: any
	// Object is the one object that could not be understood, if it is just one.
	Object *Ref `json:"object,omitzero"`
}

// Kinds of objects that a Gap can concern.
const (
	KindNamespace          = "Namespace"
	KindServiceAccount     = "ServiceAccount"
	KindRole               = "Role"
	KindClusterRole        = "ClusterRole"
	KindRoleBinding        = "RoleBinding"
	KindClusterRoleBinding = "ClusterRoleBinding"
	KindPod                = "Pod"
	KindDeployment         = "Deployment"
	KindReplicaSet         = "ReplicaSet"
	KindStatefulSet        = "StatefulSet"
	KindDaemonSet          = "DaemonSet"
	KindJob                = "Job"
	KindCronJob            = "CronJob"
	KindRC                 = "ReplicationController"
	KindSecret             = "Secret"
	KindConfigMap          = "ConfigMap"
	KindRevision           = "ControllerRevision" // of the template of a StatefulSet or DaemonSet
	KindKey                = "access key"         // no object: a Gap with it has read the object but for keys in it
)

// API groups of the kinds that are read.
const (
	GroupCore  = ""
	GroupApps  = "apps"
	GroupBatch = "batch"
	GroupRBAC  = "rbac.authorization.k8s.io"
)

// Ref names one object. Cluster-scoped objects have an empty namespace.
type Ref struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

// String gives "Kind namespace/name", or "Kind name".
func (r Ref) String() string {
	if r.Namespace == "" {
		return r.Kind + " " + r.Name
	}
	return r.Kind + " " + r.Namespace + "/" + r.Name
}

// Meta is what all objects have.
type Meta struct {
	Namespace string   `json:"ns,omitempty"`
	Name      string   `json:"name"`
	UID       string   `json:"uid,omitempty"`
	Live      bool     `json:"live,omitzero"` // has a uid or a status: it is taken as it runs, else as a template
	Deleting  bool     `json:"deleting,omitzero"`
	Owner     *Owner   `json:"owner,omitzero"` // the reference with controller: true
	Manager   *Manager `json:"manager,omitzero"`
	Source    *Source  `json:"source,omitzero"` // files only
	// Keys are the AWS access keys that stand in the object: in its
	// annotations, its data, or its pods' annotations and containers.
	Keys []Key `json:"keys,omitempty"`
}

// Owner is the controller of an object, as its ownerReference names it. It
// lies in the object's namespace.
type Owner struct {
	Group string `json:"group,omitempty"`
	Kind  string `json:"kind"`
	Name  string `json:"name"`
}

// Source is a place in a file.
type Source struct {
	File string `json:"file"`
	Line int    `json:"line"` // from 1: the object's first line
}

// Namespace is one that exists, or in which an object lies.
type Namespace struct {
	Meta
	// Implied is set where no Namespace object was seen, only objects in it.
	Implied bool `json:"implied,omitzero"`
	// NoDefault is set where a second look, at the end of a live scan, found
	// the namespace there and its account default missing.
	NoDefault bool `json:"noDefault,omitzero"`
	// Annotations are those that kube2iam or kiam read.
	Annotations []Annotation `json:"annotations,omitempty"`
}

// Tri is a field that may be unset.
type Tri int8

// Values of Tri.
const (
	Unset Tri = 0
	False Tri = -1
	True  Tri = 1
)

// TriOf gives the Tri of a pointer: nil is Unset.
func TriOf(b *bool) Tri {
	switch {
	case b == nil:
		return Unset
	case *b:
		return True
	}
	return False
}

// ServiceAccount is an account that pods can run as.
type ServiceAccount struct {
	Meta
	Automount        Tri      `json:"automount,omitzero"` // automountServiceAccountToken
	ImagePullSecrets []string `json:"imagePullSecrets,omitempty"`
	// RoleARN is the annotation eks.amazonaws.com/role-arn.
	RoleARN string `json:"roleARN,omitempty"`

	// With detail: Labels and Annotations are all but last-applied-configuration
	// and those that Withheld names, sorted, which hold what looks like an access
	// key or half of one. Secrets are the names in the list "secrets".
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
	Withheld    []string          `json:"withheld,omitempty"`
	Secrets     []string          `json:"secrets,omitempty"`
}

// Role is a Role, or a ClusterRole where its Namespace is empty.
type Role struct {
	Meta
	Rules []Rule `json:"rules,omitempty"`
	// Aggregate selects the ClusterRoles whose rules make up this one's; nil
	// where the role has no aggregationRule. Of a role as served, Rules
	// already hold the outcome.
	Aggregate []Selector        `json:"aggregate,omitzero"`
	Labels    map[string]string `json:"labels,omitempty"` // ClusterRoles only
}

// Rule is a PolicyRule.
type Rule struct {
	Verbs           []string `json:"v,omitempty"`
	APIGroups       []string `json:"g,omitempty"`
	Resources       []string `json:"r,omitempty"`
	ResourceNames   []string `json:"n,omitempty"`
	NonResourceURLs []string `json:"u,omitempty"`
}

// Selector is a label selector: all of it must match.
type Selector struct {
	MatchLabels      map[string]string `json:"labels,omitempty"`
	MatchExpressions []Expression      `json:"expressions,omitempty"`
}

// Expression is one requirement of a Selector.
type Expression struct {
	Key      string   `json:"key"`
	Operator string   `json:"operator"` // In, NotIn, Exists, DoesNotExist
	Values   []string `json:"values,omitempty"`
}

// Binding is a RoleBinding, or a ClusterRoleBinding where its Namespace is
// empty.
type Binding struct {
	Meta
	Role     RoleRef   `json:"role"`
	Subjects []Subject `json:"subjects,omitempty"`
}

// RoleRef is the role of a Binding. An empty Group stands for GroupRBAC.
type RoleRef struct {
	Group string `json:"group,omitempty"`
	Kind  string `json:"kind"`
	Name  string `json:"name"`
}

// Subject is a subject of a Binding as it is written, with no default filled
// in.
type Subject struct {
	Kind      string `json:"kind"`
	Group     string `json:"group,omitempty"`
	Namespace string `json:"ns,omitempty"`
	Name      string `json:"name"`
}

// PodSpec is what a pod, or the template of a workload, says of its identity.
type PodSpec struct {
	// Account is the account as named: serviceAccountName, else the legacy
	// field serviceAccount, else empty.
	Account string `json:"sa,omitempty"`
	// Legacy is set where only the legacy field names the account.
	Legacy    bool `json:"legacy,omitzero"`
	Automount Tri  `json:"automount,omitzero"` // automountServiceAccountToken
	// APIToken is set where a container (init and ephemeral too) mounts a
	// volume that holds a token for the API server: a projected
	// serviceAccountToken whose audience is none or
	// https://kubernetes.default.svc, or a Secret at the path of the token.
	APIToken bool `json:"token,omitzero"`
	// Explicit is set where that volume is the pod's own, not one that the API
	// server adds: the pod asks for the token itself.
	Explicit bool `json:"explicit,omitzero"`
	// Masked is set where every container mounts something that is no such
	// token at /var/run/secrets/kubernetes.io/serviceaccount: the API server
	// then adds no token to any.
	Masked bool `json:"masked,omitzero"`
	// AWS is what it says of AWS credentials; nil: nothing. Pods that say the
	// same share it.
	AWS *AWS `json:"aws,omitzero"`
	// Signs tell, with detail, that something in the pod uses the token without
	// any right: one of Sign…, sorted.
	Signs []string `json:"signs,omitempty"`
}

// Signs of what uses a pod's token as a proof of who it is.
const (
	SignConsul       = "consul"        // consul.hashicorp.com/connect-inject, or its status
	SignIstioFirst   = "istio"         // istio-proxy with JWT_POLICY=first-party-jwt
	SignLinkerd      = "linkerd"       // linkerd.io/inject, of the pod or its namespace
	SignDapr         = "dapr"          // dapr.io/enabled
	SignVaultInject  = "vault-inject"  // vault.hashicorp.com/agent-inject, or its status
	SignVault        = "vault"         // vault.hashicorp.com/role, or VAULT_… variables
	SignSpringCloud  = "spring-cloud"  // SPRING_CLOUD_KUBERNETES_… variables
	SignHazelcast    = "kubernetes"    // KUBERNETES_NAMESPACE, of Hazelcast, KUBE_PING and Akka
	SignDatadog      = "datadog"       // DD_KUBERNETES_KUBELET_HOST
	SignPrometheus   = "prometheus"    // its image
	SignFluentBit    = "fluent-bit"    // its image
	SignOTel         = "opentelemetry" // the image of its collector
	SignKubeRBAC     = "kube-rbac-proxy"
	SignBeats        = "beats"      // filebeat, metricbeat
	SignDefaultMount = "mount"      // mounts something at or below the path of the token itself
	SignTokenFile    = "token-file" // a variable, argument, probe or hook that names the token's path
)

// Default is the account of a pod that names none.
const Default = "default"

// AccountName gives the account that a pod of this spec runs as.
func (s *PodSpec) AccountName() string {
	if s.Account == "" {
		return Default
	}
	return s.Account
}

// Workload is an object that makes pods, or a revision of one.
type Workload struct {
	Meta
	Group string `json:"group,omitempty"`
	Kind  string `json:"kind"`
	// Template is nil where only the metadata and keys are kept, as of owned
	// ReplicaSets, Jobs and revisions, whose templates are copies: of those only
	// the keys in them count.
	Template *PodSpec `json:"template,omitzero"`
	Finished bool     `json:"finished,omitzero"` // a Job that is complete or has failed
	// Rollout says, with detail, what keeps pods from being replaced where the
	// template changes: one of Rollout…; empty: nothing does.
	Rollout string `json:"rollout,omitempty"`
}

// Values of Workload.Rollout.
const (
	RolloutPaused    = "paused"    // a Deployment
	RolloutOnDelete  = "onDelete"  // a StatefulSet or DaemonSet
	RolloutPartition = "partition" // a StatefulSet: some of its pods
	RolloutSuspended = "suspended" // a CronJob or Job
)

// Ref names the workload.
func (w *Workload) Ref() Ref { return Ref{w.Kind, w.Namespace, w.Name} }

// Pod is a pod.
type Pod struct {
	Meta
	Spec     PodSpec `json:"spec"`
	Finished bool    `json:"finished,omitzero"` // phase Succeeded or Failed
	Mirror   bool    `json:"mirror,omitzero"`   // of a static pod; its account is no matter
}

// TokenSecret is a Secret of type kubernetes.io/service-account-token: a
// token that does not expire. Nothing of its data is kept.
type TokenSecret struct {
	Meta
	Account string `json:"account,omitempty"` // annotation kubernetes.io/service-account.name
}
