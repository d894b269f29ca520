package export

import (
	"encoding/json"
	"fmt"
	"reflect"

	"podpass/internal/iam"
	"podpass/internal/iam/trust"
)

// joinTrusts gives a role that exists, and that several workloads get, one trust
// policy with the statements for all of them: each step of the plan holds its own,
// and IAM replaces a trust policy whole. Where no step knows the present one,
// statements are added to it one after the other.
func (w *wave) joinTrusts() error {
	known, first := map[string]bool{}, map[string]*step{}
	for _, s := range w.aws {
		if r := s.After.Role; r != nil && len(r.Trust) > 0 {
			known[r.ARN] = true
		}
	}
	for _, s := range w.aws {
		r := s.After.Role
		if r == nil || !known[r.ARN] {
			continue
		}
		own := r.Trust
		if len(own) == 0 {
			own = r.Statement
		}
		o := first[r.ARN]
		if o == nil {
			first[r.ARN], s.trust = s, own
			continue
		}
		joined, err := join(o.trust, own)
		if err != nil {
			return fmt.Errorf("export step %s: %w", s.ID, err)
		}
		o.trust, s.with = joined, o
	}
	return nil
}

// join adds to a trust policy the statements of another that it lacks.
func join(document, other []byte) ([]byte, error) {
	a, err := statements(document)
	if err != nil {
		return nil, err
	}
	b, err := statements(other)
	if err != nil {
		return nil, err
	}
	list := a["Statement"].([]any)
	for _, one := range b["Statement"].([]any) {
		there := false
		for _, has := range list {
			there = there || reflect.DeepEqual(has, one)
		}
		if !there {
			list = append(list, one)
		}
	}
	a["Statement"] = list
	text, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	doc, err := iam.Parse(text, iam.Trust)
	if err != nil {
		return nil, err
	}
	if b := trust.BudgetOf(doc); b.Exceeded {
		return nil, fmt.Errorf("with the accounts of all its workloads the trust policy of the role would have %d characters, and the default quota is %d: choose another role for some", b.Used, b.Default)
	}
	return text, nil
}

// statements reads a policy; a single statement becomes a list.
func statements(document []byte) (map[string]any, error) {
	var doc map[string]any
	if err := json.Unmarshal(document, &doc); err != nil {
		return nil, err
	}
	if _, ok := doc["Statement"].([]any); !ok {
		doc["Statement"] = []any{doc["Statement"]}
	}
	return doc, nil
}
