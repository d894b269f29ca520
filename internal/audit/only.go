package audit

import (
	"slices"

	"podpass/internal/rbac"
	"podpass/internal/snapshot"
)

// OnlyFiles limits what a Report shows to some of the files that were read.
type OnlyFiles struct {
	Files []string // as the Report names them
	// Has tells whether a file, as a Source names it, is one of them. Only the
	// caller knows the working directory.
	Has func(file string) bool
}

// limit drops the results that nothing in the files bears on, and counts anew
// what follows from the results that are left. The verdicts stay those of all.
func (c *context) limit(r *Report, o *OnlyFiles) {
	if o == nil {
		return
	}
	r.Only = &Only{Files: orEmpty(o.Files)}
	l := newLocator(c, o)
	left := make([]Result, 0, len(r.Results))
	for i := range r.Results {
		if l.concerns(&r.Results[i]) {
			left = append(left, r.Results[i])
			continue
		}
		switch r.Results[i].Status {
		case Fail, Unknown:
			r.Only.Hidden++
		}
	}
	r.Results, r.Summary = left, summarize(left)
	if r.Baseline != nil {
		r.Baseline.New, r.Baseline.Unchanged = 0, 0
		for i := range left {
			switch left[i].Baseline {
			case New:
				r.Baseline.New++
			case Unchanged:
				r.Baseline.Unchanged++
			}
		}
	}
}

// locator finds the files that bear on a result.
type locator struct {
	only *OnlyFiles
	// named holds each object that has a place in the files; true where one of
	// its places is in those that count. A file may define an object again.
	named map[Object]bool
	roots map[Object]*root
	parts map[Object][]Object // the ClusterRoles that an aggregated one may take rules of
}

func newLocator(c *context, only *OnlyFiles) *locator {
	l := &locator{only: only, named: map[Object]bool{}, roots: map[Object]*root{}, parts: map[Object][]Object{}}
	l.nameAll(c.snap)
	for _, r := range c.roots {
		l.roots[r.Object] = r
	}
	for i := range c.snap.Roles {
		if role := &c.snap.Roles[i]; role.Aggregate != nil {
			l.aggregate(role, c.snap.Roles)
		}
	}
	return l
}

func (l *locator) nameAll(s *snapshot.Snapshot) {
	for i := range s.Namespaces {
		l.name(snapshot.KindNamespace, &s.Namespaces[i].Meta)
	}
	for i := range s.ServiceAccounts {
		l.name(snapshot.KindServiceAccount, &s.ServiceAccounts[i].Meta)
	}
	for i := range s.Roles {
		l.name(roleKind(&s.Roles[i]), &s.Roles[i].Meta)
	}
	for i := range s.Bindings {
		l.name(bindingKind(&s.Bindings[i]), &s.Bindings[i].Meta)
	}
	for i := range s.Workloads {
		l.name(s.Workloads[i].Kind, &s.Workloads[i].Meta)
	}
	for i := range s.Pods {
		l.name(snapshot.KindPod, &s.Pods[i].Meta)
	}
	for i := range s.TokenSecrets {
		l.name(snapshot.KindSecret, &s.TokenSecrets[i].Meta)
	}
	for i := range s.Holders {
		l.name(s.Holders[i].Kind, &s.Holders[i].Meta)
	}
}

func (l *locator) name(kind string, m *snapshot.Meta) {
	if m.Source != nil {
		o := objectOf(kind, m)
		l.named[o] = l.named[o] || l.only.Has(m.Source.File)
	}
}

func roleKind(r *snapshot.Role) string {
	if r.Namespace == "" {
		return snapshot.KindClusterRole
	}
	return snapshot.KindRole
}

// aggregate notes the roles that a role selects.
func (l *locator) aggregate(role *snapshot.Role, all []snapshot.Role) {
	o := objectOf(snapshot.KindClusterRole, &role.Meta)
	for i := range all {
		other := &all[i]
		if other != role && other.Namespace == "" && slices.ContainsFunc(role.Aggregate, func(s snapshot.Selector) bool { return rbac.Selects(s, other.Labels) }) {
			l.parts[o] = append(l.parts[o], objectOf(snapshot.KindClusterRole, &other.Meta))
		}
	}
}

// concerns tells whether a result stays: the files hold its place, or define
// anything that it is about. What has no place in any file always stays.
func (l *locator) concerns(r *Result) bool {
	if r.Source != nil && l.only.Has(r.Source.File) {
		return true
	}
	placed := r.Source != nil
	for _, o := range l.about(r) {
		chosen, known := l.named[o]
		if chosen {
			return true
		}
		placed = placed || known
	}
	return !placed
}

// about lists the objects that bear on a result: its own, those of its
// evidence, the pods of a workload and what they use as far as the rule looks
// at it, and what aggregated roles are put together of.
func (l *locator) about(r *Result) []Object {
	list := []Object{plain(r.Object)}
	for _, e := range r.Evidence {
		for _, o := range e.Objects {
			list = append(list, plain(o))
		}
	}
	if root := l.roots[list[0]]; root != nil {
		list = append(list, podObjects(root.pods, len(root.pods))...)
		list = append(list, root.uses(r.Rule)...)
	}
	for i := 0; i < len(list); i++ { // grows: parts may have parts
		for _, part := range l.parts[list[i]] {
			if !slices.Contains(list, part) {
				list = append(list, part)
			}
		}
	}
	return list
}

// uses lists what a workload uses of the kinds that a rule looks at: accounts,
// Secrets and ConfigMaps.
func (r *root) uses(rule string) []Object {
	found, _ := Find(rule)
	var list []Object
	use := func(kind, name string) {
		if slices.Contains(found.Needs, kind) {
			list = append(list, Object{Kind: kind, Namespace: r.Namespace, Name: name})
		}
	}
	for _, name := range r.accounts {
		use(snapshot.KindServiceAccount, name)
	}
	r.each(func(spec *snapshot.PodSpec, _ *snapshot.Meta) {
		for i := range spec.AWS.Containers {
			for _, u := range spec.AWS.Containers[i].Uses {
				use(u.Kind, u.Name)
			}
		}
	})
	return list
}

// plain is an object without its container.
func plain(o Object) Object {
	o.Container = ""
	return o
}
