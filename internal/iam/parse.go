package iam

import (
	"strings"
	"unicode/utf8"
)

// What a document may hold at most. AWS's own quotas are far below and
// differ by kind; they are told by budgets and lint, not here. Depth needs no
// bound: the grammar has none beyond six.
const (
	MaxBytes      = 1 << 20
	MaxStatements = 10_000
)

// Parse reads a policy of a kind. It is strict about grammar: what IAM would
// refuse or read in two ways is an error of type *Error with its place, never
// a guess. It does not ask whether what is named exists.
//
// The grammar is
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
func Parse(data []byte, kind Kind) (*Document, error) {
	r := &reader{text: string(data), path: make([]step, 0, 8)}
	if !r.sound() {
		return nil, r.err
	}
	doc := r.document(kind)
	r.end()
	if r.err != nil {
		return nil, r.err
	}
	return doc, nil
}

// sound refuses text that is too long or no UTF-8.
func (r *reader) sound() bool {
	if len(r.text) > MaxBytes {
		r.fail(0, "the document is larger than 1 MiB: no policy is")
		return false
	}
	return r.utf8()
}

func (r *reader) utf8() bool {
	if strings.HasPrefix(r.text, "\uFEFF") {
		r.fail(0, "a byte order mark stands before the document: save it as UTF-8 without one")
		return false
	}
	if utf8.ValidString(r.text) {
		return true
	}
	for i, c := range r.text {
		if c == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(r.text[i:]); size == 1 {
				r.fail(i, "the document is not UTF-8 here: save it as UTF-8")
				break
			}
		}
	}
	return false
}

func (r *reader) document(kind Kind) *Document {
	r.peek()
	start := r.pos
	doc := &Document{kind: kind, text: r.text, start: start}
	statements := false
	r.object("a policy", func(name string, offset int) {
		switch name {
		case "Version":
			r.version(doc)
		case "Id":
			doc.ID = r.str("Id")
		case "Statement":
			statements = true
			r.statements(doc)
		default:
			r.unknown(offset, name, "Version", "Id", "Statement")
		}
	})
	doc.end = r.pos
	if !statements {
		r.fail(start, "Statement is missing: a policy without statements says nothing")
	}
	if r.err == nil && r.pos-start > MaxBytes {
		r.fail(start, "the document is larger than 1 MiB: no policy is")
	}
	return doc
}

func (r *reader) version(doc *Document) {
	r.peek()
	start := r.pos
	doc.Version = r.str("Version")
	if doc.Version != Version2008 && doc.Version != Version2012 {
		r.fail(start, "Version must be %q or %q", Version2012, Version2008)
	}
}

func (r *reader) statements(doc *Document) {
	r.list("Statement", func() {
		if len(doc.Statements) == MaxStatements {
			r.fail(r.pos, "the document holds more than %d statements: no policy does", MaxStatements)
			return
		}
		doc.Statements = append(doc.Statements, r.statement(doc.kind))
	})
}

// given says which elements a statement had, to tell missing from empty.
type given struct{ effect, principal, action, resource bool }

func (r *reader) statement(kind Kind) (s Statement) {
	r.peek()
	s.offset = r.pos
	var had given
	r.object("a statement", func(name string, offset int) {
		switch name {
		case "Sid":
			s.Sid = r.str("Sid")
		case "Effect":
			had.effect = true
			s.Effect = r.effect()
		case "Principal", "NotPrincipal":
			r.once(&had.principal, offset, "Principal", "NotPrincipal")
			s.NotPrincipal = name == "NotPrincipal"
			r.principals(kind, name, offset, &s)
		case "Action", "NotAction":
			r.once(&had.action, offset, "Action", "NotAction")
			s.NotAction = name == "NotAction"
			s.Actions = r.strings(name)
		case "Resource", "NotResource":
			r.once(&had.resource, offset, "Resource", "NotResource")
			s.NotResource = name == "NotResource"
			r.resources(kind, name, offset, &s)
		case "Condition":
			r.conditions(&s)
		default:
			r.unknown(offset, name, "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction",
				"Resource", "NotResource", "Condition")
		}
	})
	r.complete(kind, &s, had)
	return s
}

// complete refuses a statement that lacks what its kind needs.
func (r *reader) complete(kind Kind, s *Statement, had given) {
	switch {
	case !had.effect:
		r.fail(s.offset, "Effect is missing: say \"Allow\" or \"Deny\"")
	case !had.action:
		r.fail(s.offset, "Action is missing: say what the statement is about")
	case kind.principals() && !had.principal:
		r.fail(s.offset, "Principal is missing: %s says whom each statement is for", kind.some())
	case kind.resources() && !had.resource:
		r.fail(s.offset, "Resource is missing: %s says what each statement is for", kind.some())
	case kind == ResourceControl && s.NotAction:
		r.fail(s.offset, "a resource control policy has no NotAction: name the actions")
	case s.NotPrincipal && s.Effect == Allow:
		r.fail(s.offset, "NotPrincipal with Allow would let in everyone else: IAM has it in a Deny alone")
	}
}

// once refuses an element beside its opposite.
func (r *reader) once(had *bool, offset int, name, opposite string) {
	if *had {
		r.fail(offset, "a statement has %s or %s, not both", name, opposite)
	}
	*had = true
}

// unknown refuses a member, with the name that was likely meant.
func (r *reader) unknown(offset int, name string, known ...string) {
	for _, k := range known {
		if sameFold(k, name) {
			r.fail(offset, "there is no %s here: write %s, IAM tells upper from lower case", quote(name), k)
			return
		}
	}
	r.fail(offset, "there is no %s here: known are %s", quote(name), strings.Join(known, ", "))
}

func (r *reader) effect() Effect {
	r.peek()
	start := r.pos
	switch effect := r.str("Effect"); effect {
	case "Allow":
		return Allow
	case "Deny":
		return Deny
	default:
		r.fail(start, "Effect must be \"Allow\" or \"Deny\", in this spelling, not %s", quote(effect))
		return Deny
	}
}

// strings reads one string or a list of them.
func (r *reader) strings(what string) []string {
	if r.peek() != '[' {
		return []string{r.str(what)}
	}
	var all []string
	r.list(what, func() { all = append(all, r.str(what)) })
	return all
}

func (r *reader) resources(kind Kind, name string, offset int, s *Statement) {
	if kind == Trust {
		r.fail(offset, "a trust policy has no %s: it is about its role", name)
		return
	}
	if kind != Session {
		s.Resources = r.strings(name)
		return
	}
	r.list(name, func() {
		r.peek()
		start := r.pos
		resource := r.str(name)
		if _, lacked := completeARN(resource); lacked {
			r.fail(start, "a session policy takes no incomplete ARN: write all six parts of it, not %s", quote(resource))
		}
		s.Resources = append(s.Resources, resource)
	})
}

func (r *reader) conditions(s *Statement) {
	r.object("Condition", func(operator string, at int) {
		var keys []Condition
		r.object("an operator of Condition", func(key string, offset int) {
			c := Condition{Operator: operator, Key: key, offset: offset}
			r.list("a condition's value", func() { c.Values = append(c.Values, r.scalar("a condition's value")) })
			keys = append(keys, c)
		})
		if len(keys) == 0 && parseOperator(operator).comparison == unknownOperator {
			r.fail(at, "there is no operator %s: nobody can say what it means without keys", quote(operator))
		}
		s.Conditions = append(s.Conditions, keys...)
	})
}
