package kube

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// NamespaceNotFound tells that selected namespaces are not in the cluster.
type NamespaceNotFound struct{ Names []string }

func (e *NamespaceNotFound) Error() string {
	if len(e.Names) == 1 {
		return fmt.Sprintf("read namespace %q: there is no such namespace in the cluster", e.Names[0])
	}
	return fmt.Sprintf("read namespaces %q: there are no such namespaces in the cluster", e.Names)
}

// Unreachable tells that the API server could not be reached at all.
type Unreachable struct {
	Server string
	Err    error
}

func (e *Unreachable) Error() string {
	return fmt.Sprintf("reach API server %s: %v: check that the cluster runs, that this network leads to it, and that kubeconfig and context are the right ones", e.Server, e.Err)
}

func (e *Unreachable) Unwrap() error { return e.Err }

// Unauthorized tells that the API server does not know the caller, or no more.
type Unauthorized struct {
	Server  string
	Message string
}

func (e *Unauthorized) Error() string {
	return fmt.Sprintf("log in to API server %s: credentials refused (%s): they may have expired; renew them and run again", e.Server, e.Message)
}

// errSilent: the server took the request, or the connection, and then sent
// nothing for as long as the timeout is.
var errSilent = errors.New("no answer within the timeout")

// lostError is that of a request without a whole answer.
type lostError struct{ err error }

func (e *lostError) Error() string { return e.err.Error() }
func (e *lostError) Unwrap() error { return e.err }

// refusal is an answer of the API server other than success.
type refusal struct {
	code    int
	message string
	after   time.Duration // Retry-After
}

func (e *refusal) Error() string { return e.message }

// refused tells whether an error is an answer of a status code.
func refused(err error, code int) bool {
	r := (*refusal)(nil)
	return errors.As(err, &r) && r.code == code
}

func isLost(err error) bool {
	l := (*lostError)(nil)
	return errors.As(err, &l)
}

// refusalOf reads the message from a Status, which comes in the type that was
// asked for, or else a text of whoever stands before the API server.
func refusalOf(resp *http.Response, a answer) *refusal {
	e := &refusal{code: resp.StatusCode, after: retryAfter(resp), message: http.StatusText(resp.StatusCode)}
	if e.message == "" {
		e.message = resp.Status
	}
	media, _, err := mime.ParseMediaType(a.contentType)
	if err != nil {
		media = "text/plain"
	}
	var status metav1.Status
	switch {
	case isProtobuf(a.body):
		if kind, raw, err := envelope(a.body); err == nil && kind == "Status" && status.Unmarshal(raw) == nil && status.Message != "" {
			e.message = status.Message
		}
	case media == "application/json":
		if json.Unmarshal(a.body, &status) == nil && status.Kind == "Status" && status.Message != "" {
			e.message = status.Message
		}
	case media == "text/plain":
		if text := strings.TrimSpace(string(a.body)); text != "" && len(text) < 300 {
			e.message = text
		}
	}
	return e
}
