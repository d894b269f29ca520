package waivers

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// problem is why a file is refused, at a line of it.
type problem struct {
	line int    // math.MaxInt: of the whole file
	text string // what is wrong, and the way out
}

// report gives all problems as one error, joined (see errors.Join) in the
// order of lines.
func report(file string, problems []problem) error {
	slices.SortStableFunc(problems, func(a, b problem) int { return cmp.Compare(a.line, b.line) })
	list := make([]error, 0, len(problems))
	for _, p := range problems {
		place := fmt.Sprintf("%s:%d", file, p.line)
		if p.line == math.MaxInt {
			place = file
		}
		list = append(list, fmt.Errorf("%s: %s", place, p.text))
	}
	return errors.Join(list...)
}

// shown quotes a value of the file if it is so short and plain that it can
// hardly be a secret.
func shown(value string) string {
	const most = 24
	if len(value) > most || strings.ContainsFunc(value, func(r rune) bool {
		return r != '-' && r != '_' && r != '.' && r != ':' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) {
		return "what is written here"
	}
	return `"` + value + `"`
}
