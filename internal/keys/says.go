package keys

import "strings"

// Says tells whether a name alone says that an AWS access key id, or a secret
// access key, stands behind it.
func Says(name string) (id, secret bool) {
	n := letters(name)
	return strings.Contains(n, "awsaccesskey") && !endsOther(n), strings.Contains(n, "awssecret") && saysSecret(name)
}
