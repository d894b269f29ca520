package iam

import (
	"maps"
	"slices"

	"pgregory.net/rapid"
)

// The universe of the properties is small, so that what is drawn meets often.
var (
	someKeys    = []string{"aws:username", "test:a", "test:b", "aws:PrincipalTag/Team"}
	someValues  = []string{"a", "b", "ab", "5", "6.50", "true", "false", "", "2026-01-01", "203.0.113.9", "QQ==", "a*", role, "1767225600"}
	someActions = []string{"s3:GetObject", "s3:PutObject", AssumeRole, TagSession, "sts:AssumeRoleWithWebIdentity"}
	someCallers = []string{"*", account, user, role, session, getter, "s3.amazonaws.com", PodIdentity, oidc, saml, "arn:aws:iam::444455556666:user/eve"}
	someTargets = []string{object, target, kmsKey, "arn:aws:s3:::bucket", ""}
	patterns    = []string{"*", "a*", "?", "${aws:username}", "${test:a}*", "${test:none, 'a'}", "${*}", "${", "arn:aws:iam::*:role/*", "203.0.113.0/24", "5.0", "05", "TRUE", "2026-01"}
	principals  = []Principal{{AWS, "*"}, {AWS, account}, {AWS, root}, {AWS, user}, {AWS, role}, {AWS, session}, {AWS, "arn:aws:iam::111122223333:user/*"}, {AWS, "AROAEXAMPLE"},
		{Service, "s3.amazonaws.com"}, {Service, PodIdentity}, {Service, "*"}, {Federated, oidc}, {Federated, saml}, {CanonicalUser, "79a59df900b949e5"}}
)

func someOperators() []string {
	all := []string{"NoSuchOperator", "NullIfExists"}
	for name := range operators {
		all = append(all, name)
		if name != "Null" {
			all = append(all, name+"IfExists", "ForAllValues:"+name, "ForAnyValue:"+name, "ForAllValues:"+name+"IfExists", "ForAnyValue:"+name+"IfExists")
		}
	}
	slices.Sort(all)
	return all
}

func drawConditions(t *rapid.T) []Condition {
	operator := rapid.SampledFrom(someOperators())
	value := rapid.SampledFrom(slices.Concat(someValues, patterns))
	seen := map[[2]string]bool{}
	var all []Condition
	for range rapid.IntRange(0, 3).Draw(t, "conditions") {
		c := Condition{Operator: operator.Draw(t, "operator"), Key: rapid.SampledFrom(someKeys).Draw(t, "key"),
			Values: rapid.SliceOfN(value, 1, 3).Draw(t, "values")}
		if !seen[[2]string{c.Operator, c.Key}] { // a document has each but once
			seen[[2]string{c.Operator, c.Key}] = true
			all = append(all, c)
		}
	}
	// As a document has them: those of one operator together.
	slices.SortStableFunc(all, func(a, b Condition) int {
		return slices.Index(operatorsOf(all), a.Operator) - slices.Index(operatorsOf(all), b.Operator)
	})
	return all
}

// operatorsOf are the operators in the order in which they come first.
func operatorsOf(all []Condition) (names []string) {
	for _, c := range all {
		if !slices.Contains(names, c.Operator) {
			names = append(names, c.Operator)
		}
	}
	return names
}

func drawStatement(t *rapid.T, kind Kind, effect Effect) Statement {
	s := Statement{Effect: effect, Sid: rapid.SampledFrom([]string{"", "A", "B"}).Draw(t, "sid"),
		NotAction:  rapid.IntRange(0, 4).Draw(t, "not action") == 0 && kind != ResourceControl,
		Actions:    rapid.SliceOfN(rapid.SampledFrom([]string{"*", "s3:*", "S3:getobject", "sts:*", "sts:AssumeRole*", "sts:TagSession", "sts:assumerole", "s3:?etObject"}), 1, 3).Draw(t, "actions"),
		Conditions: drawConditions(t)}
	if kind.resources() || kind == Resource && rapid.Bool().Draw(t, "has resources") {
		s.NotResource = rapid.IntRange(0, 4).Draw(t, "not resource") == 0
		s.Resources = rapid.SliceOfN(rapid.SampledFrom([]string{"*", object, "arn:aws:s3:::bucket*", "arn:aws:*:::*:*", "arn:aws:iam::*:role/${aws:username}", "arn:aws:s3:::${test:none}*", target, kmsKey}), 1, 3).Draw(t, "resources")
	}
	if kind.principals() {
		s.NotPrincipal = kind == Resource && effect == Deny && rapid.IntRange(0, 3).Draw(t, "not principal") == 0
		s.Principals = drawPrincipals(t, kind)
	}
	return s
}

