package plan

import (
	"slices"
	"strings"
	"time"

	"podpass/internal/audit"
	"podpass/internal/rbac"
	"podpass/internal/snapshot"
)

// Options are what a run asks for. The zero value asks for everything.
type Options struct {
	Choices    *Choices
	Rules      []string // ids of rules to settle; empty: all that are planned
	Workloads  []Match  // only these, and what they need; empty: all
	Namespaces []string
	Excluded   []string
	Tool       audit.Tool
	Now        time.Time
}

// Planned are the rules whose failures steps can settle.
func Planned() []string {
	var ids []string
	for _, rule := range audit.Rules() {
		if rule.Planned {
			ids = append(ids, rule.ID)
		}
	}
	return ids
}

// maker holds what one Make knows.
type maker struct {
	s       *snapshot.Snapshot
	o       Options
	choices *Choices
	chosen  chosen
	judge   *audit.Judge
	plan    *Plan

	found   []audit.Result              // what fails
	failing map[finding][]*audit.Result // by rule and object
	settled map[string]bool             // fingerprints that steps settle
	told    map[string]bool             // fingerprints of NotPlanned

	moves     []*move
	left      map[string][]audit.Workload // by namespace: those that stay on default
	decisions map[string]int              // place in the plan, by id
	gaps      map[string]int
	refs      map[snapshot.Names][]*snapshot.Reference // that name one account
	wide      []*snapshot.Reference                    // all others
	ids       map[string]int                           // how often an id was asked for
	byName    map[audit.Object][]*snapshot.Binding     // nil until they are asked for
	rollouts  map[audit.Object]string                  // nil until they are asked for
	emptied   map[*snapshot.Binding]*emptying
	emptyings []*emptying
	retirings []*retiring
	broad     map[*rbac.Role]bool                 // whether nobody wants to hand a role on unasked
	copied    map[audit.Object]copyOwner          // names of bindings that are planned
	cleaned   map[string][]string                 // steps that take annotations away, by namespace
	stalePods int                                 // failures of PP204
	holders   map[snapshot.Ref][]*snapshot.Holder // nil until they are asked for
	trusts    map[string][]byte                   // of roles that are there, as the steps so far leave them
	named     map[*snapshot.Binding]bool          // whose chosen accounts were added
	roleNames map[string]audit.Object             // in small letters: whose they are
}

// finding names what a rule says of an object.
type finding struct {
	rule   string
	object audit.Object // without container
}

type account struct{ namespace, name string }

// exact tells whether names are those of one account.
func exact(n snapshot.Names) bool {
	return n.Namespace != "" && n.Name != "" && !strings.Contains(n.Namespace+n.Name, "*")
}

// Make plans. The Snapshot must be sorted, and is not changed.
func Make(s *snapshot.Snapshot, o Options) *Plan {
	p, _ := makePlan(s, o, false)
	return p
}

// MakeReported plans, and gives the audit that the plan is made of.
func MakeReported(s *snapshot.Snapshot, o Options) (*Plan, *audit.Report) {
	return makePlan(s, o, true)
}

func makePlan(s *snapshot.Snapshot, o Options, reported bool) (*Plan, *audit.Report) {
	m := newMaker(s, o)
	before := m.judge.Run()
	m.index(before)
	was := failuresOf(before)
	if !reported {
		before = nil
	}
	m.assign()
	m.plan.Steps = make([]Step, 0, 3*len(m.moves)+2*len(m.judge.Namespaces())) // mostly enough: a step is large
	m.addWave()
	m.moveWave()
	m.lockWave()
	m.cleanWave()
	m.settleAll()
	// What it was made of is as large as the plan: it goes before another audit
	// is made.
	p, judge := m.plan, m.judge
	m = nil
	if len(s.Pods) == 0 {
		judge = nil
	}
	p.predict(s, o, was, judge)
	p.reconcile()
	p.Hash = HashOf(p)
	return p, before
}

