package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/audit"
	"podpass/internal/report"
)

// audited gives the report of files.
func audited(t *testing.T, args ...string) *audit.Report {
	t.Helper()
	_, out, errs := run(append([]string{"audit", "--config", "none", "--format", "json"}, args...)...)
	r, err := report.Read(strings.NewReader(out))
	if err != nil {
		t.Fatalf("%v\n%s", err, errs)
	}
	return r
}

// accept adds an entry for a result to a file of waivers.
func accept(t *testing.T, report, fingerprint, file string) {
	t.Helper()
	if code, _, errs := run("waive", fingerprint, "--report", report, "--waivers", file, "--owner", "team-shop", "--reason", "moves", "--expires", "2999-12-31"); code != 0 {
		t.Fatalf("exit code %d: %s", code, errs)
	}
}

// TestWaiveAcceptsWhatItIsToldTo: of every failure of the examples, an entry
// for it makes it waived, and no other result anything else than it was.
func TestWaiveAcceptsWhatItIsToldTo(t *testing.T) {
	examples, err := filepath.Glob("../audit/testdata/PP*/bad/bad.yaml")
	if err != nil || len(examples) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	waived := 0
	for _, example := range append(examples, "../../examples/shop") {
		saved := filepath.Join(t.TempDir(), "report.json")
		if _, _, errs := run("audit", "--config", "none", example, "--format", "json", "-o", saved); errs != "" {
			t.Fatal(errs)
		}
		before := audited(t, example)
		for i := range before.Results {
			if before.Results[i].Status != audit.Fail {
				continue
			}
			waived++
			file := filepath.Join(t.TempDir(), "waivers.yaml")
			accept(t, saved, before.Results[i].Fingerprint[:12], file)
			after := audited(t, example, "--waivers", file)
			want := append([]audit.Result(nil), before.Results...)
			want[i].Status = audit.Waived
			want[i].Waiver = &audit.Waiver{Owner: "team-shop", Reason: "moves", Expires: "2999-12-31"}
			if diff := cmp.Diff(want, after.Results); diff != "" {
				t.Errorf("%s: %s", example, diff)
			}
			if use := after.Waivers; use.Applied != 1 || len(use.Unused)+len(use.Expired) != 0 {
				t.Errorf("%s: got %+v", example, use)
			}
		}
	}
	if waived < 15 {
		t.Errorf("only %d failures were waived", waived)
	}
}

func TestWaiveKeepsTheFileThatItAddsTo(t *testing.T) {
	dir := t.TempDir()
	real, link, saved := filepath.Join(dir, "real.yaml"), filepath.Join(dir, "waivers.yaml"), filepath.Join(dir, "report.json")
	before := "# kept\r\nwaivers:\r\n"
	if err := os.WriteFile(real, []byte(before), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("real.yaml", link); err != nil {
		t.Fatal(err)
	}
	run("audit", "--config", "none", "../../examples/shop", "--format", "json", "-o", saved)
	for _, r := range audited(t, "../../examples/shop").Results {
		if r.Status == audit.Fail {
			accept(t, saved, r.Fingerprint, link)
		}
	}
	data, err := os.ReadFile(link)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(data), before+"- rule: PP101\r\n") || strings.Count(string(data), "\n") != strings.Count(string(data), "\r\n") {
		t.Errorf("got %q", data)
	}
	is, err := os.Lstat(link)
	if err != nil || is.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is one no more: %v, %v", is.Mode(), err)
	}
	if is, err = os.Stat(real); err != nil || is.Mode().Perm() != 0o640 {
		t.Errorf("the mode is %v, %v", is.Mode(), err)
	}
	if rest, _ := filepath.Glob(filepath.Join(dir, ".podpass-*")); len(rest) > 0 {
		t.Errorf("left behind: %s", rest)
	}
	if code, _, errs := run("audit", "--config", "none", "../../examples/shop", "--waivers", link); code != 0 {
		t.Errorf("with all waived: exit code %d %s", code, errs)
	}
}

// TestTheGuideShowsWhatPodpassReads: the files of docs/daily.md are accepted,
// and its commands are there with their flags.
func TestTheGuideShowsWhatPodpassReads(t *testing.T) {
	guide, err := os.ReadFile("../../docs/daily.md")
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(guide), "```")
	files, commands := 0, 0
	for i := 1; i < len(parts); i += 2 {
		kind, text, _ := strings.Cut(parts[i], "\n")
		switch kind {
		case "yaml":
			files++
			file := filepath.Join(t.TempDir(), "waivers.yaml")
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if code, _, errs := run("audit", "--config", "none", "../../examples/shop", "--waivers", file); code != 3 {
				t.Errorf("exit code %d %s of\n%s", code, errs, text)
			}
		case "sh":
			for line := range strings.SplitSeq(strings.ReplaceAll(text, "\\\n", " "), "\n") {
				if line != "" {
					commands++
					checkCommand(t, line)
				}
			}
		}
	}
	if files == 0 || commands < 6 {
		t.Errorf("the guide shows %d files and %d commands", files, commands)
	}
}

func checkCommand(t *testing.T, line string) {
	t.Helper()
	line, _, _ = strings.Cut(line, " #")
	words := strings.Fields(line)
	c, rest, err := (&app{strings.NewReader(""), &bytes.Buffer{}, &bytes.Buffer{}}).root("podpass").Find(words[1:])
	if err != nil || words[0] != "podpass" || !c.HasParent() {
		t.Errorf("no command: %s: %v", line, err)
		return
	}
	for _, word := range rest {
		name, _, _ := strings.Cut(strings.TrimLeft(word, "-"), "=")
		known := c.Flags().Lookup(name) != nil || len(name) == 1 && c.Flags().ShorthandLookup(name) != nil
		if strings.HasPrefix(word, "-") && word != "-" && !known {
			t.Errorf("%s has no flag %s", c.CommandPath(), word)
		}
	}
}
