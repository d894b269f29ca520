package binary

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// announcement is what a build takes, measured on two cores.
const announcement = `Building etcd, kube-apiserver, kube-controller-manager and kubectl %s from their Go modules.
This is done once and takes
  time    4 to 7 minutes on two cores that are idle, twice that on busy ones
  memory  2.3 GB
  disk    about 4 GB in Go's module and build caches
  result  about 145 MB, %s
`

// Build builds the control plane into the user's cache directory, unless it is
// there already, and returns its path. Progress and the compiler's messages go
// to w.
func Build(ctx context.Context, w io.Writer) (string, error) {
	path, err := Path()
	if err == nil {
		fmt.Fprintf(w, "The control plane is up to date: %s\n", path)
		return path, nil
	}
	if !errors.Is(err, ErrNotBuilt) {
		return "", err
	}
	source, err := findSource()
	if err != nil {
		return "", err
	}
	if path, err = source.cachePath(); err != nil {
		return "", err
	}
	fmt.Fprintf(w, announcement, source.version, path)
	start := time.Now()
	if err := source.build(ctx, path, w); err != nil {
		return "", err
	}
	fmt.Fprintf(w, "Built in %s: %s\n", time.Since(start).Round(time.Second), path)
	return path, nil
}

// build writes to a name of its own and renames, so that whoever finds path
// finds it whole.
func (s source) build(ctx context.Context, path string, w io.Writer) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("build the control plane: %w", err)
	}
	temporary := fmt.Sprintf("%s.%d.part", path, os.Getpid())
	defer os.Remove(temporary)
	command := exec.CommandContext(ctx, "go", append(s.buildArgs(), "-o", temporary, ".")...)
	command.Dir = s.dir
	// A go.work around the checkout would pull the module into its workspace.
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOOS="+runtime.GOOS, "GOARCH="+runtime.GOARCH)
	command.Stdout, command.Stderr = w, w
	ticker := time.NewTicker(time.Minute)
	defer ticker.Stop()
	done := make(chan error, 1)
	go func() { done <- command.Run() }()
	for minutes := 1; ; minutes++ {
		select {
		case err := <-done:
			if ctx.Err() != nil {
				err = context.Cause(ctx) // and not that go was killed for it
			}
			if err != nil {
				return fmt.Errorf("build the control plane: %w", err)
			}
			return os.Rename(temporary, path)
		case <-ticker.C:
			fmt.Fprintf(w, "  compiling, %d min\n", minutes)
		}
	}
}

// buildArgs sets the version as a release of Kubernetes does: clients read it
// from /version, and the API server derives from it which API versions and
// features it serves.
func (s source) buildArgs() []string {
	numbers := strings.SplitN(strings.TrimPrefix(s.version, "v"), ".", 3)
	flags := "-s -w"
	for _, pkg := range []string{"k8s.io/component-base/version", "k8s.io/client-go/pkg/version"} {
		for _, variable := range []string{
			"gitVersion=" + s.version, "gitMajor=" + numbers[0], "gitMinor=" + numbers[1], "gitTreeState=clean",
		} {
			flags += " -X " + pkg + "." + variable
		}
	}
	return []string{"build", "-trimpath", "-buildvcs=false", "-ldflags", flags}
}
