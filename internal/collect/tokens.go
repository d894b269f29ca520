// Package collect and the packages below it are the only readers of the
// world: they turn a Kubernetes API (collect/kube) or manifests and dumps
// (collect/files) into a snapshot.Snapshot. Secret values stop here.
//
// This package holds what both readers must see alike.
package collect

import (
	"strings"

	"podpass/internal/snapshot"
)

// TokenPath is where the API server mounts the token of a pod's account.
const TokenPath = "/var/run/secrets/kubernetes.io/serviceaccount"

// APIAudience is the audience of a token that the API server accepts, beside
// none given: the default of --api-audiences on EKS.
const APIAudience = "https://kubernetes.default.svc"

// Volume is a volume of a pod, as far as tokens go.
type Volume struct {
	Name string
	// APIToken is set for a projected volume with a serviceAccountToken for
	// the API server.
	APIToken bool
	Secret   bool // a volume of a Secret
}

// Mount is one volumeMount of a container.
type Mount struct{ Volume, Path string }

// injected is the prefix of the volumes that the API server adds for a token.
const injected = "kube-api-access-"

// Tokens fills in what volumes and mounts say of tokens: whether a container
// mounts one for the API server, whether the pod asks for one by a volume of
// its own, and whether every container mounts something else at TokenPath, in
// which case the API server adds no token to any. The list of mounts has an
// entry for each container and init container; ephemeral are those of the
// ephemeral containers, to which the API server never adds a token.
//
// A Secret mounted at TokenPath is taken for a token that was added: so it was
// until Kubernetes 1.21, and nobody mounts another Secret there.
func Tokens(spec *snapshot.PodSpec, volumes []Volume, containers, ephemeral [][]Mount) {
	byName := make(map[string]Volume, len(volumes))
	for _, v := range volumes {
		byName[v.Name] = v
	}
	spec.Masked = len(containers) > 0
	for _, mounts := range containers {
		token, other := holds(spec, byName, mounts)
		spec.Masked = spec.Masked && other && !token
	}
	for _, mounts := range ephemeral {
		holds(spec, byName, mounts)
	}
}

// holds tells whether a container mounts an API token, and whether it mounts
// something that is none at TokenPath.
func holds(spec *snapshot.PodSpec, byName map[string]Volume, mounts []Mount) (token, other bool) {
	for _, m := range mounts {
		v := byName[m.Volume]
		switch {
		case v.APIToken:
			token = true
			spec.Explicit = spec.Explicit || m.Path != TokenPath || !strings.HasPrefix(m.Volume, injected)
		case v.Secret && m.Path == TokenPath:
			token = true
		case m.Path == TokenPath:
			other = true
		}
	}
	spec.APIToken = spec.APIToken || token
	return token, other
}
