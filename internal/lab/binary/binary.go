// Package binary finds and builds the control plane that package lab runs: the
// module in lab/kubernetes, as one executable in the user's cache directory.
//
// It imports the standard library only, so that a build does not have to begin
// with compiling a Kubernetes client.
package binary

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// Variable names the environment variable that holds the path of a
// control plane binary to use instead of the one in the cache directory.
const Variable = "PODPASS_LAB_BINARY"

// ErrNotBuilt tells that the cache directory holds no binary of the sources at
// hand; `make lab` builds it.
var ErrNotBuilt = errors.New("control plane is not built")

// Path returns the path of the control plane binary: what
// PODPASS_LAB_BINARY names, or else the one in the user's cache directory that
// was built of the sources in lab/kubernetes as they are now. It never builds.
func Path() (string, error) {
	if path := os.Getenv(Variable); path != "" {
		if _, err := os.Stat(path); err != nil {
			return "", fmt.Errorf("use %s: %w", Variable, err)
		}
		return path, nil
	}
	source, err := findSource()
	if err != nil {
		return "", err
	}
	path, err := source.cachePath()
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("find %s: %w", path, ErrNotBuilt)
	}
	return path, nil
}

// source is the module that the control plane is built of.
type source struct {
	dir     string // lab/kubernetes in the checkout
	version string // of Kubernetes: v1.37.2
}

// findSource looks for the checkout around the working directory, as the path
// of this file is not known to a binary built with -trimpath.
func findSource() (source, error) {
	start, err := os.Getwd()
	if err != nil {
		return source{}, fmt.Errorf("find the sources of the control plane: %w", err)
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		candidate := filepath.Join(dir, "lab", "kubernetes")
		text, err := os.ReadFile(filepath.Join(candidate, "go.mod"))
		if err == nil && strings.HasPrefix(string(text), "module podpass/lab/kubernetes\n") {
			return newSource(candidate, string(text))
		}
		if dir == filepath.Dir(dir) {
			return source{}, fmt.Errorf("find the sources of the control plane: no checkout of podpass around %s (set %s)", start, Variable)
		}
	}
}

func newSource(dir, gomod string) (source, error) {
	required := regexp.MustCompile(`(?m)^\s*k8s\.io/kubernetes (v\d+\.\d+\.\S+)`).FindStringSubmatch(gomod)
	if required == nil {
		return source{}, fmt.Errorf("read %s: no version of k8s.io/kubernetes", filepath.Join(dir, "go.mod"))
	}
	return source{dir: dir, version: required[1]}, nil
}

// cachePath changes with everything that the binary is made of but the Go
// release, so that what is there is fresh.
func (s source) cachePath() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache directory: %w", err)
	}
	sum, err := s.sum()
	if err != nil {
		return "", fmt.Errorf("hash the sources of the control plane: %w", err)
	}
	name := fmt.Sprintf("kubernetes-%s-%s-%s-%s", s.version, runtime.GOOS, runtime.GOARCH, sum)
	return filepath.Join(cache, "podpass", "lab", name), nil
}

func (s source) sum() (string, error) {
	files, err := filepath.Glob(filepath.Join(s.dir, "*.go"))
	if err != nil {
		return "", err
	}
	files = append(files, filepath.Join(s.dir, "go.mod"), filepath.Join(s.dir, "go.sum"))
	slices.Sort(files)
	hash := sha256.New()
	fmt.Fprintf(hash, "%q\n", s.buildArgs())
	for _, path := range files {
		content, err := os.ReadFile(path)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(hash, "%s %d\n", filepath.Base(path), len(content))
		hash.Write(content)
	}
	return fmt.Sprintf("%.6x", hash.Sum(nil)), nil
}
