package audit

import (
	"cmp"
	"slices"
	"time"

	"podpass/internal/waivers"
)

// waive applies a file of waivers. A waiver makes a failure waived, a recorded
// verdict makes what is manual pass or fail; nothing changes what is unknown.
// Expired entries do nothing.
func waive(results []Result, set *waivers.Set, now time.Time) *applied {
	a := &applied{now: now, matched: map[*waivers.Entry]bool{}}
	accepted, judged := waivers.NewIndex(set.Waivers), waivers.NewIndex(set.Verdicts)
	for i := range results {
		r := &results[i]
		changed := r.Status == Manual && a.judge(r, judged)
		if r.Status == Fail && a.accept(r, accepted) {
			changed = true
		}
		if changed {
			a.count++
		}
	}
	return a
}

// applied is what entries did.
type applied struct {
	now     time.Time
	count   int // results that were changed
	matched map[*waivers.Entry]bool
}

// judge gives a result the status of the first verdict that is meant for it.
func (a *applied) judge(r *Result, verdicts *waivers.Index) bool {
	e := a.find(r, verdicts)
	if e == nil {
		return false
	}
	r.Status = Status(e.Verdict)
	r.Waiver = &Waiver{Owner: e.Owner, Reason: e.Reason, Expires: e.Expires, Verdict: r.Status, Evidence: e.Evidence}
	return true
}

// accept makes a failure waived, also one by a recorded verdict.
func (a *applied) accept(r *Result, list *waivers.Index) bool {
	e := a.find(r, list)
	if e == nil {
		return false
	}
	r.Status = Waived
	r.Waiver = &Waiver{Owner: e.Owner, Reason: e.Reason, Expires: e.Expires}
	return true
}

// find gives the first entry in force that is meant for a result, and notes
// all that are.
func (a *applied) find(r *Result, list *waivers.Index) *waivers.Entry {
	target := Target(r)
	var first *waivers.Entry
	for _, e := range list.Find(&target) {
		a.matched[e] = true
		if first == nil && !e.Expired(a.now) {
			first = e
		}
	}
	return first
}

// Target is a result as waivers see it.
func Target(r *Result) waivers.Target {
	o := r.Object
	return waivers.Target{Rule: r.Rule, Kind: o.Kind, Namespace: o.Namespace, Name: o.Name, Container: o.Container, KeyIDs: r.KeyIDs, SecretsWithoutID: r.SecretsWithoutID}
}

// use reports on a file after it was applied.
func (a *applied) use(set *waivers.Set, s *sight) *WaiverUse {
	use := &WaiverUse{File: set.File, Applied: a.count, Expired: []WaiverRef{}, Unused: []WaiverRef{}}
	for _, list := range [][]waivers.Entry{set.Waivers, set.Verdicts} {
		for i := range list {
			switch e := &list[i]; {
			case e.Expired(a.now):
				use.Expired = append(use.Expired, waiverRef(e))
			case !a.matched[e] && s.unused(e):
				use.Unused = append(use.Unused, waiverRef(e))
			}
		}
	}
	byLine := func(a, b WaiverRef) int { return cmp.Compare(a.Line, b.Line) }
	slices.SortStableFunc(use.Expired, byLine)
	slices.SortStableFunc(use.Unused, byLine)
	return use
}

func waiverRef(e *waivers.Entry) WaiverRef {
	return WaiverRef{e.Line, e.Rule, e.Kind, e.Namespace, e.Name, e.Owner, e.Expires}
}
