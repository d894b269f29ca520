package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// leaks runs podpass in a folder of its own and looks for secrets in all that
// it gives. It also fails where a run ends in a panic.
type leaks struct {
	*testing.T
	dir    string
	search *searcher
	given  map[string]bool // files that were given, which hold secrets
}

func newLeaks(t *testing.T, search *searcher) *leaks {
	return &leaks{t, t.TempDir(), search, map[string]bool{}}
}

// give writes a file for podpass to read.
func (l *leaks) give(name, text string) {
	l.Helper()
	path := filepath.Join(l.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, []byte(text), 0o666)); err != nil {
		l.Fatal(err)
	}
	l.given[path] = true
}

func (l *leaks) command(args ...string) *exec.Cmd {
	c := exec.Command("podpass", args...)
	c.Dir = l.dir
	c.Env = append(os.Environ(), "HOME="+l.dir, "XDG_CONFIG_HOME="+l.dir, "KUBECONFIG=", "GOTRACEBACK=all")
	return c
}

// run gives the output of a command that ends with one of the exit codes.
func (l *leaks) run(codes []int, stdin string, args ...string) string {
	l.Helper()
	var stdout, stderr bytes.Buffer
	c := l.command(args...)
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader(stdin), &stdout, &stderr
	_ = c.Run() // the code tells
	name := l.safe([]byte("podpass " + strings.Join(args[:min(len(args), 8)], " ")))
	if code := c.ProcessState.ExitCode(); !slices.Contains(codes, code) {
		l.Errorf("%s: exit code %d, want %v\n%s", name, code, codes, l.safe(stderr.Bytes()))
	}
	if bytes.Contains(stderr.Bytes(), []byte("goroutine ")) {
		l.Errorf("%s: a panic\n%s", name, l.safe(stderr.Bytes()))
	}
	l.clean(name+": stdout", stdout.Bytes())
	l.clean(name+": stderr", stderr.Bytes())
	return stdout.String() + stderr.String()
}

func (l *leaks) clean(what string, text []byte) {
	l.Helper()
	if found := l.search.find(text); found != "" {
		l.Errorf("%s holds %s", what, found)
	}
}

// safe gives text for an error of the test, unless a secret is in it.
func (l *leaks) safe(text []byte) string {
	if l.search.find(text) != "" {
		return "(not shown, since a secret is in it)"
	}
	return string(text[:min(len(text), 2000)])
}

// files looks into every file that podpass wrote, and gives them.
func (l *leaks) files() map[string]string {
	l.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(l.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || l.given[path] {
			return err
		}
		text, err := os.ReadFile(path)
		l.clean("the file "+d.Name(), text)
		l.clean("the name of the file "+d.Name(), []byte(d.Name()))
		all[d.Name()] = string(text)
		return err
	})
	if err != nil {
		l.Fatal(err)
	}
	return all
}

var (
	clean    = []int{0}
	failed   = []int{1}
	misused  = []int{2}
	findings = []int{3}
)

const keysPlanted = 50

// TestNoSecretIsGivenAway plants fifty keys in each disguise and looks for
// their secrets in everything that every command and format gives: output,
// errors, files. Their ids are there.
func TestNoSecretIsGivenAway(t *testing.T) {
	list := plant(keysPlanted)
	objects := plantAll(list)
	if n := len(disguises()); n < 12 {
		t.Fatalf("%d disguises", n)
	}
	l := newLeaks(t, newSearcher(list))
	for _, d := range disguises() {
		var some []object
		for i, k := range list {
			some = append(some, d.plantIn(k, i))
		}
		l.give("manifests/"+d.name+".yaml", manifest(some))
	}
	t.Run("audit", func(t *testing.T) { l.T = t; l.audits(objects) })
	t.Run("report", func(t *testing.T) { l.T = t; l.reports() })
	t.Run("snapshot", func(t *testing.T) { l.T = t; l.snapshots() })
	t.Run("plan", func(t *testing.T) { l.T = t; l.plans() })
	t.Run("waive", func(t *testing.T) { l.T = t; l.waivers() })
	t.Run("other commands", func(t *testing.T) { l.T = t; l.others() })
	l.T = t
	written := l.files()
	for _, d := range disguises() {
		l.found(written["report.json"], d, list)
	}
	for _, name := range []string{"audit.text", "audit.markdown"} {
		if !strings.Contains(written[name], "verbose") {
			t.Errorf("%s does not tell where the keys are that it leaves out", name)
		}
	}
	for _, name := range whole() {
		if len(written[name]) == 0 {
			t.Errorf("%s was not written", name)
		}
		for _, k := range list {
			if !strings.Contains(written[name], k.id) {
				t.Errorf("%s does not tell of %s", name, k.id)
			}
		}
	}
}

// formats of reports.
func formats() []string { return []string{"text", "json", "sarif", "junit", "markdown", "csv"} }

// whole lists the files that tell of every key.
func whole() []string {
	list := []string{"report.json", "dump.json", "waivers.yaml", "waived.sarif"}
	for _, format := range formats() {
		list = append(list, "verbose."+format, "convert."+format, "snapshot."+format)
	}
	return append(list, "audit.json", "audit.sarif", "audit.junit", "audit.csv")
}

