package audit

import (
	"cmp"
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
		Severities: "medium where the value was not read, or only the AWS SDK for JavaScript v3 prefers the key; " +
			"low for an access key id without a secret, at which botocore and the AWS CLI stop",
		Why: "AWS SDKs take keys from the environment before the role of the service account: the role is never used, and the move to it is only on paper. " +
			"Who cuts the key off later cuts the workload off.",
		Fix:        "Take the variables, or the envFrom that brings them, out of the container in the roll-out that gives it the role.",
		Needs:      append(workloadKinds(), snapshot.KindServiceAccount, snapshot.KindConfigMap, snapshot.KindSecret),
		References: []string{refIRSA, refChain},
		check:      checkPP402,
	}
}

func checkPP402(c *context, add emit) {
	for _, r := range c.roots {
		roles := c.rolesOf(r)
		if len(roles) == 0 {
			continue
		}
		results := c.overridden(r, roles)
		for _, result := range results {
			add(result, result.Object)
		}
		if len(results) == 0 {
			result := c.onRoot(r)
			result.Status, result.Severity, result.Evidence = Pass, "", nil
			result.Message = "No container of it takes access keys that would override the IAM role of its account."
			add(result, result.Object)
		}
	}
}

// rolesOf gives the IAM roles of the accounts of a workload, by account.
func (c *context) rolesOf(r *root) map[string]string {
	var roles map[string]string
	for _, name := range r.accounts {
		for _, sa := range c.accounts[account{r.Namespace, name}] {
			if sa.RoleARN != "" {
				if roles == nil {
					roles = map[string]string{}
				}
				roles[name] = sa.RoleARN
			}
		}
	}
	return roles
}

// certainty is how sure it is that a variable has a value, the surest last.
type certainty int

const (
	absent  certainty = iota
	maybe             // what is used was not seen, and may set it
	assumed           // set, by something that was not seen
	certain
)

// override is what a container has in the way of its role.
type override struct {
	id, secret certainty
	file       bool // a credentials file is mounted where SDKs look for it
	how        []string
	keys       []string // access key ids
}

// overridden gives the results of the containers with keys.
func (c *context) overridden(r *root, roles map[string]string) []Result {
	found := map[string]*override{}
	kinds := map[string]string{}
	var last *snapshot.AWS
	r.each(func(spec *snapshot.PodSpec, meta *snapshot.Meta) {
		if roles[spec.AccountName()] == "" || spec.AWS == last {
			return
		}
		last = spec.AWS
		for i := range spec.AWS.Containers {
			one := &spec.AWS.Containers[i]
			if one.Type == snapshot.TypeEphemeral { // gets no role: nothing is overridden
				continue
			}
			o := c.overrideOf(r.Namespace, one, meta.Keys)
			kinds[one.Name] = one.Type
			if have := found[one.Name]; have == nil || o.rank() > have.rank() {
				found[one.Name] = &o
			}
		}
	})
	var results []Result
	for name, o := range found {
		if result, ok := c.override(r, o, kinds[name]); ok {
			result.Object.Container = name
			result.Evidence = append(result.Evidence, roleEvidence(r, roles)...)
			results = append(results, result)
		}
	}
	slices.SortFunc(results, func(a, b Result) int { return cmp.Compare(a.Object.Container, b.Object.Container) })
	return results
}

func roleEvidence(r *root, roles map[string]string) []Evidence {
	var list []Evidence
	for _, name := range r.accounts {
		if roles[name] != "" {
			sa := Object{Kind: snapshot.KindServiceAccount, Namespace: r.Namespace, Name: name}
			list = append(list, Evidence{Text: "the account " + name + " carries the IAM role " + roles[name], Objects: []Object{sa}})
		}
	}
	return list
}

func (o *override) rank() int {
	n := int(min(o.id, o.secret))*10 + int(o.id)
	if o.file {
		n++
	}
	return n
}

// overrideOf finds out what of a key a container has.
func (c *context) overrideOf(namespace string, one *snapshot.Container, keys []snapshot.Key) override {
	var o override
	for i, variable := range snapshot.CredentialVariables() {
		sure, how := c.variable(namespace, one, variable)
		if sure == absent {
			continue
		}
		half := &o.id
		if i >= 2 { // see CredentialVariables
			half = &o.secret
		}
		*half = max(*half, sure)
		o.how = append(o.how, variable+" "+how)
	}
	for _, k := range keys {
		if k.ID != "" && slices.ContainsFunc(k.At, func(p snapshot.Place) bool {
			return p.Container == one.Name && p.Field == snapshot.FieldEnv && slices.Contains(one.Set, p.Name)
		}) {
			o.keys = append(o.keys, k.ID)
		}
	}
	for i := range one.Uses {
		c.fromUse(namespace, &one.Uses[i], &o)
	}
	slices.Sort(o.keys)
	o.keys = slices.Compact(o.keys)
	return o
}

