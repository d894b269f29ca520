package references

import (
	"strings"

	"podpass/internal/snapshot"
)

// parser reads a value: the form that it is written in and the accounts that
// it means. FormText is for what it cannot read.
type parser func(value string) (form string, of snapshot.Names)

func unparsed() (string, snapshot.Names) { return snapshot.FormText, snapshot.Names{} }

// asText is for values that hold expressions and templates.
func asText(string) (string, snapshot.Names) { return unparsed() }

// isName tells a literal name of an account: a DNS-1123 subdomain, of which the
// characters are looked at.
func isName(s string) bool { return isPattern(s) && !strings.Contains(s, anyName) }

// isPattern is isName with "*" for any characters.
func isPattern(s string) bool {
	return s != "" && len(s) <= 253 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-.*") == ""
}

// isSpace is isPattern for namespaces, which have no dot.
func isSpace(s string) bool { return isPattern(s) && !strings.Contains(s, ".") }

// named reads a name in a namespace.
func named(namespace string) parser {
	return func(value string) (string, snapshot.Names) {
		if !isName(value) || !isSpace(namespace) {
			return unparsed()
		}
		return snapshot.FormName, snapshot.Names{Namespace: namespace, Name: value}
	}
}

// globbed reads a name that may be, or hold, "*".
func globbed(namespace string) parser {
	return func(value string) (string, snapshot.Names) {
		if !isPattern(value) || !isSpace(namespace) {
			return unparsed()
		}
		return snapshot.FormName, snapshot.Names{Namespace: namespace, Name: value}
	}
}

// labelled reads the value of a label of pods.
func labelled(namespace string) parser {
	return func(value string) (string, snapshot.Names) {
		form, of := named(namespace)(value)
		if form == snapshot.FormName {
			form = snapshot.FormLabel
		}
		return form, of
	}
}

// pathed reads NAMESPACE/NAME, or a NAME in a namespace.
func pathed(namespace string) parser { return either("/", snapshot.FormPath, namespace) }

// coloned reads NAMESPACE:NAME, or a NAME in a namespace.
func coloned(namespace string) parser { return either(":", snapshot.FormColon, namespace) }

func either(separator, form, namespace string) parser {
	return func(value string) (string, snapshot.Names) {
		space, name, split := strings.Cut(value, separator)
		switch {
		case !split:
			return named(namespace)(value)
		case !isName(space) || !isSpace(space) || !isName(name):
			return unparsed()
		}
		return form, snapshot.Names{Namespace: space, Name: name}
	}
}

const userPrefix = "system:serviceaccount:"

// user reads the name of a user.
func user(value string) (string, snapshot.Names) {
	rest, ok := strings.CutPrefix(value, userPrefix)
	space, name, split := strings.Cut(rest, ":")
	if !ok || !split || !isSpace(space) || !isPattern(name) {
		return unparsed()
	}
	return snapshot.FormUser, snapshot.Names{Namespace: space, Name: name}
}

// workload reads a selector of SPIRE, of pods in a namespace.
func workload(namespace string) parser {
	return func(value string) (string, snapshot.Names) {
		name, ok := strings.CutPrefix(value, "k8s:sa:")
		if !ok || !isName(name) || !isSpace(namespace) {
			return unparsed()
		}
		return snapshot.FormWorkload, snapshot.Names{Namespace: namespace, Name: name}
	}
}

// spiffe reads TRUST-DOMAIN/ns/NAMESPACE/sa/NAME, with or without its scheme.
func spiffe(value string) (string, snapshot.Names) {
	parts := strings.Split(strings.TrimPrefix(value, "spiffe://"), "/")
	if len(parts) != 5 || parts[0] == "" || parts[1] != "ns" || parts[3] != "sa" || !isName(parts[2]) || !isSpace(parts[2]) || !isName(parts[4]) {
		return unparsed()
	}
	return snapshot.FormSPIFFE, snapshot.Names{Namespace: parts[2], Name: parts[4]}
}

