package cli

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// TestAFileIsWrittenWholeOrNotAtAll: what was there stays where writing fails,
// and nothing is left beside it.
func TestAFileIsWrittenWholeOrNotAtAll(t *testing.T) {
	full := errors.New("no room")
	for _, c := range []struct {
		name   string
		render func(io.Writer) error
		want   string // in the file
		err    string
	}{
		{"all is well", func(w io.Writer) error { _, err := io.WriteString(w, "new"); return err }, "new", ""},
		{"it fails after a part", func(w io.Writer) error {
			_, err := w.Write(make([]byte, 1<<20))
			return errors.Join(err, full)
		}, "old", "no room"},
		{"the disk is full", func(io.Writer) error { return &os.PathError{Op: "write", Path: ".podpass-1", Err: full} }, "old", "no room"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "report.json")
			if err := os.WriteFile(file, []byte("old"), 0o600); err != nil {
				t.Fatal(err)
			}
			err := (&app{}).write(file, c.render)
			if c.err == "" && err != nil || c.err != "" && (err == nil || err.Error() != "write "+file+": "+c.err) {
				t.Errorf("got error %v, want %s", err, c.err)
			}
			if got, err := os.ReadFile(file); err != nil || string(got) != c.want {
				t.Errorf("the file holds %d bytes, %v; want %q", len(got), err, c.want)
			}
			if list, err := os.ReadDir(filepath.Dir(file)); err != nil || len(list) != 1 {
				t.Errorf("in the folder: %v, %v", list, err)
			}
		})
	}
}

// broken is a standard output that cannot be written to.
type broken struct{}

func (broken) Write([]byte) (int, error) {
	return 0, &os.PathError{Op: "write", Path: "/dev/stdout", Err: errors.New("no room")}
}

func TestABrokenOutputIsToldOnce(t *testing.T) {
	err := (&app{stdout: broken{}}).write("", func(w io.Writer) error {
		for range 100 {
			if _, err := w.Write(make([]byte, 4096)); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil || err.Error() != "write output: no room" {
		t.Errorf("got %v", err)
	}
}
