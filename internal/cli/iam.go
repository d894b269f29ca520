package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"podpass/internal/iam"
	"podpass/internal/report"
)

func (a *app) iam() *cobra.Command {
	c := &cobra.Command{
		Use:   "iam",
		Short: "Evaluate, compare, format and check IAM policies, offline",
		Long: `Work with policies of AWS IAM by what they mean. Nothing but the files named is
read: no AWS account, no network.

A policy is a JSON file, or the output of "aws iam get-role"; - is standard
input.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(a.iamEval(), a.iamWho(), a.iamDiff(), a.iamFmt(), a.iamLint())
	return c
}

// iamKinds are the kinds of policies by the words of --kind.
func iamKinds() map[string]iam.Kind {
	return map[string]iam.Kind{
		"identity": iam.Identity, "resource": iam.Resource, "trust": iam.Trust, "boundary": iam.Boundary,
		"session": iam.Session, "scp": iam.ServiceControl, "rcp": iam.ResourceControl,
	}
}

func iamKindWords() []string {
	return []string{"trust", "identity", "resource", "boundary", "session", "scp", "rcp"}
}

// kindFlag is --kind; empty: each document tells its own.
type kindFlag struct{ word string }

func (k *kindFlag) flags(c *cobra.Command) {
	c.Flags().StringVar(&k.word, "kind", "", "read as this `KIND` of policy: "+strings.Join(iamKindWords(), ", ")+" (default: as the document shows)")
	_ = c.RegisterFlagCompletionFunc("kind", cobra.FixedCompletions(iamKindWords(), cobra.ShellCompDirectiveNoFileComp))
}

func (k *kindFlag) check() error {
	if _, ok := iamKinds()[k.word]; !ok && k.word != "" {
		return usagef("kind %q is not one of %s", k.word, strings.Join(iamKindWords(), ", "))
	}
	return nil
}

// of gives the kind to read a document as.
func (k *kindFlag) of(data []byte) iam.Kind {
	if kind, ok := iamKinds()[k.word]; ok {
		return kind
	}
	return kindOfPolicy(data)
}

// iamOutput is where the answer of an iam command goes and in which form.
type iamOutput struct {
	format string
	file   string
	known  []string // formats
}

func (o *iamOutput) flags(c *cobra.Command, formats ...string) {
	o.known = formats
	c.Flags().StringVar(&o.format, "format", "text", "output `FORMAT`: "+strings.Join(formats, ", "))
	c.Flags().StringVarP(&o.file, "output", "o", "", "write to `FILE` instead of standard output")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
}

func (o *iamOutput) check() error {
	if !slices.Contains(o.known, o.format) {
		return usagef("format %q is not one of %s", o.format, strings.Join(o.known, ", "))
	}
	return nil
}

// askedForInput says so where a person would wait for a prompt.
func (a *app) askedForInput(what string) {
	if f, ok := a.stdin.(*os.File); ok && isatty.IsTerminal(f.Fd()) {
		fmt.Fprintf(a.stderr, "podpass: hint: reading %s from the terminal; end with Ctrl-D\n", what)
	}
}

// await gives what compute gives, unless ctx is done first: neither reading
// standard input nor a question about sets knows of interruption, so that it is
// left behind.
func await[T any](ctx context.Context, compute func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := compute()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// lines writes text line by line: what comes from outside is escaped, and
// none of it can start a line of its own.
type lines struct {
	out io.Writer
	err error // the first one
}

// add writes a line; arguments are from outside.
func (l *lines) add(format string, args ...any) {
	for i, arg := range args {
		if s, ok := arg.(string); ok {
			args[i] = report.Escape(s)
		}
	}
	if l.err == nil {
		_, l.err = fmt.Fprintf(l.out, format+"\n", args...)
	}
}

// mostLines is how many patterns or accounts of one kind text shows; JSON has
// all.
const mostLines = 50

// list writes strings from outside, one a line.
func (l *lines) list(indent string, all []string) {
	for i, one := range all {
		if i == mostLines && len(all) > mostLines+1 {
			l.add(indent+"… and %d more: --format json has all", len(all)-i)
			return
		}
		l.add(indent+"%s", one)
	}
}
