package iam

import "strings"

// comparison is what an operator does with one value of the request and one of
// the policy; negation, IfExists and quantifiers are told apart.
type comparison uint8

const (
	unknownOperator comparison = iota
	stringEquals
	stringEqualsIgnoreCase
	stringLike
	numeric
	date
	boolean
	binaryEquals
	ipAddress
	arnLike
	null
)

// relation is how numbers and dates are compared.
type relation uint8

const (
	equal relation = iota
	less
	lessOrEqual
	greater
	greaterOrEqual
)

// quantifier is a prefix that says how many of a key's values must match.
type quantifier uint8

const (
	single quantifier = iota
	forAllValues
	forAnyValue
)

// operator is the name of a condition operator, taken apart.
type operator struct {
	comparison comparison
	relation   relation
	negated    bool // of a positive operator of the same comparison
	ifExists   bool
	quantifier quantifier
}

// operators are those of
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
// ArnEquals and ArnLike do the same, says that page.
var operators = map[string]operator{
	"StringEquals":              {comparison: stringEquals},
	"StringNotEquals":           {comparison: stringEquals, negated: true},
	"StringEqualsIgnoreCase":    {comparison: stringEqualsIgnoreCase},
	"StringNotEqualsIgnoreCase": {comparison: stringEqualsIgnoreCase, negated: true},
	"StringLike":                {comparison: stringLike},
	"StringNotLike":             {comparison: stringLike, negated: true},
	"NumericEquals":             {comparison: numeric},
	"NumericNotEquals":          {comparison: numeric, negated: true},
	"NumericLessThan":           {comparison: numeric, relation: less},
	"NumericLessThanEquals":     {comparison: numeric, relation: lessOrEqual},
	"NumericGreaterThan":        {comparison: numeric, relation: greater},
	"NumericGreaterThanEquals":  {comparison: numeric, relation: greaterOrEqual},
	"DateEquals":                {comparison: date},
	"DateNotEquals":             {comparison: date, negated: true},
	"DateLessThan":              {comparison: date, relation: less},
	"DateLessThanEquals":        {comparison: date, relation: lessOrEqual},
	"DateGreaterThan":           {comparison: date, relation: greater},
	"DateGreaterThanEquals":     {comparison: date, relation: greaterOrEqual},
	"Bool":                      {comparison: boolean},
	"BinaryEquals":              {comparison: binaryEquals},
	"IpAddress":                 {comparison: ipAddress},
	"NotIpAddress":              {comparison: ipAddress, negated: true},
	"ArnEquals":                 {comparison: arnLike},
	"ArnNotEquals":              {comparison: arnLike, negated: true},
	"ArnLike":                   {comparison: arnLike},
	"ArnNotLike":                {comparison: arnLike, negated: true},
	"Null":                      {comparison: null},
}

// parseOperator takes a name apart. Names are told by their exact spelling;
// any other, Null with a prefix or with IfExists too, is an operator that is
// not known: its conditions are unknown, never left out.
func parseOperator(name string) operator {
	quantifier := single
	if rest, ok := strings.CutPrefix(name, "ForAllValues:"); ok {
		name, quantifier = rest, forAllValues
	} else if rest, ok := strings.CutPrefix(name, "ForAnyValue:"); ok {
		name, quantifier = rest, forAnyValue
	}
	base, ifExists := strings.CutSuffix(name, "IfExists")
	op := operators[base]
	if op.comparison == null && ifExists {
		return operator{}
	}
	op.ifExists, op.quantifier = ifExists, quantifier
	return op
}

// variables says whether ${…} in a value is replaced: only in operators on
// strings and ARNs, says
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
func (o operator) variables() bool {
	switch o.comparison {
	case stringEquals, stringEqualsIgnoreCase, stringLike, arnLike:
		return true
	}
	return false
}

// wild says whether `*` and `?` in a value are wildcards.
func (o operator) wild() bool { return o.comparison == stringLike || o.comparison == arnLike }
