package ci_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// action is action.yml.
type action struct {
	Inputs map[string]struct {
		Default string `yaml:"default"`
	} `yaml:"inputs"`
	Outputs map[string]struct {
		Value string `yaml:"value"`
	} `yaml:"outputs"`
	Runs struct {
		Using string `yaml:"using"`
		Steps []step `yaml:"steps"`
	} `yaml:"runs"`
}

type step struct {
	ID    string            `yaml:"id"`
	If    string            `yaml:"if"`
	Shell string            `yaml:"shell"`
	Run   string            `yaml:"run"`
	Env   map[string]string `yaml:"env"`
	Uses  string            `yaml:"uses"`
	With  map[string]string `yaml:"with"`
}

// runner is a run of the action: it knows just as much of the language of
// workflows as action.yml uses.
type runner struct {
	t      *testing.T
	action action
	dir    string
	temp   string
	in     inputs
	steps  map[string]map[string]string // outputs by step
	used   []string                     // actions
	with   map[string]string            // of the last of them
	log    string
}

// github runs action.yml up to its first step that fails. Without an input
// podpass it takes the one that was built already.
func github(t *testing.T, dir string, in inputs) outcome {
	t.Helper()
	all := inputs{"podpass": "podpass"}
	for name, value := range in {
		all[name] = value
	}
	r := newRunner(t, dir, all)
	code := r.run()
	got := outcome{code: code, log: r.log, outputs: r.outputs(), summary: text(t, filepath.Join(r.temp, "summary"))}
	if file := got.outputs["sarif"]; file != "" {
		got.sarif = text(t, file)
	}
	return got
}

func newRunner(t *testing.T, dir string, in inputs) *runner {
	t.Helper()
	r := &runner{t: t, dir: dir, temp: filepath.Join(t.TempDir(), "runner temp"), in: inputs{}, steps: map[string]map[string]string{}}
	decode(t, "../action.yml", &r.action)
	if err := os.Mkdir(r.temp, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, input := range r.action.Inputs {
		r.in[name] = input.Default
	}
	for name, value := range in {
		if _, ok := r.action.Inputs[name]; !ok {
			t.Fatalf("the action has no input %s", name)
		}
		r.in[name] = value
	}
	return r
}

func (r *runner) run() (code int) {
	for i := range r.action.Runs.Steps {
		s := &r.action.Runs.Steps[i]
		if !r.holds(s.If) {
			continue
		}
		if s.Uses != "" {
			r.used, r.with = append(r.used, s.Uses), map[string]string{}
			for name, value := range s.With {
				r.with[name] = r.expand(value)
			}
			continue
		}
		if code := r.script(s); code != 0 {
			return code
		}
	}
	return 0
}

func (r *runner) script(s *step) (code int) {
	root, err := filepath.Abs("..")
	if err != nil {
		r.t.Fatal(err)
	}
	output := filepath.Join(r.temp, "output")
	env := map[string]string{
		"GITHUB_ACTION_PATH": root, "RUNNER_TEMP": r.temp,
		"GITHUB_OUTPUT": output, "GITHUB_STEP_SUMMARY": filepath.Join(r.temp, "summary"),
	}
	for name, value := range s.Env {
		env[name] = r.expand(value)
	}
	code, log := shell(r.t, r.dir, s.Run, env)
	r.log += log
	r.steps[s.ID] = map[string]string{}
	for line := range strings.Lines(text(r.t, output)) {
		if name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "="); ok {
			r.steps[s.ID][name] = value
		}
	}
	return code
}

func (r *runner) outputs() map[string]string {
	all := map[string]string{}
	for name, o := range r.action.Outputs {
		all[name] = r.expand(o.Value)
	}
	return all
}

var expression = regexp.MustCompile(`\$\{\{ (.*?) \}\}`)

// expand fills in expressions once: what they stand for is no expression.
func (r *runner) expand(s string) string {
	return expression.ReplaceAllStringFunc(s, func(whole string) string {
		for term := range strings.SplitSeq(expression.FindStringSubmatch(whole)[1], " || ") {
			if value := r.value(term); value != "" {
				return value
			}
		}
		return ""
	})
}

func (r *runner) value(term string) string {
	words := strings.Split(term, ".")
	switch {
	case len(words) == 2 && words[0] == "inputs":
		if value, ok := r.in[words[1]]; ok {
			return value
		}
	case len(words) == 4 && words[0] == "steps" && words[2] == "outputs":
		return r.steps[words[1]][words[3]]
	}
	r.t.Fatalf("action.yml says %q, which this runner does not know", term)
	return ""
}

func (r *runner) holds(condition string) bool {
	if condition == "" {
		return true
	}
	term, value, ok := strings.Cut(condition, " == ")
	if !ok {
		r.t.Fatalf("action.yml has the condition %q, which this runner does not know", condition)
	}
	return r.value(term) == strings.Trim(value, "'")
}

