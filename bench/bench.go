package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"
)

type bench struct {
	podpass string
	runs    int
}

// figures are those of one finished process.
type figures struct {
	wall, cpu time.Duration
	peak      int64 // bytes, resident
}

// measure runs a command to its end. Exit codes 3 and 4 of an audit are
// outcomes, not errors.
func measure(env []string, name string, args ...string) (figures, error) {
	c := exec.Command(name, args...)
	c.Env = append(os.Environ(), env...)
	c.Stdout = io.Discard
	c.Stderr = os.Stderr
	start := time.Now()
	err := c.Run()
	wall := time.Since(start)
	var ended *exec.ExitError
	if errors.As(err, &ended) && (ended.ExitCode() == 3 || ended.ExitCode() == 4) {
		err = nil
	}
	if err != nil {
		return figures{}, fmt.Errorf("run %s: %w", name, err)
	}
	usage, ok := c.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return figures{}, errors.New("this system does not tell the memory of a process")
	}
	return figures{wall, c.ProcessState.UserTime() + c.ProcessState.SystemTime(), maxRSS(usage)}, nil
}

// median gives the median of each figure by itself.
func median(list []figures) figures {
	mid := func(get func(figures) int64) int64 {
		values := make([]int64, len(list))
		for i, f := range list {
			values[i] = get(f)
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	return figures{
		wall: time.Duration(mid(func(f figures) int64 { return int64(f.wall) })),
		cpu:  time.Duration(mid(func(f figures) int64 { return int64(f.cpu) })),
		peak: mid(func(f figures) int64 { return f.peak }),
	}
}

func (f figures) String() string {
	return fmt.Sprintf("%7.2f s wall  %7.2f s cpu  %6.0f MiB peak", f.wall.Seconds(), f.cpu.Seconds(), float64(f.peak)/(1<<20))
}
