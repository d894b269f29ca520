package config

import (
	"strings"

	"podpass/internal/audit"
	"podpass/internal/report"
)

// shape is what the value of a flag must be.
type shape int

const (
	word  shape = iota // a string
	truth              // true or false
	list               // a list of strings
	path               // a string that names a file
)

// flag is one that a file may set.
type flag struct {
	name  string
	shape shape
	user  bool     // only the user's own file may: it chooses what is read
	words []string // the values that it may have; nil: any
}

// flags is the fixed list of what a file may set. None writes anywhere, asks
// in another's name, or names a further source of settings. Those of the
// repository's file choose nothing that is read but files beside it.
func flags() []flag {
	return []flag{
		{name: "baseline", shape: path},
		{name: "context", user: true},
		{name: "fail-on", words: severities(audit.Severities())},
		{name: "format", words: report.Formats()},
		{name: "kubeconfig", shape: path, user: true},
		{name: "read-secrets", shape: truth, user: true},
		{name: "request-timeout", user: true},
		{name: "rules", shape: list, words: rules()},
		{name: "sarif-waived", shape: truth},
		{name: "strict", shape: truth},
		{name: "verbose", shape: truth},
		{name: "waivers", shape: path},
	}
}

// Names lists the flags that a file may set: the user's own, or any other.
func Names(user bool) []string {
	var names []string
	for _, f := range flags() {
		if user || !f.user {
			names = append(names, f.name)
		}
	}
	return names
}

func find(name string) *flag {
	for _, f := range flags() {
		if f.name == name {
			return &f
		}
	}
	return nil
}

func rules() []string {
	var ids []string
	for _, rule := range audit.Rules() {
		ids = append(ids, rule.ID)
	}
	return ids
}

func severities(list []audit.Severity) []string {
	words := make([]string, len(list))
	for i, s := range list {
		words[i] = string(s)
	}
	return words
}

// settable are the severities that a rule may be given: info is none, since
// an info failure decides nothing.
func settable() []string {
	all := severities(audit.Severities())
	return all[:len(all)-1]
}

func either(words []string) string { return strings.Join(words, ", ") }
