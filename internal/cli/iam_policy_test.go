package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"podpass/internal/iam"
)

func TestADocumentShowsItsKind(t *testing.T) {
	for _, c := range []struct {
		name, statement string
		want            iam.Kind
	}{
		{"a principal and an action of STS", `{"Principal": "*", "Action": "sts:AssumeRole"}`, iam.Trust},
		{"actions of STS in any spelling", `[{"Principal": {"AWS": "*"}, "Action": ["STS:assumerole", "sts:*"]}]`, iam.Trust},
		{"a principal and no action", `{"Principal": "*"}`, iam.Trust},
		{"a principal and a resource", `{"Principal": "*", "Action": "sts:AssumeRole", "Resource": "*"}`, iam.Resource},
		{"a principal and another action", `{"Principal": "*", "Action": ["sts:AssumeRole", "s3:GetObject"]}`, iam.Resource},
		{"a principal and all actions", `{"Principal": "*", "NotAction": "*"}`, iam.Resource},
		{"one principal in many statements", `[{"Action": "s3:*", "Resource": "*"}, {"NotPrincipal": "*"}]`, iam.Resource},
		{"no principal", `{"Action": "sts:AssumeRole", "Resource": "*"}`, iam.Identity},
		{"a principal in a condition alone", `{"Action": "s3:*", "Resource": "*", "Condition": {"StringLike": {"Principal": "*"}}}`, iam.Identity},
		{"no statement", `[]`, iam.Identity},
		{"text that breaks behind a principal", `{"Principal": "*", `, iam.Trust},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := kindOfPolicy([]byte(`{"Version": "2012-10-17", "Statement": ` + c.statement + `}`)); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// TestPlacesAreThoseOfTheFile: an error in a document stands where the file
// has it, whatever stands around the document.
func TestPlacesAreThoseOfTheFile(t *testing.T) {
	const document = "{\"Statement\": [\n {\"Effect\": \"alow\", \"Action\": \"sts:AssumeRole\"}]}"
	coded, _ := json.Marshal(url.PathEscape(document))
	quoted, _ := json.Marshal(document)
	for _, c := range []struct{ name, file, want string }{
		{"alone", document, "f:2:13 (/Statement/0/Effect): "},
		{"behind line breaks", "\n\n" + document, "f:4:13 (/Statement/0/Effect): "},
		{"in a role", `{"Role": {"AssumeRolePolicyDocument": ` + document + `}}`, "f:2:13 (/Role/AssumeRolePolicyDocument/Statement/0/Effect): "},
		{"in a role, on its line", `{"Role": {"RoleName": "größe", "AssumeRolePolicyDocument": ` + strings.ReplaceAll(document, "\n", "") + `}}`,
			"f:1:87 (/Role/AssumeRolePolicyDocument/Statement/0/Effect): "},
		{"encoded in a role", "{\"Role\": {\n \"AssumeRolePolicyDocument\": " + string(coded) + `}}`, "f:2:30 (/Role/AssumeRolePolicyDocument/Statement/0/Effect): "},
		{"as JSON in a string", "{\"Role\": {\n \"AssumeRolePolicyDocument\": " + string(quoted) + `}}`, "f:2:30 (/Role/AssumeRolePolicyDocument/Statement/0/Effect): "},
		{"no text behind the percent", `{"Role": {"AssumeRolePolicyDocument": "%7"}}`, "f:1:39 (/Role/AssumeRolePolicyDocument): the document is no URL-encoded text"},
		{"a role that breaks behind it", `{"Role": {"AssumeRolePolicyDocument": {}, "x": }}`, "f:1:48 (/Role/x): this is no JSON: "},
		{"twice in a role", `{"Role": {"AssumeRolePolicyDocument": {}, "AssumeRolePolicyDocument": {}}}`, "f:1:43 (/Role/AssumeRolePolicyDocument): this is no JSON: "},
		{"text behind a role", `{"Role": {"AssumeRolePolicyDocument": {}}} x`, "f:1:44: this is no JSON: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &policyFile{name: "f", data: []byte(c.file)}
			err := f.find()
			if err == nil {
				_, err = f.parse(iam.Trust)
			}
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s…", err, c.want)
			}
		})
	}
}

// TestTheFirstRefusalIsFoundHoweverItComes: in parts of any size.
func TestTheFirstRefusalIsFoundHoweverItComes(t *testing.T) {
	answers := `{"id":",\"error\":{\"line\":7,","decision":"deny","reason":"x"}` + "\n" +
		`{"id":null,"error":{"line":1234,"column":1,"pointer":"","message":"x"}}` + "\n" +
		`{"id":null,"error":{"line":1235,"column":1,"pointer":"","message":"x"}}` + "\n"
	for size := 1; size <= len(answers); size++ {
		var out bytes.Buffer
		r := refusals{out: &out}
		for part := range slices.Chunk([]byte(answers), size) {
			if _, err := r.Write(part); err != nil {
				t.Fatal(err)
			}
		}
		if string(r.first) != "1234" || out.String() != answers {
			t.Errorf("in parts of %d: line %q, %d bytes passed on", size, r.first, out.Len())
		}
	}
}

// TestReplaceAllOrNone: where one file cannot be written, none is, and nothing
// stays beside them.
func TestReplaceAllOrNone(t *testing.T) {
	dir := t.TempDir()
	write := func(name string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	one, two := write("one"), write("two")
	for _, bad := range []struct{ file, want string }{
		{filepath.Join(dir, "gone"), "no such file or directory: no file was changed"},
		{dir, "it is no regular file: no file was changed"},
	} {
		err := (&app{}).replaceAll([]formatted{{one, []byte("old"), []byte("new")}, {bad.file, []byte("old"), []byte("new")}, {two, []byte("old"), []byte("new")}})
		if err == nil || err.Error() != fmt.Sprintf("write %s: %s", bad.file, bad.want) {
			t.Errorf("got %v", err)
		}
		for _, file := range []string{one, two} {
			if got, err := os.ReadFile(file); err != nil || string(got) != "old" {
				t.Errorf("%s holds %q, %v", file, got, err)
			}
		}
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 2 {
		t.Errorf("in the folder: %v, %v", list, err)
	}
}

// TestAnInterruptEndsWhatKnowsOfNone: who waits for a computation goes on.
func TestAnInterruptEndsWhatKnowsOfNone(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	never := make(chan struct{})
	defer close(never)
	cancel()
	if _, err := await(ctx, func() (int, error) { <-never; return 1, nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if got, err := await(t.Context(), func() (int, error) { return 1, nil }); got != 1 || err != nil {
		t.Errorf("got %d, %v", got, err)
	}
}
