// Package waivers reads the file in which a team says which failures it
// accepts, for whom and up to when, and how it judged what no rule can judge;
// and it adds entries to such a file.
//
// It reads bytes and gives a Set; it never opens a file, asks a clock or
// decides what a match means: package audit does. It is strict, since a waiver
// that is misread hides a failure: what is not exactly understood is refused,
// with all problems at once. Errors name places and field names; of values they
// quote only short plain words, for a wrong file may hold secrets.
//
//	waivers:
//	- rule: PP401                # id or glob
//	  kind: Secret               # globs on the whole field
//	  namespace: shop            # "" for objects without one
//	  name: "s3-*"
//	  container: app             # optional: any
//	  keyIds: [AKIA…]            # optional: any; []: results without key ids
//	  owner: team-shop
//	  reason: rotates with the release of 12 December
//	  expires: 2026-12-31        # that whole day, UTC
//	verdicts:                    # for results that are "manual"
//	- …                          # the same fields, and
//	  verdict: pass              # or fail
//	  evidence: ticket SEC-12
package waivers

import (
	"slices"
	"time"
)

// MaxBytes bounds a file.
const MaxBytes = 4 << 20

// Words of Entry.Verdict.
const (
	VerdictPass = "pass"
	VerdictFail = "fail"
)

// dateLayout is the form of Entry.Expires.
const dateLayout = "2006-01-02"

// Set is what a file says, in its order.
type Set struct {
	File     string // its name, for people
	Waivers  []Entry
	Verdicts []Entry
}

// Entry is one waiver or one recorded verdict.
type Entry struct {
	Line int // of its first field, from 1

	// Globs on the whole field: see Match.
	Rule, Kind, Namespace, Name string
	Container                   string // "*" where the file does not say

	// KeyIDs are the access key ids that are accepted: a result must hold some
	// of these and no other. nil: any; empty: a result must hold none.
	KeyIDs []string

	Owner, Reason string
	Expires       string // 2006-01-02: valid that whole day, UTC

	// Verdict and Evidence are set in Set.Verdicts only.
	Verdict  string // VerdictPass or VerdictFail
	Evidence string
}

// Target is what an entry can match: a result of an audit.
type Target struct {
	Rule, Kind, Namespace, Name, Container string
	KeyIDs                                 []string
	SecretsWithoutID                       int // secret access keys whose id is not known
}

// Matches tells whether an entry is meant for a result.
func (e *Entry) Matches(t *Target) bool {
	return Match(e.Rule, t.Rule) && Match(e.Kind, t.Kind) && Match(e.Namespace, t.Namespace) && Match(e.Name, t.Name) &&
		Match(e.Container, t.Container) && e.allowsKeys(t)
}

// allowsKeys: a key that the entry does not list is one that nobody accepted,
// and so is a secret access key without an id where ids are, or were.
func (e *Entry) allowsKeys(t *Target) bool {
	switch {
	case e.KeyIDs == nil:
		return true
	case len(e.KeyIDs) == 0 || len(t.KeyIDs) == 0:
		return len(e.KeyIDs) == len(t.KeyIDs)
	case t.SecretsWithoutID > 0:
		return false
	}
	return !slices.ContainsFunc(t.KeyIDs, func(id string) bool { return !slices.Contains(e.KeyIDs, id) })
}

// Expired tells whether the last day of an entry is over.
func (e *Entry) Expired(now time.Time) bool { return now.UTC().Format(dateLayout) > e.Expires }

// CheckDate says why a text is no date of Entry.Expires; "" where it is one.
func CheckDate(s string) string {
	if _, err := time.Parse(dateLayout, s); err != nil {
		return shown(s) + " is no day of the calendar written as 2026-12-31"
	}
	return ""
}
