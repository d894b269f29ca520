package waivers

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"podpass/internal/keys"
)

// field is one field of an entry, in the order in which it is written.
type field struct {
	name     string
	optional bool
	mend     string // what to write
	at       func(*Entry) *string
	read     func(*reader, *yaml.Node, field, *Entry)
}

func waiverFields() []field {
	return []field{
		{name: "rule", mend: "give the id of a rule, such as PP201, or a glob", at: func(e *Entry) *string { return &e.Rule }, read: readRule},
		{name: "kind", mend: `give the kind of the object, or "*"`, at: func(e *Entry) *string { return &e.Kind }, read: readGlob},
		{name: "namespace", mend: `give the namespace of the object, "*", or "" for an object that has none`, at: func(e *Entry) *string { return &e.Namespace }, read: readGlobOrEmpty},
		{name: "name", mend: `give the name of the object, or a glob`, at: func(e *Entry) *string { return &e.Name }, read: readGlob},
		{name: "container", optional: true, at: func(e *Entry) *string { return &e.Container }, read: readGlobOrEmpty},
		{name: "keyIds", optional: true, read: readKeyIDs},
		{name: "owner", mend: "name the team that answers for it", at: func(e *Entry) *string { return &e.Owner }, read: readText},
		{name: "reason", mend: "say why it is accepted", at: func(e *Entry) *string { return &e.Reason }, read: readText},
		{name: "expires", mend: "give the last day on which it holds, such as 2026-12-31", at: func(e *Entry) *string { return &e.Expires }, read: readDate},
	}
}

func verdictFields() []field {
	return []field{
		{name: "verdict", mend: "write pass or fail", at: func(e *Entry) *string { return &e.Verdict }, read: readVerdict},
		{name: "evidence", mend: "say what the verdict rests on, such as a ticket", at: func(e *Entry) *string { return &e.Evidence }, read: readText},
	}
}

func readText(r *reader, n *yaml.Node, f field, e *Entry) {
	if text, ok := r.text(n, f.name); ok {
		if strings.TrimSpace(text) == "" {
			r.note(n.Line, "%s is empty: %s", f.name, f.mend)
		}
		*f.at(e) = keys.Shown(text)
	}
}

func readGlob(r *reader, n *yaml.Node, f field, e *Entry) {
	readText(r, n, f, e)
	r.glob(n, f.name, *f.at(e))
}

func readGlobOrEmpty(r *reader, n *yaml.Node, f field, e *Entry) {
	if text, ok := r.text(n, f.name); ok {
		*f.at(e) = keys.Shown(text)
		r.glob(n, f.name, text)
	}
}

func (r *reader) glob(n *yaml.Node, name, pattern string) {
	if flaw := globFlaw(pattern); flaw != "" {
		r.note(n.Line, "%s %s", name, flaw)
	}
}

func readRule(r *reader, n *yaml.Node, f field, e *Entry) {
	readGlob(r, n, f, e)
	if e.Rule != "" && globFlaw(e.Rule) == "" && !slices.ContainsFunc(r.rules, func(id string) bool { return Match(e.Rule, id) }) {
		r.note(n.Line, `rule %s is none: "podpass rules" lists them`, shown(e.Rule))
	}
}

func readDate(r *reader, n *yaml.Node, f field, e *Entry) {
	if n.Kind != yaml.ScalarNode {
		r.note(n.Line, "expires must be a day: %s", f.mend)
		return
	}
	if flaw := CheckDate(n.Value); flaw != "" {
		r.note(n.Line, "expires: %s: %s", flaw, f.mend)
	}
	e.Expires = n.Value
}

func readVerdict(r *reader, n *yaml.Node, f field, e *Entry) {
	text, ok := r.text(n, f.name)
	if ok && text != VerdictPass && text != VerdictFail {
		r.note(n.Line, "verdict %s is none: %s", shown(text), f.mend)
	}
	e.Verdict = text
}

func readKeyIDs(r *reader, n *yaml.Node, _ field, e *Entry) {
	if n.Kind != yaml.SequenceNode {
		r.note(n.Line, "keyIds must be a list of access key ids: write [AKIA…], or [] for none")
		return
	}
	e.KeyIDs = []string{}
	for _, item := range n.Content {
		id, ok := r.text(item, "a key id")
		switch {
		case !ok:
		case !isKeyID(id):
			r.note(item.Line, "keyIds: this is no access key id: an id is 16 to 128 capital letters and digits, such as AKIA…")
		case slices.Contains(e.KeyIDs, id):
			r.note(item.Line, "keyIds: an id stands twice: leave one of them")
		default:
			e.KeyIDs = append(e.KeyIDs, id)
		}
	}
}

// isKeyID tells the form of access key ids.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_Credentials.html
func isKeyID(s string) bool {
	return len(s) >= 16 && len(s) <= 128 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

// text reads a text. What some parser of YAML takes for a number, a boolean, a
// date or nothing must be quoted.
func (r *reader) text(n *yaml.Node, name string) (string, bool) {
	switch {
	case n.Kind != yaml.ScalarNode:
		r.note(n.Line, "%s must be a text, not a list or a mapping", name)
		return "", false
	case n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return n.Value, true
	case n.Value == "":
		r.note(n.Line, `%s is empty: give it a value, "" if that is meant`, name)
		return "", false
	case n.Tag != "!!str" || isBool(n.Value):
		r.note(n.Line, "%s: %s is no text in YAML: put it in quotes", name, shown(n.Value))
		return "", false
	}
	return n.Value, true
}

// isBool tells the words that only YAML 1.1 takes for a boolean.
func isBool(s string) bool {
	switch strings.ToLower(s) {
	case "y", "yes", "on", "n", "no", "off":
		return true
	}
	return false
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

func keyShown(key *yaml.Node) string {
	if key.Kind != yaml.ScalarNode {
		return "a list or mapping as a key"
	}
	return shown(key.Value)
}
