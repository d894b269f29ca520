package oracle

import "strings"

// Form is how an operator is written around its name.
type Form struct {
	Set      string // "", "ForAllValues:", "ForAnyValue:"
	IfExists bool
}

// Forms are the six of them.
func Forms() []Form {
	return []Form{{"", false}, {"", true}, {"ForAllValues:", false}, {"ForAnyValue:", false}, {"ForAllValues:", true}, {"ForAnyValue:", true}}
}

// Operator is a base name in a form.
type Operator struct {
	Base string
	Form Form
}

// String is the operator as in a policy.
func (o Operator) String() string {
	if o.Form.IfExists {
		return o.Form.Set + o.Base + "IfExists"
	}
	return o.Form.Set + o.Base
}

// parseOperator takes a name apart; ok is false if AWS documents no such
// operator. Null has one form.
func parseOperator(name string) (o Operator, ok bool) {
	for _, set := range []string{"ForAllValues:", "ForAnyValue:"} {
		if rest, found := strings.CutPrefix(name, set); found {
			o.Form.Set, name = set, rest
		}
	}
	o.Base, o.Form.IfExists = strings.CutSuffix(name, "IfExists")
	return o, families[o.Base] != "" && (o.Base != "Null" || o.Form == Form{})
}

// negated tells operators that hold where nothing matches.
func (o Operator) negated() bool { return strings.Contains(o.Base, "Not") }

// family is the type of the values that the operator compares.
func (o Operator) family() string { return families[o.Base] }

// families maps each operator to the type of its values.
var families = map[string]string{
	"StringEquals": "String", "StringNotEquals": "String", "StringEqualsIgnoreCase": "String",
	"StringNotEqualsIgnoreCase": "String", "StringLike": "String", "StringNotLike": "String",
	"NumericEquals": "Numeric", "NumericNotEquals": "Numeric", "NumericLessThan": "Numeric",
	"NumericLessThanEquals": "Numeric", "NumericGreaterThan": "Numeric", "NumericGreaterThanEquals": "Numeric",
	"DateEquals": "Date", "DateNotEquals": "Date", "DateLessThan": "Date",
	"DateLessThanEquals": "Date", "DateGreaterThan": "Date", "DateGreaterThanEquals": "Date",
	"Bool": "Bool", "BinaryEquals": "Binary", "IpAddress": "Ip", "NotIpAddress": "Ip",
	"ArnEquals": "Arn", "ArnLike": "Arn", "ArnNotEquals": "Arn", "ArnNotLike": "Arn",
	"Null": "Null",
}

// Presence is what the request says of the key.
type Presence int

// The presences that the generator spreads over.
const (
	Absent Presence = iota
	Single
	Several
	Empty      // one value, the empty string
	EmptyAmong // several values, one of them the empty string
	presences
)

// Cell is an operator with a presence: the generator gives each of them the
// same number of requests.
type Cell struct {
	Operator Operator
	Presence Presence
}

// Cells lists all cells, in a fixed order.
func Cells() []Cell {
	var cells []Cell
	for _, base := range sorted(families) {
		for _, form := range Forms() {
			if base == "Null" && form != (Form{}) {
				continue
			}
			for p := range presences {
				cells = append(cells, Cell{Operator{base, form}, p})
			}
		}
	}
	return cells
}
