package cli

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"podpass/internal/audit"
)

func (a *app) rules() *cobra.Command {
	return &cobra.Command{
		Use:     "rules [ID]",
		Short:   "List the rules, or explain one with a good and a bad example",
		Example: "  podpass rules\n  podpass rules PP101",
		Args:    cobra.MaximumNArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return ruleIDs(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.write("", listRules)
			}
			rule, ok := audit.Find(strings.ToUpper(args[0]))
			if !ok {
				return hinted{usagef("rule %q is not one of %s", args[0], strings.Join(ruleIDs(), ", ")), "podpass rules lists them"}
			}
			page, err := audit.Page(rule)
			if err != nil {
				return err
			}
			return a.write("", func(w io.Writer) error {
				_, err := io.WriteString(w, page)
				return err
			})
		},
	}
}

func listRules(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "RULE\tSEVERITY\tVERDICT\tWHAT HOLDS WHERE IT PASSES")
	for _, rule := range audit.Rules() {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", rule.ID, rule.Severity, rule.VerdictText(), rule.Title)
	}
	return table.Flush()
}
