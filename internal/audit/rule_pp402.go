package audit

import (
	"maps"
	"slices"
	"strings"

	"podpass/internal/snapshot"
)

func rulePP402() Rule {
	return Rule{
		ID:       "PP402",
		Title:    "No access key in a container overrides the IAM role of its account",
		On:       onWorkload,
		Severity: High,
		Severities: "medium where the value was not read, or only some SDKs prefer the key: under the older names of the variables, or in a credentials file; " +
			"low for an access key id without a secret, at which botocore and the AWS CLI stop",
		Why: "Most AWS SDKs take keys from the environment before the role of the service account: the role is never used, and the move to it is only on paper. " +
			"Whoever cuts the key off later cuts the workload off.",
		Fix:        "See that the role may do what the key's user may; then take the variables, or the envFrom that brings them, out of the container.",
		Needs:      append(workloadKinds(), snapshot.KindServiceAccount, snapshot.KindConfigMap, snapshot.KindSecret),
		References: []string{refIRSA, refChain},
		Planned:    true,
		check:      checkPP402,
	}
}

func checkPP402(c *context, add emit) {
	m := c.held()
	for _, r := range c.concerned(m) {
		roles := m.rolesOf(r)
		results := c.overridden(r, roles)
		if len(roles) > 0 && len(results) == 0 {
			result := c.onRoot(r)
			result.Status, result.Evidence = Pass, nil
			result.Message = "No container of it takes access keys that would override the IAM role of its account."
			results = append(results, result)
		}
		for _, result := range results {
			add(result, result.Object)
		}
	}
}

// concerned lists the workloads whose account carries a role, or may, and those
// that say something of AWS.
func (c *context) concerned(m *credentials) []*root {
	if len(m.roles) == 0 {
		return m.says
	}
	speaks := map[*root]bool{}
	for _, r := range m.says {
		speaks[r] = true
	}
	var list []*root
	for _, r := range c.roots {
		if speaks[r] || slices.ContainsFunc(r.accounts, func(name string) bool { return len(m.roles[account{r.Namespace, name}]) > 0 }) {
			list = append(list, r)
		}
	}
	return list
}

// rolesOf gives the IAM roles of the accounts of a workload, by account.
func (m *credentials) rolesOf(r *root) map[string][]string {
	roles := map[string][]string{}
	for _, name := range r.accounts {
		if arns := m.roles[account{r.Namespace, name}]; len(arns) > 0 {
			roles[name] = arns
		}
	}
	return roles
}

// unknownRole tells an account that is named and not among the files, so that
// it may carry a role.
func (c *context) unknownRole(namespace, name string) bool {
	return c.files() && name != snapshot.Default && len(c.accounts[account{namespace, name}]) == 0
}

// overridden gives the results of the containers with keys.
func (c *context) overridden(r *root, roles map[string][]string) []Result {
	type found struct {
		*override
		account string
		kind    string
	}
	worst := map[string]found{}
	var last *snapshot.AWS
	r.each(func(spec *snapshot.PodSpec, meta *snapshot.Meta) {
		name := spec.AccountName()
		if len(roles[name]) == 0 && !c.unknownRole(r.Namespace, name) || spec.AWS == last {
			return
		}
		last = spec.AWS
		for i := range spec.AWS.Containers {
			one := &spec.AWS.Containers[i]
			// What gets no role overrides none.
			if one.Type == snapshot.TypeEphemeral || slices.Contains(spec.AWS.Skipped, one.Name) {
				continue
			}
			o := c.overrideOf(r.Namespace, one, meta.Keys)
			if have, ok := worst[one.Name]; o.sort() != nothing && (!ok || o.sort() < have.sort()) {
				worst[one.Name] = found{o, name, one.Type}
			}
		}
	})
	var results []Result
	for _, name := range slices.Sorted(maps.Keys(worst)) {
		f := worst[name]
		if result, ok := c.override(r, f.override, f.account, roles[f.account]); ok {
			result.Object.Container = name
			if f.kind != "" {
				result.Evidence = append(result.Evidence, Evidence{Text: "it is an " + f.kind + " container"})
			}
			results = append(results, result)
		}
	}
	return results
}

// override is the result of a container; false where nothing can be said of it.
func (c *context) override(r *root, o *override, name string, roles []string) (Result, bool) {
	result := c.onRoot(r)
	how := outcomes[o.sort()]
	result.Severity, result.Message, result.KeyIDs = how.severity, how.message, orEmpty(o.keys)
	result.Fingerprint = how.name + "\n" + strings.Join(o.keys, "\n")
	switch {
	case how.severity == "" && len(roles) == 0: // neither the key nor the role is known
		return result, false
	case how.severity == "":
		result.Status, result.Absent = Unknown, true
	case len(roles) == 0:
		result.Status, result.Absent, result.Severity = Unknown, true, ""
		result.Message = "It takes an access key; whether that overrides an IAM role could not be told: its account is not among the files."
	case result.Severity == High:
		result.Severity = "" // the rule's
	}
	if info(r.manager) && result.Status == Fail {
		result.Severity = Info
	}
	for _, text := range slices.Compact(slices.Sorted(slices.Values(o.how))) {
		result.Evidence = append(result.Evidence, Evidence{Text: text})
	}
	sa := Object{Kind: snapshot.KindServiceAccount, Namespace: r.Namespace, Name: name}
	for _, role := range roles {
		result.Evidence = append(result.Evidence, Evidence{Text: "the account " + name + " carries the IAM role " + role, Objects: []Object{sa}})
	}
	result.Fix = c.fixOverride(r, result.Status, how, len(roles) > 0)
	return result, true
}

func (c *context) fixOverride(r *root, status Status, how outcome, known bool) string {
	var f fix
	f.byController(r.manager, r.Object)
	switch {
	case status == Unknown && !known:
		f.say("Audit it together with its account.")
	case status == Unknown && c.files():
		f.say("Audit it together with the Secrets and ConfigMaps that it uses.")
	case status == Unknown && !c.snap.SecretsRead:
		f.say("Audit with --read-secrets.")
	case status == Unknown:
		f.say("The gaps of the report tell what could not be read, and what to grant.")
	default:
		f.say("See first that the role may do what the key's user may, as far as it is used. Then take %s out of the container%s and roll out; CloudTrail must show that the role is used. Only then make the key inactive.", how.what, inFile(r.meta))
	}
	return f.String()
}
