package snapshot

import (
	"cmp"
	"slices"
)

// Key is an AWS access key that was found in an object, or half of one. It
// never holds a secret.
type Key struct {
	// ID is the access key id; empty: a secret access key without one.
	ID string `json:"id,omitempty"`
	// Secret is set where the secret access key lies in the object too.
	Secret  bool    `json:"secret,omitzero"`
	Example bool    `json:"example,omitzero"` // of AWS's documentation: nobody's
	Profile string  `json:"profile,omitempty"`
	At      []Place `json:"at"` // sorted
}

// Place is where in an object a value stands.
type Place struct {
	Container string `json:"container,omitempty"`
	Field     string `json:"field"`          // one of Field…
	Name      string `json:"name,omitempty"` // of the entry, variable or annotation
	Via       string `json:"via,omitempty"`  // how it is encoded there: base64, gzip
}

// Fields in which keys are looked for.
const (
	FieldData       = "data"
	FieldStringData = "stringData"
	FieldBinaryData = "binaryData"
	FieldEnv        = "env"
	FieldCommand    = "command"
	FieldArgs       = "args"
	FieldExec       = "exec" // the command of a probe or hook
	FieldAnnotation = "annotation"
)

// Compare orders places.
func (p Place) Compare(o Place) int {
	return cmp.Or(cmp.Compare(p.Container, o.Container), cmp.Compare(p.Field, o.Field), cmp.Compare(p.Name, o.Name), cmp.Compare(p.Via, o.Via))
}

// Compare orders keys by id; those without come last.
func (k Key) Compare(o Key) int {
	if (k.ID == "") != (o.ID == "") {
		if k.ID == "" {
			return 1
		}
		return -1
	}
	return cmp.Or(cmp.Compare(k.ID, o.ID), cmp.Compare(k.Profile, o.Profile), slices.CompareFunc(k.At, o.At, Place.Compare))
}
