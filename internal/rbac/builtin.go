package rbac

import (
	"slices"
	"strings"

	"podpass/internal/snapshot"
)

// Builtin tells whether a grant is one that every cluster has from its birth.
type Builtin int8

// The values of Builtin.
const (
	NotBuiltin Builtin = iota
	IsBuiltin
	// MayBeBuiltin: binding, reference and subject are built-in ones, but the
	// role is not in the Snapshot, so that its rules cannot be compared.
	MayBeBuiltin
)

// bootstrap is what one built-in ClusterRoleBinding grants to the groups that
// service accounts are in.
type bootstrap struct {
	groups []string
	rules  []snapshot.Rule
}

// bootstrapped gives the built-in grant of a name. Rules are the union over
// all releases: upgrades add rules and subjects and remove none. Read off
// Kubernetes 1.37.2; plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go.
// The URLs of swagger are left from clusters born up to about 1.13.
func bootstrapped(name string) (bootstrap, bool) {
	urls := func(list ...string) []snapshot.Rule {
		return []snapshot.Rule{{Verbs: []string{"get"}, NonResourceURLs: list}}
	}
	authenticated, accounts := []string{GroupAuthenticated}, []string{GroupAccounts}
	switch name {
	case "system:basic-user":
		return bootstrap{authenticated, []snapshot.Rule{
			{Verbs: []string{"create"}, APIGroups: []string{"authorization.k8s.io"}, Resources: []string{"selfsubjectaccessreviews", "selfsubjectrulesreviews"}},
			{Verbs: []string{"create"}, APIGroups: []string{"authentication.k8s.io"}, Resources: []string{"selfsubjectreviews"}},
		}}, true
	case "system:discovery":
		return bootstrap{authenticated, urls("/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*",
			"/readyz", "/version", "/version/", "/swaggerapi", "/swaggerapi/*", "/swagger.json", "/swagger-2.0.0.pb-v1")}, true
	case "system:public-info-viewer":
		return bootstrap{authenticated, urls("/healthz", "/livez", "/readyz", "/version", "/version/")}, true
	case "system:service-account-issuer-discovery":
		return bootstrap{accounts, urls("/.well-known/openid-configuration", "/.well-known/openid-configuration/", "/openid/v1/jwks", "/openid/v1/jwks/")}, true
	case "system:cluster-trust-bundle-discovery":
		return bootstrap{accounts, []snapshot.Rule{
			{Verbs: []string{"get", "list", "watch"}, APIGroups: []string{"certificates.k8s.io"}, Resources: []string{"clustertrustbundles"}},
		}}, true
	}
	return bootstrap{}, false
}

// builtin compares binding, role reference, subject and rules. A name or a
// label alone tells nothing: both can be forged. A role with fewer rules than
// the built-in one is still built-in, one with more is not.
func builtin(b *snapshot.Binding, s snapshot.Subject, role *Role) Builtin {
	boot, ok := bootstrapped(b.Name)
	if !ok || b.Namespace != "" || b.Role.Kind != snapshot.KindClusterRole || b.Role.Name != b.Name ||
		s.Kind != string(ByGroup) || !slices.Contains(boot.groups, s.Name) {
		return NotBuiltin
	}
	if role.Missing {
		return MayBeBuiltin
	}
	for _, rule := range role.Rules {
		if !within(rule, boot.rules) {
			return NotBuiltin
		}
	}
	return IsBuiltin
}

// within tells whether each single right of rule is one of those allowed.
func within(rule snapshot.Rule, allowed []snapshot.Rule) bool {
	for _, verb := range rule.Verbs {
		for _, url := range rule.NonResourceURLs {
			if !slices.ContainsFunc(allowed, func(a snapshot.Rule) bool {
				return slices.Contains(a.Verbs, verb) && slices.ContainsFunc(a.NonResourceURLs, func(p string) bool { return covers(p, url) })
			}) {
				return false
			}
		}
		for _, group := range rule.APIGroups {
			for _, resource := range rule.Resources {
				if !slices.ContainsFunc(allowed, func(a snapshot.Rule) bool {
					return slices.Contains(a.Verbs, verb) && slices.Contains(a.APIGroups, group) && slices.Contains(a.Resources, resource)
				}) {
					return false
				}
			}
		}
	}
	return true
}

// covers tells whether a non-resource URL, itself perhaps a pattern, is
// within a pattern: "*" stands only at the end.
func covers(pattern, url string) bool {
	prefix, open := strings.CutSuffix(pattern, "*")
	return pattern == url || open && strings.HasPrefix(url, prefix)
}
