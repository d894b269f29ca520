package choices

import (
	"strings"

	"podpass/internal/iam"
	"podpass/internal/plan"
)

// file is the table of all that a file may hold.
func file() *mapping {
	return &mapping{members: []member{
		{name: "cluster", about: "Facts that no source tells, and what all new roles share.", shape: shape{mapping: cluster()}},
		{name: "workloads", about: "What is decided of workloads. Of several entries that fit one, one alone counts: an exact one for more than a pattern, a later one for more than an earlier.", shape: entries(workload())},
		{name: "namespaces", about: "What is decided of the account default of namespaces.", shape: entries(namespace())},
		{name: "bindings", about: "What is decided of bindings that reach default by a group.", shape: entries(binding())},
		{name: "references", about: "What is decided of objects that know pods by their account.", shape: entries(reference())},
	}}
}

func entries(m *mapping) shape { return shape{list: &list{item: shape{mapping: m}, empty: true}} }

func cluster() *mapping {
	return &mapping{empty: true, members: []member{
		{name: "issuer", about: "The OpenID Connect issuer of the cluster's tokens.", shape: shape{text: issuer()}},
		{name: "accountId", about: "The AWS account of new roles.", shape: shape{text: &text{pattern: `^[0-9]{12}$`, most: 12, what: "AWS account id", mend: `write its 12 digits in quotes, such as "111122223333"`}}},
		{name: "partition", about: "The AWS partition.", shape: shape{text: &text{words: iam.Partitions(), what: "AWS partition"}}},
		{name: "region", about: "The AWS region of the cluster.", shape: shape{text: &text{pattern: `^[a-z]{2,5}(-[a-z]{1,12}){1,3}-[0-9]{1,2}$`, most: 40, what: "AWS region", mend: "write it as eu-central-1"}}},
		{name: "name", about: "The name of the EKS cluster.", shape: shape{text: &text{pattern: `^[0-9A-Za-z][0-9A-Za-z_-]*$`, most: 100, what: "name of an EKS cluster", mend: "use letters, digits, - and _, at most 100"}}},
		{name: "path", about: "The path of new roles.", shape: shape{text: &text{pattern: `^/([!-.0-~]+/)*$`, most: 512, what: "path of a role", mend: "begin and end it with /, such as /podpass/"}}},
		{name: "boundary", about: "The permissions boundary of new roles.", shape: shape{text: policyARN()}},
		{name: "tags", about: "The tags of new roles.", shape: shape{pairs: tags()}},
	}}
}

// issuer takes what the API server's discovery document names. IAM compares it
// byte by byte, so that nothing may stand behind it.
func issuer() *text {
	return &text{
		pattern: `^https://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?(/[A-Za-z0-9._~%/-]*)?$`, most: 255, what: "https URL of an issuer",
		mend: "write it without query, fragment and user, such as https://oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE",
	}
}

// tags as IAM takes them.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
func tags() *pairs {
	const mend = "use letters, digits, spaces and _ . : / = + - @"
	return &pairs{
		key:   text{pattern: `^[\p{L}\p{Z}\p{N}_.:/=+@-]+$`, most: 128, what: "key of a tag", mend: mend + ", at most 128"},
		value: text{pattern: `^[\p{L}\p{Z}\p{N}_.:/=+@-]*$`, most: 256, what: "value of a tag", mend: mend + ", at most 256"},
		most:  50,
	}
}

// Names that Kubernetes takes.
// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
const (
	label     = `[a-z0-9]([a-z0-9-]*[a-z0-9])?`
	subdomain = label + `(\.` + label + `)*`
	segment   = `[^/%]+` // of RBAC objects
	maxName   = 253
)

