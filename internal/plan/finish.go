package plan

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"podpass/internal/audit"
	"podpass/internal/snapshot"
)

// settleAll orders the plan, and says what holds up what and what is left.
func (m *maker) settleAll() {
	p := m.plan
	slices.SortStableFunc(p.Steps, func(a, b Step) int { return cmp.Compare(slices.Index(Waves(), a.Wave), slices.Index(Waves(), b.Wave)) })
	m.holdUp()
	m.explainLeft()
}

// holdUp makes a step wait for whatever those that it needs wait for, and notes
// on decisions and gaps what they hold up. Steps that are needed stand before
// those that need them.
func (m *maker) holdUp() {
	p := m.plan
	if !slices.ContainsFunc(p.Steps, func(s Step) bool { return s.Waiting() }) {
		return
	}
	place := make(map[string]int, len(p.Steps))
	for i := range p.Steps {
		s := &p.Steps[i]
		place[s.ID] = i
		for _, id := range s.Needs {
			if j, ok := place[id]; ok && len(p.Steps[j].Waits) > 0 {
				s.Waits = distinct(slices.Concat(s.Waits, p.Steps[j].Waits))
			}
		}
		for _, id := range s.Waits {
			if j, ok := m.decisions[id]; ok {
				p.Decisions[j].HoldsUp = append(p.Decisions[j].HoldsUp, s.ID)
			}
			if j, ok := m.gaps[id]; ok {
				p.Gaps[j].HoldsUp = append(p.Gaps[j].HoldsUp, s.ID)
			}
		}
	}
}

// explainLeft says of each failure that no step settles why that is.
func (m *maker) explainLeft() {
	for i := range m.found {
		r := &m.found[i]
		if r.Status != audit.Fail || m.settled[r.Fingerprint] || m.told[r.Fingerprint] {
			continue
		}
		switch {
		case len(m.o.Rules) > 0 && !slices.Contains(m.o.Rules, r.Rule), !m.asked(r.Object) && len(m.o.Workloads) > 0:
			m.leave([]*audit.Result{r}, textNotAsked, true)
		case r.Rule == "PP401" && m.unused(r.Object):
			m.leave([]*audit.Result{r}, textUnusedKey, false)
		case r.Rule == "PP202" && m.olderPods(r.Object):
			m.leave([]*audit.Result{r}, textOlderPods, false)
		default:
			m.leave([]*audit.Result{r}, textRule(r.Rule), false)
		}
	}
	slices.SortStableFunc(m.plan.NotPlanned, compareNotPlanned)
}

// unused tells whether no workload that was seen takes keys from an object.
func (m *maker) unused(o audit.Object) bool {
	if o.Kind != snapshot.KindSecret && o.Kind != snapshot.KindConfigMap {
		return false
	}
	for _, w := range m.judge.Workloads() {
		if w.Object().Namespace != o.Namespace {
			continue
		}
		for _, d := range w.Definitions() {
			if d.Spec.AWS != nil && takesFrom(d.Spec.AWS, o.Kind, o.Name) {
				return false
			}
		}
	}
	return true
}

func takesFrom(said *snapshot.AWS, kind, name string) bool {
	return slices.ContainsFunc(said.Containers, func(c snapshot.Container) bool {
		return slices.ContainsFunc(c.Uses, func(u snapshot.Use) bool { return u.Kind == kind && u.Name == name })
	})
}

// olderPods tells whether an account is shared only by pods whose templates name
// another already.
func (m *maker) olderPods(o audit.Object) bool {
	named := 0
	for _, w := range m.judge.Users(o.Namespace, o.Name) {
		if slices.ContainsFunc(w.Definitions(), func(d audit.Definition) bool { return d.Spec.AccountName() == o.Name }) || len(w.Definitions()) == 0 {
			named++
		}
	}
	return named < 2
}

