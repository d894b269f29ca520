package oracle

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// Generator makes requests from a seed. Request i depends on the seed and i
// alone, so that one that fails can be made again.
type Generator struct {
	seed  uint64
	cells []Cell
}

// NewGenerator starts one.
func NewGenerator(seed uint64) *Generator { return &Generator{seed, Cells()} }

// Cell is the operator and presence that request i is about. What else its
// policy says is chance.
func (g *Generator) Cell(i int) Cell { return g.cells[i%len(g.cells)] }

// Request makes request i.
func (g *Generator) Request(i int) Request {
	m := &maker{Rand: rand.New(rand.NewPCG(g.seed, uint64(i))), claims: map[string]Claim{}}
	m.issuer = pick(m, issuers)
	if m.chance(3) {
		m.issuer = sharedIssuer
	}
	m.sub = m.subject()
	m.aud = "sts.amazonaws.com"
	if m.chance(10) {
		m.aud = "https://kubernetes.default.svc"
	}
	document := m.document(g.Cell(i))
	return Request{
		ID: fmt.Sprintf("%d-%d", g.seed, i), Policy: document, Provider: m.issuer,
		Sub: m.sub, Aud: m.aud, Claims: m.claims,
	}
}

// issuers are one of EKS, another with a path, and one without: only its keys
// are variables for versitygw.
var issuers = []string{"oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE0A", "issuer.example.org/cluster-a", "oidc.example.com"}

// sharedIssuer is one that many tenants share.
const sharedIssuer = "token.actions.githubusercontent.com"

// maker makes one request.
type maker struct {
	*rand.Rand
	issuer, sub, aud string
	claims           map[string]Claim
}

// chance is true in so many of a hundred cases.
func (m *maker) chance(percent int) bool { return m.IntN(100) < percent }

func pick[T any](m *maker, from []T) T { return from[m.IntN(len(from))] }

func (m *maker) subject() string {
	if m.chance(3) {
		return pick(m, []string{"user:ops", "system:serviceaccount:shop:*", "system:node:ip-10-0-0-1"})
	}
	return "system:serviceaccount:" + pick(m, []string{"shop", "shop-eu", "dev"}) + ":" + pick(m, []string{"cart", "default", "cart-worker", "api.v2"})
}

// document builds a policy around a condition of the cell.
func (m *maker) document(c Cell) Document {
	d := Document{Version: Version2012}
	if m.chance(20) {
		d.Version = pick(m, []string{Version2008, ""})
	}
	if m.chance(5) {
		d.ID = "trust-1"
	}
	focus := m.statement()
	m.condition(&focus, c)
	if m.chance(2) && focus.Condition["Bool"] == nil && focus.Condition["bool"] == nil {
		focus.Condition["Bool"] = map[string]Some[Scalar]{} // an operator without keys asks for nothing
	}
	switch n := m.IntN(100); {
	case n < 45:
		d.Statement = one(focus)
	case n < 75:
		focus.Effect = "Deny"
		d.Statement = Some[Statement]{Items: []Statement{m.statement(), focus}}
	case n < 90:
		d.Statement = Some[Statement]{Items: m.among(focus)}
	default:
		m.odd(&focus)
		d.Statement = one(focus)
	}
	d.Statement.List = d.Statement.List || m.chance(60)
	return d
}

// Versions of the policy language.
const (
	Version2008 = "2008-10-17"
	Version2012 = "2012-10-17"
)

// statement allows the role to whoever holds a token of the issuer, now and
// then with the right audience only.
func (m *maker) statement() Statement {
	s := Statement{
		Effect:    "Allow",
		Principal: Principal{Types: map[string]Some[string]{"Federated": one(ProviderARN(m.issuer))}},
		Action:    one("sts:AssumeRoleWithWebIdentity"),
	}
	if m.chance(25) {
		s.Condition.add("StringEquals", m.issuer+":aud", one(Scalar{Text: m.aud}))
	}
	if m.chance(25) {
		s.Sid = pick(m, []string{"A", "B1", "Cart"})
	}
	s.Principal.Types["Federated"] = m.listed(s.Principal.Types["Federated"])
	s.Action = m.listed(s.Action)
	return s
}

// listed turns some single items into lists of one.
func (m *maker) listed(s Some[string]) Some[string] {
	s.List = m.chance(25)
	return s
}

// among puts the statement between others, which have conditions of their own.
func (m *maker) among(focus Statement) []Statement {
	statements := []Statement{focus}
	for range 1 + m.IntN(3) {
		s := m.statement()
		m.condition(&s, Cell{Operator{pick(m, sorted(families)), Form{}}, Single})
		if m.chance(30) {
			s.Effect = "Deny"
		}
		statements = append(statements, s)
	}
	m.Shuffle(len(statements), func(i, j int) { statements[i], statements[j] = statements[j], statements[i] })
	return statements
}

// odd gives a statement an unusual principal or action.
func (m *maker) odd(s *Statement) {
	if m.chance(50) {
		s.Action, s.NotAction = m.actions()
		return
	}
	arn := ProviderARN(m.issuer)
	federated := pick(m, []Some[string]{
		{Items: []string{ProviderARN("old.example.com"), arn}},
		{Items: []string{arn, arn}},
		one(ProviderARN("old.example.com")),
		one(strings.Replace(arn, Account, "444455556666", 1)),
		one(arn + "/"), one(strings.ToUpper(arn)), one("cognito-identity.amazonaws.com.example"),
		one(strings.Replace(arn, "oidc-provider/", "saml-provider/", 1)),
		one(strings.Replace(arn, m.issuer, "*", 1)), one("arn:aws:iam::*:oidc-provider/old.example.com"),
	})
	types := map[string]Some[string]{"Federated": federated}
	switch m.IntN(8) {
	case 0:
		types["AWS"] = one("arn:aws:iam::" + Account + ":root")
	case 1:
		types["Service"] = one("sts.amazonaws.com")
	case 2:
		types["Service"] = Some[string]{Items: []string{"pods.eks.amazonaws.com", "ec2.amazonaws.com"}}
	case 3:
		types = map[string]Some[string]{"AWS": one("arn:aws:iam::" + Account + ":role/node")}
	case 4:
		types["AWS"] = one("*")
	case 5:
		s.Principal = Principal{Anyone: true}
		return
	}
	s.Principal = Principal{Types: types}
}

// actions gives Action or NotAction.
func (m *maker) actions() (action, not Some[string]) {
	names := pick(m, [][]string{
		{"sts:*"}, {"sts:AssumeRole*"}, {"sts:assumerolewithwebidentity"}, {"sts:AssumeRole?ithWebIdentity"},
		{"sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:TagSession"}, {"sts:AssumeRole"},
		{"sts:TagSession"}, {"sts:AssumeRoleWithWebIdentity", "sts:TagSession"}, {"sts:AssumeRole?"},
		{"STS:AssumeRoleWithWebIdentity"}, {"Sts:*"}, {"*"}, {"sts:assumeROLEwithSAML"}, {"sts:*Web*"},
	})
	written := Some[string]{Items: names, List: m.chance(30)}
	if m.chance(30) {
		return Some[string]{}, written
	}
	return written, Some[string]{}
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
