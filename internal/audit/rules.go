package audit

// onWorkload stands for the kind of the workload at the root of ownership.
const onWorkload = "Workload"

// Rules lists the rules in the order of their ids.
func Rules() []Rule {
	return []Rule{rulePP101(), rulePP102(), rulePP201(), rulePP202(), rulePP204(), rulePP205(), rulePP206()}
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
	refTokens    = "https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets"
)
