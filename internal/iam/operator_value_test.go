package iam

import "testing"

// pair is an operator with a value of the policy, one of the request, and what
// comes of them: a cell of TestOperators.
type pair struct{ operator, policy, request, want string }

func (c pair) check(t *testing.T) {
	t.Helper()
	want, ok := short[c.want]
	if !ok {
		t.Fatalf("no such cell as %q", c.want)
	}
	got, why := evaluated(t, c.operator, text(c.policy), contextOf(key, c.request))
	if got != want.truth || why != want.cause {
		t.Errorf("%s %q of %q: got %s (%s), want %s (%s)", c.operator, c.policy, c.request, got, why, want.truth, want.cause)
	}
}

func TestStrings(t *testing.T) {
	for _, c := range []pair{
		{"StringEquals", "a*", "a*", "T"}, // a star is a star
		{"StringEquals", "a*", "ab", "F"},
		{"StringEquals", "a?", "ab", "F"},
		{"StringEquals", "é", "e\u0301", "F"}, // no normal form
		{"StringEquals", "", "", "T"},
		{"StringEquals", "a ", "a", "F"},
		{"StringEqualsIgnoreCase", "ABC", "abc", "T"},
		{"StringEqualsIgnoreCase", "A*C", "abc", "F"},
		{"StringEqualsIgnoreCase", "É", "é", "T"},
		{"StringEqualsIgnoreCase", "a[", "a{", "F"},
		{"StringLike", "", "", "T"},
		{"StringLike", "", "a", "F"},
		{"StringLike", "*", "", "T"},
		{"StringLike", "?", "", "F"},
		{"StringLike", "?", "é", "T"}, // a character, not a byte
		{"StringLike", "?", "e\u0301", "F"},
		{"StringLike", "a*b*c", "a\nb:/c", "T"},
		{"StringLike", "A*", "ab", "F"},
		{"StringLike", `\*`, `\x`, "T"}, // no escapes
		{"StringLike", "[ab]", "a", "F"},
		{"StringLike", "system:serviceaccount:*:cart", "system:serviceaccount:shop:x:cart", "T"}, // a star goes over colons
	} {
		c.check(t)
	}
}

func TestNumbers(t *testing.T) {
	for _, c := range []pair{
		{"NumericEquals", "5", "5", "T"},
		{"NumericEquals", "5", "5.000", "T"},
		{"NumericEquals", "005", "+5", "T"},
		{"NumericEquals", "0", "-0.0", "T"},
		{"NumericEquals", "0.1", "0.10000000000000000000000001", "F"}, // no floats
		{"NumericEquals", "9007199254740993", "9007199254740992", "F"},
		{"NumericNotEquals", "5", "6", "T"},
		{"NumericLessThan", "10", "9", "T"}, // not as texts
		{"NumericLessThan", "10", "10", "F"},
		{"NumericLessThan", "-1", "-2", "T"},
		{"NumericLessThan", "-2", "-1", "F"},
		{"NumericLessThan", "1", "-2", "T"},
		{"NumericLessThan", "-2", "1", "F"},
		{"NumericLessThan", "1.05", "1.049", "T"},
		{"NumericLessThan", "-1.05", "-1.049", "F"},
		{"NumericLessThanEquals", "10", "10.0", "T"},
		{"NumericLessThanEquals", "10", "10.1", "F"},
		{"NumericGreaterThan", "10", "10.1", "T"},
		{"NumericGreaterThan", "10", "10", "F"},
		{"NumericGreaterThanEquals", "10", "10", "T"},
		{"NumericGreaterThanEquals", "10", "9.99", "F"},
		{"NumericEquals", "5", "", "?v"},
		{"NumericEquals", "5", "five", "?v"},
		{"NumericEquals", "5", "5e0", "?v"},
		{"NumericEquals", "5", " 5", "?v"},
		{"NumericEquals", "5", ".5", "?v"},
		{"NumericEquals", "5", "5.", "?v"},
		{"NumericEquals", "5", "-", "?v"},
		{"NumericEquals", "5", "--5", "?v"},
		{"NumericEquals", "5", "٥", "?v"}, // other digits
		{"NumericEquals", "0x5", "5", "?b"},
		{"NumericEquals", "", "5", "?b"},
		{"NumericNotEquals", "five", "5", "?b"}, // not true
		{"NumericNotEquals", "5", "five", "?v"},
		{"NumericLessThanIfExists", "${a:b}", "5", "?b"}, // no variables
	} {
		c.check(t)
	}
}

