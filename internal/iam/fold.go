package iam

import (
	"maps"
	"slices"
	"strings"

	"podpass/internal/iam/glob"
)

// Fold asks what a policy says of many requests at once: of all that are like
// Request but for the parts that are left free. Its context must not hold the
// free keys.
type Fold struct {
	Request *Request
	// Keys are free keys: each has exactly one value, not empty.
	Keys []Key
	// Action and Resource are free too; the request's are not looked at.
	Action, Resource bool
}

// Key is a free key. Plain says that no value of it has more than five colons,
// so that a pattern of an ARN, which has five, fits as a whole where its parts
// fit.
type Key struct {
	Name  string
	Plain bool
}

// Where an Atom is about no key.
const (
	OfAction   = -1
	OfResource = -2
)

// Clause is what is left of a statement: it matches where the principal does,
// all atoms hold and everything opaque holds.
type Clause struct {
	Statement int // its index
	Effect    Effect
	Direct    Truth // of the principal: named itself, or as everyone
	Role      Truth // named by its role
	Account   Truth // named by its account
	Atoms     []Atom
	Opaque    []Opaque // what is unknown
}

// Opaque is a condition that is unknown, in a form that equal ones share.
type Opaque struct {
	Text string
	// Key is the open key on which it depends, in lower case, if the condition
	// is else plain: some values of the key make it true and some false.
	Key string
}

// Principal is whether the clause is for the caller in any way.
func (c *Clause) Principal() Truth { return max(c.Direct, c.Role, c.Account) }

// Atom is a question about one free part: is it in the set? It is where Sure
// fits, it may be where Maybe does, else it is not. Negated turns that around.
type Atom struct {
	Of          int // index of Keys, OfAction or OfResource
	Sure, Maybe []glob.Pattern
	Negated     bool
	Text        string // of the condition or element
}

// Fold gives a clause for each statement that can match.
func (p *Policy) Fold(f *Fold) []Clause {
	free := *f.Request.Context
	free.open = maps.Clone(free.open)
	for _, key := range f.Keys {
		free.Open(key.Name)
	}
	r := *f.Request
	r.Context = &free
	var all []Clause
	for i := range p.statements {
		c := Clause{Statement: i, Effect: p.statements[i].Effect}
		if p.statements[i].fold(f, &r, &c) {
			all = append(all, c)
		}
	}
	return all
}

// fold fills in a clause; it is false where the statement cannot match.
func (s *statement) fold(f *Fold, r *Request, c *Clause) bool {
	g := grant{direct: True}
	if len(s.Principals) > 0 {
		g = s.granted(&r.Caller)
	}
	c.Direct, c.Role, c.Account = max(g.direct, g.everyone), g.role, g.account
	if g.any() == False || !s.foldAction(f, r, c) || !s.foldResource(f, r, c) {
		return false
	}
	for i := range s.conditions {
		if !s.conditions[i].fold(f, r, c) {
			return false
		}
	}
	return true
}

func (s *statement) foldAction(f *Fold, r *Request, c *Clause) bool {
	if !f.Action {
		return s.action(r) != s.NotAction
	}
	a := Atom{Of: OfAction, Negated: s.NotAction, Text: "Action " + strings.Join(sortedOnce(s.Actions), "\x00")}
	for _, action := range s.Actions {
		a.Sure = append(a.Sure, glob.Parse(lower(action)))
	}
	c.Atoms = append(c.Atoms, a)
	return true
}

func (s *statement) foldResource(f *Fold, r *Request, c *Clause) bool {
	if len(s.Resources) == 0 {
		return true
	}
	if !f.Resource {
		t := s.resource(r)
		if t == Unknown {
			c.Opaque = append(c.Opaque, Opaque{Text: not(s.NotResource) + "Resource " + s.texts()})
		}
		return t != False
	}
	a := Atom{Of: OfResource, Negated: s.NotResource, Text: "Resource " + s.texts()}
	for i := range s.resources {
		if o := &s.resources[i]; o.form == formPattern {
			a.Sure = append(a.Sure, o.pattern)
		} else {
			a.Maybe = append(a.Maybe, glob.Parse("*"))
		}
	}
	c.Atoms = append(c.Atoms, a)
	return true
}

func (c *condition) fold(f *Fold, r *Request, into *Clause) bool {
	of := slices.IndexFunc(f.Keys, func(key Key) bool { return sameFold(key.Name, c.Key) })
	if of < 0 || c.comparison == unknownOperator || c.comparison == null && c.quantifier != single {
		t, why := c.evaluate(r.Context)
		if t == Unknown {
			into.Opaque = append(into.Opaque, c.opaque(why))
		}
		return t != False
	}
	if c.comparison == null {
		t, _ := c.isNull([]string{"present"})
		if t == Unknown {
			into.Opaque = append(into.Opaque, Opaque{Text: c.text()})
		}
		return t != False
	}
	a := Atom{Of: of, Negated: c.negated, Text: c.text()}
	c.fill(&a, f.Keys[of].Plain, r.Context)
	into.Atoms = append(into.Atoms, a)
	return true
}

