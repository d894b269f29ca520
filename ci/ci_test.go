// Package ci_test runs what a build runs: the steps of action.yml, the job of
// ci/gitlab/podpass.yml and the hook of .pre-commit-hooks.yaml, each as its
// machine would, with the real podpass.
package ci_test

import (
	"bytes"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.yaml.in/yaml/v3"

	"podpass/internal/cli"
)

// TestMain makes the test binary podpass on the PATH.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"podpass": func() { os.Exit(cli.Main(os.Args)) }})
}

const (
	locked = `{apiVersion: v1, kind: ServiceAccount, metadata: {name: default, namespace: team}, automountServiceAccountToken: false}`
	open   = `{apiVersion: v1, kind: ServiceAccount, metadata: {name: default, namespace: team}}`
	broken = "a: [\n"
)

// inputs are what a user gives, by the names of the action's inputs.
type inputs map[string]string

// outcome is what a machine is left with.
type outcome struct {
	code    int
	log     string
	outputs map[string]string // of the action only
	summary string            // Markdown; empty: none
	sarif   string            // empty: none
	junit   string            // of GitLab only
}

// machine runs podpass in a folder as a service of builds does.
type machine func(t *testing.T, dir string, in inputs) outcome

func machines() map[string]machine {
	return map[string]machine{"GitHub": github, "GitLab": gitlab}
}

func TestABuildEndsAsTheAuditDoes(t *testing.T) {
	tests := []struct {
		name  string
		files map[string]string
		in    inputs
		code  int
		log   string // that it holds
	}{
		{"clean", map[string]string{"a.yaml": locked}, nil, 0, "1 pass"},
		{"findings", map[string]string{"a.yaml": open}, nil, 3, "PP102"},
		{"something that cannot be read", map[string]string{"a.yaml": locked, "b.yaml": broken}, nil, 4, "b.yaml"},
		{"findings below the severity", map[string]string{"a.yaml": open}, inputs{"fail-on": "high"}, 0, "PP102"},
		{"strict", map[string]string{"a.yaml": `{apiVersion: v1, kind: Namespace, metadata: {name: team}}`}, inputs{"strict": "true"}, 4, "not among the files"},
		{"several paths", map[string]string{"one two/a.yaml": locked, "-n/b.yaml": open}, inputs{"paths": "one two\n-n\n"}, 3, "PP102"},
		{"a path of dashes", map[string]string{"--output=x/a.yaml": open}, inputs{"paths": "--output=x"}, 3, "PP102"},
		{"a file that looks like standard input", map[string]string{"-": open}, inputs{"paths": "-"}, 3, "PP102"},
		{"the configuration of the repository", map[string]string{"a.yaml": open, ".podpass.yaml": "flags: {fail-on: critical, format: csv}"}, nil, 0, "PP102"},
		{"no configuration", map[string]string{"a.yaml": open, ".podpass.yaml": "flags: {fail-on: critical}"}, inputs{"config": "none"}, 3, "PP102"},
		{"another configuration", map[string]string{"a.yaml": open, "c d.yaml": "flags: {fail-on: critical}", "x/y": ""}, inputs{"config": "c d.yaml", "paths": "a.yaml"}, 0, "PP102"},
		{"a wrong configuration", map[string]string{"a.yaml": open, ".podpass.yaml": "flags: {as: root}"}, nil, 1, ".podpass.yaml:1: "},
		{"waivers", map[string]string{"a.yaml": open, "w/w.yaml": waiver}, inputs{"waivers": "w/w.yaml", "paths": "a.yaml"}, 0, "team-platform"},
		{"no waivers where some are named", map[string]string{"a.yaml": open}, inputs{"waivers": "none.yaml"}, 1, "none.yaml"},
		{"no baseline where one is named", map[string]string{"a.yaml": open}, inputs{"baseline": "none.json"}, 1, "none.json"},
		{"a wrong severity", map[string]string{"a.yaml": open}, inputs{"fail-on": "awful"}, 2, `severity "awful" is not one of`},
		{"no path", map[string]string{"a.yaml": open}, inputs{"paths": "\n\n"}, 2, "there is nothing to audit"},
		{"a path that is not there", map[string]string{"a.yaml": open}, inputs{"paths": "b.yaml"}, 1, "b.yaml: no such file"},
		{"a program that is not there", map[string]string{"a.yaml": open}, inputs{"podpass": "/nosuch/podpass"}, 1, "the program podpass is not there"},
	}
	for machine, run := range machines() {
		for _, test := range tests {
			t.Run(machine+"/"+test.name, func(t *testing.T) {
				t.Parallel()
				got := run(t, folder(t, test.files), test.in)
				if got.code != test.code {
					t.Errorf("exit code %d, want %d; the log:\n%s", got.code, test.code, got.log)
				}
				if !strings.Contains(got.log, test.log) {
					t.Errorf("the log lacks %q:\n%s", test.log, got.log)
				}
				audited := test.code != 1 && test.code != 2
				if audited != (got.sarif != "") || audited && !strings.Contains(got.summary, "CIS") {
					t.Errorf("SARIF of %d bytes, and a summary of %q", len(got.sarif), got.summary)
				}
			})
		}
	}
}

