package files

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"podpass/internal/snapshot"
)

// walker reads Kubernetes objects from a source, by the tables of its schema.
// It reads all kinds alike, since an object's kind may come last, and leaves
// it to emit what of an object counts for its kind.
type walker struct {
	schema *schema
	intern *snapshot.Interner
	emit   func(*object)

	detail   bool
	recorder *recorder // of the object at hand, with detail

	src  source
	path []step  // from cur to the value at hand
	cur  *object // gets the problems
}

type step struct {
	name  string
	index int // of a list's member; -1: none
}

// field is one field of T that is read; all others are passed over.
type field[T any] struct {
	name string
	read func(*walker, *T)
}

// fields reads the mapping at hand into to, and tells how many of its members
// are set.
func fields[T any](w *walker, table []field[T], to *T) (set int) {
	if !w.enter(mapping) {
		return 0
	}
	var seen uint64
	for key, ok := w.src.key(); ok; key, ok = w.src.key() {
		i := 0
		for i < len(table) && table[i].name != string(key) {
			i++
		}
		if w.src.shape() != null {
			set++
		}
		if i == len(table) {
			w.unread(key)
			w.src.skip()
			continue
		}
		w.path = append(w.path, step{table[i].name, -1})
		if seen&(1<<i) != 0 {
			w.duplicate(w.where())
			w.src.skip()
		} else {
			seen |= 1 << i
			table[i].read(w, to)
		}
		w.path = w.path[:len(w.path)-1]
	}
	return set
}

// unread notes a key that was meant to be kind. Everything else that is not
// read may be what it likes.
func (w *walker) unread(key []byte) {
	if len(key) == len("kind") && len(w.path) == 0 && w.cur != nil && strings.EqualFold(string(key), "kind") {
		w.cur.otherCase = true
	}
}

// lift makes fields of T from those of a part of it.
func lift[T, Part any](table []field[Part], part func(*T) *Part) []field[T] {
	lifted := make([]field[T], 0, len(table))
	for _, f := range table {
		lifted = append(lifted, field[T]{f.name, func(w *walker, to *T) { f.read(w, part(to)) }})
	}
	return lifted
}

// each reads the members of the list at hand.
func (w *walker) each(read func()) {
	if !w.enter(list) {
		return
	}
	w.path = append(w.path, step{})
	for i := 0; w.src.next(); i++ {
		w.path[len(w.path)-1] = step{index: i}
		read()
	}
	w.path = w.path[:len(w.path)-1]
}

// all reads the list of mappings at hand.
func all[T any](w *walker, table []field[T]) (read []T) {
	w.each(func() {
		var one T
		fields(w, table, &one)
		read = append(read, one)
	})
	return read
}

// enter steps into the value at hand if it is a want, and else reads it. As
// everywhere, null means unset.
func (w *walker) enter(want shape) bool {
	if !w.is(want) {
		return false
	}
	if want == list {
		w.src.list()
	} else {
		w.src.mapping()
	}
	return true
}

// is tells whether the value at hand is a want, and else reads it.
func (w *walker) is(want shape) bool {
	got := w.src.shape()
	if got == want {
		return true
	}
	if got != null && got != noValue {
		w.mismatch(got, want)
	}
	w.src.skip()
	return false
}

// bytes reads the string at hand.
func (w *walker) bytes() []byte {
	if !w.is(text) {
		return nil
	}
	b := w.src.text()
	if !utf8.Valid(b) {
		w.problem(problem{line: w.src.textLine(), what: w.where() + " is no valid UTF-8", mend: "write it in UTF-8"})
	}
	return b
}

// text reads a string; word one that comes again and again, of which one copy
// is kept for good. So names of objects that may be ignored are no words.
func (w *walker) text() string { return string(w.bytes()) }

func (w *walker) word() string { return w.intern.Bytes(w.bytes()) }

// name reads a string, by word or text, on which a verdict rests: a template
// in it is a problem.
func (w *walker) name(read func() string) string {
	s := read()
	if strings.Contains(s, templateMark) {
		w.problem(problem{
			line: w.src.textLine(),
			what: w.where() + " holds " + templateMark + ", a template that is not rendered",
			mend: renderFirst,
		})
	}
	return s
}

