package keys

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"podpass/internal/snapshot"
)

// hostile makes values of about n bytes that somebody who wants to stop an
// audit might write.
type hostile struct {
	filler
	n int
}

func hostileValues(n int) map[string]string {
	h := hostile{filler{rand.New(rand.NewPCG(uint64(n), 5)), map[string]string{}}, n}
	all := h.plain()
	maps.Copy(all, h.keys())
	maps.Copy(all, h.labels())
	maps.Copy(all, h.nested())
	return all
}

func (h hostile) id() string               { return "AKIA" + h.random(alphaID, 16) }
func (h hostile) secret() string           { return h.random(alphaBase64, secretLength) }
func (h hostile) times(text string) string { return strings.Repeat(text, h.n/len(text)) }
func (h hostile) half(text string) string  { return text[:h.n/2] }
func surrounded(open, inner, closed string, n int) string {
	return strings.Repeat(open, n) + inner + strings.Repeat(closed, n)
}

// each joins lines until they are long enough.
func (h hostile) each(line func(i int) string) string {
	var b strings.Builder
	for i := 0; b.Len() < h.n; i++ {
		b.WriteString(line(i))
	}
	return b.String()
}

func (h hostile) ids(end string) string {
	return h.each(func(int) string { return h.id() + end })
}

// plain gives repetitions.
func (h hostile) plain() map[string]string {
	all := map[string]string{
		"base64 of URLs in parts": "c29tZSB0ZXh0IHRoYXQgaXMgbG9uZyB" + h.times("aaaaaaaaaaaaaaaaaaaa_"),
		"empty objects":           "[" + h.times("{},") + "{}]",
		"escaped escapes":         "AKIA\\u005c" + h.times("u005c"),
	}
	for _, text := range []string{"A", "AKIA", " ", "\n", "\"", "\\", "%25", "=", "QUFB", "[", `{"a":`, "- ", "[a]\n", "a:\n", "aws_secret_access_key=", example + "\n", "\x1f\x8b"} {
		all[fmt.Sprintf("%q again and again", text)] = h.times(text)
	}
	return all
}

// keys gives many ids and secrets.
func (h hostile) keys() map[string]string {
	return map[string]string{
		"secrets in lines":             h.each(func(int) string { return h.secret() + "\n" }),
		"ids in lines":                 h.ids("\n"),
		"ids in one line, hyphens":     h.ids("-"),
		"ids in one line, dots":        h.ids("."),
		"ids in one line, underscores": h.ids("_"),
		"ids behind many quotes":       strings.Repeat("\"", h.n/2) + h.half(h.ids("\"")),
		"ids below many items":         h.half(h.times("- ")) + "\n" + h.half(h.ids("\n")),
		"ids, then secrets":            h.half(h.ids("\n")) + h.half(h.each(func(int) string { return "\naws_secret_key " + h.secret() })),
		"halves of other names":        h.each(func(int) string { return "a_access=" + h.id() + "\nb_access_pass=" + h.secret() + "\n" }),
		"halves of other stems":        h.each(func(int) string { return "a_access=" + h.id() + "\nb_aws_secret=" + h.secret() + "\n" }),
		"profiles": h.each(func(i int) string {
			return fmt.Sprintf("[p%d]\naws_access_key_id=%s\naws_secret_access_key=%s\n", i, h.id(), h.secret())
		}),
		"ids in deep JSON":    surrounded(`{"a":`, `["`+h.ids(`","`)+`"]`, "}", 200),
		"halves in deep JSON": h.levels(60),
	}
}

// levels gives objects within each other, with halves in each that do not go
// together.
func (h hostile) levels(deep int) string {
	var b strings.Builder
	for range deep {
		b.WriteString(`{"l":[`)
		for range h.n / deep / 110 {
			fmt.Fprintf(&b, `{"a_access":%q},{"b_aws_secret":%q},`, h.id(), h.secret())
		}
		b.WriteString(`0],"c":`)
	}
	return b.String() + "0" + strings.Repeat("}", deep)
}

// labels gives long names of many values.
func (h hostile) labels() map[string]string {
	long := strings.Repeat("secret", h.n/12)
	return map[string]string{
		"a profile with a long name": "[" + strings.Repeat("p", h.n/2) + "]\n" + h.half(h.ids("\n")),
		"a long key of YAML":         long + ":\n" + h.half(h.each(func(int) string { return " s3secret: " + h.secret() + "\n" })),
		"a long label of JSON":       `{"` + long + `":["` + h.half(h.ids(`","`)) + `"]}`,
		"a long label of halves":     `{"` + long + `":["` + h.half(h.each(func(int) string { return h.secret() + `","` + h.id() + `","` })) + `"]}`,
		"deep JSON of long labels":   surrounded(`{"`+strings.Repeat("aws_secret", 10)+`":`, `"`+h.id()+`"`, "}", min(9000, h.n/105)),
		"deep YAML":                  h.each(func(i int) string { return strings.Repeat(" ", i%1000) + "a:\n" }) + h.id(),
	}
}

