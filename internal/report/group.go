package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"podpass/internal/audit"
)

// group is one finding on one or many objects: the results that say the same
// of each. Its first result speaks for all.
type group struct {
	results  []*audit.Result
	evidence []string // as the text to show
}

func (g *group) first() *audit.Result { return g.results[0] }

// anyNamespace stands for the namespace of the object, in evidence that is
// the same for each object but for it.
const anyNamespace = "<namespace>"

// grouped joins results that differ in nothing but their object, its source
// and its namespace where evidence names it, also not in who accepts them;
// most severe first, then by rule, then those with most objects.
func grouped(results []*audit.Result) []*group {
	byKey := map[string]*group{}
	var groups []*group
	for _, r := range apart(results) {
		evidence := make([]string, len(r.Evidence))
		for i := range r.Evidence {
			evidence[i] = withoutNamespace(r.Evidence[i].Text, r.Object.Namespace)
		}
		key := groupKey(r, evidence)
		g := byKey[key]
		if g == nil {
			g = &group{evidence: evidence}
			byKey[key] = g
			groups = append(groups, g)
		}
		g.results = append(g.results, r)
	}
	for _, g := range groups {
		g.nameNamespace()
	}
	slices.SortStableFunc(groups, func(a, b *group) int {
		return cmp.Or(
			cmp.Compare(a.first().Severity.Rank(), b.first().Severity.Rank()),
			cmp.Compare(a.first().Rule, b.first().Rule),
			cmp.Compare(len(b.results), len(a.results)),
		)
	})
	return groups
}

// groupKey is equal for results that may be shown as one.
func groupKey(r *audit.Result, evidence []string) string {
	parts := []string{r.Rule, string(r.Status), string(r.Severity), r.ManagedBy, r.Message, r.Baseline, strings.Join(r.KeyIDs, " ")}
	if w := r.Waiver; w != nil {
		parts = append(parts, w.Owner, w.Reason, w.Expires, string(w.Verdict), w.Evidence)
	}
	return strings.Join(append(parts, evidence...), "\x00")
}

// nameNamespace shows evidence as it is where all objects lie in one
// namespace.
func (g *group) nameNamespace() {
	for _, r := range g.results {
		if r.Object.Namespace != g.first().Object.Namespace {
			return
		}
	}
	for i := range g.evidence {
		g.evidence[i] = g.first().Evidence[i].Text
	}
}

// withoutNamespace replaces a namespace where it stands before a name
// ("RoleBinding team/app") or ends a group or user of RBAC
// ("system:serviceaccounts:team"), not where the word means something else.
func withoutNamespace(text, namespace string) string {
	if namespace == "" || !strings.Contains(text, namespace) {
		return text
	}
	var b strings.Builder
	rest := text
	for {
		i := strings.Index(rest, namespace)
		if i < 0 {
			b.WriteString(rest)
			return b.String()
		}
		before, after := text[:len(text)-len(rest)+i], rest[i+len(namespace):]
		b.WriteString(rest[:i])
		if namesNamespace(before, after) {
			b.WriteString(anyNamespace)
		} else {
			b.WriteString(namespace)
		}
		rest = after
	}
}

func namesNamespace(before, after string) bool {
	if strings.HasPrefix(after, "/") {
		return before == "" || strings.ContainsRune(" (,", rune(before[len(before)-1]))
	}
	of := strings.HasSuffix(before, "system:serviceaccounts:") || strings.HasSuffix(before, "system:serviceaccount:")
	return of && (after == "" || strings.ContainsRune(" ,:;)", rune(after[0])))
}

// item is one object in the list of a group.
type item struct{ name, place string }

// subject says in a few words what a group is about, and lists its objects
// where the words do not name them.
func (g *group) subject() (title string, items []item) {
	first := g.first().Object
	if len(g.results) == 1 {
		return named(first), nil
	}
	kind, name, namespace, distinct := true, true, true, map[string]bool{}
	for _, r := range g.results {
		o := r.Object
		kind = kind && o.Kind == first.Kind
		name = name && o.Name == first.Name && o.Container == first.Container
		namespace = namespace && o.Namespace == first.Namespace
		distinct[o.Namespace] = true
	}
	switch n := len(g.results); {
	case kind && name && len(distinct) == n:
		title = fmt.Sprintf("%s in %d namespaces", named(audit.Object{Kind: first.Kind, Name: first.Name, Container: first.Container}), n)
		return title, g.items(func(o audit.Object) string { return cmp.Or(o.Namespace, "(none)") })
	case kind && namespace:
		title = fmt.Sprintf("%d %ss%s", n, first.Kind, inNamespace(first.Namespace))
		return title, g.items(func(o audit.Object) string { return named(audit.Object{Name: o.Name, Container: o.Container}) })
	case kind:
		title = fmt.Sprintf("%d %ss in %d namespaces", n, first.Kind, len(distinct))
		return title, g.items(func(o audit.Object) string { o.Kind = ""; return named(o) })
	case namespace:
		title = fmt.Sprintf("%d objects%s", n, inNamespace(first.Namespace))
		return title, g.items(func(o audit.Object) string { o.Namespace = ""; return named(o) })
	default:
		return fmt.Sprintf("%d objects in %d namespaces", n, len(distinct)), g.items(named)
	}
}

func (g *group) items(name func(audit.Object) string) []item {
	list := make([]item, len(g.results))
	for i, r := range g.results {
		list[i] = item{name(r.Object), place(r.Source)}
	}
	return list
}

func inNamespace(namespace string) string {
	if namespace == "" {
		return ""
	}
	return " in " + namespace
}

// named writes an object as "Kind namespace/name (container c)"; what is
// empty is left out.
func named(o audit.Object) string {
	s := o.Name
	if o.Namespace != "" {
		s = o.Namespace + "/" + s
	}
	if o.Kind != "" {
		s = strings.TrimSuffix(o.Kind+" "+s, " ")
	}
	if o.Container != "" {
		s += " (container " + o.Container + ")"
	}
	return s
}

func place(s *audit.Source) string {
	switch {
	case s == nil:
		return ""
	case s.Line == 0:
		return s.File
	}
	return fmt.Sprintf("%s:%d", s.File, s.Line)
}
