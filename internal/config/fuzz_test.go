package config

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"podpass/internal/audit"
)

// FuzzConfig: a file is refused with a line and a way out for each problem, or
// what it says holds to what a file may say.
func FuzzConfig(f *testing.F) {
	for _, seed := range []string{
		"flags:\n  fail-on: high\n  strict: true\n  rules: [PP101]\n  waivers: w.yaml\n",
		"excludedNamespaces: [kube-system]\nseverities: {PP205: low}\n",
		"flags: {context: prod, kubeconfig: k, request-timeout: 1s, read-secrets: true}",
		"a: &a [*a]", "flags:\n  <<: {strict: true}", "---\n---\n", "flags: {strict: !!bool yes}", "severities: {PP205: info}",
		"excludedNamespaces: [\"\", a, a]", "? [a]\n: b", "\"\\0\": x", "flags: {waivers: \"a\\nb\"}",
	} {
		f.Add([]byte(seed), false)
		f.Add([]byte(seed), true)
	}
	f.Fuzz(func(t *testing.T, data []byte, user bool) {
		config, err := Parse(data, Options{File: "f", User: user})
		if err != nil {
			checkProblems(t, config, err)
			return
		}
		checkFlags(t, config.Flags, user)
		for i, ns := range config.Excluded {
			if !isLabel(ns) || i > 0 && config.Excluded[i-1] >= ns {
				t.Errorf("namespaces %q", config.Excluded)
			}
		}
		for id, severity := range config.Severities {
			if _, ok := audit.Find(id); !ok || severity.Rank() >= audit.Info.Rank() {
				t.Errorf("severity of %q: %q", id, severity)
			}
		}
	})
}

func checkProblems(t *testing.T, config *Config, err error) {
	t.Helper()
	var problems Problems
	if config != nil || !errors.As(err, &problems) || len(problems) == 0 {
		t.Fatalf("got %v and an error of type %T", config, err)
	}
	for i, p := range problems {
		if p.Line < 1 || p.Text == "" || p.Mend == "" || i > 0 && problems[i-1].Line > p.Line {
			t.Errorf("problem %d: %+v", i, p)
		}
	}
}

func checkFlags(t *testing.T, flags []Flag, user bool) {
	t.Helper()
	for i, flag := range flags {
		if !slices.Contains(Names(user), flag.Name) || i > 0 && flags[i-1].Name >= flag.Name {
			t.Errorf("flags %v", flags)
		}
		if len(flag.Values) == 0 || flag.Line < 1 {
			t.Errorf("flag %+v", flag)
		}
		for _, value := range flag.Values {
			if words := find(flag.Name).words; value == "" || strings.ContainsAny(value, "\n\r\x00") || words != nil && !slices.Contains(words, value) {
				t.Errorf("%s has the value %q", flag.Name, value)
			}
		}
	}
}
