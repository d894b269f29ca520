package keys

import "bytes"

// lines looks into text of any language, line by line: ini, .env, shell, YAML,
// properties, XML, prose.
func (s *Scan) lines(c context, text []byte) {
	text = unescaped(text)
	l := layout{number: c.line, whole: c.group.inside()}
	known := 0 // until there, it is known what base64 of several lines there is
	for at := 0; at < len(text); {
		if n := s.wrappedAt(text, at, known); n > 0 {
			known = at + n
			if s.embedded(l.encoded(c, nil, 0), joined(text[at:known])) {
				l.number += bytes.Count(text[at:known], []byte("\n"))
				at = known
				continue
			}
		}
		line := text[at:]
		if n := bytes.IndexByte(line, '\n'); n >= 0 {
			line = line[:n]
		}
		at += len(line) + 1
		line = bytes.TrimRight(line, " \t\r")
		l.next(line)
		if len(line) >= idLength {
			s.line(c, &l, line)
		}
	}
}

// wrappedAt looks for base64 of several lines where it is not known yet.
func (s *Scan) wrappedAt(text []byte, at, known int) int {
	if at < known {
		return 0
	}
	n := wrapped(text[at:])
	s.work += n
	return n
}

// line looks for the words of one line that are keys, and the base64 in it: as
// Suspect does, at every 20th byte, and at the others where that is in a run.
func (s *Scan) line(c context, l *layout, line []byte) {
	done := 0 // everything before is looked at
	for i := idLength - 1; i < len(line); i = done + idLength - 1 {
		if class[line[i]]&inSecret == 0 {
			done = i + 1
			continue
		}
		from, to := i, i+1
		for from > done && class[line[from-1]]&inSecret != 0 {
			from--
		}
		for to < len(line) && class[line[to]]&inSecret != 0 {
			to++
		}
		if to-from >= idLength && !s.run(c, l, line, from, to) {
			to = s.urlRun(c, l, line, from, to)
		}
		done = to
	}
}

// run looks into a run of base64 characters; false where nothing is in it.
func (s *Scan) run(c context, l *layout, line []byte, from, to int) bool {
	ids := false
	for i := from; i+idLength <= to; i++ {
		end := i + idLength
		if !startsID(line[i:to]) || !alone(line, i, end) {
			continue
		}
		ids = true
		s.id(c, l, line, i)
		if to-end == secretLength+1 && line[end] == '/' { // id/secret
			s.secret(c, l, line, end+1)
		}
		i = end - 1
	}
	if !ids && to-from == secretLength {
		s.secret(c, l, line, from)
	}
	return ids || s.embedded(l.encoded(c, line, from), line[from:to])
}

// urlRun looks into base64 of the alphabet of URLs around a run, and gives
// where it ends.
func (s *Scan) urlRun(c context, l *layout, line []byte, from, to int) int {
	const any = inSecret | inJoint
	if !joins(line, from-1) && !joins(line, to) || from < l.joined {
		return to
	}
	for from > l.joined && class[line[from-1]]&any != 0 {
		from--
	}
	l.joined = to
	for l.joined < len(line) && class[line[l.joined]]&any != 0 {
		l.joined++
	}
	if s.embedded(l.encoded(c, line, from), line[from:l.joined]) {
		return l.joined
	}
	return to
}

// encoded gives the context of base64 in a line.
func (l *layout) encoded(c context, line []byte, at int) context {
	c.label, c.group, c.line = l.label(c, line, at), l.group(), l.number
	return c
}

// alone tells whether a word is no part of a longer one.
func alone(line []byte, from, to int) bool {
	return (from == 0 || class[line[from-1]]&inAlnum == 0) && (to == len(line) || class[line[to]]&inAlnum == 0)
}

func (s *Scan) id(c context, l *layout, line []byte, at int) {
	end := at + idLength
	id := string(line[at:end])
	if placeholder(id, 4) || bracketed(line, at, end) {
		return
	}
	s.keep(c, l, half{id: id, name: named(l.label(c, line, at))})
	l.lastID = end
}

func (s *Scan) secret(c context, l *layout, line []byte, at int) {
	end := at + secretLength
	secret := string(line[at:end])
	if placeholder(secret, 0) || bracketed(line, at, end) || joins(line, at-1) || joins(line, end) || end < len(line) && line[end] == '=' {
		return
	}
	label := l.label(c, line, at)
	h := half{secret: secret, name: named(label), look: lookOf(secret)}
	if l.first(line, at) && l.number > c.line+1 {
		h.name.other = false // credentials-file is the name of the whole text, not of a line
	}
	beside := l.lastID > 0 && at-l.lastID >= 1 && at-l.lastID <= 3
	switch {
	case beside && (h.look >= mixed || h.look > hash && line[at-1] == ':'):
		h.sure = true
	case saysSecret(label) || l.saysSecret(label):
		h.sure = h.look > hash || saysSecretAccess(label)
	}
	s.keep(c, l, h)
}

// joins tells characters by which words of other alphabets go on.
func joins(line []byte, at int) bool {
	return at >= 0 && at < len(line) && class[line[at]]&inJoint != 0
}

func (s *Scan) keep(c context, l *layout, h half) {
	h.group, h.add, h.line, h.place, h.profile = l.group(), s.adds, l.number, c.place, l.profile()
	if h.secret != "" {
		if s.secrets == nil {
			s.secrets = map[string]bool{}
		}
		s.secrets[h.secret] = true
	}
	s.found = append(s.found, h)
}
