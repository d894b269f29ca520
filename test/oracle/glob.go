package oracle

// symbol is one place of a pattern: a character, or a wildcard.
type symbol struct {
	char rune
	wild bool
}

// symbols reads a text; its wildcards count if wild.
func symbols(text string, wild bool) []symbol {
	var all []symbol
	for _, c := range text {
		all = append(all, symbol{c, wild && (c == '*' || c == '?')})
	}
	return all
}

// text is the pattern's characters.
func text(pattern []symbol) string {
	var all []rune
	for _, s := range pattern {
		all = append(all, s.char)
	}
	return string(all)
}

// matches tries a pattern on a text, character by character. It remembers
// after how many characters of the pattern each prefix of the text is reached,
// which is slow and simple.
func matches(pattern []symbol, text string) bool {
	chars := []rune(text)
	reached := make([]bool, len(chars)+1)
	reached[0] = true
	for _, s := range pattern {
		next := make([]bool, len(chars)+1)
		for i := range next {
			switch {
			case s.wild && s.char == '*':
				next[i] = reached[i] || i > 0 && next[i-1]
			case i > 0:
				next[i] = reached[i-1] && (s.wild || s.char == chars[i-1])
			}
		}
		reached = next
	}
	return reached[len(chars)]
}
