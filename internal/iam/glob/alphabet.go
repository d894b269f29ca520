package glob

import (
	"cmp"
	"maps"
	"slices"
	"unicode"
)

// groups gives where the ranges begin that rank tells apart.
func groups() []rune {
	return []rune{0, '!', '0', '9' + 1, 'A', 'Z' + 1, 'a', 'z' + 1, 0x7f, 0xa1, firstSurrogate, lastSurrogate + 1, unicode.MaxRune + 1}
}

const firstSurrogate, lastSurrogate = 0xd800, 0xdfff // no characters

// rank puts plain letters before what is harder to read.
func rank(char rune) int {
	switch {
	case 'a' <= char && char <= 'z':
		return 0
	case '0' <= char && char <= '9':
		return 1
	case 'A' <= char && char <= 'Z':
		return 2
	case '!' <= char && char <= '~':
		return 3
	case char >= 0xa1:
		return 4
	}
	return 5
}

// alphabet gives letters such that each character of a string of the shapes can
// be replaced by one of them, and no program and no shape sees a difference.
// Plain letters come first.
func alphabet(shapes []*shape, programs []*program) []letter {
	own := map[rune]bool{} // these stand for themselves
	cuts := map[rune]bool{}
	for _, p := range programs {
		for _, char := range p.mentioned() {
			own[char] = true
		}
	}
	for _, s := range shapes {
		for _, char := range s.literal {
			own[char] = true
		}
		if s.Join != 0 {
			own[s.Join] = true
		}
		for _, c := range []Class{s.First, s.Inner, s.Last} {
			for i, char := range c {
				cuts[char+rune(i%2)] = true // the second of a pair is inside
			}
		}
	}
	for char := range own {
		cuts[char], cuts[char+1] = true, true
	}
	for _, char := range groups() {
		cuts[char] = true
	}
	starts := slices.SortedFunc(maps.Keys(cuts), func(a, b rune) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
	})
	return merge(shapes, own, starts)
}

// merge gives the first of those characters that are alike, and none that the
// shapes do not have.
func merge(shapes []*shape, own map[rune]bool, chars []rune) []letter {
	list := []letter{}
	seen := map[string]bool{}
	for _, char := range chars {
		if char < 0 || char > unicode.MaxRune || firstSurrogate <= char && char <= lastSurrogate {
			continue
		}
		roles := []byte{}
		used := false
		for _, s := range shapes {
			r := s.role(char)
			roles = append(roles, byte(r))
			used = used || r != 0 || slices.Contains(s.literal, char)
		}
		if !used || seen[string(roles)] && !own[char] {
			continue
		}
		if !own[char] {
			seen[string(roles)] = true
		}
		list = append(list, letter{char, folded(char)})
	}
	return list
}
