package audit

import (
	"fmt"
	"slices"

	"podpass/internal/snapshot"
	"podpass/internal/waivers"
)

// sight tells what a run judged: only of that can be said that a failure is
// gone. In doubt it says that it was not judged.
type sight struct {
	*context
	report   *Report
	ran      map[string]*Rule
	unknowns map[string]*unknowns // by rule, of those that ran
}

func newSight(c *context, r *Report, run []Rule) *sight {
	s := &sight{context: c, report: r, ran: map[string]*Rule{}, unknowns: map[string]*unknowns{}}
	for i := range run {
		if rule := &run[i]; rule.Source != sourceSecrets || rule.Partly || c.snap.SecretsRead {
			s.ran[rule.ID], s.unknowns[rule.ID] = rule, newUnknowns()
		}
	}
	for i := range r.Results {
		if result := &r.Results[i]; result.Status == Unknown {
			s.unknowns[result.Rule].add(result)
		}
	}
	return s
}

// unjudged says why this run did not judge a failure of an earlier one; empty
// where it did.
func (s *sight) unjudged(f *Failure) string {
	if why := s.left(f.Rule, f.Object.Kind); why != "" {
		return why
	}
	namespace := namespaceOf(f.Object)
	switch {
	case slices.Contains(s.report.Coverage.Excluded, namespace):
		return "its namespace was excluded"
	case namespace != "" && !s.keep(namespace):
		return "its namespace was not asked for"
	}
	if g := s.gap(namespace, s.ran[f.Rule].Needs...); g != nil {
		return fmt.Sprintf("%s could not be read whole (%s)", g.What, g.Scope)
	}
	if s.unknowns[f.Rule].hide(f.Fingerprint, f.Object) {
		return "it is unknown now"
	}
	return ""
}

// left says why a rule did not judge objects of a kind.
func (s *sight) left(id, kind string) string {
	rule := s.ran[id]
	if rule == nil {
		known, ok := Find(id)
		switch {
		case !ok:
			return "this version has no rule " + id
		case known.Source == sourceSecrets && !known.Partly && !s.snap.SecretsRead:
			return "Secrets were not read"
		}
		return "rule " + id + " did not run"
	}
	if s.blind(rule, kind == snapshot.KindSecret) {
		return "Secrets were not read"
	}
	return ""
}

// blind tells whether a rule did not see all that it needs for an object, a
// Secret or another, because Secrets were not read. A rule that judges several
// kinds of holders judges the others by themselves.
func (s *sight) blind(rule *Rule, secret bool) bool {
	return !s.snap.SecretsRead && slices.Contains(rule.Needs, snapshot.KindSecret) && (secret || rule.On != onHolder)
}

// unused tells whether an entry of waivers that matched no result is known to
// match none: all that it could mean was judged. Of files that holds for those
// that were given.
func (s *sight) unused(e *waivers.Entry) bool {
	if !s.sawSpace(e) {
		return false
	}
	for _, rule := range Rules() {
		if waivers.Match(e.Rule, rule.ID) && !s.sawAll(&rule, e) {
			return false
		}
	}
	return true
}

// sawSpace tells whether the namespaces that an entry can mean were judged.
func (s *sight) sawSpace(e *waivers.Entry) bool {
	cov := &s.report.Coverage
	pattern := e.Namespace
	if waivers.Match(pattern, "") && waivers.Match(e.Kind, snapshot.KindNamespace) {
		pattern = e.Name // of a Namespace, or one of the cluster: in doubt both
	}
	if one, ok := waivers.Literal(pattern); ok {
		return one == "" || s.keep(one)
	}
	return len(cov.Selected) == 0 && !slices.ContainsFunc(cov.Excluded, func(ns string) bool { return waivers.Match(pattern, ns) })
}

// sawAll tells whether a rule ran on all that an entry can mean.
func (s *sight) sawAll(rule *Rule, e *waivers.Entry) bool {
	if s.ran[rule.ID] == nil || s.blind(rule, waivers.Match(e.Kind, snapshot.KindSecret)) {
		return false
	}
	for i := range s.snap.Gaps {
		g := &s.snap.Gaps[i]
		meant := g.Namespace
		if !waivers.Match(e.Namespace, g.Namespace) && !waivers.Match(e.Namespace, "") {
			meant = "" // only what bears on every namespace counts
		}
		if slices.ContainsFunc(rule.Needs, func(kind string) bool { return concerns(g, meant, kind) }) {
			return false
		}
	}
	return !s.unknowns[rule.ID].meet(e)
}
