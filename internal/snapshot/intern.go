package snapshot

// Interner keeps one copy of each string. Names of accounts, kinds and
// namespaces repeat by the thousand, and every decoder makes a new one.
// The zero value is ready; it is not for concurrent use.
type Interner struct{ seen map[string]string }

// String gives the kept copy of s.
func (i *Interner) String(s string) string {
	if s == "" {
		return ""
	}
	if kept, ok := i.seen[s]; ok {
		return kept
	}
	if i.seen == nil {
		i.seen = make(map[string]string)
	}
	i.seen[s] = s
	return s
}

// Bytes is String for bytes; it allocates only for those not seen before.
func (i *Interner) Bytes(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if kept, ok := i.seen[string(b)]; ok {
		return kept
	}
	return i.String(string(b))
}
