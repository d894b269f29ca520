package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"podpass/internal/audit"
	"podpass/internal/report"
	"podpass/internal/snapshot"
)

func (a *app) snapshot() *cobra.Command {
	s := source{detail: true}
	var o settings
	var file string
	c := &cobra.Command{
		Use:   "snapshot [PATH…] -o FILE",
		Short: "Save what an audit and a plan need into one file, without any secret value",
		Long: `Save what an audit and a plan need of a cluster, or of files, into one compressed
file, with the labels and annotations of service accounts. It holds no secret
value: it can be mailed and audited elsewhere, with the same result (podpass audit
--snapshot FILE). Equal facts give equal bytes, but for the time in the first
line. The rights that it takes: podpass rbac plan.

Exit code 4: the file is written, but something could not be read.`,
		Example: `  podpass snapshot -o prod.podpass
  podpass snapshot deploy/ -o deploy.podpass
  podpass snapshot diff monday.podpass tuesday.podpass`,
		RunE: func(c *cobra.Command, paths []string) error {
			if file == "" {
				return hinted{usagef("a snapshot needs a file to go to"), "give -o FILE"}
			}
			if err := o.apply(c, &s, paths); err != nil {
				return err
			}
			if err := s.check(c, paths); err != nil {
				return err
			}
			o.tell(a)
			snap, err := s.load(c.Context(), a, paths)
			if err != nil {
				return err
			}
			return a.saveSnapshot(file, snap)
		},
	}
	s.flags(c, false)
	o.flags(c)
	c.Flags().StringVarP(&file, "output", "o", "", "write to `FILE`")
	c.AddCommand(a.snapshotDiff())
	return c
}

func (a *app) saveSnapshot(file string, snap *snapshot.Snapshot) error {
	if err := a.write(file, func(w io.Writer) error { return snapshot.Write(w, snap) }); err != nil {
		return err
	}
	a.warnGaps(snap.Gaps)
	if len(snap.Gaps) > 0 {
		return exit(audit.ExitOpen)
	}
	return nil
}

// warnGaps says what could not be read.
func (a *app) warnGaps(gaps []snapshot.Gap) {
	for _, g := range gaps {
		fmt.Fprintf(a.stderr, "podpass: warning: %s could not be read whole (%s): %s\n",
			report.Escape(g.What), report.Escape(g.Scope), report.Escape(g.Reason))
	}
}

func (a *app) snapshotDiff() *cobra.Command {
	var format string
	var code bool
	c := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Say what changed between two snapshots: accounts, rights, workloads",
		Long: `Say what changed between two snapshots, in words of accounts, rights and
workloads. Keys are not compared: for them, audit the new snapshot with
--baseline and a report of the old one.`,
		Example: "  podpass snapshot diff monday.podpass tuesday.podpass",
		Args:    cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			if format != "text" && format != "json" {
				return usagef("format %q is not one of text, json", format)
			}
			before, err := readSnapshot(args[0])
			if err != nil {
				return err
			}
			after, err := readSnapshot(args[1])
			if err != nil {
				return err
			}
			changes := audit.Diff(before, after)
			if err := a.write("", func(w io.Writer) error { return writeChanges(w, changes, format) }); err != nil {
				return err
			}
			if code && len(changes) > 0 {
				return exit(audit.ExitFindings)
			}
			return nil
		},
	}
	c.Flags().StringVar(&format, "format", "text", "output `FORMAT`: text, json")
	c.Flags().BoolVar(&code, "exit-code", false, "exit with 3 where something changed")
	return c
}

func readSnapshot(file string) (*snapshot.Snapshot, error) {
	s := source{snapshot: file}
	return s.fromSnapshot()
}

func writeChanges(w io.Writer, changes []audit.Change, format string) error {
	if format == "json" {
		return report.WriteJSON(w, diffDocument{audit.APIVersion, "SnapshotDiff", changes})
	}
	if len(changes) == 0 {
		_, err := fmt.Fprintln(w, "No account, right or workload changed.")
		return err
	}
	for _, change := range changes {
		if _, err := fmt.Fprintln(w, changeLine(change)); err != nil {
			return err
		}
	}
	return nil
}

// diffDocument is the JSON of snapshot diff.
type diffDocument struct {
	APIVersion string         `json:"apiVersion"`
	Kind       string         `json:"kind"`
	Changes    []audit.Change `json:"changes"`
}

func changeLine(c audit.Change) string {
	sign := map[string]string{"added": "+", "removed": "-", "changed": "~", "unknown": "?"}[c.Op]
	line := sign + " " + c.What + " " + report.Escape(c.Object)
	switch {
	case c.Op == "changed":
		line += ": " + report.Escape(c.Before) + " → " + report.Escape(c.After)
	case c.Before+c.After != "":
		line += ": " + report.Escape(c.Before+c.After)
	}
	return line
}
