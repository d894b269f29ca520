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
		if c == '\\' || c == '%' {
			table[c] |= inEscaped
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

// mixed tells a word that looks made at random: capitals, small letters and
// digits in it, and no hash in hexadecimal.
func mixed(word string) bool {
	var upper, lower, digit bool
	for i := range len(word) {
		c := word[i]
		upper = upper || c >= 'A' && c <= 'Z'
		lower = lower || c >= 'a' && c <= 'z'
		digit = digit || c >= '0' && c <= '9'
	}
	return upper && lower && digit
}
