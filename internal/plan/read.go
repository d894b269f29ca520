package plan

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"
)

// MaxBytes bounds a saved plan, so that a crafted file cannot exhaust memory.
const MaxBytes = 1 << 30

// Read reads a plan that was saved as JSON (report.WriteJSON writes it). It
// refuses what is not a plan, or one of a newer format; one that says something
// else than its Hash does, since a plan is carried out as it was reviewed; and
// unknown or double fields, text that is not UTF-8, or a second document.
//
// Values of fields come back as plain JSON values: a list of subjects is []any
// of map[string]any, a number is float64.
func Read(r io.Reader) (*Plan, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read plan: %w", err)
	}
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("read plan: it is larger than %d bytes", MaxBytes)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // Windows puts it there: RFC 8259, 8.1
	if err := checkHead(data); err != nil {
		return nil, fmt.Errorf("read plan: %w", err)
	}
	var p Plan
	if err := json.Unmarshal(data, &p, json.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("read plan: %w", err)
	}
	if HashOf(&p) != p.Hash {
		return nil, errors.New("read plan: it was altered after it was made: its hash is another. Decide by a choices file (podpass plan --choices), and make the plan anew")
	}
	p.normal()
	return &p, nil
}

// checkHead looks first at what the document is: the fields of another one may
// be others.
func checkHead(data []byte) error {
	var head struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
		Format     int    `json:"format"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return err
	}
	switch {
	case head.Kind != Kind:
		return fmt.Errorf("kind %q is not %s: make one with podpass plan --format json", head.Kind, Kind)
	case head.APIVersion != APIVersion:
		return fmt.Errorf("apiVersion %q is not %s: update podpass, or make the plan anew", head.APIVersion, APIVersion)
	case head.Format > Format:
		return fmt.Errorf("format %d is newer than %d, the newest that this podpass knows: update podpass", head.Format, Format)
	case head.Format < 1:
		return fmt.Errorf("format %d is none: make the plan anew", head.Format)
	}
	return nil
}

// normal makes lists of no items what Make makes of them.
func (p *Plan) normal() {
	p.Decisions, p.Gaps, p.Steps = notNil(p.Decisions), notNil(p.Gaps), notNil(p.Steps)
	p.NotPlanned, p.Predicted.Staying = notNil(p.NotPlanned), notNil(p.Predicted.Staying)
	for i := range p.Decisions {
		p.Decisions[i].HoldsUp = orNone(p.Decisions[i].HoldsUp)
	}
	for i := range p.Gaps {
		p.Gaps[i].HoldsUp = orNone(p.Gaps[i].HoldsUp)
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		s.Settles, s.Needs, s.Waits, s.Risk = orNone(s.Settles), orNone(s.Needs), orNone(s.Waits), orNone(s.Risk)
	}
}

func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
