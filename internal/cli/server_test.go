package cli

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// kubeconfig names a server, with a token that must not show anywhere.
func kubeconfig(t *testing.T, server string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config")
	text := fmt.Sprintf(`apiVersion: v1
kind: Config
current-context: c
clusters: [{name: c, cluster: {server: %q}}]
contexts: [{name: c, context: {cluster: c, user: u}}]
users: [{name: u, user: {token: very-secret-token}}]
`, server)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestServersThatGiveNoAnswer: the error names the server and the way out, and
// is neither a report nor a pass.
func TestServersThatGiveNoAnswer(t *testing.T) {
	wait := make(chan struct{})
	hang := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-wait }))
	t.Cleanup(func() { close(wait); hang.Close() })
	expired := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}`)
	}))
	t.Cleanup(expired.Close)
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>a login page</html>") }))
	t.Cleanup(other.Close)
	untrusted := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(untrusted.Close)
	tests := []struct {
		name, server string
		code         int
		says         []string
	}{
		{"a server that hangs", hang.URL, 1, []string{hang.URL, "no answer within the timeout", "check that"}},
		{"an expired token", expired.URL, 1, []string{expired.URL, "401", "renew them"}},
		{"a certificate that nobody trusts", untrusted.URL, 1, []string{untrusted.URL, "certificate"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			code, stdout, stderr := run("audit", "--kubeconfig", kubeconfig(t, test.server), "--request-timeout", "1s")
			if code != test.code || stdout != "" {
				t.Errorf("exit code %d, output %q", code, stdout)
			}
			for _, want := range test.says {
				if !strings.Contains(stderr, want) {
					t.Errorf("stderr does not say %q:\n%s", want, stderr)
				}
			}
			if strings.Contains(stdout+stderr, "very-secret-token") {
				t.Error("the token shows")
			}
		})
	}
	t.Run("a server that is no API server gives no pass", func(t *testing.T) {
		code, stdout, stderr := run("audit", "--kubeconfig", kubeconfig(t, other.URL), "--request-timeout", "1s")
		if code != 1 && code != 4 {
			t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
		}
	})
}
