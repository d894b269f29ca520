package oracle

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// nullInSet: Null with a set operator is the same of every key.
func nullInSet(t *test) verdict {
	if t.operator.Base != "Null" || t.operator.Form.IfExists {
		return undecided
	}
	switch t.operator.Form.Set {
	case "ForAllValues:":
		return holds
	case "ForAnyValue:":
		return fails
	}
	return undecided
}

// unknownOperator: a name that AWS does not document, also in another case.
func unknownOperator(t *test) verdict {
	if t.known {
		return undecided
	}
	return unknown
}

// open says whether a key is one that a token and a policy do not tell.
func open(key string) bool {
	key = strings.ToLower(key)
	return strings.HasPrefix(key, "aws:") || strings.HasPrefix(key, "sts:")
}

// openKey: the peer takes such a key as absent, or as what its own connection
// says. Podpass has an answer only where no value of the key could change it.
func openKey(t *test) verdict {
	if !open(t.key) {
		return undecided
	}
	vacuous := t.operator.Form.Set == "ForAllValues:" || t.operator.Form == Form{IfExists: true}
	if vacuous && t.operator.Base == "StringLike" && slices.Contains(t.values, "*") {
		return holds
	}
	if t.operator.Base == "Null" && t.null(true) == holds && t.null(false) == holds {
		return holds
	}
	return unknown
}

// emptyClaim: a list without values is no key for AWS's documentation, which
// knows keys that are there and keys that are not.
func emptyClaim(t *test) verdict {
	if !t.present || len(t.held) > 0 {
		return undecided
	}
	if t.operator.Base == "Null" {
		return t.null(false)
	}
	if t.operator.Form.Set == "ForAnyValue:" {
		return max(forAnyIfExistsMissing(&test{operator: t.operator}), fails)
	}
	return verdictOf(t.operator.Form.IfExists || t.operator.negated() || t.operator.Form.Set == "ForAllValues:")
}

// null is what Null says of a key. A value that is neither true nor false
// leaves open what was meant.
func (t *test) null(present bool) verdict {
	v := fails
	for _, value := range t.values {
		switch {
		case !booleans.readable(value):
			v = max(v, unknown)
		case strings.EqualFold(value, "true") != present:
			return holds
		}
	}
	return v
}

// nullOperand: a value of Null that is no boolean.
func nullOperand(t *test) verdict {
	if t.operator.Base != "Null" || !slices.ContainsFunc(t.values, func(v string) bool { return !booleans.readable(v) }) {
		return undecided
	}
	return t.null(t.present)
}

// forAnyMissing: "For no matching context key or if the key does not exist,
// the condition returns false", whatever the operator.
func forAnyMissing(t *test) verdict {
	if t.present || t.operator.Form.Set != "ForAnyValue:" || t.operator.Form.IfExists || !t.operator.negated() {
		return undecided
	}
	return fails
}

// forAnyIfExistsMissing: two sentences of the documentation meet.
func forAnyIfExistsMissing(t *test) verdict {
	if t.present || t.operator.Form.Set != "ForAnyValue:" || !t.operator.Form.IfExists {
		return undecided
	}
	return unknown
}

// severalValues: AWS asks for a set operator and does not say what happens
// without one.
func severalValues(t *test) verdict {
	if len(t.held) < 2 || t.operator.Form.Set != "" || t.operator.Base == "Null" {
		return undecided
	}
	return unknown
}

// emptyString: for set operators and Null a key whose one value is empty may
// count as a key without values. Only what comes out alike is decided.
func emptyString(t *test) verdict {
	if len(t.held) != 1 || t.held[0] != "" {
		return undecided
	}
	var asValue, asNone verdict
	switch {
	case t.operator.Base == "Null":
		asValue, asNone = t.null(true), t.null(false)
	case t.operator.Form.Set == "ForAllValues:":
		asValue, asNone = t.byValue(), holds
	case t.operator.Form.Set == "ForAnyValue:":
		asValue, asNone = t.byValue(), fails
	default:
		return undecided
	}
	if asValue != asNone {
		return unknown
	}
	return asValue
}

// byValue compares the values as they are.
func (t *test) byValue() verdict {
	for _, y := range types {
		if t.operator.family() == y.family {
			return y.compareAll(t)
		}
	}
	return t.expanded()
}

// questionMark: a character, not a byte.
func questionMark(t *test) verdict {
	ascii := func(s string) bool { return utf8.RuneCountInString(s) == len(s) }
	if !t.present || !t.wild() || !slices.ContainsFunc(t.values, func(v string) bool { return strings.Contains(v, "?") }) || !slices.ContainsFunc(t.held, func(h string) bool { return !ascii(h) }) {
		return undecided
	}
	return t.expanded()
}

// starInValue: the peer takes a star of the pattern for the very character
// where the request's value has one.
func starInValue(t *test) verdict {
	star := func(s string) bool { return strings.Contains(s, "*") }
	if !t.present || !t.wild() || !slices.ContainsFunc(t.values, star) || !slices.ContainsFunc(t.held, star) {
		return undecided
	}
	return t.expanded()
}
