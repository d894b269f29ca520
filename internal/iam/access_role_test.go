package iam

import "testing"

func TestAssumeRole(t *testing.T) {
	assume := allow(on("*"), doing("sts:AssumeRole"))
	trusts := func(principal string) string { return allow(aws(principal), doing(AssumeRole)) }
	with := func(c situation) situation {
		c.action, c.resource = firstOf(c.action, AssumeRole), target
		return c
	}
	checkSituations(t, []situation{
		with(situation{name: "the identity policy alone", caller: user, identity: assume, want: DecideDeny}),
		with(situation{name: "the identity policy, and a trust in others", caller: user, identity: assume, grant: trusts(user + "2"), want: DecideDeny}),
		with(situation{name: "a user whom the trust names", caller: user, grant: trusts(user), want: DecideAllow}),
		with(situation{name: "a user whom the trust names, in another account", caller: user, owner: other, grant: trusts(user), want: DecideDeny}),
		with(situation{name: "both, in another account", caller: user, owner: other, identity: assume, grant: trusts(user), want: DecideAllow}),
		with(situation{name: "the account is trusted, the identity policy allows", caller: user, identity: assume, grant: trusts(root), want: DecideAllow}),
		with(situation{name: "the account is trusted, the identity policy says nothing", caller: user, grant: trusts(account), want: DecideDeny}),
		with(situation{name: "the account is trusted, the boundary does not allow", caller: user, identity: assume, boundary: aside, grant: trusts(root), want: DecideDeny}),
		with(situation{name: "a user whom the trust names, whose boundary allows", caller: user, boundary: assume, grant: trusts(user), want: DecideAllow}),
		with(situation{name: "a user whom the trust names, whose boundary does not allow", caller: user, boundary: aside, grant: trusts(user), want: DecideUnknown}),
		with(situation{name: "a user whom the trust names, whose boundary denies", caller: user, boundary: assume + "," + nothing, grant: trusts(user), want: DecideDeny}),
		with(situation{name: "a user whom the trust names, whose boundary cannot be judged", caller: user, boundary: allow(on("*"), when(`{"NoSuchOperator":{"a":"b"}}`)), grant: trusts(user), want: DecideUnknown}),
		with(situation{name: "a role whom the trust names", caller: role, grant: trusts(role), want: DecideAllow}),
		with(situation{name: "a role whom the trust names, whose boundary does not allow", caller: role, boundary: aside, grant: trusts(role), want: DecideDeny}),
		with(situation{name: "a role takes itself again, but is not trusted", caller: role, identity: assume, grant: trusts(user), want: DecideDeny}),
		with(situation{name: "the root user, and the account is trusted", caller: root, grant: trusts(root), want: DecideAllow}),
		with(situation{name: "the root user without trust", caller: root, want: DecideDeny}),
		with(situation{name: "everyone of AWS is trusted", caller: user, grant: trusts("*"), want: DecideAllow}),
		with(situation{name: "everyone of AWS is trusted, from another account", caller: user, owner: other, grant: trusts("*"), want: DecideDeny}),
		with(situation{name: "a token where everyone of AWS is trusted", caller: oidc, action: AssumeRoleWithWebIdentity, grant: allow(aws("*"), doing("sts:*")), want: DecideUnknown}),
		with(situation{name: "a token where everyone is trusted", caller: oidc, action: AssumeRoleWithWebIdentity, grant: allow(to(`"*"`), doing("sts:*")), want: DecideUnknown}),
		with(situation{name: "a SAML assertion of a trusted provider", caller: saml, action: AssumeRoleWithSAML, grant: allow(to(`{"Federated":"`+saml+`"}`), doing(AssumeRoleWithSAML)), want: DecideAllow}),
		with(situation{name: "a token, where the provider may only tag", caller: oidc, action: AssumeRoleWithWebIdentity, grant: allow(to(`{"Federated":"`+oidc+`"}`), doing(TagSession)), want: DecideDeny}),
		with(situation{name: "tags need the trust too", caller: user, identity: all, action: TagSession, grant: trusts(root), want: DecideDeny}),
		with(situation{name: "a source identity needs the trust too", caller: user, identity: all, action: "sts:setsourceidentity", grant: trusts(root), want: DecideDeny}),
		with(situation{name: "a context needs the trust too", caller: user, identity: all, action: "sts:SetContext", grant: trusts(root), want: DecideDeny}),
		with(situation{name: "asking who one is needs no trust", caller: user, identity: all, action: "sts:GetCallerIdentity", want: DecideAllow}),
	})
}

func TestKeysOfKMS(t *testing.T) {
	decrypt := allow(on("*"), doing("kms:*"))
	with := func(c situation) situation {
		c.action, c.resource = firstOf(c.action, "kms:Decrypt"), firstOf(c.resource, kmsKey)
		return c
	}
	checkSituations(t, []situation{
		with(situation{name: "the identity policy alone", caller: user, identity: decrypt, want: DecideDeny}),
		with(situation{name: "the key's policy says nothing of the account", caller: user, identity: decrypt, grant: allow(aws(role)), want: DecideDeny}),
		with(situation{name: "the key's policy delegates to the account", caller: user, identity: decrypt, grant: allow(aws(root)), want: DecideAllow}),
		with(situation{name: "the key's policy names the user", caller: user, grant: allow(aws(user)), want: DecideAllow}),
		with(situation{name: "an identity policy may deny", caller: user, identity: nothing, grant: allow(aws(user)), want: DecideDeny}),
		with(situation{name: "the root user needs the key's policy", caller: root, grant: allow(aws(user)), want: DecideDeny}),
		with(situation{name: "what is no key has no policy", caller: user, identity: decrypt, action: "kms:ListKeys", resource: "*", want: DecideAllow}),
		with(situation{name: "an alias has no policy", caller: user, identity: decrypt, resource: "arn:aws:kms:eu-west-1:111122223333:alias/a", want: DecideAllow}),
	})
}

