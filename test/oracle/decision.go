package oracle

import (
	"bytes"
	"compress/gzip"
	"fmt"
)

// Decision is a line of internal/iam/testdata/decisions.jsonl.gz: what the
// peer says of a request, and what podpass must say. Class names why they
// differ.
type Decision struct {
	ID    string `json:"id"`
	Class string `json:"class,omitempty"`
	Peer  Answer `json:"peer"`
	Want  Answer `json:"want"`
	Request
}

// sampleSeed and perCell choose the requests of the sample: some of each
// operator, form and presence.
const (
	sampleSeed = 1
	perCell    = 16
)

// Sample gives the decisions, packed. The bytes are the same at every run. It
// refuses while podpass says something that nothing explains.
func Sample() ([]byte, error) {
	g := NewGenerator(sampleSeed)
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	for i := range perCell * len(g.cells) {
		r := g.Compare(i, Podpass)
		if r.Fault() {
			return nil, fmt.Errorf("request %s: podpass says %s, wanted is %s", r.Request.ID, r.Engine, r.Want)
		}
		line, err := marshal(Decision{ID: r.Request.ID, Class: r.Class, Peer: r.Peer, Want: r.Want, Request: r.Request})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(append(line, '\n')); err != nil {
			return nil, err
		}
	}
	err = w.Close()
	return packed.Bytes(), err
}
