package iam

import (
	"slices"
	"strings"

	"podpass/internal/iam/glob"
)

// Policy is a compiled document: it decides without allocating, and any number
// of goroutines may use it at once.
type Policy struct {
	doc        *Document
	statements []statement
}

// Document is what the policy was compiled from.
func (p *Policy) Document() *Document { return p.doc }

// Compile prepares a document for deciding.
func Compile(doc *Document) *Policy {
	p := &Policy{doc: doc, statements: make([]statement, len(doc.Statements))}
	for i := range doc.Statements {
		p.statements[i].compile(&doc.Statements[i], doc)
	}
	return p
}

// Indexed gives the same policy for thousands of requests: the patterns of a
// condition become one automaton, which takes some hundred microseconds to
// build, and then hardly more time for many patterns than for few.
func (p *Policy) Indexed() *Policy {
	indexed := &Policy{doc: p.doc, statements: slices.Clone(p.statements)}
	for i := range indexed.statements {
		s := &indexed.statements[i]
		s.conditions = slices.Clone(s.conditions)
		for j := range s.conditions {
			if c := &s.conditions[j]; len(c.patterns) > 3 {
				c.set = glob.NewSet(c.patterns)
			}
		}
	}
	return indexed
}

// statement is a Statement with its patterns compiled.
type statement struct {
	*Statement
	actions    []glob.Pattern // those with wildcards, in lower case
	resources  []operand
	conditions []condition
}

func (s *statement) compile(source *Statement, doc *Document) {
	s.Statement = source
	for _, action := range source.Actions {
		if strings.ContainsAny(action, "*?") {
			s.actions = append(s.actions, glob.Parse(lower(action)))
		}
	}
	for _, resource := range source.Resources {
		s.resources = append(s.resources, compileResource(resource, doc))
	}
	s.conditions = make([]condition, len(source.Conditions))
	for i := range source.Conditions {
		s.conditions[i].compile(&source.Conditions[i], doc.Version)
	}
}

// compileResource completes an ARN that lacks parts where AWS documents that,
// for identity policies. Elsewhere it may be meant so: a Deny must not miss it.
func compileResource(resource string, doc *Document) operand {
	complete, lacked := completeARN(resource)
	switch {
	case lacked && (doc.kind == Identity || doc.kind == Boundary):
		resource = complete
	case lacked:
		return operand{form: formShortARN, pattern: glob.Parse(complete)}
	}
	o := compileOperand(resource, operator{comparison: stringLike}, doc.Version)
	if o.form == formFilled && strings.HasPrefix(resource, "arn:") && o.more.template.early() {
		return operand{} // "you can't use a variable to replace parts of the ARN before the fifth colon"
	}
	return o
}

// condition is a Condition with its operator taken apart and its values ready.
type condition struct {
	*Condition
	operator
	plain    []string            // texts to be equal to
	index    map[string]struct{} // of plain, where there are many
	patterns []glob.Pattern      // without variables
	set      *glob.Set           // of patterns, if the policy is indexed
	operands []operand           // all other values
}

func (c *condition) compile(source *Condition, version string) {
	c.Condition = source
	c.operator = parseOperator(source.Operator)
	if !c.simple(version) {
		for _, v := range source.Values {
			c.operands = append(c.operands, compileOperand(v, c.operator, version))
		}
		return
	}
	if c.comparison == stringEquals {
		c.plain = source.Values
		if len(c.plain) > scanned {
			c.index = make(map[string]struct{}, len(c.plain))
			for _, v := range c.plain {
				c.index[v] = struct{}{}
			}
		}
		return
	}
	c.patterns = make([]glob.Pattern, len(source.Values))
	for i, v := range source.Values {
		c.patterns[i] = stringPattern(v, c.comparison)
	}
}

// simple says whether all values are texts or patterns of texts.
func (c *condition) simple(version string) bool {
	switch c.comparison {
	case stringEquals, stringLike, stringEqualsIgnoreCase:
	default:
		return false
	}
	if version == Version2012 {
		for _, v := range c.Values {
			if strings.Contains(v, varOpen) {
				return false
			}
		}
	}
	return true
}

func stringPattern(v string, c comparison) glob.Pattern {
	switch c {
	case stringLike:
		return glob.Parse(v)
	case stringEqualsIgnoreCase:
		return glob.Fold(v)
	}
	return glob.Literal(v)
}
