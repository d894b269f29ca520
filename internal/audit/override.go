package audit

import (
	"slices"
	"strings"

	"podpass/internal/snapshot"
)

// certainty is how sure it is that a variable has a value, the surest last.
type certainty int

const (
	absent  certainty = iota
	maybe             // what is used was not seen, and may set it
	assumed           // set, by something that was not seen
	certain
)

// override is what a container has in the way of the role of its account.
type override struct {
	variables [4]certainty // as snapshot.CredentialVariables has them
	file      certainty    // a credentials file is mounted where SDKs look for it
	how       []string     // in words
	keys      []string     // access key ids, sorted
}

// What an override comes to, the worst first.
const (
	withKey = iota
	withUnread
	withOlder
	withFile
	withID
	withUnknown
	withUnknownFile
	nothing
)

// outcome is what is said of it. Without a severity it is unknown.
type outcome struct {
	name     string // for fingerprints
	severity Severity
	message  string
	what     string // to be taken out
}

// outcomes: which credentials SDKs take before those of the account's role.
// https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
var outcomes = [...]outcome{
	withKey:         {"key", High, "An access key in its environment overrides the IAM role of its account.", "the variables"},
	withUnread:      {"unread", Medium, "An access key in its environment, whose value was not read, overrides the IAM role of its account.", "the variables"},
	withOlder:       {"older names", Medium, "An access key in its environment overrides the IAM role of its account for SDKs that read the older names of its variables, as the AWS SDK for Go does.", "the variables"},
	withFile:        {"file", Medium, "A credentials file with an access key is mounted where SDKs look for it: the AWS SDK for JavaScript v3 takes it before the IAM role of its account.", "the mount"},
	withID:          {"id", Low, "An access key id without a secret is in its environment: botocore and the AWS CLI stop there, other SDKs go on to the IAM role of its account.", "the variable"},
	withUnknown:     {"unknown", "", "Whether an access key overrides the IAM role of its account could not be told: what its environment comes from was not read.", ""},
	withUnknownFile: {"unknown file", "", "Whether a credentials file overrides the IAM role of its account could not be told: what is mounted where SDKs look for one was not read.", ""},
}

// sort tells what an override comes to.
func (o *override) sort() int {
	id, oldID, secret, oldSecret := o.variables[0], o.variables[1], o.variables[2], o.variables[3]
	both, any := min(id, secret), min(max(id, oldID), max(secret, oldSecret))
	switch {
	case both == certain:
		return withKey
	case both == assumed:
		return withUnread
	case any >= assumed:
		return withOlder
	case o.file == certain:
		return withFile
	case any == maybe, id == maybe:
		return withUnknown
	case id >= assumed:
		return withID
	case o.file == maybe:
		return withUnknownFile
	}
	return nothing
}

// overrideOf finds out what of a key a container has. keys are those of its
// pod or template.
func (c *context) overrideOf(namespace string, one *snapshot.Container, keys []snapshot.Key) *override {
	o := &override{}
	for i, variable := range snapshot.CredentialVariables() {
		v := c.variable(namespace, one, variable)
		o.variables[i] = v.sure
		if v.sure == absent {
			continue
		}
		o.how = append(o.how, variable+" "+v.how)
		for _, k := range keys {
			if k.ID != "" && slices.ContainsFunc(k.At, func(p snapshot.Place) bool { return p.Container == one.Name && v.from(p, variable) }) {
				o.keys = append(o.keys, k.ID)
			}
		}
		for _, h := range v.holders {
			o.keys = append(o.keys, idsIn(h, v.entry)...)
		}
	}
	for i := range one.Uses {
		if u := &one.Uses[i]; one.LooksFor(u) {
			c.fileFrom(namespace, u, o)
		}
	}
	slices.Sort(o.keys)
	o.keys = slices.Compact(o.keys)
	return o
}

// pairsIn is idsIn for keys whose secret is there too: others make no
// credentials file.
func pairsIn(h *snapshot.Holder, entry string) []string {
	pairs := &snapshot.Holder{}
	for _, k := range h.Keys {
		if k.Secret {
			pairs.Keys = append(pairs.Keys, k)
		}
	}
	return idsIn(pairs, entry)
}

// idsIn lists the ids of the keys in an entry; an empty one stands for all.
func idsIn(h *snapshot.Holder, entry string) []string {
	var ids []string
	for _, k := range h.Keys {
		if k.ID != "" && slices.ContainsFunc(k.At, func(p snapshot.Place) bool { return entry == "" || p.Name == entry }) {
			ids = append(ids, k.ID)
		}
	}
	return ids
}

// fileFrom adds what is mounted where SDKs look for a credentials file.
func (c *context) fileFrom(namespace string, u *snapshot.Use, o *override) {
	holders := c.held().holders[snapshot.Ref{Kind: u.Kind, Namespace: namespace, Name: u.Name}]
	sure := absent
	if len(holders) == 0 && !c.seen(u.Kind, namespace) {
		sure = maybe
	}
	for _, h := range holders {
		if slices.ContainsFunc(h.Entries, func(e snapshot.Entry) bool { return e.Hidden && (u.Entry == "" || u.Entry == e.Name) }) {
			sure = max(sure, maybe)
		}
		if ids := pairsIn(h, u.Entry); len(ids) > 0 {
			sure = certain
			o.keys = append(o.keys, ids...)
		}
	}
	if sure > absent {
		o.file = max(o.file, sure)
		o.how = append(o.how, u.As+" is mounted from "+u.Kind+" "+u.Name)
	}
}

