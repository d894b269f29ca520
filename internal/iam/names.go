package iam

import (
	"strconv"
	"unicode/utf8"
)

// names tells repeated members, also such that differ in case alone: few by
// looking at each, many by a map.
type names struct {
	few  [8]string
	n    int
	many map[string]string
}

// add gives the earlier spelling and false where there was one.
func (s *names) add(name string) (first string, fresh bool) {
	for _, old := range s.few[:min(s.n, len(s.few))] {
		if sameFold(old, name) {
			return old, false
		}
	}
	if s.n < len(s.few) {
		s.few[s.n] = name
		s.n++
		return name, true
	}
	if s.many == nil {
		s.many = map[string]string{}
	}
	if old, ok := s.many[lower(name)]; ok {
		return old, false
	}
	s.many[lower(name)] = name
	return name, true
}

// lower folds ASCII letters alone: names of elements, operators, keys and
// actions have no others.
func lower(s string) string {
	var short [128]byte
	folded := appendLower(short[:0], s)
	if string(folded) == s {
		return s
	}
	return string(folded)
}

func appendLower(buf []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		buf = append(buf, c)
	}
	return buf
}

// sameFold compares as lower does, without making a string. Most names that
// differ do so at their end, so that it begins there.
func sameFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	if a == b {
		return true
	}
	for i := len(a) - 1; i >= 0; i-- {
		x, y := a[i], b[i]
		if x != y && (x|0x20 != y|0x20 || x|0x20 < 'a' || 'z' < x|0x20) {
			return false
		}
	}
	return true
}

// Quote shows a text of a document in a message: escaped, and shortened.
func Quote(s string) string { return quoteWhole(s) }

// quote shows a string from a document in a message: escaped, and short.
func quote(s string) string { return quoteUpTo(s, 60) }

// quoteWhole is quote for what is compared: issuers and subjects differ in their
// end, and all that AWS has are shorter.
func quoteWhole(s string) string { return quoteUpTo(s, 512) }

func quoteUpTo(s string, most int) string {
	if len(s) <= most {
		return strconv.Quote(s)
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return strconv.Quote(s[:most]) + "…"
}
