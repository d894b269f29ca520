package plan

import (
	"slices"
	"strings"

	"podpass/internal/audit"
	"podpass/internal/snapshot"
)

// roleOnShared: a role that is given to an account is given to all that run as
// it. Their moves come first; where one has none, a person has to say.
func (m *maker) roleOnShared() {
	for _, mv := range m.moves {
		if mv.aws.role == nil || mv.moves() {
			continue
		}
		if len(m.judge.Accounts(mv.object.Namespace, mv.to)) == 0 && mv.aws.role.By == AWSIRSA {
			mv.hold(m.decide("account", mv.object, mv.source(), textNoAccount(mv.to), linesLeave("workloads", mv.object)))
		}
		var staying []audit.Workload
		for _, w := range m.judge.Users(mv.object.Namespace, mv.to) {
			if w.Is(mv.w) {
				continue
			}
			i := slices.IndexFunc(m.movesIn(mv.object.Namespace), func(o *move) bool { return o.w.Is(w) && o.moves() && o.from == mv.to })
			if i < 0 {
				staying = append(staying, w)
				continue
			}
			mv.aws.others = append(mv.aws.others, m.movesIn(mv.object.Namespace)[i])
		}
		if len(staying) > 0 {
			mv.hold(m.decide("shared", mv.object, mv.source(), textShared(mv.to, staying), linesLeave("workloads", mv.object)))
		}
		for _, o := range mv.aws.others {
			for _, id := range o.waits {
				mv.hold(id)
			}
		}
	}
}

// addRole makes the role of a workload, or lets its account in beside those whom
// the role lets in already; and the association of a new account.
func (m *maker) addRole(mv *move) {
	r := mv.aws.role
	if r == nil {
		return
	}
	action := Create
	if r.Exists {
		action = Trust
	}
	step := m.step(Add, action, Object{AWSAPI, KindIAMRole, "", r.Name})
	step.For, step.Waits = mv.about, mv.waits
	step.After = &State{Role: r}
	step.Reverse, step.Risk = textUndoRole(r), []string{riskIAM}
	mv.aws.needs = append(mv.aws.needs, step.ID, GateRoles)
	m.keep(step)
	if r.By == AWSPodIdentity && mv.moves() {
		m.associate(mv, Add)
	}
}

// associate ties the role to an account by EKS Pod Identity.
func (m *maker) associate(mv *move, wave Wave) {
	r := mv.aws.role
	step := m.step(wave, Create, Object{AWSAPI, KindAssociation, mv.object.Namespace, mv.to})
	step.For, step.Waits, step.Needs = mv.about, mv.waits, slices.Clone(mv.aws.needs)
	step.After = &State{Association: &Association{r.Cluster, r.Region, mv.object.Namespace, mv.to, r.ARN}}
	step.Reverse, step.Risk = textUndoAssociation, []string{riskAssociation}
	mv.aws.needs = append(mv.aws.needs, step.ID)
	m.keep(step)
}

// tieRole gives the role to an account that pods use already: that belongs to the
// workload's move.
func (m *maker) tieRole(mv *move) {
	r := mv.aws.role
	if r == nil || mv.moves() {
		return
	}
	for _, o := range mv.aws.others {
		mv.aws.needs = append(mv.aws.needs, o.ids...)
	}
	if r.By == AWSPodIdentity {
		m.associate(mv, Move)
		return
	}
	for _, sa := range m.judge.Accounts(mv.object.Namespace, mv.to) {
		if sa.RoleARN == r.ARN {
			continue
		}
		step := m.step(Move, Change, Object{"v1", snapshot.KindServiceAccount, sa.Namespace, sa.Name})
		step.Source, step.For, step.Expects.UID = sourceOf(&sa.Meta), mv.about, sa.UID
		path := "/metadata/annotations/" + escape(AnnotationRole)
		step.Before, step.After = &State{Fields: []Field{{Path: path, Value: textOrNil(sa.RoleARN)}}}, &State{Fields: []Field{{Path: path, Value: r.ARN}}}
		step.Needs, step.Reverse = slices.Clone(mv.aws.needs), textUntie
		step.Waits = append(m.managedObject("workloads", mv.object, &sa.Meta, mv.choice.Managed), mv.waits...)
		mv.aws.needs = append(mv.aws.needs, step.ID)
		m.keep(step)
	}
}

func textOrNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// restartForRole: a role is injected when a pod is made. Where nothing in the
// template changes, its pods are made anew in a cluster.
func (m *maker) restartForRole(mv *move) {
	if mv.aws.role == nil || len(mv.ids) > 0 || !m.live() || !restarts(mv.object.Kind) { // the next run of a CronJob has it
		return
	}
	step := m.step(Move, Restart, Object{apiVersion(mv.w.Group(), mv.object.Kind), mv.object.Kind, mv.object.Namespace, mv.object.Name})
	step.For, step.Restarts, step.Expects.UID = mv.about, true, mv.w.Meta().UID
	step.Needs, step.Waits, step.Reverse = mv.aws.needs, mv.waits, textRestartAgain
	step.Settles = m.settle(mv.settles...)
	mv.ids = append(mv.ids, step.ID)
	m.keep(step)
}

// dropAnnotations takes away, in Clean, what asked kube2iam or kiam for the role
// that the account carries now.
func (m *maker) dropAnnotations() {
	for _, mv := range m.moves {
		if len(mv.aws.asks) == 0 || mv.aws.role == nil && !mv.aws.carried {
			continue
		}
		for _, d := range mv.defs {
			m.dropAnnotation(mv, d)
		}
	}
	for _, ns := range m.judge.Namespaces() {
		m.dropAllowed(ns)
	}
}

func (m *maker) dropAnnotation(mv *move, d audit.Definition) {
	if d.Spec.AWS == nil || len(d.Spec.AWS.Annotations) == 0 {
		return
	}
	step := m.step(Clean, Change, Object{apiVersion(mv.w.Group(), mv.object.Kind), mv.object.Kind, mv.object.Namespace, mv.object.Name})
	step.Source, step.For, step.Expects.UID = sourceOf(d.Meta), mv.about, d.Meta.UID
	path := audit.TemplatePath(mv.object.Kind)
	base := "/" + strings.Join(append(slices.Clone(path[:len(path)-1]), "metadata", "annotations"), "/") + "/"
	step.Before, step.After = &State{}, &State{}
	for _, a := range d.Spec.AWS.Annotations {
		step.Before.Fields = append(step.Before.Fields, Field{Path: strings.Replace(base, "//", "/", 1) + escape(a.Name), Value: a.Value})
		step.After.Fields = append(step.After.Fields, Field{Path: strings.Replace(base, "//", "/", 1) + escape(a.Name)})
	}
	step.Needs = append(append([]string{GateUse, GateSoak}, mv.ids...), mv.aws.needs...)
	step.Needs = slices.DeleteFunc(step.Needs, func(id string) bool { return id == GateRoles })
	step.Waits, step.Settles = mv.waits, m.settle(mv.aws.asks)
	step.Restarts, step.Reverse = mv.object.Kind != snapshot.KindCronJob, textPutAnnotation
	m.cleaned[mv.object.Namespace] = append(m.cleaned[mv.object.Namespace], step.ID)
	m.keep(step)
}

// dropAllowed takes away what allows roles in a namespace, once none of its pods
// asks for one.
func (m *maker) dropAllowed(ns *snapshot.Namespace) {
	found := m.fails("PP602", audit.Object{Kind: snapshot.KindNamespace, Name: ns.Name})
	ids := m.cleaned[ns.Name]
	if len(found) == 0 || len(ids) == 0 || m.stillAsks(ns.Name) || ns.Implied {
		return
	}
	step := m.step(Clean, Change, Object{"v1", snapshot.KindNamespace, "", ns.Name})
	step.Source, step.Expects.UID = sourceOf(&ns.Meta), ns.UID
	step.Before, step.After = &State{}, &State{}
	for _, a := range ns.Annotations {
		step.Before.Fields = append(step.Before.Fields, Field{Path: "/metadata/annotations/" + escape(a.Name), Value: a.Value})
		step.After.Fields = append(step.After.Fields, Field{Path: "/metadata/annotations/" + escape(a.Name)})
	}
	step.Needs, step.Settles, step.Reverse = append([]string{GateSoak}, ids...), m.settle(found), textPutAnnotation
	step.Waits = m.managedObject("namespaces", audit.Object{Kind: snapshot.KindNamespace, Name: ns.Name}, &ns.Meta, m.namespaceChoice(ns.Name).Managed)
	m.keep(step)
}

// stillAsks tells whether a workload of a namespace goes on to ask for a role.
func (m *maker) stillAsks(namespace string) bool {
	for _, w := range m.judge.Workloads() {
		if o := w.Object(); o.Namespace == namespace {
			for _, r := range m.failing[finding{"PP602", o}] {
				if !m.settled[r.Fingerprint] {
					return true
				}
			}
		}
	}
	return false
}
