package audit

import (
	"cmp"
	"slices"
	"sort"

	"podpass/internal/snapshot"
)

// root is a workload at the root of ownership: the Deployment, not its
// ReplicaSet or Pods.
type root struct {
	Object
	group     string
	meta      *snapshot.Meta // nil where the owner itself was not seen
	templates []template     // its own; several only where files define it twice
	pods      []*snapshot.Pod
	accounts  []string        // that it runs as, sorted
	owner     *snapshot.Owner // a foreign owner above a seen workload
	manager   *snapshot.Manager
	finished  bool
}

type template struct {
	spec *snapshot.PodSpec
	meta *snapshot.Meta
}

// unseen tells whether only the owner's name is known, from its pods.
func (r *root) unseen() bool { return r.meta == nil }

type workloadKey struct{ namespace, group, kind, name string }

// forest resolves owners.
type forest struct {
	workloads map[string][]*snapshot.Workload // of each namespace, sorted
	roots     map[workloadKey]*root           // nil once they are found
}

// findRoots rolls workloads and pods up to their roots. Finished and mirror
// pods are set aside, templates of owned ReplicaSets and Jobs and of finished
// Jobs do not count. A root that neither has a template nor an unfinished pod
// is none: old ReplicaSets and Jobs stay about.
func findRoots(s *snapshot.Snapshot, selected map[string]bool) ([]*root, *forest) {
	f := &forest{workloadsOf(s, selected), map[workloadKey]*root{}}
	for i := range s.Workloads {
		if w := &s.Workloads[i]; selected[w.Namespace] && w.Template != nil && !w.Finished {
			f.addTemplate(w)
		}
	}
	for i := range s.Pods {
		p := &s.Pods[i]
		twice := i > 0 && p.Namespace == s.Pods[i-1].Namespace && p.Name == s.Pods[i-1].Name && p.Live
		if selected[p.Namespace] && !p.Finished && !p.Mirror && !twice {
			f.addPod(p)
		}
	}
	roots := make([]*root, 0, len(f.roots))
	for _, r := range f.roots {
		r.settle()
		roots = append(roots, r)
	}
	slices.SortFunc(roots, func(a, b *root) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.group, b.group))
	})
	f.roots = nil
	return roots, f
}

// workloadsOf sorts the workloads of each namespace, as byKey has it. A map of
// 100,000 of them by key would take 11 MiB.
func workloadsOf(s *snapshot.Snapshot, selected map[string]bool) map[string][]*snapshot.Workload {
	all := map[string][]*snapshot.Workload{}
	for i := range s.Workloads {
		if w := &s.Workloads[i]; selected[w.Namespace] {
			all[w.Namespace] = append(all[w.Namespace], w)
		}
	}
	for _, list := range all {
		slices.SortStableFunc(list, func(a, b *snapshot.Workload) int {
			return byKey(a, workloadKey{b.Namespace, b.Group, b.Kind, b.Name})
		})
	}
	return all
}

// byKey compares a workload with a key of its namespace.
func byKey(w *snapshot.Workload, key workloadKey) int {
	return cmp.Or(cmp.Compare(w.Kind, key.kind), cmp.Compare(w.Group, key.group), cmp.Compare(w.Name, key.name))
}

// workload finds the workload of a key; of several that files define, the
// last. It is nil if none was seen.
func (f *forest) workload(key workloadKey) *snapshot.Workload {
	list := f.workloads[key.namespace]
	i := sort.Search(len(list), func(i int) bool { return byKey(list[i], key) > 0 })
	if i == 0 || byKey(list[i-1], key) != 0 {
		return nil
	}
	return list[i-1]
}

// addTemplate: the template of a ReplicaSet or Job that another object owns is
// a copy; the root is that owner.
func (f *forest) addTemplate(w *snapshot.Workload) {
	if copied(w.Kind) && w.Owner != nil {
		return
	}
	r := f.root(w.Namespace, w, nil)
	r.templates = append(r.templates, template{w.Template, &w.Meta})
}