// value is what is known of a variable: how sure it is that it has a value, and
// whence.
type value struct {
	sure    certainty
	how     string
	script  bool
	holders []*snapshot.Holder // from which it comes
	entry   string
}

// from tells whether a key at a place of the container is that of the variable.
func (v *value) from(p snapshot.Place, variable string) bool {
	switch p.Field {
	case snapshot.FieldEnv:
		return p.Name == variable && len(v.holders) == 0 && !v.script
	case snapshot.FieldCommand, snapshot.FieldArgs:
		return v.script
	}
	return false
}

// variable finds out about a variable of a container. A script in the command
// goes before env, and that before envFrom. An optional reference to what is not
// there leaves what would be without it.
func (c *context) variable(namespace string, one *snapshot.Container, variable string) value {
	if slices.Contains(one.Script, variable) {
		return value{sure: certain, how: "by a script in its command", script: true}
	}
	var doubt value // of references that may set it, the last first
	for i := len(one.Uses) - 1; i >= 0; i-- {
		u := &one.Uses[i]
		if u.How != snapshot.UseEnv || u.As != variable {
			continue
		}
		v, settled := c.entry(namespace, u, u.Entry)
		switch {
		case settled && doubt.sure == maybe:
			return doubted(v, doubt)
		case settled:
			return v
		case doubt.sure == absent:
			doubt = v
		}
	}
	v := c.without(namespace, one, variable)
	if doubt.sure == maybe {
		return doubted(v, doubt)
	}
	return v
}

// without is variable without references of env.
func (c *context) without(namespace string, one *snapshot.Container, variable string) value {
	switch {
	case slices.Contains(one.Set, variable):
		return value{sure: certain, how: "by its value"}
	case slices.Contains(one.Hidden, variable):
		return value{sure: assumed, how: "by a value that is filled in elsewhere"}
	case slices.Contains(one.Empty, variable):
		return value{}
	}
	return c.fromAll(namespace, one, variable)
}

// fromAll finds out about a variable that envFrom may bring: the last that has
// it counts.
func (c *context) fromAll(namespace string, one *snapshot.Container, variable string) value {
	doubt := value{}
	for i := len(one.Uses) - 1; i >= 0; i-- {
		u := &one.Uses[i]
		entry, ok := strings.CutPrefix(variable, u.As)
		if u.How != snapshot.UseEnvFrom || !ok {
			continue
		}
		known, there := c.has(namespace, u, entry)
		switch {
		case there:
			v, _ := c.entry(namespace, u, entry)
			if doubt.sure == maybe {
				return doubted(v, doubt)
			}
			return v
		case !known && doubt.sure == absent:
			doubt = value{sure: maybe, how: "perhaps from " + u.Kind + " " + u.Name}
		}
	}
	return doubt
}

// doubted is a value that something else, which was not seen, may replace by
// another or by nothing.
func doubted(v, by value) value {
	if v.sure == absent {
		return by
	}
	v.sure = min(v.sure, assumed)
	v.how += ", unless it is set anew " + strings.TrimPrefix(by.how, "perhaps ")
	return v
}

// has tells whether what is used is known, and whether the entry is in it.
func (c *context) has(namespace string, u *snapshot.Use, entry string) (known, there bool) {
	holders := c.held().holders[snapshot.Ref{Kind: u.Kind, Namespace: namespace, Name: u.Name}]
	there = slices.ContainsFunc(holders, func(h *snapshot.Holder) bool { _, ok := h.Entry(entry); return ok })
	return len(holders) > 0 || c.seen(u.Kind, namespace), there
}

// entry finds out about a variable that is taken from an entry, and whether
// that settles it: an optional one that is not there does not. Of files that
// define what is used twice, the one that is surest to set it counts. A
// container that asks for what is not there, and not optionally, does not start.
func (c *context) entry(namespace string, u *snapshot.Use, entry string) (v value, settled bool) {
	holders := c.held().holders[snapshot.Ref{Kind: u.Kind, Namespace: namespace, Name: u.Name}]
	v = value{how: "from " + u.Kind + " " + u.Name, holders: holders, entry: entry}
	there := false
	for _, h := range holders {
		e, ok := h.Entry(entry)
		there = there || ok
		switch {
		case !ok || e.Empty:
		case e.Hidden:
			v.sure = max(v.sure, assumed)
		default:
			v.sure = certain
		}
	}
	switch {
	case len(holders) > 0 || c.seen(u.Kind, namespace):
		return v, there || !u.Optional
	case u.Optional:
		v.sure = maybe
		return v, false
	}
	v.sure = assumed
	return v, true
}
