package cli

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"podpass/internal/plan"
	"podpass/internal/report"
	"podpass/internal/snapshot"
)

// savedPlan writes the plan of a small cluster, and gives its file.
func savedPlan(t *testing.T) string {
	t.Helper()
	meta := func(name string) snapshot.Meta {
		return snapshot.Meta{Namespace: "shop", Name: name, UID: "uid-" + name, Live: true}
	}
	s := &snapshot.Snapshot{}
	s.Origin, s.Detail, s.SecretsRead, s.Cluster.UID = snapshot.OriginCluster, true, true, "uid-kube-system"
	s.Namespaces = []snapshot.Namespace{{Meta: snapshot.Meta{Name: "shop", UID: "uid-shop", Live: true}}}
	s.ServiceAccounts = []snapshot.ServiceAccount{{Meta: meta("default")}}
	s.Workloads = []snapshot.Workload{{Meta: meta("cart"), Group: "apps", Kind: "Deployment", Template: &snapshot.PodSpec{}}}
	s.Sort()
	file := filepath.Join(t.TempDir(), "plan.json")
	var text bytes.Buffer
	if err := report.WriteJSON(&text, plan.Make(s, plan.Options{Now: time.Unix(0, 0)})); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestAnExportIsAFolderOfScripts(t *testing.T) {
	t.Chdir(t.TempDir())
	code, stdout, stderr := run("export", savedPlan(t), "--as", "kubernetes", "--to", "out")
	if code != 0 || stdout != "" || !strings.Contains(stderr, "files are in out") {
		t.Fatalf("exit code %d: %s%s", code, stdout, stderr)
	}
	for path, mode := range map[string]fs.FileMode{"README.md": 0, "steps.sh": 0, "1-add/apply.sh": 0o100, "4-clean/revert.sh": 0o100, "1-add/01-serviceaccount-shop-cart.yaml": 0} {
		info, err := os.Stat(filepath.Join("out", path))
		if err != nil || info.Mode()&0o100 != mode {
			t.Errorf("%s: mode %v (%v)", path, info.Mode(), err)
		}
	}
	leftovers(t)
}

// leftovers sees that no temporary folder is left in the working folder.
func leftovers(t *testing.T) {
	t.Helper()
	found, err := filepath.Glob(".podpass-*")
	if err != nil || len(found) > 0 {
		t.Errorf("left over: %v (%v)", found, err)
	}
}

func TestAFolderIsReplacedOnlyWhereItIsAnExport(t *testing.T) {
	for name, c := range map[string]struct {
		make func(t *testing.T)
		args []string
		code int
		want string
	}{
		"an empty folder":                  {func(t *testing.T) { folder(t, "out") }, nil, 0, ""},
		"an earlier export":                {func(t *testing.T) { folder(t, "out", "steps.sh", "1-add/old.yaml") }, nil, 1, "not empty"},
		"an earlier export, by force":      {func(t *testing.T) { folder(t, "out", "steps.sh", "1-add/old.yaml") }, []string{"--force"}, 0, ""},
		"somebody's folder, by force":      {func(t *testing.T) { folder(t, "out", "steps.sh", "thesis.txt") }, []string{"--force"}, 1, "thesis.txt"},
		"a file, by force":                 {func(t *testing.T) { folder(t, ".", "out") }, []string{"--force"}, 1, "no folder"},
		"a link to a folder, by force":     {func(t *testing.T) { folder(t, "real"); link(t, "real", "out") }, []string{"--force"}, 1, "no folder"},
		"the working folder, by force":     {func(t *testing.T) {}, []string{"--force", "--to", "."}, 1, "working folder"},
		"a folder around it, by force":     {func(t *testing.T) {}, []string{"--force", "--to", ".."}, 1, "working folder"},
		"a folder in one that is not made": {func(t *testing.T) {}, []string{"--to", "none/out"}, 1, "make it first"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			c.make(t)
			code, _, stderr := run(append([]string{"export", savedPlan(t), "--as", "kubernetes", "--to", "out"}, c.args...)...)
			if code != c.code || !strings.Contains(stderr, c.want) {
				t.Errorf("exit code %d: %s; want %d and %q", code, stderr, c.code, c.want)
			}
			_, err := os.Stat("out/1-add/apply.sh")
			if made := err == nil; made != (c.code == 0) {
				t.Errorf("written: %v (%v)", made, err)
			}
			if _, err := os.Stat("out/1-add/old.yaml"); err == nil && c.code == 0 {
				t.Error("a file of the earlier export is left")
			}
			leftovers(t)
		})
	}
}

func folder(t *testing.T, name string, files ...string) {
	t.Helper()
	if err := os.MkdirAll(name, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		path := filepath.Join(name, f)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func link(t *testing.T, to, name string) {
	t.Helper()
	if err := os.Symlink(to, name); err != nil {
		t.Fatal(err)
	}
}
