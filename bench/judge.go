package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"podpass/internal/audit"
	"podpass/internal/snapshot"
)

// judge compares all rules with the first ones without the way to the
// Snapshot and from the Report, which hide what rules cost.
func (b *bench) judge(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	s, err := snapshot.Read(f)
	if err != nil {
		return fmt.Errorf("read %s: %w", file, err)
	}
	var all, first []figures
	for run := range 2*b.runs + 1 {
		a := timed(func() { audit.Run(s, audit.Options{}) })
		f := timed(func() { audit.Run(s, audit.Options{Rules: strings.Split(firstRules, ",")}) })
		if run > 0 {
			all, first = append(all, a), append(first, f)
		}
	}
	fmt.Printf("  audit.Run of the %-5s one alone: %.3f s, with the first rules %.3f s, ratio %.2f\n", filepath.Base(file),
		median(all).wall.Seconds(), median(first).wall.Seconds(), compare(all, first).wall)
	return nil
}

// timed runs work in this process, of which only the time is known.
func timed(work func()) figures {
	start := time.Now()
	work()
	return figures{wall: time.Since(start)}
}
