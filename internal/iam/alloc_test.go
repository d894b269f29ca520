package iam

import (
	"strings"
	"testing"
)

// TestDecideAllocatesNothing, whatever the operator: an admission webhook and
// millions of questions ask it.
func TestDecideAllocatesNothing(t *testing.T) {
	ctx := webIdentity().Context
	ctx.Open("test:Open", "test:OTHER")
	for key, value := range map[string]string{"test:number": "5", "test:date": "2026-01-01T00:00:00Z", "test:ip": "203.0.113.9",
		"test:arn": role, "test:bool": "true", "test:long": strings.Repeat("a", 300)} {
		ctx.Add(key, value)
	}
	ctx.Add("test:many", "a", "b", "c")
	values := []string{`"a"`, `["a*","b?c","system:serviceaccount:*:cart","x","y"]`, `"${I:sub}"`, `"*${I:sub}?"`, `"${test:Open}"`, `"${test:none, 'x'}"`,
		`"5"`, `"2026-01-01"`, `"203.0.113.0/24"`, `"2001:db8::/32"`, `true`, `"QQ=="`, `"arn:aws:iam::*:role/*"`, `"arn:aws:iam::111122223333:role/${I:aud}"`,
		`["1","2","3","4","5","6","7","8","9","10"]`}
	keys := []string{"I:sub", "I:AUD", "test:many", "test:none", "TEST:open", "test:number", "test:date", "test:ip", "test:arn", "test:bool", "test:long", "aws:SourceIp"}
	for _, operator := range someOperators() {
		for _, value := range values {
			var statements []string
			for _, key := range keys {
				condition := `{"` + operator + `":{"` + key + `":` + strings.ReplaceAll(value, "I:", issuer+":") + `}}`
				statements = append(statements, trusts(condition), deny(to(`{"Federated":"`+oidc+`x*","AWS":"*"}`), doing("sts:*"), when(strings.ReplaceAll(condition, "I:", issuer+":"))))
			}
			doc := mustParse(t, Trust, policy(statements...))
			for name, p := range map[string]*Policy{"compiled": Compile(doc), "indexed": Compile(doc).Indexed()} {
				r := webIdentity()
				r.Context = ctx
				if n := testing.AllocsPerRun(3, func() { p.Decide(r) }); n != 0 {
					t.Errorf("%s %s, %s: %v allocations", operator, value, name, n)
				}
			}
		}
	}
}
