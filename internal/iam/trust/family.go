package trust

import (
	"strings"

	"podpass/internal/iam"
	"podpass/internal/iam/glob"
)

// DefaultAudience is the client id that EKS's own set-up registers.
const DefaultAudience = "sts.amazonaws.com"

// family is a kind of request for a role: who asks, for what, and which keys
// are free.
type family struct {
	caller    iam.Caller
	action    string
	keys      []iam.Key
	universes []glob.Universe
	context   *iam.Context
	words     []string // of each key, for people
	aside     int      // how many of the first keys are not told unless asked about
	general   bool     // action and resource are the free parts
	label     string   // how the caller is told, if not by its name
	likelier  map[int][]change
	alias     map[int]int // keys that always hold what another does: index of keys, of which no universe is
}

// tokens is the family of a provider's tokens for service accounts. With an
// audience the subject alone is free, without, the audience too.
func tokens(provider iam.Caller, action, audience string) family {
	host := provider.Host()
	f := family{caller: provider, action: action, context: &iam.Context{OpenGlobals: true}}
	if audience == "" {
		f.aside, f.words = 1, []string{"audience ", ""}
		f.keys = append(f.keys, iam.Key{Name: host + ":aud"})
		f.universes = append(f.universes, glob.Universe{glob.Any()})
	} else {
		f.context.Add(host+":aud", audience)
	}
	f.keys = append(f.keys, iam.Key{Name: host + ":sub", Plain: !public(host)})
	f.universes = append(f.universes, subjects(host))
	return f
}

// subjects are those that tokens of an issuer may have. Issuers that are known
// to be no cluster have subjects of any form.
func subjects(issuer string) glob.Universe {
	if public(issuer) {
		return glob.Universe{glob.Any()}
	}
	return glob.ServiceAccounts()
}

// public says whether an issuer is one of many tenants, and no cluster.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html
func public(issuer string) bool {
	host, _, _ := strings.Cut(issuer, "/")
	switch host {
	case "token.actions.githubusercontent.com", "gitlab.com", "app.terraform.io", "agent.buildkite.com",
		"oidc.circleci.com", "api.pulumi.com", "oidc.codefresh.io", "oidc.vercel.com", "accounts.google.com",
		"cognito-identity.amazonaws.com", "www.amazon.com", "graph.facebook.com", "sts.windows.net",
		"login.microsoftonline.com", "bitbucket.org", "api.bitbucket.org", "app.scalr.io", "scalr.io":
		return true
	}
	return strings.HasSuffix(host, ".auth0.com") || strings.HasSuffix(host, ".okta.com") ||
		strings.HasPrefix(host, "cognito-idp.") && strings.Contains(host, ".amazonaws.com")
}

// The tags that EKS Pod Identity sets:
// https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html
const (
	tagCluster   = "aws:RequestTag/eks-cluster-arn"
	tagName      = "aws:RequestTag/eks-cluster-name"
	tagPod       = "aws:RequestTag/kubernetes-pod-name"
	tagUID       = "aws:RequestTag/kubernetes-pod-uid"
	tagNamespace = "aws:RequestTag/kubernetes-namespace"
	tagAccount   = "aws:RequestTag/kubernetes-service-account"
)

// pods is the family of what EKS Pod Identity asks for with session tags on.
func pods(action string) family {
	caller, _ := iam.ParseCaller(iam.PodIdentity)
	f := family{caller: caller, action: action, context: &iam.Context{OpenGlobals: true}, aside: 4, words: tagWords(),
		likelier: map[int][]change{0: {part(0, 3, "eu-west-1"), part(0, 4, "111122223333"), part(0, 5, "cluster/example")}}}
	for _, k := range []struct {
		name     string
		universe glob.Universe
	}{
		{tagCluster, clusters()},
		{tagName, glob.Universe{clusterName()}},
		{tagPod, glob.Universe{glob.Subdomain()}},
		{tagUID, glob.Universe{glob.Chars(glob.Class{'-', '-', '0', '9', 'a', 'f'}, 1, 36)}},
		{tagNamespace, glob.Universe{glob.Label()}},
		{tagAccount, glob.Universe{glob.Subdomain()}},
	} {
		f.keys = append(f.keys, iam.Key{Name: k.name, Plain: true})
		f.universes = append(f.universes, k.universe)
	}
	// The source of the request is the cluster:
	// https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
	f.alias = map[int]int{len(f.keys): 0}
	f.keys = append(f.keys, iam.Key{Name: "aws:SourceArn", Plain: true})
	return f
}

