package glob

import (
	"strings"
	"unicode"
)

// body is what Match needs of a pattern with wildcards.
type body struct {
	steps []atom
	// head and tail are what stands before the first and behind the last *,
	// middle what stands between two. Without a * head is all.
	head, tail piece
	middle     []piece
	open       bool  // there is a *
	wild       []int // where in the text the wildcards stand
}

// piece is a part of a pattern without *.
type piece struct {
	atoms []atom
	// text is set where plain is: no ? in the piece and no byte that is not
	// UTF-8. Only then do bytes tell what characters would.
	text  string
	plain bool
}

// newBody splits a pattern; wild are the places of its wildcards.
func newBody(text string, wild []int) *body {
	b := &body{steps: make([]atom, 0, len(text)), wild: wild}
	done := 0
	for _, at := range wild {
		b.steps = appendWild(appendChars(b.steps, text[done:at]), text[at])
		done = at + 1
	}
	b.steps = appendChars(b.steps, text[done:])
	begin := 0
	for i, a := range b.steps {
		switch {
		case a.op != opRun:
			continue
		case b.open:
			b.middle = append(b.middle, newPiece(b.steps[begin:i]))
		default:
			b.head = newPiece(b.steps[:i])
		}
		b.open, begin = true, i+1
	}
	if b.tail = newPiece(b.steps[begin:]); !b.open {
		b.head, b.tail = b.tail, piece{}
	}
	return b
}

func newPiece(atoms []atom) piece {
	var text strings.Builder
	for _, a := range atoms {
		if a.op != opChar || a.char > unicode.MaxRune {
			return piece{atoms: atoms}
		}
		text.WriteRune(a.char)
	}
	return piece{atoms: atoms, text: text.String(), plain: true}
}

// simplest chooses the cheapest comparison.
func (b *body) simplest() form {
	switch simple := b.open && b.middle == nil && b.head.plain && b.tail.plain; {
	case !simple:
		return formPieces
	case b.head.text == "" && b.tail.text == "":
		return formAny
	case b.tail.text == "":
		return formPrefix
	case b.head.text == "":
		return formSuffix
	}
	return formEnds
}

// match takes the ends off and looks for each piece between them as far to the
// left as it is: what is left for the others is then the most.
func (b *body) match(s string) bool {
	s, ok := b.head.cut(s)
	if !ok || !b.open {
		return ok && s == ""
	}
	if s, ok = b.tail.cutEnd(s); !ok {
		return false
	}
	for i := range b.middle {
		if s, ok = b.middle[i].cutFirst(s); !ok {
			return false
		}
	}
	return true
}

// cut takes the piece off the start of s.
func (p *piece) cut(s string) (rest string, ok bool) {
	if p.plain {
		return strings.CutPrefix(s, p.text)
	}
	for _, a := range p.atoms {
		if s == "" {
			return "", false
		}
		char, size := next(s)
		if a.op == opChar && a.char != char {
			return "", false
		}
		s = s[size:]
	}
	return s, true
}

// cutEnd takes the piece off the end of s.
func (p *piece) cutEnd(s string) (rest string, ok bool) {
	if p.plain {
		return strings.CutSuffix(s, p.text)
	}
	for i := len(p.atoms) - 1; i >= 0; i-- {
		if s == "" {
			return "", false
		}
		char, size := last(s)
		if a := p.atoms[i]; a.op == opChar && a.char != char {
			return "", false
		}
		s = s[:len(s)-size]
	}
	return s, true
}

// cutFirst takes the first occurrence of the piece off, and all before it.
func (p *piece) cutFirst(s string) (rest string, ok bool) {
	if p.plain {
		_, rest, ok = strings.Cut(s, p.text)
		return rest, ok
	}
	for s != "" {
		if rest, ok = p.cut(s); ok {
			return rest, true
		}
		_, size := next(s)
		s = s[size:]
	}
	return "", false
}
