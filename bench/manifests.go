package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// manifests holds a run as before a commit, over 100 files, against programs
// that only decode them. Each is a whole process.
func (b *bench) manifests() error {
	dir := filepath.Join(b.dir, "manifests")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	if err := corpus(dir, published); err != nil {
		return err
	}
	results, err := alternate(4*b.runs, []command{ // they are short
		{b.podpass, "audit", "--config", "none", dir},
		{os.Args[0], "-decode", "sigs.k8s.io/yaml", dir},
		{os.Args[0], "-decode", "go.yaml.in/yaml/v3", dir},
		{b.podpass, "version"},
	})
	if err != nil {
		return err
	}
	audit, sigs, yaml, start := results[0], results[1], results[2], results[3]
	fmt.Println("manifests: podpass audit --config none DIR, of 100 files")
	fmt.Printf("  podpass audit                    %s\n", median(audit))
	fmt.Printf("  bare sigs.k8s.io/yaml            %s\n", median(sigs))
	fmt.Printf("  bare go.yaml.in/yaml/v3          %s\n", median(yaml))
	fmt.Printf("  podpass version: the mere start  %s\n", median(start))
	fmt.Printf("  ratio to bare sigs.k8s.io/yaml:   %s (goal: under 3)\n", compare(audit, sigs))
	fmt.Printf("  ratio to bare go.yaml.in/yaml/v3: %s\n", compare(audit, yaml))
	return nil
}
