package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"podpass/internal/fix"
	"podpass/internal/rewrite"
)

// writeDiff writes changes for patch -p1 and git apply in the working directory.
// Without git's own header lines: by these git takes paths from the root of the
// repository.
func writeDiff(w io.Writer, changes []fix.Change) error {
	for _, c := range changes {
		name := diffName(c.Path)
		old, now := quoteName("a/"+name), quoteName("b/"+name)
		text := diff.Diff("old", c.Before, "new", c.After)
		_, hunks, ok := bytes.Cut(text, []byte("+++ new\n"))
		if !ok {
			continue // they are equal
		}
		if c.Before == nil {
			old = "/dev/null"
		}
		if _, err := fmt.Fprintf(w, "--- %s%s\n+++ %s%s\n%s", old, tab(old), now, tab(now), hunks); err != nil {
			return err
		}
	}
	return nil
}

// diffName is the path of a file, or of what a link leads to, relative to the
// working directory.
func diffName(path string) string {
	if target, err := rewrite.Target(path); err == nil {
		path = target
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return filepath.ToSlash(path)
	}
	here, err := os.Getwd()
	if err != nil {
		return filepath.ToSlash(path)
	}
	if real, err := filepath.EvalSymlinks(here); err == nil {
		here = real
	}
	if real, err := filepath.EvalSymlinks(filepath.Dir(absolute)); err == nil {
		absolute = filepath.Join(real, filepath.Base(absolute))
	}
	relative, err := filepath.Rel(here, absolute)
	if err != nil {
		return filepath.ToSlash(path)
	}
	return filepath.ToSlash(relative)
}

// tab ends a name that holds a blank, as git does: patch would end it there.
func tab(name string) string {
	if strings.Contains(name, " ") && !strings.HasPrefix(name, `"`) {
		return "\t"
	}
	return ""
}

// quoteName quotes a name as git does where it could be misread.
func quoteName(name string) string {
	var b strings.Builder
	quoted := false
	for i := range len(name) {
		switch c := name[i]; {
		case c == '"' || c == '\\':
			b.WriteString(`\` + string(c))
			quoted = true
		case c < 0x20 || c == 0x7f:
			fmt.Fprintf(&b, `\%03o`, c)
			quoted = true
		default:
			b.WriteByte(c)
		}
	}
	if quoted {
		return `"` + b.String() + `"`
	}
	return name
}
