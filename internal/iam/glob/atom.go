package glob

import (
	"unicode"
	"unicode/utf8"
)

// op is what an atom takes.
type op uint8

const (
	opChar op = iota // one character
	opFold           // one character or its like in another case
	opOne            // ?
	opRun            // *
)

// atom is one step of a pattern. In a list of atoms ? stands before *, and no *
// before another: a?*b for a*?*b.
type atom struct {
	op   op
	char rune // of opChar, and of opFold the least of its orbit
}

// badByte is added to a byte that is no UTF-8, which makes it a character
// beyond unicode.MaxRune. Other than utf8.RuneError it keeps its value.
const badByte = unicode.MaxRune + 1

// next gives the first character of a text that is not empty, and how many
// bytes it takes.
func next(s string) (char rune, size int) {
	if s[0] < utf8.RuneSelf {
		return rune(s[0]), 1
	}
	char, size = utf8.DecodeRuneInString(s)
	if size == 1 {
		char = badByte + rune(s[0])
	}
	return char, size
}

// last is next from the other end. Both see the same characters: a byte that
// can begin a UTF-8 sequence is never inside of one.
func last(s string) (char rune, size int) {
	char, size = utf8.DecodeLastRuneInString(s)
	if char == utf8.RuneError && size == 1 {
		char = badByte + rune(s[len(s)-1])
	}
	return char, size
}

// folded gives the least character that equals one but for case. As in
// strings.EqualFold all bytes that are no UTF-8 are like U+FFFD.
func folded(char rune) rune {
	if char > unicode.MaxRune {
		return utf8.RuneError
	}
	least := char
	for r := unicode.SimpleFold(char); r != char; r = unicode.SimpleFold(r) {
		least = min(least, r)
	}
	return least
}

// orbit gives all characters that fold to the same as one.
func orbit(char rune) []rune {
	list := []rune{char}
	for r := unicode.SimpleFold(char); r != char; r = unicode.SimpleFold(r) {
		list = append(list, r)
	}
	if char == utf8.RuneError {
		for b := rune(utf8.RuneSelf); b <= 0xff; b++ {
			list = append(list, badByte+b)
		}
	}
	return list
}

// appendChars adds an atom for each character of a text.
func appendChars(list []atom, text string) []atom {
	for text != "" {
		char, size := next(text)
		list = append(list, atom{opChar, char})
		text = text[size:]
	}
	return list
}

// appendWild adds the atom of a wildcard, and brings it into order.
func appendWild(list []atom, wild byte) []atom {
	afterRun := len(list) > 0 && list[len(list)-1].op == opRun
	switch {
	case wild == '?' && afterRun:
		list[len(list)-1].op = opOne
		return append(list, atom{op: opRun})
	case wild == '?':
		return append(list, atom{op: opOne})
	case afterRun:
		return list
	}
	return append(list, atom{op: opRun})
}

// letter stands for all characters that no pattern at hand tells apart.
type letter struct {
	char   rune
	folded rune
}

// takes tells whether an atom that stands for one character takes a letter.
func (a atom) takes(l letter) bool {
	switch a.op {
	case opChar:
		return a.char == l.char
	case opFold:
		return a.char == l.folded
	}
	return a.op == opOne
}
