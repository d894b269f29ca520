package audit

import (
	"cmp"
	"slices"
	"strings"

	"podpass/internal/snapshot"
)

// credentials is the index of the rules on keys: made when the first of them
// runs.
type credentials struct {
	holders map[snapshot.Ref][]*snapshot.Holder // several only where files define one twice
	uses    map[snapshot.Ref][]usage
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
	m := &credentials{map[snapshot.Ref][]*snapshot.Holder{}, map[snapshot.Ref][]usage{}}
	for i := range c.snap.Holders {
		h := &c.snap.Holders[i]
		m.holders[h.Ref()] = append(m.holders[h.Ref()], h)
	}
	for _, r := range c.roots {
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

// usedBy tells in words who uses a Secret or ConfigMap, one line a workload.
func (m *credentials) usedBy(ref snapshot.Ref, of []usage) []Evidence {
	type line struct {
		by  Object
		how []string
	}
	var lines []*line
	for _, u := range of {
		i := slices.IndexFunc(lines, func(l *line) bool { return l.by == u.by })
		if i < 0 {
			i, lines = len(lines), append(lines, &line{by: u.by})
		}
		if how := u.how(); !slices.Contains(lines[i].how, how) {
			lines[i].how = append(lines[i].how, how)
		}
	}
	slices.SortFunc(lines, func(a, b *line) int {
		return cmp.Or(cmp.Compare(a.by.Kind, b.by.Kind), cmp.Compare(a.by.Name, b.by.Name))
	})
	list := make([]Evidence, 0, len(lines))
	for _, l := range lines {
		slices.Sort(l.how)
		list = append(list, Evidence{Text: "used by " + l.by.Kind + " " + l.by.Name + ": " + some(l.how, 4, "; "), Objects: []Object{l.by}})
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
		return words + "mounts it at " + u.use.As
	}
	return words + "takes " + u.use.As + " from " + u.use.Entry
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
		if !found[ns.Name] && !found[""] && c.gap(ns.Name, rule.Needs...) == nil {
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
