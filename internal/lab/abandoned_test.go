package lab

import (
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// folder makes a cluster's folder of an age, with a socket that is listened to,
// that was, or that never was.
func folder(t *testing.T, dir string, age time.Duration, socket string) {
	t.Helper()
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if socket != "none" {
		listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(dir, etcdSocket), Net: "unix"})
		if err != nil {
			t.Fatal(err)
		}
		listener.SetUnlinkOnClose(false) // a process that is killed does not either
		t.Cleanup(func() { listener.Close() })
		if socket == "dead" {
			listener.Close()
		}
	}
	then := time.Now().Add(-age)
	if err := os.Chtimes(dir, then, then); err != nil {
		t.Fatal(err)
	}
}

func TestRemoveAbandonedLeavesWhatMayBeInUse(t *testing.T) {
	parent, err := os.MkdirTemp("", "a") // t.TempDir is too long for a socket on some systems
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(parent) })
	folder(t, filepath.Join(parent, "podpass-lab-alive"), time.Hour, "alive")
	folder(t, filepath.Join(parent, "podpass-lab-dead"), time.Hour, "dead")
	folder(t, filepath.Join(parent, "podpass-lab-new"), time.Second, "dead")
	folder(t, filepath.Join(parent, "podpass-lab-none"), time.Hour, "none")
	folder(t, filepath.Join(parent, "other"), time.Hour, "dead")

	removeAbandoned(parent, time.Now())
	entries, err := os.ReadDir(parent)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, entry := range entries {
		left = append(left, entry.Name())
	}
	want := []string{"other", "podpass-lab-alive", "podpass-lab-new", "podpass-lab-none"}
	if !slices.Equal(left, want) {
		t.Errorf("got %q left, want %q", left, want)
	}
}