func (c *condition) opaque(why cause) Opaque {
	o := Opaque{Text: c.text()}
	plain := func(o operand) bool { return o.form != wrong && o.form != formFilled && o.form != formShortARN }
	if why == openKey && !c.constant() && !slices.ContainsFunc(c.operands, func(o operand) bool { return !plain(o) }) {
		o.Key = lower(c.Key)
	}
	return o
}

// constant says whether a condition may come out the same for all values of its
// key, and without one: where each value fits, and the operator says something
// of no value.
func (c *condition) constant() bool {
	if c.quantifier == single && !c.ifExists {
		return false
	}
	switch c.comparison {
	case stringLike:
		return slices.ContainsFunc(c.Values, func(v string) bool { return v != "" && strings.Trim(v, "*") == "" })
	case ipAddress:
		return slices.ContainsFunc(c.operands, func(o operand) bool { return o.form == formPrefix && o.more.prefix.Bits() == 0 })
	case boolean:
		yes, no := c.asks()
		return yes && no
	}
	return false
}

// text is the same for conditions that mean the same. Names of variables ignore
// case as all keys do.
func (c *condition) text() string {
	return c.Operator + " " + lower(c.Key) + " " + alike(c.Values, c.operands)
}

// texts is the same for resources that mean the same.
func (s *statement) texts() string { return alike(s.Resources, s.resources) }

// alike joins values, sorted and each once.
func alike(values []string, operands []operand) string {
	values = slices.Clone(values)
	for i := range operands {
		if operands[i].form == formFilled {
			values[i] = lowerVariables(values[i])
		}
	}
	return strings.Join(sortedOnce(values), "\x00")
}

// lowerVariables writes the names of variables in lower case, but for their
// defaults.
func lowerVariables(value string) string {
	var b strings.Builder
	for {
		plain, rest, ok := strings.Cut(value, varOpen)
		b.WriteString(plain)
		if !ok {
			return b.String()
		}
		end := max(0, strings.IndexAny(rest, ",}"))
		b.WriteString(varOpen + lower(rest[:end]))
		value = rest[end:]
	}
}

// fill adds the values of the key that the condition names to an atom.
func (c *condition) fill(a *Atom, plain bool, ctx *Context) {
	if len(c.operands) == 0 {
		for _, v := range c.Values {
			a.Sure = append(a.Sure, stringPattern(v, c.comparison))
		}
		return
	}
	for i := range c.operands {
		o := &c.operands[i]
		switch {
		case o.form == formPattern, o.form == formARN && plain:
			a.Sure = append(a.Sure, o.pattern)
		case o.form == formShortARN, o.form == formARN:
			a.Maybe = append(a.Maybe, o.pattern) // where the parts fit, the whole does
		case o.form == formFilled:
			o.foldFilled(c.operator, plain, ctx, a)
		default:
			a.Maybe = append(a.Maybe, glob.Parse("*"))
		}
	}
}

// foldFilled adds what a template stands for to an atom: nothing if a variable
// has no value, and perhaps all that its text leaves if the value is not known.
func (o *operand) foldFilled(op operator, plain bool, ctx *Context, a *Atom) {
	t := o.more.template
	pattern, outcome := t.pattern(op, ctx)
	switch {
	case outcome == noValue:
	case outcome != filled, op.wild() && t.valuesWild(ctx), op.comparison == arnLike && t.splitting(ctx):
		a.Maybe = append(a.Maybe, o.pattern)
	case op.comparison == arnLike && !(plain && strings.Count(pattern.String(), ":") >= 5):
		a.Maybe = append(a.Maybe, pattern)
	default:
		a.Sure = append(a.Sure, pattern)
	}
}

// pattern is the template with its variables filled in.
func (t template) pattern(op operator, ctx *Context) (glob.Pattern, resolved) {
	text, outcome := t.fill(nil, ctx)
	switch {
	case op.comparison == stringEqualsIgnoreCase:
		return glob.Fold(string(text)), outcome
	case !op.wild():
		return glob.Literal(string(text)), outcome
	}
	var b glob.Builder
	for len(text) > 0 {
		end := slices.IndexFunc(text, func(c byte) bool { return c == anyRun || c == anyOne })
		switch {
		case end < 0:
			b.Literal(string(text))
			return b.Pattern(), outcome
		case end == 0 && text[0] == anyRun:
			b.Wild("*")
			end = 1
		case end == 0:
			b.Wild("?")
			end = 1
		default:
			b.Literal(string(text[:end]))
		}
		text = text[end:]
	}
	return b.Pattern(), outcome
}
