// Package iam reads, prints, evaluates and explains policies of AWS Identity
// and Access Management, exactly.
//
// Parse takes a document of one Kind and refuses, with line, column and JSON
// pointer, what IAM would refuse or read in two ways. Compile makes a Policy of
// it, which decides a Request without allocating and explains it with every
// reason:
//
//	doc, err := iam.Parse(data, iam.Trust)
//	policy := iam.Compile(doc)
//	ctx := &iam.Context{OpenGlobals: true}
//	ctx.Add(issuer+":sub", "system:serviceaccount:shop:cart")
//	ctx.Add(issuer+":aud", "sts.amazonaws.com")
//	r := iam.NewRequest(iam.OIDC(issuer, account), iam.AssumeRoleWithWebIdentity, "", ctx)
//	policy.Decide(r)  // DecideAllow, DecideDeny or DecideUnknown
//	policy.Explain(r) // the same, and why
//
// Access asks all kinds of policies at once, in AWS's order.
//
// Logic is Kleene's: a condition whose operator, key or semantics are not known
// is Unknown, and so is the answer if that can change it. Unknown is never an
// allow: whoever must act on it denies. Where AWS's documentation decides a
// question, the code that depends on it names the page.
//
// The package holds no table of actions or resource types, reaches no network
// and no clock, and prints no more of a policy than quoted, shortened values.
package iam
