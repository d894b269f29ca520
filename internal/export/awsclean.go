package export

import (
	"encoding/json"
	"slices"

	"podpass/internal/plan"
	"podpass/internal/snapshot"
)

// cleanAWS says how old principals and keys go, once nobody needs them.
func (k *kubernetes) cleanAWS(t *text) {
	var roles []*step
	accounts := map[string][]string{} // of each role
	for _, w := range k.waves {
		for _, s := range w.aws {
			r := s.After.Role
			if r == nil || !r.Exists {
				continue
			}
			if accounts[r.ARN] == nil {
				roles = append(roles, s)
			}
			accounts[r.ARN] = append(accounts[r.ARN], r.Account.Namespace+"/"+r.Account.Name)
		}
	}
	holders := k.keyHolders()
	if len(roles)+len(holders) == 0 {
		return
	}
	t.say("## AWS")
	t.say("The scripts do none of this.")
	if len(holders) > 0 {
		keysAway(t, holders)
	}
	if len(roles) > 0 {
		t.say("### Old principals\n\nWhoever a role let in before, as the nodes' role for kube2iam and kiam, still assumes it. For each role keep the trust policy, take out the statements that only the moved workloads used, look, and replace it. A statement that somebody else uses stays. After the last role, take `sts:AssumeRole` from the nodes' role, close the nodes' IMDS to pods, and only then delete kube2iam or kiam itself.")
	}
	for _, s := range roles {
		s.principalsAway(t, accounts[s.After.Role.ARN])
	}
}

// keyHolders names what held keys: Secrets and ConfigMaps that the wave deletes,
// and workloads that lose key variables with a value of their own.
func (k *kubernetes) keyHolders() []string {
	var list []string
	for _, w := range k.waves {
		for _, s := range w.steps {
			switch {
			case w.Wave == plan.Clean && s.Action == plan.Delete && (s.Object.Kind == snapshot.KindSecret || s.Object.Kind == snapshot.KindConfigMap):
				list = append(list, objectName(s.Step))
			case len(s.itemLabels(func(n *named) bool { return n.present && slices.Contains(snapshot.CredentialVariables(), n.name) })) > 0:
				list = append(list, objectName(s.Step))
			}
		}
	}
	return list
}

// keysAway makes keys inactive before it deletes them. The plan does not hold
// their ids.
func keysAway(t *text, holders []string) {
	t.say("### Keys, before apply.sh\n\nOf " + codes(holders) + ". The finding PP401 of `podpass audit` names the ids. For each, make it inactive, and wait until every session and CronJob has run: whoever else uses it shows now, and `--status Active` is the way back.")
	t.sh("key=ACCESS-KEY-ID",
		`user=$(aws iam get-access-key-last-used --access-key-id "$key" --query UserName --output text)`,
		`aws iam update-access-key --user-name "$user" --access-key-id "$key" --status Inactive`,
		`aws iam get-access-key-last-used --access-key-id "$key"`)
	t.say("Then run `apply.sh`. Last, when nothing fails, delete the key; this has no way back. Where the user has no other key and nothing else uses it, what it may do is listed and detached, and it goes.")
	t.sh(`aws iam delete-access-key --user-name "$user" --access-key-id "$key"`,
		`aws iam list-access-keys --user-name "$user"`,
		`aws iam list-attached-user-policies --user-name "$user"`,
		`aws iam list-user-policies --user-name "$user"`,
		`aws iam list-groups-for-user --user-name "$user"`,
		`aws iam detach-user-policy --user-name "$user" --policy-arn ARN   # for each attached`,
		`aws iam delete-user-policy --user-name "$user" --policy-name NAME   # for each of its own`,
		`aws iam remove-user-from-group --user-name "$user" --group-name NAME   # for each group`,
		`aws iam delete-user --user-name "$user"`)
}

// principalsAway takes out of a role's trust whom nobody needs any more.
func (s *step) principalsAway(t *text, accounts []string) {
	r := s.After.Role
	before, after := quote(s.document(".old.json")), quote(s.document(".new.json"))
	t.say(code(r.Name) + s.others() + ". In " + code(s.document(".new.json")) + " take out the old statements:")
	t.sh("mkdir -p aws", "test -s "+before+" || "+trustNow(r.Name)+" >"+before, "test -s "+after+" || cp "+before+" "+after)
	t.say("Then look. " + code("podpass iam who") + " must name " + codes(accounts) + ", and nobody whom you do not mean:")
	t.sh("diff "+before+" "+after, "podpass iam who "+after)
	t.say("This replaces the whole trust policy, unless it is no longer the one that was looked at:")
	t.sh(s.update(".old.json", ".new.json"))
	t.say("Back:")
	t.sh(s.update(".new.json", ".old.json"))
}

// others names the principals of a trust that is known.
func (s *step) others() string {
	var doc struct{ Statement []struct{ Principal any } }
	if len(s.trust) == 0 || json.Unmarshal(s.trust, &doc) != nil {
		return ", whose trust policy the plan does not know"
	}
	var list []string
	for _, one := range doc.Statement {
		text, _ := json.Marshal(one.Principal) // it was read as JSON
		list = append(list, string(text))
	}
	slices.Sort(list)
	return ", which names " + codes(slices.Compact(list))
}
