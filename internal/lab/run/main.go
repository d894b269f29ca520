// Command run starts a cluster of the lab, runs a command with KUBECONFIG set
// to an administrator's kubeconfig, and stops the cluster:
//
//	go run ./internal/lab/run -- kubectl get namespaces
//
// Its exit code is that of the command (go run itself makes 1 of any but 0).
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"podpass/internal/lab"
	"podpass/internal/lab/binary"
)

func main() {
	args := os.Args[1:]
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		fmt.Fprintln(os.Stderr, "usage: go run ./internal/lab/run -- COMMAND [ARGUMENT]...")
		os.Exit(2)
	}
	code, err := run(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "lab: error:", err)
		if errors.Is(err, binary.ErrNotBuilt) {
			fmt.Fprintln(os.Stderr, "lab: hint: `make lab` builds it, once")
		}
	}
	os.Exit(code)
}

func run(args []string) (code int, err error) {
	// An interrupt at the terminal reaches the command as well. It is for the
	// command to end by it, and this program then ends the cluster.
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()

	cluster, err := start(ctx)
	if err != nil {
		return 1, err
	}
	defer func() {
		if stopErr := cluster.Stop(); stopErr != nil {
			code, err = 1, errors.Join(err, stopErr)
		}
	}()
	fmt.Fprintln(os.Stderr, "lab: KUBECONFIG="+cluster.Kubeconfig())

	command := exec.CommandContext(ctx, args[0], args[1:]...)
	command.Env = append(os.Environ(), "KUBECONFIG="+cluster.Kubeconfig())
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	if err := command.Run(); command.ProcessState == nil {
		return 1, fmt.Errorf("run %s: %w", args[0], err)
	}
	if code := command.ProcessState.ExitCode(); code >= 0 {
		return code, nil
	}
	return 1, fmt.Errorf("run %s: %s", args[0], command.ProcessState)
}

func start(ctx context.Context) (*lab.Cluster, error) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	return lab.Start(ctx, lab.Options{})
}
