package audit

import (
	"embed"
	"fmt"
	"strings"
)

// examples are a good and a bad case of each rule: they stand in its
// documentation and are its tests.
//
//go:embed testdata/PP*/*/*.yaml
var examples embed.FS

// Example gives the YAML of a rule's example, "bad" or "ok".
func Example(id, which string) (string, error) {
	text, err := examples.ReadFile("testdata/" + id + "/" + which + "/" + which + ".yaml")
	if err != nil {
		return "", fmt.Errorf("rule %s has no example %q", id, which)
	}
	return string(text), nil
}

// Page writes the documentation of a rule as Markdown.
func Page(r Rule) (string, error) {
	bad, err := Example(r.ID, "bad")
	if err != nil {
		return "", err
	}
	ok, err := Example(r.ID, "ok")
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# %s: %s\n\n", r.ID, r.Title)
	fmt.Fprintf(&b, "| | |\n|---|---|\n| On | %s |\n| Severity | %s%s |\n| Verdicts | %s |\n", onText(r.On), r.Severity, after("; ", r.Severities), r.VerdictText())
	switch {
	case r.Partly:
		fmt.Fprintf(&b, "| Whole only with | %s: %s |\n", r.Source, r.How)
	case r.Source != "":
		fmt.Fprintf(&b, "| Asked for only with | %s: %s |\n", r.Source, r.How)
	}
	fmt.Fprintf(&b, "\n## Why\n\n%s\n\n## Fix\n\n%s\n\n", r.Why, r.Fix)
	fmt.Fprintf(&b, "## Fails\n\n```yaml\n%s\n```\n\n## Passes\n\n```yaml\n%s\n```\n\n## References\n\n", strings.TrimSpace(bad), strings.TrimSpace(ok))
	for _, link := range r.References {
		fmt.Fprintf(&b, "- <%s>\n", link)
	}
	return b.String(), nil
}

func onText(on string) string {
	if on == onWorkload {
		return "the workload at the root of ownership (a Deployment, not its ReplicaSet or Pods)"
	}
	return on
}

// VerdictText names the verdicts that a rule is part of.
func (r *Rule) VerdictText() string {
	if r.Letter {
		return "CIS audit, CIS intent"
	}
	return "CIS intent"
}

func after(separator, text string) string {
	if text == "" {
		return ""
	}
	return separator + text
}

// Index writes the table of all rules as Markdown.
func Index() string {
	var b strings.Builder
	b.WriteString("# Rules\n\nGenerated from the table in `internal/audit`. Ids are for ever.\n\n| Rule | What holds where it passes | Severity | Verdicts |\n|---|---|---|---|\n")
	for _, r := range Rules() {
		fmt.Fprintf(&b, "| [%s](%s.md) | %s | %s | %s |\n", r.ID, r.ID, r.Title, r.Severity, r.VerdictText())
	}
	return b.String()
}
