package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"podpass/internal/audit"
	"podpass/internal/iam"
	"podpass/internal/iam/trust"
	"podpass/internal/keys"
	"podpass/internal/report"
)

type lintFlags struct {
	iamOutput
	context string
}

func (a *app) iamLint() *cobra.Command {
	var o lintFlags
	c := &cobra.Command{
		Use:   "lint FILE…",
		Short: "Find what is wrong with trust policies: too wide, dead, stale, invalid",
		Long: `Judge trust policies by what they mean: whom they let in beyond what is meant,
conditions that can never hold, principals that are gone, what IAM refuses, and
how much of the quota is used. FILE is a trust policy, or the output of "aws iam
get-role", which also tells whose trust it is; - is standard input.

What a policy does not tell comes from --context, a YAML file. A check that lacks
a fact is not assessed, which the output says. Every field may be left out:

  role: arn:aws:iam::111122223333:role/cart      # whose trust it is
  providers:                                     # all of the account
  - issuer: oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE
    clientIds: [sts.amazonaws.com]
  nodeRoles: [arn:aws:iam::111122223333:role/node]
  associations:                                  # of EKS Pod Identity
  - role: arn:aws:iam::111122223333:role/cart
    disableSessionTags: false
  meant:                                         # who should get in: gives a
  - provider: oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE    # corrected trust
    namespace: shop
    serviceAccount: cart
    audience: sts.amazonaws.com                  # if it is another than EKS's

Exit codes: 0 nothing found, 1 a file could not be read (the others are judged),
2 wrong usage, 3 findings, 4 nothing found, but not all could be judged.`,
		Example: `  podpass iam lint trusts/*.json
  podpass iam lint trust.json --context context.yaml
  podpass iam lint trusts/*.json --format sarif -o trusts.sarif`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, files []string) error { return a.runLint(c.Context(), &o, files) },
	}
	c.Flags().StringVar(&o.context, "context", "", "what the policies do not tell, a YAML `FILE`")
	o.iamOutput.flags(c, "text", "json", "sarif")
	return c
}

func (a *app) runLint(ctx context.Context, o *lintFlags, files []string) error {
	if err := o.check(); err != nil {
		return err
	}
	known, err := readLintContext(o.context)
	if err != nil {
		return err
	}
	if len(files) > 1 && (known.Role != "" || len(known.Meant) > 0) {
		return hinted{usagef("role and meant of %s are about one role, but %d files are to be judged", o.context, len(files)), "judge one file with that context"}
	}
	l, err := await(ctx, func() (*linted, error) { return a.lintAll(files, known), nil })
	if err != nil {
		return err
	}
	err = a.write(o.file, func(w io.Writer) error {
		switch o.format {
		case "json":
			return report.WriteJSON(w, l)
		case "sarif":
			return l.sarif(w)
		}
		return writeLint(w, l)
	})
	switch {
	case err != nil:
		return err
	case len(l.wrong) > 0:
		return errors.Join(l.wrong...)
	case slices.ContainsFunc(l.Files, func(f lintedFile) bool { return len(f.Findings) > 0 }):
		return exit(audit.ExitFindings)
	case slices.ContainsFunc(l.Files, func(f lintedFile) bool { return len(f.Undecided) > 0 }):
		return exit(audit.ExitOpen)
	}
	return nil
}

// linted is the JSON of iam lint; no list in it is null.
type linted struct {
	Files  []lintedFile `json:"files"`  // in the order of the command line
	Failed []lintFailed `json:"failed"` // those that were not judged

	wrong []error // the same, as errors
}

type lintedFile struct {
	File string `json:"file"`
	trust.Report

	fingerprints []string // of the findings
}

