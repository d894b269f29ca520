package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"podpass/internal/iam"
	"podpass/internal/iam/trust"
)

// writeWho writes an answer for people: who can, who may, who cannot, and on
// what the answer rests.
func writeWho(w io.Writer, answer *trust.Answer, o *trust.Options) error {
	p := whoPage{lines: lines{out: w}, answer: answer, known: o.Accounts}
	p.section("Certainly", p.certain)
	p.section("Perhaps, by conditions on what is not known", p.perhaps)
	p.section("Nobody", p.nobody)
	p.section("Could not be decided", p.undecided)
	p.assumed()
	return p.err
}

type whoPage struct {
	lines
	answer *trust.Answer
	known  []string // service accounts of the snapshot; nil without one
	begun  bool     // something was written
}

// entry is what is said of one provider or principal in one section.
type entry struct {
	title    string
	patterns []string
	accounts []string
	needs    []string // conditions
}

// section writes what pick finds to say of each; nothing without.
func (p *whoPage) section(title string, pick func(whom) (entry, bool)) {
	first := true
	for _, one := range p.all() {
		e, ok := pick(one)
		if !ok {
			continue
		}
		if first {
			p.heading(title)
			first = false
		}
		p.entry(&e)
	}
	if first && title == "Certainly" {
		p.heading(title)
		p.add("  nobody")
	}
}

func (p *whoPage) heading(title string) {
	if p.begun {
		p.add("")
	}
	p.begun = true
	p.add("%s:", title)
}

func (p *whoPage) entry(e *entry) {
	p.add("  %s", e.title)
	p.list("    ", e.patterns)
	if e.accounts != nil {
		p.add("    of %d service accounts in the snapshot: %d", len(p.known), len(e.accounts))
		p.list("      ", e.accounts)
	}
	if len(e.needs) > 0 {
		p.add("    it depends on:")
		p.list("      ", e.needs)
	}
}

// whom is one of the answer: a provider or Pod Identity by its admission, or
// another principal.
type whom struct {
	title     string
	admission *trust.Admission
	principal *trust.Principal
	untagged  bool // it is about associations without session tags
}

func (p *whoPage) all() []whom {
	var all []whom
	for i := range p.answer.Providers {
		a := &p.answer.Providers[i]
		all = append(all, whom{title: "tokens of " + a.Provider, admission: a})
	}
	for i := range p.answer.Principals {
		one := &p.answer.Principals[i]
		all = append(all, whom{title: titleOf(one), admission: one.Pods, principal: one})
		if one.Pods != nil && one.Untagged != iam.DecideDeny.String() {
			all = append(all, whom{title: one.Principal + " (EKS Pod Identity), for every association that has session tags off", principal: one, untagged: true})
		}
	}
	return all
}

// titleOf says what a principal is, and what else it takes.
func titleOf(p *trust.Principal) string {
	switch p.Kind {
	case "anyone":
		return "* (everyone): whoever the policies of their account allow " + p.Action
	case "account":
		return p.Principal + " (the account): whoever its policies allow " + p.Action
	case "deleted":
		return p.Principal + ": a user or role that was deleted"
	case "other":
		return p.Principal + " (of no known form)"
	case "service":
		if p.Pods != nil {
			return p.Principal + " (EKS Pod Identity), where an association says so, for"
		}
		return p.Principal + " (service)"
	}
	return fmt.Sprintf("%s (%s), by %s", p.Principal, p.Kind, p.Action)
}

func (p *whoPage) certain(one whom) (entry, bool) {
	e := entry{title: one.title}
	if a := one.admission; a != nil {
		e.patterns, e.accounts = a.Certain.Patterns, a.Certain.Accounts
		return e, len(e.patterns) > 0
	}
	e.patterns = one.principal.Subjects
	if one.untagged {
		return e, one.principal.Untagged == iam.DecideAllow.String()
	}
	return e, one.principal.Certain
}

func (p *whoPage) perhaps(one whom) (entry, bool) {
	e := entry{title: one.title}
	if one.principal != nil {
		e.needs, e.patterns = one.principal.Conditions, one.principal.Subjects
	}
	if a := one.admission; a != nil {
		e.needs = a.Conditions
		e.patterns = without(a.Possible.Patterns, a.Certain.Patterns)
		if a.Possible.Accounts != nil {
			e.accounts = without(a.Possible.Accounts, a.Certain.Accounts)
		}
		return e, len(e.patterns) > 0 || len(e.accounts) > 0
	}
	if one.untagged {
		return e, one.principal.Untagged == iam.DecideUnknown.String()
	}
	return e, one.principal.Possible && !one.principal.Certain
}

// without keeps the order; it is never nil.
func without(all, others []string) []string {
	skip := make(map[string]bool, len(others))
	for _, o := range others {
		skip[o] = true
	}
	return slices.DeleteFunc(append([]string{}, all...), func(s string) bool { return skip[s] })
}

func (p *whoPage) nobody(one whom) (entry, bool) {
	e := entry{title: one.title}
	if a := one.admission; a != nil {
		e.title = strings.TrimSuffix(e.title, ", for")
		if a.Empty {
			e.title += ": proven, no service account can"
		}
		return e, a.Empty
	}
	return e, !one.principal.Possible && !one.untagged
}

func (p *whoPage) undecided(one whom) (entry, bool) {
	if one.admission == nil {
		return entry{}, false
	}
	reasons := one.admission.Undecided
	return entry{title: strings.TrimSuffix(one.title, ", for"), patterns: reasons}, len(reasons) > 0
}

// assumed says what the answer takes for granted.
func (p *whoPage) assumed() {
	p.heading("Assumed")
	if len(p.answer.Providers) > 0 {
		audiences := p.answer.Providers[0].Audiences
		text := "tokens are for " + strings.Join(audiences, " or ") + ", which each provider takes"
		if slices.Equal(audiences, []string{trust.DefaultAudience}) {
			text += " (--audience says otherwise)"
		}
		p.add("  %s", text)
		p.add("  %s", "the providers exist in the role's account")
		if p.known != nil {
			p.add("  %s", "the snapshot is of the cluster of each provider named here (--provider chooses)")
		}
	}
	if slices.ContainsFunc(p.answer.Principals, func(one trust.Principal) bool { return one.Principal == iam.PodIdentity }) {
		p.add("  %s", "EKS Pod Identity passes session tags, but for associations that have them off: these stand above where they get in")
	}
	p.add("  %s", "nothing but the trust policy is in the way: no service or resource control policy, no policy of the caller's")
}
