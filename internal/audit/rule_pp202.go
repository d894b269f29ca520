package audit

import (
	"cmp"
	"slices"
	"strings"

	"podpass/internal/snapshot"
)

func rulePP202() Rule {
	return Rule{
		ID:         "PP202",
		Title:      "No service account is shared by several workloads",
		On:         snapshot.KindServiceAccount,
		Severity:   Low,
		Severities: "info where all of them belong to Kubernetes, EKS or its add-ons",
		Why: "Workloads that share an account share its rights and its IAM role: each holds what any of them needs, and CloudTrail and audit logs cannot tell them apart. " +
			"The account default is left to PP201.",
		Fix:        "Leave the account to one workload and give each of the others one of its own, with the rights that it needs.",
		Needs:      append(workloadKinds(), snapshot.KindServiceAccount),
		References: []string{refControl, refIRSA},
		Planned:    true,
		check:      checkPP202,
	}
}

func checkPP202(c *context, add emit) {
	keys := make([]account, 0, len(c.usedBy))
	for key, users := range c.usedBy {
		if key.name != snapshot.Default && len(users) > 1 {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(a, b account) int {
		return cmp.Or(cmp.Compare(a.namespace, b.namespace), cmp.Compare(a.name, b.name))
	})
	for _, key := range keys {
		r := c.shared(key, c.usedBy[key])
		add(r, r.Object)
	}
}

// stem is the name that a workload shares with what it owns: the names of
// ReplicaSets and Jobs are that of their owner, a dash and something that
// changes. Owners that were not seen and share a stem may be one workload.
func stem(r *root) string {
	if i := strings.LastIndexByte(r.Name, '-'); i > 0 && r.uncertain() {
		return r.Name[:i]
	}
	return r.Name
}

func (c *context) shared(key account, users []*root) Result {
	r := Result{
		Status:   Fail,
		Object:   Object{Kind: snapshot.KindServiceAccount, Namespace: key.namespace, Name: key.name},
		Message:  count(len(users), "workload") + " run as this account.",
		Evidence: []Evidence{{Text: "used by " + names(users), Objects: objects(users)}},
		Source:   users[0].source(),
	}
	if defined := c.accounts[key]; len(defined) > 0 {
		r.ManagedBy = managedBy(defined[0].Manager)
		r.Source = source(&defined[0].Meta)
	}
	if !slices.ContainsFunc(users, func(u *root) bool { return !info(u.manager) }) {
		r.Severity = Info
	}
	certain, stems := 0, map[string]bool{}
	for _, u := range users {
		stems[stem(u)] = true
		if u.uncertain() {
			r.Fingerprint += stem(u) + "\n"
			continue
		}
		certain++
		r.Fingerprint += u.Kind + "/" + u.Name + "\n"
	}
	if certain < 2 && len(stems) < 2 {
		r.Status = Unknown
		r.Message = "Whether several workloads run as this account could not be told: owners of its pods were not seen, and may belong to one workload."
		return r
	}
	var f fix
	f.say("Leave %s to one of them, and give each of the others an account of its own: name it in the pod template as serviceAccountName.", key.name)
	for _, sa := range c.accounts[key] {
		if sa.RoleARN != "" {
			f.say("It carries the IAM role %s: which of them needs that role is for its owner to say.", sa.RoleARN)
			break
		}
	}
	r.Fix = f.String()
	return r
}