// lintFailed is why a file was not judged; without a line it could not be read.
type lintFailed struct {
	File    string `json:"file"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Pointer string `json:"pointer,omitempty"`
	Message string `json:"message"`
}

// lintAll judges each file by itself.
func (a *app) lintAll(files []string, ctx *trust.Context) *linted {
	l := &linted{Files: []lintedFile{}, Failed: []lintFailed{}}
	for _, file := range files {
		one, err := a.lint(file, ctx)
		if err == nil {
			l.Files = append(l.Files, *one)
			continue
		}
		l.wrong = append(l.wrong, err)
		failed := lintFailed{File: file, Message: err.Error()}
		var refused *policyError
		if errors.As(err, &refused) {
			at := refused.at
			failed = lintFailed{file, at.Line, at.Column, at.Pointer, at.Message}
		}
		failed.Message = keys.Shown(failed.Message) // it may quote what was named by mistake
		l.Failed = append(l.Failed, failed)
	}
	return l
}

func (a *app) lint(file string, ctx *trust.Context) (*lintedFile, error) {
	in, err := a.readPolicy(file)
	if err != nil {
		return nil, err
	}
	doc, err := in.parse(iam.Trust)
	if err != nil {
		return nil, err
	}
	known := *ctx
	switch {
	case known.Role == "":
		known.Role = in.role
	case in.role != "" && in.role != known.Role:
		return nil, fmt.Errorf("%s is of the role %s, but the context of %s", file, in.role, known.Role)
	}
	one := &lintedFile{File: file, Report: trust.Lint(iam.Compile(doc), &known)}
	for i := range one.Findings {
		f := &one.Findings[i]
		f.Line, f.Column = in.place(f.Line, f.Column)
	}
	one.fingerprints = fingerprintsOf(file, doc, one.Findings)
	return one, nil
}

// fingerprintsOf tells findings apart by file, check and statement, not by
// line: of findings that share all of them the next gets another.
func fingerprintsOf(file string, doc *iam.Document, findings []trust.Finding) []string {
	seen := map[string]int{}
	all := make([]string, len(findings))
	for i, f := range findings {
		of := filepath.ToSlash(filepath.Clean(file)) + "\x00" + f.ID + "\x00"
		if f.Statement > 0 {
			of += iam.CanonicalStatement(&doc.Statements[f.Statement-1])
		}
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", of, seen[of]))
		seen[of]++
		all[i] = hex.EncodeToString(sum[:16])
	}
	return all
}

// sarif writes what was found for code scanning.
func (l *linted) sarif(w io.Writer) error {
	var files []report.LintedFile
	for _, f := range l.Files {
		files = append(files, report.LintedFile{File: f.File, Findings: f.Findings, Fingerprints: f.fingerprints, NotAssessed: f.NotAssessed})
	}
	var failed []report.LintFailure
	for _, f := range l.Failed {
		failed = append(failed, report.LintFailure{File: f.File, Line: f.Line, Column: f.Column, Message: f.Message})
	}
	return report.WriteLintSARIF(w, version(), files, failed)
}

func writeLint(w io.Writer, l *linted) error {
	out := lines{out: w}
	shared := l.shared()
	for i := range l.Files {
		f := &l.Files[i]
		if i > 0 {
			out.add("")
		}
		for j := range f.Findings {
			out.finding(f.File, &f.Findings[j])
		}
		switch {
		case len(f.Findings) == 0 && len(f.Undecided) > 0:
			out.add("%s: not all could be judged: %s", f.File, strings.Join(f.Undecided, "; "))
		case len(f.Findings) == 0:
			out.add("%s: nothing found", f.File)
		}
		out.budget(f)
		out.notAssessed(f.File+": ", slices.DeleteFunc(slices.Clone(f.NotAssessed), func(n trust.NotAssessed) bool { return slices.Contains(shared, n) }))
		if f.Corrected != "" {
			out.add("%s: this trust admits exactly the service accounts that are meant, and nobody else:", f.File)
			for line := range strings.SplitSeq(f.Corrected, "\n") {
				out.add("  %s", line)
			}
		}
		for _, what := range f.LeftOut {
			out.add("%s: it leaves out, for you to put back if that is meant: %s", f.File, what)
		}
		if f.NotCorrected != "" {
			out.add("%s: no corrected trust: %s", f.File, f.NotCorrected)
		}
	}
	if len(shared) > 0 {
		out.add("")
		out.notAssessed("", shared)
	}
	return out.err
}

func (l *lines) finding(file string, f *trust.Finding) {
	where := ""
	if f.Sid != "" {
		where = " in " + f.Sid
	}
	l.add("%s:%d:%d: %s %s, %s%s: %s", file, f.Line, f.Column, f.ID, f.Severity, f.Verdict, where, f.Message)
	if f.Witness != "" {
		l.add("  %s: %s", f.Admits(), f.Witness)
	}
	l.add("  fix: %s", f.Fix)
}

func (l *lines) budget(f *lintedFile) {
	b := &f.Budget
	l.add("%s: %d of %d characters used; room for more clusters: %d, and %d where the quota is %d", f.File, b.Used, b.Default, b.Fit, b.FitMore, b.Raised)
}

// shared is what is not assessed of any file: the context lacks it.
func (l *linted) shared() []trust.NotAssessed {
	if len(l.Files) == 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(l.Files[0].NotAssessed), func(n trust.NotAssessed) bool {
		return slices.ContainsFunc(l.Files, func(f lintedFile) bool { return !slices.Contains(f.NotAssessed, n) })
	})
}

// notAssessed puts checks that lack the same fact on one line.
func (l *lines) notAssessed(of string, all []trust.NotAssessed) {
	var hows []string
	ids := map[string][]string{}
	for _, one := range all {
		if ids[one.How] == nil {
			hows = append(hows, one.How)
		}
		ids[one.How] = append(ids[one.How], one.ID)
	}
	for _, how := range hows {
		l.add("%snot assessed: %s: %s", of, strings.Join(ids[how], ", "), how)
	}
}
