package iam

import (
	"slices"

	"podpass/internal/iam/glob"
)

// cause says why a condition came out as it did, where its values alone do
// not say it. The zero value is that they do.
type cause uint8

const (
	decided cause = iota
	missing
	unknownName
	openKey
	severalValues
	emptyValue
	anyIfExists
	badOperand
	badValue
	shortARN
	noVariable
	openVariable
	severalInVariable
	wildInVariable
)

// evaluate gives the truth of a condition for a request. What AWS documents in
// two ways, or not at all, is Unknown:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
func (c *condition) evaluate(ctx *Context) (Truth, cause) {
	values, state := ctx.lookup(c.Key)
	switch {
	case c.comparison == unknownOperator:
		return Unknown, unknownName
	case c.comparison == null && c.quantifier != single:
		// "always returns true", and "false" with ForAnyValue:
		// https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html
		return truth(c.quantifier == forAllValues), decided
	case state == open:
		return c.whenOpen()
	case c.comparison == null:
		return c.isNull(values)
	case state == absent:
		return c.whenAbsent()
	case c.quantifier != single:
		return c.quantified(values, ctx)
	case len(values) > 1:
		return Unknown, severalValues
	}
	return c.one(values[0], ctx)
}

// one compares one value of the request with all of the policy: one must
// match, or none if the operator is negated.
func (c *condition) one(value string, ctx *Context) (Truth, cause) {
	result, why := c.any(value, ctx)
	if c.negated {
		result = result.Not()
	}
	return result, why
}

func (c *condition) any(value string, ctx *Context) (Truth, cause) {
	switch {
	case c.index != nil:
		_, ok := c.index[value]
		return truth(ok), decided
	case c.plain != nil:
		return truth(slices.Contains(c.plain, value)), decided
	case c.set != nil:
		return truth(c.set.Match(value)), decided
	case c.patterns != nil:
		return truth(matchAny(c.patterns, value)), decided
	}
	result, why := False, decided
	for i := range c.operands {
		t, w := c.operands[i].matches(c.operator, value, ctx)
		if t == True {
			return True, decided
		}
		if t > result || result == False && w != decided {
			result, why = t, w
		}
	}
	return result, why
}

func matchAny(patterns []glob.Pattern, value string) bool {
	for i := range patterns {
		if patterns[i].Match(value) {
			return true
		}
	}
	return false
}

// whenAbsent is what an operator says of a key that is not in the request:
// false, but true for a negated one, for IfExists, and for ForAllValues, of
// which no value fails. ForAnyValue with IfExists is documented both ways.
func (c *condition) whenAbsent() (Truth, cause) {
	switch {
	case c.quantifier == forAnyValue && c.ifExists:
		return Unknown, anyIfExists
	case c.quantifier == forAnyValue:
		return False, missing
	}
	return truth(c.negated || c.ifExists || c.quantifier == forAllValues), missing
}

// whenOpen is True only where neither presence nor value of the key matters.
func (c *condition) whenOpen() (Truth, cause) {
	switch {
	case c.comparison == null:
		if is, not := c.asks(); is && not {
			return True, decided
		}
	case c.comparison == stringLike && !c.negated && slices.Contains(c.Values, "*"):
		if c.quantifier == forAllValues || c.ifExists && c.quantifier == single {
			return True, decided
		}
	}
	return Unknown, openKey
}

// asks says which of the two answers a Null condition asks for: that the key
// is null, that it is not, or either.
func (c *condition) asks() (isNull, isNot bool) {
	for i := range c.operands {
		if o := &c.operands[i]; o.form == formBool {
			isNull, isNot = isNull || o.flag, isNot || !o.flag
		}
	}
	return isNull, isNot
}

// isNull judges presence. A key whose only value is empty counts as null for
// some of AWS's texts: "resolves to a null dataset, such as an empty string".
func (c *condition) isNull(values []string) (Truth, cause) {
	isNull, isNot := c.asks()
	result := truth(isNull && len(values) == 0 || isNot && len(values) > 0)
	switch {
	case result == True && isNull && isNot:
		return True, decided
	case emptyString(values):
		return Unknown, emptyValue
	case result == True:
		return True, decided
	}
	for i := range c.operands {
		if c.operands[i].form == wrong {
			return Unknown, badOperand
		}
	}
	return False, decided
}

func emptyString(values []string) bool { return len(values) == 1 && values[0] == "" }

// quantified is the conjunction over the key's values for ForAllValues, the
// disjunction for ForAnyValue.
func (c *condition) quantified(values []string, ctx *Context) (Truth, cause) {
	all := c.quantifier == forAllValues
	result, why := truth(all), decided
	for _, v := range values {
		t, w := c.one(v, ctx)
		if all && t < result || !all && t > result {
			result, why = t, w
		}
	}
	if result != truth(all) && emptyString(values) {
		return Unknown, emptyValue
	}
	return result, why
}
