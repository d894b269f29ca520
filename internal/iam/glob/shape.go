package glob

// role is what a character may be in a segment.
type role uint8

const (
	isLast role = 1 << iota
	isInner
	isFirst
	isJoint
)

// place is what may come next in a segment; 0 is nothing, and that is no string
// of it.
type place uint8

const (
	mayEnd    = place(isLast)  // the word is whole
	mayGoOn   = place(isInner) // the word may have more
	mustBegin = place(isFirst) // a word must begin
)

// shape is a segment in the form that is followed character by character.
type shape struct {
	Segment
	literal []rune
}

func newShape(s Segment) *shape {
	if s.Literal == "" {
		return &shape{Segment: s}
	}
	literal := []rune(s.Literal)
	return &shape{Segment{Min: len(literal), Max: len(literal)}, literal}
}

// role tells what a character may be, a literal aside.
func (s *shape) role(char rune) role {
	if s.Join != 0 && s.Join == char {
		return isJoint
	}
	var r role
	if s.First.has(char) {
		r |= isFirst
	}
	if s.Inner.has(char) {
		r |= isInner
	}
	if s.Last.has(char) {
		r |= isLast
	}
	return r
}

// step gives the place behind a character with a role. At a place behind depth
// characters a literal takes only one of its own, whatever its role.
func (s *shape) step(at place, depth int, char rune, r role) place {
	switch {
	case s.Max > 0 && depth >= s.Max:
		return 0
	case s.literal != nil && s.literal[depth] == char:
		return mayEnd
	case s.literal != nil:
		return 0
	case r&isJoint != 0 && at&mayEnd != 0:
		return mustBegin
	case at&mustBegin != 0 && r&isFirst != 0:
		return mayGoOn | place(r&isLast)
	case at&mayGoOn != 0:
		return place(r & (isInner | isLast))
	}
	return 0
}

// whole tells whether the segment may end behind depth characters.
func (s *shape) whole(at place, depth int) bool {
	return depth >= s.Min && (depth == 0 || at&mayEnd != 0)
}

// mark sets ends[n] for each n where the first n characters are a string of the
// segment.
func (s *shape) mark(text []rune, ends []bool) {
	at := mustBegin
	for depth := 0; at != 0; depth++ {
		ends[depth] = ends[depth] || s.whole(at, depth)
		if depth == len(text) {
			return
		}
		at = s.step(at, depth, text[depth], s.role(text[depth]))
	}
}
