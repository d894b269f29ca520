package keys

import (
	"bytes"
	"encoding/base64"
	"unicode/utf8"
)

// Suspect tells whether a text may hold a key, so that a closer look is worth
// its time. It misses no access key id, no secret under a name that says so,
// and neither of them in one level of base64; false alarms are cheap.
//
// What it looks for is a run of at least 20 characters of base64. So it looks
// at every 20th byte only, and at the others where that is in such a run.
func Suspect(text []byte) bool {
	const any = inSecret | inEscaped
	done := 0 // everything before is looked at
	for i := idLength - 1; i < len(text); {
		if class[text[i]]&any == 0 {
			i += idLength
			continue
		}
		from, to := i, i+1
		for from > done && class[text[from-1]]&any != 0 {
			from--
		}
		for to < len(text) && class[text[to]]&any != 0 {
			to++
		}
		if to-from >= idLength && suspectRun(text, from, to) {
			return true
		}
		done, i = to, to+idLength
	}
	return false
}

func suspectRun(text []byte, from, to int) bool {
	run := text[from:to]
	if holdsID(run) {
		return true
	}
	escaped := bytes.IndexByte(run, '\\') >= 0 || bytes.IndexByte(run, '%') >= 0
	if len(run) == secretLength || len(run) > secretLength && escaped {
		if saysSecretBefore(text, from) {
			return true
		}
	}
	return len(run) >= minEncoded && !escaped && (suspectEncoded(run) || bare(run) && saysSecretBefore(text, from))
}

func holdsID(run []byte) bool {
	for i := 0; i+idLength <= len(run); i++ {
		at := bytes.IndexByte(run[i:len(run)-idLength+1], 'A')
		if at < 0 {
			return false
		}
		if i += at; startsID(run[i:]) {
			return true
		}
	}
	return false
}

// before is how far a name may stand before its value.
const before = 96

func saysSecretBefore(text []byte, from int) bool {
	const word = "secret"
	window := text[max(0, from-before):from]
	for i := 0; i+len(word) <= len(window); i++ {
		if window[i]|0x20 == 's' && bytes.EqualFold(window[i:i+len(word)], []byte(word)) {
			return true
		}
	}
	return false
}

// minEncoded is the length of an access key id in base64.
const minEncoded = 27

// suspectEncoded tells whether a run is base64 of a text that is suspect. Most
// runs are not: words of a language, hashes, certificates and images decode to
// bytes that are no text.
func suspectEncoded(run []byte) bool {
	if bytes.HasPrefix(run, []byte(gzipBase64)) {
		return true
	}
	var head [24]byte
	n, err := base64.RawStdEncoding.Decode(head[:], run[:24])
	if err != nil || !printable(head[:n]) {
		return false
	}
	if len(run) < 1<<16 {
		text, ok := decode(run)
		return ok && Suspect(text)
	}
	return true
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

// decode decodes base64 without its padding; what is left over at the end is
// cut off.
func decode(run []byte) ([]byte, bool) {
	run = run[:len(run)/4*4+lastGroup(len(run)%4)]
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
