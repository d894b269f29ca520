package audit

import (
	"slices"

	"podpass/internal/snapshot"
)

// Kinds of results that are of several kinds of objects.
const (
	onWorkload = "Workload" // the workload at the root of ownership
	onHolder   = "Secret, ConfigMap or workload"
	onRoles    = "workload or Namespace"
)

// Rules lists the rules in the order of their ids.
func Rules() []Rule {
	return []Rule{
		rulePP101(), rulePP102(), rulePP201(), rulePP202(), rulePP204(), rulePP205(), rulePP206(),
		rulePP401(), rulePP402(), rulePP601(), rulePP602(),
	}
}

// Find gives the rule of an id.
func Find(id string) (Rule, bool) {
	for _, rule := range Rules() {
		if rule.ID == id {
			return rule, true
		}
	}
	return Rule{}, false
}

const (
	refControl   = "https://www.cisecurity.org/benchmark/amazon_web_services"
	refRBAC      = "https://kubernetes.io/docs/concepts/security/rbac-good-practices/"
	refAccounts  = "https://kubernetes.io/docs/concepts/security/service-accounts/"
	refAutomount = "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting"
	refIRSA      = "https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html"
	refKeys      = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html"
	refChain     = "https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html"
	refKube2IAM  = "https://github.com/jtblin/kube2iam"
	refKiam      = "https://github.com/uswitch/kiam"
	refTokens    = "https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets"
)

// judges tells whether results of a rule can be on objects of a kind.
func (r *Rule) judges(kind string) bool {
	switch {
	case kind == r.On:
		return true
	case kind != snapshot.KindNamespace && slices.Contains(workloadKinds(), kind):
		return r.On == onWorkload || r.On == onHolder || r.On == onRoles
	}
	switch kind {
	case snapshot.KindSecret, snapshot.KindConfigMap:
		return r.On == onHolder
	case snapshot.KindNamespace:
		return r.On == onRoles
	}
	return false
}
