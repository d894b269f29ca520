// Package internal_test holds the rules between packages: the arrows of
// docs/architecture.md.
package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// pure packages decide; they never look at the world themselves.
func pure() []string {
	return []string{"snapshot", "collect", "collect/references", "keys", "rbac", "audit", "report", "waivers", "config", "plainyaml", "manifest", "plan", "fix", "choices", "export",
		"iam", "iam/glob", "iam/trust"}
}

// world lists what a pure package must not reach, directly or through others.
// k8s.io/api is among them since it pulls in net/http.
func world() []string {
	return []string{"net", "net/http", "os/exec", "k8s.io/", "sigs.k8s.io/", "github.com/aws/"}
}

func TestPurePackagesReachNoNetworkProcessOrKubernetes(t *testing.T) {
	for _, name := range pure() {
		out, err := exec.Command("go", "list", "-deps", "podpass/internal/"+name).Output()
		if err != nil {
			t.Fatalf("list dependencies of %s: %v", name, err)
		}
		deps := strings.Fields(string(out))
		if len(deps) == 0 {
			t.Fatalf("%s: no dependencies listed", name)
		}
		for _, dep := range deps {
			for _, banned := range world() {
				if dep == banned || strings.HasSuffix(banned, "/") && strings.HasPrefix(dep, banned) {
					t.Errorf("internal/%s reaches %s", name, dep)
				}
			}
		}
	}
}

func TestPurePackagesUseNoFileAndNoClock(t *testing.T) {
	for _, name := range pure() {
		sources, err := filepath.Glob(name + "/*.go")
		if err != nil || len(sources) == 0 {
			t.Fatalf("no sources of %s: %v", name, err)
		}
		for _, file := range sources {
			if !strings.HasSuffix(file, "_test.go") {
				checkSource(t, file)
			}
		}
	}
}

func checkSource(t *testing.T, file string) {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range tree.Imports {
		switch path, _ := strconv.Unquote(spec.Path.Value); path {
		case "os", "io/ioutil", "os/signal", "path/filepath", "log", "math/rand", "math/rand/v2":
			t.Errorf("%s imports %s", file, path)
		}
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && x.Name == "time" {
				switch s.Sel.Name {
				case "Now", "Since", "Until", "Sleep", "After", "Tick", "NewTimer", "NewTicker":
					t.Errorf("%s asks the clock: time.%s", file, s.Sel.Name)
				}
			}
		}
		return true
	})
}

func TestOnlyTheCommandLineExitsOrReadsFlags(t *testing.T) {
	err := filepath.WalkDir(".", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
			strings.HasPrefix(path, "cli/") || strings.HasPrefix(path, "lab/") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, banned := range []string{"os.Exit(", "github.com/spf13/cobra", "\nfunc init()"} {
			if strings.Contains(string(text), banned) {
				t.Errorf("%s uses %s", path, strings.TrimSpace(banned))
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
