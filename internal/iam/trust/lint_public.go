package trust

import (
	"regexp"
	"strings"

	"podpass/internal/iam"
)

// tenants judges a statement for the tokens of an issuer of many tenants: does
// it let in the token of another one? Of some the audience tells the tenant, of
// some the bearer chooses it; of all others the issuer itself is the tenant's own.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html
func (w *web) tenants(s *iam.Statement) {
	host := w.provider.Host()
	for _, j := range w.on(w.statement, host+":sub") {
		c := &s.Conditions[j]
		for _, v := range c.Values {
			if t := c.Traits(); t.Text && !t.Like && strings.ContainsAny(v, "*?") && !strings.Contains(v, "${") {
				w.found("PT04", j, quoted(v), "")
			}
		}
	}
	audiences, subjects := w.audiences, []string{w.unheard}
	switch {
	case iam.Builtin(host):
		audiences = []string{w.unheard}
		for _, v := range w.values(host + ":aud") {
			if strings.ContainsAny(v, "*?") {
				audiences = append(audiences, w.instance(v))
			}
		}
	case tenant(host) == nil:
		return
	default:
		for _, v := range w.values(host + ":sub") {
			if !tenant(host).MatchString(v) && strings.ContainsAny(v, "*?") {
				subjects = append(subjects, w.instance(v))
			}
		}
	}
	for _, audience := range audiences {
		for _, subject := range subjects {
			if d := w.foreigner(audience, subject); d != iam.DecideDeny {
				w.found("PT45", whole, quoted(host), "a token of another tenant, with the subject "+subject).Maybe = d == iam.DecideUnknown
				return
			}
		}
	}
}

// instance is a text that a pattern fits.
func (w *web) instance(pattern string) string {
	return strings.NewReplacer("*", w.unheard, "?", "x").Replace(pattern)
}

// foreigner decides for a token of another tenant. Its other claims hold nothing
// that a value names, but for those that all tenants share.
func (w *web) foreigner(audience, subject string) iam.Decision {
	host := w.provider.Host()
	ctx := &iam.Context{OpenGlobals: true}
	ctx.Add(host+":aud", audience)
	ctx.Add(host+":sub", subject)
	for _, s := range w.doc.Statements {
		for _, c := range s.Conditions {
			issuer, claim := split(c.Key)
			switch {
			case claim == "" || !sameIssuer(issuer, host) || ctx.Has(c.Key):
			case strings.EqualFold(claim, "amr"): // whether someone has logged in
				ctx.Add(c.Key, c.Values...)
			default:
				ctx.Add(c.Key, w.unheard)
			}
		}
	}
	v := iam.Principal{Type: iam.Federated, Value: w.provider.ARN()}
	if w.provider.Account() == "" {
		v.Value = host
	}
	return w.alone(w.statement, v).Decide(iam.NewRequest(w.provider, iam.AssumeRoleWithWebIdentity, "", ctx))
}

// tenant fits the subjects that name their tenant, of an issuer that gives tokens
// to all of its tenants for audiences that they choose; nil of other issuers.
func tenant(issuer string) *regexp.Regexp {
	host, path, _ := strings.Cut(issuer, "/")
	if path != "" {
		return nil // it is of one enterprise
	}
	return tenantForms[host]
}

// The forms of subjects:
// https://docs.github.com/en/actions/reference/security/oidc
// https://docs.gitlab.com/ci/secrets/id_token_authentication/
// https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/workload-identity-tokens
// https://buildkite.com/docs/pipelines/security/oidc
// https://www.pulumi.com/docs/administration/access-identity/oidc-provider/
// https://codefresh.io/docs/docs/integrations/oidc-pipelines/
var tenantForms = map[string]*regexp.Regexp{
	"token.actions.githubusercontent.com": regexp.MustCompile(`(^|:)(repo(sitory)?:[^/:*?]+/|(repository|repository_owner)_id:[^:*?]+(:|$)|repository_owner:[^:*?]+(:|$)|enterprise:[^:*?]+(:|$)|job_workflow_ref:[^/:*?]+/)`),
	"gitlab.com":                          regexp.MustCompile(`^project_path:[^/:*?]+/`),
	"app.terraform.io":                    regexp.MustCompile(`^organization:[^:*?]+:`),
	"agent.buildkite.com":                 regexp.MustCompile(`^organization:[^:*?]+:`),
	"api.pulumi.com":                      regexp.MustCompile(`^pulumi:(deploy|environments):org:[^:*?]+:`),
	"oidc.codefresh.io":                   regexp.MustCompile(`^account:[^:*?]+:`),
}
