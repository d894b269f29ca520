package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAListOfFilesIsReadAsGitWritesIt(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"a path a line", "a.yaml\nb c.yaml\n", []string{"a.yaml", "b c.yaml"}},
		{"Windows line ends", "a.yaml\r\nb.yaml", []string{"a.yaml", "b.yaml"}},
		{"empty lines", "\n\na.yaml\n\n", []string{"a.yaml"}},
		{"zero bytes", "a\nb.yaml\x00c.yaml\r\x00", []string{"a\nb.yaml", "c.yaml\r"}},
		{"a comma, and a sign that names no further list", "a,b.yaml\n@c\n", []string{"a,b.yaml", "@c"}},
		{"nothing", "", nil},
		{"a byte order mark", "\ufeffa.yaml\r\n", []string{"a.yaml"}},
		{"quotes of git", `"a\303\244\t\"b\".yaml"` + "\nb\"c\n", []string{"aä\t\"b\".yaml", `b"c`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "list")
			if err := os.WriteFile(file, []byte(test.text), 0o644); err != nil {
				t.Fatal(err)
			}
			got, err := expand([]string{"", "@" + file})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestAListThatWouldHideAllIsRefused: what is misread names no file that is
// audited.
func TestAListThatWouldHideAllIsRefused(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"UTF-16 of Windows":    {"\xff\xfea\x00\n\x00", "it is UTF-16"},
		"UTF-16 of others":     {"\xfe\xff\x00a\x00\n", "it is UTF-16"},
		"a quote that is open": {"a\n\"b\n", "line 2: it begins with a quote"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "list")
			if err := os.WriteFile(file, []byte(c.text), 0o644); err != nil {
				t.Fatal(err)
			}
			if got, err := expand([]string{"@" + file}); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %q, %v; want %s", got, err, c.want)
			}
		})
	}
}

func TestAFileIsTheSameHoweverItIsWritten(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "a/b"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "a/b/x.yaml"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("a/b", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		listed, read string
		same         bool
	}{
		{"a/b/x.yaml", "a/b/x.yaml", true},
		{"./a//b/./x.yaml", "a/b/x.yaml", true},
		{"a/b/x.yaml", dir + "/a/b/x.yaml", true},
		{dir + "/a/b/../b/x.yaml", "a/b/x.yaml", true},
		{"link/x.yaml", "a/b/x.yaml", true},
		{"a/b/x.yaml", "link/x.yaml", true},
		{"a/b/deleted.yaml", dir + "/a/b/deleted.yaml", true},
		{"a/b", "a/b/x.yaml", false},
		{"x.yaml", "a/b/x.yaml", false},
		{"-", "a/b/x.yaml", false},
		{"-", "-", true},
		{"./-", "-", false},
	}
	for _, test := range tests {
		if got := chosen(dir, []string{test.listed}, new(bool)).Has(test.read); got != test.same {
			t.Errorf("%q and %q: same is %v, want %v", test.listed, test.read, got, test.same)
		}
	}
	o := chosen(dir, []string{"./b", "a", dir + "/a", "../c"}, new(bool))
	if diff := cmp.Diff([]string{"../c", "a", "b"}, o.Files); diff != "" {
		t.Error(diff)
	}
}
