package plan

import (
	"podpass/internal/audit"
	"podpass/internal/waivers"
)

// Choices are what the user decides. The zero value decides nothing.
type Choices struct {
	File       string
	Cluster    ClusterChoice
	Workloads  []WorkloadChoice
	Namespaces []NamespaceChoice
	Bindings   []BindingChoice
	References []ReferenceChoice
}

// ClusterChoice are facts that no source tells, and what all roles share.
type ClusterChoice struct {
	Issuer    string // https URL
	AccountID string // 12 digits
	Partition string // aws, aws-cn, …
	Region    string
	Name      string // of the EKS cluster
	Path      string // of roles, "/" where empty
	Boundary  string // ARN of a permissions boundary
	Tags      map[string]string
}

// Match selects objects. Each part is a glob on the whole field, as in a waiver.
type Match struct {
	Kind, Namespace, Name string
	Line                  int // in the file
}

// Fits tells whether an object is selected.
func (m Match) Fits(kind, namespace, name string) bool {
	return waivers.Match(m.Kind, kind) && waivers.Match(m.Namespace, namespace) && waivers.Match(m.Name, name)
}

// Exact tells whether it can select one object at most.
func (m Match) Exact() bool {
	_, exact := m.object()
	return exact
}

// object is the only one that it can select; exact is false where there may be
// several.
func (m Match) object() (o audit.Object, exact bool) {
	for _, part := range []struct {
		pattern string
		text    *string
	}{{m.Kind, &o.Kind}, {m.Namespace, &o.Namespace}, {m.Name, &o.Name}} {
		if *part.text, exact = waivers.Literal(part.pattern); !exact {
			return audit.Object{}, false
		}
	}
	return o, true
}

// Values of WorkloadChoice.AWS.
const (
	AWSNone        = "none"
	AWSIRSA        = "irsa"
	AWSPodIdentity = "pod-identity"
)

// Values of Rights and Token.
const (
	RightsCopy  = "copy" // as far as that needs no further choice; the default
	RightsAll   = "all"  // cluster-admin and its like too
	RightsNone  = "none"
	TokenKeep   = "keep"
	TokenRemove = "remove"
)

// WorkloadChoice is what is decided of workloads.
type WorkloadChoice struct {
	Match
	Account    string // the name of its own account
	AWS        string // AWSNone, AWSIRSA, AWSPodIdentity; empty: not decided
	Role       RoleChoice
	Rights     string   // RightsCopy, RightsAll, RightsNone
	Bindings   []string // with Rights empty: copy these alone, "KIND NAMESPACE/NAME" or "KIND NAME"
	Token      string   // TokenKeep, TokenRemove
	LeaveAlone bool
	// Managed is set where its source is changed at the same time, so that a
	// change in the cluster lasts.
	Managed bool
}

// RoleChoice is an IAM role: one that is there, or what a new one may do.
type RoleChoice struct {
	ARN      string
	Trust    string   // the file of its trust policy as it is
	Name     string   // of a new one
	Policies []string // ARNs of managed policies
	Inline   []string // files of policies
	// Documents are the contents of Trust and Inline, by file.
	Documents map[string][]byte
	Line      int // in the file
}

// Given tells whether anything is chosen.
func (r *RoleChoice) Given() bool {
	return r.ARN != "" || r.Name != "" || len(r.Policies)+len(r.Inline) > 0
}

// NamespaceChoice is what is decided of the default account of namespaces.
type NamespaceChoice struct {
	Match
	// Lock is set where default may be locked though something may fall back to
	// it.
	Lock       bool
	LeaveAlone bool
	Managed    bool // see WorkloadChoice
}

// BindingChoice is what is decided of a binding that reaches default by a group.
type BindingChoice struct {
	Match
	// Accounts of its namespace take the place of the group, as NAME or
	// NAMESPACE/NAME.
	Accounts   []string
	LeaveAlone bool
	Managed    bool
}

// ReferenceChoice is what is decided of an object that names accounts.
type ReferenceChoice struct {
	Match
	// Handled is set where the object names the new account too, or need not.
	Handled bool
}
