package plan

import (
	"slices"
	"strings"

	"podpass/internal/audit"
	"podpass/internal/snapshot"
)

// lockWave takes token and rights from default where no workload is left on it,
// and restarts pods that hold a token which they no longer should.
func (m *maker) lockWave() {
	for _, ns := range m.judge.Namespaces() {
		m.lock(ns)
	}
	m.emptyBindings()
	for _, mv := range m.moves {
		if len(mv.restarts) > 0 {
			m.restart(mv)
		}
	}
}

// locking is what Lock does in a namespace.
type locking struct {
	object audit.Object // the account default
	needs  []string     // the moves that come first
	waits  []string
}

func (m *maker) lock(ns *snapshot.Namespace) {
	object := audit.Object{Kind: snapshot.KindServiceAccount, Namespace: ns.Name, Name: snapshot.Default}
	mounts, bound := m.fails("PP102", object), m.fails("PP101", object)
	if ns.Implied && len(mounts) > 0 && mounts[0].Status == audit.Unknown {
		mounts = nil
	}
	if len(mounts)+len(bound) == 0 {
		return
	}
	if len(m.o.Workloads) > 0 && len(m.movesIn(ns.Name)) == 0 {
		return // only what the workloads that were named need
	}
	choice := m.namespaceChoice(ns.Name)
	if choice.LeaveAlone {
		m.leave(slices.Concat(mounts, bound), textLeftAlone, true)
		return
	}
	if left := m.left[ns.Name]; len(left) > 0 {
		m.leave(slices.Concat(mounts, bound), textStillOn(left), m.allByChoice(left))
		return
	}
	l := &locking{object: object}
	for _, mv := range m.movesIn(ns.Name) {
		if mv.from == snapshot.Default {
			l.needs = append(l.needs, mv.ids...)
			l.waits = append(l.waits, mv.waits...)
		}
	}
	for _, id := range []string{m.gapIn(ns.Name, workloadKinds()...), m.fallback(ns.Name, choice)} {
		if id != "" {
			l.waits = append(l.waits, id)
		}
	}
	if len(mounts) > 0 {
		m.lockAccount(l, ns, mounts)
	}
	if len(bound) > 0 {
		m.lockRights(l, bound)
	}
}

func workloadKinds() []string {
	return []string{
		snapshot.KindPod, snapshot.KindDeployment, snapshot.KindReplicaSet, snapshot.KindStatefulSet, snapshot.KindDaemonSet,
		snapshot.KindJob, snapshot.KindCronJob, snapshot.KindRC,
	}
}

// movesIn gives the moves of a namespace; they are sorted by it.
func (m *maker) movesIn(namespace string) []*move {
	from, _ := slices.BinarySearchFunc(m.moves, namespace, func(mv *move, ns string) int { return strings.Compare(mv.object.Namespace, ns) })
	to := from
	for to < len(m.moves) && m.moves[to].object.Namespace == namespace {
		to++
	}
	return m.moves[from:to]
}

func (m *maker) namespaceChoice(name string) NamespaceChoice {
	return m.chosen.namespaces.find(audit.Object{Kind: snapshot.KindNamespace, Name: name})
}

func (m *maker) allByChoice(left []audit.Workload) bool {
	return !slices.ContainsFunc(left, func(w audit.Workload) bool { return !m.choice(w.Object()).LeaveAlone })
}

// fallback: objects of other controllers make pods as default where they name
// no account, which a template does not show.
func (m *maker) fallback(namespace string, choice NamespaceChoice) string {
	if choice.Lock {
		return ""
	}
	var found []*snapshot.Reference
	for i := range m.s.References {
		// What runs as default by name is no better off than what falls back to it.
		if r := &m.s.References[i]; (r.Use == snapshot.FallsBack || r.Use == snapshot.RunsAs) && r.May(namespace, snapshot.Default) {
			found = append(found, r)
		}
	}
	if len(found) == 0 {
		return ""
	}
	ns := audit.Object{Kind: snapshot.KindNamespace, Name: namespace}
	return m.decide("fallback", ns, nil, textFallback(found), linesLock(namespace))
}

// lockAccount sets the field on default, or adds the account behind its
// Namespace in the files.
func (m *maker) lockAccount(l *locking, ns *snapshot.Namespace, found []*audit.Result) {
	there := m.judge.Accounts(l.object.Namespace, snapshot.Default)
	object := Object{"v1", l.object.Kind, l.object.Namespace, l.object.Name}
	if len(there) == 0 {
		step := m.step(Lock, Create, object)
		step.Source = sourceOf(&ns.Meta)
		step.After = &State{Manifest: &Manifest{
			APIVersion: "v1", Kind: object.Kind, Metadata: Metadata{Name: object.Name, Namespace: object.Namespace}, AutomountServiceAccountToken: new(bool),
		}}
		m.keepLock(step, l, found, textUnlock)
		return
	}
	for _, sa := range there {
		if sa.Automount == snapshot.False {
			continue
		}
		step := m.step(Lock, Change, object)
		step.Source, step.Expects.UID = sourceOf(&sa.Meta), sa.UID
		step.Before = &State{Fields: []Field{{Path: "/automountServiceAccountToken", Value: triValue(sa.Automount)}}}
		step.After = &State{Fields: []Field{{Path: "/automountServiceAccountToken", Value: false}}}
		step.Waits = m.managedObject("namespaces", l.object, &sa.Meta, m.namespaceChoice(ns.Name).Managed)
		m.keepLock(step, l, found, textUnlock)
	}
}

func (m *maker) keepLock(step *Step, l *locking, found []*audit.Result, reverse string) {
	step.Settles = m.settle(found)
	step.Needs = append(step.Needs, l.needs...)
	if m.live() {
		step.Needs = append(step.Needs, GateRollout)
	}
	step.Waits, step.Reverse = append(step.Waits, l.waits...), reverse
	step.Risk = append(step.Risk, riskLock)
	m.keep(step)
}

// managedObject is a decision where another tool would undo the change.
func (m *maker) managedObject(list string, o audit.Object, meta *snapshot.Meta, chosen bool) []string {
	if by := meta.Manager; m.live() && by != nil && by.By != snapshot.ByKubernetes && !chosen {
		return []string{m.decide("managed", o, nil, textManaged(by), linesManaged(list, o))}
	}
	return nil
}

// restart replaces the pods of a workload without changing it otherwise.
func (m *maker) restart(mv *move) {
	step := m.step(Lock, Restart, Object{apiVersion(mv.w.Group(), mv.object.Kind), mv.object.Kind, mv.object.Namespace, mv.object.Name})
	step.For, step.Restarts = mv.about, true
	step.Expects.UID = mv.w.Meta().UID
	step.Settles = m.settle(mv.restarts)
	step.Waits, step.Reverse = mv.waits, textNoUndo
	m.keep(step)
}
