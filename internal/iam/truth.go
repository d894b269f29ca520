package iam

// Truth is a truth value of Kleene's logic. The order False < Unknown < True
// makes "and" the smaller and "or" the larger of two.
type Truth uint8

// The truth values.
const (
	False Truth = iota
	Unknown
	True
)

// String is the value in lower case.
func (t Truth) String() string { return [...]string{"false", "unknown", "true"}[t] }

// Not leaves Unknown as it is.
func (t Truth) Not() Truth { return True - t }

func truth(b bool) Truth {
	if b {
		return True
	}
	return False
}

// Decision is the answer to a request.
type Decision uint8

// The decisions. DecideUnknown means that what is not known can change the
// answer: whoever must act on it has to deny.
const (
	DecideDeny Decision = iota
	DecideUnknown
	DecideAllow
)

// String is the decision in lower case: allow, deny or unknown.
func (d Decision) String() string { return [...]string{"deny", "unknown", "allow"}[d] }
