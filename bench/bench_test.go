package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"podpass/internal/audit"
	"podpass/internal/collect/files"
)

// writeCorpus writes the manifests and gives their folder.
func writeCorpus(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := corpus(dir, filepath.Join("..", published)); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestTheCorpusIsAsDocumentedAndTheSameEachTime(t *testing.T) {
	one, two := writeCorpus(t), writeCorpus(t)
	entries, err := os.ReadDir(one)
	if err != nil {
		t.Fatal(err)
	}
	bytes := 0
	for _, e := range entries {
		a, err := os.ReadFile(filepath.Join(one, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(two, e.Name()))
		if err != nil || string(a) != string(b) {
			t.Errorf("%s differs between two runs: %v", e.Name(), err)
		}
		bytes += len(a)
	}
	if len(entries) != corpusFiles || bytes < 1<<20 || bytes > 2<<20 {
		t.Errorf("%d files of %d bytes, want %d of 1 to 2 MiB", len(entries), bytes, corpusFiles)
	}
}

// TestBothSidesReadTheWholeCorpus: a side that stopped early would be fast.
func TestBothSidesReadTheWholeCorpus(t *testing.T) {
	dir := writeCorpus(t)
	for name := range decoders() {
		if err := decode(name, dir); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	s, err := files.Collect(context.Background(), files.Options{Paths: []string{dir}})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Gaps) > 0 || len(s.Workloads) < 90 || len(s.Bindings) < 70 {
		t.Errorf("%d workloads, %d bindings, gaps %v", len(s.Workloads), len(s.Bindings), s.Gaps)
	}
}

func TestTheRichWorldGivesTheRulesOnAWSSomethingToFind(t *testing.T) {
	failed := func(rich bool) map[string]int {
		n := map[string]int{}
		for _, r := range audit.Run(world(100, rich), audit.Options{}).Results {
			if r.Status == audit.Fail {
				n[r.Rule]++
			}
		}
		return n
	}
	rich := failed(true)
	// 500 workloads: a tenth takes keys, a hundredth carries annotations.
	for rule, want := range map[string]int{"PP401": 50, "PP402": 50, "PP602": 5} {
		if rich[rule] != want {
			t.Errorf("%s: %d failures in the rich world, want %d", rule, rich[rule], want)
		}
		if plain := failed(false)[rule]; plain > 0 {
			t.Errorf("%s: %d failures in the plain world", rule, plain)
		}
	}
}

func TestRatiosAreOfRunsSideBySide(t *testing.T) {
	at := func(ms ...time.Duration) (list []figures) {
		for _, d := range ms {
			list = append(list, figures{wall: d * time.Millisecond, cpu: 2 * d * time.Millisecond})
		}
		return list
	}
	// In the second run the machine was ten times slower, for both.
	if got := compare(at(20, 200, 24), at(10, 100, 10)); got != (ratios{2, 2}) {
		t.Errorf("got %v, want 2 and 2", got)
	}
}
