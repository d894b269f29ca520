package trust

import "slices"

// Check is one thing that Lint looks for. Numbers 1 to 24 are the known
// misconfigurations of trusts for workloads on EKS.
type Check struct {
	ID       string
	Severity string // critical, high, medium, low or info
	Verdict  string // too wide, dead, stale or invalid
	Title    string
	Why      string
	Fix      string

	needs func(*Context) bool // whether the context suffices; nil needs none
	how   string              // what to give
}

func knowsProviders(c *Context) bool    { return c.Providers != nil }
func knowsNodeRoles(c *Context) bool    { return c.NodeRoles != nil }
func knowsAssociations(c *Context) bool { return c.Associations != nil }
func knowsMeant(c *Context) bool        { return c.Meant != nil }
func knowsRole(c *Context) bool         { return c.Role != "" }

const exactSubject = "name the subject with StringEquals: system:serviceaccount:NAMESPACE:NAME, beside the audience"

// Checks are all checks, by id.
func Checks() []Check {
	return slices.Concat(providerChecks(), principalChecks(), documentChecks(), meaningChecks())
}

func checkOf(id string) Check {
	all := Checks()
	return all[slices.IndexFunc(all, func(c Check) bool { return c.ID == id })]
}

func providerChecks() []Check {
	return []Check{
		{ID: "PT01", Severity: "high", Verdict: "too wide", Title: "no condition: every service account of the cluster may assume the role",
			Why: "A provider stands for a whole cluster. Without a condition on the subject, each of its pods is let in.", Fix: exactSubject},
		{ID: "PT02", Severity: "high", Verdict: "too wide", Title: "no condition restricts the subject: every service account of the cluster may assume the role",
			Why: "The audience is the same for all pods; pods choose it.", Fix: exactSubject},
		{ID: "PT03", Severity: "medium", Verdict: "dead", Title: "a subject stands under the key of the audience",
			Why: "No token has a service account's name as its audience.", Fix: "move the value to the key that ends in :sub, and give :aud sts.amazonaws.com"},
		{ID: "PT04", Severity: "medium", Verdict: "dead", Title: "the operator takes a wildcard literally",
			Why: "StringEquals compares characters; no name holds * or ?.", Fix: "name the account in full; StringLike knows wildcards, and lets in more than is meant"},
		{ID: "PT05", Severity: "high", Verdict: "too wide", Title: "the subject is open in its namespace: whoever may create a namespace gets the role",
			Why: "A name can be had in any namespace. Of EKS Pod Identity it is whoever may create an association in one.", Fix: exactSubject},
		{ID: "PT06", Severity: "high", Verdict: "too wide", Title: "a wildcard in the namespace fits other namespaces too",
			Why: "prod* is also prod-test, and whatever will be created.", Fix: exactSubject},
		{ID: "PT07", Severity: "medium", Verdict: "too wide", Title: "the account default is let in, though no value names it",
			Why: "A wildcard fits it, or nothing is said of the name; and each pod that names no account runs as default.", Fix: exactSubject},
		{ID: "PT08", Severity: "high", Verdict: "too wide", Title: "one pattern of the list makes the others pointless",
			Why: "Values of a condition are alternatives: the widest decides.", Fix: "remove the wide pattern from the list"},
		{ID: "PT09", Severity: "high", Verdict: "too wide", Title: "ForAllValues holds, as its key is absent from every token of the provider",
			Why: "All values of an absent key fulfil anything.", Fix: "use StringEquals without a prefix, and the key of the provider that is trusted"},
		{ID: "PT10", Severity: "high", Verdict: "too wide", Title: "the condition holds, as its key is absent from every token of the provider",
			Why: "IfExists and negated operators are true of a key that is absent.", Fix: "use StringEquals, and the key of the provider that is trusted"},
		{ID: "PT11", Severity: "high", Verdict: "too wide", Title: "the subject is restricted by what it must not be",
			Why: "All others are let in, also those that do not exist yet.", Fix: exactSubject},
		{ID: "PT12", Severity: "medium", Verdict: "dead", Title: "no condition is on a key of this provider",
			Why: "Conditions of a statement are for all of its providers; keys are of one.", Fix: "give each provider a statement of its own"},
		{ID: "PT13", Severity: "medium", Verdict: "dead", Title: "the issuer is misspelt",
			Why: "Keys and ARNs hold the issuer without https://, as in oidc.eks.REGION.amazonaws.com/id/….", Fix: "copy the issuer from the cluster's description, without https://"},
		{ID: "PT14", Severity: "medium", Verdict: "dead", Title: "names of namespaces and accounts have no upper case",
			Why: "Comparison tells upper from lower case.", Fix: "write the subject in lower case"},
		{ID: "PT15", Severity: "medium", Verdict: "stale", Title: "the provider does not exist in the account",
			Why: "Its cluster is gone or was never registered. Whoever may create providers could bring it back.", Fix: "remove it from the statement",
			needs: knowsProviders, how: "give providers in --context"},
		{ID: "PT16", Severity: "medium", Verdict: "too wide", Title: "tokens for another audience can be exchanged too",
			Why: "The provider takes several audiences, and no condition says which: tokens that pods have for other purposes will do.", Fix: "name the audience in a condition on the key that ends in :aud, or remove the client id",
			needs: knowsProviders, how: "give providers with clientIds in --context"},
	}
}

