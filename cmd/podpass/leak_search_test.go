package main

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// glimpse is how many bytes of a secret in a row are a leak, in whatever form.
const glimpse = 16

// searcher looks for secrets in what podpass gives: plain, backwards, in
// base64 and hexadecimal, escaped for any medium, broken into lines, packed,
// and these within each other.
type searcher struct {
	forms  map[string]string // by glimpse: which secret, and how it is written
	may    [1 << 20]bool     // by hash of its first bytes: there may be a glimpse
	base64 [256]bool         // its characters, of both alphabets
}

// newSearcher looks for secrets that it names by their ids.
func newSearcher(list []planted) *searcher {
	s := &searcher{forms: map[string]string{}}
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_") {
		s.base64[c] = true
	}
	for _, k := range list {
		for form, text := range written(k.secret) {
			for i := 0; i+glimpse <= len(text); i++ {
				part := text[i : i+glimpse]
				s.forms[part], s.may[hashOf(part)] = "the secret of "+k.id+", "+form, true
			}
		}
	}
	return s
}

// written gives a secret in every form that hides none of its characters.
func written(secret string) map[string]string {
	backwards := []byte(secret)
	slices.Reverse(backwards)
	forms := map[string]string{"plain": secret, "backwards": string(backwards)}
	for form, text := range map[string]string{"": secret, "backwards ": string(backwards)} {
		forms[form+"in hex"] = hex.EncodeToString([]byte(text))
		forms[form+"in HEX"] = strings.ToUpper(hex.EncodeToString([]byte(text)))
		for shift := range 3 {
			// Of the first and the last group, what is around the secret is a part.
			encoded := base64.StdEncoding.EncodeToString([]byte("xx"[:shift] + text))
			encoded = strings.TrimRight(encoded[4*min(shift, 1):], "=")
			encoded = encoded[:len(encoded)-1]
			forms[fmt.Sprintf("%sin base64 from byte %d", form, shift)] = encoded
			forms[fmt.Sprintf("%sin base64 of URLs from byte %d", form, shift)] = strings.NewReplacer("+", "-", "/", "_").Replace(encoded)
		}
	}
	return forms
}

func hashOf[T string | []byte](part T) uint32 {
	return (uint32(part[0]) | uint32(part[1])<<8 | uint32(part[2])<<16 | uint32(part[3])<<24) * 2654435761 >> 12
}

// find tells which secret is in a text, and how; empty for none.
func (s *searcher) find(text []byte) string { return s.within(text, 0) }

func (s *searcher) within(text []byte, depth int) string {
	const most = 4 // encodings within each other
	if depth > most {
		return ""
	}
	views := [][]byte{text}
	plain := unescaped(text)
	if len(plain) != len(text) {
		views = append(views, plain)
	}
	for _, view := range views {
		if found := s.plain(view); found != "" {
			return found
		}
		for inner := range s.encoded(view) {
			if found := s.within(inner, depth+1); found != "" {
				return found + ", encoded once more"
			}
		}
	}
	return s.plain(s.joined(plain))
}

func (s *searcher) plain(text []byte) string {
	for i := 0; i+glimpse <= len(text); i++ {
		if s.may[hashOf(text[i:])] {
			if found := s.forms[string(text[i:i+glimpse])]; found != "" {
				return found
			}
		}
	}
	return ""
}

// joined gives a text without all that can break a word into parts.
func (s *searcher) joined(text []byte) []byte {
	joined := make([]byte, 0, len(text))
	for _, c := range text {
		if s.base64[c] {
			joined = append(joined, c)
		}
	}
	return joined
}

// unescaped writes escapes out: of JSON, of URLs, of HTML and XML, of podpass
// itself, and a backslash before a sign.
func unescaped(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		c, n := text[i], 1
		if c == '%' || c == '&' || c == '\\' {
			c, n = escape(text[i:])
		}
		out = append(out, c)
		i += n
	}
	return out
}

// escape gives the character at the start of a text, and how long it is.
func escape(text []byte) (c byte, length int) {
	switch text[0] {
	case '%':
		if c, ok := number(text, 1, 3, 16); ok {
			return c, 3
		}
	case '&':
		end := bytes.IndexByte(text[:min(len(text), 10)], ';')
		if plain := html.UnescapeString(string(text[:end+1])); end > 0 && len(plain) == 1 {
			return plain[0], end + 1
		}
	case '\\':
		for _, form := range []struct {
			start    string
			from, to int
		}{{`\u{`, 3, 5}, {`\x{`, 3, 5}, {`\u00`, 4, 6}, {`\x`, 2, 4}} {
			if c, ok := number(text, form.from, form.to, 16); ok && bytes.HasPrefix(text, []byte(form.start)) {
				return c, form.to + strings.Count(form.start, "{")
			}
		}
		if len(text) > 1 {
			return text[1], 2
		}
	}
	return text[0], 1
}

