package iam

import "testing"

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

func BenchmarkDecide(b *testing.B) {
	doc, err := Parse([]byte(irsa), Trust)
	if err != nil {
		b.Fatal(err)
	}
	p, r := Compile(doc), webIdentity()
	b.ReportAllocs()
	for b.Loop() {
		if p.Decide(r) != DecideAllow {
			b.Fatal("no")
		}
	}
}

func BenchmarkDirect(b *testing.B) {
	r := webIdentity()
	arn, sub, aud := "arn:aws:iam::111122223333:oidc-provider/"+issuer, "system:serviceaccount:shop:"+string([]byte("cart")), "sts.amazonaws"+string([]byte(".com"))
	action := "sts:AssumeRoleWith" + string([]byte("WebIdentity"))
	b.ReportAllocs()
	for b.Loop() {
		if !(r.Action == action && r.Caller.arn == arn && r.Context.entries[0].values[0] == sub && r.Context.entries[1].values[0] == aud) {
			b.Fatal("no")
		}
	}
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
