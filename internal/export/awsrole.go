package export

import (
	"slices"
	"strings"

	"podpass/internal/plan"
)

// providers says how an issuer becomes one that IAM trusts: without it IRSA has
// no effect.
func providers(t *text, w *wave) {
	var seen []string
	for _, s := range w.aws {
		r := s.After.Role
		if r == nil || r.By != plan.AWSIRSA {
			continue
		}
		arn := strings.Join(append(strings.Split(r.ARN, ":")[:5], "oidc-provider/"+strings.TrimPrefix(r.Issuer, "https://")), ":")
		if slices.Contains(seen, arn) {
			continue
		}
		if seen = append(seen, arn); len(seen) == 1 {
			t.say("### Provider")
		}
		t.say("The account must trust the issuer of the cluster's tokens. See whether it does; its ClientIDList must hold `sts.amazonaws.com`:")
		t.sh(awsCommand("iam", "get-open-id-connect-provider", "--open-id-connect-provider-arn", arn))
		t.say("Only where that says NoSuchEntity:")
		t.sh(awsCommand("iam", "create-open-id-connect-provider", "--url", r.Issuer, "--client-id-list", "sts.amazonaws.com"))
	}
}

// role writes the commands for a role.
func (s *step) role(t *text) {
	r := s.After.Role
	t.say("### " + s.number + " " + code(r.Name) + " for " + code("ServiceAccount "+r.Account.Namespace+"/"+r.Account.Name))
	for _, risk := range s.Risk {
		t.say("Risk: " + markdown(risk))
	}
	switch {
	case !r.Exists:
		s.newRole(t)
	case s.with != nil:
		t.say("The role of " + s.with.number + ", whose trust policy lets this account in too.")
		return
	case len(s.trust) > 0:
		s.wholeTrust(t)
	default:
		s.oneStatement(t)
	}
	if permissions := s.permissions(); len(permissions) > 0 {
		t.say("Its permissions. These commands can be run again:")
		t.sh(permissions...)
	}
	t.say("Prove that it may do what the workload does, action by action; a role that may not is not ready:")
	t.sh(awsCommand("iam", "simulate-principal-policy", "--policy-source-arn", r.ARN, "--action-names", "ACTION"))
}

func (s *step) newRole(t *text) {
	r := s.After.Role
	options := []string{"--role-name", r.Name, "--path", or(r.Path, "/"), "--assume-role-policy-document", "file://" + s.document(".trust.json")}
	if r.Boundary != "" {
		options = append(options, "--permissions-boundary", r.Boundary)
	}
	if len(r.Tags) > 0 {
		options = append(options, "--tags", "file://"+s.document(".tags.json"))
	}
	t.say("It is new, and lets in just that account. EntityAlreadyExists: it was made before; if by these commands, go on; else stop, since another may use it, and choose another name.")
	t.sh(awsCommand("iam", "create-role", options...), "aws iam wait role-exists "+option("--role-name", r.Name))
}

// permissions are commands that give a role what it may do.
func (s *step) permissions() []string {
	r := s.After.Role
	var lines []string
	for _, arn := range r.Policies {
		lines = append(lines, awsCommand("iam", "attach-role-policy", "--role-name", r.Name, "--policy-arn", arn))
	}
	for i, p := range r.Inline {
		lines = append(lines, awsCommand("iam", "put-role-policy", "--role-name", r.Name, "--policy-name", p.Name, "--policy-document", "file://"+s.document(inlineEnd(i))))
	}
	return lines
}

// trustNow reads the trust that a role has.
func trustNow(name string) string {
	return awsCommand("iam", "get-role", "--role-name", name, "--query", "Role.AssumeRolePolicyDocument", "--output", "json") + " | jq -S ."
}

// keepTrust keeps the trust as it was before; run again, it keeps the first.
func (s *step) keepTrust() string {
	file := quote(s.document(".before.json"))
	return "test -s " + file + " || " + trustNow(s.After.Role.Name) + " >" + file
}

// update replaces the trust by a file, unless the role's is no longer the one in
// another.
func (s *step) update(now, file string) string {
	r := s.After.Role
	// Where nothing can be read, the diff of nothing with nothing is none.
	return "test -s " + quote(s.document(now)) + " && test -s " + quote(s.document(file)) + " &&\n    " +
		trustNow(r.Name) + " | diff - " + quote(s.document(now)) + " &&\n    " +
		awsCommand("iam", "update-assume-role-policy", "--role-name", r.Name, "--policy-document", "file://"+s.document(file))
}

