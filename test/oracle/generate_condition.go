package oracle

import "strings"

// condition gives the statement a condition of the cell. In some requests it
// is one that the peer sees otherwise: the share of each is small, so that
// most of a cell is compared as it is.
func (m *maker) condition(s *Statement, c Cell) {
	family := c.Operator.family()
	key, held := m.key(family, c.Presence)
	values := m.values(c.Operator, held)
	operator := c.Operator.String()
	switch n := m.IntN(200); {
	case n < 5:
		key = pick(m, []string{"aws:SourceIp", "aws:CurrentTime", "aws:SecureTransport", "sts:RoleSessionName", "aws:PrincipalTag/team"})
	case n < 6:
		operator = pick(m, []string{"NullIfExists", "StringMatches", "ForSomeValues:StringEquals", "StringEqualsIfExist"})
	case n < 8 && s.Condition == nil:
		operator = strings.ToLower(operator)
	case n < 60 && family == "Null":
		operator = pick(m, []string{"ForAllValues:Null", "ForAnyValue:Null"})
	case n < 24 && len(held) > 0 && (family == "String" || family == "Arn"):
		values.Items[m.IntN(len(values.Items))].Text = m.variable(key, pick(m, held))
	}
	if _, twice := s.Condition["StringEquals"][key]; m.chance(8) && !twice {
		key = swapCase(m, key)
	}
	s.Condition.add(operator, key, values)
}

// claimOf names the claim that holds values of a family.
var claimOf = map[string]string{
	"String": "groups", "Numeric": "level", "Date": "issued", "Bool": "admin",
	"Binary": "blob", "Ip": "addr", "Arn": "owner", "Null": "groups",
}

// key chooses a key with the presence, and gives what it holds. Where nothing
// is there, held are values that could be.
func (m *maker) key(family string, p Presence) (key string, held []string) {
	claim := claimOf[family]
	if p == Absent {
		held = []string{m.word(family)}
		if m.chance(30) {
			return "old.example.com:sub", held
		}
		return m.issuer + ":no-" + claim, held
	}
	if p == Single && (family == "String" || family == "Null") && m.chance(70) {
		if m.chance(25) {
			return m.issuer + ":aud", []string{m.aud}
		}
		return m.issuer + ":sub", []string{m.sub}
	}
	if m.claims[claim] == nil {
		m.claims[claim] = m.claim(family, p)
	}
	return m.issuer + ":" + claim, m.claims[claim]
}

// claim makes the values of a claim.
func (m *maker) claim(family string, p Presence) Claim {
	if p == Empty {
		return Claim{""}
	}
	if p == EmptyAmong {
		return Claim{"", m.word(family)}
	}
	if p == Several && m.chance(4) {
		return Claim{}
	}
	c := Claim{m.word(family)}
	for p == Several && (len(c) < 2 || m.chance(25)) {
		c = append(c, m.word(family))
	}
	return c
}

// values makes values of the policy: some match what the key holds, some
// nearly.
func (m *maker) values(o Operator, held []string) Some[Scalar] {
	var values Some[Scalar]
	for _, v := range held {
		if m.chance(60) {
			values.Items = append(values.Items, m.matching(o, v))
		}
	}
	if len(held) == 0 {
		held = []string{m.word(o.family())}
	}
	for len(values.Items) == 0 || m.chance(20) {
		values.Items = append(values.Items, m.missing(o, pick(m, held)))
	}
	values.List = m.chance(20)
	return values
}

// variable writes a value with a policy variable that mostly comes to what the
// key holds.
func (m *maker) variable(key, held string) string {
	escaped := strings.NewReplacer("*", "${*}", "?", "${?}", "$", "${$}").Replace(held)
	return pick(m, []string{
		"${" + key + "}", "${" + key + "}*", "${" + swapped(key) + "}", "${" + m.issuer + ":sub}", "${" + m.issuer + ":none}",
		"${" + m.issuer + ":none, '" + held + "'}", "${" + key + ", 'team-a'}", "${" + m.issuer + ":none, 'x'}?*",
		escaped, escaped, escaped + "${*}", "${aws:username}", "${aws:username, '" + held + "'}", "${" + m.issuer + ":groups}",
		"${" + key, "${}", held + "${",
	})
}

// swapCase changes the case of all letters, or of those behind the last colon.
func swapCase(m *maker, s string) string {
	from := 0
	if m.chance(50) {
		from = strings.LastIndexByte(s, ':') + 1
	}
	return s[:from] + swapped(s[from:])
}

func swapped(s string) string {
	return strings.Map(func(r rune) rune {
		if l := []rune(strings.ToLower(string(r))); len(l) == 1 && l[0] != r {
			return l[0]
		}
		if u := []rune(strings.ToUpper(string(r))); len(u) == 1 {
			return u[0]
		}
		return r
	}, s)
}
