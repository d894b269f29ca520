package iam

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"testing"
)

// TestDecisions asks for what an implementation of others and AWS's
// documentation decide: testdata/decisions.jsonl.gz, see docs/iam-oracle.md.
func TestDecisions(t *testing.T) {
	f, err := os.Open("testdata/decisions.jsonl.gz")
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
	n, wrong := 0, 0
	for ; lines.Scan(); n++ {
		want, line := withoutVerdicts(t, lines.Bytes())
		q, err := ParseQuery(line, n)
		if err != nil {
			t.Fatal(err)
		}
		if e := q.Explain(); e.Decision.String() != want {
			if wrong++; wrong <= 10 {
				t.Errorf("line %d: got %s, want %s: %s\n%s", n+1, e.Decision, want, e, line)
			}
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if n < 10_000 || wrong > 0 {
		t.Errorf("%d of %d decisions are wrong; want none of at least 10000", wrong, n)
	}
}

// withoutVerdicts takes what is no part of the request out of a line.
func withoutVerdicts(t *testing.T, line []byte) (want string, query []byte) {
	t.Helper()
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(line, &members); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(members["want"], &want); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"want", "peer", "class"} {
		delete(members, name)
	}
	query, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return want, query
}
