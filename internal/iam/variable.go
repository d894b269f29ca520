package iam

import "strings"

// template is a value with policy variables:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
type template struct {
	parts []part
}

// part is plain text, or a variable where key is not empty. Text of a wild
// part has wildcards.
type part struct {
	text     string // of a variable its default
	key      string
	wild     bool
	fallback bool // the variable has a default
}

// The two bytes that stand for wildcards in a resolved template: no UTF-8 text
// holds them.
const (
	anyRun  = '\xff'
	anyOne  = '\xfe'
	varOpen = "${"
)

// parseTemplate takes a value apart; ok is false where ${ does not begin a
// variable: what IAM makes of that is not documented.
func parseTemplate(s string, wild bool) (t template, ok bool) {
	for {
		plain, rest, found := strings.Cut(s, varOpen)
		if plain != "" {
			t.parts = append(t.parts, part{text: plain, wild: wild})
		}
		if !found {
			return t, true
		}
		p, tail, ok := parseVariable(rest)
		if !ok {
			return template{}, false
		}
		t.parts = append(t.parts, p)
		s = tail
	}
}

// parseVariable reads what follows "${", with the closing brace. ${*}, ${?}
// and ${$} are the characters themselves.
func parseVariable(s string) (p part, rest string, ok bool) {
	end := strings.IndexAny(s, ",}")
	if end <= 0 {
		return part{}, "", false
	}
	name := s[:end]
	if s[end] == '}' && (name == "*" || name == "?" || name == "$") {
		return part{text: name}, s[end+1:], true
	}
	if strings.ContainsAny(name, " ${'") {
		return part{}, "", false
	}
	if s[end] == '}' {
		return part{key: name}, s[end+1:], true
	}
	quoted, ok := strings.CutPrefix(strings.TrimLeft(s[end+1:], " "), "'")
	if !ok {
		return part{}, "", false
	}
	text, rest, ok := strings.Cut(quoted, "'")
	if !ok {
		return part{}, "", false
	}
	rest, ok = strings.CutPrefix(strings.TrimLeft(rest, " "), "}")
	return part{key: name, text: text, fallback: true}, rest, ok
}

// resolved is the outcome of filling in a template.
type resolved uint8

const (
	filled   resolved = iota
	noValue           // a variable has no value: nothing is equal to it
	openVar           // a variable's key is open
	manyVars          // a variable's key has several values
	wildVar           // a value holds a wildcard character, where that may count
)

// fill appends the text of the template to buf, wildcards as anyRun and anyOne.
func (t template) fill(buf []byte, ctx *Context) ([]byte, resolved) {
	for _, p := range t.parts {
		text := p.text
		if p.key != "" {
			values, state := ctx.lookup(p.key)
			switch {
			case state == open:
				return buf, openVar
			case len(values) == 0 && !p.fallback:
				return buf, noValue
			case len(values) == 1:
				text = values[0]
			case len(values) > 1:
				return buf, manyVars
			}
		}
		buf = appendPart(buf, text, p.wild)
	}
	return buf, filled
}

func appendPart(buf []byte, text string, wild bool) []byte {
	if !wild {
		return append(buf, text...)
	}
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '*':
			buf = append(buf, anyRun)
		case '?':
			buf = append(buf, anyOne)
		default:
			buf = append(buf, text[i])
		}
	}
	return buf
}

// valuesWild says whether a value that a variable stands for holds a wildcard
// character: whether it is one then is not documented. The bytes that stand for
// them count too: a value from elsewhere may be no UTF-8.
func (t template) valuesWild(ctx *Context) bool {
	for _, p := range t.parts {
		if p.key == "" {
			continue
		}
		text := p.text
		if values, _ := ctx.lookup(p.key); len(values) == 1 {
			text = values[0]
		}
		if strings.ContainsAny(text, "*?") || strings.IndexByte(text, anyRun) >= 0 || strings.IndexByte(text, anyOne) >= 0 {
			return true
		}
	}
	return false
}

// matchFilled matches a filled template. It goes back to the last run alone,
// so it takes at most len(pattern)·len(s) steps.
func matchFilled(pattern []byte, s string) bool {
	p, i := 0, 0
	run, from := -1, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == anyRun:
			run, from = p, i
			p++
		case p < len(pattern) && pattern[p] == anyOne:
			p++
			i += runeLen(s[i:])
		case p < len(pattern) && pattern[p] == s[i]:
			p++
			i++
		case run >= 0:
			from += runeLen(s[from:])
			p, i = run+1, from
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == anyRun {
		p++
	}
	return p == len(pattern)
}