func principalChecks() []Check {
	return []Check{
		{ID: "PT17", Severity: "high", Verdict: "too wide", Title: "the node's role may assume the role",
			Why: "Every pod that reaches the instance metadata service has the node's role, and this one with it.", Fix: "remove the principal once no kube2iam or kiam needs it",
			needs: knowsNodeRoles, how: "give nodeRoles in --context"},
		{ID: "PT18", Severity: "medium", Verdict: "too wide", Title: "the whole account is trusted: whoever in it holds sts:AssumeRole may assume the role",
			Why: "An account as principal leaves it to the account's policies.", Fix: "name the roles that need it, or add a condition on aws:PrincipalArn"},
		{ID: "PT19", Severity: "critical", Verdict: "too wide", Title: "everyone is trusted: any AWS account may assume the role",
			Why: "\"*\" is every principal of every account.", Fix: "name the principals that need it"},
		{ID: "PT20", Severity: "high", Verdict: "too wide", Title: "EKS Pod Identity may assume the role for any association of the account",
			Why: "Whoever may create an association in any cluster of the account gets the role.", Fix: "add conditions on aws:RequestTag/kubernetes-namespace, kubernetes-service-account and eks-cluster-arn"},
		{ID: "PT21", Severity: "medium", Verdict: "dead", Title: "EKS Pod Identity needs sts:TagSession too",
			Why: "It passes session tags, unless the association has them off.", Fix: "add sts:TagSession to Action"},
		{ID: "PT22", Severity: "medium", Verdict: "too wide", Title: "the same names in any cluster of the account fit",
			Why: "Namespace and account do not tell the cluster, nor does a pattern of clusters.", Fix: "name the cluster in a condition on aws:RequestTag/eks-cluster-arn or aws:SourceArn"},
		{ID: "PT23", Severity: "medium", Verdict: "dead", Title: "an association has session tags off, so the tags of the condition are absent",
			Why: "Without tags a condition on them fails, or holds for everyone if it ends in IfExists.", Fix: "put session tags on, or condition on aws:SourceArn",
			needs: knowsAssociations, how: "give associations in --context"},
		{ID: "PT24", Severity: "medium", Verdict: "too wide", Title: "the role is a workload's and may be an instance's too",
			Why: "Whoever may start instances with it gets the workload's rights on a node.", Fix: "use a role each"},
		{ID: "PT25", Severity: "low", Verdict: "stale", Title: "a principal was deleted",
			Why: "IAM puts the id in the place of the ARN of a user or role that is gone; a new one of the same name does not get its place.", Fix: "remove it, or name the new one"},
	}
}

func documentChecks() []Check {
	return []Check{
		{ID: "PT26", Severity: "medium", Verdict: "dead", Title: "the key is never set, neither in tokens of an EKS cluster nor by EKS Pod Identity",
			Why: "IAM sets aud, sub and times of EKS tokens, no other claim; EKS Pod Identity sets six tags: eks-cluster-arn, eks-cluster-name, kubernetes-namespace, kubernetes-service-account, kubernetes-pod-name, kubernetes-pod-uid.", Fix: "condition on :sub and :aud alone, or on those tags"},
		{ID: "PT27", Severity: "low", Verdict: "invalid", Title: "the policy is longer than the 2,048 characters of the default quota",
			Why: "IAM refuses it until the quota of the account is raised.", Fix: "raise the quota, or use a role a cluster"},
		{ID: "PT28", Severity: "medium", Verdict: "invalid", Title: "the policy is longer than 4,096 characters",
			Why: "That was the most that the quota could be raised to; AWS's page now names 8,192.", Fix: "use a role a cluster, or EKS Pod Identity"},
		{ID: "PT29", Severity: "low", Verdict: "dead", Title: "no service account can have this subject",
			Why: "Subjects are system:serviceaccount:NAMESPACE:NAME with DNS names of at most 63 and 253 characters.", Fix: "correct the value, or remove it"},
		{ID: "PT30", Severity: "medium", Verdict: "dead", Title: "the provider does not take this audience",
			Why: "The audience of a token must be among the provider's client ids, whatever a condition says.", Fix: "register the client id, or ask for one that is",
			needs: knowsProviders, how: "give providers with clientIds in --context"},
		{ID: "PT31", Severity: "low", Verdict: "invalid", Title: "IAM refuses the Sid",
			Why: "Sids are letters and digits, each once in a policy.", Fix: "rename it"},
		{ID: "PT32", Severity: "high", Verdict: "invalid", Title: "the operator is not known",
			Why: "IAM refuses the policy, and nobody can say what it would mean.", Fix: "use an operator of IAM's list"},
		{ID: "PT33", Severity: "medium", Verdict: "invalid", Title: "a trust policy may name actions of STS alone",
			Why: "IAM refuses others.", Fix: "name sts:AssumeRoleWithWebIdentity, or sts:AssumeRole"},
		{ID: "PT34", Severity: "medium", Verdict: "dead", Title: "nobody can assume the role this way",
			Why: "The conditions and denies together leave nobody.", Fix: "say who is meant, or remove the principal"},
		{ID: "PT35", Severity: "medium", Verdict: "invalid", Title: "variables are plain text in this version of the language",
			Why: "Without Version, or with 2008-10-17, ${…} is compared as it stands.", Fix: "add \"Version\": \"2012-10-17\""},
		{ID: "PT36", Severity: "medium", Verdict: "invalid", Title: "the principal holds a wildcard",
			Why: "IAM knows * alone as a principal, under AWS; no patterns, and none of services and providers.", Fix: "name the principal in full"},
	}
}

