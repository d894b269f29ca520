package exports_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tools are Terraform and OpenTofu, as far as they are on this machine. A run on
// which there must be one says so by PODPASS_TERRAFORM=required.
func tools(t *testing.T) []string {
	t.Helper()
	var found []string
	for _, name := range []string{"terraform", "tofu"} {
		if path, err := exec.LookPath(name); err == nil {
			found = append(found, path)
		}
	}
	const how = "neither terraform nor tofu is in PATH: install one (1.5 or newer) to have exports planned against a stub of AWS's provider"
	if len(found) == 0 && os.Getenv("PODPASS_TERRAFORM") == "required" {
		t.Fatal(how)
	}
	if len(found) == 0 {
		t.Skip(how)
	}
	return found
}

// aws is an account as the stub reads it: the roles of choices that exist, with
// what a plan could take from them.
func aws() map[string]any {
	role := func(path string) map[string]any {
		return map[string]any{
			"path": path, "trust": nodeTrust, "description": "made by hand", "boundary": "arn:aws:iam::111122223333:policy/old",
			"session": 7200, "tags": map[string]string{"owner": "ops"},
		}
	}
	return map[string]any{
		"id": accountID, "provider": "https://" + host, "audiences": []string{"sts.amazonaws.com"},
		"roles": map[string]any{"shared": role("/app/"), "unknown": role("/")},
	}
}

// stubbed builds the provider, and gives the configuration that has it used.
func stubbed(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	build := exec.Command("go", "build", "-o", filepath.Join(folder, "terraform-provider-aws"), "./stub")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the stub: %v\n%s", err, out)
	}
	quoted, err := json.Marshal(folder)
	if err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(folder, "config.tfrc")
	write(t, config, []byte("provider_installation {\n  dev_overrides {\n    \"hashicorp/aws\" = "+string(quoted)+"\n  }\n  direct {}\n}\n"))
	return config
}

func write(t *testing.T, file string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// change is one of a plan of Terraform.
type change struct {
	Address string `json:"address"`
	Change  struct {
		Actions   []string             `json:"actions"`
		Before    map[string]any       `json:"before"`
		After     map[string]any       `json:"after"`
		Importing *struct{ ID string } `json:"importing"`
	} `json:"change"`
}

// runner is Terraform or OpenTofu, with the stub.
type runner struct{ tool, config string }

// planned has a folder planned in an account, and gives the changes; or what was
// said where that failed.
func (r runner) planned(t *testing.T, folder string, in map[string]any) (map[string]change, string) {
	t.Helper()
	account := filepath.Join(t.TempDir(), "account.json")
	data, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	write(t, account, data)
	run := func(args ...string) ([]byte, error) {
		c := exec.Command(r.tool, args...)
		c.Dir = folder
		c.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+r.config, "PODPASS_STUB_ACCOUNT="+account, "CHECKPOINT_DISABLE=1")
		return c.CombinedOutput()
	}
	if out, err := run("fmt", "-check", "-diff"); err != nil {
		t.Errorf("it is not formatted: %s", out)
	}
	if out, err := run("plan", "-input=false", "-no-color", "-out=plan"); err != nil {
		return nil, strings.Join(strings.Fields(strings.ReplaceAll(string(out), "│", " ")), " ")
	}
	out, err := run("show", "-json", "plan")
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var all struct {
		Changes []change `json:"resource_changes"`
	}
	out = out[max(0, bytes.IndexByte(out, '{')):] // warnings may stand before it
	if err := json.Unmarshal(out, &all); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	byAddress := map[string]change{}
	for _, c := range all.Changes {
		byAddress[c.Address] = c
	}
	return byAddress, ""
}

// place writes an export below a new folder.
func place(t *testing.T, all map[string][]byte) string {
	t.Helper()
	folder := t.TempDir()
	for file, data := range all {
		write(t, filepath.Join(folder, file), data)
	}
	return folder
}

func TestTerraformPlansWhatThePlanSays(t *testing.T) {
	found := tools(t)
	config := stubbed(t)
	p := roles(t, choices())
	for _, tool := range found {
		folder := place(t, written(t, p, "terraform"))
		changes, said := (runner{tool, config}).planned(t, filepath.Join(folder, "1-add"), aws())
		if said != "" {
			t.Fatal(said)
		}
		judged := 0
		for address, c := range changes {
			want := []string{"create"}
			if address == "aws_iam_role.shared" {
				want = []string{"update"}
			}
			if !slices.Equal(c.Change.Actions, want) {
				t.Errorf("%s: %v", address, c.Change.Actions)
			}
			if strings.HasPrefix(address, "aws_iam_role.") {
				judge(t, steps(p)[c.Change.After["name"].(string)], c.Change.After["assume_role_policy"].(string))
				judged++
			}
		}
		if attached, others := 6, 2; judged != 6 || len(changes) != judged+attached+others {
			t.Errorf("%d roles of %v", judged, slices.Sorted(maps.Keys(changes)))
		}
		onlyTheTrust(t, changes["aws_iam_role.shared"])
		changes, said = (runner{tool, config}).planned(t, filepath.Join(folder, "2-move"), aws())
		if len(changes) != 1 || said != "" {
			t.Errorf("2-move: %v %s", changes, said)
		}
	}
}

// onlyTheTrust: the role is imported, and all else of it stays.
func onlyTheTrust(t *testing.T, c change) {
	t.Helper()
	if c.Change.Importing == nil || c.Change.Importing.ID != "shared" {
		t.Errorf("it is not imported: %+v", c)
	}
	delete(c.Change.Before, "assume_role_policy")
	delete(c.Change.After, "assume_role_policy")
	if diff := cmp.Diff(c.Change.Before, c.Change.After); diff != "" {
		t.Errorf("something but its trust changes: %s", diff)
	}
}

func TestTerraformStopsWhereAWSIsNotAsPlannedFor(t *testing.T) {
	found := tools(t)
	config := stubbed(t)
	for name, c := range map[string]struct {
		change func(a map[string]any)
		want   string
	}{
		"credentials of another account":      {func(a map[string]any) { a["id"] = "444455556666" }, "use its credentials"},
		"a provider that is missing":          {func(a map[string]any) { a["provider"] = "" }, "none has the URL"},
		"a provider without the audience":     {func(a map[string]any) { a["audiences"] = []string{"other"} }, "does not take the audience"},
		"a role that is not there":            {func(a map[string]any) { delete(a["roles"].(map[string]any), "shared") }, "it is not there"},
		"a role of another path":              {func(a map[string]any) { role(a, "shared")["path"] = "/" }, "prevent_destroy"},
		"a role by hand that has another one": {func(a map[string]any) { role(a, "unknown")["path"] = "/x/" }, "has another path"},
	} {
		for _, tool := range found {
			t.Run(name+" by "+filepath.Base(tool), func(t *testing.T) {
				in := aws()
				c.change(in)
				folder := place(t, written(t, roles(t, choices()), "terraform"))
				if _, said := (runner{tool, config}).planned(t, filepath.Join(folder, "1-add"), in); !strings.Contains(said, c.want) {
					t.Errorf("want an error that says %q, got %q", c.want, said)
				}
			})
		}
	}
}

func role(a map[string]any, name string) map[string]any {
	return a["roles"].(map[string]any)[name].(map[string]any)
}
