package kube

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// Bounds of retries. Each wait is as long as Retry-After says, else the
// client's backoff, which doubles: some 8 seconds in all.
const (
	attempts = 6
	// A server that is silent has cost the whole timeout already.
	silences = 2
	// maxWait bounds a single wait: a server that asks for more is told of as a
	// gap, rather than waited for.
	maxWait = 30 * time.Second
)

// retry does something until it succeeds, fails for good, or the bounds are
// reached. What failed for good is an answer that would be the same again;
// 429, 5xx, and answers that did not come whole or make no sense are tried
// again, as https://kubernetes.io/docs/reference/using-api/api-concepts/ and
// API priority and fairness ask clients to.
func (c *client) retry(ctx context.Context, do func(context.Context) error) error {
	wait, silent := c.backoff, 0
	for attempt := 1; ; attempt++ {
		err := do(ctx)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if errors.Is(err, errSilent) {
			silent++
		}
		after, again := retryable(err)
		if !again || attempt == attempts || silent == silences || after > maxWait {
			return err
		}
		if err := sleep(ctx, max(wait, after)); err != nil {
			return err
		}
		wait *= 2
	}
}

// retryable tells whether a request may succeed if it is sent again, and how
// long the server asks to wait before.
func retryable(err error) (after time.Duration, again bool) {
	if r := (*refusal)(nil); errors.As(err, &r) {
		return r.after, r.code == http.StatusTooManyRequests || r.code >= 500 && r.code != http.StatusNotImplemented
	}
	return 0, true
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