func TestDates(t *testing.T) {
	for _, c := range []pair{
		{"DateEquals", "2026-01-01T00:00:00Z", "2026-01-01", "T"},
		{"DateEquals", "2026-01-01T00:00Z", "2026-01", "T"},
		{"DateEquals", "2026-01-01T00:00:00.5Z", "2026-01-01T00:00:00.500Z", "T"},
		{"DateEquals", "2026-01-01T00:00:00.000000001Z", "2026-01-01T00:00:00Z", "F"},
		{"DateEquals", "2026-01-01T12:30:00+05:30", "2026-01-01T07:00:00Z", "T"},
		{"DateEquals", "2025-12-31T22:00:00-02:00", "2026-01-01", "T"},
		{"DateEquals", "1767225600", "2026-01-01T00:00:00Z", "T"},
		{"DateEquals", "2024-02-29", "1709164800", "T"},
		{"DateNotEquals", "2026-01-01", "2026-01-02", "T"},
		{"DateLessThan", "2026-01-02", "2026-01-01T23:59:59Z", "T"},
		{"DateLessThan", "2026-01-02", "2026-01-02", "F"},
		{"DateLessThanEquals", "2026-01-02", "2026-01-02", "T"},
		{"DateLessThanEquals", "2026-01-02", "2026-01-02T00:00:01Z", "F"},
		{"DateGreaterThan", "2026-01-02", "2026-01-02T00:00:01Z", "T"},
		{"DateGreaterThan", "2026-01-02", "2026-01-02", "F"},
		{"DateGreaterThanEquals", "2026-01-02", "2026-01-02", "T"},
		{"DateGreaterThanEquals", "2026-01-02", "1", "?v"}, // a year, or seconds
		{"DateEquals", "2026", "2026-01-01", "?b"},
		{"DateEquals", "2026-02-29", "2026-01-01", "?b"},
		{"DateEquals", "2026-13-01", "2026-01-01", "?b"},
		{"DateEquals", "2026-13", "2026-01-01", "?b"},
		{"DateEquals", "2026-00-10", "2026-01-01", "?b"},
		{"DateEquals", "2026-01-00", "2026-01-01", "?b"},
		{"DateEquals", "2026-1-1", "2026-01-01", "?b"},
		{"DateEquals", "2026/01/01", "2026-01-01", "?b"},
		{"DateEquals", "2026-01/01", "2026-01-01", "?b"},
		{"DateEquals", "2026-01T00:00Z", "2026-01-01", "?b"},
		{"DateEquals", "20x6-01", "2026-01-01", "?b"},
		{"DateEquals", "20x6-01-01", "2026-01-01", "?b"},
		{"DateEquals", "2026-01-0x", "2026-01-01", "?b"},
		{"DateEquals", "1234567890123", "2026-01-01", "?b"}, // milliseconds
		{"DateEquals", "-100000", "2026-01-01", "?b"},
		{"DateEquals", "${aws:CurrentTime}", "2026-01-01", "?b"},
		{"DateEquals", "", "2026-01-01", "?b"},
		{"DateNotEquals", "2026-01-01", "", "?v"},
		{"DateEquals", "2026-01-01", "2026-01-01T", "?v"},
		{"DateEquals", "2026-01-01", "2026-01-01T00:00", "?v"}, // no zone
		{"DateEquals", "2026-01-01", "2026-01-01T00:00:00", "?v"},
		{"DateEquals", "2026-01-01", "2026-01-01T0:00Z", "?v"},
		{"DateEquals", "2026-01-01", "2026-01-01T00.00Z", "?v"},
		{"DateEquals", "2026-01-01", "2026-01-01T0x:00Z", "?v"},
		{"DateEquals", "2026-01-01", "2026-01-01T00:0xZ", "?v"},
		{"DateEquals", "2026-01-01", "2026-01-01T24:00Z", "?v"},
		{"DateEquals", "2026-01-01", "2026-01-01T00:60Z", "?v"},
		{"DateEquals", "2026-01-01", "2026-01-01T00:00:60Z", "?v"},
		{"DateEquals", "2026-01-01", "2026-01-01T00:00:0Z", "?v"},
		{"DateEquals", "2026-01-01", "2026-01-01T00:00:0xZ", "?v"},
		{"DateEquals", "2026-01-01", "2026-01-01T00:00.00Z", "?v"},
		{"DateEquals", "2026-01-01", "2026-01-01T00:00:00,5Z", "?v"},
		{"DateEquals", "2026-01-01", "2026-01-01T00:00:00.Z", "?v"},
		{"DateEquals", "2026-01-01", "2026-01-01T00:00:00.1234567890Z", "?v"},
		{"DateEquals", "2026-01-01", "2026-01-01T00:00:00z", "?v"},
		{"DateEquals", "2026-01-01", "2026-01-01T00:00:00ZZ", "?v"},
		{"DateEquals", "2026-01-01", "2026-01-01T00:00:00+0100", "?v"},
		{"DateEquals", "2026-01-01", "2026-01-01T00:00:00+01.00", "?v"},
		{"DateEquals", "2026-01-01", "2026-01-01T00:00:00+0x:00", "?v"},
		{"DateEquals", "2026-01-01", "2026-01-01T00:00:00+01:0x", "?v"},
		{"DateEquals", "2026-01-01", "2026-01-01T00:00:00+24:00", "?v"},
		{"DateEquals", "2026-01-01", "2026-01-01T00:00:00+00:60", "?v"},
		{"DateEquals", "2026-01-01", "2026-01-01 00:00:00Z", "?v"},
	} {
		c.check(t)
	}
}

