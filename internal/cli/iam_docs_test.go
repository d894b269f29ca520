package cli

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestGeneratedIAMExamples: docs/iam.md shows what its commands print and with
// which exit code they end, 0 where it names none.
func TestGeneratedIAMExamples(t *testing.T) {
	t.Chdir("../..")
	const page = "docs/iam.md"
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(data), "```")
	examples := 0
	for i := 1; i < len(parts); i += 2 {
		kind, text, _ := strings.Cut(parts[i], "\n")
		switch kind {
		case "console":
			examples++
			parts[i] = "console\n" + example(t, text)
		case "yaml":
			if file, err := os.ReadFile("examples/iam/context.yaml"); err != nil || string(file) != text {
				t.Errorf("the context is not that of examples/iam: %v", err)
			}
		}
	}
	if examples < 7 {
		t.Errorf("only %d examples", examples)
	}
	want := strings.Join(parts, "```")
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, string(data)); diff != "" {
		t.Errorf("%s is not fresh, run make generate:\n%s", page, diff)
	}
}

// example runs the command of a block and gives the block as it should be.
func example(t *testing.T, block string) string {
	t.Helper()
	line, _, _ := strings.Cut(block, "\n")
	command, comment, _ := strings.Cut(line, "#")
	words := strings.Fields(strings.TrimPrefix(command, "$ podpass"))
	want := 0
	if n, ok := strings.CutPrefix(comment, " exit code "); ok {
		want, _ = strconv.Atoi(n)
	}
	code, stdout, stderr := run(words...)
	if code != want || stderr != "" {
		t.Errorf("%s: exit code %d, want %d\n%s", line, code, want, stderr)
	}
	return line + "\n" + stdout
}
