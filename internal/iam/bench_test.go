package iam

import (
	"strings"
	"testing"
	"time"
)

const irsa = `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"},
      "Action": "sts:AssumeRoleWithWebIdentity",
      "Condition": {
        "StringEquals": {
          "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE:sub": "system:serviceaccount:shop:cart",
          "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE:aud": "sts.amazonaws.com"
        }
      }
    }
  ]
}`

const issuer = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"

func webIdentity() *Request {
	ctx := &Context{OpenGlobals: true}
	ctx.Add(issuer+":sub", "system:serviceaccount:shop:cart")
	ctx.Add(issuer+":aud", "sts.amazonaws.com")
	return NewRequest(OIDC(issuer, "111122223333"), AssumeRoleWithWebIdentity, "", ctx)
}

// BenchmarkDecide reports how many times as long a compiled trust takes as
// comparing the four strings that it is about: action, provider, subject and
// audience.
func BenchmarkDecide(b *testing.B) {
	const calls, rounds = 20_000, 25
	p, r := compiled(b), webIdentity()
	w := wanted{
		action: strings.Clone(r.Action), provider: strings.Clone(r.Caller.arn),
		sub: strings.Clone("system:serviceaccount:shop:cart"), aud: strings.Clone("sts.amazonaws.com"),
	}
	decide, direct := time.Hour, time.Hour
	b.ReportAllocs()
	for b.Loop() {
		for range rounds {
			decide = min(decide, timed(func() {
				for range calls {
					if p.Decide(r) != DecideAllow {
						b.Fatal("the trust does not allow it")
					}
				}
			}))
			direct = min(direct, timed(func() {
				for range calls {
					if !w.equal(r) {
						b.Fatal("the strings are not equal")
					}
				}
			}))
		}
	}
	b.ReportMetric(float64(decide.Nanoseconds())/calls, "ns-decide")
	b.ReportMetric(float64(direct.Nanoseconds())/calls, "ns-direct")
	b.ReportMetric(decide.Seconds()/direct.Seconds(), "ratio")
}

// wanted are strings equal to those of a request, elsewhere in memory.
type wanted struct{ action, provider, sub, aud string }

func (w *wanted) equal(r *Request) bool {
	sub, aud := r.Context.entries[0].values, r.Context.entries[1].values
	return w.action == r.Action && w.provider == r.Caller.arn && w.sub == sub[0] && w.aud == aud[0]
}

func timed(work func()) time.Duration {
	start := time.Now()
	work()
	return time.Since(start)
}

func compiled(b *testing.B) *Policy {
	doc, err := Parse([]byte(irsa), Trust)
	if err != nil {
		b.Fatal(err)
	}
	return Compile(doc)
}

func BenchmarkParseCompileDecide(b *testing.B) {
	r := webIdentity()
	data := []byte(irsa)
	b.ReportAllocs()
	for b.Loop() {
		doc, err := Parse(data, Trust)
		if err != nil || Compile(doc).Decide(r) != DecideAllow {
			b.Fatal("no")
		}
	}
}
