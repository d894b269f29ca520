package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"podpass/internal/audit"
	"podpass/internal/report"
)

// output is where a report goes and in which form.
type output struct {
	format      string
	file        string
	verbose     bool
	sarifWaived bool
}

func (o *output) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.format, "format", "text", "output `FORMAT`: "+strings.Join(report.Formats(), ", "))
	f.StringVarP(&o.file, "output", "o", "", "write to `FILE` instead of standard output")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "text, markdown: list every object of a finding")
	f.BoolVar(&o.sarifWaived, "sarif-waived", false, "sarif: also show waived results, as suppressed (GitHub opens an alert for each)")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(report.Formats(), cobra.ShellCompDirectiveNoFileComp))
}

func (a *app) writeReport(o *output, r *audit.Report) error {
	options := report.Options{Format: o.format, Verbose: o.verbose, SARIFWaived: o.sarifWaived}
	if o.file == "" {
		options.Color, options.Width = terminal(a.stdout)
	}
	return a.write(o.file, func(w io.Writer) error { return report.Write(w, r, options) })
}

// write writes to a file, whole or not at all, or to standard output.
func (a *app) write(file string, render func(io.Writer) error) error {
	if file == "" {
		out := bufio.NewWriterSize(a.stdout, 1<<16)
		if err := errors.Join(render(out), out.Flush()); err != nil {
			return fmt.Errorf("write output: %w", err)
		}
		return nil
	}
	target, mode := file, os.FileMode(0)
	if info, err := os.Stat(file); err == nil {
		if !info.Mode().IsRegular() {
			return writeTo(file, render) // a device or pipe such as /dev/stdout
		}
		mode = info.Mode().Perm()
		if real, err := filepath.EvalSymlinks(file); err == nil {
			target = real // a link stays one
		}
	}
	temp := filepath.Join(filepath.Dir(target), fmt.Sprintf(".podpass-%d", os.Getpid()))
	if err := writeTemp(temp, mode, render); err != nil {
		_ = os.Remove(temp)
		return fmt.Errorf("write %s: %w", file, err)
	}
	if err := os.Rename(temp, target); err != nil {
		_ = os.Remove(temp)
		return fmt.Errorf("write %s: %w", file, err)
	}
	return nil
}

// writeTemp writes a new file, with the mode of the one that it will replace
// or, without one, that of the umask.
func writeTemp(temp string, mode os.FileMode, render func(io.Writer) error) error {
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(f, 1<<16)
	err = errors.Join(render(out), out.Flush())
	if mode != 0 {
		err = errors.Join(err, f.Chmod(mode))
	}
	return errors.Join(err, f.Close())
}

func writeTo(file string, render func(io.Writer) error) error {
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	if err := errors.Join(render(f), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	return nil
}

// terminal tells whether to use colour, and the width; 0 where there is no
// terminal. https://no-color.org
func terminal(w io.Writer) (color bool, width int) {
	f, ok := w.(*os.File)
	if !ok || !isatty.IsTerminal(f.Fd()) {
		return false, 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		width = 0
	}
	return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb", width
}
