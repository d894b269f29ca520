// Package labtest gives tests a real Kubernetes API server: one cluster of
// package lab for all tests of a test binary.
//
// A test that cannot have one is skipped and says what to do about it. Where
// that must not happen, as in CI, it fails instead.
package labtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"testing"

	"podpass/internal/lab"
	"podpass/internal/lab/binary"
)

// Variable names the environment variable that says whether tests get a
// cluster: "off" skips those that need one, "required" has them fail if it is
// not built. CI=true means "required" too, where it is not "off".
const Variable = "PODPASS_LAB"

// shared is the cluster of this test binary. It is state of the package because
// tests have no other place in common.
var shared struct {
	start   sync.Once
	cluster *lab.Cluster
	err     error
	main    bool // Main is there to stop it
}

// Main runs the tests and stops the cluster, if one of them started it, also
// when they are interrupted. It is to be called by TestMain and does not
// return.
func Main(m *testing.M) {
	shared.main = true
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-interrupts
		stop()
		os.Exit(1)
	}()
	code := m.Run()
	if err := stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// stop waits for a start under way, and keeps a later one from happening.
func stop() error {
	shared.start.Do(func() { shared.err = errors.New("tests are over") })
	if shared.cluster == nil {
		return nil
	}
	return shared.cluster.Stop()
}

// Cluster returns the cluster of this test binary, which the first call starts
// with the zero lab.Options. Tests share it and so work in namespaces of their
// own; it is stopped by Main, which TestMain must call. If there can be none,
// the test is skipped or fails, as PODPASS_LAB says.
func Cluster(t testing.TB) *lab.Cluster {
	t.Helper()
	Require(t)
	if !shared.main {
		t.Fatal("start the lab: TestMain does not call labtest.Main")
	}
	shared.start.Do(func() {
		shared.cluster, shared.err = lab.Start(context.Background(), lab.Options{})
	})
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.cluster
}

// Require skips or fails the test where the control plane is not to be had, for
// a test that starts a cluster of its own.
func Require(t testing.TB) {
	t.Helper()
	mode := os.Getenv(Variable)
	if mode == "" && os.Getenv("CI") == "true" {
		mode = "required"
	}
	_, err := binary.Path()
	if reason := skip(mode, err); reason != "" {
		t.Skip(reason)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// skip returns why a test is to be skipped, or nothing if it is to go on, or to
// fail with err. Only a control plane that is not built is a reason: what else
// is wrong with it must be seen.
func skip(mode string, err error) string {
	switch {
	case mode == "off":
		return Variable + "=off"
	case errors.Is(err, binary.ErrNotBuilt) && mode != "required":
		return fmt.Sprintf("%v: `make lab` builds it, once, for tests against a real API server", err)
	default:
		return ""
	}
}