// HashOf gives the hash of a plan: of the JSON of all of it but Hash and
// GeneratedAt. Values with types are written as those that are read: members in
// the order of their names, and no blanks.
func HashOf(p *Plan) string {
	bare := *p
	bare.Hash, bare.GeneratedAt = "", time.Time{}
	sum := sha256.New()
	if json.MarshalWrite(sum, &bare, json.Deterministic(true), jsontext.AllowInvalidUTF8(true)) != nil {
		return ""
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// failures are what failed before a plan.
type failures struct {
	summary audit.Summary
	failing map[string]bool
	objects map[finding]bool // the same finding on less evidence has another fingerprint
}

func failuresOf(r *audit.Report) failures {
	f := failures{r.Summary, map[string]bool{}, map[finding]bool{}}
	for i := range r.Results {
		if result := &r.Results[i]; result.Status == audit.Fail {
			f.failing[result.Fingerprint] = true
			f.objects[finding{result.Rule, result.Object}] = true
		}
	}
	return f
}

// predict says what an audit says after all steps that do not wait. The judge is
// that of s, or nil where it has no pods.
func (p *Plan) predict(s *snapshot.Snapshot, o Options, was failures, judge *audit.Judge) {
	p.Predicted = Predicted{Before: was.summary, After: was.summary, Staying: []Staying{}}
	reasons := p.reasons()
	byObject := map[finding]string{}
	for _, n := range p.NotPlanned {
		byObject[finding{n.Rule, n.Object}] = n.Reason
	}
	after := audit.Run(predict(s, p, judge, Waves()), auditOptions(o))
	p.Predicted.After = after.Summary
	for i := range after.Results {
		if r := &after.Results[i]; r.Status == audit.Fail {
			key := finding{r.Rule, r.Object}
			p.Predicted.Staying = append(p.Predicted.Staying, Staying{
				r.Fingerprint, r.Rule, r.Object, r.Source, cmp.Or(reasons[r.Fingerprint], byObject[key], textRule(r.Rule)), !was.failing[r.Fingerprint] && !was.objects[key],
			})
		}
	}
}

// reconcile takes back what steps claim to settle and does not go away when all of
// them are done, and tells each failure once: as settled, or as not planned.
func (p *Plan) reconcile() {
	staying, waiting := map[string]*Staying{}, map[string]bool{}
	for i := range p.Predicted.Staying {
		staying[p.Predicted.Staying[i].Fingerprint] = &p.Predicted.Staying[i]
	}
	for i := range p.Steps {
		if s := &p.Steps[i]; s.Waiting() {
			for _, f := range s.Settles {
				waiting[f] = true
			}
		}
	}
	told, settled := map[string]bool{}, map[string]bool{}
	for _, n := range p.NotPlanned {
		told[n.Fingerprint] = true
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		s.Settles = slices.DeleteFunc(s.Settles, func(f string) bool {
			if staying[f] == nil || waiting[f] {
				settled[f] = true
				return false
			}
			if n := staying[f]; !told[f] {
				told[f] = true
				p.NotPlanned = append(p.NotPlanned, NotPlanned{n.Fingerprint, n.Rule, n.Object, n.Source, n.Reason, false, nil})
			}
			return true
		})
	}
	p.NotPlanned = slices.DeleteFunc(p.NotPlanned, func(n NotPlanned) bool { return settled[n.Fingerprint] })
	slices.SortStableFunc(p.NotPlanned, compareNotPlanned)
}

func compareNotPlanned(a, b NotPlanned) int {
	return cmp.Or(compareObjects(a.Object, b.Object), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Fingerprint, b.Fingerprint))
}

// reasons say why a failure stays.
func (p *Plan) reasons() map[string]string {
	reasons := map[string]string{}
	for _, n := range p.NotPlanned {
		reasons[n.Fingerprint] = n.Reason
	}
	for i := range p.Steps {
		if s := &p.Steps[i]; s.Waiting() {
			for _, f := range s.Settles {
				reasons[f] = textWaits(s.Waits)
			}
		}
	}
	return reasons
}

func textWaits(ids []string) string { return "It waits for " + strings.Join(ids, ", ") + "." }
