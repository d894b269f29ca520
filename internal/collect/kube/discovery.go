package kube

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"podpass/internal/snapshot"
)

const acceptJSON = "application/json"

// getJSON reads a small document.
func (c *client) getJSON(ctx context.Context, into any, path ...string) error {
	var buf bytes.Buffer
	return c.retry(ctx, func(ctx context.Context) error {
		a, err := c.do(ctx, request{path: path, accept: acceptJSON}, &buf)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(a.body, into); err != nil {
			return fmt.Errorf("read the API server's answer: %w", err)
		}
		return nil
	})
}

// unserved tells why a list was not found: nil if the server itself says that
// it does not serve the resource, so that there can be no objects of it. Else
// a wrong address or a proxy between would make an empty cluster.
func (c *client) unserved(ctx context.Context, r *resource, notFound error) error {
	if r.group == snapshot.GroupCore {
		return notFound // every API server serves it
	}
	var list struct {
		GroupVersion string `json:"groupVersion"`
		Resources    []struct {
			Name string `json:"name"`
		} `json:"resources"`
	}
	err := c.getJSON(ctx, &list, append(groupPath(r.group), r.apiVersion())...)
	switch {
	case refused(err, http.StatusNotFound):
		return c.unservedVersion(ctx, r, notFound)
	case err != nil || list.GroupVersion != r.group+"/"+r.apiVersion():
		return notFound
	}
	for _, served := range list.Resources {
		if served.Name == r.name {
			return notFound
		}
	}
	return nil
}

func (c *client) unservedVersion(ctx context.Context, r *resource, notFound error) error {
	var list groupList
	if err := c.getJSON(ctx, &list, "apis"); err != nil || list.Kind != "APIGroupList" {
		return notFound
	}
	for _, served := range list.Groups {
		if served.Name == r.group && slices.Contains(served.Versions, groupVersion{r.apiVersion()}) {
			return notFound
		}
	}
	return nil
}

// groupList is what the server tells of the API groups that it serves; the
// version that it prefers comes first.
type groupList struct {
	Kind   string `json:"kind"`
	Groups []struct {
		Name     string         `json:"name"`
		Versions []groupVersion `json:"versions"`
	} `json:"groups"`
}

type groupVersion struct {
	Version string `json:"version"`
}

// issuerPath is where the API server says who signs the tokens of accounts.
// https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#service-account-issuer-discovery
const issuerPath = "/.well-known/openid-configuration"

// issuer reads that; empty where it is not told: the right to ask is one that
// only accounts have by default. Nothing depends on it but what a user may be
// spared to say.
func (c *client) issuer(ctx context.Context) string {
	var config struct {
		Issuer string `json:"issuer"`
	}
	if c.getJSON(ctx, &config, ".well-known", "openid-configuration") != nil {
		return ""
	}
	return config.Issuer
}

// version reads the server's version; empty where it is not told.
func (c *client) version(ctx context.Context) (string, error) {
	var info struct {
		GitVersion string `json:"gitVersion"`
	}
	var buf bytes.Buffer
	// Only once: what cannot be reached at all is told at once.
	a, err := c.do(ctx, request{path: []string{"version"}, accept: acceptJSON}, &buf)
	if err != nil {
		return "", err
	}
	if err := json.Unmarshal(a.body, &info); err != nil {
		return "", &lostError{fmt.Errorf("it is no Kubernetes API server (its answer for /version is of type %q)", a.contentType)}
	}
	return info.GitVersion, nil
}

// caller reads the name that the server knows the caller by; empty where it is
// not told (Kubernetes before 1.28, or no right to ask).
func (c *client) caller(ctx context.Context) string {
	review := request{
		method: http.MethodPost,
		path:   []string{"apis", "authentication.k8s.io", "v1", "selfsubjectreviews"},
		accept: acceptJSON,
		body:   []byte(`{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}`),
	}
	var reviewed struct {
		Status struct {
			UserInfo struct {
				Username string `json:"username"`
			} `json:"userInfo"`
		} `json:"status"`
	}
	var buf bytes.Buffer
	a, err := c.do(ctx, review, &buf)
	if err != nil || json.Unmarshal(a.body, &reviewed) != nil {
		return ""
	}
	return reviewed.Status.UserInfo.Username
}