func TestAddresses(t *testing.T) {
	for _, c := range []pair{
		{"IpAddress", "203.0.113.0/24", "203.0.113.255", "T"},
		{"IpAddress", "203.0.113.0/24", "203.0.114.0", "F"},
		{"IpAddress", "203.0.113.9/24", "203.0.113.77", "T"}, // bits behind the mask are ignored
		{"IpAddress", "203.0.113.9", "203.0.113.9", "T"},     // /32
		{"IpAddress", "203.0.113.9", "203.0.113.8", "F"},
		{"IpAddress", "0.0.0.0/0", "255.255.255.255", "T"},
		{"IpAddress", "0.0.0.0/0", "2001:db8::1", "F"},
		{"IpAddress", "::/0", "203.0.113.9", "F"},
		{"IpAddress", "::/0", "2001:db8::1", "T"},
		{"IpAddress", "2001:DB8:1234:5678::/64", "2001:db8:1234:5678::1", "T"},
		{"IpAddress", "2001:db8::1", "2001:db8::1", "T"},
		{"IpAddress", "2001:db8::1", "2001:db8::2", "?b"}, // of /32, which AWS names, but not of /128
		{"IpAddress", "2001:db8::1", "2001:db9::1", "F"},
		{"NotIpAddress", "2001:db8::1", "2001:db8::2", "?b"},
		{"IpAddress", "203.0.113.0/24", "::ffff:203.0.113.9", "?v"},
		{"IpAddress", "::ffff:203.0.113.0/120", "203.0.113.9", "?b"},
		{"NotIpAddress", "203.0.113.0/24", "203.0.114.0", "T"},
		{"NotIpAddress", "203.0.113.0/24", "no address", "?v"},
		{"IpAddress", "203.0.113.0/24", "203.0.113.0/24", "?v"},
		{"IpAddress", "203.0.113.0/24", "", "?v"},
		{"IpAddress", "203.0.113.0/24", "fe80::1%eth0", "?v"},
		{"IpAddress", "203.0.113.0/33", "203.0.113.1", "?b"},
		{"IpAddress", "203.0.113", "203.0.113.1", "?b"},
		{"IpAddress", "203.0.113.*", "203.0.113.1", "?b"},
		{"IpAddress", "203.0.113.01", "203.0.113.1", "?b"},
		{"IpAddress", "fe80::1%eth0", "fe80::1", "?b"},
		{"NotIpAddress", "", "203.0.113.1", "?b"},
	} {
		c.check(t)
	}
}

func TestBooleansAndBytes(t *testing.T) {
	for _, c := range []pair{
		{"Bool", "true", "true", "T"},
		{"Bool", "TRUE", "True", "T"},
		{"Bool", "false", "false", "T"},
		{"Bool", "false", "true", "F"},
		{"Bool", "true", "1", "?v"},
		{"Bool", "true", "", "?v"},
		{"Bool", "yes", "true", "?b"},
		{"Bool", "", "true", "?b"},
		{"Bool", "${aws:SecureTransport}", "true", "?b"},
		{"BinaryEquals", "QmluYXJ5", "QmluYXJ5", "T"},
		{"BinaryEquals", "QmluYXJ5", "qmluyxj5", "F"},
		{"BinaryEquals", "QmluYXJ5", "Binary", "F"},
		{"BinaryEquals", "no base64", "no base64", "?b"},
		{"BinaryEquals", "", "", "T"},
	} {
		c.check(t)
	}
}

