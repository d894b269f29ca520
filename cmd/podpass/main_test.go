package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"podpass/internal/cli"
)

// TestMain makes the test binary podpass, and the kubectl plugin, for the
// scripts.
func TestMain(m *testing.M) {
	run := func() { os.Exit(cli.Main(os.Args)) }
	testscript.Main(m, map[string]func(){"podpass": run, "kubectl-podpass": run})
}

// TestScripts runs the real command line: testdata/script/<command>_<case>.txtar.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("KUBECONFIG", "")
			return nil
		},
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"code": code},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// code runs podpass and compares its exit code: code 3 audit dir.
func code(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N ARGUMENT...")
	}
	err := ts.Exec("podpass", args[1:]...)
	got := "0"
	if err != nil {
		got = err.Error()
		const prefix = "exit status "
		if len(got) > len(prefix) {
			got = got[len(prefix):]
		}
	}
	if got != args[0] {
		ts.Fatalf("exit code %s, want %s", got, args[0])
	}
}
