// Command bench measures the audit of large snapshots as a whole process, and
// prints ratios, since machines differ. make bench runs it beside the other
// benchmarks; docs/performance.md says how to read them.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	podpass := flag.String("podpass", "bin/podpass", "the binary to measure")
	runs := flag.Int("runs", 5, "counted runs of each command, after one that is not")
	flag.Parse()
	b := bench{podpass: *podpass, runs: *runs}
	if err := b.snapshot(); err != nil {
		fmt.Fprintln(os.Stderr, "bench: error:", err)
		os.Exit(1)
	}
}