func number(text []byte, from, to, base int) (byte, bool) {
	if to > len(text) {
		return 0, false
	}
	n, err := strconv.ParseUint(string(text[from:to]), base, 8)
	return byte(n), err == nil
}

// encoded gives what is packed or in base64 within a text.
func (s *searcher) encoded(text []byte) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for i := 0; i < len(text); i++ {
			at := bytes.Index(text[i:], []byte("\x1f\x8b\x08"))
			if at < 0 {
				break
			}
			i += at
			if zip, err := gzip.NewReader(bytes.NewReader(text[i:])); err == nil {
				inflated, _ := io.ReadAll(zip) // what comes before it breaks counts
				if len(inflated) > 0 && !yield(inflated) {
					return
				}
			}
		}
		const least = 28 // of base64 that holds a glimpse in base64
		for from := 0; from < len(text); from++ {
			to := from
			for to < len(text) && s.base64[text[to]] {
				to++
			}
			if to-from >= least && !yieldDecoded(text[from:to], yield) {
				return
			}
			from = to
		}
	}
}

// yieldDecoded decodes base64, wherever its groups begin.
func yieldDecoded(run []byte, yield func([]byte) bool) bool {
	standard := []byte(strings.NewReplacer("-", "+", "_", "/").Replace(string(run)))
	for shift := range 4 {
		part := standard[shift:]
		decoded := make([]byte, len(part))
		n, err := base64.RawStdEncoding.Decode(decoded, part[:len(part)/4*4])
		if err == nil && !yield(decoded[:n]) {
			return false
		}
	}
	return true
}

// TestSearchFindsSecrets proves that a leak would be seen: in every form that a
// renderer, an encoder or an error may give it, whole or as a part.
func TestSearchFindsSecrets(t *testing.T) {
	list := plant(3)
	secret := list[1].secret
	b64 := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	escaped := func(form string) string {
		var b strings.Builder
		for _, c := range []byte(secret) {
			fmt.Fprintf(&b, form, c)
		}
		return b.String()
	}
	lines := func(text string, n int, end string) string {
		var b strings.Builder
		for part := range slices.Chunk([]byte(text), n) {
			b.WriteString(string(part) + end)
		}
		return b.String()
	}
	for name, text := range map[string]string{
		"plain":                        secret,
		"the first 16 characters":      secret[:16],
		"the last 16 characters":       secret[24:],
		"16 from the middle":           "…" + secret[11:27] + "…",
		"backwards":                    written(secret)["backwards"],
		"base64":                       b64(secret),
		"base64 of URLs":               base64.URLEncoding.EncodeToString([]byte(secret)),
		"base64 in a text, 1 before":   b64("a" + secret + "\n"),
		"base64 in a text, 2 before":   b64("ab" + secret + "\n"),
		"base64 of a part":             b64("key " + secret[3:23] + " key"),
		"base64 in lines":              lines(b64("key: "+secret), 20, "\n"),
		"base64 of base64":             b64(b64("a: " + secret)),
		"base64 three times":           b64("x" + b64("y"+b64("z"+secret))),
		"hex":                          hex.EncodeToString([]byte(secret)),
		"hex in capitals":              fmt.Sprintf("%X", secret),
		"hex with blanks":              fmt.Sprintf("% x", secret),
		"percent-encoded":              url.QueryEscape(secret),
		"percent-encoded, all":         escaped("%%%02x"),
		"JSON with escapes":            escaped(`\u%04x`),
		"JSON with escaped slashes":    strings.ReplaceAll(secret, "/", `\/`),
		"JSON in JSON":                 strconv.Quote(strconv.Quote(secret)),
		"escapes of podpass":           escaped(`\u{%x}`),
		"bytes in escapes of podpass":  escaped(`\x{%02x}`),
		"escapes of Go":                escaped(`\x%02x`),
		"numeric entities":             escaped("&#%d;"),
		"numeric entities, hex":        escaped("&#x%x;"),
		"a backslash before each":      escaped(`\%c`),
		"broken into lines":            lines(secret, 10, "\n    "),
		"broken into cells of a table": lines(secret, 7, " | "),
		"gzip":                         packed("a: " + secret),
		"gzip behind other bytes":      "PODPASS\n" + packed(secret) + "more",
		"gzip in base64":               "release: " + b64(packed(secret)),
		"gzip in base64 in base64":     b64(b64(packed(`{"data": "` + b64(secret) + `"}`))),
	} {
		s := newSearcher(list)
		if found := s.find([]byte("some text: " + text + " and more")); !strings.Contains(found, list[1].id) {
			t.Errorf("%s: found %q", name, found)
		}
		others := newSearcher([]planted{list[0], list[2]})
		if found := others.find([]byte("some text: " + text + " and more")); found != "" {
			t.Errorf("%s: found %q, which is not there", name, found)
		}
	}
}

func packed(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, text) // into memory
	_ = w.Close()
	return b.String()
}
