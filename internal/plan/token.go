package plan

import (
	"slices"

	"podpass/internal/audit"
	"podpass/internal/rbac"
	"podpass/internal/snapshot"
)

// planToken takes the token from a workload that can do nothing with it: where
// no right, no sign and no choice speaks against it. It is done on the pod
// template, so that an account decides for nobody else.
func (m *maker) planToken(mv *move) {
	found := m.fails("PP205", mv.object)
	idle := len(found) > 0 || mv.moves() && m.asks("PP205") && slices.ContainsFunc(mv.defs, func(d audit.Definition) bool { return m.idle(mv, d) })
	if mv.choice.Token == TokenRemove && m.asks("PP205") && slices.ContainsFunc(mv.defs, func(d audit.Definition) bool { return m.idle(mv, d) }) {
		idle = true
		mv.risk = append(mv.risk, riskTokenChosen)
	}
	signs := signsOf(mv)
	switch {
	case !idle:
		return
	case mv.choice.Token == TokenKeep:
		m.leave(found, textTokenKept, true)
		return
	case len(signs) > 0 && mv.choice.Token != TokenRemove:
		m.leave(found, textSigns(signs), false)
		return
	case slices.ContainsFunc(mv.defs, func(d audit.Definition) bool { return d.Spec.APIToken }):
		m.leave(found, textOwnVolume, false)
		return
	}
	mv.tokenOff = true
	mv.settles = append(mv.settles, found)
	mv.risk = append(mv.risk, riskToken)
}

// idle tells whether a definition mounts a token, or may, that no right makes
// use of. That the old account is not among the files, so that nobody can tell
// what it mounts, is no reason to mount one under the new.
func (m *maker) idle(mv *move, d audit.Definition) bool {
	mounts, known := mv.w.Mounts(d)
	name := d.Spec.AccountName()
	if !mounts && known {
		return false
	}
	if mv.choice.Token == TokenRemove {
		return true // whatever rights it has
	}
	return mv.moves() && mv.choice.Rights == RightsNone && !m.byGroupToo(mv.object.Namespace, name) || m.judge.Idle(mv.object.Namespace, name) || mv.moves() && m.onlyDangling(mv.object.Namespace, name)
}

// byGroupToo tells whether a right reaches an account by a group: it goes on
// whatever is copied.
func (m *maker) byGroupToo(namespace, name string) bool {
	grants, _ := m.judge.Rights(namespace, name)
	return slices.ContainsFunc(grants, func(g *rbac.Grant) bool { return g.Form == rbac.ByGroup && (g.Role.Missing || g.Effective()) })
}

// onlyDangling tells whether nothing is bound to an account but roles that are
// not there: those are not handed on.
func (m *maker) onlyDangling(namespace, name string) bool {
	grants, unsure := m.judge.Rights(namespace, name)
	return !unsure && m.judge.Gap(namespace, snapshot.KindRole, snapshot.KindClusterRole, snapshot.KindRoleBinding, snapshot.KindClusterRoleBinding) == nil &&
		!slices.ContainsFunc(grants, func(g *rbac.Grant) bool {
			return g.Role.Missing && (g.Form == rbac.ByGroup || !m.dangling(g)) || !g.Role.Missing && g.Effective()
		})
}

// signsOf lists what in a workload uses the token without a right.
func signsOf(mv *move) []string {
	var signs []string
	for _, d := range mv.w.Definitions() {
		signs = append(signs, d.Spec.Signs...)
	}
	for _, p := range mv.w.Pods() {
		signs = append(signs, p.Spec.Signs...)
	}
	slices.Sort(signs)
	return slices.Compact(signs)
}

// leaveToken says why a workload keeps its token, where nothing is planned for
// it.
func (m *maker) leaveToken(mv *move, reason string, byChoice bool) {
	m.leave(m.fails("PP205", mv.object), reason, byChoice)
	m.leave(m.stale(mv), reason, byChoice)
}

// stale gives the failures of the pods of a workload that hold a token which
// they no longer should.
func (m *maker) stale(mv *move) []*audit.Result {
	if m.stalePods == 0 {
		return nil
	}
	var found []*audit.Result
	for _, p := range mv.w.Pods() {
		found = append(found, m.fails("PP204", audit.Object{Kind: snapshot.KindPod, Namespace: p.Namespace, Name: p.Name})...)
	}
	return found
}

// planRestart: where pods are replaced by the move, that is enough.
func (m *maker) planRestart(mv *move) {
	found := m.stale(mv)
	switch {
	case len(found) == 0:
	case !m.live():
		m.leave(found, textDump, false)
	case mv.moves() || mv.tokenOff:
		mv.settles = append(mv.settles, found)
	case !restarts(mv.object.Kind):
		m.leave(found, textNoRestart(mv.object.Kind), false)
	default:
		mv.restarts = found
	}
}

// restarts tells the kinds that kubectl rollout restart knows.
func restarts(kind string) bool {
	return kind == snapshot.KindDeployment || kind == snapshot.KindStatefulSet || kind == snapshot.KindDaemonSet
}
