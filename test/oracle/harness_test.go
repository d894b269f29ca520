package oracle

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A harness that finds nothing proves nothing: these engines have faults that
// others had.
func TestFaultsOfAnEngineAreFound(t *testing.T) {
	engines := map[string]Engine{
		"the peer itself, which the classes contradict": Peer,
		"unknown is allow": func(q Request) Answer {
			if a := Podpass(q); a != Unknown {
				return a
			}
			return Allow
		},
		"a Deny is left out": func(q Request) Answer {
			q.Policy = q.Policy.copied()
			q.Policy.Statement.Items = slices.DeleteFunc(q.Policy.Statement.Items, func(s Statement) bool {
				return s.Effect == "Deny" && len(q.Policy.Statement.Items) > 1
			})
			return Podpass(q)
		},
		"an operator that is not known is left out": without(func(op string) bool { _, ok := parseOperator(op); return !ok }),
		"IfExists is left out":                      renamed("IfExists", ""),
		"ForAllValues is left out":                  renamed("ForAllValues:", ""),
		"values ignore case":                        renamed("StringEquals", "StringEqualsIgnoreCase"),
		"a star is a wildcard in StringEquals":      renamed("StringEquals", "StringLike"),
	}
	for name, engine := range engines {
		t.Run(name, func(t *testing.T) {
			if counts := Run(NewGenerator(3), 4_000, engine); counts.Faulty == 0 {
				t.Error("4,000 requests found no fault")
			}
		})
	}
}

// without is podpass that does not see some conditions.
func without(out func(operator string) bool) Engine {
	return func(q Request) Answer {
		q.Policy = q.Policy.copied()
		for _, s := range q.Policy.Statement.Items {
			for operator := range s.Condition {
				if out(operator) {
					delete(s.Condition, operator)
				}
			}
		}
		return Podpass(q)
	}
}

// renamed is podpass that takes one operator for another.
func renamed(from, to string) Engine {
	return func(q Request) Answer {
		q.Policy = q.Policy.copied()
		for i := range q.Policy.Statement.Items {
			s := &q.Policy.Statement.Items[i]
			block := Conditions{}
			for operator, keys := range s.Condition {
				if known, ok := parseOperator(operator); ok && known.Base == from || strings.Contains(operator, from) && from != "StringEquals" {
					operator = strings.Replace(operator, from, to, 1)
				}
				for key, values := range keys {
					block.add(operator, key, values)
				}
			}
			s.Condition = block
		}
		return Podpass(q)
	}
}

func TestARequestDependsOnItsSeedAndNumberAlone(t *testing.T) {
	for _, i := range []int{0, 17, 4711} {
		first, again, other := NewGenerator(1).Request(i), NewGenerator(1).Request(i), NewGenerator(2).Request(i)
		if line(first) != line(again) || line(first) == line(other) {
			t.Errorf("request %d: %s\n%s\n%s", i, line(first), line(again), line(other))
		}
	}
}

func TestRequestsComeBackAsTheyWereWritten(t *testing.T) {
	g := NewGenerator(5)
	for i := range 2000 {
		want := line(g.Request(i))
		var q Request
		if err := json.Unmarshal([]byte(want), &q); err != nil || line(q) != want {
			t.Fatalf("%v\n%s\n%s", err, want, line(q))
		}
	}
}

func TestMendingLeavesTheRequestAsItIs(t *testing.T) {
	g := NewGenerator(6)
	for i := range 5000 {
		q := g.Request(i)
		before := line(q)
		if Mend(q, Peer(q)); line(q) != before {
			t.Fatalf("mending changed %s\nto %s", before, line(q))
		}
	}
}

func TestTheSampleIsCurrent(t *testing.T) {
	want, err := Sample()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../internal/iam/testdata/decisions.jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(unpacked(t, got), unpacked(t, want)) {
		t.Error("internal/iam/testdata/decisions.jsonl.gz is not what the generator gives: go run ./sample")
	}
}

func unpacked(t *testing.T, packed []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestThePageTellsEachClass asks both about the examples of the page anew.
func TestThePageTellsEachClass(t *testing.T) {
	page, err := os.ReadFile("../../docs/iam-oracle.md")
	if err != nil {
		t.Fatal(err)
	}
	_, classes, _ := strings.Cut(string(page), "\n## Classes\n")
	for _, class := range Classes() {
		_, section, found := strings.Cut(classes, "\n### "+class.Name+"\n")
		section, _, _ = strings.Cut(section, "\n### ")
		_, example, _ := strings.Cut(section, "```json\n")
		example, _, _ = strings.Cut(example, "\n```")
		var q Request
		if err := json.Unmarshal([]byte(example), &q); err != nil || !found {
			t.Errorf("%s: no section with an example: go run ./classes (%v)", class.Name, err)
			continue
		}
		peer := Peer(q)
		m := Mend(q, peer)
		verdict := "Peer: " + string(peer) + ". Podpass: " + string(Podpass(q)) + "."
		if m.Class != class.Name || !strings.Contains(section, verdict) || !strings.Contains(section, class.About) {
			t.Errorf("%s: the section is not current, the example is of class %q, %s: go run ./classes", class.Name, m.Class, verdict)
		}
	}
}

func TestLinkedModulesAreListedAndNoneIsAGPL(t *testing.T) {
	page, err := os.ReadFile("../../docs/iam-oracle.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "| Module | Licence |\n|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	var listed []string
	for row := range strings.Lines(table) {
		listed = append(listed, strings.Fields(row)[1])
	}
	out, err := exec.Command("go", "list", "-deps", "-test", "-f", "{{with .Module}}{{.Path}} {{.Dir}}{{end}}", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	linked := map[string]string{}
	for row := range strings.Lines(string(out)) {
		if path, dir, _ := strings.Cut(strings.TrimSpace(row), " "); path != "" && !strings.HasPrefix(path, "podpass") {
			linked[path] = dir
		}
	}
	if got := sorted(linked); !slices.Equal(got, listed) {
		t.Errorf("linked are\n%v\nthe page lists\n%v", got, listed)
	}
	for path, dir := range linked {
		files, err := filepath.Glob(dir + "/LICENSE*")
		if err != nil || len(files) == 0 {
			t.Errorf("%s has no licence", path)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil || bytes.Contains(bytes.ToUpper(text), []byte("AFFERO")) {
				t.Errorf("%s: %v, or it names the AGPL", file, err)
			}
		}
	}
}
