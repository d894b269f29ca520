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
	dir     string // for what is made, and removed at the end
}

// command is a program and its arguments.
type command []string

// figures are those of one finished process.
type figures struct {
	wall, cpu time.Duration
	peak      int64 // bytes, resident
}

// measure runs a command to its end. Exit codes 3 and 4 of an audit are
// outcomes, not errors.
func measure(env []string, name string, args ...string) (figures, error) {
	return measureWith(nil, env, name, args...)
}

// measureWith gives the command something to read. What it writes goes to the
// null device: a file, not a pipe.
func measureWith(in io.Reader, env []string, name string, args ...string) (figures, error) {
	c := exec.Command(name, args...)
	c.Env = append(os.Environ(), env...)
	c.Stdin = in
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

// alternate runs commands by turns, so that other load on the machine meets
// all of them alike: once for nothing, then runs times. It gives the figures of
// each command, in the order of the runs.
func alternate(runs int, commands []command) ([][]figures, error) {
	results := make([][]figures, len(commands))
	for run := range runs + 1 {
		for i, c := range commands {
			f, err := measure(nil, c[0], c[1:]...)
			if err != nil {
				return nil, err
			}
			if run > 0 {
				results[i] = append(results[i], f)
			}
		}
	}
	return results, nil
}

// ratios are those of two commands.
type ratios struct{ wall, cpu float64 }

// compare gives the medians of the ratios of each run to the one beside it.
func compare(a, b []figures) ratios {
	mid := func(get func(figures) time.Duration) float64 {
		values := make([]float64, len(a))
		for i := range a {
			values[i] = float64(get(a[i])) / float64(get(b[i]))
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	return ratios{
		wall: mid(func(f figures) time.Duration { return f.wall }),
		cpu:  mid(func(f figures) time.Duration { return f.cpu }),
	}
}

func (r ratios) String() string { return fmt.Sprintf("%.2f wall, %.2f cpu", r.wall, r.cpu) }

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
	return fmt.Sprintf("%7.3f s wall  %7.3f s cpu  %6.0f MiB peak", f.wall.Seconds(), f.cpu.Seconds(), float64(f.peak)/(1<<20))
}
