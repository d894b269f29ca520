package iam

import (
	"strings"
	"sync"
	"testing"
)

// TestGoroutinesShareAPolicy, a context and a request; the race detector
// watches.
func TestGoroutinesShareAPolicy(t *testing.T) {
	condition := `{"StringLike":{"I:sub":["a*","b*","c*","system:*:cart"]},"StringEqualsIgnoreCase":{"I:aud":"STS.amazonaws.com"},"ForAllValues:StringEquals":{"test:open":"a"}}`
	p := mustCompile(t, Trust, policy(trusts(condition), trusts(strings.ReplaceAll(condition, `"test:open":"a"`, `"test:none":"${aws:username}"`)))).Indexed()
	r := webIdentity()
	r.Context.Open("test:open")
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 100 {
				if got := p.Decide(r); got != DecideAllow {
					t.Errorf("got %s", got)
				}
				if got := p.Explain(r).Decision; got != DecideAllow {
					t.Errorf("explained %s", got)
				}
				p.Fold(&Fold{Request: r, Keys: []Key{{"test:a", true}}})
			}
		})
	}
	wait.Wait()
}
