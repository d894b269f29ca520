package lab

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

const (
	folderPattern = "podpass-lab-*"

	// abandonedAge leaves out a cluster that is just being started or stopped.
	abandonedAge = time.Minute
)

// removeAbandoned removes the folders of clusters that nobody could stop, as
// when a test panics: their processes ended with the one that started them,
// their 120 MB are still there. A cluster is alive as long as its etcd takes a
// connection. What cannot be told or removed is left alone: it harms nobody.
func removeAbandoned(parent string, now time.Time) {
	folders, err := filepath.Glob(filepath.Join(parent, folderPattern))
	if err != nil {
		return
	}
	for _, dir := range folders {
		info, err := os.Stat(dir)
		if err != nil || now.Sub(info.ModTime()) < abandonedAge {
			continue
		}
		connection, err := net.DialTimeout("unix", filepath.Join(dir, etcdSocket), time.Second)
		if err == nil {
			connection.Close()
			continue
		}
		if errors.Is(err, syscall.ECONNREFUSED) {
			_ = os.RemoveAll(dir)
		}
	}
}
