package cli

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"podpass/internal/config"
)

// TestEveryFlagOfAConfigurationIsOneOfAudit: else a file would say something
// that is silently of no effect.
func TestEveryFlagOfAConfigurationIsOneOfAudit(t *testing.T) {
	audit := auditCommand()
	for _, name := range config.Names(true) {
		if audit.Flags().Lookup(name) == nil {
			t.Errorf("audit has no flag --%s", name)
		}
	}
}

// TestNoConfigurationActsForItsReader: the flags that a file must never set,
// and those that a repository must not, by what they do.
func TestNoConfigurationActsForItsReader(t *testing.T) {
	for _, name := range []string{"as", "as-group", "output", "snapshot", "config", "only-files", "namespace", "all-namespaces", "exclude-namespace"} {
		if auditCommand().Flags().Lookup(name) == nil {
			t.Errorf("audit has no flag --%s any more", name)
		}
		if slices.Contains(config.Names(true), name) {
			t.Errorf("a configuration may set --%s", name)
		}
	}
	for _, name := range live() {
		if slices.Contains(config.Names(false), name) {
			t.Errorf("a repository's configuration may set --%s, which only a cluster heeds", name)
		}
	}
}

func auditCommand() *cobra.Command {
	return (&app{strings.NewReader(""), io.Discard, io.Discard}).audit()
}

// TestWhichFileIsInForce: the lookup, for each kind of audit.
func TestWhichFileIsInForce(t *testing.T) {
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	make := func(names ...string) {
		for _, name := range names {
			file := filepath.Join(top, name)
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	make("mine/podpass/config.yaml", "repo/.git/HEAD", "repo/.podpass.yaml", "repo/a/b/x", "repo/near/.podpass.yaml", "repo/near/c/x",
		"worktree/.git", "worktree/d/x", ".podpass.yaml", "loose/.podpass.yaml", "loose/e/x")
	if err := os.Symlink(filepath.Join(top, "repo/a/b"), filepath.Join(top, "link")); err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(top, "mine/podpass/config.yaml")
	tests := []struct {
		name, cwd, flag string
		files           bool
		file, root      string
	}{
		{"the nearest above", "repo/a/b", "", true, "../../.podpass.yaml", "repo"},
		{"through a link", "link", "", true, "../../.podpass.yaml", "repo"},
		{"a nearer one", "repo/near/c", "", true, "../.podpass.yaml", "repo"},
		{"in the folder", "repo", "", true, ".podpass.yaml", "repo"},
		{"not beyond the root of a worktree", "worktree/d", "", true, own, ""},
		{"in a folder of no repository", "loose", "", true, ".podpass.yaml", "loose"},
		{"not above where there is no repository", "loose/e", "", true, own, ""},
		{"a cluster or a snapshot", "repo", "", false, own, ""},
		{"one that is named, for a cluster", "repo/a", "../near/.podpass.yaml", false, "../near/.podpass.yaml", "repo"},
		{"the user's own, named", "repo", "../mine/podpass/config.yaml", true, "../mine/podpass/config.yaml", ""},
		{"none", "repo", "none", true, "", ""},
		{"a file of that name", "repo", "./a/b/x", true, "./a/b/x", "repo"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Chdir(filepath.Join(top, test.cwd))
			t.Setenv("XDG_CONFIG_HOME", filepath.Join(top, "mine"))
			s := settings{file: test.flag}
			place, err := s.find(&cobra.Command{}, test.files)
			if err != nil {
				t.Fatal(err)
			}
			if place == nil {
				place = &configPlace{}
			}
			root := strings.TrimPrefix(strings.TrimPrefix(place.root, top), "/")
			if place.file != test.file || root != test.root {
				t.Errorf("got file %q below %q, want %q below %q", place.file, root, test.file, test.root)
			}
		})
	}
}

func TestWithoutAHomeThereIsNoConfigurationOfOnesOwn(t *testing.T) {
	for _, home := range []string{"", "/dev/null", "/nosuch"} {
		t.Setenv("XDG_CONFIG_HOME", "")
		t.Setenv("HOME", home)
		s := settings{}
		if place, err := s.find(&cobra.Command{}, false); place != nil || err != nil {
			t.Errorf("home %q: got %v, %v", home, place, err)
		}
	}
}

func TestAPathOfAConfigurationIsBesideIt(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	for _, name := range []string{"repo/sub/w.yaml", "repo/-", "repository/w.yaml"} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../repository", "repo/out"); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, value string
		user        bool
		want        string // empty: refused
	}{
		{"below", "sub/w.yaml", false, "repo/sub/w.yaml"},
		{"absolute and below", filepath.Join(dir, "repo/sub/w.yaml"), false, filepath.Join(dir, "repo/sub/w.yaml")},
		{"by a detour", "sub/../sub/w.yaml", false, "repo/sub/w.yaml"},
		{"above", "../repository/w.yaml", false, ""},
		{"above, the user's own", "../repository/w.yaml", true, "repository/w.yaml"},
		{"by a link", "out/w.yaml", false, ""},
		{"by a link and back", "out/../repo/sub/w.yaml", false, ""},
		{"a device", "/dev/null", false, ""},
		{"not there", "sub/none.yaml", false, ""},
		{"a file that looks like standard input", "-", false, "repo/-"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			place := &configPlace{file: "repo/.podpass.yaml", root: filepath.Join(dir, "repo")}
			if test.user {
				place.root = ""
			}
			got, err := place.path(test.value)
			if (err != nil) != (test.want == "") || err == nil && got != test.want {
				t.Errorf("got %q, %v; want %q", got, err, test.want)
			}
		})
	}
	t.Chdir("repo")
	if got, err := (&configPlace{file: ".podpass.yaml", root: filepath.Join(dir, "repo")}).path("-"); err != nil || got != "./-" {
		t.Errorf("beside the file: got %q, %v; want ./-", got, err)
	}
}