func TestTheOutputsOfTheAction(t *testing.T) {
	tests := []struct {
		name         string
		files        map[string]string
		in           inputs
		code, status string
	}{
		{"clean", map[string]string{"a.yaml": locked}, nil, "0", "clean"},
		{"findings", map[string]string{"a.yaml": open}, nil, "3", "findings"},
		{"open", map[string]string{"a.yaml": broken}, nil, "4", "open"},
		{"wrong usage", map[string]string{"a.yaml": open}, inputs{"fail-on": "awful"}, "2", "error"},
		{"no program", map[string]string{"a.yaml": open}, inputs{"podpass": "nosuch"}, "1", "error"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := github(t, folder(t, test.files), test.in)
			if got.outputs["exit-code"] != test.code || got.outputs["status"] != test.status {
				t.Errorf("outputs %v, want exit-code %s and status %s", got.outputs, test.code, test.status)
			}
			if got.summary == "" {
				t.Error("there is no summary")
			}
			if report := got.outputs["report"]; (test.status != "error") != (report != "" && strings.Contains(text(t, report), `"kind": "Report"`)) {
				t.Errorf("report %q", report)
			}
		})
	}
}

// TestTheActionUploadsBeforeItFails: findings are uploaded, and then the job
// fails by them.
func TestTheActionUploadsBeforeItFails(t *testing.T) {
	for upload, want := range map[string]int{"true": 1, "false": 0} {
		r := newRunner(t, folder(t, map[string]string{"a.yaml": open}), inputs{"podpass": "podpass", "upload": upload})
		if code := r.run(); code != 3 {
			t.Errorf("exit code %d, want 3", code)
		}
		if len(r.used) != want {
			t.Errorf("upload %s: used %v", upload, r.used)
		}
		if want > 0 && !strings.Contains(text(t, r.with["sarif_file"]), `"PP102"`) {
			t.Errorf("uploads %q, which lacks the finding", r.with["sarif_file"])
		}
	}
}

func TestTheActionBuildsPodpassWhereNoneIsGiven(t *testing.T) {
	r := newRunner(t, folder(t, map[string]string{"a.yaml": locked}), nil)
	if code := r.run(); code != 0 {
		t.Fatalf("exit code %d:\n%s", code, r.log)
	}
	if built := r.steps["build"]["podpass"]; !strings.HasPrefix(built, r.temp) || r.steps["audit"]["status"] != "clean" {
		t.Errorf("built %q, outputs %v", built, r.steps)
	}
}

// TestNamesAreNoCommandsOfTheLog: GitHub takes lines of a log for commands, so
// all that podpass prints stands where it takes none.
func TestNamesAreNoCommandsOfTheLog(t *testing.T) {
	got := github(t, folder(t, map[string]string{"::error::pwned.yaml": open, "##[error]pwned.yaml": broken}), nil)
	token := regexp.MustCompile(`(?m)^::stop-commands::(podpass-[0-9a-f]{32})$`).FindStringSubmatch(got.log)
	if token == nil {
		t.Fatalf("commands are not stopped:\n%s", got.log)
	}
	before, rest, _ := strings.Cut(got.log, token[0])
	inside, after, ok := strings.Cut(rest, "\n::"+token[1]+"::\n")
	if !ok || strings.Contains(before+after, "pwned") || !strings.Contains(inside, "pwned") {
		t.Errorf("names stand outside of %s:\n%s", token[1], got.log)
	}
}

// TestTheActionIsWrittenSafely: no expression in a script, every action by the
// hash of its commit, every input used.
func TestTheActionIsWrittenSafely(t *testing.T) {
	var a action
	decode(t, "../action.yml", &a)
	if a.Runs.Using != "composite" || len(a.Runs.Steps) == 0 {
		t.Fatalf("the action is %q", a.Runs.Using)
	}
	pinned := regexp.MustCompile(`^[\w./-]+@[0-9a-f]{40}$`)
	whole := text(t, "../action.yml")
	for _, s := range a.Runs.Steps {
		if strings.Contains(s.Run, "${{") || s.Run != "" && s.Shell != "sh" {
			t.Errorf("a script holds an expression or has no shell: %q", s.Run)
		}
		if s.Uses != "" && !pinned.MatchString(s.Uses) {
			t.Errorf("%s is not given by the hash of a commit", s.Uses)
		}
	}
	scripts, err := filepath.Glob("github/*.sh")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts (%v)", err)
	}
	for _, file := range scripts {
		if script := text(t, file); !strings.HasPrefix(script, "#!/bin/sh\n") || strings.Contains(script, "${{") || strings.Contains(script, "eval") {
			t.Errorf("%s is no script of a plain shell, or holds an expression", file)
		}
		if !strings.Contains(whole, "ci/"+file) {
			t.Errorf("action.yml does not run %s", file)
		}
	}
	for name := range a.Inputs {
		if !strings.Contains(whole, "inputs."+name) {
			t.Errorf("the input %s is not used", name)
		}
	}
}
