package ci_test

import (
	"path/filepath"
	"strings"
	"testing"
)

// job is the job of ci/gitlab/podpass.yml.
type job struct {
	Variables map[string]string `yaml:"variables"`
	Script    []string          `yaml:"script"`
	Artifacts struct {
		When    string            `yaml:"when"`
		Paths   []string          `yaml:"paths"`
		Reports map[string]string `yaml:"reports"`
	} `yaml:"artifacts"`
}

func template(t *testing.T) job {
	t.Helper()
	var jobs map[string]job
	decode(t, "gitlab/podpass.yml", &jobs)
	if len(jobs) != 1 || jobs["podpass"].Script == nil {
		t.Fatalf("the template has the jobs %v", jobs)
	}
	return jobs["podpass"]
}

// gitlab runs the job with its variables.
func gitlab(t *testing.T, dir string, in inputs) outcome {
	t.Helper()
	j := template(t)
	env := map[string]string{}
	for name, value := range j.Variables {
		env[name] = value
	}
	for name, value := range in {
		variable := "PODPASS_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
		if name == "podpass" {
			variable = "PODPASS"
		}
		if _, ok := j.Variables[variable]; !ok {
			t.Fatalf("the job has no variable %s", variable)
		}
		env[variable] = value
	}
	code, log := shell(t, dir, strings.Join(j.Script, "\n"), env)
	kept := filepath.Join(dir, j.Artifacts.Paths[0])
	return outcome{
		code: code, log: log,
		summary: text(t, filepath.Join(kept, "podpass.md")),
		sarif:   text(t, filepath.Join(kept, "podpass.sarif")),
		junit:   text(t, filepath.Join(dir, j.Artifacts.Reports["junit"])),
	}
}

func TestGitLabKeepsTheReportsOfAJobThatFails(t *testing.T) {
	if when := template(t).Artifacts.When; when != "always" {
		t.Errorf("artifacts are kept %s", when)
	}
	dir := folder(t, map[string]string{"a.yaml": open})
	for range 2 { // what an earlier run left is neither audited nor in the way
		got := gitlab(t, dir, nil)
		if got.code != 3 || !strings.Contains(got.junit, "<failure") {
			t.Errorf("exit code %d, JUnit:\n%s", got.code, got.junit)
		}
	}
}
