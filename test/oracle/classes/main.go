// Command classes writes the counts and the classes of docs/iam-oracle.md
// anew, behind its first lines. Run it in test/oracle: go run ./classes
package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"podpass/test/oracle"
)

const (
	file     = "../../docs/iam-oracle.md"
	heading  = "## Classes\n\n"
	requests = 300_000
)

func main() {
	if err := write(); err != nil {
		fmt.Fprintln(os.Stderr, "write classes:", err)
		os.Exit(1)
	}
}

func write() error {
	page, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	kept, _, found := strings.Cut(string(page), heading)
	if !found {
		return errors.New(file + " has no heading Classes")
	}
	counts := oracle.Run(oracle.NewGenerator(2), requests, oracle.Podpass)
	if counts.Faulty > 0 {
		return fmt.Errorf("%d answers are explained by no class: run go test", counts.Faulty)
	}
	return os.WriteFile(file, []byte(kept+heading+counts.Page()), 0o644)
}
