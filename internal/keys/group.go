package keys

import "podpass/internal/snapshot"

// group is what is around a half of a key: a profile, an object of JSON, a
// mapping of YAML, the value, the container, the object. Halves pair in the
// innermost first.
type group struct {
	parent *group
	depth  int
}

// maxGroups bounds groups within each other. What lies deeper belongs to the
// innermost of them.
const maxGroups = 24

// inside gives a new group within one.
func (g *group) inside() *group {
	if g.depth == maxGroups {
		return g
	}
	return &group{g, g.depth + 1}
}

// around gives the group of values that stand in one field of one container.
func (s *Scan) around(p snapshot.Place) *group {
	if s.root == nil {
		s.root = &group{}
		s.fields = map[[2]string]*group{}
	}
	container := s.field(s.root, p.Container, "")
	return s.field(container, p.Container, p.Field)
}

func (s *Scan) field(parent *group, container, field string) *group {
	key := [2]string{container, field}
	g := s.fields[key]
	if g == nil {
		g = parent.inside()
		s.fields[key] = g
	}
	return g
}
