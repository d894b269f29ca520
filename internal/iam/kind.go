package iam

// Kind says what a policy is attached to, and so which elements it may have.
type Kind uint8

// The kinds of policies, as in
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html
const (
	Identity        Kind = iota // of a user, group or role
	Resource                    // of a bucket, key, queue, …
	Trust                       // of a role: who may assume it
	Boundary                    // the most that identity policies can grant
	Session                     // passed when a role is assumed
	ServiceControl              // of an organization: the most its principals can do
	ResourceControl             // of an organization: the most that can be done to its resources
)

// String names the kind as people write it.
func (k Kind) String() string {
	return [...]string{"identity policy", "resource policy", "trust policy", "permissions boundary",
		"session policy", "service control policy", "resource control policy"}[k]
}

// some is the name with its article.
func (k Kind) some() string {
	if k == Identity {
		return "an " + k.String()
	}
	return "a " + k.String()
}

// principals says whether statements of the kind say whom they are for.
func (k Kind) principals() bool { return k == Resource || k == Trust || k == ResourceControl }

// resources says whether statements of the kind must say what they are for:
// a trust policy is about its role, and some resource policies, such as those
// of repositories, about their resource alone.
func (k Kind) resources() bool { return k != Resource && k != Trust }
