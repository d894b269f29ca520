package plainyaml

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one reason to refuse a file, as it is shown.
type Problem struct {
	File string
	Line int    // from 1
	Text string // what is wrong
	Mend string // the way out
}

func (p Problem) Error() string {
	return fmt.Sprintf("%s:%d: %s: %s", p.File, p.Line, p.Text, p.Mend)
}

// Problems is the error of a file that is refused: all that is wrong with it,
// in order of lines.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i := range p {
		lines[i] = p[i].Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives each problem as an error of its own.
func (p Problems) Unwrap() []error {
	list := make([]error, len(p))
	for i := range p {
		list[i] = p[i]
	}
	return list
}

// Sort puts them in the order of lines.
func (p Problems) Sort() {
	slices.SortStableFunc(p, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
}
