package kube

import (
	"errors"

	"google.golang.org/protobuf/encoding/protowire"
)

var errMalformed = errors.New("read the API server's answer: malformed protobuf")

// fields walks the fields of one protobuf message in their order, without
// decoding those that nobody asks for. Field numbers never change within a
// version of an API, so they stand where they are used:
// https://github.com/kubernetes/api (generated.proto of each group).
//
// The first malformed byte ends the walk and is kept in failed, so that
// readers need not check at each step; whoever starts to read an answer checks
// at its end.
type fields struct {
	rest   []byte
	failed *error
	num    protowire.Number
	kind   protowire.Type
	value  []byte
	number uint64
}

func (f *fields) fail() bool {
	if *f.failed == nil {
		*f.failed = errMalformed
	}
	f.rest, f.value, f.number = nil, nil, 0
	return false
}

// next moves to the next field; false at the end.
func (f *fields) next() bool {
	if len(f.rest) == 0 || *f.failed != nil {
		return false
	}
	num, kind, n := protowire.ConsumeTag(f.rest)
	if n < 0 {
		return f.fail()
	}
	f.rest, f.num, f.kind = f.rest[n:], num, kind
	switch kind {
	case protowire.BytesType:
		f.value, n = protowire.ConsumeBytes(f.rest)
	case protowire.VarintType:
		f.number, n = protowire.ConsumeVarint(f.rest)
	default:
		n = protowire.ConsumeFieldValue(num, kind, f.rest)
	}
	if n < 0 {
		return f.fail()
	}
	f.rest = f.rest[n:]
	return true
}

// bytes gives the field as a message or string. It is part of the answer's
// buffer: copy what is to be kept.
func (f *fields) bytes() []byte {
	if f.kind != protowire.BytesType {
		f.fail()
	}
	return f.value
}

func (f *fields) bool() bool {
	if f.kind != protowire.VarintType {
		f.fail()
	}
	return f.number != 0
}
