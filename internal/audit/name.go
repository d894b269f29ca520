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
// kind, else with a hash. One that an account has is offered only if it is
// free.
type namer struct {
	c     *context
	taken map[account]bool
	named map[account]bool // by bindings and tokens; nil until they are asked for
}

func newNamer(c *context) *namer { return &namer{c: c, taken: map[account]bool{}} }

// MaxName bounds the name of a ServiceAccount.
// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
const MaxName = 253

// offer gives a name and takes it.
func (n *namer) offer(r *root) string {
	kind := strings.ToLower(r.Kind)
	sum := sha256.Sum256([]byte(r.group + "/" + r.Kind + "/" + r.Name))
	hash := hex.EncodeToString(sum[:4])
	for _, suffix := range []string{"", "-" + kind, "-" + kind + "-" + hash} {
		name := CutName(strings.Trim(r.Name, "-.")+suffix, MaxName) // a generated pod's name ends in a dash
		if key := (account{r.Namespace, name}); name != snapshot.Default && !n.taken[key] && n.free(key) {
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
// that holds nothing.
func (n *namer) free(key account) bool {
	c := n.c
	if len(c.usedBy[key]) > 0 {
		return false
	}
	there := c.accounts[key]
	if len(there) == 0 {
		return !n.isNamed(key) // a name that is bound already would bring rights
	}
	sa := there[0]
	return len(there) == 1 && sa.RoleARN == "" && sa.Automount == snapshot.Unset && len(sa.ImagePullSecrets)+len(sa.Secrets)+len(sa.Keys) == 0 &&
		!sa.Deleting && (sa.Manager == nil || !sa.Live) && !n.isNamed(key)
}

// isNamed tells whether a binding, a token or a reference names an account.
func (n *namer) isNamed(key account) bool {
	if n.named == nil {
		n.named = map[account]bool{}
		for i := range n.c.snap.Bindings {
			n.bound(&n.c.snap.Bindings[i])
		}
		for _, t := range n.c.snap.TokenSecrets {
			n.named[account{t.Namespace, t.Account}] = true
		}
	}
	return n.named[key] || slices.ContainsFunc(n.c.snap.References, func(r snapshot.Reference) bool {
		return r.Of.Namespace == key.namespace && r.Of.Name == key.name
	})
}

func (n *namer) bound(b *snapshot.Binding) {
	for _, s := range b.Subjects {
		if namespace, name, ok := rbac.Names(b, s); ok {
			n.named[account{namespace, name}] = true
		}
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
