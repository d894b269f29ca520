package oracle

import (
	"encoding/json"
	"slices"
	"strings"
)

// sharedProvider: versitygw refuses documents that trust an issuer of many
// tenants without a condition on the tenant. AWS refuses to write them anew,
// and goes on to use those that are there.
func sharedProvider(m *mender) bool {
	if m.request.Provider != sharedIssuer {
		return false
	}
	const other = "issuer.example.net"
	text := strings.ReplaceAll(m.document.Text(), sharedIssuer, other)
	text = strings.ReplaceAll(text, strings.ToUpper(sharedIssuer), strings.ToUpper(other))
	m.request.Provider = other
	m.document = Document{}
	if err := json.Unmarshal([]byte(text), &m.document); err != nil {
		panic(err) // names of hosts need no escapes
	}
	return true
}

// repeatedSid: Sids have no meaning for a decision.
func repeatedSid(m *mender) bool {
	seen := map[string]bool{}
	for i := range m.document.Statement.Items {
		s := &m.document.Statement.Items[i]
		if seen[s.Sid] {
			for j := range m.document.Statement.Items {
				m.document.Statement.Items[j].Sid = ""
			}
			return true
		}
		seen[s.Sid] = s.Sid != ""
	}
	return false
}

// otherService: versitygw knows the services of a gateway alone.
func otherService(m *mender) (changed bool) {
	known := []string{"s3.amazonaws.com", "sts.amazonaws.com", "iam.amazonaws.com"}
	for _, s := range m.document.Statement.Items {
		services := s.Principal.Types["Service"]
		for i, name := range services.Items {
			if !slices.Contains(known, name) {
				services.Items[i], changed = known[0], true
			}
		}
	}
	return changed
}

// actionSpelling: names of actions are not case-sensitive, and "*" is all of
// them; versitygw refuses what does not begin with "sts:".
func actionSpelling(m *mender) (changed bool) {
	for i := range m.document.Statement.Items {
		s := &m.document.Statement.Items[i]
		for _, list := range [][]string{s.Action.Items, s.NotAction.Items} {
			for j, name := range list {
				switch {
				case name == "*":
					list[j], changed = "sts:*", true
				case !strings.HasPrefix(name, "sts:"):
					list[j], changed = strings.ToLower(name), true
				}
			}
		}
	}
	return changed
}

// principalPattern: a principal is no pattern, but one that would fit may have
// been meant.
func principalPattern(m *mender) (changed bool) {
	arn := ProviderARN(m.request.Provider)
	for i := range m.document.Statement.Items {
		s := &m.document.Statement.Items[i]
		federated := s.Principal.Types["Federated"].Items
		fits := func(p string) bool { return strings.ContainsAny(p, "*?") && matches(symbols(p, true), arn) }
		if slices.Contains(federated, arn) || !slices.ContainsFunc(federated, fits) {
			continue
		}
		s.Principal = Principal{Types: map[string]Some[string]{"Federated": one(arn)}}
		m.mark(i, unknown)
		changed = true
	}
	return changed
}

// anyPrincipal: whether "*" covers the caller with a token is contested; the
// statement may be about it or not.
func anyPrincipal(m *mender) (changed bool) {
	arn := ProviderARN(m.request.Provider)
	for i := range m.document.Statement.Items {
		s := &m.document.Statement.Items[i]
		federated := s.Principal.Types["Federated"].Items
		public := s.Principal.Anyone || slices.Contains(s.Principal.Types["AWS"].Items, "*")
		if !public || slices.Contains(federated, arn) {
			continue
		}
		s.Principal = Principal{Types: map[string]Some[string]{"Federated": one(arn)}}
		m.mark(i, unknown)
		changed = true
	}
	return changed
}