func TestPodIdentity(t *testing.T) {
	trusts := func(more ...string) string {
		return allow(append([]string{to(`{"Service":"pods.eks.amazonaws.com"}`)}, more...)...)
	}
	untagged := `"Action":["sts:AssumeRole"]`
	both := `"Action":["sts:AssumeRole","sts:TagSession"]`
	with := func(c situation) situation {
		c.caller, c.action, c.resource = firstOf(c.caller, PodIdentity), firstOf(c.action, AssumeRole), target
		return c
	}
	checkSituations(t, []situation{
		with(situation{name: "both actions are allowed", grant: trusts(both), want: DecideAllow}),
		with(situation{name: "tagging is missing", grant: trusts(untagged), want: DecideDeny}),
		with(situation{name: "tagging is missing, in lower case", action: "sts:assumerole", grant: trusts(untagged), want: DecideDeny}),
		with(situation{name: "tagging is missing, and session tags are off", untagged: true, grant: trusts(untagged), want: DecideAllow}),
		with(situation{name: "tagging is allowed in a statement of its own", grant: trusts(untagged) + "," + trusts(doing(TagSession)), want: DecideAllow}),
		with(situation{name: "tagging is denied", grant: trusts(both) + "," + deny(to(`"*"`), doing("sts:Tag*")), want: DecideUnknown}), // does "*" cover services?
		with(situation{name: "tagging is denied to the service", grant: trusts(both) + "," + deny(to(`{"Service":"pods.eks.amazonaws.com"}`), doing("sts:Tag*")), want: DecideDeny}),
		with(situation{name: "tagging cannot be judged", grant: trusts(untagged) + "," + trusts(doing(TagSession), when(`{"NoSuchOperator":{"a":"b"}}`)), want: DecideUnknown}),
		with(situation{name: "assuming is missing", grant: trusts(doing(TagSession)), want: DecideDeny}),
		with(situation{name: "a resource control policy denies tagging", grant: trusts(both), rcps: [][]string{{allow(to(`"*"`), on("*")), deny(to(`"*"`), on("*"), doing(TagSession))}}, want: DecideDeny}),
		with(situation{name: "other services set no tags", caller: "ec2.amazonaws.com", grant: allow(to(`{"Service":"ec2.amazonaws.com"}`), untagged), want: DecideAllow}),
		with(situation{name: "another service", caller: "ec2.amazonaws.com", grant: trusts(both), want: DecideDeny}),
		with(situation{name: "a service of another partition", caller: PodIdentity + ".cn", grant: trusts(both), want: DecideDeny}),
	})
}

func TestNotPrincipal(t *testing.T) {
	except := func(principals string) string { return deny(`"NotPrincipal":` + principals) }
	checkSituations(t, []situation{
		{name: "a user, named with its account", caller: user, identity: all, grant: except(`{"AWS":["` + user + `","` + root + `"]}`), want: DecideAllow},
		{name: "a user, named without its account", caller: user, identity: all, grant: except(`{"AWS":"` + user + `"}`), want: DecideUnknown},
		{name: "a user whose account alone is named", caller: user, identity: all, grant: except(`{"AWS":"` + account + `"}`), want: DecideUnknown},
		{name: "a user who is not named", caller: user, identity: all, grant: except(`{"AWS":"arn:aws:iam::444455556666:root"}`), want: DecideDeny},
		{name: "a user with a boundary, however named", caller: user, identity: all, boundary: all, grant: except(`{"AWS":["` + user + `","` + root + `"]}`), want: DecideDeny},
		{name: "a session, named with role and account", caller: session, identity: all, grant: except(`{"AWS":["` + session + `","` + role + `","` + root + `"]}`), want: DecideAllow},
		{name: "a session, named with its account", caller: session, identity: all, grant: except(`{"AWS":["` + session + `","` + root + `"]}`), want: DecideUnknown},
		{name: "a session whose role and account are named", caller: session, identity: all, grant: except(`{"AWS":["` + role + `","` + root + `"]}`), want: DecideUnknown},
		{name: "the account itself", caller: root, identity: all, grant: except(`{"AWS":"` + account + `"}`), want: DecideAllow},
		{name: "everyone is named", caller: user, identity: all, grant: except(`"*"`), want: DecideAllow},
		{name: "a service that is named", caller: "s3.amazonaws.com", grant: except(`{"Service":"s3.amazonaws.com"}`) + "," + allow(to(`{"Service":"s3.amazonaws.com"}`)), want: DecideAllow},
		{name: "a service that is not named", caller: "s3.amazonaws.com", grant: except(`{"AWS":"111122223333"}`) + "," + allow(to(`{"Service":"s3.amazonaws.com"}`)), want: DecideDeny},
		{name: "the anonymous are not named", caller: "*", grant: except(`{"AWS":"111122223333"}`) + "," + public, want: DecideDeny},
	})
}
