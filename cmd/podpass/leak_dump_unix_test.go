//go:build unix

package main

import (
	"bytes"
	"io"
	"strings"
	"syscall"
	"testing"
)

// TestADumpOfAllGoroutinesHoldsNoSecret: what Go prints of a process that
// panics, or is told to quit, are places in the program and addresses. The
// process is stopped in the middle of a stream that it has mostly read, so that
// secrets are in its memory.
func TestADumpOfAllGoroutinesHoldsNoSecret(t *testing.T) {
	list := plant(keysPlanted)
	objects := plantAll(list)
	for form, text := range map[string]string{"YAML": manifest(objects), "JSON": dump(objects)} {
		t.Run(form, func(t *testing.T) {
			const pipe = 64 << 10 // what may lie in the pipe unread
			if len(text) < 4*pipe {
				t.Fatalf("only %d bytes", len(text))
			}
			l := newLeaks(t, newSearcher(list))
			var stdout, stderr bytes.Buffer
			c := l.command("audit", "-", "--format", "json")
			c.Stdout, c.Stderr = &stdout, &stderr
			in, err := c.StdinPipe()
			if err == nil {
				err = c.Start()
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(in, text[:len(text)-100]); err != nil {
				t.Error(err)
			}
			if err := c.Process.Signal(syscall.SIGQUIT); err != nil {
				t.Error(err)
			}
			_ = c.Wait() // the dump tells how it ended
			for _, want := range []string{"SIGQUIT", "goroutine ", "podpass/internal/collect/files."} {
				if !strings.Contains(stderr.String(), want) {
					t.Errorf("the dump holds no %q", want)
				}
			}
			l.clean("stdout", stdout.Bytes())
			l.clean("the dump", stderr.Bytes())
		})
	}
}
