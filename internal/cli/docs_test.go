package cli

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
)

var update = flag.Bool("update", false, "write docs/cli anew")

// TestGeneratedCommandPages: docs/cli is what --help says.
func TestGeneratedCommandPages(t *testing.T) {
	a := &app{strings.NewReader(""), io.Discard, io.Discard}
	want := map[string]string{}
	collectPages(a.root("podpass"), want)
	dir := "../../docs/cli"
	for name, text := range want {
		file := filepath.Join(dir, name)
		if *update {
			if err := os.MkdirAll(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		have, err := os.ReadFile(file)
		if err != nil {
			t.Fatalf("%v: run make generate", err)
		}
		if diff := cmp.Diff(text, string(have)); diff != "" {
			t.Errorf("%s is not fresh, run make generate:\n%s", name, diff)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != len(want) {
		t.Errorf("docs/cli holds %d files, want %d (%v)", len(entries), len(want), err)
	}
}

func collectPages(c *cobra.Command, pages map[string]string) {
	c.InitDefaultHelpFlag()
	var help bytes.Buffer
	c.SetOut(&help)
	if err := c.Help(); err != nil {
		panic(err)
	}
	name := strings.ReplaceAll(c.CommandPath(), " ", "_")
	pages[name+".md"] = "# " + c.CommandPath() + "\n\n```\n" + strings.TrimSpace(help.String()) + "\n```\n"
	for _, sub := range c.Commands() {
		if sub.Name() != "help" {
			collectPages(sub, pages)
		}
	}
}
