package kube

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"podpass/internal/snapshot"
)

const faulty = "faults" // namespace

// faults makes what the faults are tried on, and gives the snapshot without.
func faults(t *testing.T) (cluster, *snapshot.Snapshot) {
	t.Helper()
	c := lab(t)
	if _, err := c.CoreV1().Namespaces().Get(t.Context(), faulty, metav1.GetOptions{}); err != nil {
		c.namespace(t, faulty)
		c.pods(t, faulty, 8)
		c.bindings(t, faulty, 8)
	}
	return c, scanned(t, Options{Config: c.config})
}

// A fault that passes leaves no trace: the snapshot is the same as without.
func TestFaultsThatPass(t *testing.T) {
	const ever = 1 << 20
	tests := map[string]struct {
		times int
		harm  func(w http.ResponseWriter, r *http.Request) bool // of a page of pods but the first
		least time.Duration
	}{
		"410 in the middle of paging":     {1, func(w http.ResponseWriter, _ *http.Request) bool { return status(w, 410, "expired") }, 0},
		"410 as often as there are pages": {ever, func(w http.ResponseWriter, _ *http.Request) bool { return status(w, 410, "expired") }, 0},
		"429 that asks for a second": {1, func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Retry-After", "1")
			return status(w, 429, "busy")
		}, time.Second},
		"429 that asks for no time": {3, func(w http.ResponseWriter, _ *http.Request) bool { return status(w, 429, "busy") }, 0},
		"503 of a load balancer, as text": {2, func(w http.ResponseWriter, _ *http.Request) bool {
			http.Error(w, "no backend", http.StatusServiceUnavailable)
			return false
		}, 0},
		"500 of the API server":                             {attempts - 1, func(w http.ResponseWriter, _ *http.Request) bool { return status(w, 500, "etcd") }, 0},
		"a connection that is cut in the body":              {2, func(w http.ResponseWriter, _ *http.Request) bool { return cut(w) }, 0},
		"a connection that is cut before the answer":        {2, func(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) }, 0},
		"a page in HTML":                                    {1, func(w http.ResponseWriter, _ *http.Request) bool { _, _ = w.Write([]byte("<html>")); return false }, 0},
		"an answer that ends too early, yet as if complete": {1, func(w http.ResponseWriter, _ *http.Request) bool { _, _ = w.Write([]byte(magic)); return false }, 0},
	}
	c, want := faults(t)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			left := &times{left: test.times}
			p := &proxy{before: func(w http.ResponseWriter, r *http.Request) bool {
				if it, first := asks(r, "pods"); it && !first && left.next() {
					return test.harm(w, r)
				}
				return true
			}}
			start := time.Now()
			config := p.start(t, c)
			got := scanned(t, Options{Config: config, PageSize: 3}, p.stop)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if took := time.Since(start); took < test.least {
				t.Errorf("took %v, want %v at least", took, test.least)
			}
			if left.left >= test.times {
				t.Error("the fault never happened")
			}
		})
	}
}

func TestAListThatExpiresIsInTheEndReadInOnePiece(t *testing.T) {
	c, _ := faults(t)
	p := &proxy{before: func(w http.ResponseWriter, r *http.Request) bool {
		if it, first := asks(r, "pods"); it && !first {
			return status(w, 410, "expired")
		}
		return true
	}}
	config := p.start(t, c)
	scanned(t, Options{Config: config, PageSize: 3}, p.stop)
	once := []string{"limit=3", "continue=X&limit=3"}
	want := append(append(append(append([]string{}, once...), once...), once...), "")
	if diff := cmp.Diff(want, p.requests("pods")); diff != "" {
		t.Error(diff)
	}
}

