package iam

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
)

// Print writes a document with its members in the order of AWS's
// documentation, a list of one as its value, and nothing else changed: parsing
// gives the same document again. With an indent each member has a line of its
// own and the text ends with a line break; without, there is no white space.
func Print(d *Document, indent string) []byte {
	p := printer{indent: indent}
	p.document(d)
	if indent != "" {
		p.WriteByte('\n')
	}
	return p.Bytes()
}

type printer struct {
	bytes.Buffer
	indent string
	depth  int
	first  bool
}

func (p *printer) open(c byte) {
	p.WriteByte(c)
	p.depth++
	p.first = true
}

func (p *printer) close(c byte) {
	p.depth--
	if !p.first {
		p.line()
	}
	p.first = false
	p.WriteByte(c)
}

// next goes to where the next member or element stands.
func (p *printer) next() {
	if !p.first {
		p.WriteByte(',')
	}
	p.first = false
	p.line()
}

func (p *printer) line() {
	if p.indent != "" {
		p.WriteByte('\n')
		p.WriteString(strings.Repeat(p.indent, p.depth))
	}
}

func (p *printer) member(name string) {
	p.next()
	p.str(name)
	p.WriteByte(':')
	if p.indent != "" {
		p.WriteByte(' ')
	}
}

func (p *printer) document(d *Document) {
	p.open('{')
	if d.Version != "" {
		p.member("Version")
		p.str(d.Version)
	}
	if d.ID != "" {
		p.member("Id")
		p.str(d.ID)
	}
	p.member("Statement")
	p.open('[')
	for i := range d.Statements {
		p.next()
		p.statement(&d.Statements[i])
	}
	p.close(']')
	p.close('}')
}

func (p *printer) statement(s *Statement) {
	p.open('{')
	if s.Sid != "" {
		p.member("Sid")
		p.str(s.Sid)
	}
	p.member("Effect")
	p.str(s.Effect.String())
	if len(s.Principals) > 0 {
		p.member(not(s.NotPrincipal) + "Principal")
		p.principals(s.Principals)
	}
	p.member(not(s.NotAction) + "Action")
	p.values(s.Actions)
	if len(s.Resources) > 0 {
		p.member(not(s.NotResource) + "Resource")
		p.values(s.Resources)
	}
	if len(s.Conditions) > 0 {
		p.member("Condition")
		p.conditions(s.Conditions)
	}
	p.close('}')
}

func not(negated bool) string {
	if negated {
		return "Not"
	}
	return ""
}

// principals writes types in the order in which they come first.
func (p *printer) principals(all []Principal) {
	if all[0].Type == Anyone {
		p.str("*")
		return
	}
	p.open('{')
	var done [CanonicalUser + 1]bool
	for _, first := range all {
		if done[first.Type] {
			continue
		}
		done[first.Type] = true
		var values []string
		for _, other := range all {
			if other.Type == first.Type {
				values = append(values, other.Value)
			}
		}
		p.member(first.Type.String())
		p.values(values)
	}
	p.close('}')
}

// conditions writes operators in the order in which they come first.
func (p *printer) conditions(all []Condition) {
	p.open('{')
	byOperator := map[string][]Condition{}
	for _, c := range all {
		byOperator[c.Operator] = append(byOperator[c.Operator], c)
	}
	for _, first := range all {
		group := byOperator[first.Operator]
		delete(byOperator, first.Operator)
		if group == nil {
			continue
		}
		p.member(first.Operator)
		p.open('{')
		for _, c := range group {
			p.member(c.Key)
			p.values(c.Values)
		}
		p.close('}')
	}
	p.close('}')
}

func (p *printer) values(all []string) {
	if len(all) == 1 {
		p.str(all[0])
		return
	}
	p.open('[')
	for _, v := range all {
		p.next()
		p.str(v)
	}
	p.close(']')
}

// str writes a string with the escapes that JSON demands alone: policies are
// read by people, and `<` is one character of a quota, not six.
func (p *printer) str(s string) {
	const hex = "0123456789abcdef"
	p.WriteByte('"')
	written := 0
	for i, c := range s {
		if plain(c) {
			continue
		}
		p.WriteString(s[written:i])
		written = i + runeLen(s[i:])
		switch c {
		case utf8.RuneError:
			p.WriteRune(c) // also for what is not UTF-8
		case '"', '\\':
			p.WriteByte('\\')
			p.WriteRune(c)
		case '\n':
			p.WriteString(`\n`)
		case '\r':
			p.WriteString(`\r`)
		case '\t':
			p.WriteString(`\t`)
		default:
			p.WriteString(`\u`)
			for shift := 12; shift >= 0; shift -= 4 {
				p.WriteByte(hex[c>>shift&15])
			}
		}
	}
	p.WriteString(s[written:])
	p.WriteByte('"')
}

// plain says whether a character stands in JSON as it is.
func plain(c rune) bool {
	switch c {
	case '"', '\\', 0x7f, '\u2028', '\u2029', utf8.RuneError:
		return false
	}
	return c >= ' '
}

// Canonical gives a copy in the form that all spellings of a document share:
// values sorted, each once, the effect of order gone but for that of
// statements.
func (d *Document) Canonical() *Document {
	c := *d
	c.Statements = make([]Statement, len(d.Statements))
	for i, s := range d.Statements {
		c.Statements[i] = s.canonical()
	}
	return &c
}

// CanonicalStatement is a statement without its Sid as text, the same for all
// its spellings.
func CanonicalStatement(s *Statement) string {
	c := s.canonical()
	c.Sid = ""
	var p printer
	p.statement(&c)
	return p.String()
}

func (s Statement) canonical() Statement {
	s.Actions = sortedOnce(s.Actions)
	s.Resources = sortedOnce(s.Resources)
	s.Principals = slices.Clone(s.Principals)
	slices.SortFunc(s.Principals, comparePrincipals)
	s.Principals = slices.Compact(s.Principals)
	s.Conditions = slices.Clone(s.Conditions)
	for i, c := range s.Conditions {
		s.Conditions[i].Values = sortedOnce(c.Values)
	}
	slices.SortStableFunc(s.Conditions, func(a, b Condition) int {
		if n := strings.Compare(a.Operator, b.Operator); n != 0 {
			return n
		}
		return strings.Compare(a.Key, b.Key)
	})
	return s
}

func comparePrincipals(a, b Principal) int {
	if a.Type != b.Type {
		return int(a.Type) - int(b.Type)
	}
	return strings.Compare(a.Value, b.Value)
}

func sortedOnce(values []string) []string {
	if values == nil {
		return nil
	}
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}
