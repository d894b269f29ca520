package glob

import (
	"strings"
	"unicode/utf8"
)

// table is a finished dfa: one look-up a character.
type table struct {
	prefix string   // what all strings begin with
	start  uint32   // the state behind prefix
	width  uint32   // of a row; row 0 is dead, row 1 pass
	next   []uint32 // by state+letter; a state is the index of its row
	holds  []bool   // by row
	ascii  [utf8.RuneSelf]uint16
	others map[rune]uint16 // letter 0 is any character that is in neither
}

// newTable gives nil where more states were needed.
func newTable(list []Pattern, states int) *table {
	t := &table{others: map[rune]uint16{}}
	p := newProgram(list)
	letters := []letter{{-1, -1}}
	for _, char := range p.mentioned() {
		if char < utf8.RuneSelf {
			t.ascii[char] = uint16(len(letters))
		} else {
			t.others[char] = uint16(len(letters))
		}
		letters = append(letters, letter{char, folded(char)})
	}
	d := newDFA(p, letters)
	t.width = uint32(len(letters))
	for state := 0; state < len(d.states); state++ {
		if len(d.states) > states {
			return nil
		}
		for i := range letters {
			t.next = append(t.next, uint32(d.step(int32(state), i))*t.width)
		}
		t.holds = append(t.holds, d.holds(int32(state)))
	}
	t.start = uint32(d.start) * t.width
	t.skip(letters)
	return t
}

// skip moves the start behind what all strings begin with. It comes to an end:
// only a * leads back to a state, and then by every letter.
func (t *table) skip(letters []letter) {
	var prefix strings.Builder
	for !t.holds[t.start/t.width] {
		only := -1
		for i := range letters {
			if t.next[t.start+uint32(i)] == dead {
				continue
			}
			if only >= 0 || letters[i].char < 0 || letters[i].char >= utf8.RuneSelf {
				only = -1
				break
			}
			only = i
		}
		if only < 0 {
			break
		}
		prefix.WriteRune(letters[only].char)
		t.start = t.next[t.start+uint32(only)]
	}
	t.prefix = prefix.String()
}

func (t *table) match(s string) bool {
	if !strings.HasPrefix(s, t.prefix) {
		return false
	}
	s = s[len(t.prefix):]
	state := t.start
	for i := 0; i < len(s) && state > pass*t.width; {
		letter := uint16(0)
		if s[i] < utf8.RuneSelf {
			letter = t.ascii[s[i]]
			i++
		} else {
			char, size := next(s[i:])
			letter = t.others[char]
			i += size
		}
		state = t.next[state+uint32(letter)]
	}
	return t.holds[state/t.width]
}