// untagged is the family of what EKS Pod Identity asks for on behalf of an
// association that has session tags off.
// https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html
func untagged(policies ...*iam.Policy) family {
	caller, _ := iam.ParseCaller(iam.PodIdentity)
	f := others(caller, iam.AssumeRole)
	f.label = iam.PodIdentity + " without session tags"
	f.context.Add("aws:TagKeys")
	for _, p := range policies {
		for _, s := range p.Document().Statements {
			for _, c := range s.Conditions {
				for _, key := range append(variables(c.Values), c.Key) {
					if strings.HasPrefix(strings.ToLower(key), requestTag) {
						f.context.Add(key)
					}
				}
			}
		}
	}
	return f
}

// requestTag begins the keys of session tags, in lower case.
const requestTag = "aws:requesttag/"

// tagWords tell the keys of pods apart.
func tagWords() []string {
	return []string{"in ", "in cluster ", "in pod ", "in pod of uid ", "namespace ", "account "}
}

// clusters are the ARNs of EKS clusters:
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelastickubernetesservice.html
func clusters() glob.Universe {
	letters := glob.Class{'a', 'z'}
	partition := glob.Segment{First: glob.Class{'-', '-'}, Inner: append(letters, '-', '-'), Last: letters} // aws, aws-cn, aws-us-gov
	u := glob.Universe{glob.Text("arn:aws"), partition, glob.Text(":eks:")}
	u = append(u, glob.Region()...)
	return append(u, glob.Text(":"), glob.Digits(12), glob.Text(":cluster/"), clusterName())
}

// clusterName is the form of a cluster's name:
// https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html
func clusterName() glob.Segment {
	alnum := glob.Class{'0', '9', 'A', 'Z', 'a', 'z'}
	rest := append(glob.Class{'-', '-', '_', '_'}, alnum...)
	return glob.Segment{First: alnum, Inner: rest, Last: rest, Min: 1, Max: 100}
}

// part changes one component of the ARN that a key holds.
func part(key, component int, to string) change {
	return func(witness []string) string {
		parts := strings.SplitN(witness[key], ":", 6)
		if component < len(parts) {
			parts[component] = to
		}
		return strings.Join(parts, ":")
	}
}

// others is the family of a caller of whom no key is free.
func others(caller iam.Caller, action string) family {
	return family{caller: caller, action: action, context: &iam.Context{OpenGlobals: true}}
}

// tell adds what is known of the requests of a caller:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
func (f *family) tell() {
	switch f.caller.Kind() {
	case "user", "role":
		f.context.Add("aws:PrincipalArn", f.caller.ARN())
		fallthrough
	case "account", "session", "federated user":
		f.context.Add("aws:PrincipalAccount", f.caller.Account())
	}
}

func (f *family) world() *world {
	w := newWorld(f.universes...)
	w.words, w.likelier, w.alias = f.words, f.likelier, f.alias
	return w
}

// formula is what a policy says of the family.
func (f *family) formula(w *world, p *iam.Policy, s strength) formula {
	f.open(p.Document())
	r := iam.NewRequest(f.caller, f.action, "", f.context)
	fold := &iam.Fold{Request: r, Keys: f.keys, Action: f.general, Resource: f.general}
	return w.add(p.Fold(fold), p.Document(), s)
}

// open makes those keys of a policy open of which it is not known whether the
// caller's requests have them. Tokens of clusters and Pod Identity have none
// but those that are free; of an issuer that is no cluster only its own count.
func (f *family) open(doc *iam.Document) {
	host := f.caller.Host()
	if f.caller.ARN() == iam.PodIdentity || host != "" && !public(host) {
		return
	}
	for _, s := range doc.Statements {
		for _, c := range s.Conditions {
			for _, key := range append(variables(c.Values), c.Key) {
				if host == "" || strings.HasPrefix(strings.ToLower(key), strings.ToLower(host)+":") {
					f.context.Open(key)
				}
			}
		}
	}
}

// variables are the keys whose values stand in values.
func variables(values []string) (keys []string) {
	for _, v := range values {
		_, rest, ok := strings.Cut(v, "${")
		for ok {
			end := max(0, strings.IndexAny(rest, ",}"))
			keys = append(keys, rest[:end])
			_, rest, ok = strings.Cut(rest, "${")
		}
	}
	return keys
}
