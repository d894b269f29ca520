package choices

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

var update = flag.Bool("update", false, "write docs/choices.schema.json anew")

const schemaFile = "../../docs/choices.schema.json"

func TestGeneratedSchema(t *testing.T) {
	want, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(schemaFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatalf("%v: run make generate", err)
	}
	if diff := cmp.Diff(string(want), string(have)); diff != "" {
		t.Errorf("%s is not fresh, run make generate:\n%s", schemaFile, diff)
	}
}

func compiled(t testing.TB) *jsonschema.Schema {
	t.Helper()
	data, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(SchemaID, doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile(SchemaID)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// value is a file as a schema sees it; ok is false where it is no YAML that can
// be seen as JSON.
func value(data string) (v any, ok bool) {
	if err := yaml.Unmarshal([]byte(data), &v); err != nil {
		return nil, false
	}
	return v, true
}

func TestTheSchemaIsAValidOne(t *testing.T) {
	data, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	meta, err := jsonschema.NewCompiler().Compile("https://json-schema.org/draft/2020-12/schema")
	if err != nil {
		t.Fatal(err)
	}
	if err := meta.Validate(doc); err != nil {
		t.Error(err)
	}
}

func TestTheSchemaRefusesWhatTheParserRefusesAsFarAsItCan(t *testing.T) {
	schema := compiled(t)
	for _, c := range refusals() {
		v, ok := value(c.data)
		if refused := !ok || schema.Validate(v) != nil; refused == c.inYAML && ok {
			t.Errorf("%s: refused by the schema: %v, want %v", c.name, refused, !c.inYAML)
		}
	}
}

func TestTheSchemaTakesWhatTheParserTakes(t *testing.T) {
	schema := compiled(t)
	for _, data := range []string{
		"workloads:\n", "cluster:\n", "cluster: {}\n", "workloads: []\n",
		entry("account: cart.v2"), entry("aws: none"), entry("aws: irsa", "role: {name: a}"), entry("rights: [ClusterRoleBinding 'system:x y']"),
		entry("role: {arn: 'arn:aws-us-gov:iam::111122223333:role/a/b/c+d=e,f.g@h_i-j'}"), entry("role: {policies: ['arn:aws:iam::aws:policy/job-function/Billing']}"),
		inCluster("issuer: https://oidc.example"), inCluster("issuer: https://oidc.example:8443/a/b/"), inCluster("path: /"), inCluster("path: /a/b/"),
		inCluster("region: us-gov-west-1"), inCluster("region: ap-southeast-3"), inCluster("tags: {Größe: ''}"), inCluster("tags: {" + manyTags(50) + "}"),
		`workloads: [{kind: '\*', namespace: 'a?', name: 'b*', leaveAlone: true}]`,
		`bindings: [{kind: "*", namespace: "*", name: "*", accounts: [a.b, c/d]}]`, `references: [{kind: A, name: b, handled: true}]`,
	} {
		if _, err := Parse("c.yaml", []byte(data)); err != nil {
			t.Errorf("%s: %v", data, err)
		}
		v, ok := value(data)
		if !ok {
			t.Fatalf("no YAML: %s", data)
		}
		if err := schema.Validate(v); err != nil {
			t.Errorf("%s: %v", data, err)
		}
	}
}

// TestTheDocumentationShowsWhatAFileMaySay: its example is accepted by parser
// and schema, and names every key.
func TestTheDocumentationShowsWhatAFileMaySay(t *testing.T) {
	page, err := os.ReadFile("../../docs/choices.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```yaml\n")
	example, _, ok := strings.Cut(rest, "```\n")
	if !ok {
		t.Fatal("docs/choices.md has no example")
	}
	if _, err := Parse("choices.yaml", []byte(example)); err != nil {
		t.Error(err)
	}
	v, _ := value(example)
	if err := compiled(t).Validate(v); err != nil {
		t.Error(err)
	}
	for _, top := range file().members {
		m := top.shape.mapping
		if m == nil {
			m = top.shape.list.item.mapping
		}
		for _, f := range m.members {
			if !strings.Contains(example, f.name+":") {
				t.Errorf("the example lacks %s of %s", f.name, top.name)
			}
		}
	}
}

// FuzzChoices: a file is refused with a line and a way out for each problem, or
// the schema takes it too.
func FuzzChoices(f *testing.F) {
	for _, c := range refusals() {
		f.Add([]byte(c.data))
	}
	f.Add([]byte(entry("account: cart", "rights: copy")))
	f.Add([]byte(inCluster("tags: {a: b}")))
	schema := compiled(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse("c.yaml", data)
		if err != nil {
			for i, p := range err.(Problems) {
				if c != nil || p.Line < 1 || p.Text == "" || p.Mend == "" || i > 0 && err.(Problems)[i-1].Line > p.Line {
					t.Errorf("problem %d: %+v", i, p)
				}
			}
			return
		}
		if v, ok := value(string(data)); ok && v != nil {
			if err := schema.Validate(v); err != nil {
				t.Error(err)
			}
		}
	})
}
