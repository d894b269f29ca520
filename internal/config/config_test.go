package config

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/audit"
)

func TestWhatAFileSays(t *testing.T) {
	const text = `# of the team
flags:
  strict: true
  fail-on: high
  rules: [PP205, PP101]
  waivers: ci/waivers.yaml
  format: sarif
excludedNamespaces: [kube-system, "123"]
severities: {PP205: low, PP101: critical}
`
	want := &Config{
		Flags: []Flag{
			{Name: "fail-on", Values: []string{"high"}, Line: 4},
			{Name: "format", Values: []string{"sarif"}, Line: 7},
			{Name: "rules", Values: []string{"PP205", "PP101"}, Line: 5},
			{Name: "strict", Values: []string{"true"}, Line: 3},
			{Name: "waivers", Values: []string{"ci/waivers.yaml"}, Line: 6, Path: true},
		},
		Excluded:   []string{"123", "kube-system"},
		Severities: map[string]audit.Severity{"PP205": audit.Low, "PP101": audit.Critical},
	}
	got, err := Parse([]byte(text), Options{File: ".podpass.yaml"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAFileWithoutSettingsSaysNothing(t *testing.T) {
	for _, text := range []string{"", "# a comment\n", "---\n", "\n\n", "{}", "---\n# a comment\n...\n", "\ufeff"} {
		got, err := Parse([]byte(text), Options{File: "f"})
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if diff := cmp.Diff(&Config{Severities: map[string]audit.Severity{}}, got); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

func TestTheUsersOwnFileMaySayWhichClusterIsRead(t *testing.T) {
	text := []byte("flags: {context: prod, kubeconfig: k, request-timeout: 10s, read-secrets: true}")
	got, err := Parse(text, Options{File: "f", User: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Flags) != 4 {
		t.Errorf("got %v", got.Flags)
	}
	_, err = Parse(text, Options{File: "f"})
	var problems Problems
	if !errors.As(err, &problems) || len(problems) != 4 {
		t.Fatalf("of a repository: got %v, want four problems", err)
	}
	for _, p := range problems {
		if !strings.Contains(p.Text, "cannot be set by a repository") {
			t.Errorf("got %q", p)
		}
	}
}

// TestWhatIsRefused: each wrong file, with the line and words of its problem.
func TestWhatIsRefused(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"an unknown key", "\nflag: {}", `f:2: key "flag" is unknown: a file has the keys flags, excludedNamespaces, severities`},
		{"a key twice", "severities: {PP205: low}\nseverities: {}", `f:2: key "severities" stands there twice: leave one of them`},
		{"a flag twice", "flags:\n  strict: true\n  strict: false", `f:3: key "strict" stands there twice`},
		{"a rule twice", "severities:\n  PP205: low\n  PP205: low", `f:3: key "PP205" stands there twice`},
		{"a list as the file", "- flags", "f:1: the file is a list"},
		{"a string as the file", "hello", "f:1: the file is a string"},
		{"null as the file", "~", "f:1: the file is nothing"},
		{"flags that are none", "flags:\nseverities: {PP205: low}", "f:1: flags is nothing: give keys and values there, or leave it out"},
		{"flags as a list", "flags: [strict]", "f:1: flags is a list"},
		{"an unknown flag", "flags:\n  colour: true", `f:2: flag "colour" cannot be set here: a file may set baseline, fail-on,`},
		{"a flag that writes", "flags: {output: x}", `flag "output" cannot be set here`},
		{"a flag that impersonates", "flags: {as: root}", `flag "as" cannot be set here`},
		{"a flag that names another file", "flags: {config: x}", `flag "config" cannot be set here`},
		{"a flag that reads something else", "flags: {snapshot: x}", `flag "snapshot" cannot be set here`},
		{"a flag of the moment", "flags: {only-files: x}", `flag "only-files" cannot be set here`},
		{"a flag as a number", "flags: {1: x}", "f:1: a key is a number: keys are strings"},
		{"a list as a key", "flags: {[a]: x}", "f:1: a key is a list: keys are strings"},
		{"a truth in words", "flags: {strict: yes}", "f:1: strict is a string: write true or false"},
		{"a truth in quotes", `flags: {strict: "true"}`, "f:1: strict is a string: write true or false"},
		{"a truth by a tag", "flags: {strict: !!bool on}", "f:1: a tag stands here: leave it out"},
		{"an unknown severity", "flags: {fail-on: awful}", `f:1: "awful" of fail-on is unknown: give one of critical, high, medium, low, info`},
		{"an unknown format", "flags: {format: xml}", `f:1: "xml" of format is unknown: give one of text, json, sarif`},
		{"an unknown rule to run", "flags:\n  rules:\n  - PP101\n  - PP999", `f:4: "PP999" of rules is unknown: give one of PP101`},
		{"a rule twice in a list", "flags: {rules: [PP101, PP101]}", `f:1: "PP101" stands in rules twice: leave one of them`},
		{"rules as a string", "flags: {rules: PP101}", "f:1: rules is a string: give a list, such as [a, b], or leave it out"},
		{"no rules", "flags: {rules: []}", "f:1: rules is an empty list: leave it out"},
		{"a list for a word", "flags: {fail-on: [high]}", "f:1: fail-on is a list: give a string, or leave it out"},
		{"nothing for a word", "flags: {fail-on: }", "f:1: fail-on is nothing: give a string, or leave it out"},
		{"an empty path", `flags: {waivers: ""}`, "f:1: waivers is empty: give a value, or leave it out"},
		{"a line break in a path", `flags: {waivers: "a\nb"}`, "f:1: waivers holds a control character or a line break"},
		{"a number as a namespace", "excludedNamespaces: [123]", "f:1: an item of excludedNamespaces is a number: put it in quotes if it is meant as a string"},
		{"a date as a namespace", "excludedNamespaces: [2026-12-31]", "f:1: an item of excludedNamespaces is a date: put it in quotes"},
		{"a pattern as a namespace", "excludedNamespaces: [kube-*]", `f:1: "kube-*" is no name of a namespace: name each namespace as it is; patterns are not known here`},
		{"a namespace twice", "excludedNamespaces: [a, a]", `f:1: "a" stands in excludedNamespaces twice`},
		{"namespaces as a string", "excludedNamespaces: a", "f:1: excludedNamespaces is a string: give a list, such as [a, b], or leave it out"},
		{"an unknown rule", "severities: {pp205: low}", `f:1: rule "pp205" is unknown: give one of PP101`},
		{"a severity that is none", "severities: {PP205: awful}", `f:1: severity "awful" of PP205 is unknown: give one of critical, high, medium, low`},
		{"a severity that decides nothing", "severities: {PP205: info}", "f:1: severity info of PP205 would make its failures decide nothing: accept them with a waiver, which has an owner and an end (podpass waive)"},
		{"a severity as a number", "severities: {PP205: 1}", "f:1: the severity of PP205 is a number"},
		{"an anchor", "severities: &a {PP205: low}", "f:1: an anchor stands here"},
		{"an alias", "flags: &a {strict: true}\nseverities: *a", "f:2: an alias stands here: write the value out"},
		{"a merge key", "flags:\n  <<: {strict: true}", "f:2: a merge key stands here: write the keys out"},
		{"two documents", "flags: {strict: true}\n---\nflags: {}", "f:2: a second document starts here: put all into one document, without ---"},
		{"an empty second document", "flags: {strict: true}\n---\n", "a second document starts here"},
		{"no YAML", "flags: [", "it is no YAML: "},
		{"a tab", "flags:\n\tstrict: true", "it is no YAML: "},
		{"bytes that are no text", "\xff\xfe\xff", "it is not UTF-8: save it as UTF-8"},
		{"a large file", "# " + strings.Repeat("x", MaxBytes), "f:1: it is larger than 1 MiB"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			config, err := Parse([]byte(test.text), Options{File: "f"})
			var problems Problems
			if config != nil || !errors.As(err, &problems) {
				t.Fatalf("got %v, %v; want problems", config, err)
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %q\nwant %q", err, test.want)
			}
		})
	}
}

func TestAllProblemsAreToldAtOnceInOrderOfLines(t *testing.T) {
	const text = `severities:
  PP999: low
  PP205: info
flags:
  as: root
  strict: 1
excludedNamespaces: ["-"]
more: x
`
	_, err := Parse([]byte(text), Options{File: "f"})
	var problems Problems
	if !errors.As(err, &problems) {
		t.Fatal(err)
	}
	var lines []int
	for _, p := range problems {
		lines = append(lines, p.Line)
		if p.Text == "" || p.Mend == "" || p.File != "f" {
			t.Errorf("problem %+v lacks something", p)
		}
	}
	if diff := cmp.Diff([]int{2, 3, 5, 6, 7, 8}, lines); diff != "" {
		t.Error(diff)
	}
	if got := len(problems.Unwrap()); got != len(problems) {
		t.Errorf("unwraps into %d errors", got)
	}
}

func TestAProblemOfTheParserQuotesNothing(t *testing.T) {
	for _, text := range []string{"a: *hunter2", "\"\\q hunter2\"", "%hunter2 1\n---\na", "a: !hunter2! b"} {
		_, err := Parse([]byte(text), Options{File: "f"})
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: got %v", text, err)
		}
	}
}
