package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestREADMEShowsWhatPodpassPrints: every line of the output in the README is
// a line of the real output, in that order.
func TestREADMEShowsWhatPodpassPrints(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, ok := strings.Cut(string(readme), "What it says of the sample shop:\n\n```\n")
	if !ok {
		t.Fatal("README.md shows no output of the sample shop")
	}
	shown, _, _ := strings.Cut(after, "\n```")

	binary := t.TempDir() + "/podpass"
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	command := exec.Command(binary, "audit", "examples/shop")
	command.Dir = "../.."
	printed, _ := command.Output()
	if code := command.ProcessState.ExitCode(); code != 3 {
		t.Fatalf("exit code %d", code)
	}
	rest, lines := string(printed), 0
	for line := range strings.SplitSeq(shown, "\n") {
		if line == "…" || line == "" {
			continue
		}
		lines++
		if _, rest, ok = strings.Cut(rest, line+"\n"); !ok {
			t.Fatalf("podpass does not print this line of the README, or not there:\n%s", line)
		}
	}
	if lines < 20 {
		t.Errorf("the README shows only %d lines", lines)
	}
}
