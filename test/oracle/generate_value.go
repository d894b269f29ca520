package oracle

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// word makes a value that a claim of the family holds; now and then one that
// is none of its type.
func (m *maker) word(family string) string {
	if m.chance(3) {
		return pick(m, oddities[family])
	}
	switch family {
	case "Numeric":
		return number(float64(m.IntN(24)-4) / 2)
	case "Date":
		return m.date(dateBase + int64(m.IntN(6))*3600)
	case "Bool":
		return pick(m, []string{"true", "false"})
	case "Binary":
		return base64.StdEncoding.EncodeToString([]byte(pick(m, words)))
	case "Ip":
		return pick(m, addresses)
	case "Arn":
		return pick(m, arns)
	}
	return pick(m, words)
}

var (
	words     = []string{"team-a", "Team-B", "ops", "dev*", "a?b", "grün", "shop/cart", "a\\b", "x:y", "ü?é*", "é*", "öäü"}
	addresses = []string{"10.0.3.7", "192.168.1.20", "203.0.113.9", "10.0.9.200", "2001:db8::1", "2001:db8:0:1::9"}
	arns      = []string{
		"arn:aws:iam::111122223333:role/app", "arn:aws:s3:::bucket/key", "arn:aws:sns:us-east-1:111122223333:topic:sub",
		"arn:aws:eks:eu-west-1:111122223333:cluster/main", "arn:aws:logs:eu-west-1:111122223333:log-group:app",
	}
	dateBase int64 = 1704067200 // 2024-01-01T00:00:00Z
)

// oddities are values that are no plain ones of the family.
var oddities = map[string][]string{
	"String": {"", " ", "*", "${*}", "$", "äöü", "🙂"},
	"Numeric": {"", "abc", "1e1", "0x5", "inf", "NaN", " 5", "+5", "05", "5.", ".5", "1,5", "9007199254740992", "9007199254740993",
		"9007199254740993.0"},
	"Date": {"", "2024-01-01", "2024-01-01T00:00Z", "2024-01-01 00:00:00", "20240101T000000Z", "2024", "soon",
		"2024-01-01T00:00:00", "1704067200.5", "2024-01-01T00:00:00.5Z", "2024-01-01t00:00:00z", "2024-01-01T01:00:00+0100"},
	"Bool":   {"", "True", "FALSE", "1", "0", "t", "yes", "tRUE", "fALSE"},
	"Binary": {"", "!!!", "b3Bz=", "b3", "b3Bz\n"},
	"Ip":     {"", "10.0.0", "10.0.0.0/33", "::ffff:10.0.3.7", "010.0.3.7", "any", "10.0.3.7/24", "fe80::1%eth0", "2001:DB8::1"},
	"Arn":    {"", "arn:aws:iam::*", "*", "arn:*", "arn:aws:eks:*:cluster/main", "role/app", "arn:aws:iam:111122223333:role/app", "ARN:aws:s3:::bucket/key"},
	"Null":   {"", "yes", "1", "True", "FALSE"},
}

// matching makes a value of a policy that mostly matches v.
func (m *maker) matching(o Operator, v string) Scalar {
	switch family := o.family(); family {
	case "String":
		return Scalar{Text: m.stringMatching(o, v)}
	case "Numeric":
		return m.bare(m.numeral(v, 0), 30)
	case "Date":
		return m.bare(m.sameDate(v, 0), 30)
	case "Bool":
		return m.bare(v, 30)
	case "Null":
		return m.bare("false", 30)
	case "Ip":
		return Scalar{Text: m.network(v)}
	case "Arn":
		return Scalar{Text: m.arnPattern(v)}
	default:
		return Scalar{Text: v}
	}
}

// missing makes a value that mostly does not match v, though it may be near.
func (m *maker) missing(o Operator, v string) Scalar {
	family := o.family()
	if m.chance(6) {
		return Scalar{Text: pick(m, oddities[family])}
	}
	switch family {
	case "String":
		return Scalar{Text: m.stringMissing(o, v)}
	case "Numeric":
		return m.bare(m.numeral(v, float64(m.IntN(5)-2)/2), 30)
	case "Date":
		return m.bare(m.sameDate(v, int64(m.IntN(5)-2)*1800), 30)
	case "Bool", "Null":
		return m.bare(pick(m, []string{"true", "false", "true"}), 30)
	case "Ip":
		return Scalar{Text: m.network(m.word(family))}
	default:
		return Scalar{Text: m.near(family, m.word(family), m.chance(30))}
	}
}

