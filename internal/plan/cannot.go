package plan

import (
	"strings"

	"podpass/internal/audit"
	"podpass/internal/snapshot"
)

// cannot says why nothing is planned for a workload; "" where something is.
func (m *maker) cannot(mv *move) (reason string, byChoice bool) {
	w := mv.w
	switch {
	case mv.choice.LeaveAlone:
		return textLeftAlone, true
	case w.Meta() == nil:
		return textUnseen(mv.object), false
	case strings.HasSuffix(mv.object.Name, "-"):
		return textGenerated, false
	case w.Owner() != nil:
		return textForeign(w.Owner()), false
	case !w.Ours():
		return textTheirs(w.Manager()), false
	case w.Moved() && mv.from == snapshot.Default:
		return textRolling, false
	case m.live() && mv.object.Kind == snapshot.KindPod && w.Manager() == nil:
		return "", false // see unreplaced
	}
	return "", false
}

func (m *maker) live() bool { return m.s.Origin == snapshot.OriginCluster }

// sourceManaged: what another tool writes, it would write again, after Lock took
// the rights.
func (m *maker) sourceManaged(mv *move) {
	by := mv.w.Manager()
	if !m.live() || by == nil || mv.choice.Managed {
		return
	}
	mv.hold(m.decide("managed", mv.object, nil, textManaged(by), linesManaged("workloads", mv.object)))
}

// unreplaced: nothing replaces the pods of these in a cluster, and the API
// server lets nobody change the account of a pod, or the template of a Job.
// https://kubernetes.io/docs/concepts/workloads/controllers/job/
func (m *maker) unreplaced(mv *move) {
	if !m.live() || mv.w.Rolls() {
		return
	}
	mv.hold(m.decide("bare", mv.object, nil, textBare(mv.object.Kind), linesLeave("workloads", mv.object)))
}

// unread: rights that were not seen would be lost, and so would a reference.
func (m *maker) unread(mv *move) {
	namespace := mv.object.Namespace
	if !mv.moves() {
		return
	}
	if !m.s.Detail {
		mv.hold(m.gap(noDetail()))
	}
	if !m.live() {
		// A file that cannot be read is told, and the others are mended all the
		// same; only Lock waits for it.
		if m.gapIn(namespace, snapshot.KindRoleBinding) != "" {
			mv.risk = append(mv.risk, riskBrokenFile)
		}
		return
	}
	mv.hold(m.gapIn(namespace, snapshot.KindRoleBinding, snapshot.KindClusterRoleBinding))
	mv.hold(m.gapIn(namespace, snapshot.KindServiceAccount))
	mv.hold(m.gapIn(namespace, snapshot.KindReference))
}

func noDetail() *snapshot.Gap {
	return &snapshot.Gap{What: "references to accounts", Scope: "snapshot", Reason: textNoDetail, Grant: textTakeAgain}
}

// gapIn gives the id of the first gap that may hide objects of a kind; "" for
// none.
func (m *maker) gapIn(namespace string, kinds ...string) string {
	g := m.judge.Gap(namespace, kinds...)
	if g == nil {
		return ""
	}
	return m.gap(g)
}

// gap keeps a gap and gives its id.
func (m *maker) gap(g *snapshot.Gap) string {
	id := "gap/" + g.What + "/" + g.Scope
	if _, ok := m.gaps[id]; !ok {
		m.gaps[id] = len(m.plan.Gaps)
		m.plan.Gaps = append(m.plan.Gaps, Gap{ID: id, What: g.What, Scope: g.Scope, Reason: g.Reason, Grant: g.Grant, HoldsUp: []string{}})
	}
	return id
}

// decide keeps a decision and gives its id.
func (m *maker) decide(what string, o audit.Object, at *audit.Source, question, choices string) string {
	id := what + "/" + o.Kind + "/" + o.Namespace + "/" + o.Name
	if o.Namespace == "" {
		id = what + "/" + o.Kind + "/" + o.Name
	}
	if _, ok := m.decisions[id]; !ok {
		m.decisions[id] = len(m.plan.Decisions)
		m.plan.Decisions = append(m.plan.Decisions, Decision{ID: id, Object: o, Source: at, Question: question, Choices: choices, HoldsUp: []string{}})
	}
	return id
}
