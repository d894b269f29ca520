package choices

// shape is what a value must be. Where it may be a text or a list, both are
// set; else one of text, list, mapping, pairs and yes is.
type shape struct {
	text    *text
	list    *list
	mapping *mapping
	pairs   *pairs
	yes     bool // true, and nothing else
}

// text is a string in one line.
type text struct {
	words   []string // those that there are; nil: any of pattern
	pattern string   // of the whole, in what Go and ECMA-262 understand alike
	most    int      // characters
	what    string   // what it is: "no name of a role" is a flaw
	mend    string   // how to write it
}

// list is a list of texts or mappings.
type list struct {
	item  shape
	empty bool // may be empty, or null
}

// mapping has known keys.
type mapping struct {
	members []member
	some    []string // one of these must be there
	none    string   // what to do where none is
	empty   bool     // may be null
	clashes []clash
}

// member is a key of a mapping.
type member struct {
	name    string
	about   string // what it decides, for people
	need    bool
	without []string // keys that cannot stand beside it
	with    string   // a key that must
	shape   shape
}

// clash is a value of one key that leaves no place for another.
type clash struct{ key, value, other string }

// pairs is a mapping of free keys.
type pairs struct {
	key, value text
	most       int
}

// find gives a member by its name; nil where there is none.
func (m *mapping) find(name string) *member {
	for i := range m.members {
		if m.members[i].name == name {
			return &m.members[i]
		}
	}
	return nil
}

func (m *mapping) names() []string {
	names := make([]string, len(m.members))
	for i := range m.members {
		names[i] = m.members[i].name
	}
	return names
}
