package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"podpass/internal/audit"
	"podpass/internal/config"
	"podpass/internal/keys"
	"podpass/internal/report"
)

// noConfigFile is the value of --config for no file at all.
const noConfigFile = "none"

// settings is the flag --config, and what came of it.
type settings struct {
	file string
	// other are flags of the command that mean something else than those of an
	// audit, whose defaults a file holds.
	other      []string
	severities map[string]audit.Severity
	use        *audit.ConfigUse // nil: no file is in force
}

func (s *settings) flags(c *cobra.Command) {
	c.Flags().StringVar(&s.file, "config", "", "configuration `FILE`, or none (default: .podpass.yaml of the repository for files, else your own)")
}

// apply puts the file in force: it sets the flags that the command line does
// not, and adds namespaces to leave out. It goes before any check of flags.
func (s *settings) apply(c *cobra.Command, src *source, paths []string) error {
	place, err := s.find(c, len(paths) > 0 && src.snapshot == "")
	if err != nil || place == nil {
		return err
	}
	data, err := place.read()
	if err != nil {
		return hinted{fmt.Errorf("read configuration %s: %w", place.file, cause(err)), skipConfig}
	}
	parsed, err := config.Parse(data, config.Options{File: place.file, User: place.root == ""})
	if err != nil {
		return hinted{err, skipConfig}
	}
	s.use = &audit.ConfigUse{File: place.file, Changed: []string{}}
	s.severities = parsed.Severities
	var problems config.Problems
	for _, f := range parsed.Flags {
		if slices.Contains(live(), f.Name) && (src.snapshot != "" || len(paths) > 0) {
			continue // of no matter for this run
		}
		if err := s.set(c, place, f); err != nil {
			problems = append(problems, config.Problem{File: place.file, Line: f.Line, Text: f.Name + " " + err.Error(), Mend: "mend it, or give --" + f.Name})
		}
	}
	if len(problems) > 0 {
		return hinted{problems, skipConfig}
	}
	s.exclude(src, parsed.Excluded)
	return nil
}

const skipConfig = "--config none leaves every configuration out"

// set sets a flag that the command has and its command line does not name.
func (s *settings) set(c *cobra.Command, place *configPlace, f config.Flag) error {
	flag := c.Flags().Lookup(f.Name)
	if flag == nil || flag.Changed || slices.Contains(s.other, f.Name) {
		return nil
	}
	if f.Path {
		path, err := place.path(f.Values[0])
		if err != nil {
			return err
		}
		f.Values = []string{path}
	}
	before := flag.Value.String()
	if err := assign(flag.Value, f.Values); err != nil {
		return fmt.Errorf("has a value that the flag does not take: %w", err)
	}
	if flag.Value.String() == before {
		return nil
	}
	line := f.Name + ": " + strings.Join(f.Values, ",")
	if d := flag.DefValue; d != "" && d != "[]" {
		line += " (default " + d + ")"
	}
	s.use.Changed = append(s.use.Changed, keys.Shown(line))
	return nil
}

// assign sets the value of a flag without the quoting of lists.
func assign(value interface{ Set(string) error }, values []string) error {
	if list, ok := value.(interface{ Replace([]string) error }); ok {
		return list.Replace(values)
	}
	return value.Set(values[0])
}

// exclude leaves namespaces out, but for those that the command line asks for
// by name.
func (s *settings) exclude(src *source, names []string) {
	for _, name := range names {
		if !slices.Contains(src.namespaces, name) && !slices.Contains(src.excluded, name) {
			src.excluded = append(src.excluded, name)
			s.use.Changed = append(s.use.Changed, "excluded namespace "+name)
		}
	}
}

// grade says which severities are changed, of the rules that run; empty: all.
func (s *settings) grade(rules []string) {
	for _, rule := range audit.Rules() {
		severity, ok := s.severities[rule.ID]
		if !ok || len(rules) > 0 && !slices.Contains(rules, rule.ID) {
			continue
		}
		was := string(rule.Severity)
		if cases := rule.Severities; cases != "" && !strings.HasPrefix(cases, string(audit.Info)) { // info ones stay
			was += "; " + cases
		}
		if was != string(severity) {
			s.use.Changed = append(s.use.Changed, fmt.Sprintf("severity of %s: %s (was %s)", rule.ID, severity, was))
		}
	}
}

// tell says on stderr what the file changed, for a product that does not.
func (s *settings) tell(a *app) {
	if s.use == nil {
		return
	}
	for _, line := range s.use.Changed {
		fmt.Fprintf(a.stderr, "podpass: note: %s: %s\n", report.Escape(s.use.File), report.Escape(line))
	}
}

// configPlace is where a configuration lies.
type configPlace struct {
	file string // as it is opened and shown
	// root is the folder that no path in the file may leave, without links;
	// empty for the user's own file, which is trusted.
	root string
	// named is set where the command line names the file.
	named bool
}

