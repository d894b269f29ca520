// Package rewrite replaces the content of several files: of all or of none.
//
// New content is written beside each file and synced; only when all of it is on
// the disk are the files renamed, one by one, and where one of these renames
// fails, those before it are taken back. Mode and owner of a file stay, and a
// link is followed, so that its target is replaced and not the link.
package rewrite

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// File is a file and what it becomes.
type File struct {
	Path string
	// Before is what it held when After was made; nil for a file that is not to
	// be there yet.
	Before, After []byte
}

// All replaces the files. On an error none of them has changed, but for one that
// says so.
func All(files []File) error { return (&replacing{rename: os.Rename}).all(files) }

func (r *replacing) all(files []File) error {
	defer r.clean()
	for _, f := range files {
		if err := r.prepare(f); err != nil {
			return fmt.Errorf("write %s: %w: no file was changed", f.Path, err)
		}
	}
	for i := range r.list {
		if err := r.list[i].put(r.rename); err != nil {
			return r.undo(i, err)
		}
	}
	return nil
}

type replacing struct {
	list   []one
	rename func(from, to string) error
}

// one is a file that is being replaced: its target, the new content beside it,
// and a second name of the old one.
type one struct {
	path, target, fresh, old string
	isNew                    bool
}

// Target follows a link, to where the file really is.
func Target(path string) (string, error) {
	target, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, other := os.Lstat(path); errors.Is(other, fs.ErrNotExist) {
			return path, nil
		}
	}
	return target, err
}

func (r *replacing) prepare(f File) error {
	target, err := Target(f.Path)
	if err != nil {
		return cause(err)
	}
	o := one{path: f.Path, target: target, isNew: f.Before == nil}
	var info fs.FileInfo
	if o.isNew {
		if _, err := os.Lstat(target); err == nil {
			return errors.New("it is there by now: run again")
		}
	} else if info, err = unchanged(target, f.Before); err != nil {
		return err
	}
	if o.fresh, err = beside(target, f.After, info); err != nil {
		return err
	}
	r.list = append(r.list, o)
	if !o.isNew {
		o.old = o.fresh + ".old"
		if err := keep(target, o.old, f.Before, info); err != nil {
			return cause(err)
		}
		r.list[len(r.list)-1].old = o.old
	}
	return nil
}

// unchanged tells whether a file is still what it was when it was read, and may
// be written.
func unchanged(target string, before []byte) (fs.FileInfo, error) {
	info, err := os.Stat(target)
	if err != nil {
		return nil, cause(err)
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is no regular file")
	}
	now, err := os.ReadFile(target)
	switch {
	case err != nil:
		return nil, cause(err)
	case !bytes.Equal(now, before):
		return nil, errors.New("it changed while the plan was made: run again")
	case info.Mode().Perm()&0o222 == 0:
		return nil, errors.New("it is read-only")
	}
	f, err := os.OpenFile(target, os.O_WRONLY, 0)
	if err != nil {
		return nil, cause(err)
	}
	return info, f.Close()
}

// beside writes content into a new file in the same folder, with mode and owner
// of the old one.
func beside(target string, data []byte, info fs.FileInfo) (name string, err error) {
	f, err := os.CreateTemp(filepath.Dir(target), "."+filepath.Base(target)+".podpass-*")
	if err != nil {
		return "", cause(err)
	}
	defer func() {
		if closed := f.Close(); err == nil && closed != nil {
			err = cause(closed)
		}
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	if _, err := f.Write(data); err != nil {
		return "", cause(err)
	}
	mode := fs.FileMode(0o644)
	if info != nil {
		mode = info.Mode().Perm()
		own(f, info)
	}
	if err := f.Chmod(mode); err != nil {
		return "", cause(err)
	}
	return f.Name(), cause(f.Sync())
}

// own gives a file the owner of another, as far as that is allowed: root keeps
// it, others own what they write.
func own(f *os.File, info fs.FileInfo) {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		_ = f.Chown(int(stat.Uid), int(stat.Gid))
	}
}

// keep gives the old content a second name; by a copy where links are not to be
// had.
func keep(target, old string, data []byte, info fs.FileInfo) error {
	if os.Link(target, old) == nil {
		return nil
	}
	copied, err := beside(target, data, info)
	if err != nil {
		return err
	}
	return os.Rename(copied, old)
}

func (o *one) put(rename func(from, to string) error) error { return rename(o.fresh, o.target) }

// undo puts back what the renames before the i-th replaced.
func (r *replacing) undo(i int, err error) error {
	failed := r.list[i].path
	for j := i - 1; j >= 0; j-- {
		o := &r.list[j]
		back := os.Remove(o.target)
		if !o.isNew {
			back = os.Rename(o.old, o.target)
		}
		if back != nil {
			return fmt.Errorf("write %s: %w; %s has changed and could not be taken back: its old content is in %s", failed, cause(err), o.path, o.old)
		}
	}
	return fmt.Errorf("write %s: %w: no file was changed", failed, cause(err))
}

// clean removes what stands beside the files; not the old content of one that
// could not be taken back.
func (r *replacing) clean() {
	for i := range r.list {
		o := &r.list[i]
		_ = os.Remove(o.fresh)
		if o.old != "" {
			_ = os.Remove(o.old)
		}
	}
}

// cause leaves out operation and path, which the caller names.
func cause(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}
