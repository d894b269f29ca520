package trust

import (
	"strings"

	"podpass/internal/iam"
)

// denies looks for what should be taken away and is not: a Deny that no request
// fulfils, and a value of one that fits nobody.
func (l *linter) denies() {
	var all []family
	for i := range l.doc.Statements {
		s := &l.doc.Statements[i]
		if s.Effect == iam.Allow || l.has(i, "", "PT25", "PT32", "PT36", "PT41", "PT42") {
			continue
		}
		if all == nil {
			all = families(l.p, l.p)
		}
		doc := *l.doc
		doc.Statements = []iam.Statement{*s}
		if !fires(all, iam.Compile(&doc)) {
			l.add("PT37", at{i, whole}, "", "")
			continue
		}
		for j := range s.Conditions {
			l.exempt(i, j, &s.Conditions[j])
		}
	}
}

// fires says whether a Deny may match a request of some family.
func fires(all []family, deny *iam.Policy) bool {
	for i := range all {
		w := all[i].world()
		f := all[i].formula(w, deny, anyWay)
		for j := range f.deny {
			t := &f.deny[j]
			_, ok, err := w.find(t, nil, w.unknowns(), func(p *point) bool { return t.holds(p) != iam.False })
			if ok || err != nil {
				return true
			}
		}
	}
	return false
}

// exempt judges the values of a Deny's condition on subjects: those that it
// names do not fall under it if the operator is negated, else they alone do.
func (l *linter) exempt(i, j int, c *iam.Condition) {
	host, claim := split(c.Key)
	if !strings.EqualFold(claim, "sub") || l.foreign(host) || !compares(c) || c.Traits().ForAll {
		return
	}
	for _, v := range c.Values {
		literal := !c.Traits().Like && strings.ContainsAny(v, "*?") && !strings.Contains(v, "${")
		switch {
		case !literal && alive(c, v):
		case !c.Traits().Negated:
			l.add("PT37", at{i, j}, "for "+quoted(v)+", which fits nobody", "")
		case literal:
			l.add("PT04", at{i, j}, quoted(v), "")
		default:
			l.add(deadValue(c, v), at{i, j}, quoted(v), "")
		}
	}
}
