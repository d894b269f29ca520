package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"podpass/internal/audit"
	"podpass/internal/iam"
	"podpass/internal/report"
	"podpass/internal/rewrite"
)

type fmtFlags struct {
	kindFlag
	write, check bool
}

func (a *app) iamFmt() *cobra.Command {
	var o fmtFlags
	c := &cobra.Command{
		Use:   "fmt [FILE…]",
		Short: "Write policies in the one form that all spellings of them share",
		Long: `Write a policy in its canonical form: members in the order of AWS's
documentation, values sorted and each once, a list of one as its value, two
spaces a level. What the policy means, its Sids and the order of its statements
stay. Without FILE standard input is read; several files need --write or --check.

A file with an error, or one that must not be written, leaves all files as they
are. What was replaced is told on standard error.

Exit codes: 0 done, 1 a file could not be read or written, 2 wrong usage,
3 with --check: a file is not in the form.`,
		Example: `  podpass iam fmt --write trusts/*.json
  podpass iam fmt --check trusts/*.json
  aws iam get-role --role-name cart | podpass iam fmt > trust.json`,
		RunE: func(c *cobra.Command, files []string) error { return a.runFmt(c.Context(), &o, files) },
	}
	o.kindFlag.flags(c)
	c.Flags().BoolVarP(&o.write, "write", "w", false, "replace the files")
	c.Flags().BoolVar(&o.check, "check", false, "list the files that are not in the form, and change nothing")
	return c
}

func (a *app) runFmt(ctx context.Context, o *fmtFlags, files []string) error {
	if err := o.kindFlag.check(); err != nil {
		return err
	}
	switch {
	case o.write && o.check:
		return usagef("--write and --check together: choose one")
	case o.write && (len(files) == 0 || slices.Contains(files, stdin)):
		return usagef("--write needs files to replace: standard input is none")
	case !o.write && !o.check && len(files) > 1:
		return usagef("%d files on one standard output would be no policy: choose --write or --check, or give one file", len(files))
	case len(files) == 0:
		files = []string{stdin}
	}
	all, err := await(ctx, func() ([]formatted, error) { return a.format(o, files) })
	if err != nil {
		return err
	}
	switch {
	case o.write:
		return a.replaceAll(all)
	case o.check:
		return a.listUnformed(all)
	}
	return a.write("", func(w io.Writer) error {
		for _, f := range all {
			if _, err := w.Write(f.after); err != nil {
				return err
			}
		}
		return nil
	})
}

// formatted is a file and what it should hold.
type formatted struct {
	file          string
	before, after []byte
}

// format reads all files, or gives what is wrong with each.
func (a *app) format(o *fmtFlags, files []string) ([]formatted, error) {
	var all []formatted
	var wrong []error
	for _, file := range files {
		in, err := a.readPolicy(file)
		if err == nil && in.within != "" && (o.write || o.check) {
			err = fmt.Errorf("%s: it is the output of aws iam get-role, not a policy: podpass iam fmt %s prints the policy in it", in.name, file)
		}
		var doc *iam.Document
		if err == nil {
			doc, err = in.parse(o.of(in.text))
		}
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		all = append(all, formatted{file, in.data, iam.Print(doc.Canonical(), "  ")})
	}
	return all, errors.Join(wrong...)
}

func (a *app) listUnformed(all []formatted) error {
	all = slices.DeleteFunc(all, func(f formatted) bool { return bytes.Equal(f.before, f.after) })
	err := a.write("", func(w io.Writer) error {
		for _, f := range all {
			if _, err := fmt.Fprintln(w, report.Escape(f.file)); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && len(all) > 0 {
		return exit(audit.ExitFindings)
	}
	return err
}

// replaceAll writes what changed: all of it or nothing.
func (a *app) replaceAll(all []formatted) error {
	var files []rewrite.File
	for _, f := range all {
		if !bytes.Equal(f.before, f.after) {
			files = append(files, rewrite.File{Path: f.file, Before: f.before, After: f.after})
		}
	}
	if err := rewrite.All(files); err != nil {
		return err
	}
	for _, f := range files {
		fmt.Fprintf(a.stderr, "podpass: note: replaced %s\n", report.Escape(f.Path))
	}
	return nil
}
