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
	aside     int  // how many of the first keys are not told unless asked about
	general   bool // action and resource are the free parts
}

// tokens is the family of a provider's tokens for service accounts. With an
// audience the subject alone is free, without, the audience too.
func tokens(provider iam.Caller, action, audience string) family {
	host := provider.Host()
	f := family{caller: provider, action: action, context: &iam.Context{OpenGlobals: true}}
	if audience == "" {
		f.aside = 1
		f.keys = append(f.keys, iam.Key{Name: host + ":aud"})
		f.universes = append(f.universes, glob.Universe{glob.Any()})
	} else {
		f.context.Add(host+":aud", audience)
	}
	f.keys = append(f.keys, iam.Key{Name: host + ":sub", Plain: true})
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
	return strings.HasSuffix(host, ".auth0.com") || strings.HasSuffix(host, ".okta.com")
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
	f := family{caller: caller, action: action, context: &iam.Context{OpenGlobals: true}, aside: 4}
	for _, k := range []struct {
		name     string
		universe glob.Universe
	}{
		{tagCluster, clusters()},
		{tagName, glob.Universe{clusterName()}},
		{tagPod, glob.Universe{glob.Subdomain()}},
		{tagUID, glob.Universe{glob.Any()}},
		{tagNamespace, glob.Universe{glob.Label()}},
		{tagAccount, glob.Universe{glob.Subdomain()}},
	} {
		f.keys = append(f.keys, iam.Key{Name: k.name, Plain: k.name != tagUID})
		f.universes = append(f.universes, k.universe)
	}
	return f
}

// clusters are the ARNs of EKS clusters:
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelastickubernetesservice.html
func clusters() glob.Universe {
	partition := glob.Chars(glob.Class{'a', 'z'}, 1, 0)
	partition.Join = '-'
	u := glob.Universe{glob.Text("arn:"), partition, glob.Text(":eks:")}
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

// others is the family of a caller of whom no key is free.
func others(caller iam.Caller, action string) family {
	return family{caller: caller, action: action, context: &iam.Context{OpenGlobals: true}}
}

func (f *family) world() *world { return newWorld(f.universes...) }

// formula is what a policy says of the family.
func (f *family) formula(w *world, p *iam.Policy, s strength) formula {
	r := iam.NewRequest(f.caller, f.action, "", f.context)
	fold := &iam.Fold{Request: r, Keys: f.keys, Action: f.general, Resource: f.general}
	return w.add(p.Fold(fold), p.Document(), s)
}
