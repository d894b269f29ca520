package oracle

import (
	"regexp"
	"slices"
	"strings"
)

// What may be about a value with variables that the peer does not see as AWS
// documents it, in the order in which a condition is named after it.
const (
	variableSyntax  = "variable-syntax"
	variableMany    = "variable-of-several-values"
	variableOpen    = "variable-of-open-key"
	variableWild    = "variable-with-wildcard"
	variableDefault = "variable-default"
	variableEscape  = "escape-variable"
	variablePath    = "variable-of-issuer-with-path"
)

// variableKinds are these in their order.
func variableKinds() []string {
	return []string{variableSyntax, variableMany, variableOpen, variableWild, variableDefault, variableEscape, variablePath}
}

// expansion is a value with its variables filled in.
type expansion struct {
	pattern    []symbol
	bound      []symbol // fits whatever the variables stand for
	kinds      []string
	unresolved bool // a variable has no value: nothing is equal to it
}

// variable is `${key}` or `${key, 'default'}`.
var variable = regexp.MustCompile(`^\$\{([^,} ]+)(?:, '([^'}]*)')?\}`)

// expand fills in variables. Their values are no patterns.
func (t *test) expand(value string) expansion {
	wild := t.wild()
	if !t.substitutes() {
		return expansion{pattern: symbols(value, wild)}
	}
	var e expansion
	for value != "" {
		at := strings.Index(value, "${")
		if at != 0 {
			if at < 0 {
				at = len(value)
			}
			e.add(symbols(value[:at], wild))
			value = value[at:]
			continue
		}
		m := variable.FindStringSubmatch(value)
		if m == nil {
			return expansion{kinds: []string{variableSyntax}}
		}
		value = value[len(m[0]):]
		e.variable(t, m[1], m[2], strings.Contains(m[0], ","))
	}
	return e
}

func (e *expansion) add(pattern []symbol) {
	e.pattern, e.bound = append(e.pattern, pattern...), append(e.bound, pattern...)
}

// variable adds what one stands for.
func (e *expansion) variable(t *test, key, fallback string, defaulted bool) {
	if !defaulted && slices.Contains([]string{"*", "?", "$"}, key) {
		e.kinds = append(e.kinds, variableEscape)
		e.add(symbols(key, false))
		return
	}
	if strings.Contains(key, "/") {
		e.kinds = append(e.kinds, variablePath)
	}
	if defaulted {
		e.kinds = append(e.kinds, variableDefault)
	}
	held, present := t.request.Holds(key)
	switch {
	case open(key):
		e.kinds = append(e.kinds, variableOpen)
	case len(held) > 1:
		e.kinds = append(e.kinds, variableMany)
	case present:
		fallback = held[0]
	case !defaulted:
		e.unresolved = true
	}
	if t.wild() && strings.ContainsAny(fallback, "*?") {
		e.kinds = append(e.kinds, variableWild)
	}
	e.pattern = append(e.pattern, symbols(fallback, false)...)
	e.bound = append(e.bound, symbol{'*', true})
}

// variables names the first kind among the values of the condition, if there
// is one.
func (t *test) variables() string {
	if !t.substitutes() {
		return ""
	}
	var kinds []string
	for _, v := range t.values {
		kinds = append(kinds, t.expand(v).kinds...)
	}
	for _, kind := range variableKinds() {
		if slices.Contains(kinds, kind) {
			return kind
		}
	}
	return ""
}

// substitutes says whether AWS fills in variables at all.
func (t *test) substitutes() bool {
	return t.version == Version2012 && (t.operator.family() == "String" || t.operator.family() == "Arn")
}

// expanded decides a condition by its values with variables filled in.
func (t *test) expanded() verdict {
	return t.decide(func(value, held string) verdict {
		e := t.expand(value)
		unfilled := slices.ContainsFunc(e.kinds, func(k string) bool {
			return k == variableMany || k == variableOpen || k == variableWild
		})
		switch {
		case slices.Contains(e.kinds, variableSyntax):
			return unknown
		case unfilled && !strings.HasSuffix(t.operator.Base, "IgnoreCase") && !matches(e.bound, held):
			return fails // the text around the variable rules it out
		case unfilled:
			return unknown
		case e.unresolved:
			return fails
		}
		return t.compare(e.pattern, held)
	})
}

// compare is an operator on strings or ARNs.
func (t *test) compare(pattern []symbol, held string) verdict {
	switch {
	case t.operator.family() == "Arn":
		return arnMatches(pattern, held)
	case strings.HasSuffix(t.operator.Base, "IgnoreCase"):
		return verdictOf(strings.EqualFold(text(pattern), held))
	case t.wild():
		return verdictOf(matches(pattern, held))
	}
	return verdictOf(text(pattern) == held)
}

// wild says whether values of the operator are patterns.
func (t *test) wild() bool {
	return strings.HasSuffix(t.operator.Base, "Like") || t.operator.family() == "Arn"
}
