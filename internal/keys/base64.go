package keys

import (
	"bytes"
	"encoding/base64"
	"unicode/utf8"
)

// minEncoded is the length of an access key id in base64.
const minEncoded = 27

// headLength is how much of a base64 text is looked at to tell whether it is
// worth decoding.
const headLength = 24

// gzipMagic starts every gzip stream; gzipBase64 does in base64.
const (
	gzipMagic  = "\x1f\x8b"
	gzipBase64 = "H4sI"
)

// promising tells whether a run is base64 of text, or of gzip. Most runs are
// not: words of a language, hashes, certificates and images decode to bytes
// that are no text.
func promising(run []byte) bool {
	if len(run) < minEncoded {
		return false
	}
	var head [headLength]byte
	n, err := base64.RawStdEncoding.Decode(head[:], standard(run[:headLength]))
	return err == nil && (bytes.HasPrefix(run, []byte(gzipBase64)) || printable(head[:n]))
}

// begins tells whether base64, if it is of several lines, is promising, and
// begins with a run that is long enough for Suspect to see.
func begins(text []byte) bool {
	n, any := 0, byte(inSecret)
	for n < minEncoded && n < len(text) && class[text[n]]&any != 0 {
		if n++; n == idLength {
			any |= inJoint
		}
	}
	return n == minEncoded && promising(text)
}

// printable tells text, perhaps cut off within its last character.
func printable(text []byte) bool {
	for _, c := range text {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' || c == 0x7f {
			return false
		}
	}
	for cut := 0; cut < utf8.UTFMax && cut <= len(text); cut++ {
		if utf8.Valid(text[:len(text)-cut]) {
			return true
		}
	}
	return false
}

// decode decodes base64 of either alphabet without its padding; what is left
// over at the end is cut off.
func decode(run []byte) ([]byte, bool) {
	run = standard(run[:len(run)/4*4+lastGroup(len(run)%4)])
	text := make([]byte, base64.RawStdEncoding.DecodedLen(len(run)))
	n, err := base64.RawStdEncoding.Decode(text, run)
	return text[:n], err == nil
}

func lastGroup(n int) int {
	if n == 1 {
		return 0
	}
	return n
}

// standard gives base64 for URLs and file names in the usual alphabet.
func standard(run []byte) []byte {
	if bytes.IndexByte(run, '-') < 0 && bytes.IndexByte(run, '_') < 0 {
		return run
	}
	out := make([]byte, len(run))
	for i, c := range run {
		switch c {
		case '-':
			c = '+'
		case '_':
			c = '/'
		}
		out[i] = c
	}
	return out
}

// isBase64 tells a text of base64 alone, be it in several lines.
func isBase64(text []byte) bool {
	for _, b := range bytes.TrimRight(text, "=") {
		if class[b]&(inSecret|inJoint|inBlank) == 0 {
			return false
		}
	}
	return true
}

// oneLine tells a text without blanks.
func oneLine(text []byte) bool { return !bytes.ContainsAny(text, " \r\n\t") }

// joined gives base64 without line breaks and padding.
func joined(text []byte) []byte {
	text = bytes.TrimRight(text, "= \r\n\t")
	if oneLine(text) {
		return text
	}
	return bytes.Join(bytes.Fields(text), nil)
}

// minWrapped is the length of the shortest lines of base64 that is broken into
// lines. Programs break it into 64 (PEM) and 76 (MIME), people as they like.
const minWrapped = 32

// wrapped gives the length of the lines at the start of a text that together
// are one base64 text: all of the same length but for the last. It is 0 where
// the first stands alone.
func wrapped(text []byte) int {
	first, end := lineOf(text, 0)
	if len(first) < minWrapped || !begins(first) || !isBase64(first) {
		return 0
	}
	whole := 0
	for end < len(text) {
		line, next := lineOf(text, end)
		if len(line) == 0 || len(line) > len(first) || !isBase64(line) {
			break
		}
		whole, end = next, next
		if len(line) < len(first) {
			break
		}
	}
	return whole
}

// lineOf gives the line that starts at an offset, without blanks around it,
// and where the next one starts.
func lineOf(text []byte, at int) (line []byte, next int) {
	line = text[at:]
	next = len(text)
	if n := bytes.IndexByte(line, '\n'); n >= 0 {
		line, next = line[:n], at+n+1
	}
	return bytes.TrimSpace(line), next
}
