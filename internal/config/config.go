// Package config reads a configuration file (.podpass.yaml): defaults of
// flags, namespaces to leave out, severities of rules.
//
// It takes the bytes of a file and gives a Config, or every problem of the
// file at once with its line and the way out. A file of a repository is not
// trusted, since a pull request may bring it: it may set only flags that
// neither choose what is read nor where anything is written. The package is
// pure; package cli finds the file and puts it in force.
package config

import (
	"slices"
	"strings"

	"podpass/internal/audit"
	"podpass/internal/plainyaml"
)

// MaxBytes bounds a configuration file.
const MaxBytes = 1 << 20

// Config is what a file says.
type Config struct {
	Flags      []Flag                    // sorted by name, each once
	Excluded   []string                  // namespaces, sorted, each once
	Severities map[string]audit.Severity // by rule id; never info
}

// Flag is the default of one flag of the command line.
type Flag struct {
	Name   string
	Values []string // several for a list only, one at least
	Line   int      // of the value, from 1
	Path   bool     // the value is a path, relative to the folder of the file
}

// Options say how to read a file.
type Options struct {
	File string // its name in errors
	User bool   // it is the user's own, which may also say which cluster to read
}

// Problem is one reason to refuse a file, and Problems the error of one that is
// refused.
type (
	Problem  = plainyaml.Problem
	Problems = plainyaml.Problems
)

// Parse reads a file. An error is of type Problems. A file that holds nothing
// but comments says nothing.
func Parse(data []byte, o Options) (*Config, error) {
	r := &reader{Options: o, config: &Config{Severities: map[string]audit.Severity{}}}
	if top := r.document(data); top != nil {
		r.top(top)
	}
	if len(r.problems) > 0 {
		r.problems.Sort()
		return nil, r.problems
	}
	slices.SortFunc(r.config.Flags, func(a, b Flag) int { return strings.Compare(a.Name, b.Name) })
	slices.Sort(r.config.Excluded)
	return r.config, nil
}
