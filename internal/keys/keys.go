// Package keys finds AWS access keys in what Kubernetes objects hold: values of
// Secrets and ConfigMaps, environment variables, arguments, annotations.
//
// It reads names and values and gives facts as snapshot.Key: which access key
// id lies where, and whether its secret access key lies there too. It never
// gives a secret: the values that it pairs live in a Scan only and are dropped
// with it. It is pure.
//
// An access key id is AKIA (of an IAM user) or ASIA (temporary) and 16 of A–Z
// and 2–7; a secret access key is 40 of A–Z, a–z, 0–9, + and /. AWS documents
// the prefixes, not the alphabets, which are measured:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
package keys

import (
	"bytes"
	"encoding/base64"
	"slices"

	"podpass/internal/snapshot"
)

// Bounds of what is looked into.
const (
	maxNesting  = 3        // encodings within each other
	maxInflated = 32 << 20 // bytes of a gzip stream: a Helm release is at most 1 MiB packed
)

// Scan looks for keys in one object: the halves of a key may lie in different
// values of it. The zero value is ready. It is for one goroutine.
type Scan struct {
	found []half
	adds  int
	cut   bool

	secrets map[string]bool
}

// half is an access key id or a secret access key where it was seen.
type half struct {
	id     string // else empty
	secret string // else empty; never leaves the package
	sure   bool   // of a secret: its name says what it is
	label  string // the name it stands under
	group  string // the profile, object or mapping around it
	add    int    // which value
	line   int    // in that value
	place  snapshot.Place
	ini    string // name of the profile
}

// Add looks into a value that stands under a name. The value is not kept, but
// for the secrets in it, until Keys.
func (s *Scan) Add(place snapshot.Place, name string, value []byte) {
	s.adds++
	if worth(value) {
		s.value(context{place: place, label: name}, value)
	}
}

// worth tells whether a value is to be looked into. Suspect does not tell a
// secret whose name stands outside of the value.
func worth(value []byte) bool {
	return len(value) >= idLength && (Suspect(value) || bare(value) || bytes.HasPrefix(value, []byte(gzipMagic)))
}

// bare tells whether a value is a lone word of the length of a secret, perhaps
// in base64.
func bare(value []byte) bool {
	word := bytes.Trim(value, " \t\r\n\"'=")
	switch len(word) {
	case secretLength:
		return true
	case base64.RawStdEncoding.EncodedLen(secretLength):
		decoded, ok := decode(word)
		return ok && printable(decoded)
	}
	return false
}

// Cut tells whether some of what was added was not looked into, since it
// inflates to more than is read.
func (s *Scan) Cut() bool { return s.cut }

// Keys gives what was found, sorted: each access key id once, with all its
// places, and the secrets without one.
func (s *Scan) Keys() []snapshot.Key {
	if len(s.found) == 0 {
		return nil
	}
	p := newPairing(s.found)
	p.run()
	byID := map[string]*snapshot.Key{}
	var list []*snapshot.Key
	for i := range s.found {
		h := &s.found[i]
		k := byID[h.id]
		switch {
		case h.secret != "":
			k = p.lone(h)
		case k == nil:
			k = &snapshot.Key{ID: h.id, Secret: p.paired[h.id], Example: isExampleID(h.id), Profile: h.ini}
			byID[h.id] = k
		}
		if k == nil {
			continue
		}
		if len(k.At) == 0 {
			list = append(list, k)
		}
		k.At = append(k.At, s.clean(h.place))
	}
	keys := make([]snapshot.Key, 0, len(list))
	for _, k := range list {
		slices.SortFunc(k.At, snapshot.Place.Compare)
		k.At = slices.Compact(k.At)
		k.Profile = s.without(k.Profile)
		keys = append(keys, *k)
	}
	slices.SortFunc(keys, snapshot.Key.Compare)
	return slices.CompactFunc(keys, func(a, b snapshot.Key) bool {
		return a.ID == "" && b.ID == "" && a.Example == b.Example && slices.Equal(a.At, b.At)
	})
}

// clean takes a secret that somebody used as a name out of a place.
func (s *Scan) clean(p snapshot.Place) snapshot.Place {
	p.Name, p.Container = s.without(p.Name), s.without(p.Container)
	return p
}

func (s *Scan) without(name string) string {
	for at := 0; at+secretLength <= len(name); at++ {
		if word := name[at : at+secretLength]; s.secrets[word] {
			name = name[:at] + "…" + name[at+secretLength:]
		}
	}
	return name
}
