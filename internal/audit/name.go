package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"podpass/internal/rbac"
	"podpass/internal/snapshot"
)

// namer finds names for accounts of workloads: their own, else that with their
// kind, else with a hash. One that an account has is offered only if that is
// free: nothing uses it, and it has nothing but what it would be given.
type namer struct {
	c      *context
	taken  map[account]bool
	named  map[account][]*snapshot.Binding // nil until they are asked for
	tokens map[account]bool
}

func newNamer(c *context) *namer { return &namer{c: c, taken: map[account]bool{}} }

// MaxName bounds the name of a ServiceAccount.
// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
const MaxName = 253

// offer gives a name for the account of a workload, and takes it.
func (n *namer) offer(r *root) string {
	kind := strings.ToLower(r.Kind)
	sum := sha256.Sum256([]byte(r.group + "/" + r.Kind + "/" + r.Name))
	hash := hex.EncodeToString(sum[:4])
	for _, suffix := range []string{"", "-" + kind, "-" + kind + "-" + hash} {
		name := CutName(strings.Trim(r.Name, "-.")+suffix, MaxName) // a generated pod's name ends in a dash
		if key := (account{r.Namespace, name}); name != snapshot.Default && !n.taken[key] && n.free(r, key) {
			n.taken[key] = true
			return name
		}
	}
	return CutName(r.Name+"-"+kind+"-"+hex.EncodeToString(sum[:16]), MaxName)
}

// offerAll makes offers to all workloads on default, so that one depends on no
// order of asking.
func (n *namer) offerAll() map[*root]string {
	offered := map[*root]string{}
	for _, r := range n.c.roots {
		if slices.Contains(r.accounts, snapshot.Default) && !r.moved() {
			offered[r] = n.offer(r)
		}
	}
	return offered
}

// offer gives the name that a workload is offered.
func (c *context) offer(r *root) string {
	if c.offered == nil {
		c.offered = c.names.offerAll()
	}
	if c.offered[r] == "" {
		c.offered[r] = c.names.offer(r)
	}
	return c.offered[r]
}

// free tells whether nothing has the name, or an account that nothing uses and
// that has nothing but what those have which the workload runs as: such as the
// one that was made for the workload before it is moved.
func (n *namer) free(r *root, key account) bool {
	c := n.c
	if slices.ContainsFunc(c.usedBy[key], func(user *root) bool { return user != r }) || !n.onlyCopies(r, key) {
		return false
	}
	var pull, secrets []string
	automount := []snapshot.Tri{snapshot.Unset}
	for _, name := range r.accounts {
		for _, old := range c.accounts[account{r.Namespace, name}] {
			pull, secrets, automount = append(pull, old.ImagePullSecrets...), append(secrets, old.Secrets...), append(automount, old.Automount)
		}
	}
	for _, sa := range c.accounts[key] {
		if sa.RoleARN != "" || len(sa.Keys) > 0 || sa.Deleting || sa.Live && sa.Manager != nil ||
			!slices.Contains(automount, sa.Automount) || !allIn(sa.ImagePullSecrets, pull) || !allIn(sa.Secrets, secrets) {
			return false
		}
	}
	return true
}

func allIn(some, all []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(all, s) })
}

// onlyCopies tells whether whatever names an account, or would if it were there,
// does so beside one that the workload runs as: bindings of the same role, and
// references in the same object.
func (n *namer) onlyCopies(r *root, key account) bool {
	n.index()
	if n.tokens[key] {
		return false
	}
	for _, b := range n.named[key] {
		if !slices.ContainsFunc(r.accounts, func(from string) bool {
			return slices.ContainsFunc(n.named[account{r.Namespace, from}], func(o *snapshot.Binding) bool { return isCopy(b, o) })
		}) {
			return false
		}
	}
	for _, ref := range n.c.snap.References {
		if ref.Of == (snapshot.Names{Namespace: key.namespace, Name: key.name}) && !n.beside(&ref, r) {
			return false
		}
	}
	return true
}

func isCopy(b, of *snapshot.Binding) bool {
	return b.Namespace == of.Namespace && b.Role == of.Role && strings.HasPrefix(b.Name, of.Name[:min(len(of.Name), MaxName-9)]) && len(b.Subjects) == 1
}

// beside tells whether an object that names an account names one that the
// workload runs as too.
func (n *namer) beside(ref *snapshot.Reference, r *root) bool {
	return slices.ContainsFunc(n.c.snap.References, func(o snapshot.Reference) bool {
		return o.Kind == ref.Kind && o.Group == ref.Group && o.Namespace == ref.Namespace && o.Name == ref.Name &&
			slices.ContainsFunc(r.accounts, func(from string) bool { return o.Means(r.Namespace, from) })
	})
}

func (n *namer) index() {
	if n.named != nil {
		return
	}
	n.named, n.tokens = map[account][]*snapshot.Binding{}, map[account]bool{}
	for i := range n.c.snap.Bindings {
		b := &n.c.snap.Bindings[i]
		for _, s := range b.Subjects {
			if namespace, name, ok := rbac.Names(b, s); ok {
				n.named[account{namespace, name}] = append(n.named[account{namespace, name}], b)
			}
		}
	}
	for _, t := range n.c.snap.TokenSecrets {
		n.tokens[account{t.Namespace, t.Account}] = true
	}
}

// CutName shortens a name to at most so many bytes, ending in a hash of the
// whole, so that different names stay different; one that fits stays.
func CutName(name string, most int) string {
	if len(name) <= most {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return strings.TrimRight(name[:most-9], "-.") + "-" + hex.EncodeToString(sum[:4])
}