// A fault that stays is a gap for its kind alone; what came before of pods is
// not taken for all of them, and of bindings it is kept.
func TestFaultsThatStay(t *testing.T) {
	type harm func(w http.ResponseWriter, r *http.Request) bool
	tests := map[string]struct {
		harm   harm
		reason string
	}{
		"410, in one piece too": {func(w http.ResponseWriter, _ *http.Request) bool { return status(w, 410, "expired") }, "the API server dropped the list again and again while it was read: expired"},
		"503":                   {func(w http.ResponseWriter, _ *http.Request) bool { return status(w, 503, "no leader") }, "the API server answered 503: no leader"},
		"429 that asks for an hour": {func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Retry-After", "3600")
			return status(w, 429, "busy")
		}, "the API server answered 429: busy"},
		"a cut connection": {func(w http.ResponseWriter, _ *http.Request) bool { return cut(w) }, "the connection was lost: unexpected EOF"},
		"silence":          {func(_ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return false }, "no answer within the timeout"},
		"silence in the body": {func(w http.ResponseWriter, r *http.Request) bool {
			_, _ = w.Write([]byte(magic))
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
			return false
		}, "no answer within the timeout"},
		"404 for what is served": {func(w http.ResponseWriter, _ *http.Request) bool { http.NotFound(w, nil); return false }, "not found, though the API server should serve it: 404 page not found"},
	}
	c, want := faults(t)
	for name, test := range tests {
		for _, resource := range []string{"pods", "rolebindings"} {
			t.Run(name+", "+resource, func(t *testing.T) {
				p := &proxy{before: func(w http.ResponseWriter, r *http.Request) bool {
					// Not the first page, nor the list in one piece.
					if it, first := asks(r, resource); it && (!first || r.URL.Query().Get("limit") == "") {
						return test.harm(w, r)
					}
					return true
				}}
				config := p.start(t, c)
				config.Timeout = 500 * time.Millisecond
				got := scanned(t, Options{Config: config, PageSize: 3}, p.stop)
				lacks(t, want, got, resource, test.reason)
			})
		}
	}
}

// lacks sees that a snapshot is like the whole one but for one resource.
func lacks(t *testing.T, whole, got *snapshot.Snapshot, resource, reason string) {
	t.Helper()
	if len(got.Gaps) != 1 || got.Gaps[0].What != resource || got.Gaps[0].Scope != "cluster" || got.Gaps[0].Reason != reason {
		t.Fatalf("gaps %+v, want one for %s with the reason %q", got.Gaps, resource, reason)
	}
	want := *whole
	want.Gaps = got.Gaps
	switch resource {
	case "pods":
		want.Pods = nil
	case "rolebindings":
		n := 0
		for _, b := range got.Bindings {
			if b.Namespace != "" {
				n++
			}
		}
		if strings.HasPrefix(reason, "the API server dropped") != (n == 0) || n > 3 {
			t.Errorf("%d RoleBindings are kept of the first page of three", n)
		}
		want.Bindings = got.Bindings
	}
	if diff := cmp.Diff(&want, got); diff != "" {
		t.Error(diff)
	}
}

func TestKindsThatAreNotServedAreEmpty(t *testing.T) {
	c, want := faults(t)
	p := &proxy{before: func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case strings.HasPrefix(r.URL.Path, "/apis/batch/"):
			http.NotFound(w, r)
			return false
		case r.URL.Path == "/apis":
			_, _ = w.Write([]byte(`{"kind":"APIGroupList","groups":[{"name":"apps","versions":[{"version":"v1"}]}]}`))
			return false
		}
		return true
	}}
	config := p.start(t, c)
	got := scanned(t, Options{Config: config}, p.stop)
	for _, w := range got.Workloads {
		if w.Group == snapshot.GroupBatch {
			t.Errorf("a workload of a group that is not served: %v", w.Ref())
		}
	}
	if len(got.Gaps) > 0 || len(got.Pods) != len(want.Pods) {
		t.Errorf("gaps %v and %d pods, want none and %d", told(got.Gaps), len(got.Pods), len(want.Pods))
	}
}

func TestAProxyWithoutProtobufMakesNoDifference(t *testing.T) {
	c, want := faults(t)
	asked := &times{left: 1 << 20}
	p := &proxy{before: func(_ http.ResponseWriter, r *http.Request) bool {
		_, text, found := strings.Cut(r.Header.Get("Accept"), ",")
		if found && asked.next() {
			r.Header.Set("Accept", text)
		}
		return true
	}}
	config := p.start(t, c)
	got := scanned(t, Options{Config: config, PageSize: 5}, p.stop)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if asked.left == 1<<20 {
		t.Error("protobuf was never asked for")
	}
}

