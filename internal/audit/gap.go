package audit

import (
	"slices"
	"strings"

	"podpass/internal/snapshot"
)

const sourceSecrets = "Secrets"

func rbacKinds() []string {
	return []string{snapshot.KindRole, snapshot.KindClusterRole, snapshot.KindRoleBinding, snapshot.KindClusterRoleBinding}
}

// workloadKinds are those without which a workload or its root may be missing.
func workloadKinds() []string {
	return []string{
		snapshot.KindNamespace, snapshot.KindPod, snapshot.KindDeployment, snapshot.KindReplicaSet, snapshot.KindStatefulSet,
		snapshot.KindDaemonSet, snapshot.KindJob, snapshot.KindCronJob, snapshot.KindRC,
	}
}

// gapResults gives an unknown result for what a rule could not see at all, so
// that no reader of the results takes silence for a pass. Rules of the letter
// have a result for every namespace and tell gaps there; they only lack the
// namespaces that were not seen.
func (c *context) gapResults(rule *Rule, add emit) {
	done := map[Object]bool{}
	for i := range c.snap.Gaps {
		g := &c.snap.Gaps[i]
		if !c.open(rule, g) || rule.Letter && !hidesNamespaces(g) {
			continue
		}
		object := c.gapObject(rule, g)
		if done[object] {
			continue
		}
		done[object] = true
		add(Result{
			Status:   Unknown,
			Object:   object,
			Source:   gapSource(g),
			Message:  "Could not be evaluated: " + g.What + " could not be read whole.",
			Evidence: []Evidence{{Text: g.Scope + ": " + g.Reason}},
			Fix:      g.Grant,
		}, object)
	}
}

// open tells whether a gap leaves a rule open, for the namespaces at hand.
func (c *context) open(rule *Rule, g *snapshot.Gap) bool {
	if len(g.Kinds) > 0 && !slices.ContainsFunc(rule.Needs, func(k string) bool { return slices.Contains(g.Kinds, k) }) {
		return false
	}
	if g.Namespace == "" || c.keep(g.Namespace) {
		return true
	}
	return slices.ContainsFunc(rbacKinds(), func(k string) bool {
		return slices.Contains(rule.Needs, k) && slices.Contains(g.Kinds, k)
	})
}

func hidesNamespaces(g *snapshot.Gap) bool {
	return g.Namespace == "" && (len(g.Kinds) == 0 || slices.Contains(g.Kinds, snapshot.KindNamespace))
}

// Kinds of what is unknown as a whole.
const (
	onCluster = "Cluster"
	onFile    = "File"
)

// gapObject names what is unknown as closely as the gap tells.
func (c *context) gapObject(rule *Rule, g *snapshot.Gap) Object {
	if o := g.Object; o != nil && o.Name != "" && (rule.judges(o.Kind)) {
		return Object{Kind: o.Kind, Namespace: o.Namespace, Name: o.Name}
	}
	if g.Namespace != "" && c.keep(g.Namespace) {
		return Object{Kind: snapshot.KindNamespace, Name: g.Namespace}
	}
	if s := gapSource(g); s != nil {
		return Object{Kind: onFile, Name: s.File}
	}
	return Object{Kind: onCluster, Name: c.snap.Cluster.Name}
}

// gapSource reads the place of a gap in a file from its scope, "path:line".
func gapSource(g *snapshot.Gap) *Source {
	if g.What != "file" {
		return nil
	}
	file, line := g.Scope, 1
	if i := strings.LastIndexByte(g.Scope, ':'); i >= 0 {
		if n, ok := number(g.Scope[i+1:]); ok {
			file, line = g.Scope[:i], n
		}
	}
	return &Source{file, line}
}

func number(s string) (n int, ok bool) {
	if s == "" || len(s) > 9 {
		return 0, false
	}
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

// coverage says what was looked at, and what was not and why.
func (c *context) coverage(run []Rule, left []string, o Options) Coverage {
	cov := Coverage{
		Complete:    true,
		Scope:       c.scope(o),
		Paths:       c.snap.Paths,
		Evaluated:   Evaluated{Namespaces: len(c.namespaces), Workloads: len(c.roots)},
		Ignored:     []KindCount{},
		Gaps:        []Gap{},
		NotAssessed: notAssessed(run, left, c.snap.SecretsRead),
	}
	for _, r := range c.roots {
		cov.Evaluated.Pods += len(r.pods)
	}
	for key := range c.accounts {
		if c.selected[key.namespace] {
			cov.Evaluated.Accounts++
		}
	}
	for _, k := range c.snap.Ignored {
		cov.Ignored = append(cov.Ignored, KindCount(k))
	}
	for i := range c.snap.Gaps {
		g := &c.snap.Gaps[i]
		if g.OnlyReferences() { // no rule reads them
			continue
		}
		gap := Gap{g.What, g.Scope, g.Reason, g.Grant, []string{}}
		for j := range run {
			if c.open(&run[j], g) {
				gap.Rules = append(gap.Rules, run[j].ID)
			}
		}
		if len(gap.Rules) > 0 || g.Namespace == "" || c.keep(g.Namespace) {
			cov.Gaps = append(cov.Gaps, gap)
			cov.Complete = false
		}
	}
	return cov
}

// Values of Coverage.Scope.
const (
	scopeCluster    = "cluster"
	scopeNamespaces = "namespaces"
	scopeFiles      = "files"
	scopeSnapshot   = "snapshot"
)

func scopes() []string { return []string{scopeCluster, scopeNamespaces, scopeFiles, scopeSnapshot} }

func (c *context) scope(o Options) string {
	switch {
	case o.FromFile:
		return scopeSnapshot
	case c.files():
		return scopeFiles
	case len(c.snap.Selected) > 0:
		return scopeNamespaces
	}
	return scopeCluster
}

// notAssessed lists the rules that did not run, by what they would have
// needed.
func notAssessed(run []Rule, left []string, secrets bool) []NotAssessed {
	list := []NotAssessed{}
	if len(left) > 0 {
		list = append(list, NotAssessed{"rules", left, "run without --rules"})
	}
	for _, rule := range run {
		if rule.Source == sourceSecrets && !secrets {
			list = append(list, NotAssessed{rule.Source, []string{rule.ID}, rule.How})
		}
	}
	return list
}
