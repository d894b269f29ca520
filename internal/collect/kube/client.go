package kube

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	utilnet "k8s.io/apimachinery/pkg/util/net"
	"k8s.io/client-go/rest"
)

// patience is how long the server may be silent, if the caller's
// configuration sets no timeout.
const patience = 30 * time.Second

// Accepted types of answers. The second is for proxies that speak no
// protobuf. There is no third for metadata alone: a server that cannot give it
// must not send whole objects instead.
const (
	acceptObjects  = "application/vnd.kubernetes.protobuf,application/json"
	partialOf      = ";g=meta.k8s.io;v=v1;as="
	acceptPartials = "application/vnd.kubernetes.protobuf" + partialOf + "%[1]s,application/json" + partialOf + "%[1]s"
)

// client speaks HTTP with one API server, through client-go's transport, which
// knows proxies, credentials and impersonation. It does not use rest.Request:
// that reads each answer into memory of its own, waits as long as a
// Retry-After says without bound, and takes no notice of a body that is cut or
// stops coming.
type client struct {
	http     *http.Client
	base     *url.URL
	patience time.Duration
	backoff  time.Duration // before the second attempt; it doubles
	buffers  sync.Pool     // of *bytes.Buffer
}

func newClient(config *rest.Config) (*client, error) {
	config = rest.CopyConfig(config)
	if config.UserAgent == "" {
		config.UserAgent = rest.DefaultKubernetesUserAgent()
	}
	base, _, err := rest.DefaultServerUrlFor(config)
	if err != nil {
		return nil, fmt.Errorf("use server %q: %w", config.Host, err)
	}
	http, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, fmt.Errorf("use credentials for %s: %w", base.Redacted(), err)
	}
	c := &client{http: http, base: base, patience: patience, backoff: 250 * time.Millisecond}
	if config.Timeout > 0 {
		c.patience = config.Timeout
	}
	c.buffers.New = func() any { return new(bytes.Buffer) }
	return c, nil
}

func (c *client) close() { utilnet.CloseIdleConnectionsFor(c.http.Transport) }

// request is one request. Its answer is read whole.
type request struct {
	method string // GET if empty
	path   []string
	query  url.Values
	accept string
	body   []byte // JSON
}

// answer is what came for a request; bytes live until the buffer is used
// again.
type answer struct {
	contentType string
	body        []byte
}

// do sends a request once and reads its answer into buf. It gives up when the
// server is silent for longer than the client's patience, however far the
// answer has come.
func (c *client) do(ctx context.Context, r request, buf *bytes.Buffer) (answer, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	silence := time.AfterFunc(c.patience, func() { cancel(errSilent) })
	defer silence.Stop()
	req, err := c.request(ctx, r)
	if err != nil {
		return answer{}, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return answer{}, lost(ctx, err)
	}
	defer resp.Body.Close()
	buf.Reset()
	body := io.Reader(&pulse{resp.Body, silence, c.patience})
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusCreated {
		body = io.LimitReader(body, 64<<10)
	}
	if _, err := buf.ReadFrom(body); err != nil {
		return answer{}, lost(ctx, err)
	}
	a := answer{resp.Header.Get("Content-Type"), buf.Bytes()}
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusCreated {
		return answer{}, refusalOf(resp, a)
	}
	return a, nil
}

func (c *client) request(ctx context.Context, r request) (*http.Request, error) {
	target := c.base.JoinPath(r.path...)
	target.RawQuery = r.query.Encode()
	method := r.method
	if method == "" {
		method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(ctx, method, target.String(), bytes.NewReader(r.body))
	if err != nil {
		return nil, fmt.Errorf("make request for %s: %w", target.Redacted(), err)
	}
	req.Header.Set("Accept", r.accept)
	if r.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

// pulse puts the alarm off whenever bytes come.
type pulse struct {
	body  io.Reader
	alarm *time.Timer
	after time.Duration
}

func (p *pulse) Read(b []byte) (int, error) {
	n, err := p.body.Read(b)
	if n > 0 {
		p.alarm.Reset(p.after)
	}
	return n, err
}

// lost gives the error of a request that got no whole answer.
func lost(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		err = cause
	}
	if timeout := (net.Error)(nil); errors.As(err, &timeout) && timeout.Timeout() {
		return &lostError{errSilent}
	}
	if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) { // it repeats the URL
		err = wrapped.Err
	}
	return &lostError{err}
}

func retryAfter(resp *http.Response) time.Duration {
	seconds, err := strconv.Atoi(resp.Header.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return time.Duration(seconds) * time.Second
}