func drawPrincipals(t *rapid.T, kind Kind) []Principal {
	if kind == ResourceControl || rapid.IntRange(0, 3).Draw(t, "anyone") == 0 {
		return []Principal{{Anyone, "*"}}
	}
	all := rapid.SliceOfN(rapid.SampledFrom(principals), 1, 3).Draw(t, "principals")
	var grouped []Principal // as a document has them: those of one type together
	for _, first := range all {
		if slices.ContainsFunc(grouped, func(p Principal) bool { return p.Type == first.Type }) {
			continue
		}
		for _, p := range all {
			if p.Type == first.Type {
				grouped = append(grouped, p)
			}
		}
	}
	return grouped
}

func drawDocument(t *rapid.T, kind Kind) *Document {
	d := &Document{kind: kind, Version: rapid.SampledFrom([]string{Version2012, Version2012, Version2012, Version2008, ""}).Draw(t, "version")}
	for range rapid.IntRange(1, 4).Draw(t, "statements") {
		effect := rapid.SampledFrom([]Effect{Allow, Allow, Allow, Deny}).Draw(t, "effect")
		d.Statements = append(d.Statements, drawStatement(t, kind, effect))
	}
	return d
}

// fact is what a context says of a key.
type fact struct {
	values []string
	open   bool
}

func drawFacts(t *rapid.T) map[string]fact {
	facts := map[string]fact{}
	for _, key := range someKeys {
		switch rapid.IntRange(0, 5).Draw(t, "state of "+key) {
		case 0: // absent
		case 1:
			facts[key] = fact{open: true}
		case 2:
			facts[key] = fact{values: rapid.SliceOfN(rapid.SampledFrom(someValues), 2, 3).Draw(t, "values of "+key)}
		default:
			facts[key] = fact{values: []string{rapid.SampledFrom(someValues).Draw(t, "value of "+key)}}
		}
	}
	return facts
}

// contextWith fills a context in the order of the keys.
func contextWith(facts map[string]fact, keys ...string) *Context {
	if len(keys) == 0 {
		keys = slices.Sorted(maps.Keys(facts))
	}
	ctx := &Context{}
	for _, key := range keys {
		if f := facts[key]; f.open {
			ctx.Open(key)
		} else {
			ctx.Add(key, f.values...)
		}
	}
	return ctx
}

func drawRequest(t *rapid.T, ctx *Context) *Request {
	c, err := ParseCaller(rapid.SampledFrom(someCallers).Draw(t, "caller"))
	if err != nil {
		t.Fatal(err)
	}
	return NewRequest(c, rapid.SampledFrom(someActions).Draw(t, "action"), rapid.SampledFrom(someTargets).Draw(t, "resource"), ctx)
}

func drawKind(t *rapid.T) Kind { return rapid.SampledFrom(kinds).Draw(t, "kind") }

// drawAccess draws policies of all kinds, often none of one.
func drawAccess(t *rapid.T, ctx *Context) *Access {
	some := func(kind Kind, most int) (all []*Policy) {
		for range rapid.IntRange(0, most).Draw(t, kind.String()) {
			all = append(all, Compile(drawDocument(t, kind)))
		}
		return all
	}
	levels := func(kind Kind) (all [][]*Policy) {
		for range rapid.IntRange(0, 2).Draw(t, "levels") {
			all = append(all, some(kind, 2))
		}
		return all
	}
	a := &Access{Request: drawRequest(t, ctx), Identity: some(Identity, 2), Session: some(Session, 1),
		SCPs: levels(ServiceControl), RCPs: levels(ResourceControl),
		SameAccount: rapid.SampledFrom([]Truth{True, True, False, Unknown}).Draw(t, "same account"), Untagged: rapid.Bool().Draw(t, "untagged")}
	if one := some(Boundary, 1); len(one) > 0 {
		a.Boundary = one[0]
	}
	if one := some(rapid.SampledFrom([]Kind{Trust, Resource}).Draw(t, "kind of the resource's policy"), 1); len(one) > 0 {
		a.Resource = one[0]
	}
	return a
}
