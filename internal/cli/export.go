package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"podpass/internal/export"
	"podpass/internal/plan"
)

type exportFlags struct {
	as    string
	to    string
	force bool
}

const exportLong = `Write a plan, that podpass plan made, as files that a team reviews and runs.
PLAN is its JSON; - reads it from standard input.

kubernetes: a folder for each wave (1-add, 2-move, 3-lock, 4-clean) with YAML,
and with apply.sh and revert.sh, which need a POSIX shell and kubectl. Steps that
wait for a decision are named in the README.md of their wave, and not done. The
plan must be of a cluster.

kustomize: the same waves as components with resources and patches, for a
kustomization around the one that renders the team's manifests. The plan may be
of a cluster, or of what "kustomize build" printed.

terraform: the IAM roles and EKS Pod Identity associations of the plan, and
nothing of Kubernetes. Roles that exist are imported and change in nothing but
their trust policy; where the plan does not know that, README.md has the
commands. README.md also says when to apply what.

Podpass itself changes nothing in the cluster.`

func (a *app) export() *cobra.Command {
	var o exportFlags
	c := &cobra.Command{
		Use:   "export PLAN --as FORM --to DIR",
		Short: "Write a plan as files and scripts that carry it out",
		Long:  exportLong,
		Example: `  podpass plan --format json -o plan.json
  podpass export plan.json --as kubernetes --to plan
  plan/1-add/apply.sh`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := o.check(); err != nil {
				return err
			}
			p, err := a.readPlan(args[0])
			if err != nil {
				return err
			}
			files, err := export.Write(p, o.as)
			if err != nil {
				return fmt.Errorf("export %s: %w", args[0], err)
			}
			if err := writeFolder(o.to, files, o.force); err != nil {
				return fmt.Errorf("export to %s: %w", o.to, cause(err))
			}
			fmt.Fprintf(a.stderr, "podpass: %d files are in %s: begin with README.md\n", len(files), o.to)
			return nil
		},
	}
	f := c.Flags()
	f.StringVar(&o.as, "as", "", "`FORM` of the files: "+strings.Join(export.Targets(), ", "))
	f.StringVar(&o.to, "to", "", "`DIR` to write to: a new or an empty folder")
	f.BoolVar(&o.force, "force", false, "replace an earlier export in the folder")
	_ = c.RegisterFlagCompletionFunc("as", cobra.FixedCompletions(export.Targets(), cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (o *exportFlags) check() error {
	switch {
	case o.as == "":
		return hinted{usagef("an export needs a form"), "give --as " + strings.Join(export.Targets(), " or ")}
	case !slices.Contains(export.Targets(), o.as):
		return usagef("form %q is not one of %s", o.as, strings.Join(export.Targets(), ", "))
	case o.to == "":
		return hinted{usagef("an export needs a folder to go to"), "give --to DIR"}
	}
	return nil
}

// readPlan reads the JSON of a plan from a file, or from standard input for "-".
func (a *app) readPlan(file string) (*plan.Plan, error) {
	if file == "-" {
		return plan.Read(a.stdin)
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("read plan: %w", err)
	}
	defer f.Close()
	p, err := plan.Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return p, nil
}

// writeFolder makes a folder of files, whole or not at all: it is filled under
// another name beside its place, and renamed. One that is there must be empty,
// unless it is to be replaced.
func writeFolder(to string, files []export.File, force bool) error {
	to = filepath.Clean(to)
	old, err := occupied(to, force)
	if err != nil {
		return err
	}
	if parent := filepath.Dir(to); !isFolder(parent) {
		return fmt.Errorf("the folder %s is not there: make it first", parent)
	}
	temp := sibling(to)
	if err := fillFolder(temp, files); err != nil {
		return errors.Join(err, os.RemoveAll(temp))
	}
	if !old {
		if err := os.Rename(temp, to); err != nil {
			return errors.Join(err, os.RemoveAll(temp))
		}
		return nil
	}
	return replaceFolder(temp, to)
}

// replaceFolder puts a folder in the place of another, which it puts back where
// that fails.
func replaceFolder(temp, to string) error {
	away := sibling(to)
	if err := os.Rename(to, away); err != nil {
		return errors.Join(err, os.RemoveAll(temp))
	}
	if err := os.Rename(temp, to); err != nil {
		return errors.Join(err, os.Rename(away, to), os.RemoveAll(temp))
	}
	if err := os.RemoveAll(away); err != nil {
		return fmt.Errorf("the files are written; what was there before is left in %s: %w", away, err)
	}
	return nil
}

// occupied tells whether there is a folder. One with something in it is refused
// without force, and with it too where that is no export: nothing else of the
// user's is thrown away. What is no folder is refused always.
func occupied(to string, force bool) (bool, error) {
	info, err := os.Lstat(to)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	case !info.IsDir():
		return false, errors.New("it is there and no folder: name another, or remove it")
	case within(to):
		return false, errors.New("the working folder is in it: name another")
	}
	entries, err := os.ReadDir(to)
	if err != nil {
		return false, err
	}
	if len(entries) > 0 && !force {
		return false, hinted{errors.New("the folder is not empty"), "name another, or give --force to replace an earlier export"}
	}
	for _, e := range entries {
		if !export.IsEntry(e.Name()) {
			return false, fmt.Errorf("it holds %s, which no export wrote: name another folder, or empty it", e.Name())
		}
	}
	return true, nil
}

// within tells whether the working folder is a folder or in it.
func within(folder string) bool {
	here, err := os.Getwd()
	if err != nil {
		return false
	}
	root, err := filepath.Abs(folder)
	if err != nil {
		return false
	}
	rel, err := filepath.Rel(root, here)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// sibling is a name for a folder beside another, on the same file system.
func sibling(to string) string {
	return filepath.Join(filepath.Dir(to), fmt.Sprintf(".podpass-%016x", rand.Uint64()))
}

func fillFolder(folder string, files []export.File) error {
	if err := os.Mkdir(folder, 0o777); err != nil {
		return err
	}
	for _, f := range files {
		path := filepath.Join(folder, filepath.FromSlash(f.Path))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		if err := writeNew(path, f); err != nil {
			return err
		}
	}
	return nil
}

func writeNew(path string, f export.File) error {
	mode := os.FileMode(0o666)
	if f.Executable {
		mode = 0o777
	}
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	return errors.Join(fill(out, 0, func(w io.Writer) error { _, err := w.Write(f.Data); return err }), out.Close())
}
