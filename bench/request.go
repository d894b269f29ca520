package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

// request is a line of podpass iam eval as a program would declare it that
// only wants to read it. What may be a value or a list is of any type.
type request struct {
	ID              any            `json:"id"`
	Policy          *policy        `json:"policy"`
	Provider        string         `json:"provider"`
	Sub             string         `json:"sub"`
	Aud             any            `json:"aud"`
	Account         string         `json:"account"`
	Principal       any            `json:"principal"`
	ResourceAccount string         `json:"resourceAccount"`
	Action          string         `json:"action"`
	Resource        string         `json:"resource"`
	Context         map[string]any `json:"context"`
	Open            any            `json:"open"`
	Identity        []policy       `json:"identity"`
	SCPs            [][]policy     `json:"scps"`
	ResourcePolicy  *policy        `json:"resourcePolicy"`
}

type policy struct {
	Version   string
	Statement []statement
}

type statement struct {
	Sid, Effect                 string
	Principal, Action, Resource any
	Condition                   map[string]map[string]any
}

// decodeLines is the bare program that podpass iam eval is held against: it
// decodes each line of a file by encoding/json, and keeps and writes nothing.
func decodeLines(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	in.Buffer(make([]byte, 64<<10), 32<<20)
	for number := 1; in.Scan(); number++ {
		var r request
		if err := json.Unmarshal(in.Bytes(), &r); err != nil {
			return fmt.Errorf("decode line %d of %s: %w", number, file, err)
		}
	}
	return in.Err()
}
