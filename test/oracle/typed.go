package oracle

import (
	"encoding/base64"
	"math/big"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// types are those with values of their own.
var types = []typed{numbers, dates, booleans, networks, binaries}

// typed is a type of values that the peer reads otherwise in some spellings.
type typed struct {
	family string
	// common spellings are read alike by both.
	common *regexp.Regexp
	// readable says whether AWS documents the spelling.
	readable func(string) bool
	compare  func(o Operator, value, held string) verdict // of readable ones
}

// decide gives the verdict on conditions with an uncommon spelling. The class
// is about spellings that are documented, or about others: with one of these
// nothing can be said of a comparison.
func (y typed) decide(t *test, documented bool) verdict {
	if t.operator.family() != y.family || !t.known || !t.present {
		return undecided
	}
	uncommon := func(s string) bool { return !y.common.MatchString(s) }
	strange := slices.ContainsFunc(t.values, y.strange) || slices.ContainsFunc(t.held, y.strangeHeld)
	if strange == documented || !strange && !slices.ContainsFunc(t.values, uncommon) && !slices.ContainsFunc(t.held, uncommon) {
		return undecided
	}
	return y.compareAll(t)
}

// strange tells a value of a policy that AWS documents no meaning of.
func (y typed) strange(value string) bool { return !y.readable(value) }

// strangeHeld is strange of a value of a request: a range is no address there,
// and of binaries all are text.
func (y typed) strangeHeld(held string) bool {
	return y.family != "Binary" && (!y.readable(held) || y.family == "Ip" && strings.Contains(held, "/"))
}

func (y typed) compareAll(t *test) verdict {
	return t.decide(func(value, held string) verdict {
		if y.strange(value) || y.strangeHeld(held) {
			return unknown
		}
		return y.compare(t.operator, value, held)
	})
}

// relation applies the relation in an operator's name to an order of the held
// value against the policy's.
func relation(o Operator, order int) bool {
	switch {
	case strings.HasSuffix(o.Base, "LessThan"):
		return order < 0
	case strings.HasSuffix(o.Base, "LessThanEquals"):
		return order <= 0
	case strings.HasSuffix(o.Base, "GreaterThan"):
		return order > 0
	case strings.HasSuffix(o.Base, "GreaterThanEquals"):
		return order >= 0
	}
	return order == 0
}

var numbers = typed{
	family:   "Numeric",
	common:   regexp.MustCompile(`^-?[0-9]{1,12}(\.[0-9]{1,3})?$`),
	readable: regexp.MustCompile(`^[+-]?[0-9]+(\.[0-9]+)?$`).MatchString,
	compare: func(o Operator, value, held string) verdict {
		v, _ := new(big.Rat).SetString(value)
		h, _ := new(big.Rat).SetString(held)
		return verdictOf(relation(o, h.Cmp(v)))
	},
}

var dates = typed{
	family:   "Date",
	common:   regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$|^[0-9]{5,12}$`),
	readable: func(s string) bool { _, ok := instant(s); return ok },
	compare: func(o Operator, value, held string) verdict {
		v, _ := instant(value)
		h, _ := instant(held)
		return verdictOf(relation(o, h.Compare(v)))
	},
}

// instant reads the forms of https://www.w3.org/TR/NOTE-datetime and seconds
// since 1970. Four digits can be either.
func instant(s string) (time.Time, bool) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && len(s) > 4 && s[0] != '-' && s[0] != '+' {
		return time.Unix(n, 0), true
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02", "2006-01"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

var booleans = typed{
	family:   "Bool",
	common:   regexp.MustCompile(`^(true|True|TRUE|false|False|FALSE)$`),
	readable: regexp.MustCompile(`^(?i:true|false)$`).MatchString,
	compare:  func(_ Operator, value, held string) verdict { return verdictOf(strings.EqualFold(value, held)) },
}

var networks = typed{
	family:   "Ip",
	common:   regexp.MustCompile(`^(([0-9]+\.){3}[0-9]+|[0-9a-fA-F:]+)(/[0-9]+)?$`),
	readable: func(s string) bool { _, ok := network(s); return ok },
	compare: func(_ Operator, value, held string) verdict {
		v, _ := network(value)
		h, _ := network(held)
		if wide, ok := defaultNetwork(value); ok && wide.Contains(h.Addr()) && v != h {
			return unknown
		}
		return verdictOf(v.Contains(h.Addr()))
	},
}

// binaries are compared as they are written. What is no base64 in a policy
// cannot be meant.
var binaries = typed{
	family:   "Binary",
	common:   regexp.MustCompile(``),
	readable: func(s string) bool { _, err := base64.StdEncoding.DecodeString(s); return err == nil },
	compare:  func(_ Operator, value, held string) verdict { return verdictOf(value == held) },
}

// defaultNetwork is what an IPv6 address without a length means to the letter
// of AWS's documentation: "IAM uses the default prefix value of /32".
func defaultNetwork(value string) (netip.Prefix, bool) {
	a, err := netip.ParseAddr(value)
	if err != nil || !a.Is6() || a.Is4In6() {
		return netip.Prefix{}, false
	}
	p, err := a.WithZone("").Prefix(32)
	return p, err == nil
}

// defaultLength: whether an IPv6 address in a policy is one address or 2⁹⁶.
func defaultLength(t *test) verdict {
	if t.operator.family() != "Ip" || !t.present || !slices.ContainsFunc(t.values, func(v string) bool { _, ok := defaultNetwork(v); return ok }) {
		return undecided
	}
	return networks.compareAll(t)
}

// network reads an address or a range.
func network(s string) (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(s); err == nil && !p.Addr().Is4In6() {
		return p.Masked(), true
	}
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" || a.Is4In6() {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(a, a.BitLen()), true
}

// arnComponents: the six parts are compared one by one, so that a wildcard
// does not reach over a colon. The peer sees a whole; where that is the same
// it is right.
func arnComponents(t *test) verdict {
	if t.operator.family() != "Arn" || !t.present {
		return undecided
	}
	same := true
	v := t.decide(func(value, held string) verdict {
		e := t.expand(value)
		if e.unresolved {
			return fails
		}
		v := arnMatches(e.pattern, held)
		same = same && v == verdictOf(matches(e.pattern, held))
		return v
	})
	if same {
		return undecided
	}
	return v
}

// arnMatches compares ARNs. A value of the request that is none matches no
// pattern of six parts. What a pattern of fewer means is not documented: as a
// pattern of the whole it may only rule out.
func arnMatches(pattern []symbol, held string) verdict {
	parts := strings.SplitN(held, ":", 6)
	patterns := splitSymbols(pattern, 6)
	switch {
	case len(patterns) < 6 && matches(pattern, held):
		return unknown
	case len(patterns) < 6 || len(parts) < 6:
		return fails
	}
	for i, p := range patterns {
		if !matches(p, parts[i]) {
			return fails
		}
	}
	return holds
}

func splitSymbols(pattern []symbol, most int) [][]symbol {
	var parts [][]symbol
	for len(parts) < most-1 {
		at := slices.Index(pattern, symbol{char: ':'})
		if at < 0 {
			break
		}
		parts = append(parts, pattern[:at])
		pattern = pattern[at+1:]
	}
	return append(parts, pattern)
}
