// Package keys finds AWS access keys in what Kubernetes objects hold: values of
// Secrets and ConfigMaps, environment variables, arguments, annotations.
//
// It reads names and values and gives facts as snapshot.Key: which access key
// id lies where, and whether its secret access key lies there too. It never
// gives a secret: the values that it pairs live in a Scan only and are dropped
// with it. It is pure. Its time grows with the size of what it reads, whatever
// that is; docs/keys.md tells what it finds and what it does not.
//
// An access key id is AKIA (of an IAM user) or ASIA (temporary) and 16 of A–Z
// and 2–7; a secret access key is 40 of A–Z, a–z, 0–9, + and /. AWS documents
// the prefixes, not the alphabets, which are measured:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
package keys

import (
	"bytes"
	"slices"

	"podpass/internal/snapshot"
)

// Bounds of what is looked into.
const (
	maxNesting  = 4        // encodings within each other: base64 in a Secret in a Helm release is the fourth
	maxTexts    = 16       // texts within strings of each other
	maxInflated = 32 << 20 // bytes that gzip gives in one value: a Helm release is at most 1 MiB packed
	inflation   = 64       // times as much as the value, at most
	maxLabel    = 128      // bytes of a name
)

// Scan looks for keys in one object: the halves of a key may lie in different
// values of it. The zero value is ready. It is for one goroutine.
type Scan struct {
	found  []half
	adds   int
	budget int // bytes that the value at hand may still inflate to
	cut    bool
	work   int // bytes, and pairs of halves, that were looked at: it grows with the input only

	root    *group
	fields  map[[2]string]*group
	secrets map[string]bool
}

// half is an access key id or a secret access key where it was seen.
type half struct {
	id      string // else empty
	secret  string // else empty; never leaves the package
	sure    bool   // of a secret: its name says what it is
	look    look   // of a secret
	name    name   // that it stands under
	group   *group
	add     int // which value
	line    int // in that value
	place   snapshot.Place
	profile string
}

// Add looks into a value that stands under a name. The value is not kept, but
// for the secrets in it, until Keys. The order of values does not matter but
// among those of the same place, such as arguments.
func (s *Scan) Add(place snapshot.Place, name string, value []byte) {
	s.adds++
	id := holdsID([]byte(name))
	if !id && !worth(value) {
		return
	}
	s.budget = min(maxInflated, inflation*len(value))
	c := context{place: place, label: ending(name, maxLabel), group: s.around(place).inside()}
	if id {
		s.lines(c, []byte(name))
	}
	if worth(value) {
		s.value(c, value)
	}
}

// Worth tells whether Add would make anything of a value under a name. It is
// fast, and spares the making of places for the many values that hold no key.
func Worth(name, value []byte) bool { return holdsID(name) || worth(value) }

// worth tells whether a value is to be looked into. Suspect does not tell a
// secret whose name stands outside of the value.
func worth(value []byte) bool {
	return len(value) >= idLength && (Suspect(value) || bare(value) || bytes.HasPrefix(value, []byte(gzipMagic)))
}

// bare tells whether a value is a lone word of the length of a secret, perhaps
// in base64.
func bare(value []byte) bool {
	word := bytes.Trim(value, " \t\r\n\"'=")
	return len(word) == secretLength || bareEncoded(word)
}

// bareEncoded tells a secret alone, perhaps with a line break, in base64.
func bareEncoded(word []byte) bool {
	const least, most = (secretLength*4 + 2) / 3, ((secretLength+2)*4 + 2) / 3
	if len(word) < least || len(word) > most {
		return false
	}
	decoded, ok := decode(word)
	return ok && printable(decoded) && len(bytes.TrimSpace(decoded)) == secretLength
}

// Cut tells whether some of what was added was not looked into, since it
// inflates to more than is read, or is encoded too many times.
func (s *Scan) Cut() bool { return s.cut }

// Keys gives what was found, sorted: each access key id once, with all its
// places, and the secrets without one.
func (s *Scan) Keys() []snapshot.Key {
	if len(s.found) == 0 {
		return nil
	}
	slices.SortStableFunc(s.found, func(a, b half) int {
		a.place.Via, b.place.Via = "", ""
		return a.place.Compare(b.place)
	})
	p := newPairing(s.found)
	p.run()
	s.work += p.work
	var list []*snapshot.Key
	places := map[snapshot.Place]snapshot.Place{}
	for i := range s.found {
		k := p.key(&s.found[i])
		if k == nil {
			continue
		}
		if len(k.At) == 0 {
			list = append(list, k)
		}
		at := s.found[i].place
		if _, ok := places[at]; !ok {
			places[at] = s.clean(at)
		}
		k.At = append(k.At, places[at])
	}
	return s.sorted(list)
}

func (s *Scan) sorted(list []*snapshot.Key) []snapshot.Key {
	keys := make([]snapshot.Key, 0, len(list))
	for _, k := range list {
		slices.SortFunc(k.At, snapshot.Place.Compare)
		k.At = slices.Compact(k.At)
		k.Profile = withoutWords(s.without(k.Profile))
		keys = append(keys, *k)
	}
	slices.SortFunc(keys, snapshot.Key.Compare)
	return slices.CompactFunc(keys, func(a, b snapshot.Key) bool {
		return a.ID == "" && b.ID == "" && a.Example == b.Example && a.Profile == b.Profile && slices.Equal(a.At, b.At)
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

// withoutWords takes every word out of the name of a profile that could be a
// secret, known or not.
func withoutWords(name string) string {
	for from := 0; from < len(name); from++ {
		to := from
		for to < len(name) && class[name[to]]&inSecret != 0 {
			to++
		}
		if to-from >= secretLength {
			name = name[:from] + "…" + name[to:]
			to = from
		}
		from = to
	}
	return name
}
