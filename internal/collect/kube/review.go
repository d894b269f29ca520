package kube

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// denied asks by a SelfSubjectAccessReview whether a list in one namespace is
// forbidden, and gives the refusal that the list would. It is asked where the
// list of the whole cluster is forbidden, so that namespaces without the right
// are not all knocked at in vain: each denied request is an entry in the audit
// log. Rules reviews are of no use for that: they leave out some authorizers.
// Where the review itself gets no answer, the list tells.
// https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access
func (c *client) denied(ctx context.Context, l *list) error {
	body, err := json.Marshal(map[string]any{
		"apiVersion": "authorization.k8s.io/v1",
		"kind":       "SelfSubjectAccessReview",
		"spec": map[string]any{"resourceAttributes": map[string]string{
			"namespace": l.namespace, "verb": l.resource.verb(l.namespace), "group": l.resource.group, "version": l.resource.apiVersion(), "resource": l.resource.name,
		}},
	})
	if err != nil {
		return nil
	}
	var buf bytes.Buffer
	a, err := c.do(ctx, request{
		method: http.MethodPost,
		path:   []string{"apis", "authorization.k8s.io", "v1", "selfsubjectaccessreviews"},
		accept: acceptJSON,
		body:   body,
	}, &buf)
	var review struct {
		Kind   string `json:"kind"`
		Status *struct {
			Allowed bool   `json:"allowed"`
			Reason  string `json:"reason"`
		} `json:"status"`
	}
	if err != nil || json.Unmarshal(a.body, &review) != nil || review.Kind != "SelfSubjectAccessReview" || review.Status == nil || review.Status.Allowed {
		return nil
	}
	message := fmt.Sprintf("the access review denies %s %s in namespace %s", l.resource.verb(l.namespace), l.resource.name, l.namespace)
	if review.Status.Reason != "" {
		message += ": " + review.Status.Reason
	}
	return &refusal{code: http.StatusForbidden, message: message}
}
