// Package choices reads the file in which a user decides what a plan leaves
// open: whose account is called what, which role is whose, what is left alone.
//
// It takes the bytes of a file and gives plan.Choices, or every problem of the
// file at once with its line and the way out. It is strict, since a choice that
// is misread changes what should stay: what is not exactly understood is
// refused. One table says what a file may hold; the parser and the JSON schema
// (docs/choices.schema.json) are made of it. The package also compares a file
// with what is there (Unused), and writes a file of open decisions (Draft). It
// is pure: files that a choice names are read by the caller (Documents).
package choices

import (
	"podpass/internal/plainyaml"
	"podpass/internal/plan"
)

// MaxBytes bounds a file.
const MaxBytes = 16 << 20

// Problem is one reason to refuse a file, and Problems the error of one that is
// refused.
type (
	Problem  = plainyaml.Problem
	Problems = plainyaml.Problems
)

// Parse reads a file, whose name is for people. An error is of type Problems. A
// file that holds nothing but comments decides nothing.
func Parse(file string, data []byte) (*plan.Choices, error) {
	r := &reader{file: file}
	root, flaws := plainyaml.Read(data, MaxBytes)
	for _, f := range flaws {
		r.refuse(f.Line, f.Text, f.Mend)
	}
	c := &plan.Choices{File: file}
	if root != nil {
		r.whole(root, c)
	}
	if len(r.problems) > 0 {
		r.problems.Sort()
		return nil, r.problems
	}
	return c, nil
}
