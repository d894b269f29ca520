package iam

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// withoutPlaces compares what documents say, not where it stood.
var withoutPlaces = cmp.Options{
	cmpopts.IgnoreUnexported(Document{}, Statement{}, Condition{}),
	cmpopts.EquateEmpty(),
}

type managed struct {
	Name     string          `json:"name"`
	Document json.RawMessage `json:"document"`
}

// managedPolicies reads AWS's managed policies; see testdata/README.md.
func managedPolicies(t *testing.T) (all []managed) {
	t.Helper()
	f, err := os.Open("testdata/aws-managed-policies.jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var p managed
		if err := json.Unmarshal(lines.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestManagedPoliciesPrintAsTheyParse(t *testing.T) {
	all := managedPolicies(t)
	if len(all) != 1641 {
		t.Errorf("got %d policies, want 1641", len(all))
	}
	for _, p := range all {
		doc, err := Parse(p.Document, Identity)
		if err != nil {
			t.Errorf("%s: %v", p.Name, err)
			continue
		}
		for _, indent := range []string{"", "  ", "\t"} {
			printed := Print(doc, indent)
			if diff := cmp.Diff(doc, mustParse(t, Identity, string(printed)), withoutPlaces); diff != "" {
				t.Errorf("%s, indent %q: %s", p.Name, indent, diff)
			}
		}
	}
}

func TestManagedPoliciesAreAsLongAsTheyPrint(t *testing.T) {
	for _, p := range managedPolicies(t) {
		compact := Print(mustParse(t, Identity, string(p.Document)), "")
		size := mustParse(t, Identity, string(compact)).Size()
		if want := len([]rune(string(compact))); size != want {
			t.Errorf("%s: got %d, want %d", p.Name, size, want)
		}
		indented := Print(mustParse(t, Identity, string(p.Document)), "    ")
		if got := mustParse(t, Identity, string(indented)).Size(); got != size {
			t.Errorf("%s, indented: got %d, want %d", p.Name, got, size)
		}
	}
}

// TestManagedPoliciesKeepTheirMeaning asks each policy, as it is and in its
// canonical form, for each action and resource that it names.
func TestManagedPoliciesKeepTheirMeaning(t *testing.T) {
	caller := mustCaller(t, "arn:aws:iam::111122223333:user/ops")
	ctx := &Context{OpenGlobals: true}
	for _, p := range managedPolicies(t) {
		doc := mustParse(t, Identity, string(p.Document))
		canonical := doc.Canonical()
		if diff := cmp.Diff(canonical, canonical.Canonical(), withoutPlaces); diff != "" {
			t.Errorf("%s: canonical twice: %s", p.Name, diff)
		}
		before, after := Compile(doc), Compile(canonical)
		for _, s := range doc.Statements {
			for i, action := range s.Actions {
				resource := "arn:aws:s3:::bucket"
				if len(s.Resources) > 0 {
					resource = s.Resources[i%len(s.Resources)]
				}
				r := NewRequest(caller, action, resource, ctx)
				if got, want := after.Decide(r), before.Decide(r); got != want {
					t.Errorf("%s: %s on %s: got %s, want %s", p.Name, action, resource, got, want)
				}
			}
		}
	}
}
