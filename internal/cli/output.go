package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
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
		if err := buffered(a.stdout, render); err != nil {
			return fmt.Errorf("write output: %w", cause(err))
		}
		return nil
	}
	if err := writeFile(file, render); err != nil {
		return fmt.Errorf("write %s: %w", file, cause(err))
	}
	return nil
}

func writeFile(file string, render func(io.Writer) error) error {
	target, mode := file, os.FileMode(0)
	if info, err := os.Stat(file); err == nil {
		if !info.Mode().IsRegular() {
			return writeTo(file, render) // a device or pipe such as /dev/stdout
		}
		mode = info.Mode().Perm()
		if real, err := filepath.EvalSymlinks(file); err == nil {
			target = real // a link stays one
		}
	} else if link, e := os.Lstat(file); e == nil && link.Mode()&fs.ModeSymlink != 0 {
		return fmt.Errorf("it is a link that leads to no file: %w: make that file, or remove the link", cause(err))
	}
	temp, err := newTemp(filepath.Dir(target))
	if err != nil {
		return err
	}
	if err := errors.Join(fill(temp, mode, render), temp.Close()); err != nil {
		_ = os.Remove(temp.Name())
		return err
	}
	if err := os.Rename(temp.Name(), target); err != nil {
		_ = os.Remove(temp.Name())
		return err
	}
	return nil
}

// newTemp makes a file with the mode of the umask, which os.CreateTemp does
// not. Its name is random: of containers that share a folder, each may have the
// same process id, and a killed one leaves its file behind.
func newTemp(dir string) (*os.File, error) {
	for range 100 {
		f, err := os.OpenFile(filepath.Join(dir, fmt.Sprintf(".podpass-%016x", rand.Uint64())), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		switch {
		case errors.Is(err, fs.ErrExist):
		case errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("the folder %s is not there: make it first", dir)
		case err != nil:
			return nil, fmt.Errorf("make a new file in the folder %s: %w", dir, cause(err))
		default:
			return f, nil
		}
	}
	return nil, fmt.Errorf("make a new file in the folder %s: every name is taken", dir)
}

// fill writes a new file to the disk, with the mode of the one that it will
// replace; 0: it keeps its own.
func fill(f *os.File, mode os.FileMode, render func(io.Writer) error) error {
	if err := buffered(f, render); err != nil {
		return err
	}
	if mode != 0 {
		if err := f.Chmod(mode); err != nil {
			return err
		}
	}
	return f.Sync() // before the rename, or a crash may leave an empty file
}

// buffered gives the first error: a buffer keeps it, and renderers return it.
func buffered(w io.Writer, render func(io.Writer) error) error {
	out := bufio.NewWriterSize(w, 1<<16)
	if err := render(out); err != nil {
		return err
	}
	return out.Flush()
}

func writeTo(file string, render func(io.Writer) error) error {
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if err := buffered(f, render); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
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