func (f *forest) addPod(p *snapshot.Pod) {
	r := f.root(p.Namespace, nil, p)
	r.pods = append(r.pods, p)
}

// copied tells the kinds whose template is a copy where they have an owner.
func copied(kind string) bool {
	return kind == snapshot.KindReplicaSet || kind == snapshot.KindJob || kind == snapshot.KindRC
}

// controls tells the kinds that stand for themselves even where a foreign
// owner is above them.
func controls(kind string) bool {
	switch kind {
	case snapshot.KindDeployment, snapshot.KindStatefulSet, snapshot.KindDaemonSet, snapshot.KindCronJob:
		return true
	}
	return false
}

// root climbs from a workload or a pod to its root and gives that, made if
// need be.
func (f *forest) root(namespace string, w *snapshot.Workload, p *snapshot.Pod) *root {
	key, top := f.climb(namespace, w, p)
	switch {
	case top != nil:
		r := f.get(key, &top.Meta)
		r.owner, r.finished = top.Owner, top.Finished
		return r
	case key.kind == snapshot.KindPod && w == nil && key.name == p.Name:
		return f.get(key, &p.Meta)
	}
	return f.get(key, nil)
}

// climb gives the root of a workload or a pod; the workload is nil where that
// is the pod itself, or was not seen.
func (f *forest) climb(namespace string, w *snapshot.Workload, p *snapshot.Pod) (workloadKey, *snapshot.Workload) {
	var owner *snapshot.Owner
	if w != nil {
		owner = w.Owner
	} else {
		owner = p.Owner
	}
	// Ownership is a chain of at most four; the bound guards against a loop.
	for range 10 {
		if owner == nil || w != nil && controls(w.Kind) {
			break
		}
		key := workloadKey{namespace, owner.Group, owner.Kind, owner.Name}
		above := f.workload(key)
		if above == nil {
			return key, nil
		}
		w, owner = above, above.Owner
	}
	if w == nil {
		return workloadKey{namespace, "", snapshot.KindPod, p.Name}, nil
	}
	return workloadKey{namespace, w.Group, w.Kind, w.Name}, w
}

func (f *forest) get(key workloadKey, meta *snapshot.Meta) *root {
	r := f.roots[key]
	if r == nil {
		r = &root{Object: Object{Kind: key.kind, Namespace: key.namespace, Name: key.name}, group: key.group, meta: meta}
		f.roots[key] = r
	}
	return r
}

// foreign tells whether a controller of another kind makes this workload, so
// that a change of its template does not last.
func (r *root) foreign() bool { return r.owner != nil }

// uncertain tells an owner that was not seen and may itself belong to another
// workload: a ReplicaSet to a Deployment, a Job to a CronJob.
func (r *root) uncertain() bool { return r.unseen() && copied(r.Kind) }

// settle lists the accounts of a root and finds who manages it.
func (r *root) settle() {
	runsAs := func(spec *snapshot.PodSpec) {
		name := spec.AccountName()
		if n := len(r.accounts); n == 0 || r.accounts[n-1] != name { // mostly all are alike
			r.accounts = append(r.accounts, name)
		}
	}
	for _, t := range r.templates {
		runsAs(t.spec)
	}
	for _, p := range r.pods {
		runsAs(&p.Spec)
	}
	slices.Sort(r.accounts)
	r.accounts = slices.Compact(r.accounts)
	if r.meta != nil {
		r.manager = r.meta.Manager
		return
	}
	for _, p := range r.pods {
		if p.Manager != nil {
			r.manager = p.Manager
			return
		}
	}
}

// source is the place of the root in the files: its own, else its first pod's.
func (r *root) source() *Source {
	if r.meta != nil {
		return source(r.meta)
	}
	for _, p := range r.pods {
		return source(&p.Meta)
	}
	return nil
}

// info tells whether a failure of 2xx is only for information: its owner is
// not the cluster's owner.
func info(m *snapshot.Manager) bool {
	return m != nil && (m.By == snapshot.ByKubernetes || m.By == snapshot.ByEKS || m.By == snapshot.ByEKSAddon)
}
