package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Lines of the two runs whose peaks are compared; the first is also the file
// of the runs by turns.
const fewLines, manyLines = 10_000, 1_000_000

// requests holds podpass iam eval, over a file of lines, against a program that
// only decodes them, and looks whether memory grows with the lines.
func (b *bench) requests() error {
	file := filepath.Join(b.dir, "requests.jsonl")
	if _, err := measure(nil, os.Args[0], "-lines", fmt.Sprint(fewLines), file); err != nil {
		return err
	}
	results, err := alternate(2*b.runs, []command{
		{b.podpass, "iam", "eval", file},
		{os.Args[0], "-decode-lines", file},
	})
	if err != nil {
		return err
	}
	eval, decode := results[0], results[1]
	fmt.Printf("requests: podpass iam eval, of %d lines with 1 to 10 statements each\n", fewLines)
	fmt.Printf("  podpass iam eval       %s\n", median(eval))
	fmt.Printf("  bare encoding/json     %s\n", median(decode))
	fmt.Printf("  ratio to bare encoding/json: %s (goal: at most 2)\n", compare(eval, decode))
	return b.flat()
}

// flat compares the peaks of memory of few lines and of a hundred times as
// many, made as they are read.
func (b *bench) flat() error {
	peaks := map[int]int64{}
	for _, n := range []int{fewLines, manyLines} {
		maker := exec.Command(os.Args[0], "-lines", fmt.Sprint(n))
		lines, err := maker.StdoutPipe()
		if err != nil {
			return err
		}
		if err := maker.Start(); err != nil {
			return err
		}
		f, err := measureWith(lines, nil, b.podpass, "iam", "eval")
		if err != nil {
			return err
		}
		if err := maker.Wait(); err != nil {
			return fmt.Errorf("make lines: %w", err)
		}
		peaks[n] = f.peak
		fmt.Printf("  %7d lines by a pipe  %s\n", n, f)
	}
	fmt.Printf("  ratio of the peaks of memory: %.2f\n", float64(peaks[manyLines])/float64(peaks[fewLines]))
	return nil
}
