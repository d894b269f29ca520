package keys

import "strings"

// Worth tells whether a value is worth to be added to a Scan at all: Add makes
// nothing of others. It spares the making of places for the many that are not.
func Worth(value []byte) bool { return worth(value) }

// Says tells whether a name alone says that an AWS access key id, or a secret
// access key, stands behind it.
func Says(name string) (id, secret bool) {
	n := letters(name)
	return strings.Contains(n, "awsaccesskey") && !endsOther(n), strings.Contains(n, "awssecret") && saysSecret(name)
}