const waiver = `waivers:
- {rule: PP102, kind: ServiceAccount, namespace: team, name: default, owner: team-platform, reason: moves with the next release, expires: 2999-12-31}
`

// TestNoInputBecomesACommand: whatever a pull request may put into an input,
// it stays a value.
func TestNoInputBecomesACommand(t *testing.T) {
	hostile := []string{
		"$(touch pwned)", "`touch pwned`", "; touch pwned", "a.yaml; touch pwned", "a.yaml && touch pwned #", "'; touch pwned; '", `"; touch pwned; "`,
		"END\ntouch pwned", "a.yaml\n; touch pwned", "--output=pwned", "-o pwned", "${HOME}", "*", "${{ github.token }}", "\\", "-", "--", "a.yaml\r\ntouch pwned",
	}
	for machine, run := range machines() {
		t.Run(machine, func(t *testing.T) {
			t.Parallel()
			for _, value := range hostile {
				for _, in := range []inputs{
					{"paths": value},
					{"paths": value, "config": value, "waivers": value, "baseline": value, "fail-on": value, "strict": value},
				} {
					dir := folder(t, map[string]string{"a.yaml": open})
					got := run(t, dir, in)
					if _, err := os.Lstat(filepath.Join(dir, "pwned")); err == nil {
						t.Fatalf("%q was run", in)
					}
					if got.code == 0 || got.sarif != "" {
						t.Errorf("%q: exit code %d; the log:\n%s", in, got.code, got.log)
					}
				}
			}
		})
	}
}

// TestAPartOfTheFilesBecomesNoSARIF: code scanning would close the alerts of
// all the others.
func TestAPartOfTheFilesBecomesNoSARIF(t *testing.T) {
	for machine, run := range machines() {
		t.Run(machine, func(t *testing.T) {
			dir := folder(t, map[string]string{
				"a.yaml": open,
				"part":   "#!/bin/sh\n[ \"$1\" = audit ] || exec podpass \"$@\"\nshift\nexec podpass audit --only-files= \"$@\"\n",
			})
			part := filepath.Join(dir, "part")
			if err := os.Chmod(part, 0o755); err != nil {
				t.Fatal(err)
			}
			got := run(t, dir, inputs{"podpass": part, "paths": "a.yaml"})
			if got.code != 1 || got.sarif != "" || !strings.Contains(got.log, "--only-files") {
				t.Errorf("exit code %d, SARIF of %d bytes; the log:\n%s", got.code, len(got.sarif), got.log)
			}
		})
	}
}

// folder makes a repository of files.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// shell runs a script as a machine does, with podpass on the PATH and no
// cluster to be found, and gives its exit code and what it printed.
func shell(t *testing.T, dir, script string, env map[string]string) (code int, log string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(file, []byte(script), 0o644); err != nil {
		t.Fatal(err)
	}
	command := exec.Command("sh", "-e", file)
	command.Dir = dir
	command.Env = append(os.Environ(), "KUBECONFIG=/nosuch", "XDG_CONFIG_HOME=/nosuch")
	for _, name := range slices.Sorted(maps.Keys(env)) {
		command.Env = append(command.Env, name+"="+env[name])
	}
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	if err := command.Run(); err != nil && command.ProcessState == nil {
		t.Fatal(err)
	}
	return command.ProcessState.ExitCode(), out.String()
}

func decode(t *testing.T, file string, into any) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err == nil {
		err = yaml.Unmarshal(data, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// text gives the content of a file; empty where there is none.
func text(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return string(data)
}

// hook is a hook of pre-commit.
type hook struct {
	ID            string   `yaml:"id"`
	Language      string   `yaml:"language"`
	Entry         string   `yaml:"entry"`
	Args          []string `yaml:"args"`
	PassFilenames *bool    `yaml:"pass_filenames"`
	RequireSerial bool     `yaml:"require_serial"`
}

func TestTheHookOfPreCommit(t *testing.T) {
	var hooks []hook
	decode(t, "../.pre-commit-hooks.yaml", &hooks)
	if len(hooks) != 1 || hooks[0].ID != "podpass" {
		t.Fatalf("hooks: %+v", hooks)
	}
	h := hooks[0]
	if h.PassFilenames == nil || *h.PassFilenames || !h.RequireSerial || h.Language != "golang" {
		t.Errorf("the hook passes changed files only, runs in parts, or is not built: %+v", h)
	}
	words := append(strings.Fields(h.Entry), h.Args...)
	// pre-commit builds it by "go install ./...".
	out, err := exec.Command("go", "list", "-f", "{{.Name}} {{.ImportPath}}", "../...").Output()
	if err != nil || !regexp.MustCompile(`(?m)^main \S*/`+words[0]+`$`).Match(out) {
		t.Errorf("go install ./... makes no %s (%v)", words[0], err)
	}
	for want, files := range map[int]map[string]string{
		0: {"deploy/a.yaml": locked},
		3: {"deploy/a.yaml": locked, "deploy/b.yaml": strings.ReplaceAll(open, "team", "other")},
		4: {"deploy/a.yaml": locked, "b.yaml": broken},
	} {
		script := "exec " + strings.Join(words, " ")
		if code, log := shell(t, folder(t, files), script, nil); code != want {
			t.Errorf("exit code %d, want %d:\n%s", code, want, log)
		}
	}
}