// find gives the place of the file that is in force, nil for none. The
// working directory counts only where files are audited: what lies there says
// nothing of a cluster or a snapshot.
func (s *settings) find(c *cobra.Command, files bool) (*configPlace, error) {
	mine := ownConfig()
	switch {
	case s.file == noConfigFile:
		return nil, nil
	case s.file == "" && c.Flags().Changed("config"):
		return nil, usagef("--config needs a FILE, or none")
	case s.file != "":
		return namedConfig(s.file, mine)
	}
	if files {
		cwd, err := realPath(".")
		if err != nil {
			return nil, fmt.Errorf("find %s: %w", configName, err)
		}
		if place, err := repositoryConfig(cwd); place != nil || err != nil {
			return place, err
		}
	}
	// A folder that this user may not look into is none of theirs.
	if _, err := os.Lstat(mine); mine == "" || err != nil {
		return nil, nil
	}
	return &configPlace{file: mine}, nil
}

// configName is the file of a repository.
const configName = ".podpass.yaml"

// ownConfig is where the user's own file would lie; empty without a home.
func ownConfig() string {
	dir, err := os.UserConfigDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "podpass", "config.yaml")
}

// namedConfig gives the place of a file that the command line names. It is as
// little trusted as one that was found, but for the user's own: a build names
// a file that a pull request may change.
func namedConfig(file, mine string) (*configPlace, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, hinted{fmt.Errorf("read configuration %s: %w", file, cause(err)), skipConfig}
	}
	if own, err := os.Stat(mine); err == nil && os.SameFile(info, own) {
		return &configPlace{file: file, named: true}, nil
	}
	dir, err := realPath(filepath.Dir(file))
	if err != nil {
		return nil, fmt.Errorf("read configuration %s: %w", file, cause(err))
	}
	root, _ := repositoryRoot(dir)
	return &configPlace{file: file, root: root, named: true}, nil
}

// repositoryConfig looks in a folder, given without links, and those above it,
// up to the root of the repository; only in the folder where there is no
// repository. It gives nil where there is no file.
func repositoryConfig(cwd string) (*configPlace, error) {
	root, _ := repositoryRoot(cwd)
	for dir := cwd; ; dir = filepath.Dir(dir) {
		file := filepath.Join(dir, configName)
		if _, err := os.Lstat(file); err == nil {
			shown, err := filepath.Rel(cwd, file)
			if err != nil {
				return nil, fmt.Errorf("read configuration %s: %w", file, err)
			}
			return &configPlace{file: shown, root: root}, nil
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, hinted{fmt.Errorf("read configuration %s: %w", file, cause(err)), skipConfig}
		}
		if dir == root {
			return nil, nil
		}
	}
}

// repositoryRoot gives the nearest folder with a .git, which is a file in a
// worktree; the folder itself, and false, where there is none.
func repositoryRoot(from string) (root string, ok bool) {
	for dir := from; ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return dir, true
		}
		if dir == filepath.Dir(dir) {
			return from, false
		}
	}
}

// read reads the file, a byte beyond the bound at most. One that was found
// must be a regular file below the root: a link could lead anywhere.
func (p *configPlace) read() ([]byte, error) {
	if !p.named && p.root != "" {
		if err := p.inside(p.file); err != nil {
			return nil, err
		}
	}
	if info, err := os.Stat(p.file); err == nil && !p.named && !info.Mode().IsRegular() {
		return nil, errors.New("it is no regular file")
	}
	f, err := os.Open(p.file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, config.MaxBytes+1))
}

// path gives a path of the file as seen from the working directory. It must be
// there, and in a repository's file inside of it.
func (p *configPlace) path(value string) (string, error) {
	path := value
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(p.file), path)
	}
	if path == "-" {
		path = "./-" // a file, not standard input
	}
	if p.root != "" {
		return path, p.inside(path)
	}
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("leads to %q: %w", path, cause(err))
	}
	return path, nil
}

// inside refuses a path that leads out of the root, also by a link.
func (p *configPlace) inside(path string) error {
	real, err := realPath(path)
	if err != nil {
		return fmt.Errorf("leads to %q: %w", path, cause(err))
	}
	if below, err := filepath.Rel(p.root, real); err != nil || !filepath.IsLocal(below) {
		return fmt.Errorf("leads out of the repository, to %q", path)
	}
	return nil
}

// realPath gives the absolute path without links. The working directory is
// taken without links first, for ".." goes up from there.
func realPath(path string) (string, error) {
	if filepath.IsAbs(path) {
		return filepath.EvalSymlinks(path)
	}
	cwd, err := os.Getwd()
	if err == nil {
		cwd, err = filepath.EvalSymlinks(cwd)
	}
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(cwd + string(filepath.Separator) + path)
}

// cause leaves out the path, which the message names already.
func cause(err error) error {
	var at *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &at):
		return at.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}
