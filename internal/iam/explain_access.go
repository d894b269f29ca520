package iam

import "fmt"

// Explain is Decide with reasons.
func (a *Access) Explain() Explanation {
	if a.Decide() == DecideAllow && sameFold(a.Action, "sts:GetCallerIdentity") {
		return Explanation{DecideAllow, []Reason{{Note: "everyone who signs may ask who they are", Matches: True}}}
	}
	worst := a.explainOne(a.Request)
	for _, action := range a.companions() {
		other := a.explainOne(a.with(action))
		if other.Decision < worst.Decision {
			note := Reason{Note: action + " is needed too: " + why(action, &a.Caller), Matches: other.Decision.truth()}
			other.Reasons = append([]Reason{note}, other.Reasons...)
			worst = other
		}
	}
	return worst
}

// why says what an action besides that of the request is needed for.
func why(action string, c *Caller) string {
	switch {
	case action == SetSourceIdentity:
		return "a source identity is set"
	case c.arn == PodIdentity:
		return "Pod Identity passes session tags, unless they are off"
	}
	return "session tags are passed"
}

func (d Decision) truth() Truth { return Truth(d) }

func (a *Access) explainOne(plain *Request) Explanation {
	bounded := *plain
	r := &bounded
	r.bounded = a.Boundary != nil && r.Caller.signed()
	if note := a.barred(plain); note != "" {
		return Explanation{DecideDeny, []Reason{{Note: note, Effect: Deny, Matches: True}}}
	}
	var e explainer
	if r.Caller.signed() && !r.Caller.linked() {
		e.levels("service control policy", a.SCPs, r)
	}
	if !r.Caller.linked() {
		e.levels("resource control policy", a.RCPs, r)
	}
	if a.Resource != nil {
		e.gate("").add(a.Resource.doc.kind.String(), a.Resource, r, true)
	} else if mandatory(r) || !r.Caller.signed() || a.SameAccount != True {
		e.gate("the resource has no policy, and needs one")
	}
	if r.Caller.signed() {
		e.caller(a, r)
	}
	explanation := e.conclude(a.decideOne(plain))
	explanation.Reasons = append(explanation.Reasons, a.notes(explanation.Decision, r)...)
	return explanation
}

// notes are the reasons that are of no statement.
func (a *Access) notes(d Decision, r *Request) (all []Reason) {
	kind := r.Caller.kind
	if d == DecideAllow && kind == accountCaller && len(a.Identity) == 0 && a.SameAccount == True && !mandatory(r) {
		all = append(all, Reason{Note: "the root user of the resource's account needs no policy", Matches: True})
	}
	if d == DecideUnknown && a.SameAccount == Unknown {
		all = append(all, Reason{Note: "whose the resource is is not known: give resourceAccount", Matches: Unknown})
	}
	if d == DecideUnknown && kind == userCaller && ofRole(r) && a.tally(r).boundary != True {
		all = append(all, Reason{Note: "whether its permissions boundary limits a user whom the resource's policy names is documented in two ways", Matches: Unknown})
	}
	if t := a.tally(r); d == DecideUnknown && t.everyone != False && min(t.boundary, t.session) != True {
		all = append(all, Reason{Note: "whether boundary and session policies limit what the resource's policy grants to everyone is not documented", Matches: Unknown})
	}
	return all
}

// caller adds the gates of the caller's own policies.
func (e *explainer) caller(a *Access, r *Request) {
	if r.Caller.kind != accountCaller || len(a.Identity) > 0 {
		e.any("identity policy", a.Identity, r)
	}
	if a.Boundary != nil {
		e.gate("").add("permissions boundary", a.Boundary, r, false)
	}
	if a.limited(r) {
		e.any("session policy", a.Session, r)
	}
}

func (e *explainer) any(name string, all []*Policy, r *Request) {
	g := e.gate("no " + name)
	for i, p := range all {
		g.add(numbered(name, i, len(all)), p, r, false)
	}
}

func (e *explainer) levels(name string, levels [][]*Policy, r *Request) {
	for i, level := range levels {
		where := fmt.Sprintf("%s of level %d", name, i+1)
		g := e.gate("no " + where)
		for j, p := range level {
			g.add(numbered(where, j, len(level)), p, r, false)
		}
	}
}

func numbered(name string, i, n int) string {
	if n == 1 {
		return name
	}
	return fmt.Sprintf("%s, number %d", name, i+1)
}
