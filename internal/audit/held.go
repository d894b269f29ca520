package audit

import (
	"maps"
	"slices"
	"strings"

	"podpass/internal/snapshot"
)

// credentials is the index of the rules on keys: made when the first of them
// runs.
type credentials struct {
	holders map[snapshot.Ref][]*snapshot.Holder // several only where files define one twice
	uses    map[snapshot.Ref][]usage
	says    []*root              // those whose templates or pods say something of AWS
	roles   map[account][]string // IAM roles, of accounts that carry one
}

// usage is a use of a Secret or ConfigMap.
type usage struct {
	by        Object         // the workload at the root of ownership
	meta      *snapshot.Meta // of the object that says so
	container *snapshot.Container
	use       *snapshot.Use
}

// held gives the index.
func (c *context) held() *credentials {
	if c.made != nil {
		return c.made
	}
	m := &credentials{holders: map[snapshot.Ref][]*snapshot.Holder{}, uses: map[snapshot.Ref][]usage{}, roles: map[account][]string{}}
	for i := range c.snap.ServiceAccounts {
		if sa := &c.snap.ServiceAccounts[i]; sa.RoleARN != "" {
			key := account{sa.Namespace, sa.Name}
			if !slices.Contains(m.roles[key], sa.RoleARN) {
				m.roles[key] = append(m.roles[key], sa.RoleARN)
			}
		}
	}
	for i := range c.snap.Holders {
		h := &c.snap.Holders[i]
		m.holders[h.Ref()] = append(m.holders[h.Ref()], h)
	}
	for _, r := range c.roots {
		if !r.speaks() {
			continue
		}
		m.says = append(m.says, r)
		var last *snapshot.AWS
		r.each(func(spec *snapshot.PodSpec, meta *snapshot.Meta) {
			if spec.AWS == last { // as the pod before
				return
			}
			last = spec.AWS
			for i := range spec.AWS.Containers {
				one := &spec.AWS.Containers[i]
				for j := range one.Uses {
					u := &one.Uses[j]
					ref := snapshot.Ref{Kind: u.Kind, Namespace: r.Namespace, Name: u.Name}
					m.uses[ref] = append(m.uses[ref], usage{r.Object, meta, one, u})
				}
			}
		})
	}
	c.made = m
	return m
}

// speaks tells whether a template or pod of a root says something of AWS.
func (r *root) speaks() bool {
	for i := range r.templates {
		if r.templates[i].spec.AWS != nil {
			return true
		}
	}
	for _, p := range r.pods {
		if p.Spec.AWS != nil {
			return true
		}
	}
	return false
}

// each gives the specs of a root that say something of AWS: those of its
// templates, then those of its pods.
func (r *root) each(see func(*snapshot.PodSpec, *snapshot.Meta)) {
	for _, t := range r.templates {
		if t.spec.AWS != nil {
			see(t.spec, t.meta)
		}
	}
	for _, p := range r.pods {
		if p.Spec.AWS != nil {
			see(&p.Spec, &p.Meta)
		}
	}
}

// seen tells whether a kind was read in a namespace, so that what is not there
// does not exist.
func (c *context) seen(kind, namespace string) bool {
	return !c.files() && (kind != snapshot.KindSecret || c.snap.SecretsRead) && c.gap(namespace, kind) == nil
}

// mostUsers bounds the workloads that are told one by one.
const mostUsers = 50

// usedBy tells in words who uses a Secret or ConfigMap, one line a workload.
func usedBy(uses []usage) []Evidence {
	how := map[Object][]string{}
	for _, u := range uses {
		if words := u.how(); !slices.Contains(how[u.by], words) {
			how[u.by] = append(how[u.by], words)
		}
	}
	users := slices.SortedFunc(maps.Keys(how), compareObjects)
	list := make([]Evidence, 0, min(len(users), mostUsers)+1)
	for _, by := range users[:min(len(users), mostUsers)] {
		slices.Sort(how[by])
		list = append(list, Evidence{Text: "used by " + by.Kind + " " + by.Name + ": " + some(how[by], 4, "; "), Objects: []Object{by}})
	}
	if n := len(users) - mostUsers; n > 0 {
		list = append(list, Evidence{Text: "and by " + count(n, "other workload")})
	}
	return list
}

// how says in words how a container uses it.
func (u *usage) how() string {
	words := containerName(u.container.Type, u.container.Name) + " "
	switch u.use.How {
	case snapshot.UseEnvFrom:
		words += "takes all entries as variables"
		if u.use.As != "" {
			words += " behind " + u.use.As
		}
		return words
	case snapshot.UseVolume:
		if u.use.Entry != "" {
			return words + "mounts its entry " + u.use.Entry + " at " + u.use.As
		}
		return words + "mounts it at " + u.use.As
	}
	return words + "takes " + u.use.As + " from its entry " + u.use.Entry
}

// containerName names a container with its type.
func containerName(kind, name string) string {
	if kind != "" {
		kind += " "
	}
	return kind + "container " + name
}

// some joins the first words of a list and counts the others.
func some(list []string, most int, between string) string {
	if len(list) <= most {
		return strings.Join(list, between)
	}
	return strings.Join(list[:most], between) + between + count(len(list)-most, "other")
}

// clean passes each namespace in which a rule found nothing and could look at
// everything.
func (c *context) clean(rule Rule, found map[string]bool, message string, add emit) {
	for _, ns := range c.namespaces {
		if !found[ns.Name] && c.gap(ns.Name, rule.Needs...) == nil {
			o := Object{Kind: snapshot.KindNamespace, Name: ns.Name}
			add(Result{Status: Pass, Object: o, Source: c.place[ns.Name], Message: message}, o)
		}
	}
}

// namespaceOf is where a result counts.
func namespaceOf(o Object) string {
	if o.Kind == snapshot.KindNamespace {
		return o.Name
	}
	return o.Namespace
}
