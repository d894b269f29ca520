package files

import (
	"strconv"
	"strings"
)

// naming is how the objects of a kind may be named.
// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
type naming byte

// The ways to name objects.
const (
	subdomain naming = iota // DNS-1123 subdomain
	label                   // DNS-1123 label
	segment                 // of a path, as the RBAC kinds are named
)

func (n naming) allows(name string) bool {
	switch n {
	case label:
		return len(name) <= 63 && isLabel(name)
	case segment:
		return name != "." && name != ".." && !strings.ContainsAny(name, "/%")
	}
	if len(name) > 253 {
		return false
	}
	for part := range strings.SplitSeq(name, ".") {
		if !isLabel(part) {
			return false
		}
	}
	return true
}

// rule says how to mend a name.
func (n naming) rule() string {
	switch n {
	case label:
		return "use small letters, digits and -, at most 63"
	case segment:
		return "use any name but . and .., without / and %"
	}
	return "use small letters, digits, - and ., at most 253"
}

// isLabel tells a DNS-1123 label, of whatever length.
func isLabel(name string) bool {
	if name == "" || name[0] == '-' || name[len(name)-1] == '-' {
		return false
	}
	return !strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-'
	})
}

// shown gives a name as it can be printed: one with anything but visible
// ASCII in it is quoted.
func shown(name string) string {
	if strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r > '~' }) {
		return strconv.QuoteToASCII(name)
	}
	return name
}
