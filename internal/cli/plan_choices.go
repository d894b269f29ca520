package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"podpass/internal/audit"
	"podpass/internal/choices"
	"podpass/internal/iam"
	"podpass/internal/plan"
	"podpass/internal/report"
	"podpass/internal/snapshot"
)

// decided is the flags --choices, --write-choices and --force.
type decided struct {
	choices, write string
	force          bool
}

func (d *decided) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&d.choices, "choices", "", "decide as this YAML `FILE` says")
	f.StringVar(&d.write, "write-choices", "", "write a `FILE` of choices with every decision that is open, commented out")
	f.BoolVar(&d.force, "force", false, "let --write-choices write over a file that is there")
}

// check refuses to write over what is there, above all what was decided. output
// is the file of the plan itself.
func (d *decided) check(c *cobra.Command, output string) error {
	for _, name := range []string{"choices", "write-choices"} {
		if f := c.Flags().Lookup(name); f != nil && f.Changed && (f.Value.String() == "" || f.Value.String() == stdin) {
			return usagef("--%s needs a file", name)
		}
	}
	switch {
	case d.write == "" && d.force:
		return usagef("--force is for --write-choices")
	case d.write == "":
		return nil
	case sameFile(d.write, d.choices):
		return usagef("--write-choices would write over the choices that --choices gives: name another file")
	case sameFile(d.write, output):
		return usagef("--write-choices and --output are one file: name another one")
	}
	if _, err := os.Lstat(d.write); err == nil && !d.force {
		return hinted{fmt.Errorf("%s is there already", d.write), "name another file, or write over it with --force"}
	}
	return nil
}

// sameFile tells whether two names are of one file; neither need be there.
func sameFile(a, b string) bool {
	if a == "" || b == "" {
		return false
	}
	x, err := os.Stat(a)
	y, other := os.Stat(b)
	return filepath.Clean(a) == filepath.Clean(b) || err == nil && other == nil && os.SameFile(x, y)
}

// load reads the choices, with the files that they name; nil where none are
// asked for.
func (d *decided) load() (*plan.Choices, error) {
	if d.choices == "" {
		return nil, nil
	}
	data, err := readBounded(d.choices, choices.MaxBytes)
	if err != nil {
		return nil, fmt.Errorf("read choices: %w", err)
	}
	c, err := choices.Parse(d.choices, data)
	if err != nil {
		return nil, err
	}
	dir, err := realPath(filepath.Dir(d.choices))
	if err != nil {
		return nil, fmt.Errorf("read choices %s: %w", d.choices, cause(err))
	}
	// The file may come with a pull request: what it names lies beside it.
	root, _ := repositoryRoot(dir)
	place := &configPlace{file: d.choices, root: root}
	return c, choices.ReadDocuments(c, func(file string) ([]byte, error) {
		path, err := place.path(file)
		if err != nil {
			return nil, err
		}
		data, err := readBounded(path, iam.MaxBytes)
		return data, cause(err)
	})
}

// fit refuses choices for what is not there: one that is misspelt would leave
// alone nobody.
func (d *decided) fit(a *app, c *plan.Choices, snap *snapshot.Snapshot) error {
	if c == nil {
		return nil
	}
	named, patterns := choices.Unused(c, snap)
	for _, p := range patterns {
		fmt.Fprintf(a.stderr, "podpass: note: %s\n", report.Escape(p.Error()))
	}
	if len(named) > 0 {
		return named
	}
	return nil
}

// draft writes the file of open decisions, where one is asked for.
func (d *decided) draft(a *app, p *plan.Plan) error {
	if d.write == "" {
		return nil
	}
	err := a.write(d.write, func(w io.Writer) error {
		_, err := w.Write(choices.Draft(p))
		return err
	})
	if err == nil {
		fmt.Fprintf(a.stderr, "podpass: note: %s has the decisions that are open: %d\n", report.Escape(d.write), len(p.Decisions))
	}
	return err
}

// named completes the workloads that are asked for, whose kind may be written
// in any case, and refuses one that is not there.
func named(only []plan.Match, snap *snapshot.Snapshot, o *planFlags) ([]plan.Match, error) {
	if len(only) == 0 {
		return nil, nil
	}
	there := audit.NewJudge(snap, audit.Options{Namespaces: o.namespaces, Excluded: o.excluded}).Workloads()
	var full []plan.Match
	var missing []error
	for i, m := range only {
		var names []string
		found := false
		for _, w := range there {
			object := w.Object()
			if strings.EqualFold(m.Kind, object.Kind) {
				m.Kind = object.Kind
			}
			names = append(names, workloadText(m, object))
			found = found || m.Fits(object.Kind, object.Namespace, object.Name)
		}
		if !found {
			missing = append(missing, missingWorkload(o.workloads[i], names))
		}
		full = append(full, m)
	}
	return full, errors.Join(missing...)
}

func missingWorkload(text string, names []string) error {
	if len(names) == 0 {
		return fmt.Errorf("workload %s is not there: there is none at all", text)
	}
	return fmt.Errorf("workload %s is not there: the nearest name is %s", text, choices.Nearest(text, names))
}
