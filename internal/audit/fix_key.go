package audit

import (
	"slices"
	"strings"

	"podpass/internal/snapshot"
)

// fixKeys says how to get rid of the keys without an outage: the role first,
// and proven, the key last, and only made inactive at first.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id-credentials-access-keys-update.html
func fixKeys(h *holding, meta *snapshot.Meta, keys []*heldKey) string {
	var f fix
	lasting, temporary, nameless := kindsOfKeys(keys)
	if len(lasting)+len(temporary) == 0 && !nameless {
		f.say("It is nobody's key: take it out, so that no real one takes its place.")
		return f.String()
	}
	if meta != nil {
		f.byController(meta.Manager, h.object)
	}
	f.lookUp("See whose key it is, and where it was used last:", lasting, "iam", "get-access-key-last-used")
	f.lookUp("See to which account it belongs:", temporary, "sts", "get-access-key-info")
	if nameless {
		f.say("A secret access key alone does not tell its id: ask who put it here. Its user's keys are in IAM.")
	}
	f.say("Give each workload that uses the key an IAM role through a service account of its own (IRSA or EKS Pod Identity), which may do what the key's user may, as far as it is used. In the same roll-out take the key out of the workload: SDKs prefer a key in the environment to the role. See in CloudTrail that the role is used.")
	f.say("%s", takeOut(h))
	if len(lasting) > 0 || nameless {
		whose := "for the UserName that the look-up gives"
		if len(lasting) == 0 {
			whose = "for its user"
		}
		f.say("Then make the key inactive (aws iam update-access-key, %s), and delete it once nothing fails: until then it can be made active again.", whose)
		if meta != nil && meta.Source != nil && !meta.Live {
			f.say("It stays in the history of the repository: only making the key inactive ends it.")
		}
	}
	if len(temporary) > 0 {
		f.say("A temporary key ends by itself within 36 hours: find what writes it here. If it may still be valid, revoke the sessions of its role.")
	}
	return f.String()
}

// kindsOfKeys lists the ids of lasting and of temporary keys, and tells whether
// a secret is there without an id. Those of AWS's documentation are none.
func kindsOfKeys(keys []*heldKey) (lasting, temporary []string, nameless bool) {
	for _, k := range keys {
		switch {
		case k.Example:
		case k.ID == "":
			nameless = true
		case strings.HasPrefix(k.ID, "ASIA"):
			temporary = append(temporary, k.ID)
		default:
			lasting = append(lasting, k.ID)
		}
	}
	return lasting, temporary, nameless
}

// lookUp adds the commands that tell whose the first of some keys are.
func (f *fix) lookUp(why string, ids []string, service, command string) {
	const most = 5
	if len(ids) > 0 {
		f.say("%s", why)
	}
	for _, id := range ids[:min(most, len(ids))] {
		f.run("aws", service, command, "--access-key-id", id)
	}
	if n := len(ids) - most; n > 0 {
		f.say("Look up %s alike.", count(n, "other"))
	}
}

// takeOut says how the keys leave the object that holds them. The object may
// hold other things.
func takeOut(h *holding) string {
	switch kind := h.object.Kind; {
	case kind == snapshot.KindSecret && strings.HasPrefix(h.object.Name, "sh.helm.release."):
		return "It is Helm's record of a release: upgrade the release without these values. Older records go as the number of kept revisions (--history-max) is reached."
	case kind == snapshot.KindSecret, kind == snapshot.KindConfigMap:
		return "Take these entries or annotations out of it, and delete it only if nothing else is in it."
	case h.meta != nil && slices.ContainsFunc(h.sorted(), func(k *heldKey) bool { return !k.own }):
		return "What was mended already lives on in older ReplicaSets, revisions and pods: delete those that nothing rolls back to."
	}
	if rolls(h.object.Kind) && h.object.Kind != snapshot.KindCronJob && h.meta != nil && h.meta.Live {
		return "Take it out of the template. Older ReplicaSets and revisions keep it: delete those that nothing rolls back to."
	}
	return "Take it out of the object."
}
