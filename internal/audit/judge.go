package audit

import (
	"slices"

	"podpass/internal/rbac"
	"podpass/internal/snapshot"
)

// Judge holds a Snapshot with the indexes that the rules share, for whoever
// needs to see it as they do: a plan is made of the same workloads, rights and
// gaps that the Report tells of. It is for one goroutine.
type Judge struct {
	c                  *context
	o                  Options
	selected, excluded []string
}

// NewJudge indexes a Snapshot, which must be sorted and is not changed.
func NewJudge(s *snapshot.Snapshot, o Options) *Judge {
	j := &Judge{o: o, selected: narrow(s.Selected, o.Namespaces), excluded: merge(s.Excluded, o.Excluded)}
	j.c = newContext(s, func(ns string) bool {
		return (len(j.selected) == 0 || slices.Contains(j.selected, ns)) && !slices.Contains(j.excluded, ns)
	})
	return j
}

// Judged tells whether a namespace is among those that are judged.
func (j *Judge) Judged(namespace string) bool { return j.c.keep(namespace) }

// Namespaces are those that are judged, sorted.
func (j *Judge) Namespaces() []*snapshot.Namespace { return j.c.namespaces }

// Accounts gives the definitions of an account: several only where files have
// them.
func (j *Judge) Accounts(namespace, name string) []*snapshot.ServiceAccount {
	return j.c.accounts[account{namespace, name}]
}

// Users are the workloads that run as an account, sorted.
func (j *Judge) Users(namespace, name string) []Workload {
	return workloads(j.c, j.c.usedBy[account{namespace, name}])
}

// Rights lists the grants of an account beyond the built-in ones; unsure is set
// where one of the built-in form could not be compared.
func (j *Judge) Rights(namespace, name string) (grants []*rbac.Grant, unsure bool) {
	return j.c.rightsOf(namespace, name)
}

// Idle tells whether an account holds no right that a token would be good for,
// as far as that is known for certain.
func (j *Judge) Idle(namespace, name string) bool {
	grants, unsure := j.c.rightsOf(namespace, name)
	return !unsure && !slices.ContainsFunc(grants, effective) && j.c.gap(namespace, rbacKinds()...) == nil
}

// Gap gives the first gap by which objects of one of the kinds that bear on a
// namespace may be missing; nil for none.
func (j *Judge) Gap(namespace string, kinds ...string) *snapshot.Gap {
	return j.c.gap(namespace, kinds...)
}

// Workloads are those at the root of ownership, sorted by namespace, kind and
// name.
func (j *Judge) Workloads() []Workload { return workloads(j.c, j.c.roots) }

func workloads(c *context, roots []*root) []Workload {
	list := make([]Workload, len(roots))
	for i, r := range roots {
		list[i] = Workload{c, r}
	}
	return list
}

// Workload is a workload at the root of ownership, as the rules see it.
type Workload struct {
	c *context
	r *root
}

// Is tells whether two are the same workload.
func (w Workload) Is(o Workload) bool { return w.r == o.r }

// Object names it.
func (w Workload) Object() Object { return w.r.Object }

// Group is its API group.
func (w Workload) Group() string { return w.r.group }

// Meta is nil where only what it made was seen.
func (w Workload) Meta() *snapshot.Meta { return w.r.meta }

// Manager is who writes it; nil: nobody that is known.
func (w Workload) Manager() *snapshot.Manager { return w.r.manager }

// Owner is the object of a foreign kind that made it; nil for none.
func (w Workload) Owner() *snapshot.Owner { return w.r.owner }

// Accounts are those that its templates and pods run as, sorted.
func (w Workload) Accounts() []string { return w.r.accounts }

// Pods are its unfinished pods.
func (w Workload) Pods() []*snapshot.Pod { return w.r.pods }

// Definition is the template of a workload, or a bare pod: several only where
// files define it twice.
type Definition struct {
	Spec *snapshot.PodSpec
	Meta *snapshot.Meta
}

// Definitions are its own templates; of a bare pod, itself.
func (w Workload) Definitions() []Definition {
	list := make([]Definition, 0, 1)
	for _, t := range w.r.templates {
		list = append(list, Definition{t.spec, t.meta})
	}
	if len(list) == 0 && w.r.Kind == snapshot.KindPod && w.r.meta != nil {
		for _, p := range w.r.pods {
			list = append(list, Definition{&p.Spec, &p.Meta})
		}
	}
	return list
}

// Moved tells whether its templates name other accounts than default already,
// so that only older pods run as default.
func (w Workload) Moved() bool { return w.r.moved() }

// Ours tells that it does not belong to Kubernetes, EKS or its add-ons.
func (w Workload) Ours() bool { return !info(w.r.manager) }

// Rolls tells whether its pods are replaced where its template changes.
func (w Workload) Rolls() bool { return rolls(w.r.Kind) }

// Offer gives a name for an account of the workload's own; the same each time,
// and that which PP201 proposes. fill are the
// definitions of an account of that name that is there and free to be used.
func (w Workload) Offer() (name string, fill []*snapshot.ServiceAccount) {
	name = w.c.offer(w.r)
	return name, w.c.accounts[account{w.r.Namespace, name}]
}

// Free tells whether an account of a name is one that the workload could be
// offered, but for its being chosen.
func (w Workload) Free(name string) bool { return w.c.names.free(w.r, account{w.r.Namespace, name}) }

// Reserve keeps names from being offered to workloads, because they are chosen.
// It is called before the first Offer.
func (j *Judge) Reserve(namespace, name string) {
	j.c.names.taken[account{namespace, name}] = true
}

// Mounts tells whether pods of a definition mount a token for the API server;
// known is false where that is up to an account which was not seen.
func (w Workload) Mounts(d Definition) (mounts, known bool) {
	return w.c.mounted(w.r.Namespace, d.Spec)
}

// TemplatePath leads to the pod spec in an object of the workload's kind.
func TemplatePath(kind string) []string { return templatePath(kind) }
