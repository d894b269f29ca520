// Command bench measures podpass as a whole process, over large snapshots and
// over manifests, and prints ratios, since machines differ. make bench runs it
// beside the other benchmarks; docs/performance.md says how to read them.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	podpass := flag.String("podpass", "bin/podpass", "the binary to measure")
	runs := flag.Int("runs", 5, "counted runs of each command, after one that is not; short commands run four times as often")
	make := flag.Int("make", 0, "only write the snapshot of so many namespaces to the file given")
	rich := flag.Bool("rich", false, "with -make: some pods say something of AWS credentials")
	toPlan := flag.Bool("plan", false, "with -make: workloads that a plan moves")
	only := flag.String("only", "", "run only this part: manifests, requests, plans or snapshots")
	decoder := flag.String("decode", "", "only decode the manifests of the folder given, by this package")
	lines := flag.Int("lines", 0, "only write so many requests to the file given, or to standard output")
	decodeFile := flag.Bool("decode-lines", false, "only decode the requests of the file given")
	flag.Parse()
	var err error
	switch {
	case *make > 0 && *toPlan:
		err = save(flag.Arg(0), unplanned(*make))
	case *make > 0:
		err = save(flag.Arg(0), world(*make, *rich))
	case *decoder != "":
		err = decode(*decoder, flag.Arg(0))
	case *lines > 0:
		err = saveLines(flag.Arg(0), *lines)
	case *decodeFile:
		err = decodeLines(flag.Arg(0))
	default:
		err = all(*podpass, *runs, *only)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench: error:", err)
		os.Exit(1)
	}
}

// all runs every benchmark of this command.
func all(podpass string, runs int, only string) error {
	dir, err := os.MkdirTemp("", "podpass-bench-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := bench{podpass: podpass, runs: runs, dir: dir}
	for _, part := range []struct {
		name string
		run  func() error
	}{{"manifests", b.manifests}, {"requests", b.requests}, {"plans", b.plans}, {"snapshots", b.snapshots}} {
		if only != "" && only != part.name {
			continue
		}
		if err := part.run(); err != nil {
			return err
		}
	}
	return nil
}
