package binary

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const gomod = "module podpass/lab/kubernetes\n\nrequire k8s.io/component-base v0.37.2\nrequire (\n\tk8s.io/kubernetes v1.37.2\n)\n"

func writeSource(t *testing.T, files map[string]string) source {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return source{dir: dir, version: "v1.37.2"}
}

func TestCachePathChangesWithWhatTheBinaryIsMadeOf(t *testing.T) {
	base := map[string]string{"go.mod": gomod, "go.sum": "a", "main.go": "package main"}
	paths := map[string]string{}
	for name, change := range map[string]map[string]string{
		"nothing":     {},
		"the sums":    {"go.sum": "b"},
		"a file":      {"main.go": "package main\n"},
		"a new file":  {"kubelet.go": "package main"},
		"the version": {"go.mod": strings.ReplaceAll(gomod, "1.37.2", "1.36.3")},
	} {
		files := map[string]string{}
		for _, set := range []map[string]string{base, change} {
			for file, content := range set {
				files[file] = content
			}
		}
		path, err := writeSource(t, files).cachePath()
		if err != nil {
			t.Fatal(err)
		}
		if other, ok := paths[path]; ok {
			t.Errorf("changing %s and changing %s give the same path", name, other)
		}
		paths[path] = name
	}
	again, err := writeSource(t, base).cachePath()
	if err != nil {
		t.Fatal(err)
	}
	if paths[again] != "nothing" {
		t.Errorf("the same sources elsewhere give another path: %s", again)
	}
}

func TestSourceIsOfTheVersionOfKubernetesItself(t *testing.T) {
	source, err := newSource("dir", gomod)
	if err != nil || source.version != "v1.37.2" {
		t.Errorf("got %q (%v), want v1.37.2", source.version, err)
	}
	if _, err := newSource("dir", "module podpass/lab/kubernetes\n"); err == nil {
		t.Error("a go.mod without Kubernetes is taken")
	}
}

func TestPath(t *testing.T) {
	t.Run("the variable names it", func(t *testing.T) {
		t.Setenv(Variable, os.Args[0])
		if path, err := Path(); err != nil || path != os.Args[0] {
			t.Errorf("got %q (%v), want %q", path, err, os.Args[0])
		}
	})
	t.Run("the variable names a file that is not there", func(t *testing.T) {
		t.Setenv(Variable, filepath.Join(t.TempDir(), "none"))
		if _, err := Path(); !errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrNotBuilt) {
			t.Errorf("got %v, want that the file does not exist", err)
		}
	})
	t.Run("the cache is empty", func(t *testing.T) {
		t.Setenv(Variable, "")
		home := t.TempDir()
		t.Setenv("HOME", home)
		t.Setenv("XDG_CACHE_HOME", home)
		if _, err := Path(); !errors.Is(err, ErrNotBuilt) {
			t.Errorf("got %v, want %v", err, ErrNotBuilt)
		}
	})
	t.Run("there is no checkout", func(t *testing.T) {
		t.Setenv(Variable, "")
		t.Chdir(t.TempDir())
		if _, err := Path(); err == nil || !strings.Contains(err.Error(), Variable) {
			t.Errorf("got %v, want an error that names %s", err, Variable)
		}
	})
}