func newMaker(s *snapshot.Snapshot, o Options) *maker {
	choices := o.Choices
	if choices == nil {
		choices = &Choices{}
	}
	m := &maker{
		s: s, o: o, choices: choices, chosen: indexAll(choices),
		judge:     audit.NewJudge(s, auditOptions(o)),
		failing:   map[finding][]*audit.Result{},
		settled:   map[string]bool{},
		told:      map[string]bool{},
		left:      map[string][]audit.Workload{},
		decisions: map[string]int{},
		gaps:      map[string]int{},
		refs:      map[snapshot.Names][]*snapshot.Reference{},
		ids:       map[string]int{},
		emptied:   map[*snapshot.Binding]*emptying{},
		roleNames: map[string]audit.Object{},
		trusts:    map[string][]byte{},
		named:     map[*snapshot.Binding]bool{},
		cleaned:   map[string][]string{},
		copied:    map[audit.Object]copyOwner{},
		broad:     map[*rbac.Role]bool{},
	}
	m.plan = &Plan{
		APIVersion: APIVersion, Kind: Kind, Format: Format, Tool: o.Tool, GeneratedAt: o.Now,
		Source: Source{
			Origin: s.Origin, TakenAt: s.TakenAt, Paths: s.Paths, Choices: choices.File, Rules: o.Rules,
			Cluster:    clusterSource(s),
			Namespaces: o.Namespaces, Excluded: o.Excluded,
		},
		Decisions: []Decision{}, Gaps: []Gap{}, Steps: []Step{}, NotPlanned: []NotPlanned{},
	}
	for _, w := range o.Workloads {
		m.plan.Source.Workloads = append(m.plan.Source.Workloads, w.Kind+" "+w.Namespace+"/"+w.Name)
	}
	for i := range s.References {
		r := &s.References[i]
		if exact(r.Of) {
			m.refs[r.Of] = append(m.refs[r.Of], r)
		} else {
			m.wide = append(m.wide, r)
		}
	}
	return m
}

// clusterSource tells a cluster by a namespace: whoever may read only some knows
// nothing of kube-system.
func clusterSource(s *snapshot.Snapshot) ClusterSource {
	c := ClusterSource{Name: s.Cluster.Name, Context: s.Cluster.Context, Version: s.Cluster.Version, UID: s.Cluster.UID}
	for i := range s.Namespaces {
		if ns := &s.Namespaces[i]; c.UID == "" && ns.UID != "" {
			c.UID, c.Namespace = ns.UID, ns.Name
		}
	}
	return c
}

func auditOptions(o Options) audit.Options {
	return audit.Options{Namespaces: o.Namespaces, Excluded: o.Excluded, Tool: o.Tool, Now: o.Now}
}

// index notes what fails, by rule and object.
func (m *maker) index(r *audit.Report) {
	planned := map[string]bool{}
	for _, id := range Planned() {
		planned[id] = true
	}
	m.found = make([]audit.Result, 0, r.Summary.Fail+16)
	for i := range r.Results {
		result := &r.Results[i]
		// default may be added to files that have its Namespace.
		absent := result.Status == audit.Unknown && result.Absent && result.Rule == "PP102"
		if result.Status != audit.Fail && !absent {
			continue
		}
		// Without its texts, which are most of it.
		m.found = append(m.found, audit.Result{Rule: result.Rule, Status: result.Status, Object: result.Object, Source: result.Source, Fingerprint: result.Fingerprint})
	}
	for i := range m.found {
		result := &m.found[i]
		if !planned[result.Rule] {
			continue
		}
		if result.Rule == "PP204" {
			m.stalePods++
		}
		o := result.Object
		o.Container = ""
		key := finding{result.Rule, o}
		m.failing[key] = append(m.failing[key], result)
	}
}

// asks tells whether a rule is to be settled.
func (m *maker) asks(rule string) bool {
	return len(m.o.Rules) == 0 || slices.Contains(m.o.Rules, rule)
}

// fails gives the failures of a rule on an object, if that rule is to be
// settled.
func (m *maker) fails(rule string, o audit.Object) []*audit.Result {
	if !m.asks(rule) {
		return nil
	}
	return m.failing[finding{rule, o}]
}

// asked tells whether a workload is among those that were asked for.
func (m *maker) asked(o audit.Object) bool {
	return len(m.o.Workloads) == 0 || slices.ContainsFunc(m.o.Workloads, func(w Match) bool { return w.Fits(o.Kind, o.Namespace, o.Name) })
}

// settle lists the fingerprints of failures, for a step that settles them.
func (m *maker) settle(lists ...[]*audit.Result) []string {
	var all []string
	for _, list := range lists {
		for _, r := range list {
			m.settled[r.Fingerprint] = true
			all = append(all, r.Fingerprint)
		}
	}
	return all
}

// leave notes that failures are not planned.
func (m *maker) leave(list []*audit.Result, reason string, byChoice bool) {
	for _, r := range list {
		if m.told[r.Fingerprint] {
			continue
		}
		m.told[r.Fingerprint] = true
		m.plan.NotPlanned = append(m.plan.NotPlanned, NotPlanned{r.Fingerprint, r.Rule, r.Object, r.Source, reason, byChoice, nil})
	}
}

// wait notes that failures are not planned before a decision.
func (m *maker) wait(list []*audit.Result, id string) {
	from := len(m.plan.NotPlanned)
	m.leave(list, textWaits([]string{id}), false)
	for i := range m.plan.NotPlanned[from:] {
		m.plan.NotPlanned[from+i].Waits = []string{id}
	}
}
