package iam

import (
	"bytes"
	"encoding/base64"
	"net/netip"
	"strings"
	"time"

	"podpass/internal/iam/glob"
)

// operand is one value of a policy, ready to be compared.
type operand struct {
	form    form
	flag    bool         // of formBool its value; of formPrefix whether it has a length
	pattern glob.Pattern // of formPattern, of formARN the whole, of formFilled what bounds it
	more    *typed       // of the other forms
}

// form says how an operand is compared.
type form uint8

const (
	wrong       form = iota // the operator cannot read it
	formPattern             // a text, with wildcards or without
	formFilled              // a template
	formARN
	formShortARN // fewer than six components
	formNumber
	formInstant
	formPrefix
	formBool
)

// typed is what the rarer operands hold.
type typed struct {
	template template
	arn      [6]glob.Pattern
	number   decimal
	instant  time.Time
	prefix   netip.Prefix
}

func compileOperand(v string, op operator, version string) operand {
	if op.variables() && version == Version2012 {
		if t, ok := parseTemplate(v, op.wild()); !ok {
			return operand{}
		} else if t.variable() {
			return operand{form: formFilled, pattern: t.bound(op), more: &typed{template: t}}
		}
	}
	switch op.comparison {
	case binaryEquals:
		if _, err := base64.StdEncoding.DecodeString(v); err != nil {
			return operand{}
		}
		return operand{form: formPattern, pattern: glob.Literal(v)}
	case stringEquals, stringLike, stringEqualsIgnoreCase:
		return operand{form: formPattern, pattern: stringPattern(v, op.comparison)}
	case arnLike:
		return compileARN(v)
	}
	return compileTyped(v, op.comparison)
}

// variable says whether the template is more than its text.
func (t template) variable() bool {
	return len(t.parts) > 1 || len(t.parts) == 1 && (t.parts[0].key != "" || !t.parts[0].wild)
}

func compileARN(v string) operand {
	parts, ok := splitARN(v)
	if !ok {
		return operand{form: formShortARN, pattern: glob.Parse(v)}
	}
	o := operand{form: formARN, pattern: glob.Parse(v), more: &typed{}}
	for i, p := range parts {
		o.more.arn[i] = glob.Parse(p)
	}
	return o
}

func compileTyped(v string, c comparison) operand {
	o := operand{more: &typed{}}
	ok := false
	switch c {
	case numeric:
		o.form = formNumber
		o.more.number, ok = parseDecimal(v)
	case date:
		o.form = formInstant
		o.more.instant, ok = parseInstant(v)
	case ipAddress:
		o.form = formPrefix
		o.more.prefix, ok = parsePrefix(v)
		o.flag = strings.Contains(v, "/")
	case boolean, null:
		o.form = formBool
		o.flag, ok = parseBool(v)
	}
	if !ok {
		return operand{}
	}
	return o
}

// matches compares one value of a request with the operand.
func (o *operand) matches(op operator, value string, ctx *Context) (Truth, cause) {
	switch o.form {
	case formPattern:
		return truth(o.pattern.Match(value)), decided
	case formFilled:
		return o.matchesFilled(op, value, ctx)
	case formARN:
		return o.matchesARN(value)
	case formShortARN:
		return shortTruth(o.pattern.Match(value))
	case formNumber:
		n, ok := parseDecimal(value)
		return typedTruth(ok, ok && op.relation.holds(n.compare(o.more.number)))
	case formInstant:
		t, ok := parseInstant(value)
		return typedTruth(ok, ok && op.relation.holds(t.Compare(o.more.instant)))
	case formPrefix:
		return o.matchesPrefix(value)
	case formBool:
		b, ok := parseBool(value)
		return typedTruth(ok, b == o.flag)
	}
	return Unknown, badOperand
}

func typedTruth(readable, holds bool) (Truth, cause) {
	if !readable {
		return Unknown, badValue
	}
	return truth(holds), decided
}

// matchesPrefix compares an address. For an address without a length AWS
// documents /32, which is one address of IPv4 and 2⁹⁶ of IPv6.
func (o *operand) matchesPrefix(value string) (Truth, cause) {
	a, ok := parseAddress(value)
	if ok && !o.flag && a.Is6() && o.more.prefix.Addr() != a {
		if wide, err := o.more.prefix.Addr().Prefix(32); err == nil && wide.Contains(a) {
			return Unknown, badOperand
		}
	}
	return typedTruth(ok, ok && o.more.prefix.Contains(a))
}

// holds reads the outcome of comparing a request's value with a policy's.
func (r relation) holds(n int) bool {
	switch r {
	case less:
		return n < 0
	case lessOrEqual:
		return n <= 0
	case greater:
		return n > 0
	case greaterOrEqual:
		return n >= 0
	}
	return n == 0
}

// matchesARN compares component by component. What has not six is no ARN and
// matches none.
func (o *operand) matchesARN(value string) (Truth, cause) {
	parts, ok := splitARN(value)
	for i := 0; ok && i < len(parts); i++ {
		ok = o.more.arn[i].Match(parts[i])
	}
	return truth(ok), decided
}

// matchesFilled compares a value with a template: where it is not known what
// the template stands for, its text may still rule the value out.
func (o *operand) matchesFilled(op operator, value string, ctx *Context) (Truth, cause) {
	var short [512]byte
	text, outcome := o.more.template.fill(short[:0], ctx)
	why := decided
	switch outcome {
	case noValue:
		return False, noVariable
	case openVar:
		why = openVariable
	case manyVars:
		why = severalInVariable
	default:
		if op.wild() && o.more.template.valuesWild(ctx) || op.comparison == arnLike && o.more.template.splitting(ctx) {
			why = wildInVariable
		}
	}
	switch {
	case why == decided:
		return matchText(op, text, value)
	case !o.pattern.Match(value):
		return False, decided
	}
	return Unknown, why
}

// matchText compares a value with a template's text as the operator does.
func matchText(op operator, text []byte, value string) (Truth, cause) {
	switch op.comparison {
	case stringEquals:
		return truth(string(text) == value), decided
	case stringEqualsIgnoreCase:
		return truth(bytes.EqualFold(text, []byte(value))), decided
	case arnLike:
		return matchTextARN(text, value)
	}
	return truth(matchFilled(text, value)), decided
}

func matchTextARN(text []byte, value string) (Truth, cause) {
	parts, ok := splitARN(value)
	rest := text
	for i := range 5 {
		var part []byte
		var found bool
		if part, rest, found = bytes.Cut(rest, []byte{':'}); !found {
			return shortTruth(matchFilled(text, value))
		}
		ok = ok && matchFilled(part, parts[i])
	}
	return truth(ok && matchFilled(rest, parts[5])), decided
}

// shortTruth is for a pattern of fewer than six components, which AWS does not
// document: as a pattern of the whole it may only rule out.
func shortTruth(whole bool) (Truth, cause) {
	if whole {
		return Unknown, shortARN
	}
	return False, decided
}
