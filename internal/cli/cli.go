// Package cli turns a command line into one stage, its output and an exit
// code. It alone knows flags, the terminal, hints and exit codes.
//
// stdout is the product; progress, warnings and errors go to stderr.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"podpass/internal/keys"
	"podpass/internal/report"
)

// Exit codes that every command shares; an audit adds those of package audit.
const (
	exitOK    = 0
	exitError = 1 // the command could not do its work
	exitUsage = 2
)

// usage is an error in the command line.
type usage struct{ error }

func usagef(format string, a ...any) error { return usage{fmt.Errorf(format, a...)} }

// hinted is an error with a way out.
type hinted struct {
	error
	hint string
}

func (h hinted) Unwrap() error { return h.error }

// exit is the code of a command that did its work.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// app is what the commands share: the world as they may see it.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
}

// Main runs a command line and gives its exit code.
func Main(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	tuneMemory()
	a := &app{os.Stdin, os.Stdout, os.Stderr}
	root := a.root(filepath.Base(args[0]))
	root.SetArgs(args[1:])
	return a.code(root.ExecuteContext(ctx))
}

// code prints an error, with a hint where there is one, and gives its code. An
// error may quote what was given by mistake: a secret is not repeated.
func (a *app) code(err error) int {
	var done exit
	var wrong usage
	var help hinted
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &done):
		return int(done)
	}
	if errors.Is(err, context.Canceled) {
		err = errors.New("interrupted: nothing was written")
	}
	for _, one := range each(err) {
		fmt.Fprintf(a.stderr, "podpass: error: %s\n", report.Escape(keys.Shown(one.Error())))
	}
	if errors.As(err, &help) {
		fmt.Fprintf(a.stderr, "podpass: hint: %s\n", report.Escape(keys.Shown(help.hint)))
	}
	if errors.As(err, &wrong) {
		return exitUsage
	}
	return exitError
}

// each gives the errors of which one is made, such as all that is wrong with a
// file.
func each(err error) []error {
	switch e := err.(type) {
	case hinted:
		return each(e.error)
	case usage:
		return each(e.error)
	case interface{ Unwrap() []error }:
		return e.Unwrap()
	}
	return []error{err}
}

// root is the command tree. As the plugin kubectl-podpass it calls itself
// "kubectl podpass".
func (a *app) root(name string) *cobra.Command {
	root := &cobra.Command{
		Use:           "podpass",
		Short:         "Gives every pod on Amazon EKS an AWS identity of its own, and proves it",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	if strings.HasPrefix(name, "kubectl-") {
		root.Annotations = map[string]string{cobra.CommandDisplayNameAnnotation: "kubectl podpass"}
	}
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return hinted{usage{err}, "see " + c.CommandPath() + " --help"}
	})
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(a.audit(), a.report(), a.waive(), a.snapshot(), a.plan(), a.fix(), a.export(), a.rules(), a.rbac(), a.iam(), a.version(), a.completion())
	markUsage(root)
	return root
}

// markUsage makes every complaint of cobra about arguments a usage error.
func markUsage(c *cobra.Command) {
	if check := c.Args; check != nil {
		c.Args = func(c *cobra.Command, args []string) error {
			if err := check(c, args); err != nil {
				return hinted{usage{err}, "see " + c.CommandPath() + " --help"}
			}
			return nil
		}
	}
	for _, sub := range c.Commands() {
		markUsage(sub)
	}
}
