package references_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"podpass/internal/collect/references"
)

// TestGeneratedReferencesPage: the table of docs/references.md is the one that
// is read by.
func TestGeneratedReferencesPage(t *testing.T) {
	const file, mark = "../../../docs/references.md", "<!-- table: written by make generate -->\n"
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, _, ok := strings.Cut(string(page), mark)
	if !ok {
		t.Fatalf("%s has no %s", file, mark)
	}
	golden(t, file, head+mark+table())
}

func table() string {
	var b strings.Builder
	b.WriteString("| Kind | Where it is read | Fields | After a move | Known from |\n|---|---|---|---|---|\n")
	for _, k := range references.Kinds() {
		where := "namespaces asked for"
		switch {
		case k.Cluster:
			where = "cluster"
		case k.Afar:
			where = "all namespaces"
		}
		if k.Unless != "" {
			where += ", unless " + k.Unless + " is served"
		}
		fmt.Fprintf(&b, "| %s<br>`%s/%s` | %s | %s | %s | %s |\n", k.Name, k.Group, strings.Join(k.Versions, ", "), where, k.Fields, k.Effect, k.Source)
	}
	return b.String()
}
