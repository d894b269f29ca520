// Package oracle compares podpass/internal/iam with a peer: the evaluator of
// role trust policies in github.com/versity/versitygw, an S3 gateway with an
// IAM of its own. It makes requests from a seed, asks both, and explains every
// difference by a class: a rule of AWS that the peer sees otherwise, decided
// from the policy and the request, never from the answers. What no class
// explains is a fault of one of the two.
//
// docs/iam-oracle.md lists the classes with what AWS documents. The package is
// a module of its own, so that the peer is no dependency of podpass.
package oracle

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
)

// Account is the AWS account of the role and of the provider.
const Account = "111122223333"

// Request is a line of `podpass iam eval` in its short form: a token of a
// provider asks to assume the role that has the policy as its trust. The
// provider exists in Account and accepts every audience.
type Request struct {
	ID       string           `json:"id"`
	Policy   Document         `json:"policy"`
	Provider string           `json:"provider"` // issuer without scheme
	Sub      string           `json:"sub"`
	Aud      string           `json:"aud"`
	Claims   map[string]Claim `json:"claims,omitempty"` // further keys: <provider>:<name>
}

// ProviderARN is the principal that a policy names to trust the issuer.
func ProviderARN(issuer string) string {
	return "arn:aws:iam::" + Account + ":oidc-provider/" + issuer
}

// Claim is the values of a claim: in JSON one string, or a list.
type Claim []string

// MarshalJSON writes one value as a string.
func (c Claim) MarshalJSON() ([]byte, error) {
	if len(c) == 1 {
		return json.Marshal(c[0])
	}
	return json.Marshal([]string(c))
}

// UnmarshalJSON reads a string or a list of them.
func (c *Claim) UnmarshalJSON(data []byte) error {
	if data[0] != '[' {
		*c = Claim{""}
		return json.Unmarshal(data, &(*c)[0])
	}
	return json.Unmarshal(data, (*[]string)(c))
}

// Document is a trust policy, written as the generator means it.
type Document struct {
	Version   string `json:",omitempty"`
	ID        string `json:"Id,omitempty"`
	Statement Some[Statement]
}

// Statement is one of a Document.
type Statement struct {
	Sid       string `json:",omitempty"`
	Effect    string
	Principal Principal
	Action    Some[string] `json:",omitzero"`
	NotAction Some[string] `json:",omitzero"`
	Condition Conditions   `json:",omitempty"`
}

// Conditions maps operator and key to values.
type Conditions map[string]map[string]Some[Scalar]

// add gives a condition to the block.
func (c *Conditions) add(operator, key string, values Some[Scalar]) {
	if *c == nil {
		*c = Conditions{}
	}
	if (*c)[operator] == nil {
		(*c)[operator] = map[string]Some[Scalar]{}
	}
	(*c)[operator][key] = values
}

// Some is one item or a list of them, which mean the same.
type Some[T any] struct {
	Items []T
	List  bool // written as a list though it has one item
}

// one is an item that is written without a list.
func one[T any](item T) Some[T] { return Some[T]{Items: []T{item}} }

// IsZero tells a member that is left out.
func (s Some[T]) IsZero() bool { return s.Items == nil }

// MarshalJSON writes one item bare unless it is meant to be a list.
func (s Some[T]) MarshalJSON() ([]byte, error) {
	if len(s.Items) == 1 && !s.List {
		return marshal(s.Items[0])
	}
	return marshal(s.Items)
}

// UnmarshalJSON reads an item or a list.
func (s *Some[T]) UnmarshalJSON(data []byte) error {
	if s.List = data[0] == '['; s.List {
		return json.Unmarshal(data, &s.Items)
	}
	s.Items = make([]T, 1)
	return json.Unmarshal(data, &s.Items[0])
}

// Scalar is a value of a condition: a string, or a bare number or boolean.
type Scalar struct {
	Text string
	Bare bool
}

// MarshalJSON writes a string, or the bare text.
func (s Scalar) MarshalJSON() ([]byte, error) {
	if s.Bare {
		return []byte(s.Text), nil
	}
	return marshal(s.Text)
}

// UnmarshalJSON reads a string, number or boolean.
func (s *Scalar) UnmarshalJSON(data []byte) error {
	if s.Bare = data[0] != '"'; s.Bare {
		s.Text = string(data)
		return nil
	}
	return json.Unmarshal(data, &s.Text)
}

// Principal is "*", or values by type.
type Principal struct {
	Anyone bool
	Types  map[string]Some[string]
}

// MarshalJSON writes the bare star or the object.
func (p Principal) MarshalJSON() ([]byte, error) {
	if p.Anyone {
		return []byte(`"*"`), nil
	}
	return marshal(p.Types)
}

// UnmarshalJSON reads either.
func (p *Principal) UnmarshalJSON(data []byte) error {
	if p.Anyone = data[0] == '"'; p.Anyone {
		return nil
	}
	return json.Unmarshal(data, &p.Types)
}

// marshal is json.Marshal that keeps <, > and & as they are: ARNs and dates
// stay readable.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// Text is the policy as JSON.
func (d Document) Text() string {
	text, err := marshal(d)
	if err != nil {
		panic(err) // the types above always marshal
	}
	return string(text)
}

// copied is a deep copy.
func (d Document) copied() Document {
	d.Statement = d.Statement.copied()
	for i := range d.Statement.Items {
		s := &d.Statement.Items[i]
		s.Action, s.NotAction = s.Action.copied(), s.NotAction.copied()
		types := map[string]Some[string]{}
		for name, values := range s.Principal.Types {
			types[name] = values.copied()
		}
		s.Principal.Types = types
		block := Conditions{}
		for operator, keys := range s.Condition {
			block[operator] = maps.Clone(keys)
		}
		s.Condition = block
	}
	return d
}

// copied copies the list, not what its items refer to.
func (s Some[T]) copied() Some[T] {
	s.Items = slices.Clone(s.Items)
	return s
}
