package keys

import (
	"bytes"
	"strings"
)

// leftOfSecret is how many characters are shown of what looks like a secret
// access key: enough to find it, and to tell names apart.
const leftOfSecret = 4

// Shown gives a text that is shown as it is, such as a name or an error, without
// secret access keys that somebody wrote there by mistake, plain or in base64.
// Nothing but their look tells them: words of just that length, alone or between
// slashes, in which capitals, small letters and digits take turns; names of
// classes, which have no digits, stay. The first characters are left.
func Shown(text string) string {
	if len(text) < secretLength {
		return text
	}
	out, done := "", 0
	for from := 0; from < len(text); {
		to := from
		for to < len(text) && class[text[to]]&inSecret != 0 {
			to++
		}
		for from+secretLength <= to {
			length := looksSecret(text[from:to])
			if length > 0 {
				out += text[done:from+leftOfSecret] + "…"
				from += length
				done = from
				continue
			}
			slash := strings.IndexByte(text[from:to], '/')
			if slash < 0 {
				break
			}
			from += slash + 1
		}
		from = to + 1
	}
	return out + text[done:]
}

// looksSecret gives the length of what looks like a secret at the start of a
// run, up to its end or a slash; 0 for none.
func looksSecret(run string) int {
	for _, length := range []int{secretLength, 54, 55, 56} { // 40 to 42 bytes in base64 without padding
		if len(run) < length || len(run) > length && run[length] != '/' {
			continue
		}
		word := run[:length]
		if length > secretLength {
			if !bareEncoded([]byte(word)) {
				continue
			}
			decoded, _ := decode([]byte(word)) // bareEncoded did
			word = string(bytes.TrimSpace(decoded))
		}
		if lookOf(word) == random && strings.ContainsAny(word, "0123456789+") {
			return length
		}
	}
	return 0
}
