// Package audit judges a Snapshot: an ordered table of rules, each a pure
// function from the facts to results, and the verdicts that follow.
//
// It reads a snapshot.Snapshot and gives a Report. It never reads a file, a
// network or a clock, and it never takes what could not be read for a pass:
// a gap in the Snapshot makes the results that depend on it unknown.
package audit

// Rule is one check, as data. Documentation, SARIF metadata, "podpass rules"
// and the legends of reports come from the same table (see Rules).
type Rule struct {
	ID         string
	Title      string   // what holds where the rule passes, one line
	On         string   // the kind of object that a result is on
	Letter     bool     // part of the verdict "CIS audit"; all rules are part of "CIS intent"
	Severity   Severity // of a failure, unless the rule says otherwise for a case
	Severities string   // in words: when it differs from Severity
	Why        string   // why a failure matters
	Fix        string   // how to mend it, in general
	Needs      []string // kinds of objects (snapshot.Kind…) without which it cannot judge
	Source     string   // a source that must be asked for, such as "Secrets"; empty: none
	Partly     bool     // without Source it judges the rest all the same
	How        string   // how to ask for it
	References []string // links
	Planned    bool     // package plan has steps that settle its failures

	check func(*context, emit)
}
