package rewrite

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

// holds compares a folder: names with contents.
func holds(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if text, ok := want[e.Name()]; !ok || err != nil || text != string(data) {
			t.Errorf("%s holds %q, %v", e.Name(), data, err)
		}
	}
	if len(list) != len(want) {
		t.Errorf("%d files, want %d", len(list), len(want))
	}
}

func TestAllFilesChangeAndKeepTheirModeAndLinks(t *testing.T) {
	dir := t.TempDir()
	a, b, link := filepath.Join(dir, "a"), filepath.Join(dir, "b"), filepath.Join(dir, "link")
	write(t, a, "1", 0o640)
	write(t, b, "2", 0o755)
	if err := os.Symlink("b", link); err != nil {
		t.Fatal(err)
	}
	err := All([]File{{a, []byte("1"), []byte("one")}, {link, []byte("2"), []byte("two")}, {filepath.Join(dir, "c"), nil, []byte("three")}})
	if err != nil {
		t.Fatal(err)
	}
	holds(t, dir, map[string]string{"a": "one", "b": "two", "link": "two", "c": "three"})
	for path, mode := range map[string]os.FileMode{a: 0o640, b: 0o755} {
		if info, err := os.Lstat(path); err != nil || info.Mode() != mode {
			t.Errorf("%s has mode %v, %v", path, info.Mode(), err)
		}
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is none any more: %v, %v", info.Mode(), err)
	}
}

func TestNoFileChangesWhereOneCannot(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(t *testing.T, dir string) File
		want  string
	}{
		"it changed since": {func(t *testing.T, dir string) File {
			write(t, filepath.Join(dir, "b"), "other", 0o644)
			return File{filepath.Join(dir, "b"), []byte("2"), []byte("two")}
		}, "it changed while the plan was made"},
		"it is read-only": {func(t *testing.T, dir string) File {
			write(t, filepath.Join(dir, "b"), "2", 0o444)
			return File{filepath.Join(dir, "b"), []byte("2"), []byte("two")}
		}, "read-only"},
		"it is gone": {func(_ *testing.T, dir string) File {
			return File{filepath.Join(dir, "b"), []byte("2"), []byte("two")}
		}, "no such file"},
		"a new one is there by now": {func(t *testing.T, dir string) File {
			write(t, filepath.Join(dir, "b"), "2", 0o644)
			return File{filepath.Join(dir, "b"), nil, []byte("two")}
		}, "it is there by now"},
		"its folder is gone": {func(_ *testing.T, dir string) File {
			return File{filepath.Join(dir, "none", "b"), nil, []byte("two")}
		}, "no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, filepath.Join(dir, "a"), "1", 0o644)
			bad := c.spoil(t, dir)
			want := map[string]string{"a": "1"}
			if data, err := os.ReadFile(filepath.Join(dir, "b")); err == nil {
				want["b"] = string(data)
			}
			err := All([]File{{filepath.Join(dir, "a"), []byte("1"), []byte("one")}, bad})
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "no file was changed") {
				t.Errorf("got %v", err)
			}
			holds(t, dir, want)
		})
	}
}

// TestRenamesAreTakenBack: whichever of them fails.
func TestRenamesAreTakenBack(t *testing.T) {
	for fails := range 3 {
		dir := t.TempDir()
		r := &replacing{}
		n := 0
		r.rename = func(from, to string) error {
			if n++; n == fails+1 {
				return errors.New("no room")
			}
			return os.Rename(from, to)
		}
		write(t, filepath.Join(dir, "a"), "1", 0o644)
		write(t, filepath.Join(dir, "b"), "2", 0o644)
		err := r.all([]File{
			{filepath.Join(dir, "a"), []byte("1"), []byte("one")}, {filepath.Join(dir, "new"), nil, []byte("new")}, {filepath.Join(dir, "b"), []byte("2"), []byte("two")},
		})
		if err == nil || !strings.Contains(err.Error(), "no room: no file was changed") {
			t.Errorf("got %v", err)
		}
		holds(t, dir, map[string]string{"a": "1", "b": "2"})
	}
}
