package trust

import (
	"fmt"
	"path"
	"strings"
	"testing"
	"time"

	"podpass/internal/iam"
)

// manyAccounts gives n service accounts as namespace/name.
func manyAccounts(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("%s-%d/%s-%d", []string{"team", "prod", "shop"}[i%3], i/12, []string{"api", "job", "default", "cart"}[i%4], i%7)
	}
	return all
}

// manyPatterns gives n patterns of subjects as people write them: a namespace,
// a prefix of names, a name in many namespaces, a name.
func manyPatterns(n int) []string {
	all := make([]string, n)
	for i := range all {
		format := []string{"team-%d:*", "prod-%d:api-*", "shop-%d*:cart-?", "*-%d:default-1", "shop-%d:job-3"}[i%5]
		all[i] = "system:serviceaccount:" + fmt.Sprintf(format, 7*i)
	}
	return all
}

// admitting is a trust with the patterns in a list, or with a statement each.
func admitting(b *testing.B, patterns []string, apart bool) *iam.Policy {
	lists := [][]string{patterns}
	if apart {
		lists = nil
		for i := range patterns {
			lists = append(lists, patterns[i:i+1])
		}
	}
	var statements []string
	for _, list := range lists {
		statements = append(statements, forTokens("Allow", `"StringEquals":{"{A}:aud":"sts.amazonaws.com"},"StringLike":{"{A}:sub":["`+strings.Join(list, `","`)+`"]}`))
	}
	return asTrust(b, statements...)
}

// BenchmarkWho asks which of many accounts a trust admits, and reports how the
// time grows with accounts and with patterns, and its ratio to path.Match of
// each account with each pattern up to the first that fits. All sizes are
// measured by turns, of each the fastest round counts. To describe what is
// admitted and to name examples does not depend on the accounts: that is
// measured by itself.
func BenchmarkWho(b *testing.B) {
	b.Run("one-statement", func(b *testing.B) { growth(b, false) })
	b.Run("statement-each", func(b *testing.B) { growth(b, true) })
}

func growth(b *testing.B, apart bool) {
	base, wide, deep := newAsked(b, 10_000, 50, apart), newAsked(b, 20_000, 50, apart), newAsked(b, 10_000, 100, apart)
	for b.Loop() {
		for range 10 {
			for _, a := range []*asked{base, wide, deep} {
				a.measure(b)
			}
		}
	}
	for _, a := range []*asked{base, wide, deep} {
		b.ReportMetric(a.decide.Seconds()*1e3, "ms-"+a.name)
	}
	b.ReportMetric(wide.decide.Seconds()/base.decide.Seconds(), "accounts×2")
	b.ReportMetric(deep.decide.Seconds()/base.decide.Seconds(), "patterns×2")
	b.ReportMetric(base.decide.Seconds()/base.match.Seconds(), "of-path.Match")
	b.ReportMetric(base.describe.Seconds()*1e3, "ms-describe-50")
	b.ReportMetric(deep.describe.Seconds()*1e3, "ms-describe-100")
}

// asked is one size of the question and the fastest times of its parts.
type asked struct {
	name                    string
	accounts, patterns      []string
	policy                  *iam.Policy
	decide, describe, match time.Duration
}

func newAsked(b *testing.B, accounts, patterns int, apart bool) *asked {
	a := &asked{name: fmt.Sprintf("%dk×%d", accounts/1000, patterns), accounts: manyAccounts(accounts), patterns: manyPatterns(patterns)}
	a.policy = admitting(b, a.patterns, apart)
	a.decide, a.describe, a.match = time.Hour, time.Hour, time.Hour
	return a
}

// measure takes all times once more, and looks whether both find the same.
func (a *asked) measure(b *testing.B) {
	var certain []string
	a.describe = min(a.describe, timed(func() { only(b, a.policy, Options{}) }))
	provider := iam.OIDC(issuerA, account)
	a.decide = min(a.decide, timed(func() {
		certain, _ = accountsOfToken(a.policy, provider, []string{DefaultAudience}, a.accounts)
	}))
	fit := 0
	a.match = min(a.match, timed(func() { fit = a.matchAll() }))
	if len(certain) != fit || fit == 0 || fit == len(a.accounts) {
		b.Fatalf("%s: admitted are %d, by path.Match %d", a.name, len(certain), fit)
	}
}

func (a *asked) matchAll() (fit int) {
	for _, account := range a.accounts {
		subject := "system:serviceaccount:" + strings.Replace(account, "/", ":", 1)
		for _, pattern := range a.patterns {
			if ok, _ := path.Match(pattern, subject); ok {
				fit++
				break
			}
		}
	}
	return fit
}

func timed(work func()) time.Duration {
	start := time.Now()
	work()
	return time.Since(start)
}
