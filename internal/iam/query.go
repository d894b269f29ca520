package iam

import "strings"

// Query is a line of `podpass iam eval`: a request and the policies that
// decide it, in one of two forms.
//
// Short: policy (a trust document), provider (issuer without scheme), sub,
// aud, claims: may that token assume the role with web identity? account is
// 111122223333 unless given, and the provider exists there; audiences are its
// client ids, without which it takes any aud. Keys that begin with aws: or
// sts: are open, all others closed.
//
// General: principal (an ARN, an account, a service, "*", or a token as an
// object), action, resource, context, open, and the policies: identity,
// boundary, scps, rcps, session, resourcePolicy.
type Query struct {
	ID     string // as it was written, in JSON; empty where there was none
	Access Access

	refused string // why the token is refused before any policy counts
	doubt   string // why an allow is not certain, whatever the policies say
}

// defaultAccount is the account that AWS's documentation uses.
const defaultAccount = "111122223333"

// ParseQuery reads a line. before is the number of lines above it, for errors.
// With an error the query holds the id alone, where that could be read.
func ParseQuery(line []byte, before int) (*Query, error) {
	r := &queryReader{reader: reader{text: string(line), path: make([]step, 0, 8), line: before}}
	if r.utf8() {
		r.read()
		r.end()
	}
	if r.err == nil {
		r.build()
	}
	if r.err != nil {
		return &Query{ID: r.query.ID}, r.err
	}
	return &r.query, nil
}

// Explain answers the query.
func (q *Query) Explain() Explanation {
	if q.refused != "" {
		return Explanation{Decision: DecideDeny, Reasons: []Reason{{Note: q.refused, Matches: True, Effect: Deny}}}
	}
	e := q.Access.Explain()
	if q.doubt != "" && e.Decision == DecideAllow {
		return Explanation{DecideUnknown, []Reason{{Note: q.doubt, Matches: Unknown}}}
	}
	return e
}

// queryReader holds the members of a line until all are known: they may come
// in any order.
type queryReader struct {
	reader
	query Query
	at    []member // in their order

	token            token
	short            bool
	principal        string
	principalAccount string
	resourceAccount  string
	action, resource string
	context          Context
}

// member is a member of the line and its offset. The name of one of the token
// in the general form begins with "principal/".
type member struct {
	name   string
	offset int
}

// token is what a provider says of its bearer.
type token struct {
	within    string // "principal/" in the general form
	provider  string
	sub       string
	aud       []string
	claims    []entry
	account   string
	audiences []string
}

func (r *queryReader) read() {
	r.at = make([]member, 0, 8)
	r.object("a line", func(name string, offset int) {
		r.at = append(r.at, member{name, offset})
		switch name {
		case "id":
			r.id()
		case "policy":
			r.short = true
			r.query.Access.Resource = r.policy(Trust)
		default:
			if !r.tokenMember(name) {
				r.general(name, offset)
			}
		}
	})
}

// id keeps the id as it is written, so that any number comes back unchanged;
// null is none.
func (r *queryReader) id() {
	if r.null() {
		return
	}
	start := r.pos
	if r.scalar("id"); r.err == nil {
		r.query.ID = r.text[start:r.pos]
	}
}

// tokenMember reads a member of the token, if the name is that of one.
func (r *queryReader) tokenMember(name string) bool {
	t := &r.token
	switch name {
	case "provider":
		t.provider = r.str(name)
	case "sub":
		t.sub = r.str(name)
	case "aud":
		t.aud = r.strings(name)
	case "claims":
		r.claims()
	case "account":
		t.account = r.str(name)
	case "audiences":
		t.audiences = r.strings(name)
	default:
		return false
	}
	return true
}

// claims reads further keys of the provider. Objects and null among them are
// left out: they give no key.
func (r *queryReader) claims() {
	r.object("claims", func(name string, _ int) {
		if strings.HasPrefix(name, tagsClaim) {
			r.query.Access.Tagged = true
		}
		switch r.peek() {
		case '{':
			r.skip(32)
			r.token.claims = append(r.token.claims, entry{name, nil})
		case 'n':
			r.null()
		default:
			r.token.claims = append(r.token.claims, entry{name, r.values("a claim")})
		}
	})
}

// Claims that STS acts on itself:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
const (
	tagsClaim  = "https://aws.amazon.com/tags"
	rolesClaim = "https://aws.amazon.com/roles"
)

// mostValues is how many values a key may have: the work is that number times
// the values of the policies.
const mostValues = 1000

// values reads one scalar, or a list of them that may be empty.
func (r *queryReader) values(what string) (all []string) {
	if r.peek() != '[' {
		return []string{r.scalar(what)}
	}
	r.elements(func() {
		if all = append(all, r.scalar(what)); len(all) > mostValues {
			r.fail(r.pos, "%s has more than %d values: no request does", what, mostValues)
		}
	})
	return all
}

func (r *queryReader) policy(kind Kind) *Policy {
	doc := r.document(kind)
	if r.err != nil {
		return nil
	}
	return Compile(doc)
}

// policies reads one policy or a list of them.
func (r *queryReader) policies(kind Kind) (all []*Policy) {
	if r.peek() != '[' {
		return []*Policy{r.policy(kind)}
	}
	all = []*Policy{}
	r.elements(func() { all = append(all, r.policy(kind)) })
	return all
}
