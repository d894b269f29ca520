package files

// shape is what a value is.
type shape byte

// The shapes of values.
const (
	noValue shape = iota // the source is broken
	flawed               // a value that means nothing; see source.flaw
	null
	boolean
	number
	text
	list
	mapping
)

func (s shape) String() string {
	switch s {
	case null:
		return "null"
	case boolean:
		return "a boolean"
	case number:
		return "a number"
	case text:
		return "a string"
	case list:
		return "a list"
	case mapping:
		return "a mapping"
	}
	return "no value"
}

// source is one document, read once from front to back, as YAML nodes or from
// a JSON decoder. There is always a value at hand, and each is read by just
// one of mapping, list, text, truth, number and skip, of which all but skip ask for a
// value of that shape.
type source interface {
	// shape tells what the value at hand is, without reading it.
	shape() shape
	// flaw says what the value at hand of shape flawed is, and how to mend it.
	flaw() (is, mend string)
	// line is where the value at hand starts.
	line() int
	// broken tells whether the source ended before its time: what was being
	// read is not whole.
	broken() bool

	// mapping steps into the value at hand. key goes on to its next member,
	// whose value is then at hand and must be read before the next call, or
	// steps out again. The bytes are valid until the value is read.
	mapping()
	key() ([]byte, bool)

	// list and next are mapping and key for lists.
	list()
	next() bool

	text() []byte // valid until the next call
	// textLine is where the text that was just read starts: to ask for it only
	// if it is needed is faster than line.
	textLine() int
	truth() bool
	number() []byte // as it is written; valid until the next call
	skip()
}
