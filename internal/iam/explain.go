package iam

import "slices"

// Explanation is a decision with all of its reasons: every statement that
// allowed or denied; where none did, every one that might have, with all that
// kept it from matching.
type Explanation struct {
	Decision Decision
	Reasons  []Reason
}

// Reason is one statement that decided, or could have.
type Reason struct {
	Policy    string // which one, such as "identity policy 2"; empty where there is but one
	Statement int    // from 1; 0 where the reason is of all the policies named
	Sid       string
	Effect    Effect
	Matches   Truth
	Checks    []Check // that were not true
	Note      string  // of a reason without statement
}

// Check is one part of a statement that did not hold, or may not.
type Check struct {
	Element  string // Principal, Action, Resource, Condition, with Not where the policy has it
	Operator string // of a condition
	Key      string // of a condition
	Wanted   []string
	Got      []string // empty where the key is absent or open
	Result   Truth
	Cause    string // why, where wanted and got do not say it
}

// String names the cause in words, empty where the values say it all.
func (c cause) String() string {
	return [...]string{
		decided:           "",
		missing:           "the key is absent",
		unknownName:       "the operator is not known",
		openKey:           "the key is open: whether it is there, and what it says, is not known",
		severalValues:     "the key has several values, for which the operator needs ForAllValues or ForAnyValue",
		emptyValue:        "the key is an empty string, which counts as a value or as null",
		anyIfExists:       "ForAnyValue with IfExists of an absent key is true or false",
		badOperand:        "the operator cannot read the policy's value",
		badValue:          "the operator cannot read the request's value",
		shortARN:          "the policy's ARN has fewer than six parts",
		noVariable:        "a policy variable has no value",
		openVariable:      "the key of a policy variable is open",
		severalInVariable: "the key of a policy variable has several values",
		wildInVariable:    "the value of a policy variable holds a wildcard character, or a colon within an ARN",
	}[c]
}

// Explain is Decide with reasons.
func (p *Policy) Explain(r *Request) Explanation {
	var e explainer
	e.gate("").add("", p, r, true)
	return e.conclude(p.Decide(r))
}

// explainer gathers what each policy says of a request.
type explainer struct{ gates []*gate }

func (e *explainer) gate(name string) *gate {
	g := &gate{name: name}
	e.gates = append(e.gates, g)
	return g
}

// gate is a set of policies of which one must allow.
type gate struct {
	name    string // what to say where there is no policy; may be empty
	allow   Truth
	reasons []Reason
}

func (g *gate) add(name string, p *Policy, r *Request, principals bool) {
	g.reasons = slices.Grow(g.reasons, len(p.statements))
	for i := range p.statements {
		s := &p.statements[i]
		reason := Reason{Policy: name, Statement: i + 1, Sid: s.Sid, Effect: s.Effect, Matches: True}
		s.check(r, principals, &reason)
		if s.Effect == Allow {
			g.allow = max(g.allow, reason.Matches)
		}
		g.reasons = append(g.reasons, reason)
	}
}

// check judges every part of a statement, and adds those that are not true to
// the reason.
func (s *statement) check(r *Request, principals bool, reason *Reason) {
	if principals && len(s.Principals) > 0 {
		covered := s.principal(r)
		reason.part(covered, func() Check {
			c := Check{Element: not(s.NotPrincipal) + "Principal", Wanted: principalTexts(s.Principals), Got: []string{r.Caller.arn}}
			if covered == Unknown {
				c.Cause = "whether it covers this caller is not known"
			}
			return c
		})
	}
	reason.part(truth(s.action(r) != s.NotAction), func() Check {
		return Check{Element: not(s.NotAction) + "Action", Wanted: s.Actions, Got: []string{r.Action}}
	})
	if len(s.Resources) > 0 {
		fits := s.resource(r)
		reason.part(fits, func() Check {
			c := Check{Element: not(s.NotResource) + "Resource", Wanted: s.Resources, Got: []string{r.Resource}}
			if fits == Unknown {
				c.Cause = "an incomplete ARN, or a variable that is not known"
			}
			return c
		})
	}
	for i := range s.conditions {
		c := &s.conditions[i]
		result, why := c.evaluate(r.Context)
		reason.part(result, func() Check {
			got, _ := r.Context.lookup(c.Key)
			return Check{Element: "Condition", Operator: c.Operator, Key: c.Key, Wanted: c.Values, Got: got, Cause: why.String()}
		})
	}
}

// part takes the result of a part, which is described only if it is not true.
func (r *Reason) part(result Truth, describe func() Check) {
	if r.Matches = min(r.Matches, result); result != True {
		c := describe()
		c.Result = result
		r.Checks = append(r.Checks, c)
	}
}

func principalTexts(all []Principal) []string {
	texts := make([]string, len(all))
	for i, p := range all {
		texts[i] = p.Value
	}
	return texts
}

// conclude keeps the reasons that bear on the decision. Where nothing denies
// and all the same nothing may be done, they are what did not allow it.
func (e *explainer) conclude(d Decision) Explanation {
	result := Explanation{Decision: d}
	for _, g := range e.gates {
		for _, r := range g.reasons {
			if bears(d, r) {
				result.Reasons = append(result.Reasons, r)
			}
		}
	}
	if len(result.Reasons) > 0 || d == DecideAllow {
		return result
	}
	for _, g := range e.gates {
		if g.allow == False {
			result.Reasons = append(result.Reasons, g.silence()...)
		}
	}
	return result
}

// bears says whether a statement's outcome is a reason for the decision.
func bears(d Decision, r Reason) bool {
	switch d {
	case DecideAllow:
		return r.Effect == Allow && r.Matches == True
	case DecideUnknown:
		return r.Matches == Unknown
	}
	return r.Effect == Deny && r.Matches == True
}

// silence is why a gate does not allow: each of its Allow statements with what
// failed.
func (g *gate) silence() []Reason {
	var all []Reason
	for _, r := range g.reasons {
		if r.Effect == Allow && r.Matches == False {
			all = append(all, r)
		}
	}
	if len(all) == 0 {
		note := "no statement allows anything"
		if len(g.reasons) == 0 && g.name != "" {
			note = g.name
		}
		all = []Reason{{Note: note}}
	}
	return all
}
