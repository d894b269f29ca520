package trust

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"podpass/internal/iam"
)

var update = flag.Bool("update", false, "write the generated page anew")

const page = "../../../docs/iam-lint.md"

func TestGeneratedPageOfChecksIsCurrent(t *testing.T) {
	want := checksPage(t)
	if *update {
		if err := os.WriteFile(page, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is stale: run make generate", page)
	}
}

// checksPage is docs/iam-lint.md: each check with the misconfiguration that its
// test finds, and what podpass says of it.
func checksPage(t *testing.T) []byte {
	var b bytes.Buffer
	b.WriteString(`<!-- Generated from the table of checks by make generate. -->
# What ` + "`podpass iam lint`" + ` finds

The first 24 are the misconfigurations of trust policies that are known to happen on EKS. Each is judged by what the policy means, not by its words: a pattern that a Deny takes back is no finding, and what denies leave too wide is one. Subjects of clusters are judged as sets. For EKS Pod Identity and for accounts lint decides requests of its own: of pods, clusters, accounts, organizations, networks and tenants that the policy names, and of such that it does not. Where what is not known decides, a finding says that it *may* admit someone (` + "`maybe`" + ` in JSON).

A document of more than 16,384 characters, which is twice of what IAM takes anywhere, is judged by its form alone. Patterns that take too many states, and findings of one check beyond 200, are left out; the output says so. Examples are those of the tests. Ids are for ever.

| Id | Severity | Verdict | What |
|---|---|---|---|
`)
	for _, c := range Checks() {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s | %s |\n", c.ID, strings.ToLower(c.ID), c.Severity, c.Verdict, c.Title)
	}
	for _, c := range Checks() {
		fmt.Fprintf(&b, "\n## %s\n\n%s: **%s** (%s).\n\n%s\n\nWay out: %s.\n", c.ID, strings.ToUpper(c.Verdict[:1])+c.Verdict[1:], c.Title, c.Severity, c.Why, c.Fix)
		if c.how != "" {
			fmt.Fprintf(&b, "\nIt needs more than the policy: %s.\n", c.how)
		}
		b.WriteString(example(t, c.ID))
	}
	return b.Bytes()
}

func example(t *testing.T, id string) string {
	for _, m := range misconfigurations() {
		if m.id != id {
			continue
		}
		p := trustOf(t, m.bad...)
		for _, f := range Lint(p, &m.context).Findings {
			if f.ID == id {
				var out bytes.Buffer
				if err := json.Indent(&out, iam.Print(p.Document(), ""), "", "  "); err != nil {
					t.Fatal(err)
				}
				said := f.Message
				if f.Witness != "" {
					said += "\nadmits " + f.Witness
				}
				return "\n```json\n" + out.String() + "\n```\n```\n" + said + "\n```\n"
			}
		}
	}
	return ""
}
