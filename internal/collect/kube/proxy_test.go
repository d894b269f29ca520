package kube

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"

	"k8s.io/client-go/rest"
)

// proxy stands before the lab's API server, acts for its administrator and
// does harm.
type proxy struct {
	// before sees each request; false: it has answered it.
	before func(w http.ResponseWriter, r *http.Request) bool

	mu   sync.Mutex
	seen []*http.Request
	stop func() // closes what the proxy itself keeps open
}

// asks tells whether a request asks for a list of a resource, and whether it is
// for its first page.
func asks(r *http.Request, resource string) (it, first bool) {
	return strings.HasSuffix(r.URL.Path, "/"+resource), r.URL.Query().Get("continue") == ""
}

// requests gives the queries that asked for a resource, without the tokens of
// pages.
func (p *proxy) requests(resource string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []string
	for _, r := range p.seen {
		if it, first := asks(r, resource); it {
			query := r.URL.Query()
			if !first {
				query.Set("continue", "X")
			}
			list = append(list, query.Encode())
		}
	}
	return list
}

// start gives a configuration that leads through the proxy.
func (p *proxy) start(t *testing.T, c cluster) *rest.Config {
	t.Helper()
	target, err := url.Parse(c.config.Host)
	must(t, err)
	tls, err := rest.TLSConfigFor(c.config)
	must(t, err)
	reverse := &httputil.ReverseProxy{
		Rewrite:      func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport:    &http.Transport{TLSClientConfig: tls, DisableKeepAlives: true}, // leaves nothing open
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.seen = append(p.seen, r.Clone(t.Context()))
		p.mu.Unlock()
		if p.before == nil || p.before(w, r) {
			reverse.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	p.stop = server.Close
	return &rest.Config{Host: server.URL, QPS: -1}
}

// status answers with a Status, as the API server does.
func status(w http.ResponseWriter, code int, message string) bool {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	fmt.Fprintf(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","message":%q,"code":%d}`, message, code)
	return false
}

// cut breaks the connection off in the middle of an answer.
func cut(w http.ResponseWriter) bool {
	w.Header().Set("Content-Length", "1000")
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write([]byte(magic + "\n\x0d\n\x02v1\x12\x07PodList"))
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// times lets harm be done for so many times.
type times struct {
	mu   sync.Mutex
	left int
}

func (n *times) next() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.left--
	return n.left >= 0
}
