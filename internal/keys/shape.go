package keys

const (
	idLength     = 20
	secretLength = 40
)

// Classes of bytes.
const (
	inID      = 1 << iota // A–Z 2–7
	inSecret              // base64
	inAlnum               // letters and digits
	inEscaped             // \ and %, which write a byte in several
	inJoint               // - and _, by which words go on, and base64 of URLs
	inBlank               // blanks and line breaks
)

func classes() (table [256]byte) {
	for c := range 256 {
		upper, lower, digit := c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9'
		if upper || c >= '2' && c <= '7' {
			table[c] |= inID
		}
		if upper || lower || digit {
			table[c] |= inAlnum | inSecret
		}
		if c == '+' || c == '/' {
			table[c] |= inSecret
		}
		switch c {
		case '\\', '%':
			table[c] |= inEscaped
		case '-', '_':
			table[c] |= inJoint
		case ' ', '\t', '\r', '\n':
			table[c] |= inBlank
		}
	}
	return table
}

var class = classes() // never written again

// startsID tells whether text starts with an access key id, or with an example
// that AWS writes as one, whatever follows.
func startsID[T string | []byte](text T) bool {
	if len(text) < idLength || text[0] != 'A' || text[1] != 'K' && text[1] != 'S' || text[2] != 'I' || text[3] != 'A' {
		return false
	}
	for i := 4; i < idLength; i++ {
		if class[text[i]]&inID == 0 {
			return isExampleID(string(text[:idLength]))
		}
	}
	return true
}

// isExampleID tells the access key ids of AWS's documentation. They are nobody's.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/security-creds-programmatic-access.html
// https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_use-resources.html
func isExampleID(id string) bool {
	switch id {
	case "AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE", "ASIAIOSFODNN7EXAMPLE":
		return true
	}
	return false
}

// isExampleSecret tells the secrets that belong to them.
func isExampleSecret(secret string) bool {
	switch secret {
	case "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY":
		return true
	}
	return false
}

// placeholder tells a word that repeats one character behind a prefix.
func placeholder(word string, prefix int) bool {
	for i := prefix + 1; i < len(word); i++ {
		if word[i] != word[prefix] {
			return false
		}
	}
	return true
}

// bracketed tells a word that stands in brackets, as <word>: text to be
// replaced.
func bracketed(text []byte, from, to int) bool {
	if from == 0 || to >= len(text) {
		return false
	}
	switch text[from-1] {
	case '<':
		return text[to] == '>'
	case '{':
		return text[to] == '}'
	case '[':
		return text[to] == ']'
	}
	return false
}

// look is how much a word of the length of a secret looks like one.
type look int

const (
	hash   look = iota // all hexadecimal
	other              // letters of one case, perhaps with digits: words of people, paths
	mixed              // capitals and small letters
	random             // that take turns, and with digits, as nobody writes
)

// leastChanges is how often the kind of character changes at least within a
// random word: 23 times on average, and less than 11 times in one of twenty
// thousand. In paths and names of classes it does so a few times.
const leastChanges = 11

func lookOf(word string) look {
	var upper, lower bool
	changes, last := 0, byte(0)
	for i := range len(word) {
		kind := kindOf(word[i])
		upper, lower = upper || kind == 'A', lower || kind == 'a'
		if kind != 0 && last != 0 && kind != last {
			changes++
		}
		last = kind
	}
	switch {
	case hexadecimal(word):
		return hash
	case !upper || !lower:
		return other
	case changes < leastChanges:
		return mixed
	}
	return random
}

// hexadecimal tells words of which hashes are made.
func hexadecimal(word string) bool {
	for i := range len(word) {
		c := word[i]
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
			return false
		}
	}
	return true
}
