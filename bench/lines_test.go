package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"testing"

	"podpass/internal/iam"
)

func someLines(t *testing.T, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := writeLines(&b, n); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestLinesAreTheSameEachTimeAndDifferFromEachOther(t *testing.T) {
	lines := someLines(t, 600)
	if !bytes.Equal(lines, someLines(t, 600)) {
		t.Error("two runs differ")
	}
	seen := map[string]bool{}
	for line := range bytes.Lines(lines) {
		_, policies, _ := bytes.Cut(line, []byte(`"Version"`)) // behind what has the number
		seen[string(policies)] = true
	}
	if len(seen) != 600 {
		t.Errorf("%d different policies in 600 lines", len(seen))
	}
}

func TestAboutHalfOfTheLinesAreAllowed(t *testing.T) {
	var out bytes.Buffer
	bad, err := iam.Eval(bytes.NewReader(someLines(t, 6000)), &out)
	if bad != 0 || err != nil {
		t.Fatalf("%d lines could not be read: %v", bad, err)
	}
	allowed := bytes.Count(out.Bytes(), []byte(`"decision":"allow"`))
	denied := bytes.Count(out.Bytes(), []byte(`"decision":"deny"`))
	if allowed+denied != 6000 || allowed < 2500 || denied < 2500 {
		t.Errorf("%d are allowed and %d denied, of 6000", allowed, denied)
	}
}

// TestTheBareProgramReadsAllOfALine: what it leaves out would cost it nothing.
func TestTheBareProgramReadsAllOfALine(t *testing.T) {
	for line := range bytes.Lines(someLines(t, 600)) {
		in := json.NewDecoder(bytes.NewReader(line))
		in.DisallowUnknownFields()
		var r request
		if err := in.Decode(&r); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
	}
	file := filepath.Join(t.TempDir(), "requests.jsonl")
	if err := saveLines(file, 60); err != nil {
		t.Fatal(err)
	}
	if err := decodeLines(file); err != nil {
		t.Error(err)
	}
}
