package choices

// Nearest gives the word that takes the fewest changes of one character to
// become another; "" of no words. Of equal ones it gives the first.
func Nearest(word string, words []string) string {
	var nearest string
	best := -1
	a := []rune(word)
	for _, other := range words {
		b := []rune(other)
		if best >= 0 && max(len(a)-len(b), len(b)-len(a)) >= best {
			continue
		}
		if n := distance(a, b, best); best < 0 || n < best {
			nearest, best = other, n
		}
	}
	return nearest
}

// distance is that of Levenshtein. It gives up where it cannot be below a bound
// any more; a bound below 0 is none.
func distance(a, b []rune, bound int) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		corner, least := row[0], i+1
		row[0] = i + 1
		for j, y := range b {
			change := corner
			if x != y {
				change++
			}
			corner = row[j+1]
			row[j+1] = min(change, row[j]+1, corner+1)
			least = min(least, row[j+1])
		}
		if bound >= 0 && least >= bound {
			return least
		}
	}
	return row[len(b)]
}
