// Package files reads manifests and dumps: paths, folders and standard input,
// YAML and JSON, and gives a snapshot.Snapshot with the place of each object.
//
// YAML means what kubectl takes it to mean. What cannot be read becomes a gap
// of the Snapshot with its place and the way out; it never hides what lies
// beside it. JSON is streamed, so that memory does not grow with a dump. In the
// data of Secrets and ConfigMaps AWS keys are looked for; nothing of it is kept.
package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"podpass/internal/snapshot"
)

// DefaultLimit is the size of a YAML file up to which it is read where
// Options names none. A YAML document takes some ten times its size in memory
// while it is read. JSON has no limit.
const DefaultLimit = 64 << 20

// Stdin is the path that stands for standard input.
const Stdin = "-"

// Options say what Collect reads.
type Options struct {
	Paths     []string  // files, folders, or "-" for Stdin
	Stdin     io.Reader // what "-" reads
	Namespace string    // of objects that name none; empty: default
	Limit     int64     // bytes of one YAML file; 0: DefaultLimit
	// Detail reads what only a plan needs too: see snapshot.Header.
	Detail bool
}

// NotFoundError says that a path of Options does not exist.
type NotFoundError struct{ Path string }

func (e *NotFoundError) Error() string { return fmt.Sprintf("read %s: no such file or folder", e.Path) }

// Collect reads all paths into one Snapshot, sorted. It gives an error only
// if a path does not exist (*NotFoundError) or ctx is done. The caller fills
// the header's Tool, TakenAt, Selected and Excluded.
func Collect(ctx context.Context, o Options) (*snapshot.Snapshot, error) {
	for _, path := range o.Paths {
		if path == Stdin {
			continue
		}
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil, &NotFoundError{path}
		}
	}
	if o.Stdin == nil {
		o.Stdin = strings.NewReader("")
	}
	if o.Limit == 0 {
		o.Limit = DefaultLimit
	}
	f := finder{reader: newReader(ctx, o), seen: map[string]bool{}}
	for _, path := range o.Paths {
		if path == Stdin {
			f.reader.read(Stdin, newAsync(ctx, o.Stdin))
		} else {
			f.named(path)
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return f.reader.out.finish(), nil
}

// finder finds the files to read below the paths. A file or folder that is
// reached twice, as by links, is read once: so a loop of links ends, and no
// object counts twice.
type finder struct {
	reader *reader
	seen   map[string]bool // by path without links
}

// named reads a path that the user gave: a file whatever its ending or type,
// since it may be the pipe of a process substitution.
func (f *finder) named(path string) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		f.gap(path, err)
	case info.IsDir():
		f.folder(path)
	default:
		f.file(path)
	}
}

func (f *finder) folder(path string) {
	if f.again(path) || f.reader.ctx.Err() != nil {
		return
	}
	entries, err := os.ReadDir(path) // sorted
	if err != nil {
		f.gap(path, err)
	}
	for _, e := range entries {
		f.entry(filepath.Join(path, e.Name()), e)
	}
}

// entry reads a member of a folder. Of links that lead nowhere only those
// with the name of a manifest are a gap; a loop always is, since a folder of
// manifests may have been meant.
func (f *finder) entry(path string, e fs.DirEntry) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !isManifest(path):
	case err != nil:
		f.gap(path, err)
	case info.IsDir():
		if e.Name()[0] != '.' {
			f.folder(path)
		}
	case !isManifest(path):
	case !info.Mode().IsRegular():
		f.gap(path, errors.New("it is no regular file"))
	default:
		f.file(path)
	}
}

func isManifest(path string) bool {
	switch filepath.Ext(path) {
	case ".yaml", ".yml", ".json":
		return true
	}
	return false
}

func (f *finder) file(path string) {
	if f.again(path) || f.reader.ctx.Err() != nil {
		return
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		f.pipe(path)
		return
	}
	file, err := os.Open(path)
	if err != nil {
		f.gap(path, err)
		return
	}
	defer file.Close()
	f.reader.read(path, file)
}

// pipe reads what may keep waiting for a writer.
func (f *finder) pipe(path string) {
	p := pipe{path: path}
	f.reader.read(path, newAsync(f.reader.ctx, &p))
	if f.reader.ctx.Err() == nil { // else p may still be read
		p.close()
	}
}

func (f *finder) again(path string) bool {
	// Pipes have no path without links; they are told by the one given.
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		real = path
	}
	if absolute, err := filepath.Abs(real); err == nil {
		real = absolute
	}
	again := f.seen[real]
	f.seen[real] = true
	return again
}

func (f *finder) gap(path string, err error) {
	f.reader.out.gap(snapshot.Gap{
		Scope:  path + ":1",
		Reason: "it cannot be read: " + cause(err).Error(),
		Grant:  "make it readable, or leave it out of the paths",
	})
}

// cause leaves out the path, which the gap names already.
func cause(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}
