package oracle

import (
	"fmt"
	"strconv"
	"strings"
)

// Mended is what the peer says once a request is written so that it cannot
// miss a rule of AWS: each class rewrites what is its own. A condition that a
// class decides is replaced by one on a key that no request has: `Null: true`
// holds for it, `Null: false` does not. One that nobody can decide is asked
// both ways.
type Mended struct {
	Answer  Answer
	Classes []string // that rewrote something, in their order
	// Class is the last one that changed the answer, empty where it is the
	// peer's in the end.
	Class string
}

// Mend lets all classes rewrite a request, of which the peer says peer.
func Mend(q Request, peer Answer) Mended {
	m, names := rewrite(q, func(*mender) {})
	result := Mended{Answer: peer, Classes: names}
	if len(names) == 0 {
		return result
	}
	if result.Answer = m.answer(); result.Answer != peer {
		result.Class = blame(q, peer)
	}
	return result
}

// blame asks the peer after each class.
func blame(q Request, peer Answer) (class string) {
	var answers []Answer
	_, names := rewrite(q, func(m *mender) { answers = append(answers, m.answer()) })
	for i, answer := range answers {
		if answer != peer {
			class, peer = names[i], answer
		}
	}
	return class
}

// rewrite calls step after each class that rewrote something.
func rewrite(q Request, step func(*mender)) (m *mender, names []string) {
	m = &mender{request: q, document: q.Policy.copied()}
	for _, c := range Classes() {
		if m.apply(c) {
			names = append(names, c.Name)
			step(m)
		}
	}
	return m, names
}

// mender rewrites a copy of a policy.
type mender struct {
	request  Request
	document Document
	markers  int
	open     []marker
}

// marker is a condition that nobody can decide.
type marker struct {
	statement int
	key       string
}

// markerKey begins keys that no token has: the name is reserved (RFC 2606).
const markerKey = "marker.invalid:"

// apply lets a class rewrite, and tells whether it did.
func (m *mender) apply(c Class) (changed bool) {
	if c.document != nil {
		return c.document(m)
	}
	for i := range m.document.Statement.Items {
		for _, t := range m.tests(i) {
			if v := c.condition(&t); v != undecided {
				m.settle(t, v)
				changed = true
			}
		}
	}
	return changed
}

// settle replaces a condition by what it comes to.
func (m *mender) settle(t test, v verdict) {
	s := &m.document.Statement.Items[t.statement]
	delete(s.Condition[t.name], t.key)
	if len(s.Condition[t.name]) == 0 {
		delete(s.Condition, t.name)
	}
	m.mark(t.statement, v)
}

// mark adds a condition that comes to v.
func (m *mender) mark(statement int, v verdict) {
	m.markers++
	key := markerKey + strconv.Itoa(m.markers)
	s := &m.document.Statement.Items[statement]
	s.Condition.add("Null", key, one(Scalar{Text: fmt.Sprint(v == holds)}))
	if v == unknown {
		m.open = append(m.open, marker{statement, key})
	}
}

// answer asks the peer for the best and the worst case. There are no more:
// what makes an Allow hold or a Deny fail never takes rights away.
func (m *mender) answer() Answer {
	worst := m.ask("Deny")
	if len(m.open) == 0 {
		return worst
	}
	if best := m.ask("Allow"); best != worst {
		return Unknown
	}
	return worst
}

// ask lets open conditions hold in statements of one effect alone.
func (m *mender) ask(effect string) Answer {
	for _, o := range m.open {
		s := m.document.Statement.Items[o.statement]
		s.Condition["Null"][o.key] = one(Scalar{Text: fmt.Sprint(s.Effect == effect)})
	}
	return ask(m.request, m.document.Text())
}

// test is a condition with what the request holds for it.
type test struct {
	statement int
	name, key string // as written
	operator  Operator
	known     bool // the operator
	values    []string
	held      []string
	present   bool
	version   string
	request   *Request
}

// tests lists the conditions of a statement that no class has decided yet, in
// a fixed order.
func (m *mender) tests(statement int) []test {
	var all []test
	block := m.document.Statement.Items[statement].Condition
	for _, name := range sorted(block) {
		for _, key := range sorted(block[name]) {
			if strings.HasPrefix(key, markerKey) {
				continue
			}
			t := test{statement: statement, name: name, key: key, version: m.document.Version, request: &m.request}
			t.operator, t.known = parseOperator(name)
			for _, v := range block[name][key].Items {
				t.values = append(t.values, v.Text)
			}
			t.held, t.present = m.request.Holds(key)
			all = append(all, t)
		}
	}
	return all
}

// Holds gives the values of a key in the request. Names of keys are not
// case-sensitive.
func (q Request) Holds(key string) (values []string, present bool) {
	if strings.EqualFold(key, q.Provider+":sub") {
		return []string{q.Sub}, true
	}
	if strings.EqualFold(key, q.Provider+":aud") {
		return []string{q.Aud}, true
	}
	for name, values := range q.Claims {
		if strings.EqualFold(key, q.Provider+":"+name) {
			return values, true
		}
	}
	return nil, false
}