// found tells whether an audit found each key where it was planted.
func (l *leaks) found(report string, d disguise, list []planted) {
	l.Helper()
	var r struct {
		Results []struct {
			Rule   string
			Object struct{ Kind, Namespace, Name string }
			KeyIDs []string
		}
	}
	if err := json.Unmarshal([]byte(report), &r); err != nil {
		l.Fatal(err)
	}
	ids := map[string][]string{}
	for _, one := range r.Results {
		if one.Rule == "PP401" {
			ids[one.Object.Kind+" "+one.Object.Name] = one.KeyIDs
		}
	}
	for i, k := range list {
		if name := d.kind + " " + d.objectName(i); !slices.Equal(ids[name], []string{k.id}) {
			l.Errorf("%s: the key ids are %v, want %s", name, ids[name], k.id)
		}
	}
}

func (l *leaks) audits(objects []object) {
	for _, format := range formats() {
		l.run(findings, "", "audit", "manifests", "--format", format, "-o", "audit."+format)
		l.run(findings, "", "audit", "manifests", "--format", format, "-v", "-o", "verbose."+format)
	}
	l.run(findings, "", "audit", "manifests")
	l.run(findings, dump(objects), "audit", "-", "--format", "json", "-o", "dump.json")
	l.run(findings, "", "audit", "manifests", "--format", "json", "-o", "report.json")
	l.run(findings, "", "audit", "manifests", "--only-files", "manifests/env.yaml")
	l.run(clean, "", "audit", "manifests", "-n", "team", "--rules", "PP601")
}

func (l *leaks) reports() {
	for _, format := range formats() {
		l.run(clean, "", "report", "convert", "report.json", "--format", format, "-v", "-o", "convert."+format)
	}
	l.run(clean, "", "report", "baseline", "report.json", "-o", "baseline.json")
	l.give("fewer.yaml", manifest([]object{inData()[0].plantIn(plant(1)[0], 0)}))
	for _, format := range formats() {
		l.run([]int{0, 3, 4}, "", "audit", "fewer.yaml", "--baseline", "baseline.json", "--format", format, "-v")
	}
}

func (l *leaks) snapshots() {
	l.run(clean, "", "snapshot", "manifests", "-o", "all.podpass")
	for _, format := range formats() {
		l.run(findings, "", "audit", "--snapshot", "all.podpass", "--format", format, "-v", "-o", "snapshot."+format)
	}
	l.give("other.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n")
	l.run(clean, "", "snapshot", "other.yaml", "-o", "other.podpass")
	for _, format := range []string{"text", "json"} {
		l.run(findings, "", "snapshot", "diff", "all.podpass", "other.podpass", "--format", format, "--exit-code")
		l.run(clean, "", "snapshot", "diff", "other.podpass", "all.podpass", "--format", format)
	}
}

// plans also takes files that are no choices, by mistake.
func (l *leaks) plans() {
	all := []int{0, 3, 4}
	l.run(all, "", "plan", "manifests", "--write-choices", "choices.yaml")
	l.run(all, "", "plan", "manifests", "--format", "json", "-o", "plan.json", "--choices", "choices.yaml")
	l.run(all, "", "plan", "--snapshot", "all.podpass")
	for _, d := range disguises() {
		l.run(failed, "", "plan", "manifests", "--choices", "manifests/"+d.name+".yaml")
	}
}

// waivers accepts every key in one of its disguises.
func (l *leaks) waivers() {
	var r struct {
		Results []struct {
			Rule, Fingerprint string
			Object            struct{ Name string }
		}
	}
	text, err := os.ReadFile(filepath.Join(l.dir, "report.json"))
	if err := errors.Join(err, json.Unmarshal(text, &r)); err != nil {
		l.Fatal(err)
	}
	args := []string{"waive", "--report", "report.json", "--waivers", "waivers.yaml", "--owner", "team-platform", "--reason", "they move", "--expires", "2999-12-31"}
	for _, one := range r.Results {
		if one.Rule == "PP401" && strings.HasPrefix(one.Object.Name, "last-applied-") {
			args = append(args, one.Fingerprint)
		}
	}
	l.run(clean, "", append(args, "--dry-run")...)
	l.run(clean, "", args...)
	l.run(failed, "", args...) // they are there already
	for _, format := range formats() {
		l.run([]int{0, 3, 4}, "", "audit", "manifests", "--waivers", "waivers.yaml", "--format", format, "-v")
	}
	l.run([]int{0, 3, 4}, "", "audit", "manifests", "--waivers", "waivers.yaml", "--format", "sarif", "--sarif-waived", "-o", "waived.sarif")
}

// others are the commands that read nothing of the objects.
func (l *leaks) others() {
	for _, args := range [][]string{
		{}, {"help"}, {"version"}, {"rules"}, {"rules", "PP401"}, {"rules", "PP402"}, {"rbac"}, {"rbac", "--read-secrets", "-n", "team"},
		{"completion", "bash"}, {"completion", "zsh"}, {"completion", "fish"}, {"completion", "powershell"}, {"completion", "kubectl"},
		{"audit", "--help"}, {"snapshot", "--help"}, {"snapshot", "diff", "--help"}, {"report", "--help"}, {"report", "convert", "--help"},
		{"report", "baseline", "--help"}, {"waive", "--help"}, {"rules", "--help"}, {"rbac", "--help"}, {"plan", "--help"}, {"version", "--help"}, {"completion", "--help"},
		{"__complete", "audit", "manifests/"},
	} {
		l.run(clean, "", args...)
	}
	l.run(failed, "", "audit") // no cluster
	l.run(misused, "", "snapshot", "manifests")
}
