package trust

import (
	"strings"

	"podpass/internal/iam"
)

// tenants judges a statement for the tokens of an issuer of many tenants: does
// it let in the token of another one, with a subject and claims that no value
// names? Of some the audience tells the tenant, of some the bearer chooses it;
// of all others the issuer itself is the tenant's own.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html
func (w *web) tenants() {
	host := w.provider.Host()
	audiences := w.audiences
	switch {
	case iam.Builtin(host):
		audiences = []string{w.unheard}
	case !shared(host):
		return
	}
	for _, audience := range audiences {
		ctx := &iam.Context{OpenGlobals: true}
		ctx.Add(host+":aud", audience)
		ctx.Add(host+":sub", w.unheard)
		for _, s := range w.doc.Statements {
			for _, c := range s.Conditions {
				if issuer, claim := split(c.Key); claim != "" && sameIssuer(issuer, host) && !ctx.Has(c.Key) {
					ctx.Add(c.Key, w.unheard)
				}
			}
		}
		v := iam.Principal{Type: iam.Federated, Value: w.provider.ARN()}
		if w.provider.Account() == "" {
			v.Value = host
		}
		d := w.alone(w.statement, v).Decide(iam.NewRequest(w.provider, iam.AssumeRoleWithWebIdentity, "", ctx))
		if d != iam.DecideDeny {
			w.found("PT45", whole, quoted(host), "a token of "+host+" with a subject that no value names").Maybe = d == iam.DecideUnknown
			return
		}
	}
}

// shared says whether an issuer gives tokens to all of its tenants, for
// audiences that they choose.
func shared(issuer string) bool {
	host, path, _ := strings.Cut(issuer, "/")
	switch host {
	case "token.actions.githubusercontent.com": // with a path it is of one enterprise
		return path == ""
	case "gitlab.com", "app.terraform.io", "agent.buildkite.com", "api.pulumi.com", "oidc.codefresh.io":
		return true
	}
	return false
}
