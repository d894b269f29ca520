// Command build makes the control plane of the lab, once, into the user's
// cache directory: go run ./internal/lab/build. It says first what that takes.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"podpass/internal/lab/binary"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if _, err := binary.Build(ctx, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "lab: error:", err)
		os.Exit(1)
	}
}
