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
	make := flag.Int("make", 0, "only write the snapshot of so many namespaces to the file given")
	flag.Parse()
	if *make > 0 {
		if err := save(flag.Arg(0), world(*make)); err != nil {
			fmt.Fprintln(os.Stderr, "bench: error:", err)
			os.Exit(1)
		}
		return
	}
	b := bench{podpass: *podpass, runs: *runs}
	if err := b.snapshot(); err != nil {
		fmt.Fprintln(os.Stderr, "bench: error:", err)
		os.Exit(1)
	}
}
