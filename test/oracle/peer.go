package oracle

import "github.com/versity/versitygw/iamapi/policy"

// Answer is what an evaluator says of a request.
type Answer string

// The answers. The peer never says Unknown.
const (
	Allow   Answer = "allow"
	Deny    Answer = "deny"
	Unknown Answer = "unknown"
)

// Peer asks versitygw. The one provider that exists is the request's.
func Peer(q Request) Answer { return ask(q, q.Policy.Text()) }

func ask(q Request, document string) Answer {
	arn := ProviderARN(q.Provider)
	lookup := func(federated string) (string, bool) { return q.Provider, federated == arn }
	claims := make(map[string][]string, len(q.Claims))
	for name, values := range q.Claims {
		claims[name] = values
	}
	match, _ := policy.EvaluateWebIdentityTrust(document, lookup, policy.WebIdentityContext{
		ProviderURL: q.Provider, Audience: q.Aud, Subject: q.Sub, Claims: claims,
	})
	if match == policy.Allowed {
		return Allow
	}
	return Deny
}
