package oracle

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/versity/versitygw/debuglogger"

	"podpass/internal/iam"
)

// typical is the trust that eksctl and the AWS console write for a service
// account; more statements are of other service accounts.
func typical(statements int) Request {
	issuer := "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"
	q := Request{Provider: issuer, Sub: "system:serviceaccount:shop:cart", Aud: "sts.amazonaws.com"}
	q.Policy.Version = Version2012
	for i := range statements {
		s := Statement{
			Effect:    "Allow",
			Principal: Principal{Types: map[string]Some[string]{"Federated": one(ProviderARN(issuer))}},
			Action:    one("sts:AssumeRoleWithWebIdentity"),
		}
		sub := q.Sub
		if i < statements-1 {
			sub += fmt.Sprint("-", i)
		}
		s.Condition.add("StringEquals", issuer+":aud", one(Scalar{Text: q.Aud}))
		s.Condition.add("StringEquals", issuer+":sub", one(Scalar{Text: sub}))
		q.Policy.Statement.Items = append(q.Policy.Statement.Items, s)
	}
	return q
}

// BenchmarkTrust decides from the text of a policy: podpass in the timed loop,
// the peer right after, a tenth as often, for it is slower. Both are given the token ready to use.
func BenchmarkTrust(b *testing.B) {
	for _, statements := range []int{1, 10} {
		b.Run(fmt.Sprint("statements=", statements), func(b *testing.B) {
			q := typical(statements)
			text := q.Policy.Text()
			request := webIdentity(q)
			for b.Loop() {
				doc, err := iam.Parse([]byte(text), iam.Trust)
				if err != nil || iam.Compile(doc).Decide(request) != iam.DecideAllow {
					b.Fatal("podpass does not allow it:", err)
				}
			}
			podpass := b.Elapsed()
			start := time.Now()
			rounds := b.N/10 + 1
			for range rounds {
				if ask(q, text) != Allow {
					b.Fatal("the peer does not allow it")
				}
			}
			peer := float64(time.Since(start).Nanoseconds()) / float64(rounds)
			b.ReportMetric(peer, "peer-ns/op")
			b.ReportMetric(peer*float64(b.N)/float64(podpass.Nanoseconds()), "times-faster")
		})
	}
}

func webIdentity(q Request) *iam.Request {
	ctx := &iam.Context{OpenGlobals: true}
	ctx.Add(q.Provider+":sub", q.Sub)
	ctx.Add(q.Provider+":aud", q.Aud)
	return iam.NewRequest(iam.OIDC(q.Provider, Account), iam.AssumeRoleWithWebIdentity, "", ctx)
}

func TestThePeerLogsNothing(t *testing.T) {
	if debuglogger.IsDebugEnabled() {
		t.Error("the peer's debug log is on: it would be measured too")
	}
}

func TestTypicalTrustsAreAllowedByBoth(t *testing.T) {
	for _, statements := range []int{1, 10} {
		q := typical(statements)
		if peer, podpass := Peer(q), Podpass(q); peer != Allow || podpass != Allow {
			t.Errorf("%d statements: peer %s, podpass %s", statements, peer, podpass)
		}
		var again Document
		if err := json.Unmarshal([]byte(q.Policy.Text()), &again); err != nil || again.Text() != q.Policy.Text() {
			t.Errorf("the policy does not come back as it was written: %v", err)
		}
	}
}