func TestARNs(t *testing.T) {
	const role = "arn:aws:iam::111122223333:role/path/app"
	for _, c := range []struct {
		pattern, value string
		want           Truth
		why            cause
	}{
		{role, role, True, decided},
		{"arn:aws:iam::111122223333:role/*", role, True, decided},
		{"arn:aws:iam::111122223333:role/????/app", role, True, decided},
		{"arn:*:iam:*:*:role/path/app", role, True, decided},
		{"*:*:*:*:*:*", role, True, decided},
		{"arn:aws:iam::*:ROLE/*", role, False, decided},
		{"arn:aws:i*:111122223333:role/path/app:*", role, False, decided}, // parts are compared one by one
		{"arn:aws:*role/path/app", role, Unknown, shortARN},
		{"arn:*", role, Unknown, shortARN},
		{"*", role, Unknown, shortARN},
		{"arn:aws:sqs", role, False, decided},
		{"", "", Unknown, shortARN},
		{"arn:aws:sqs:*:*:a:b", "arn:aws:sqs:eu-west-1:111122223333:a:b", True, decided},
		{"arn:aws:sqs:*:*:a*", "arn:aws:sqs:eu-west-1:111122223333:a:b", True, decided},
		{"arn:aws:sqs:*:a*", "arn:aws:sqs:eu-west-1:111122223333:a", Unknown, shortARN},
		{"arn:aws:sqs:eu*:111122223333:*", "arn:aws:sqs:eu:x:111122223333:a", False, decided},
		{"*:*:*:*:*:*", "no ARN", False, decided},
		{"*:*:*:*:*:*", "", False, decided},
	} {
		for _, operator := range []string{"ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"} {
			want := c.want
			if operators[operator].negated {
				want = want.Not()
			}
			if got, why := evaluated(t, operator, text(c.pattern), contextOf(key, c.value)); got != want || why != c.why {
				t.Errorf("%s %q of %q: got %s (%s), want %s (%s)", operator, c.pattern, c.value, got, why, want, c.why)
			}
		}
	}
}

// TestSeveralValuesOfThePolicy: one must match, or, negated, none.
func TestSeveralValuesOfThePolicy(t *testing.T) {
	many := `["1","2","3","4","5","6","7","8","9","10","11","12"]`
	for _, c := range []struct {
		operator, policy, request string
		want                      string
	}{
		{"StringEquals", many, "12", "T"},
		{"StringEquals", many, "13", "F"},
		{"StringNotEquals", many, "12", "F"},
		{"StringNotEquals", many, "13", "T"},
		{"ForAnyValue:StringEquals", many, "", "F"},
		{"StringLike", many, "12", "T"},
		{"NumericNotEquals", many, "12.0", "F"},
		{"NumericEquals", `["five",5]`, "5", "T"}, // true, whatever the other is
		{"NumericEquals", `["five",5]`, "6", "?b"},
		{"NumericEquals", `[5,"five"]`, "6", "?b"},
		{"NumericNotEquals", `["five",5]`, "5", "F"},
		{"NumericNotEquals", `["five",5]`, "6", "?b"},
		{"NumericLessThan", `[5,10]`, "7", "T"},
		{"Bool", `[true,false]`, "false", "T"},
	} {
		want := short[c.want]
		if got, why := evaluated(t, c.operator, c.policy, contextOf(key, c.request)); got != want.truth || why != want.cause {
			t.Errorf("%s %s of %q: got %s (%s), want %s (%s)", c.operator, c.policy, c.request, got, why, want.truth, want.cause)
		}
	}
}

// TestQuantifiersOfUnknown: one value that cannot be read.
func TestQuantifiersOfUnknown(t *testing.T) {
	for _, c := range []struct {
		operator string
		values   []string
		want     string
	}{
		{"ForAllValues:NumericEquals", []string{"5", "five"}, "?v"},
		{"ForAllValues:NumericEquals", []string{"6", "five"}, "F"},
		{"ForAllValues:NumericEquals", []string{"five", "6"}, "F"},
		{"ForAnyValue:NumericEquals", []string{"6", "five"}, "?v"},
		{"ForAnyValue:NumericEquals", []string{"five", "5"}, "T"},
		{"ForAnyValue:NumericNotEquals", []string{"five", "5"}, "?v"},
		{"ForAllValues:NumericEquals", []string{""}, "?e"},
		{"ForAnyValue:NumericEquals", []string{""}, "?e"},
		{"ForAllValues:NumericEquals", []string{"", ""}, "?v"},
	} {
		ctx := &Context{}
		ctx.Add(key, c.values...)
		want := short[c.want]
		if got, why := evaluated(t, c.operator, "5", ctx); got != want.truth || why != want.cause {
			t.Errorf("%s of %q: got %s (%s), want %s (%s)", c.operator, c.values, got, why, want.truth, want.cause)
		}
	}
}