// list reads a list of strings, of which short ones come again and again.
func (w *walker) list() (read []string) {
	const short = 64
	w.each(func() {
		if b := w.bytes(); len(b) < short {
			read = append(read, w.intern.Bytes(b))
		} else {
			read = append(read, string(b))
		}
	})
	return read
}

func (w *walker) words() (read []string) {
	w.each(func() { read = append(read, w.word()) })
	return read
}

// tri reads a boolean that may be unset. A short string in its place is told,
// which is the usual mistake; no secret is one word where a boolean belongs.
func (w *walker) tri() snapshot.Tri {
	switch {
	case w.src.shape() == text:
		line, s := w.src.line(), string(w.src.text())
		if len(s) > len("false") {
			s = "…"
		}
		w.problem(problem{
			line: line,
			what: fmt.Sprintf("%s is the string %q, where the API server takes only true or false", w.where(), s),
			mend: "write true or false, without quotes",
		})
		return snapshot.Unset
	case !w.is(boolean):
		return snapshot.Unset
	case w.src.truth():
		return snapshot.True
	}
	return snapshot.False
}

// positive reads a number, and tells whether it is more than 0.
func (w *walker) positive() bool {
	if !w.is(number) {
		return false
	}
	digits := strings.ReplaceAll(string(w.src.number()), "_", "")
	if i, err := strconv.ParseInt(digits, 0, 64); err == nil {
		return i > 0
	}
	f, err := strconv.ParseFloat(digits, 64)
	return err == nil && f > 0
}

// texts reads a map of strings, of which it keeps those with a key in only,
// or all if only is nil. With whole the others are kept too, as they are: only
// a plan looks at them, so that nothing in them refuses the object.
func (w *walker) texts(only map[string]bool, whole bool) map[string]string {
	if !w.enter(mapping) {
		return nil
	}
	var kept map[string]string
	for key, ok := w.src.key(); ok; key, ok = w.src.key() {
		if only != nil && !only[string(key)] && !whole {
			if w.is(text) { // all must be strings
				w.src.skip()
			}
			continue
		}
		k := w.intern.Bytes(key)
		if only != nil && !only[k] {
			if w.is(text) {
				kept = with(kept, k, string(w.src.text()))
			}
			continue
		}
		if _, twice := kept[k]; twice {
			w.duplicateOf(k)
		}
		kept = with(kept, k, w.text())
	}
	return kept
}

// with adds an entry to a map that may be nil.
func with(to map[string]string, key, value string) map[string]string {
	if to == nil {
		to = map[string]string{}
	}
	to[key] = value
	return to
}

const (
	templateMark = "{{"
	renderFirst  = "render it first, as with helm template, and read the outcome"
)

// duplicateOf notes a key of the map at hand that is there twice.
func (w *walker) duplicateOf(key string) { w.duplicate(w.where() + "[" + strconv.Quote(key) + "]") }

func (w *walker) duplicate(what string) {
	w.problem(problem{line: w.src.line(), what: what + " is set twice", mend: "keep one of the two"})
}

// mismatch notes a value of the wrong type. The value is not told, as it might
// be secret.
func (w *walker) mismatch(got, want shape) {
	p := problem{line: w.src.line(), mend: "write " + want.String()}
	wanted := want.String()
	is := got.String()
	switch {
	case got == flawed:
		is, p.mend = w.src.flaw()
	case want == boolean:
		wanted, p.mend = "true or false", "write true or false, without quotes"
	case want == text && (got == number || got == boolean):
		p.mend = "put the value in quotes"
	}
	p.what = fmt.Sprintf("%s is %s, where the API server takes only %s", w.where(), is, wanted)
	w.problem(p)
}

func (w *walker) problem(p problem) {
	if w.cur != nil {
		w.cur.note(areaOf(w.path), p)
	}
}

// where names the field at hand as kubectl explain does.
func (w *walker) where() string {
	var b strings.Builder
	for _, s := range w.path {
		switch {
		case s.name == "":
			fmt.Fprintf(&b, "[%d]", s.index)
		case b.Len() == 0:
			b.WriteString(s.name)
		default:
			b.WriteString("." + s.name)
		}
	}
	if b.Len() == 0 {
		return "the object"
	}
	return b.String()
}
