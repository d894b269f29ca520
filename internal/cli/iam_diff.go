package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"podpass/internal/audit"
	"podpass/internal/iam"
	"podpass/internal/iam/trust"
	"podpass/internal/report"
)

type policyDiffFlags struct {
	iamOutput
	kindFlag
}

func (a *app) iamDiff() *cobra.Command {
	var o policyDiffFlags
	c := &cobra.Command{
		Use:   "diff A B",
		Short: "Say what policy B grants that A did not, and the reverse",
		Long: `Compare two policies by what they grant, not by how they are written. A line is
something that B grants and A does not (+), or A and B no longer (-), with an
example of it; "within" a pattern of which not all is new. ?+ and ?- depend on
conditions that the comparison does not know.

Of trust policies it knows who asks: issuer, subject and audience of tokens, tags
of EKS Pod Identity, or that there are none. Of the others it knows actions and
resources. Any further condition counts as equal where it stands in both; "where"
names those that must hold, or not, for the difference.

Exit codes: 0 both mean the same, 1 a policy could not be read, 2 wrong usage,
3 they differ, 4 whether they do depends on what is not known.`,
		Example: `  podpass iam diff old.json new.json
  aws iam get-role --role-name cart | podpass iam diff - trust.json`,
		Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error { return a.runPolicyDiff(c.Context(), &o, args) },
	}
	o.kindFlag.flags(c)
	o.iamOutput.flags(c, "text", "json")
	return c
}

func (a *app) runPolicyDiff(ctx context.Context, o *policyDiffFlags, args []string) error {
	if err := o.kindFlag.check(); err != nil {
		return err
	}
	if err := o.iamOutput.check(); err != nil {
		return err
	}
	if args[0] == stdin && args[1] == stdin {
		return usagef("- stands twice, but standard input can be read once")
	}
	d, err := await(ctx, func() (*policyDiff, error) {
		before, after, err := a.readPair(&o.kindFlag, args)
		if err != nil {
			return nil, err
		}
		return differenceOf(before, after), nil
	})
	if err != nil {
		return err
	}
	err = a.write(o.file, func(w io.Writer) error {
		if o.format == "json" {
			return report.WriteJSON(w, d)
		}
		return writePolicyDiff(w, d)
	})
	switch {
	case err != nil:
		return err
	case d.verdict == trust.No:
		return exit(audit.ExitFindings)
	case d.verdict == trust.Unknown:
		return exit(audit.ExitOpen)
	}
	return nil
}

// readPair reads two policies of one kind.
func (a *app) readPair(k *kindFlag, args []string) (before, after *iam.Policy, err error) {
	var docs [2]*iam.Document
	for i, file := range args {
		in, err := a.readPolicy(file)
		if err != nil {
			return nil, nil, err
		}
		if docs[i], err = in.parse(k.of(in.text)); err != nil {
			return nil, nil, err
		}
	}
	if was, is := docs[0].Kind(), docs[1].Kind(); was != is {
		return nil, nil, hinted{fmt.Errorf("%s reads as %s, %s as %s: policies of two kinds cannot be compared", args[0], was, args[1], is),
			"--kind says what both are: " + strings.Join(iamKindWords(), ", ")}
	}
	return iam.Compile(docs[0]), iam.Compile(docs[1]), nil
}

// policyDiff is the JSON of iam diff; no list in it is null.
type policyDiff struct {
	Same    string        `json:"same"` // yes, no or unknown
	Added   []trust.Grant `json:"added"`
	Removed []trust.Grant `json:"removed"`

	verdict trust.Verdict
}

func differenceOf(before, after *iam.Policy) *policyDiff {
	more, less := trust.NothingMore(after, before), trust.NothingMore(before, after)
	verdict := min(more.Verdict, less.Verdict)
	return &policyDiff{verdict.String(), more.Grants, less.Grants, verdict}
}

func writePolicyDiff(w io.Writer, d *policyDiff) error {
	l := lines{out: w}
	if len(d.Added)+len(d.Removed) == 0 {
		l.add("Both policies grant the same.")
	}
	for _, g := range byAction(d.Added) {
		l.add("%s", grantLine("+", &g))
	}
	for _, g := range byAction(d.Removed) {
		l.add("%s", grantLine("-", &g))
	}
	return l.err
}

// byAction puts grants that differ in action alone together, where the first
// of them stands. One that is new however its principal is named needs no
// second line for one way of naming it.
func byAction(grants []trust.Grant) []trust.Grant {
	var all []trust.Grant
	for _, g := range grants {
		if g.As != "" && slices.ContainsFunc(grants, func(o trust.Grant) bool {
			return o.As == "" && o.Action == g.Action && sameButAction(&o, &g)
		}) {
			continue
		}
		i := slices.IndexFunc(all, func(o trust.Grant) bool { return o.As == g.As && sameButAction(&o, &g) })
		if i < 0 {
			all = append(all, g)
		} else {
			all[i].Action += ", " + g.Action
		}
	}
	return all
}

func sameButAction(a, b *trust.Grant) bool {
	return a.Principal == b.Principal && a.Witness == b.Witness && a.Maybe == b.Maybe &&
		slices.Equal(a.Patterns, b.Patterns) && a.Within == b.Within && slices.Equal(a.Where, b.Where) && slices.Equal(a.Unknown, b.Unknown)
}

// grantLine is one grant: who may do what, an example of it, and the unknown.
func grantLine(sign string, g *trust.Grant) string {
	if g.Maybe {
		sign = "?" + sign
	}
	head := []string{sign}
	if g.Principal != "" {
		head = append(head, g.Principal)
	}
	if g.As != "" {
		head = append(head, "(named by "+g.As+")")
	}
	if g.Action != "*" {
		head = append(head, g.Action)
	}
	told := []string{}
	if len(g.Patterns) > 0 && !slices.Equal(g.Patterns, []string{g.Principal}) {
		word := ""
		if g.Within {
			word = "within "
		}
		told = append(told, word+shortList(g.Patterns))
	}
	if g.Witness != "" && g.Witness != g.Principal && !slices.Equal(g.Patterns, []string{g.Witness}) {
		told = append(told, "such as "+g.Witness)
	}
	if len(g.Where) > 0 {
		told = append(told, "where "+shortList(g.Where))
	}
	if len(g.Unknown) > 0 {
		told = append(told, "depending on "+shortList(g.Unknown))
	}
	line := strings.Join(head, " ")
	switch {
	case len(told) == 0:
		return line
	case len(head) == 1: // of policies without principals
		return line + " " + strings.Join(told, ", ")
	}
	return line + ": " + strings.Join(told, ", ")
}

// shortList shows a few of many.
func shortList(all []string) string {
	const most = 5
	if len(all) > most+1 {
		return strings.Join(all[:most], "; ") + fmt.Sprintf("; … and %d more", len(all)-most)
	}
	return strings.Join(all, "; ")
}
