package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"podpass/internal/audit"
	"podpass/internal/collect/files"
)

// onlyFiles is the flag --only-files.
type onlyFiles struct {
	list  []string
	files *audit.OnlyFiles // nil where the flag is not given
}

func (o *onlyFiles) flags(c *cobra.Command) {
	c.Flags().StringSliceVar(&o.list, "only-files", nil, "of files: show only what files of this `LIST` bear on, @FILE reads it; all are read and judged")
}

// check reads the lists, and refuses the flag where no files are audited.
func (o *onlyFiles) check(c *cobra.Command, src *source, paths []string) error {
	if !c.Flags().Changed("only-files") {
		return nil
	}
	if src.snapshot != "" || len(paths) == 0 {
		return hinted{usagef("--only-files is for an audit of files"), "give the paths to read, such as: podpass audit deploy/ --only-files deploy/app.yaml"}
	}
	list, err := expand(o.list)
	if err != nil {
		return err
	}
	cwd, err := realPath(".")
	if err != nil {
		return fmt.Errorf("read --only-files: %w", err)
	}
	o.files = chosen(cwd, list)
	return nil
}

// chosen compares files by their absolute paths. An audit asks for the same
// file again and again.
func chosen(cwd string, list []string) *audit.OnlyFiles {
	all := map[string]bool{}
	shown := make([]string, len(list))
	for i, file := range list {
		shown[i] = relative(cwd, file)
		for _, name := range names(cwd, file) {
			all[name] = true
		}
	}
	slices.Sort(shown)
	known := map[string]bool{}
	return &audit.OnlyFiles{Files: slices.Compact(shown), Has: func(file string) bool {
		has, ok := known[file]
		if !ok {
			has = slices.ContainsFunc(names(cwd, file), func(name string) bool { return all[name] })
			known[file] = has
		}
		return has
	}}
}

// names are the absolute paths of a file: as it is written, and without
// links. One that was deleted has only the first.
func names(cwd, file string) []string {
	if file == files.Stdin {
		return []string{files.Stdin}
	}
	if !filepath.IsAbs(file) {
		file = cwd + string(filepath.Separator) + file
	}
	list := []string{filepath.Clean(file)}
	if real, err := filepath.EvalSymlinks(file); err == nil {
		list = append(list, real)
	}
	return list
}

// relative gives a path as seen from the working directory where it lies
// below it.
func relative(cwd, file string) string {
	if filepath.IsAbs(file) {
		if below, err := filepath.Rel(cwd, file); err == nil && filepath.IsLocal(below) {
			return below
		}
	}
	return filepath.Clean(file)
}

// expand reads the lists that @FILE names. An empty entry is none.
func expand(list []string) ([]string, error) {
	var all []string
	for _, one := range list {
		file, ok := strings.CutPrefix(one, "@")
		switch {
		case one == "":
		case !ok:
			all = append(all, one)
		case file == "" || file == files.Stdin:
			return nil, usagef("--only-files %q names no file: give @FILE", one)
		default:
			lines, err := readList(file)
			if err != nil {
				return nil, fmt.Errorf("read --only-files @%s: %w", file, cause(err))
			}
			all = append(all, lines...)
		}
	}
	return all, nil
}

// readList reads one path a line, or, as "git diff -z" writes them, one up to
// each zero byte.
func readList(file string) ([]string, error) {
	const most = 64 << 20
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	switch {
	case err != nil:
		return nil, err
	case len(data) > most:
		return nil, errors.New("it is larger than 64 MiB")
	}
	end := "\n"
	if bytes.IndexByte(data, 0) >= 0 {
		end = "\x00"
	}
	var list []string
	for line := range strings.SplitSeq(string(data), end) {
		if end == "\n" {
			line = strings.TrimSuffix(line, "\r")
		}
		if line != "" {
			list = append(list, line)
		}
	}
	return list, nil
}