// glob takes what package waivers matches: * ? and \ before a character.
func glob(empty bool) *text {
	pattern := `^([^\\\[\]]|\\[*?\[\]\\])+$`
	mend := `write a name; * stands for any characters, ? for one, and \ takes their meaning from * ? [ ] and \`
	if empty {
		pattern = strings.TrimSuffix(pattern, "+$") + "*$"
		mend += `; "" is for an object without a namespace`
	}
	return &text{pattern: pattern, most: 512, what: "name or pattern", mend: mend}
}

// selects are the keys that say which objects an entry is for.
func selects(anywhere bool) []member {
	return []member{
		{name: "kind", about: "The kind of the objects, or a pattern.", need: true, shape: shape{text: glob(false)}},
		{name: "namespace", about: "Their namespace, or a pattern.", need: !anywhere, shape: shape{text: glob(anywhere)}},
		{name: "name", about: "Their name, or a pattern.", need: true, shape: shape{text: glob(false)}},
	}
}

const (
	aboutAlone   = "Nothing is planned for it."
	aboutManaged = "What manages it (Argo CD, Flux, Helm) is changed at the same time, so that a change in the cluster lasts."
	sayNothing   = "say what is decided, or take the entry out: "
)

func workload() *mapping {
	decides := []string{"account", "aws", "role", "rights", "token", "managed"}
	return &mapping{
		some: append(decides, "leaveAlone"), none: sayNothing + "account, aws, role, rights, token, leaveAlone, managed",
		clashes: []clash{{"aws", plan.AWSNone, "role"}},
		members: append(selects(false),
			member{name: "account", about: "The name of its own account.", shape: shape{text: &text{
				pattern: `^` + subdomain + `$`, most: maxName, what: "name of a service account", mend: "use lower-case letters, digits, - and ., at most 253"}}},
			member{name: "aws", about: "How it gets its AWS role: by IAM roles for service accounts, by EKS Pod Identity, or not at all.", shape: shape{text: &text{
				words: []string{plan.AWSIRSA, plan.AWSPodIdentity, plan.AWSNone}, what: "way to AWS"}}},
			member{name: "role", about: "Its IAM role: one that exists, or what a new one may do.", shape: shape{mapping: role()}},
			member{name: "rights", about: "Which rights of the old account the new one gets: all but cluster-admin and its like, all, none, or those of these bindings.", shape: rights()},
			member{name: "token", about: "Whether its pods keep the token of their account.", shape: shape{text: &text{words: []string{plan.TokenKeep, plan.TokenRemove}, what: "choice of the token"}}},
			member{name: "leaveAlone", about: aboutAlone, without: decides, shape: shape{yes: true}},
			member{name: "managed", about: aboutManaged, shape: shape{yes: true}},
		),
	}
}

func rights() shape {
	return shape{
		text: &text{words: []string{plan.RightsCopy, plan.RightsAll, plan.RightsNone}, what: "choice of rights"},
		list: &list{item: shape{text: &text{
			pattern: `^(RoleBinding ` + label + `/` + segment + `|ClusterRoleBinding ` + segment + `)$`, most: 600, what: "binding",
			mend: "write RoleBinding NAMESPACE/NAME or ClusterRoleBinding NAME",
		}}},
	}
}

func role() *mapping {
	created := []string{"name", "policies", "inline"}
	file := &text{pattern: `^[^\x00-\x1f\x7f]+$`, most: 4096, what: "name of a file", mend: "name a file beside this one"}
	return &mapping{
		some: append([]string{"arn"}, created...), none: "give arn for a role that exists, or policies and inline for a new one",
		members: []member{
			{name: "arn", about: "A role that exists.", without: created, shape: shape{text: roleARN()}},
			{name: "trust", about: "The file of its trust policy as it is, relative to this file.", with: "arn", shape: shape{text: file}},
			{name: "name", about: "The name of a new role.", shape: shape{text: &text{pattern: `^` + roleName + `$`, most: 64, what: "name of a role", mend: "use letters, digits and + = , . @ _ -, at most 64"}}},
			{name: "policies", about: "The managed policies of a new role.", shape: shape{list: &list{item: shape{text: policyARN()}}}},
			{name: "inline", about: "The files of its inline policies, relative to this file.", shape: shape{list: &list{item: shape{text: file}}}},
		},
	}
}

// Parts of ARNs of IAM.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
const (
	roleName = `[0-9A-Za-z_+=,.@-]+`
	iamPath  = `([!-.0-~]+/)*`
)

func partitions() string { return "(" + strings.Join(iam.Partitions(), "|") + ")" }

func roleARN() *text {
	return &text{
		pattern: `^arn:` + partitions() + `:iam::[0-9]{12}:role/` + iamPath + roleName + `$`, most: 620, what: "ARN of a role",
		mend: "write it whole, such as arn:aws:iam::111122223333:role/cart",
	}
}

func policyARN() *text {
	return &text{
		pattern: `^arn:` + partitions() + `:iam::(aws|[0-9]{12}):policy/` + iamPath + `[0-9A-Za-z_+=,.@-]+$`, most: 700, what: "ARN of a policy",
		mend: "write it whole, such as arn:aws:iam::111122223333:policy/boundary",
	}
}

func namespace() *mapping {
	return &mapping{
		some: []string{"lock", "leaveAlone", "managed"}, none: sayNothing + "lock, leaveAlone, managed",
		members: []member{
			{name: "name", about: "The name of the namespaces, or a pattern.", need: true, shape: shape{text: glob(false)}},
			{name: "lock", about: "default may be locked though something may fall back to it.", shape: shape{yes: true}},
			{name: "leaveAlone", about: aboutAlone, without: []string{"lock", "managed"}, shape: shape{yes: true}},
			{name: "managed", about: aboutManaged, shape: shape{yes: true}},
		},
	}
}

func binding() *mapping {
	return &mapping{
		some: []string{"accounts", "leaveAlone", "managed"}, none: sayNothing + "accounts, leaveAlone, managed",
		members: append(selects(true),
			member{name: "accounts", about: "The accounts that take the place of the group: NAME in the namespace of the binding, or NAMESPACE/NAME.", shape: shape{list: &list{item: shape{text: &text{
				pattern: `^(` + label + `/)?` + subdomain + `$`, most: 320, what: "account", mend: "write NAME, or NAMESPACE/NAME, in lower case"}}}}},
			member{name: "leaveAlone", about: aboutAlone, without: []string{"accounts", "managed"}, shape: shape{yes: true}},
			member{name: "managed", about: aboutManaged, shape: shape{yes: true}},
		),
	}
}

func reference() *mapping {
	return &mapping{
		some: []string{"handled"}, none: sayNothing + "handled",
		members: append(selects(true),
			member{name: "handled", about: "It names the new account too, or need not.", shape: shape{yes: true}},
		),
	}
}
