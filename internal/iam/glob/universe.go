package glob

import (
	"unicode"
	"unicode/utf8"
)

// Class is a set of characters: ranges with both ends, in pairs. The zero value
// is empty.
type Class []rune

// Some classes. They give a new value each: nothing is shared.
func anyChar() Class { return Class{0, unicode.MaxRune} }
func digit() Class   { return Class{'0', '9'} }
func lower() Class   { return Class{'a', 'z'} }
func alnum() Class   { return Class{'0', '9', 'a', 'z'} }

func (c Class) has(char rune) bool {
	for i := 0; i+1 < len(c); i += 2 {
		if c[i] <= char && char <= c[i+1] {
			return true
		}
	}
	return false
}

// Segment describes strings of one shape: a Literal or, where that is empty,
// words joined by Join. The first character of a word is of First, its last one
// of Last, those between of Inner; that of a word of one character is of First
// and Last. Without Join there is one word; Join stands in no word, whatever
// the classes hold. The zero value describes the empty string.
type Segment struct {
	Literal            string // UTF-8; a byte that is not counts as U+FFFD
	First, Inner, Last Class
	Join               rune // 0: none
	// Min and Max bound the number of characters of all words with their
	// joints; Max 0 is no bound. The empty string has no words and is described
	// where Min is 0.
	Min, Max int
}

// Universe describes the strings that consist of one string of each segment.
// They are UTF-8. That of no segments describes the empty string.
type Universe []Segment

// Text gives the segment of one string.
func Text(s string) Segment { return Segment{Literal: s} }

// Chars gives the segment of least to most characters of a class; most 0 is no
// bound.
func Chars(c Class, least, most int) Segment {
	return Segment{First: c, Inner: c, Last: c, Min: least, Max: most}
}

// Any gives the segment of any characters, but at least one.
func Any() Segment { return Chars(anyChar(), 1, 0) }

// Digits gives the segment of n digits: an AWS account is Digits(12).
func Digits(n int) Segment { return Chars(digit(), n, n) }

// Label gives the segment of DNS labels (RFC 1123): names of namespaces.
func Label() Segment {
	return Segment{First: alnum(), Inner: append(alnum(), '-', '-'), Last: alnum(), Min: 1, Max: 63}
}

// Subdomain gives the segment of DNS subdomains (RFC 1123) as Kubernetes takes
// them: the whole has at most 253 characters, a label no bound of its own.
// These are names of service accounts.
func Subdomain() Segment {
	s := Label()
	s.Join, s.Max = '.', 253
	return s
}

// Region gives the universe of strings with the shape of an AWS region, such as
// us-gov-west-1: words of letters, joined by -, and a number.
func Region() Universe {
	words := Chars(lower(), 1, 0)
	words.Join = '-'
	return Universe{Chars(lower(), 2, 4), Text("-"), words, Text("-"), Chars(digit(), 1, 2)}
}

// ServiceAccounts gives the universe of the subjects of service account
// tokens: system:serviceaccount:NAMESPACE:NAME.
func ServiceAccounts() Universe {
	return Universe{Text("system:serviceaccount:"), Label(), Text(":"), Subdomain()}
}

// Contains tells whether a string is of the universe.
func (u Universe) Contains(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	text := []rune(s)
	ends := make([]bool, len(text)+1) // of the segments so far
	ends[0] = true
	for i := range u {
		shape := newShape(u[i])
		longer := make([]bool, len(text)+1)
		for from, ok := range ends {
			if ok {
				shape.mark(text[from:], longer[from:])
			}
		}
		ends = longer
	}
	return ends[len(text)]
}
