package iam

// Traits are what the name of a condition's operator says.
type Traits struct {
	Known    bool
	Text     bool // compares strings
	Like     bool // `*` and `?` are wildcards
	Negated  bool
	IfExists bool
	ForAll   bool
	ForAny   bool
	Null     bool
}

// Traits takes the operator's name apart.
func (c *Condition) Traits() Traits {
	op := parseOperator(c.Operator)
	return Traits{
		Known: op.comparison != unknownOperator,
		Text:  op.comparison == stringEquals || op.comparison == stringLike || op.comparison == stringEqualsIgnoreCase,
		Like:  op.wild(), Negated: op.negated, IfExists: op.ifExists,
		ForAll: op.quantifier == forAllValues, ForAny: op.quantifier == forAnyValue,
		Null: op.comparison == null,
	}
}

// TrueIfAbsent says whether the condition holds where its key is absent.
func (c *Condition) TrueIfAbsent() Truth {
	compiled := condition{Condition: c, operator: parseOperator(c.Operator)}
	if compiled.comparison == null {
		compiled.compile(c, Version2012)
	}
	t, _ := compiled.evaluate(&Context{})
	return t
}

// Covers says whether a statement's Action or NotAction has an action.
func (s *Statement) Covers(action string) bool {
	var compiled statement
	compiled.compile(&Statement{Actions: s.Actions}, &Document{})
	return compiled.action(&Request{Action: action, folded: lower(action)}) != s.NotAction
}
