package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"podpass/internal/iam/trust"
)

func lintSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	f, err := os.Open("../report/testdata/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	doc, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("sarif.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("sarif.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// hostileTrust has control characters, links and markup wherever a document
// takes text.
const hostileTrust = `{"Version": "2012-10-17", "Statement": [
  {"Sid": "[a](http://x)\u001b[2J", "Effect": "Allow", "Principal": {"AWS": ["*", "\u202e<b>*"]}, "Action": "sts:AssumeRole"},
  {"Sid": "[a](http://x)\u001b[2J", "Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.example"},
   "Action": ["sts:AssumeRoleWithWebIdentity", "s3:\u0007"], "Condition": {"StringLike": {"oidc.example:sub": ["system:serviceaccount:a*:[x](y)", "\u001b]0;*"]}, "\n": {"a": "b"}}}]}`

func TestSARIFOfLintIsValid(t *testing.T) {
	schema := lintSchema(t)
	dir := t.TempDir()
	t.Chdir(dir)
	for name, text := range map[string]string{"a b:c.json": hostileTrust, "copy.json": hostileTrust, "bad.json": `{"Statement": {`, "good.json": `{"Version": "2012-10-17", "Statement":
		{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}}`} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name    string
		args    []string
		code    int
		results bool
	}{
		{"nothing found", []string{"good.json"}, 0, false},
		{"findings of a hostile document", []string{"a b:c.json", "copy.json", "good.json"}, 3, true},
		{"a file that is refused, and one that is not there", []string{"bad.json", "nosuch.json", "a b:c.json"}, 1, true},
		{"by an absolute path", []string{filepath.Join(dir, "a b:c.json")}, 3, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, stdout, stderr := run(append([]string{"iam", "lint", "--format", "sarif"}, c.args...)...)
			if code != c.code {
				t.Fatalf("exit code %d, want %d\n%s", code, c.code, stderr)
			}
			doc, err := jsonschema.UnmarshalJSON(strings.NewReader(stdout))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(doc); err != nil {
				t.Errorf("not valid against the schema: %v", err)
			}
			checkLintLog(t, stdout, c.results)
		})
	}
}

// checkLintLog checks what the schema does not: rules are those that results
// name, fingerprints differ, no text is a link.
func checkLintLog(t *testing.T, text string, results bool) {
	t.Helper()
	var log struct {
		Runs []struct {
			Tool struct {
				Driver struct{ Rules []struct{ ID string } }
			}
			Results []struct {
				RuleID       string
				RuleIndex    int
				Message      struct{ Text string }
				Fingerprints map[string]string `json:"partialFingerprints"`
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	seen := map[string]bool{}
	for _, r := range run.Results {
		if got := run.Tool.Driver.Rules[r.RuleIndex].ID; got != r.RuleID {
			t.Errorf("rule %s is at the index of %s", r.RuleID, got)
		}
		print := r.Fingerprints["podpass/v1"]
		if seen[print] {
			t.Errorf("the fingerprint of %s stands twice", r.RuleID)
		}
		seen[print] = true
		if strings.Contains(r.Message.Text, "](") || strings.Contains(r.Message.Text, "\x1b") {
			t.Errorf("a message is a link or acts on a terminal: %q", r.Message.Text)
		}
	}
	if len(run.Tool.Driver.Rules) != len(trust.Checks()) || results != (len(run.Results) > 0) {
		t.Errorf("%d rules and %d results", len(run.Tool.Driver.Rules), len(run.Results))
	}
}
