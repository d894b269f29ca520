package iam

import "strings"

// The two versions of the policy language. A document without a version is of
// the older one, in which ${…} is plain text:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
const (
	Version2008 = "2008-10-17"
	Version2012 = "2012-10-17"
)

// Document is a policy as it was written, but for white space, order of
// members, and the choice between one value and a list of one.
type Document struct {
	Version    string // Version2008, Version2012, or empty
	ID         string
	Statements []Statement

	kind       Kind
	text       string // what it was read from; the document is text[start:end]
	start, end int
}

// Kind is what the document was parsed as.
func (d *Document) Kind() Kind { return d.kind }

// Effect is what a statement that matches does.
type Effect uint8

// The effects; there is no third.
const (
	Allow Effect = iota
	Deny
)

// String is the effect as in a document.
func (e Effect) String() string { return [...]string{"Allow", "Deny"}[e] }

// Statement is one rule of a document. Lists keep their order and repeats;
// neither has a meaning.
type Statement struct {
	Sid          string
	Effect       Effect
	Principals   []Principal // none in kinds without principals
	NotPrincipal bool
	Actions      []string // never empty
	NotAction    bool
	Resources    []string // empty where the kind needs none
	NotResource  bool
	Conditions   []Condition

	offset int
}

// PrincipalType is a member of Principal.
type PrincipalType uint8

// The types of principals; Anyone is the bare "*".
const (
	Anyone PrincipalType = iota
	AWS
	Service
	Federated
	CanonicalUser
)

// String is the member's name; of Anyone the bare form itself.
func (t PrincipalType) String() string {
	return [...]string{"*", "AWS", "Service", "Federated", "CanonicalUser"}[t]
}

// Principal is one entry of Principal or NotPrincipal. Value is "*" for Anyone.
type Principal struct {
	Type  PrincipalType
	Value string
}

// Condition is one operator with one key: all conditions of a statement must
// hold. Numbers and booleans among the values are kept as their text.
type Condition struct {
	Operator string
	Key      string
	Values   []string // never empty

	offset int
}

// Position gives line and column, from 1, in characters, of a statement.
func (d *Document) Position(statement int) (line, column int) {
	return position(d.text, d.Statements[statement].offset)
}

// ConditionPosition is Position of the key of a condition.
func (d *Document) ConditionPosition(statement, condition int) (line, column int) {
	return position(d.text, d.Statements[statement].Conditions[condition].offset)
}

// Size is the number of characters that count against IAM's quotas: all that
// were written but white space:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
// White space within strings counts here; what IAM does is not documented.
func (d *Document) Size() int {
	n, inside := 0, false
	written := d.text[d.start:d.end]
	for i, c := range written {
		switch {
		case c == '"' && !(inside && escapes(written[:i])%2 == 1):
			inside = !inside
		case !inside && (c == ' ' || c == '\t' || c == '\n' || c == '\r'):
			continue
		}
		n++
	}
	return n
}

// escapes counts the backslashes at the end.
func escapes(s string) int {
	return len(s) - len(strings.TrimRight(s, `\`))
}
