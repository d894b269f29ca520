package iam

import "testing"

func TestIncompleteARNsElsewhereMayBeMeant(t *testing.T) {
	r := NewRequest(Caller{}, "sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:q", &Context{})
	for _, kind := range []Kind{ServiceControl, Resource} {
		principal := ""
		if kind == Resource {
			principal = `"Principal":"*",`
		}
		all := `{"Effect":"Allow",` + principal + `"Action":"*","Resource":"*"}`
		for resource, want := range map[string]Decision{"arn:aws:sqs": DecideUnknown, "arn:aws:sns": DecideAllow, "arn:aws:sqs:*:*:*": DecideDeny} {
			p := Compile(mustParse(t, kind, policy(all, `{"Effect":"Deny",`+principal+`"Action":"sqs:*","Resource":"`+resource+`"}`)))
			if got := p.Decide(r); got != want {
				t.Errorf("%s, a deny of %s: got %s, want %s", kind, resource, got, want)
			}
		}
	}
}

func TestARequestThatWasNotPreparedIsDecidedAllTheSame(t *testing.T) {
	p := Compile(mustParse(t, ServiceControl, policy(`{"Effect":"Allow","Action":"S3:Get*","Resource":"*"}`)))
	r := &Request{Action: "s3:getObject", Resource: "arn:aws:s3:::b/k", Context: &Context{}}
	if got := p.Decide(r); got != DecideAllow {
		t.Errorf("got %s", got)
	}
}

func TestABoundaryDoesNotLimitAUserWhomAKeyPolicyNames(t *testing.T) {
	const user = "arn:aws:iam::111122223333:user/u"
	caller, err := ParseCaller(user)
	if err != nil {
		t.Fatal(err)
	}
	a := Access{
		Request:     NewRequest(caller, "kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/k", &Context{}),
		Boundary:    Compile(mustParse(t, Boundary, policy(`{"Effect":"Allow","Action":"s3:*","Resource":"*"}`))),
		Resource:    Compile(mustParse(t, Resource, policy(`{"Effect":"Allow","Principal":{"AWS":"`+user+`"},"Action":"kms:*","Resource":"*"}`))),
		SameAccount: True,
	}
	if got := a.Decide(); got != DecideAllow {
		t.Errorf("got %s", got)
	}
}

func TestEveryoneWithACertainARNPassesTheBoundary(t *testing.T) {
	const role = "arn:aws:iam::111122223333:role/app"
	caller, err := ParseCaller("arn:aws:sts::111122223333:assumed-role/app/x")
	if err != nil {
		t.Fatal(err)
	}
	ctx := &Context{}
	ctx.Add("aws:PrincipalArn", role)
	a := Access{
		Request:     NewRequest(caller, "s3:GetObject", "arn:aws:s3:::b/k", ctx),
		Boundary:    Compile(mustParse(t, Boundary, policy(`{"Effect":"Allow","Action":"ec2:*","Resource":"*"}`))),
		Resource:    Compile(mustParse(t, Resource, policy(`{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"ArnEquals":{"aws:PrincipalArn":"`+role+`"}}}`))),
		SameAccount: True,
	}
	if got := a.Decide(); got != DecideAllow {
		t.Errorf("got %s", got)
	}
}
