package audit

import (
	"slices"

	"podpass/internal/snapshot"
)

func rulePP206() Rule {
	return Rule{
		ID:         "PP206",
		Title:      "No long-lived token of a service account is kept in a Secret",
		On:         snapshot.KindSecret,
		Severity:   Medium,
		Severities: "info for those of Kubernetes, EKS and its add-ons",
		Why: "The token in such a Secret does not expire and is bound to no pod: whoever read it once is the account for as long as the Secret is there. " +
			"Kubernetes has made none by itself since 1.24.",
		Fix:        "Let its users mount a projected token or ask the TokenRequest API; see by the Secret's label kubernetes.io/legacy-token-last-used whether it is in use; then delete it.",
		Needs:      []string{snapshot.KindNamespace, snapshot.KindSecret},
		Source:     sourceSecrets,
		How:        "audit with --read-secrets, which needs the right to list Secrets",
		References: []string{refTokens, refAccounts},
		check:      checkPP206,
	}
}

func checkPP206(c *context, add emit) {
	for i := range c.snap.TokenSecrets {
		s := &c.snap.TokenSecrets[i]
		twice := i > 0 && s.Namespace == c.snap.TokenSecrets[i-1].Namespace && s.Name == c.snap.TokenSecrets[i-1].Name
		if c.selected[s.Namespace] && !twice {
			r := c.longLived(s)
			add(r, r.Object)
		}
	}
}

func (c *context) longLived(s *snapshot.TokenSecret) Result {
	r := Result{
		Status:      Fail,
		Object:      objectOf(snapshot.KindSecret, &s.Meta),
		Source:      source(&s.Meta),
		ManagedBy:   managedBy(s.Manager),
		Message:     "Holds a token that does not expire.",
		Fingerprint: s.Account,
	}
	if info(s.Manager) {
		r.Severity = Info
	}
	if s.Account != "" {
		sa := Object{Kind: snapshot.KindServiceAccount, Namespace: s.Namespace, Name: s.Account}
		r.Evidence = []Evidence{{Text: "the token is that of " + ref(sa), Objects: []Object{sa}}}
		if grants, _ := c.rightsOf(s.Namespace, s.Account); slices.ContainsFunc(grants, effective) {
			r.Evidence = append(r.Evidence, Evidence{Text: "roles are bound to that account"})
		}
	}
	var f fix
	f.byController(s.Manager, r.Object)
	f.say("Find who uses it (the label kubernetes.io/legacy-token-last-used tells when), give them a projected token or the TokenRequest API, then delete it.")
	r.Fix = f.String()
	return r
}
