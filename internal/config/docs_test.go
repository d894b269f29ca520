package config

import (
	"os"
	"strings"
	"testing"
)

// TestTheDocumentationShowsWhatAFileMaySay: its example is accepted and says
// something, and it names every flag.
func TestTheDocumentationShowsWhatAFileMaySay(t *testing.T) {
	page, err := os.ReadFile("../../docs/config.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```yaml\n")
	example, _, ok := strings.Cut(rest, "```\n")
	if !ok {
		t.Fatal("docs/config.md has no example")
	}
	config, err := Parse([]byte(example), Options{File: ".podpass.yaml"})
	if err != nil {
		t.Fatal(err)
	}
	if len(config.Flags) == 0 || len(config.Excluded) == 0 || len(config.Severities) == 0 {
		t.Errorf("the example lacks a key: %+v", config)
	}
	rows := map[bool]string{} // of the table, by whether only the user's own file may
	for line := range strings.Lines(string(page)) {
		if strings.HasPrefix(line, "| `") {
			rows[strings.HasSuffix(line, "| your own file |\n")] += line
		}
	}
	for _, f := range flags() {
		if name := "`" + f.name + "`"; !strings.Contains(rows[f.user], name) || strings.Contains(rows[!f.user], name) {
			t.Errorf("docs/config.md does not say who may set %s", f.name)
		}
	}
}