func meaningChecks() []Check {
	return []Check{
		{ID: "PT37", Severity: "medium", Verdict: "too wide", Title: "a Deny never fires",
			Why: "No request that it is for fulfils its conditions: what it should take away stays.", Fix: "correct its principal, keys and values; StringLike knows wildcards, names have no upper case"},
		{ID: "PT38", Severity: "medium", Verdict: "dead", Title: "an account that is meant is not let in",
			Why: "Its pods are refused the role.", Fix: "name it in the trust",
			needs: knowsMeant, how: "give meant in --context"},
		{ID: "PT39", Severity: "medium", Verdict: "too wide", Title: "others than those meant are let in",
			Why: "The trust admits service accounts that the context does not name.", Fix: "remove them from the trust, or add them to those meant",
			needs: knowsMeant, how: "give meant in --context"},
		{ID: "PT40", Severity: "medium", Verdict: "dead", Title: "the principal cannot use the action",
			Why: "Tokens of OpenID Connect providers come by sts:AssumeRoleWithWebIdentity, SAML by sts:AssumeRoleWithSAML, all others by sts:AssumeRole; providers stand under Federated.", Fix: "name the action of the principal, and put it under its own type"},
		{ID: "PT41", Severity: "medium", Verdict: "invalid", Title: "STS has no such action",
			Why: "The action is misspelt, so that it allows or denies nothing.", Fix: "correct the name"},
		{ID: "PT42", Severity: "medium", Verdict: "invalid", Title: "the value of Federated is no provider",
			Why: "It must be the whole ARN, arn:aws:iam::ACCOUNT:oidc-provider/ISSUER, without a slash at its end and with every variable of a template filled in.", Fix: "copy the ARN of the provider from IAM"},
		{ID: "PT43", Severity: "medium", Verdict: "dead", Title: "the principal is of another partition",
			Why: "An issuer of a region in China or GovCloud is registered in that partition, and providers and roles of different partitions do not meet.", Fix: "write arn:aws-cn:, arn:aws-us-gov: or arn:aws: as the region wants it"},
		{ID: "PT44", Severity: "medium", Verdict: "dead", Title: "the provider is of another account than the role",
			Why: "IAM looks for a provider in the role's own account.", Fix: "create the provider in the role's account, and name that",
			needs: knowsRole, how: "give role in --context"},
		{ID: "PT45", Severity: "high", Verdict: "too wide", Title: "a public issuer without a condition on its subject: every tenant of it may assume the role",
			Why: "GitHub and its like issue tokens to everyone, and the bearer chooses the audience.", Fix: "name the subject: the organization and repository, or what the issuer has for it"},
		{ID: "PT46", Severity: "medium", Verdict: "invalid", Title: "the value is no principal",
			Why: "Principals are accounts of 12 digits, ARNs of roles, users and sessions, and names of services; groups and instance profiles are none.", Fix: "correct it, or name what is meant"},
		{ID: "PT47", Severity: "medium", Verdict: "too wide", Title: "the whole organization is trusted: whoever in it holds sts:AssumeRole may assume the role",
			Why: "A condition on the organization leaves it to the policies of each of its accounts, as a trusted account does.", Fix: "name the roles that need it, or add a condition on aws:PrincipalArn"},
	}
}