// principal reads what Istio matches against TRUST-DOMAIN/ns/NAMESPACE/sa/NAME:
// exactly, by a prefix ("abc*") or by a suffix ("*abc"); "*" is any.
// https://istio.io/latest/docs/reference/config/security/authorization-policy/#Source
func principal(value string) (string, snapshot.Names) {
	before, isPrefix := strings.CutSuffix(value, anyName)
	after, isSuffix := strings.CutPrefix(value, anyName)
	of, ok := snapshot.Names{}, false
	switch {
	case value == anyName:
		of, ok = snapshot.Names{Namespace: anyName, Name: anyName}, true
	case isPrefix && !strings.Contains(before, anyName):
		of, ok = prefixed(before)
	case isSuffix && !strings.Contains(after, anyName):
		of, ok = suffixed(after)
	default:
		return spiffe(value)
	}
	if !ok || !isSpace(of.Namespace) || !isPattern(of.Name) {
		return unparsed()
	}
	return snapshot.FormSPIFFE, of
}

// prefixed reads what TRUST-DOMAIN/ns/NAMESPACE/sa/NAME is to begin with.
func prefixed(text string) (snapshot.Names, bool) {
	of := snapshot.Names{Namespace: anyName, Name: anyName}
	parts := strings.Split(text, "/")
	whole := func(i int, word string) bool { return len(parts) == i+1 || parts[i] == word }
	switch {
	case len(parts) > 5,
		len(parts) > 1 && !(whole(1, "ns") && strings.HasPrefix("ns", parts[1])),
		len(parts) > 3 && !(whole(3, "sa") && strings.HasPrefix("sa", parts[3])):
		return of, false
	case len(parts) == 5:
		of.Name = parts[4] + anyName
	}
	switch {
	case len(parts) == 3:
		of.Namespace = parts[2] + anyName
	case len(parts) > 3:
		of.Namespace = parts[2]
	}
	return of, true
}

// suffixed reads what TRUST-DOMAIN/ns/NAMESPACE/sa/NAME is to end with.
func suffixed(text string) (snapshot.Names, bool) {
	of := snapshot.Names{Namespace: anyName, Name: anyName}
	parts := strings.Split(text, "/")
	last := len(parts) - 1
	// part gives the part that many before the last, and whether it is whole.
	part := func(back int) (string, bool) {
		if back > last {
			return "", false
		}
		return parts[last-back], back < last
	}
	fits := func(back int, word string) bool {
		text, whole := part(back)
		return text == word || !whole && strings.HasSuffix(word, text)
	}
	if last > 4 || !fits(1, "sa") || !fits(3, "ns") {
		return of, false
	}
	if of.Name = parts[last]; last == 0 {
		of.Name = anyName + of.Name
	}
	switch text, whole := part(2); {
	case whole:
		of.Namespace = text
	case last >= 2:
		of.Namespace = anyName + text
	}
	return of, true
}

const identityMark = ".serviceaccount.identity."

// identity reads an identity of Linkerd: exactly, or with "*" in place of its
// first parts. A namespace has no dot, a name may.
// https://linkerd.io/2/reference/authorization-policy/#meshtlsauthentication
func identity(value string) (string, snapshot.Names) {
	tail, starred := strings.CutPrefix(value, anyName)
	if starred && (tail == "" || tail[0] == '.' && !strings.Contains(tail, identityMark)) {
		return snapshot.FormIdentity, snapshot.Names{Namespace: anyName, Name: anyName}
	}
	head, _, ok := strings.Cut(value, identityMark)
	if !ok {
		return unparsed()
	}
	if head == anyName {
		return snapshot.FormIdentity, snapshot.Names{Namespace: anyName, Name: anyName}
	}
	dot := strings.LastIndexByte(head, '.')
	if dot < 0 {
		return unparsed()
	}
	name, space := head[:dot], head[dot+1:]
	if name != anyName && !isName(name) || !isName(space) {
		return unparsed()
	}
	return snapshot.FormIdentity, snapshot.Names{Namespace: space, Name: name}
}

// selects reads a label selector.
func (n node) selector() *snapshot.Selector {
	if !n.isObject() {
		return nil
	}
	s := &snapshot.Selector{}
	for key, value := range n.field("matchLabels").members() {
		if s.MatchLabels == nil {
			s.MatchLabels = map[string]string{}
		}
		s.MatchLabels[key] = value.text()
	}
	for e := range n.field("matchExpressions").each() {
		one := snapshot.Expression{Key: e.field("key").text(), Operator: e.field("operator").text()}
		for value := range e.field("values").each() {
			one.Values = append(one.Values, value.text())
		}
		s.MatchExpressions = append(s.MatchExpressions, one)
	}
	return s
}