func TestExpiredCredentialsAreAnError(t *testing.T) {
	c, _ := faults(t)
	for name, harmed := range map[string]func(*http.Request) bool{
		"from the start":  func(*http.Request) bool { return true },
		"while it reads":  func(r *http.Request) bool { it, first := asks(r, "pods"); return it && !first },
		"in a short list": func(r *http.Request) bool { it, _ := asks(r, "cronjobs"); return it },
	} {
		t.Run(name, func(t *testing.T) {
			p := &proxy{before: func(w http.ResponseWriter, r *http.Request) bool {
				return !harmed(r) || status(w, 401, "token has expired")
			}}
			config := p.start(t, c)
			s, err := scan(t, Options{Config: config, PageSize: 3}, p.stop)
			want := &Unauthorized{Server: config.Host, Message: "401: token has expired"}
			if diff := cmp.Diff(error(want), err); diff != "" || s != nil {
				t.Errorf("snapshot %v, error: %s", s, diff)
			}
		})
	}
}

// The token is one that the real API server refuses.
func TestAnUnknownTokenIsRefused(t *testing.T) {
	c := lab(t)
	config := &rest.Config{Host: c.config.Host, TLSClientConfig: rest.TLSClientConfig{CAData: c.config.CAData}, BearerToken: "no.such.token"}
	_, err := scan(t, Options{Config: config})
	if u := (*Unauthorized)(nil); !errors.As(err, &u) || u.Server != config.Host {
		t.Errorf("error %v, want Unauthorized by %s", err, config.Host)
	}
}

func TestWhatCannotBeReachedIsAnError(t *testing.T) {
	c := lab(t)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	address := closed.Addr().String()
	must(t, closed.Close())
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer silent.Close()
	tests := map[string]struct {
		host, reason string
	}{
		"nobody listens":                 {"http://" + address, "connection refused"},
		"a name that nobody has":         {"https://no-such-host.invalid", "no-such-host.invalid"},
		"a server that says nothing":     {"http://" + silent.Addr().String(), "no answer within the timeout"},
		"a certificate of somebody else": {c.config.Host, "certificate"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s, err := scan(t, Options{Config: &rest.Config{Host: test.host, Timeout: 500 * time.Millisecond}})
			unreachable(t, s, err, test.host, test.reason)
		})
	}
}

func unreachable(t *testing.T, s *snapshot.Snapshot, err error, host, reason string) {
	t.Helper()
	u := (*Unreachable)(nil)
	if !errors.As(err, &u) || u.Server != host || !strings.Contains(err.Error(), reason) || s != nil {
		t.Errorf("error %v, want Unreachable for %s with %q", err, host, reason)
	}
}

func TestWhatIsNoAPIServerIsAnError(t *testing.T) {
	c := lab(t)
	tests := map[string]struct {
		harm   func(w http.ResponseWriter, r *http.Request) bool
		reason string
	}{
		"a login page": {
			func(w http.ResponseWriter, _ *http.Request) bool {
				_, _ = w.Write([]byte("<html>log in"))
				return false
			},
			"no Kubernetes API server",
		},
		"a server that is lost for all but its version": {
			func(_ http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path != "/version" {
					panic(http.ErrAbortHandler)
				}
				return true
			}, "EOF",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := &proxy{before: test.harm}
			config := p.start(t, c)
			s, err := scan(t, Options{Config: config}, p.stop)
			unreachable(t, s, err, config.Host, test.reason)
		})
	}
}

func TestACollectThatIsCancelledEnds(t *testing.T) {
	c := lab(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	o := Options{Config: c.config, PageSize: 1, Progress: func(string, int) { cancel() }}
	if s, err := Collect(ctx, o); !errors.Is(err, context.Canceled) || s != nil {
		t.Errorf("snapshot %v, error %v: want no snapshot and context.Canceled", s, err)
	}
}
