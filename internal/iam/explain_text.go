package iam

import (
	"fmt"
	"strings"
)

// shown is how many reasons, checks and values a text names before it counts
// the rest: more than any policy within the quotas has.
const shown = 500

// String gives the reasons as one line. Texts of policies and requests in it
// are quoted and shortened.
func (e Explanation) String() string {
	if len(e.Reasons) == 0 {
		return "no statement is about it"
	}
	return enumerate(e.Reasons, "; ", Reason.String)
}

// String is one reason on one line.
func (r Reason) String() string {
	if r.Statement == 0 {
		return r.Note
	}
	var b strings.Builder
	if r.Policy != "" {
		b.WriteString(r.Policy + ", ")
	}
	fmt.Fprintf(&b, "statement %d", r.Statement)
	if r.Sid != "" {
		b.WriteString(" (" + quote(r.Sid) + ")")
	}
	verb := [...]string{"allows", "denies"}[r.Effect]
	switch r.Matches {
	case True:
		return b.String() + " " + verb + " it"
	case Unknown:
		b.WriteString(" may " + strings.ToLower(r.Effect.String()) + " it: ")
	default:
		b.WriteString(" does not match: ")
	}
	return b.String() + enumerate(r.Checks, ", ", Check.String)
}

// String is one check on one line.
func (c Check) String() string {
	name := c.Element
	if c.Element == "Condition" {
		name = c.Operator + " " + quoteWhole(c.Key)
	}
	text := name + " wants " + enumerate(c.Wanted, " or ", quoteWhole)
	if len(c.Got) > 0 {
		text += ", got " + enumerate(c.Got, " and ", quoteWhole)
	}
	if c.Cause != "" {
		text += " (" + c.Cause + ")"
	}
	return text
}

func enumerate[T any](all []T, separator string, text func(T) string) string {
	texts := make([]string, 0, min(len(all), shown)+1)
	for _, x := range all[:min(len(all), shown)] {
		texts = append(texts, text(x))
	}
	if more := len(all) - shown; more > 0 {
		texts = append(texts, fmt.Sprintf("%d more", more))
	}
	return strings.Join(texts, separator)
}