const updateText = "Does the diff show nothing but what is meant? Then this replaces the whole trust policy, unless it is no longer the one that was looked at; run again, it shows what it did, and does nothing:"

// wholeTrust replaces the trust of a role by one that holds a statement more.
func (s *step) wholeTrust(t *text) {
	t.say("It exists, and lets in others, who stay. " + code(s.document(".trust.json")) + " is the trust policy that the choices gave, with the new account. Keep what the role has now, and look at what changes: the new statement alone. Anything else says that the policy is no longer the one that was given: then stop, give the present one in the choices (`trust`), and make the plan anew.")
	t.sh(s.keepTrust(), "diff "+quote(s.document(".before.json"))+" "+quote(s.document(".trust.json")))
	t.say("No difference: it was done before. " + updateText)
	t.sh(s.update(".before.json", ".trust.json"))
}

// oneStatement adds a statement to a trust that the plan does not know.
func (s *step) oneStatement(t *text) {
	before, trust, statement := quote(s.document(".before.json")), quote(s.document(".trust.json")), quote(s.document(".statement.json"))
	t.say("It exists, and its trust policy is not known to the plan: what has to be added is in " + code(s.document(".statement.json")) + ". Better give the trust policy in the choices (`trust`) and make the plan anew: then the whole of it is proven. Or keep what the role has now, add the statement, and look: no Deny in it may shut the account out, and nothing may be lost.")
	t.sh(s.keepTrust(),
		"jq -S --slurpfile new "+statement+" '([.Statement] | flatten) as $has | .Statement = $has + (([$new[0].Statement] | flatten) - $has)' "+before+" >"+trust,
		"diff "+before+" "+trust,
		"podpass iam who "+trust,
		"podpass iam lint "+trust)
	t.say(updateText)
	t.sh(s.update(".before.json", ".trust.json"))
}

// roleBack takes a role back.
func (s *step) roleBack(t *text) {
	r := s.After.Role
	if r.Exists {
		t.say(code(r.Name) + ": its trust policy as it was, if nobody has changed it since:")
		t.sh(s.update(".trust.json", ".before.json"))
		return
	}
	var lines []string
	for _, arn := range r.Policies {
		lines = append(lines, awsCommand("iam", "detach-role-policy", "--role-name", r.Name, "--policy-arn", arn))
	}
	for _, p := range r.Inline {
		lines = append(lines, awsCommand("iam", "delete-role-policy", "--role-name", r.Name, "--policy-name", p.Name))
	}
	t.say(code(r.Name) + " was new. NoSuchEntity: it is gone already. The provider stays: others may use it.")
	t.sh(append(lines, awsCommand("iam", "delete-role", "--role-name", r.Name))...)
}

// association ties a role to an account by EKS Pod Identity.
func (s *step) association(t *text) {
	a := s.After.Association
	t.say("### " + s.number + " Association of " + code("ServiceAccount "+a.Namespace+"/"+a.ServiceAccount))
	for _, risk := range s.Risk {
		t.say("Risk: " + markdown(risk))
	}
	t.say("ResourceInUseException (409): the account has one already. See which role it gives; " + code(a.RoleARN) + " is right, and another is for a person to decide.")
	t.sh(awsCommand("eks", "create-pod-identity-association", append(accountOptions(a), "--role-arn", a.RoleARN)...))
	t.say("What there is:")
	t.sh("id=$("+associationID(a)+")", "aws eks describe-pod-identity-association "+option("--cluster-name", a.Cluster)+" "+option("--region", a.Region)+` --association-id "$id" --query association.roleArn --output text`)
}

func accountOptions(a *plan.Association) []string {
	return []string{"--cluster-name", a.Cluster, "--region", a.Region, "--namespace", a.Namespace, "--service-account", a.ServiceAccount}
}

func associationID(a *plan.Association) string {
	return awsCommand("eks", "list-pod-identity-associations", append(accountOptions(a), "--query", "associations[0].associationId", "--output", "text")...)
}

func (s *step) associationBack(t *text) {
	a := s.After.Association
	t.say("The association of " + code("ServiceAccount "+a.Namespace+"/"+a.ServiceAccount) + ". Pods that run as it keep the role until they are made anew:")
	t.sh("id=$("+associationID(a)+")", "aws eks delete-pod-identity-association "+option("--cluster-name", a.Cluster)+" "+option("--region", a.Region)+` --association-id "$id"`)
}
