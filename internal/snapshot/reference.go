package snapshot

// KindReference is no object: a Gap with it hides places where accounts are
// named (see Reference).
const KindReference = "account reference"

// OnlyReferences tells a gap that hides references to accounts and nothing
// else: it bears on a plan, and on no verdict.
func (g *Gap) OnlyReferences() bool { return len(g.Kinds) == 1 && g.Kinds[0] == KindReference }

// Reference is a place, outside of pods, workloads and bindings, where an
// object names an account, or pods by their account: a mesh's policy, a
// network policy, an issuer that borrows the account's token. Whoever moves a
// workload to another account has to look at them. They are read only with
// detail (Header.Detail).
//
// The kinds and forms are those of the fields that the projects document; see
// package collect/references for the table and docs/references.md for its
// sources.
type Reference struct {
	Meta
	Group   string `json:"group,omitempty"`   // of the API of the object
	Version string `json:"version,omitempty"` // of that API, as it was read
	Kind    string `json:"kind"`
	// Pointer is the place in the object (RFC 6901), and Value what stands
	// there, as it is written: a string, or the JSON of FormSelector. Value is
	// empty where Use is FallsBack, and nothing stands at Pointer; long FormText
	// is cut and ends in "…". Of the entry of a ConfigMap it is but the part that
	// names the account.
	Pointer string `json:"at"`
	Value   string `json:"value"`
	// Withheld is set in place of a Value that looks like an access key.
	Withheld bool `json:"withheld,omitzero"`
	// Form is how the value names accounts: one of Form….
	Form string `json:"form"`
	// Of are the accounts that it means. Both parts may hold "*" for any
	// characters. The name is empty where the form tells none; the namespace is
	// then the only one whose accounts can be meant, or empty: any.
	Of Names `json:"of,omitzero"`
	// Loose is set where Of is wider than what is meant, as where a selector on
	// labels of namespaces narrows it: Of may be meant, no more.
	Loose bool `json:"loose,omitzero"`
	// Use is what it names them for: one of Knows, Borrows, RunsAs, FallsBack,
	// Blocks.
	Use string `json:"use"`
	// Denies is set where what matches is refused something, or is shut off by
	// being selected, so that a workload which matches no more is let in; Except
	// where the value stands in a list of those that do not match
	// (notPrincipals).
	Denies bool `json:"denies,omitzero"`
	Except bool `json:"except,omitzero"`
	// Entry is set where the value is a literal item of a list of alternatives:
	// another may stand beside it.
	Entry bool `json:"entry,omitzero"`
	// Item is the place of that item where it is an object that holds the value
	// (a prefix of Pointer), and Whole the item as JSON: see Beside.
	Item  string `json:"item,omitempty"`
	Whole string `json:"whole,omitempty"`
	// Selects is the label selector of FormSelector.
	Selects *Selector `json:"selects,omitzero"`
	// Field is, for an owner that makes pods, the field of it that names their
	// account, as people write it: "spec.driver.serviceAccount".
	Field string `json:"field,omitempty"`
}

// Names are a namespace and a name, either with "*" for any characters.
type Names struct {
	Namespace string `json:"ns,omitempty"`
	Name      string `json:"name,omitempty"`
}

// Forms of references.
const (
	FormName     = "name"           // of an account, in a namespace that the object tells
	FormUser     = "user"           // system:serviceaccount:NAMESPACE:NAME
	FormPath     = "namespace/name" // NAMESPACE/NAME
	FormColon    = "namespace:name" // NAMESPACE:NAME
	FormSPIFFE   = "spiffe"         // TRUST-DOMAIN/ns/NAMESPACE/sa/NAME, with or without spiffe://
	FormIdentity = "identity"       // NAME.NAMESPACE.serviceaccount.identity.…, of Linkerd
	FormWorkload = "workload"       // k8s:sa:NAME, of SPIRE
	FormLabel    = "label"          // of pods by a label that holds the name of their account
	FormSelector = "selector"       // of accounts by their labels
	FormPattern  = "pattern"        // a regular expression on the name
	FormText     = "text"           // a template or expression that speaks of accounts
)

// What references name accounts for.
const (
	Knows     = "knows"     // it knows pods by it
	Borrows   = "borrows"   // it asks for tokens of the account, which must stay
	RunsAs    = "runsAs"    // it makes pods, as this account, which must stay
	FallsBack = "fallsBack" // it makes pods, as this account where it names none
	Blocks    = "blocks"    // it refuses to let the account of a workload change
)

// APIVersion is that of the object.
func (r *Reference) APIVersion() string {
	if r.Group == "" {
		return r.Version
	}
	return r.Group + "/" + r.Version
}
