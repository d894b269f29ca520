package cli

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"podpass/internal/audit"
	"podpass/internal/collect/files"
)

// onlyFiles is the flag --only-files.
type onlyFiles struct {
	list  []string
	files *audit.OnlyFiles // nil where the flag is not given
	hit   bool             // whether the audit came upon any of them
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
	o.files = chosen(cwd, list, &o.hit)
	return nil
}

// tell warns of a list that hides everything: it may count its paths from
// another folder.
func (o *onlyFiles) tell(a *app) {
	if o.files != nil && len(o.files.Files) > 0 && !o.hit {
		fmt.Fprintln(a.stderr, "podpass: note: no object that was read lies in a file of --only-files; its paths count from the working directory (git diff --name-only --relative)")
	}
}

// chosen compares files by their absolute paths, and notes the first hit. An
// audit asks for the same file again and again.
func chosen(cwd string, list []string, hit *bool) *audit.OnlyFiles {
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
			*hit = *hit || has
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
	data, err := readBounded(file, most)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return nil, errors.New("it is UTF-16: save it as UTF-8, or let git write it (git diff --output=FILE)")
	}
	data = bytes.TrimPrefix(data, []byte(byteOrderMark))
	if bytes.IndexByte(data, 0) >= 0 {
		return slices.DeleteFunc(strings.Split(string(data), "\x00"), func(one string) bool { return one == "" }), nil
	}
	return readLines(string(data))
}

// byteOrderMark is what some tools of Windows put before UTF-8.
const byteOrderMark = "\ufeff"

// readLines gives the path of each line. Git writes a path with unusual
// characters in quotes, with the escapes of C.
func readLines(text string) ([]string, error) {
	var list []string
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		if strings.HasPrefix(line, `"`) {
			path, err := strconv.Unquote(line)
			if err != nil {
				return nil, fmt.Errorf("line %d: it begins with a quote and is no path as git writes it: use git diff -z", n)
			}
			line = path
		}
		if line != "" {
			list = append(list, line)
		}
	}
	return list, nil
}
