package oracle

import (
	"fmt"
	"strings"
)

// Example is the shortest request that a class alone explains.
type Example struct {
	Line         string
	Peer, Engine Answer
}

// note keeps the result if it is a shorter example of its class.
func (c *Counts) note(r Result) {
	if r.Class == "" || len(r.Rewritten) != 1 || r.Fault() {
		return
	}
	text, err := marshal(r.Request)
	if old, ok := c.Examples[r.Class]; err != nil || ok && len(old.Line) <= len(text) {
		return
	}
	c.Examples[r.Class] = Example{string(text), r.Peer, r.Engine}
}

// Page writes the part of docs/iam-oracle.md that a run gives: its counts, and
// each class with an example.
func (c *Counts) Page() string {
	var b strings.Builder
	differ := 0
	for _, n := range c.Classes {
		differ += n
	}
	fmt.Fprintf(&b, "A run of %d requests over %d cells: %d answered alike, %d differ, all of them by a class; %d without one.\n\n",
		c.Requests, len(c.Cells), c.Requests-differ-c.Faulty, differ, c.Faulty)
	b.WriteString("| Class | Requests with it | Answers differ | Peer → Podpass |\n|---|---:|---:|---|\n")
	for _, class := range Classes() {
		fmt.Fprintf(&b, "| [`%s`](#%s) | %d | %d | %s |\n", class.Name, class.Name, c.Rewritten[class.Name], c.Classes[class.Name], c.pairs(class.Name))
	}
	for _, class := range Classes() {
		e := c.Examples[class.Name]
		fmt.Fprintf(&b, "\n### %s\n\n%s\n\nAWS: %s\n\n```json\n%s\n```\n\nPeer: %s. Podpass: %s.\n",
			class.Name, class.About, class.Docs, e.Line, e.Peer, e.Engine)
	}
	return b.String()
}

// pairs lists what the two said where they differ by a class.
func (c *Counts) pairs(class string) string {
	var all []string
	for _, pair := range sorted(c.Answers[class]) {
		all = append(all, fmt.Sprintf("%s %d", strings.Replace(pair, "→", " → ", 1), c.Answers[class][pair]))
	}
	return strings.Join(all, ", ")
}
