package keys

import (
	"slices"
	"strings"
	"unicode"
)

// saysSecret tells whether a name says that its value is an AWS secret access
// key: AWS_SECRET_ACCESS_KEY, awsSecretKey, fs.s3a.secret.key. A name that is
// just secretKey may be anybody's.
func saysSecret(name string) bool {
	n := letters(name)
	switch {
	case !strings.Contains(n, "secret"), endsOther(n):
		return false
	case strings.Contains(n, "secretaccesskey"), strings.Contains(n, "secretaccess"):
		return true
	}
	for _, word := range []string{"aws", "amazon", "s3", "dynamo", "kinesis", "bedrock"} {
		if strings.Contains(n, word) {
			return true
		}
	}
	return slices.ContainsFunc(words(name), func(word string) bool {
		return slices.Contains([]string{"iam", "sqs", "ses", "sns", "ecr"}, word)
	})
}

// mayBeSecret tells names under which a secret may stand beside its id.
func mayBeSecret(name string) bool {
	n := letters(name)
	if endsOther(n) {
		return false
	}
	for _, word := range []string{"secret", "pass", "key", "private", "credential", "pwd"} {
		if strings.Contains(n, word) {
			return true
		}
	}
	return false
}

// endsOther tells names of what is no secret, though the word is in them.
func endsOther(n string) bool {
	for _, word := range []string{"file", "path", "arn", "name", "ref", "hash", "sha", "sha1", "digest", "checksum", "commit", "revision", "signature", "etag"} {
		if strings.HasSuffix(n, word) {
			return true
		}
	}
	return false
}

// letters gives the small letters and digits of a name.
func letters(name string) string {
	var b strings.Builder
	for _, r := range name {
		if r = unicode.ToLower(r); r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// stem gives what a name says beside which half of a key it is: "prod" of
// PROD_AWS_ACCESS_KEY_ID and of prodSecretAccessKey.
func stem(name string) string {
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		name = name[i+1:]
	}
	var rest []string
	for _, word := range words(name) {
		switch word {
		case "aws", "amazon", "access", "secret", "key", "keyid", "id", "accesskey", "accesskeyid", "secretkey", "secretaccesskey", "the":
		default:
			rest = append(rest, word)
		}
	}
	return strings.Join(rest, " ")
}

// words splits a name where its case or its kind of characters changes.
func words(name string) []string {
	var list []string
	word := []byte{}
	flush := func() {
		if len(word) > 0 {
			list = append(list, string(word))
			word = word[:0]
		}
	}
	for i := 0; i < len(name); i++ {
		c := name[i]
		upper, lower, digit := c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9'
		if !upper && !lower && !digit {
			flush()
			continue
		}
		if i > 0 {
			p := name[i-1]
			small, capital, figure := p >= 'a' && p <= 'z', p >= 'A' && p <= 'Z', p >= '0' && p <= '9'
			acronym := upper && capital && i+1 < len(name) && name[i+1] >= 'a' && name[i+1] <= 'z'
			if upper && small || acronym || digit != figure && (small || capital || figure) {
				flush()
			}
		}
		if upper {
			c |= 0x20
		}
		word = append(word, c)
	}
	flush()
	return list
}

// halves tells whether a name says that it is of an id, or of a secret.
func halves(name string) bool {
	n := letters(name)
	return strings.Contains(n, "access") || strings.Contains(n, "secret") || strings.Contains(n, "keyid")
}
