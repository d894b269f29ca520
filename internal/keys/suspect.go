package keys

import "bytes"

// Suspect tells whether a text may hold a key, so that a closer look is worth
// its time. It misses no access key id, no secret under a name that says so in
// the same text, and neither of them in base64; false alarms are cheap.
//
// What it looks for is a run of at least 20 characters of base64. So it looks
// at every 20th byte only, and at the others where that is in such a run.
func Suspect(text []byte) bool { return suspect(text, 0) }

func suspect(text []byte, depth int) bool {
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
		if to-from >= idLength && suspectRun(text, from, to, depth) {
			return true
		}
		done, i = to, to+idLength
	}
	return false
}

// suspectRun looks at a run. Base64 that may go on, by characters of the
// alphabet of URLs, is suspect if it is of text at all.
func suspectRun(text []byte, from, to, depth int) bool {
	run := text[from:to]
	if holdsID(run) {
		return true
	}
	escaped := escape(run, 0) < len(run)
	if (len(run) == secretLength || len(run) > secretLength && escaped || bareEncoded(run)) && saysSecretAround(text, from, to) {
		return true
	}
	if !escaped {
		goesOn := joins(text, from-1) || joins(text, to)
		if promising(run) {
			return goesOn || suspectEncoded(text, from, to, depth)
		}
		if !goesOn {
			return false
		}
	}
	run = widened(text, from, to)
	if escape(run, 0) < len(run) {
		return depth < maxNesting && suspect(withoutEscapes(run), depth+1)
	}
	return promising(run)
}

// withoutEscapes writes escapes out, and leaves out what looks like one and is
// none.
func withoutEscapes(run []byte) []byte {
	text := bytes.Clone(unescaped(run))
	for i, c := range text {
		if class[c]&inEscaped != 0 {
			text[i] = ' '
		}
	}
	return text
}

// holdsID tells whether an access key id is in a run, alone or not.
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

// around is how far a name may stand from its value.
const around = 96

func saysSecretAround(text []byte, from, to int) bool {
	return saysSecretIn(text[max(0, from-around):from]) || saysSecretIn(text[to:min(len(text), to+around)])
}

func saysSecretIn(window []byte) bool {
	const word = "secret"
	for i := 0; i+len(word) <= len(window); i++ {
		if window[i]|0x20 == 's' && bytes.EqualFold(window[i:i+len(word)], []byte(word)) {
			return true
		}
	}
	return false
}

// suspectEncoded tells whether a run, base64 of text, is of one that is
// suspect. Where it may go on in the next line, any is.
func suspectEncoded(text []byte, from, to, depth int) bool {
	run := text[from:to]
	if len(run) >= 1<<16 || depth == maxNesting || bytes.HasPrefix(run, []byte(gzipBase64)) || to < len(text) && class[text[to]]&inBlank != 0 {
		return true
	}
	decoded, ok := decode(run)
	return ok && suspect(decoded, depth+1)
}

// widened gives the run of base64 of URLs around one of base64, escapes
// included: of its start and its end no more than tells whether it is promising.
func widened(text []byte, from, to int) []byte {
	const any, most = inSecret | inJoint | inEscaped, 256
	for first := max(0, from-most); from > first && class[text[from-1]]&any != 0; {
		from--
	}
	for last := min(len(text), to+most); to < last && class[text[to]]&any != 0; {
		to++
	}
	return text[from:to]
}