// nested gives texts in texts.
func (h hostile) nested() map[string]string {
	const text = "some text, at least of a good length"
	bomb, small := zipped(strings.Repeat("\x00", 1000*h.n)), zipped(strings.Repeat("a b\n", 8000))
	return map[string]string{
		"strings in strings":        quoted(h.n),
		"base64 of base64":          doubled(h.n),
		"lines of base64":           fold(b64(h.times(text)), 76),
		"words of base64":           h.each(func(int) string { return b64(text) + " " }),
		"long lines of base64":      strings.Repeat(b64(strings.Repeat(text, h.n/100))+"\n", 2),
		"lines that nearly go on":   h.each(func(int) string { return b64(text) + "\n" + b64("short") + "\n" }),
		"a gzip bomb":               bomb,
		"a gzip bomb in base64":     b64(bomb),
		"gzip bombs":                h.each(func(int) string { return b64(small) + "\n" }),
		"a gzip bomb of gzip bombs": zipped(strings.Repeat(b64(small)+"\n", h.n/100)),
	}
}

// quoted puts a list into a string in a list, again and again, in the shortest
// way there is.
func quoted(n int) string {
	text := `["` + example + `"]`
	for len(text) < n {
		text = `["` + strings.NewReplacer(`"`, `\u0022`, `\`, `\u005c`).Replace(text) + `"]`
	}
	return text
}

// doubled encodes a text twice over, again and again.
func doubled(n int) string {
	text := example
	for len(text) < n {
		text = b64(text + " " + text)
	}
	return text
}

// effort scans a value and counts the work and the bytes that it takes from the
// heap.
func effort(text string) (work int, allocated uint64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var s Scan
	s.Add(snapshot.Place{Field: snapshot.FieldData, Name: "x"}, "x", []byte(text))
	s.Keys()
	runtime.ReadMemStats(&after)
	return s.work, after.TotalAlloc - before.TotalAlloc
}

// TestWorkGrowsWithTheInput: four times the bytes take four times the work and
// memory, and some more for what a bound no longer holds back.
func TestWorkGrowsWithTheInput(t *testing.T) {
	const small, slack = 32 << 10, 1 << 20
	large := hostileValues(4 * small)
	for name, text := range hostileValues(small) {
		times := max(1, float64(len(large[name]))/float64(len(text)))
		work, allocated := effort(text)
		moreWork, moreAllocated := effort(large[name])
		if float64(moreWork) > 1.3*times*float64(work)+slack {
			t.Errorf("%s: work %d for %d bytes, %d for %d", name, work, len(text), moreWork, len(large[name]))
		}
		if float64(moreAllocated) > 1.5*times*float64(allocated)+slack {
			t.Errorf("%s: %d bytes of memory for %d bytes, %d for %d", name, allocated, len(text), moreAllocated, len(large[name]))
		}
		if most := 3 * (inflation + 1) * len(text); work > most {
			t.Errorf("%s: work %d for %d bytes", name, work, len(text))
		}
	}
}

// TestCutTellsOfWhatWasNotRead: beyond each bound, and only there.
func TestCutTellsOfWhatWasNotRead(t *testing.T) {
	key := "aws_access_key_id=" + example + "\n"
	nest := func(n int) string {
		text := key
		for range n {
			text = b64(text)
		}
		return text
	}
	packed := func(zeros int) string {
		return zipped(key + strings.Repeat("a", zeros) + "\n" + "AKIAI44QH8DHBEXAMPLE\n")
	}
	for _, test := range []struct {
		name, text string
		keys       int
		cut        bool
	}{
		{"nothing", "a: b", 0, false},
		{"base64 as often as allowed", nest(maxNesting), 1, false},
		{"base64 once more", nest(maxNesting + 1), 0, true},
		{"gzip of little more than it is", packed(50), 2, false},
		{"gzip of a thousand times as much", packed(1 << 20), 1, true},
		{"a broken gzip", packed(50)[:60], 1, false},
		{"strings in strings", quoted(200), 1, false},
		{"strings in too many strings", quoted(20000), 0, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			var s Scan
			s.Add(snapshot.Place{Field: snapshot.FieldData, Name: "x"}, "x", []byte(test.text))
			if got := s.Keys(); len(got) != test.keys || s.Cut() != test.cut {
				t.Errorf("%d keys, cut %v; want %d, %v", len(got), s.Cut(), test.keys, test.cut)
			}
		})
	}
}
