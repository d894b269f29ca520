package iam

import (
	"net/netip"
	"strings"
	"time"
)

// decimal is a number as it was written, without needless zeros: numbers are
// compared exactly, not as floats.
type decimal struct {
	negative        bool
	whole, fraction string
}

// parseDecimal takes an optional sign, digits, and an optional fraction.
func parseDecimal(s string) (d decimal, ok bool) {
	if s, ok = strings.CutPrefix(s, "-"); ok {
		d.negative = true
	} else {
		s, _ = strings.CutPrefix(s, "+")
	}
	whole, fraction, dot := strings.Cut(s, ".")
	if !digits(whole) || dot && !digits(fraction) {
		return decimal{}, false
	}
	d.whole, d.fraction = strings.TrimLeft(whole, "0"), strings.TrimRight(fraction, "0")
	if d.whole == "" && d.fraction == "" {
		d.negative = false
	}
	return d, true
}

func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || '9' < s[i] {
			return false
		}
	}
	return s != ""
}

// compare is negative where d is smaller than e, 0 where they are equal.
func (d decimal) compare(e decimal) int {
	switch {
	case d.negative != e.negative && d.negative:
		return -1
	case d.negative != e.negative:
		return 1
	case d.negative:
		return e.magnitude(d)
	}
	return d.magnitude(e)
}

func (d decimal) magnitude(e decimal) int {
	if len(d.whole) != len(e.whole) {
		return len(d.whole) - len(e.whole)
	}
	if n := strings.Compare(d.whole, e.whole); n != 0 {
		return n
	}
	return strings.Compare(d.fraction, e.fraction)
}

// parseInstant reads the ISO 8601 forms of https://www.w3.org/TR/NOTE-datetime
// and seconds since 1970: the two that
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
// names. Four digits may be a year or seconds, so they are neither.
func parseInstant(s string) (t time.Time, ok bool) {
	if len(s) > 4 && digits(s) {
		return epoch(s)
	}
	var f fields
	if !f.date(s) {
		return time.Time{}, false
	}
	t = time.Date(f.year, time.Month(f.month), f.day, f.hour, f.minute, f.second, f.nano, time.UTC)
	if t.Day() != f.day || f.hour > 23 || f.minute > 59 || f.second > 59 {
		return time.Time{}, false
	}
	return t.Add(-time.Duration(f.offset) * time.Minute), true
}

func epoch(s string) (time.Time, bool) {
	if len(s) > 12 {
		return time.Time{}, false
	}
	seconds := int64(0)
	for i := 0; i < len(s); i++ {
		seconds = seconds*10 + int64(s[i]-'0')
	}
	return time.Unix(seconds, 0).UTC(), true
}

// fields are the parts of a date; offset is east of UTC, in minutes.
type fields struct{ year, month, day, hour, minute, second, nano, offset int }

func (f *fields) date(s string) bool {
	f.month, f.day = 1, 1
	day, clock, timed := strings.Cut(s, "T")
	switch {
	case len(day) == 7:
		return !timed && number(day[:4], &f.year) && day[4] == '-' && f.setMonth(day[5:])
	case len(day) != 10 || day[4] != '-' || day[7] != '-':
		return false
	}
	return number(day[:4], &f.year) && f.setMonth(day[5:7]) && number(day[8:], &f.day) &&
		(!timed || f.clock(clock))
}

func (f *fields) setMonth(s string) bool {
	return number(s, &f.month) && 1 <= f.month && f.month <= 12
}

// clock reads hh:mm, hh:mm:ss or hh:mm:ss.s with a zone.
func (f *fields) clock(s string) bool {
	at := strings.IndexAny(s, "Z+-")
	if at < 5 || !f.zone(s[at:]) {
		return false
	}
	s = s[:at]
	if s[2] != ':' || !number(s[:2], &f.hour) || !number(s[3:5], &f.minute) {
		return false
	}
	if s = s[5:]; s == "" {
		return true
	}
	if len(s) < 3 || s[0] != ':' || !number(s[1:3], &f.second) {
		return false
	}
	return s[3:] == "" || s[3] == '.' && f.fraction(s[4:])
}

func (f *fields) fraction(s string) bool {
	if len(s) > 9 || !number(s, &f.nano) {
		return false
	}
	for range 9 - len(s) {
		f.nano *= 10
	}
	return true
}

func (f *fields) zone(s string) bool {
	if s == "Z" {
		return true
	}
	var hours, minutes int
	if len(s) != 6 || s[3] != ':' || !number(s[1:3], &hours) || !number(s[4:], &minutes) || hours > 23 || minutes > 59 {
		return false
	}
	f.offset = hours*60 + minutes
	if s[0] == '-' {
		f.offset = -f.offset
	}
	return true
}

func number(s string, n *int) bool {
	*n = 0
	for i := 0; i < len(s); i++ {
		*n = *n*10 + int(s[i]-'0')
	}
	return digits(s)
}

// parsePrefix reads an address range; without a length it is one address.
func parsePrefix(s string) (netip.Prefix, bool) {
	if strings.Contains(s, "/") {
		p, err := netip.ParsePrefix(s)
		if err != nil || p.Addr().Is4In6() {
			return netip.Prefix{}, false
		}
		return p.Masked(), true
	}
	a, ok := parseAddress(s)
	if !ok {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(a, a.BitLen()), true
}

// parseAddress looks at the characters first: netip makes an error of what is no
// address, and a condition of one may be asked about any value.
func parseAddress(s string) (netip.Addr, bool) {
	if !strings.ContainsAny(s, ".:") || strings.Trim(s, "0123456789abcdefABCDEF.:") != "" {
		return netip.Addr{}, false
	}
	a, err := netip.ParseAddr(s)
	if err != nil || a.Is4In6() {
		return netip.Addr{}, false // whether ::ffff:10.0.0.1 is 10.0.0.1 is not documented
	}
	return a, true
}

// parseBool takes true and false in any case.
func parseBool(s string) (value, ok bool) {
	switch {
	case sameFold(s, "true"):
		return true, true
	case sameFold(s, "false"):
		return false, true
	}
	return false, false
}

// components are the six parts of an ARN; the last may hold colons.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
type components [6]string

func splitARN(s string) (parts components, ok bool) {
	for i := range 5 {
		if parts[i], s, ok = strings.Cut(s, ":"); !ok {
			return components{}, false
		}
	}
	parts[5] = s
	return parts, true
}

// completeARN gives an ARN of a resource the parts that it lacks, each as `*`:
// IAM does so in identity policies, and refuses such ARNs in session policies.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
func completeARN(s string) (complete string, lacked bool) {
	missing := 5 - strings.Count(s, ":")
	if missing <= 0 || !strings.HasPrefix(s, "arn:") || strings.Contains(s, varOpen) {
		return s, false
	}
	return s + strings.Repeat(":*", missing), true
}
