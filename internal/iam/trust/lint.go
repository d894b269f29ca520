package trust

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"podpass/internal/iam"
)

// Lint finds what is wrong with a trust policy: each of the 24
// misconfigurations that are known to happen, and what else no trust should
// hold. It judges by what the policy means: a pattern that a Deny takes back is
// no finding. What needs more than the document comes from ctx; without it, it
// is not assessed.
func Lint(p *iam.Policy, ctx *Context) Report {
	if ctx == nil {
		ctx = &Context{}
	}
	l := judge(p, ctx)
	l.correct()
	return l.report
}

// judge is Lint without the corrected trust.
func judge(p *iam.Policy, ctx *Context) *linter {
	l := &linter{p: p, doc: p.Document(), ctx: ctx, times: map[string]int{}, report: Report{Findings: []Finding{}, NotAssessed: []NotAssessed{}}}
	l.document()
	if l.doc.Size() > mostLinted {
		l.tooLong()
		return l
	}
	l.unheard = l.free("unheard-of")
	l.forms()
	l.principals()
	l.pods()
	l.instance()
	for i := range l.doc.Statements {
		l.webIdentity(i)
	}
	l.denies()
	l.dead()
	l.meant()
	l.report.Budget = BudgetOf(l.doc)
	slices.SortStableFunc(l.report.Findings, func(a, b Finding) int {
		if a.Statement != b.Statement {
			return a.Statement - b.Statement
		}
		return strings.Compare(a.ID, b.ID)
	})
	l.notAssessed()
	if l.effort.spent() {
		l.open("its patterns take more states than the budget allows", "PT01", "PT02", "PT05", "PT06", "PT07", "PT08", "PT09", "PT10", "PT11", "PT16", "PT34", "PT37", "PT39")
	}
	return l
}

// mostLinted is the length beyond which a document is not judged by what it
// means: twice of what IAM takes anywhere.
const mostLinted = 16_384

// open notes checks that could not be decided.
func (l *linter) open(why string, ids ...string) {
	l.report.Undecided = append(l.report.Undecided, why)
	for _, id := range ids {
		l.report.NotAssessed = append(l.report.NotAssessed, NotAssessed{id, why})
	}
}

// tooLong says what is not judged of a document that no account could have.
func (l *linter) tooLong() {
	var ids []string
	for _, c := range Checks() {
		if !slices.Contains([]string{"PT27", "PT28", "PT31", "PT32", "PT35"}, c.ID) {
			ids = append(ids, c.ID)
		}
	}
	l.open("it is longer than IAM takes anywhere: shorten it", ids...)
	l.report.Budget = BudgetOf(l.doc)
}

// Report is what Lint found.
type Report struct {
	Findings    []Finding     `json:"findings"`
	NotAssessed []NotAssessed `json:"notAssessed"`
	// Undecided are reasons why not all was judged, although the context
	// suffices: without a finding that is no pass.
	Undecided []string `json:"undecided,omitempty"`
	Budget    Budget   `json:"budget"`
	// Corrected is the trust for exactly the accounts that are meant, where the
	// context says which; proven to admit nobody else.
	Corrected string `json:"corrected,omitempty"`
	// LeftOut is what of the trust Corrected does not hold, as it is not for the
	// service accounts that are meant, or restricts them further.
	LeftOut []string `json:"leftOut,omitempty"`
	// NotCorrected is why there is none although the context says who is meant.
	NotCorrected string `json:"notCorrected,omitempty"`
}

