package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"podpass/internal/audit"
	"podpass/internal/report"
)

func (a *app) report() *cobra.Command {
	c := &cobra.Command{
		Use:   "report",
		Short: "Work with a saved report: other formats, baselines",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(a.reportConvert(), a.reportBaseline())
	return c
}

func (a *app) reportConvert() *cobra.Command {
	var o output
	c := &cobra.Command{
		Use:   "convert REPORT|-",
		Short: "Write a saved report in another format",
		Long: `Write a report that was saved by "podpass audit --format json" in another format,
exactly as the audit would have. Nothing is judged anew: the exit code is 0.`,
		Example: `  podpass audit --format json -o report.json
  podpass report convert report.json --format sarif -o podpass.sarif`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := o.check(); err != nil {
				return err
			}
			r, err := a.readReport(args[0])
			if err != nil {
				return err
			}
			return a.writeReport(&o, r)
		},
	}
	o.flags(c)
	return c
}

func (a *app) reportBaseline() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:   "baseline REPORT|-",
		Short: "Keep the failures of a saved report, for audit --baseline",
		Long: `Keep what a later audit needs of a report that was saved by "podpass audit
--format json": its failures, sorted, one a line, so that a change of the file is
a change of lines. What is waived is left out: it is new when the waiver ends.`,
		Example: `  podpass report baseline report.json -o podpass-baseline.json
  podpass audit --baseline podpass-baseline.json`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			r, err := a.readReport(args[0])
			if err != nil {
				return err
			}
			b, err := baselineOf(r)
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			return a.write(file, func(w io.Writer) error { return audit.WriteBaseline(w, b) })
		},
	}
	c.Flags().StringVarP(&file, "output", "o", "", "write to `FILE` instead of standard output")
	return c
}

// check refuses a format that is none.
func (o *output) check() error {
	if !slices.Contains(report.Formats(), o.format) {
		return usagef("format %q is not one of %s", o.format, strings.Join(report.Formats(), ", "))
	}
	return nil
}

// stdin is the name of standard input as a file.
const stdin = "-"

func (a *app) readReport(file string) (*audit.Report, error) {
	in, name := a.stdin, "standard input"
	if file != stdin {
		f, err := os.Open(file)
		if err != nil {
			return nil, fmt.Errorf("read report: %w", err)
		}
		defer f.Close()
		in, name = f, file
	}
	r, err := report.Read(in)
	if err != nil {
		return nil, hinted{fmt.Errorf("%s: %w", name, err), "save a report by: podpass audit --format json -o report.json, and read it with the same version of podpass"}
	}
	return r, nil
}

// readBaseline reads a baseline: a whole report, or what "podpass report
// baseline" made of it.
func readBaseline(file string) (*audit.Baseline, error) {
	data, err := readBounded(file, report.MaxBytes)
	if err != nil {
		return nil, fmt.Errorf("read baseline: %w", err)
	}
	data = bytes.TrimPrefix(data, []byte(byteOrderMark))
	var b *audit.Baseline
	if isBaseline(data) {
		b, err = audit.ReadBaseline(data)
	} else {
		var r *audit.Report
		if r, err = report.Read(bytes.NewReader(data)); err == nil {
			b, err = baselineOf(r)
		}
	}
	if err != nil {
		return nil, hinted{fmt.Errorf("%s: %w", atLine(file, data, err), err), "a baseline is a report saved by podpass audit --format json, or what podpass report baseline makes of it"}
	}
	b.File = file
	return b, nil
}

// atLine adds the line of an error in JSON: a baseline is merged by git, which
// leaves its marks.
func atLine(file string, data []byte, err error) string {
	var syntax *jsontext.SyntacticError
	var meaning *json.SemanticError
	offset := int64(-1)
	switch {
	case errors.As(err, &syntax):
		offset = syntax.ByteOffset
	case errors.As(err, &meaning):
		offset = meaning.ByteOffset
	}
	if offset < 0 || offset > int64(len(data)) {
		return file
	}
	return fmt.Sprintf("%s:%d", file, 1+bytes.Count(data[:offset], []byte("\n")))
}

// baselineOf refuses a report in which failures are missing.
func baselineOf(r *audit.Report) (*audit.Baseline, error) {
	if r.Only != nil && r.Only.Hidden > 0 {
		return nil, errors.New("the report shows a part of the files only, so that known failures would count as new: make one without --only-files")
	}
	return audit.BaselineOf(r), nil
}

// isBaseline tells a baseline by its first members, also one that is broken
// further on.
func isBaseline(data []byte) bool {
	d := jsontext.NewDecoder(bytes.NewReader(data))
	if t, err := d.ReadToken(); err != nil || t.Kind() != '{' {
		return false
	}
	for {
		name, err := d.ReadToken()
		if err != nil || name.Kind() != '"' {
			return false
		}
		isKind := name.String() == "kind"
		value, err := d.ReadValue()
		if err != nil {
			return false
		}
		if isKind {
			return string(value) == strconv.Quote(audit.KindBaseline)
		}
	}
}

// readBounded reads a file of at most so many bytes.
func readBounded(file string, most int64) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	switch {
	case err != nil:
		return nil, err
	case int64(len(data)) > most:
		return nil, fmt.Errorf("%s is larger than %d MiB: is it the right file?", file, most>>20)
	}
	return data, nil
}