// fromUse adds the ids of the keys that come by a use, and whether it mounts a
// credentials file.
func (c *context) fromUse(namespace string, u *snapshot.Use, o *override) {
	file := u.How == snapshot.UseVolume && (strings.HasSuffix(u.As, "/.aws") || strings.HasSuffix(u.As, "/.aws/credentials"))
	for _, h := range c.held().holders[snapshot.Ref{Kind: u.Kind, Namespace: namespace, Name: u.Name}] {
		for _, k := range h.Keys {
			taken := slices.ContainsFunc(k.At, func(p snapshot.Place) bool {
				if u.How == snapshot.UseEnvFrom {
					return slices.Contains(snapshot.CredentialVariables(), u.As+p.Name)
				}
				return u.How == snapshot.UseEnv && p.Name == u.Entry && slices.Contains(snapshot.CredentialVariables(), u.As)
			})
			if k.ID != "" && (taken || file) {
				o.keys = append(o.keys, k.ID)
			}
			if file && k.ID != "" && k.Secret {
				o.file = true
				o.how = append(o.how, u.As+" from "+u.Kind+" "+u.Name)
			}
		}
	}
}

// variable tells whether a variable has a value in a container, and whence. A
// variable of env goes before envFrom, of which the last counts.
func (c *context) variable(namespace string, one *snapshot.Container, variable string) (certainty, string) {
	if slices.Contains(one.Set, variable) {
		return certain, "by its value"
	}
	if slices.Contains(one.Empty, variable) {
		return absent, ""
	}
	for i := range one.Uses {
		if u := &one.Uses[i]; u.How == snapshot.UseEnv && u.As == variable {
			return c.entry(namespace, u, u.Entry), "from " + u.Kind + " " + u.Name
		}
	}
	best, how := absent, ""
	for i := len(one.Uses) - 1; i >= 0; i-- {
		u := &one.Uses[i]
		entry, ok := strings.CutPrefix(variable, u.As)
		if u.How != snapshot.UseEnvFrom || !ok {
			continue
		}
		known, there := c.has(namespace, u, entry)
		switch {
		case there && best == absent:
			return c.entry(namespace, u, entry), "from " + u.Kind + " " + u.Name
		case !known && best == absent:
			best, how = maybe, "perhaps from "+u.Kind+" "+u.Name
		}
	}
	return best, how
}

// has tells whether what is used is known, and whether the entry is in it.
func (c *context) has(namespace string, u *snapshot.Use, entry string) (known, there bool) {
	ref := snapshot.Ref{Kind: u.Kind, Namespace: namespace, Name: u.Name}
	holders := c.held().holders[ref]
	for _, h := range holders {
		if _, ok := h.Entry(entry); ok {
			return true, true
		}
	}
	return len(holders) > 0 || c.seen(u.Kind, namespace), false
}

// entry tells how sure it is that an entry has a value. A container that asks
// for one that is not there does not start.
func (c *context) entry(namespace string, u *snapshot.Use, entry string) certainty {
	ref := snapshot.Ref{Kind: u.Kind, Namespace: namespace, Name: u.Name}
	holders := c.held().holders[ref]
	for _, h := range holders {
		switch e, ok := h.Entry(entry); {
		case !ok:
		case e.Hidden:
			return assumed
		case !e.Empty:
			return certain
		}
	}
	switch {
	case len(holders) > 0 || c.seen(u.Kind, namespace):
		return absent
	case u.Optional:
		return maybe
	}
	return assumed
}

// override is the result of a container; false where nothing is in the way.
func (c *context) override(r *root, o *override, kind string) (Result, bool) {
	result := c.onRoot(r)
	result.Severity, result.KeyIDs = "", orEmpty(o.keys)
	result.Fingerprint = strings.Join(o.keys, "\n")
	name := "the environment"
	switch both := min(o.id, o.secret); {
	case both == certain:
		result.Message = "An access key in its environment overrides the IAM role of its account."
	case both == assumed:
		result.Severity = Medium
		result.Message = "An access key in its environment, whose value was not read, overrides the IAM role of its account."
	case both == maybe, o.id == maybe:
		result.Status, result.Absent = Unknown, true
		result.Message = "Whether an access key overrides the IAM role of its account could not be told: what its environment comes from was not read."
	case o.id > maybe:
		result.Severity = Low
		result.Message = "An access key id without a secret is in its environment: botocore and the AWS CLI stop there, other SDKs go on to the IAM role."
	case o.file:
		name = "the mount"
		result.Severity = Medium
		result.Message = "A credentials file with an access key is mounted where SDKs look for it: the AWS SDK for JavaScript v3 takes it before the IAM role of its account."
	default:
		return result, false
	}
	slices.Sort(o.how)
	for _, how := range slices.Compact(o.how) {
		result.Evidence = append(result.Evidence, Evidence{Text: how})
	}
	var f fix
	f.byController(r.manager, r.Object)
	if result.Status == Unknown {
		f.say("%s", c.howToSee())
	} else {
		f.say("Take it out of %s of the container%s, so that the role is used; restart, and see in CloudTrail that the role is. Only then make the key inactive.", name, inFile(r.meta))
	}
	result.Fix = f.String()
	if kind != "" {
		result.Evidence = append(result.Evidence, Evidence{Text: "it is an " + kind + " container"})
	}
	return result, true
}

func (c *context) howToSee() string {
	if c.files() {
		return "Audit it together with the Secrets and ConfigMaps that it uses."
	}
	return "Audit with --read-secrets."
}