// Finding is one thing that is wrong.
type Finding struct {
	ID        string `json:"id"` // PT01 …
	Severity  string `json:"severity"`
	Verdict   string `json:"verdict"`   // too wide, dead, stale or invalid
	Statement int    `json:"statement"` // from 1; 0 of the whole document
	Sid       string `json:"sid,omitempty"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	Message   string `json:"message"`
	Witness   string `json:"witness,omitempty"` // whom it admits
	Maybe     bool   `json:"maybe,omitempty"`   // it admits the witness only if what is not known is so
	Fix       string `json:"fix"`

	provider string // ARN of the provider that it is about, empty of all others
}

// Admits says in words that a finding lets its witness in.
func (f *Finding) Admits() string {
	if f.Maybe {
		return "may admit"
	}
	return "admits"
}

// NotAssessed is a check that the context lacks the facts for.
type NotAssessed struct {
	ID  string `json:"id"`
	How string `json:"how"`
}

// Context is what a trust policy does not tell. A nil list is not known; an
// empty one is known to be empty.
type Context struct {
	Role         string // ARN of the role whose trust it is
	Providers    []Provider
	NodeRoles    []string // ARNs
	Associations []Association
	Meant        []Meant
}

// Provider is an OpenID Connect provider of the role's account.
type Provider struct {
	Issuer    string // without scheme
	ClientIDs []string
}

// Association is an EKS Pod Identity association.
type Association struct {
	Role               string // ARN; of other roles they do not matter
	DisableSessionTags bool
}

// Meant is a service account that should be able to assume the role: by tokens
// of a provider, or by EKS Pod Identity in a cluster.
type Meant struct {
	Provider       string // issuer without scheme, or empty
	Cluster        string // ARN, or empty
	Namespace      string
	ServiceAccount string
	Audience       string // of its tokens; empty for the one of EKS
}

func (m Meant) audience() string { return cmp.Or(m.Audience, DefaultAudience) }

func (m Meant) subject() string {
	return "system:serviceaccount:" + m.Namespace + ":" + m.ServiceAccount
}

type linter struct {
	p      *iam.Policy
	doc    *iam.Document
	ctx    *Context
	report Report

	times   map[string]int // how often each check has found something
	unheard string         // a name that the document does not hold
	podsIn  bool           // EKS Pod Identity is let in
	left    int            // how many more samples of pods may be asked for
	effort  effort         // spent on questions about sets
}

// at is the place of a finding: a statement, or one of its conditions.
type at struct{ statement, condition int }

// whole is the place of what is wrong with a whole document or statement.
const whole = -1

// mostFound is how many findings of one check are listed.
const mostFound = 200

// add notes a finding of a check; text completes the check's message. The
// finding may be completed until the next one is added.
func (l *linter) add(id string, where at, text, witness string) *Finding {
	switch l.times[id]++; {
	case l.times[id] == mostFound+1:
		l.report.NotAssessed = append(l.report.NotAssessed, NotAssessed{id, fmt.Sprintf("mend the first %d: more are not listed", mostFound)})
		fallthrough
	case l.times[id] > mostFound:
		return &Finding{}
	}
	c := checkOf(id)
	f := Finding{ID: id, Severity: c.Severity, Verdict: c.Verdict, Message: c.Title, Witness: witness, Fix: c.Fix, Line: 1, Column: 1}
	if text != "" {
		f.Message += ": " + text
	}
	if c.Verdict == "dead" && witness != "" {
		f.Verdict = "too wide" // what should be dead lets someone in
	}
	if where.statement >= 0 {
		f.Statement, f.Sid = where.statement+1, l.doc.Statements[where.statement].Sid
		f.Line, f.Column = l.doc.Position(where.statement)
	}
	if where.condition >= 0 {
		f.Line, f.Column = l.doc.ConditionPosition(where.statement, where.condition)
	}
	l.report.Findings = append(l.report.Findings, f)
	return &l.report.Findings[len(l.report.Findings)-1]
}

// has says whether a statement has a finding of one of some checks; one that is
// about another provider than the ARN says does not count.
func (l *linter) has(statement int, provider string, ids ...string) bool {
	return slices.ContainsFunc(l.report.Findings, func(f Finding) bool {
		return f.Statement == statement+1 && slices.Contains(ids, f.ID) &&
			(f.provider == "" || provider == "" || f.provider == provider)
	})
}

func (l *linter) notAssessed() {
	for _, c := range Checks() {
		if c.needs != nil && !c.needs(l.ctx) {
			l.report.NotAssessed = append(l.report.NotAssessed, NotAssessed{c.ID, c.how})
		}
	}
}

// account is that of the role, empty where neither the context nor the
// providers that the trust names tell it.
func (l *linter) account() string {
	if role, err := iam.ParseCaller(l.ctx.Role); err == nil {
		return role.Account()
	}
	account := ""
	for _, s := range l.doc.Statements {
		for _, v := range s.Principals {
			c, ok := named(v)
			switch {
			case !ok || v.Type != iam.Federated || c.Account() == "" || !provider(v.Value):
			case account != "" && account != c.Account():
				return "" // one of them is not the role's
			default:
				account = c.Account()
			}
		}
	}
	return account
}

// home is the account, or one to stand for it.
func (l *linter) home() string { return cmp.Or(l.account(), roleAccount(l.p)) }

// on gives the conditions of a statement on a key, by their index.
func (l *linter) on(statement int, key string) []int {
	var all []int
	for i, c := range l.doc.Statements[statement].Conditions {
		if strings.EqualFold(c.Key, key) {
			all = append(all, i)
		}
	}
	return all
}

// free makes a name that no value of the document holds.
func (l *linter) free(name string) string {
	for l.holds(name) {
		name += "-x"
	}
	return name
}

// holds says whether a value of the document holds a text.
func (l *linter) holds(text string) bool {
	return slices.ContainsFunc(l.doc.Statements, func(s iam.Statement) bool {
		return slices.ContainsFunc(s.Conditions, func(c iam.Condition) bool {
			return strings.Contains(strings.ToLower(strings.Join(c.Values, "\n")), text)
		}) || slices.ContainsFunc(s.Principals, func(v iam.Principal) bool { return strings.Contains(v.Value, text) })
	})
}

// alone is the policy of one statement for one of its principals, with all
// that the document denies.
func (l *linter) alone(i int, v iam.Principal, others ...iam.Statement) *iam.Policy {
	doc, one := *l.doc, l.doc.Statements[i]
	one.Principals = []iam.Principal{v}
	doc.Statements = append([]iam.Statement{one}, others...)
	for _, s := range l.doc.Statements {
		if s.Effect == iam.Deny {
			doc.Statements = append(doc.Statements, s)
		}
	}
	return iam.Compile(&doc)
}

// quoted shows a text of the document; keys and subjects differ in their end.
func quoted(s string) string { return iam.Quote(s) }
