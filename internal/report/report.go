// Package report renders an audit.Report: for people at a terminal, as JSON
// for other programs, and as SARIF for code scanning. It also reads a saved
// JSON report back.
//
// It reads a Report and nothing else, and writes to an io.Writer: no file, no
// network, no clock. The same Report gives the same bytes. Every string in a
// Report may come from outside, so that none reaches any format unescaped.
package report

import (
	"fmt"
	"io"
	"strings"

	"podpass/internal/audit"
)

// The formats.
const (
	Text  = "text"
	JSON  = "json"
	SARIF = "sarif"
)

// DefaultWidth is the width of text where no terminal tells one.
const DefaultWidth = 80

// Options say how to render. Only Format is needed; the others are for text.
type Options struct {
	Format  string // one of Formats
	Color   bool   // use ANSI colours
	Width   int    // columns; 0: DefaultWidth
	Verbose bool   // list every object, piece of evidence and paragraph
}

// Formats lists the formats, the default first.
func Formats() []string { return []string{Text, JSON, SARIF} }

// Write renders a Report. It changes nothing in it.
func Write(w io.Writer, r *audit.Report, o Options) error {
	switch o.Format {
	case Text:
		return writeText(w, r, o)
	case JSON:
		return writeJSON(w, r)
	case SARIF:
		return writeSARIF(w, r)
	}
	return fmt.Errorf("format %q is not one of %s", o.Format, strings.Join(Formats(), ", "))
}