// bare writes some numbers and booleans without quotes.
func (m *maker) bare(text string, percent int) Scalar {
	_, err := strconv.ParseFloat(text, 64)
	plain := err == nil && strings.Trim(text, "-0123456789.") == "" && number(parsed(text)) == text
	return Scalar{text, (plain || text == "true" || text == "false") && m.chance(percent)}
}

func parsed(text string) float64 {
	f, _ := strconv.ParseFloat(text, 64)
	return f
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// numeral is a number near another, in one of several spellings.
func (m *maker) numeral(v string, offset float64) string {
	f, err := strconv.ParseFloat(v, 64)
	if err != nil {
		return v
	}
	text := number(f + offset)
	if m.chance(10) && !strings.Contains(text, ".") {
		return text + ".0"
	}
	return text
}

// date writes a time in one of the forms that both engines know.
func (m *maker) date(unix int64) string {
	t := time.Unix(unix, 0).UTC()
	switch m.IntN(5) {
	case 0:
		return t.In(time.FixedZone("", 7200)).Format(time.RFC3339)
	case 1:
		return strconv.FormatInt(unix, 10)
	case 2:
		return t.Format("2006-01-02T15:04:05.000Z07:00")
	}
	return t.Format(time.RFC3339)
}

func (m *maker) sameDate(v string, offset int64) string {
	if t, err := time.Parse(time.RFC3339, v); err == nil {
		return m.date(t.Unix() + offset)
	}
	if n, err := strconv.ParseInt(v, 10, 64); err == nil && n > 9999 {
		return m.date(n + offset)
	}
	return v
}

func (m *maker) stringMatching(o Operator, v string) string {
	switch {
	case strings.HasSuffix(o.Base, "IgnoreCase") && m.chance(60):
		return swapped(v)
	case strings.HasSuffix(o.Base, "Like"):
		return m.pattern(v)
	}
	return v
}

// pattern makes one that matches v, if v has no wildcards of its own.
func (m *maker) pattern(v string) string {
	r := []rune(v)
	if len(r) == 0 {
		return pick(m, []string{"", "*"})
	}
	at := m.IntN(len(r))
	switch m.IntN(6) {
	case 0:
		return string(r[:at]) + "*"
	case 1:
		return "*" + string(r[at:])
	case 2:
		return string(r[:at]) + "?" + string(r[at+1:])
	case 3:
		return string(r[:at]) + "*" + string(r[at:])
	case 4:
		return "*"
	}
	return v
}

func (m *maker) stringMissing(o Operator, v string) string {
	if strings.HasSuffix(o.Base, "Like") && m.chance(50) {
		return pick(m, []string{v + "?", "?" + v, v + "?*", "*x", m.near("String", v, true) + "*"})
	}
	return m.near("String", v, m.chance(70))
}

// near is a look-alike of v, or another word.
func (m *maker) near(family, v string, alike bool) string {
	r := []rune(v)
	if !alike || len(r) < 2 {
		return m.word(family)
	}
	return pick(m, []string{v + "x", string(r[1:]), string(r[:len(r)-1]), swapped(v), v + "*", "*", string(r[:len(r)-1]) + "?", v + " ", strings.Replace(v, ":", "::", 1)})
}

// network is the address, or a range around it.
func (m *maker) network(v string) string {
	six := strings.Contains(v, ":")
	if !six && m.chance(4) {
		return "::ffff:" + v
	}
	switch m.IntN(5) {
	case 0:
		return v
	case 1:
		if six {
			return v + "/128"
		}
		return v + "/32"
	case 2:
		if six {
			return "2001:db8::/32"
		}
		return "10.0.0.0/8"
	case 3:
		return v + "/24"
	}
	if six {
		return v + "/48"
	}
	return v[:strings.LastIndexByte(v, '.')+1] + "0/24"
}

// arnPattern makes a pattern that matches v component by component.
func (m *maker) arnPattern(v string) string {
	parts := strings.SplitN(v, ":", 6)
	if len(parts) < 6 || m.chance(35) {
		return v
	}
	switch at := m.IntN(9); {
	case at == 8: // a wildcard for two parts: enough are left if the last one has a colon
		return strings.Join(parts[:2], ":") + ":*:" + strings.Join(parts[4:], ":")
	case at < 6:
		parts[at] = "*"
	case at == 6:
		parts[5] = m.pattern(parts[5])
	default:
		return strings.Join(parts[:5], ":") + ":*"
	}
	return strings.Join(parts, ":")
}
