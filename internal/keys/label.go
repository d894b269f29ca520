package keys

import (
	"slices"
	"strings"
)

// name is what the name of a half says.
type name struct {
	stem        string // beside which half it is: see stem
	half        bool   // it is one of an id, or of a secret
	mayBeSecret bool   // a secret may stand under it, beside its id
	other       bool   // no secret stands under it
}

func named(label string) name {
	n := letters(label)
	other := saysOther(label, n)
	return name{stem: stem(label), half: saysHalf(n), mayBeSecret: !other && containsAny(n, "secret", "pass", "key", "private", "credential", "pwd"), other: other}
}

// saysSecret tells whether a name says that its value is an AWS secret access
// key: AWS_SECRET_ACCESS_KEY, awsSecretKey, fs.s3a.secret.key. A name that is
// just secretKey may be anybody's.
func saysSecret(label string) bool {
	n := letters(label)
	switch {
	case !strings.Contains(n, "secret"), saysOther(label, n):
		return false
	case saysSecretAccess(label):
		return true
	case containsAny(n, "webhook", "client", "cookie", "jwt", "oauth"):
		return false
	case containsAny(n, "aws", "amazon", "s3", "dynamo", "kinesis", "bedrock"):
		return true
	}
	return slices.ContainsFunc(words(label), func(word string) bool {
		return slices.Contains([]string{"iam", "sqs", "ses", "sns", "ecr"}, word)
	})
}

// saysSecretAccess tells the name that is nothing else's.
func saysSecretAccess(label string) bool { return strings.Contains(letters(label), "secretaccess") }

// saysOther tells names of what is no secret, though the word is in them.
func saysOther(label, n string) bool {
	list := words(label)
	return endsOther(n) || len(list) > 0 && slices.Contains([]string{"id", "iv", "dir", "class"}, list[len(list)-1])
}

// endsOther tells them by the end of their letters.
func endsOther(n string) bool {
	for _, word := range []string{"file", "path", "arn", "name", "ref", "hash", "sha", "sha1", "digest", "checksum", "commit", "revision", "signature", "etag", "token", "salt", "nonce", "cookie", "image", "version", "url"} {
		if strings.HasSuffix(n, word) {
			return true
		}
	}
	return false
}

// saysHalf tells whether a name says that it is of an id, or of a secret.
func saysHalf(n string) bool { return containsAny(n, "access", "secret", "keyid") }

func containsAny(text string, words ...string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(text, word) })
}

// letters gives the small letters and digits of a name.
func letters(label string) string {
	b := make([]byte, 0, len(label))
	for i := range len(label) {
		switch c := label[i]; kindOf(c) {
		case 'A':
			b = append(b, c|0x20)
		case 'a', '0':
			b = append(b, c)
		}
	}
	return string(b)
}

// stem gives what a name says beside which half of a key it is: "prod" of
// PROD_AWS_ACCESS_KEY_ID and of prodSecretAccessKey, "2" of user2 and pass2.
func stem(label string) string {
	if i := strings.LastIndexByte(label, '.'); i >= 0 {
		label = label[i+1:]
	}
	list := words(label)
	var rest []string
	for i, word := range list {
		switch word {
		case "aws", "amazon", "access", "secret", "sec", "key", "keyid", "id", "accesskey", "accesskeyid", "secretkey", "secretaccesskey", "public", "private", "the":
		case "user", "username", "login", "pass", "password", "pwd", "credential":
			if i+2 < len(list) || i+2 == len(list) && !isNumber(list[i+1]) {
				rest = append(rest, word)
			}
		default:
			rest = append(rest, word)
		}
	}
	return strings.Join(rest, " ")
}

func isNumber(word string) bool { return word[0] >= '0' && word[0] <= '9' }

// words splits a name where its case or its kind of characters changes.
func words(label string) []string {
	low := strings.ToLower(label)
	if len(low) != len(label) { // not ASCII: letters of other alphabets only separate
		low = label
	}
	var list []string
	from := 0
	flush := func(to int) {
		if to > from {
			list = append(list, low[from:to])
		}
		from = to
	}
	for i := range len(label) {
		kind := kindOf(label[i])
		switch {
		case kind == 0:
			flush(i)
			from = i + 1
		case i > from && splits(label, i):
			flush(i)
		}
	}
	flush(len(label))
	return list
}

// kindOf tells capitals, small letters and digits apart: A, a, 0; other
// characters are 0.
func kindOf(c byte) byte {
	switch {
	case c >= 'A' && c <= 'Z':
		return 'A'
	case c >= 'a' && c <= 'z':
		return 'a'
	case c >= '0' && c <= '9':
		return '0'
	}
	return 0
}

// splits tells whether a word starts within letters and digits: aB, a1, and
// the last capital of ABc.
func splits(label string, i int) bool {
	last, kind := kindOf(label[i-1]), kindOf(label[i])
	acronym := kind == 'A' && last == 'A' && i+1 < len(label) && kindOf(label[i+1]) == 'a'
	return kind == 'A' && last == 'a' || acronym || (kind == '0') != (last == '0')
}
