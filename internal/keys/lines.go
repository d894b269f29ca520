package keys

import (
	"bytes"
	"strconv"
)

func itoa(n int) string { return strconv.Itoa(n) }

// inner looks into a string of a larger text.
func (s *Scan) inner(c context, text string) {
	if b := []byte(text); worth(b) {
		s.value(c, b)
	}
}

// lines looks into text of any language, line by line: ini, .env, shell, YAML,
// properties, XML, prose.
func (s *Scan) lines(c context, text []byte) {
	l := layout{}
	lines := bytes.Split(unescaped(text), []byte("\n"))
	for i := 0; i < len(lines); i++ {
		line := bytes.TrimRight(lines[i], " \t\r")
		if n := wrapped(lines[i:]); n > 1 {
			s.embedded(c, joined(bytes.Join(lines[i:i+n], nil)))
			i += n - 1
			continue
		}
		l.next(line)
		if len(line) >= idLength {
			s.line(c, &l, line)
		}
	}
}

// unescaped writes out the escapes of JSON, shells and URLs that could stand
// within a key or next to one.
func unescaped(text []byte) []byte {
	if bytes.IndexByte(text, '\\') >= 0 {
		for _, e := range [][2]string{{`\/`, "/"}, {`\n`, "\n"}, {`\r`, "\n"}, {`\t`, "\t"}, {`\"`, `"`}, {`\u002f`, "/"}, {`\u002F`, "/"}, {`\u002b`, "+"}, {`\u002B`, "+"}, {`\u003d`, "="}, {`\u0026`, "&"}} {
			text = bytes.ReplaceAll(text, []byte(e[0]), []byte(e[1]))
		}
	}
	if bytes.IndexByte(text, '%') >= 0 {
		for _, e := range [][2]string{{"%2F", "/"}, {"%2f", "/"}, {"%2B", "+"}, {"%2b", "+"}, {"%3D", "="}, {"%3d", "="}, {"%3A", ":"}, {"%3a", ":"}, {"%26", "&"}, {"%40", "@"}, {"%20", " "}} {
			text = bytes.ReplaceAll(text, []byte(e[0]), []byte(e[1]))
		}
	}
	return text
}

// wrapped counts the lines, from the first on, that together are one base64
// text: all of the same length but for the last.
func wrapped(lines [][]byte) int {
	first := bytes.TrimSpace(lines[0])
	if len(first) < 60 || len(first)%4 != 0 || !isBase64(first) {
		return 0
	}
	for i := 1; i < len(lines); i++ {
		line := bytes.TrimSpace(lines[i])
		switch {
		case len(line) == 0 || len(line) > len(first) || !isBase64(line):
			return i
		case len(line) < len(first):
			return i + 1
		}
	}
	return len(lines)
}

// line looks for the words of one line that are keys, and the base64 in it.
func (s *Scan) line(c context, l *layout, line []byte) {
	c.group = within(c.group, l.group())
	for from := 0; from < len(line); {
		if class[line[from]]&inSecret == 0 {
			from++
			continue
		}
		to := from + 1
		for to < len(line) && class[line[to]]&inSecret != 0 {
			to++
		}
		if to-from >= idLength {
			s.run(c, l, line, from, to)
		}
		from = to
	}
}

// run looks into a run of base64 characters.
func (s *Scan) run(c context, l *layout, line []byte, from, to int) {
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
	switch {
	case ids:
	case to-from == secretLength:
		s.secret(c, l, line, from)
		fallthrough
	case to-from >= minEncoded:
		inner := c
		inner.label = l.label(c, line, from)
		s.embedded(inner, line[from:to])
	}
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
	s.keep(c, l, half{id: id, label: l.label(c, line, at)})
	l.lastID = end
}

func (s *Scan) secret(c context, l *layout, line []byte, at int) {
	end := at + secretLength
	secret := string(line[at:end])
	if placeholder(secret, 0) || bracketed(line, at, end) || joins(line, at-1) || joins(line, end) || end < len(line) && line[end] == '=' {
		return
	}
	label := l.label(c, line, at)
	beside := l.lastID > 0 && at-l.lastID >= 1 && at-l.lastID <= 3 && mixed(secret)
	s.keep(c, l, half{secret: secret, label: label, sure: beside || saysSecret(label) || l.saysSecret(label)})
}

// joins tells characters by which words of other alphabets go on.
func joins(line []byte, at int) bool {
	return at >= 0 && at < len(line) && (line[at] == '_' || line[at] == '-')
}

func (s *Scan) keep(c context, l *layout, h half) {
	h.group, h.add, h.line, h.place, h.ini = c.group, s.adds, l.number, c.place, l.section
	if h.secret != "" {
		if s.secrets == nil {
			s.secrets = map[string]bool{}
		}
		s.secrets[h.secret] = true
	}
	s.found = append(s.found, h)
}
