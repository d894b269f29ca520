package plan

import (
	"slices"
	"strings"

	"podpass/internal/audit"
	"podpass/internal/snapshot"
)

// moveWave changes each workload once: account, token and whatever would
// override the role together, so that its pods are replaced once.
func (m *maker) moveWave() {
	// A role for an account that others leave comes after they have left.
	ordered := slices.Clone(m.moves)
	slices.SortStableFunc(ordered, func(a, b *move) int { return min(1, len(a.aws.others)) - min(1, len(b.aws.others)) })
	for _, mv := range ordered {
		if !mv.moves() && !mv.tokenOff && !mv.aws.changes() {
			continue
		}
		m.tieRole(mv)
		for i := range mv.defs {
			m.moveStep(mv, i)
		}
		mv.own = nil
		m.restartForRole(mv)
	}
}

func (m *maker) moveStep(mv *move, i int) {
	d := mv.defs[i]
	before, after := m.changes(mv, d)
	if len(after) == 0 {
		return
	}
	step := m.step(Move, Change, Object{apiVersion(mv.w.Group(), mv.object.Kind), mv.object.Kind, mv.object.Namespace, mv.object.Name})
	step.Source, step.For = sourceOf(d.Meta), mv.about
	step.Expects.UID = d.Meta.UID
	step.Before, step.After = &State{Fields: before}, &State{Fields: after}
	step.Settles = m.settle(mv.settles...)
	step.Needs, step.Waits, step.Risk = slices.Concat(mv.needs, mv.ownOf(i), mv.aws.needs), mv.waits, m.risks(mv, d)
	step.Restarts = mv.object.Kind != snapshot.KindCronJob
	step.Reverse = textUndoMove(mv)
	mv.ids = append(mv.ids, step.ID)
	m.keep(step)
}

// ownOf are the steps of Add for one definition.
func (mv *move) ownOf(i int) []string {
	if i >= len(mv.own) {
		return nil
	}
	return mv.own[i]
}

// changes gives the fields of a definition that change. In a cluster the old
// field serviceAccount mirrors the name: whoever takes only the new one away
// gets it back.
func (m *maker) changes(mv *move, d audit.Definition) (before, after []Field) {
	base := "/" + strings.Join(audit.TemplatePath(mv.object.Kind), "/")
	set := func(field string, was, will any) {
		before = append(before, Field{Path: base + field, Value: was})
		after = append(after, Field{Path: base + field, Value: will})
	}
	if mv.moves() {
		named, legacy := any(nil), any(nil)
		switch {
		case d.Spec.Account == "":
		case m.live():
			named, legacy = d.Spec.Account, d.Spec.Account
		case d.Spec.Legacy:
			legacy = d.Spec.Account
		default:
			named = d.Spec.Account
		}
		set("/serviceAccountName", named, mv.to)
		if m.live() || d.Spec.Legacy {
			set("/serviceAccount", legacy, mv.to)
		}
	}
	if mv.tokenOff && d.Spec.Automount != snapshot.False && m.idle(mv, d) {
		set("/automountServiceAccountToken", triValue(d.Spec.Automount), false)
	}
	for _, s := range mv.aws.strips[d.Meta] {
		before = append(before, Field{base + s.path, s.before, s.before == nil && s.after == nil, base + s.at})
		after = append(after, Field{Path: base + s.path, Value: s.after, At: base + s.at})
	}
	return before, after
}

func triValue(t snapshot.Tri) any {
	switch t {
	case snapshot.True:
		return true
	case snapshot.False:
		return false
	}
	return nil
}

// risks says what the move of a definition may do that no fact tells.
func (m *maker) risks(mv *move, d audit.Definition) []string {
	risks := append([]string{}, mv.risk...)
	if mv.moves() {
		if len(m.judge.Accounts(mv.object.Namespace, mv.from)) == 0 {
			risks = append(risks, riskUnseenAccount(mv.from))
		}
		for _, old := range m.judge.Accounts(mv.object.Namespace, mv.from) {
			if len(old.Withheld) > 0 {
				risks = append(risks, riskWithheld(old))
			}
		}
		risks = append(risks, m.risksOfRights(mv)...)
	}
	if !m.live() && (mv.object.Kind == snapshot.KindPod || mv.object.Kind == snapshot.KindJob) {
		risks = append(risks, riskApply)
	}
	if text := riskRollout(m.rollout(mv)); text != "" {
		risks = append(risks, text)
	}
	return risks
}

// rollout is what keeps the pods of a workload from being replaced.
func (m *maker) rollout(mv *move) string {
	if m.rollouts == nil {
		m.rollouts = map[audit.Object]string{}
		for i := range m.s.Workloads {
			if w := &m.s.Workloads[i]; w.Rollout != "" {
				m.rollouts[audit.Object{Kind: w.Kind, Namespace: w.Namespace, Name: w.Name}] = w.Rollout
			}
		}
	}
	return m.rollouts[mv.object]
}

// apiVersion is the one under which every cluster of today serves a kind.
func apiVersion(group, kind string) string {
	switch {
	case group == "" && (kind == snapshot.KindDeployment || kind == snapshot.KindStatefulSet || kind == snapshot.KindDaemonSet):
		return snapshot.GroupApps + "/v1"
	case group == "":
		return "v1"
	}
	return group + "/v1"
}
