// Package report renders an audit.Report: for people at a terminal, as
// Markdown for summaries of pipelines, as CSV for spreadsheets, as JSON for
// other programs, as SARIF for code scanning and as JUnit XML for what shows
// test results. It also reads a saved JSON report back.
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
	Text     = "text"
	JSON     = "json"
	SARIF    = "sarif"
	JUnit    = "junit"
	Markdown = "markdown"
	CSV      = "csv"
)

// DefaultWidth is the width of text where no terminal tells one.
const DefaultWidth = 80

// Options say how to render. Only Format is needed.
type Options struct {
	Format  string // one of Formats
	Color   bool   // text: use ANSI colours
	Width   int    // text: columns; 0: DefaultWidth
	Verbose bool   // text, markdown: list every object, piece of evidence and paragraph
	// SARIFWaived also writes waived results into SARIF, as suppressed. GitHub
	// opens an alert for each of them.
	SARIFWaived bool
}

// Formats lists the formats, the default first.
func Formats() []string { return []string{Text, JSON, SARIF, JUnit, Markdown, CSV} }

// Write renders a Report. It changes nothing in it.
func Write(w io.Writer, r *audit.Report, o Options) error {
	switch o.Format {
	case Text:
		return writeText(w, r, o)
	case JSON:
		return writeJSON(w, r)
	case SARIF:
		return writeSARIF(w, r, o)
	case JUnit:
		return writeJUnit(w, r)
	case Markdown:
		return writeMarkdown(w, r, o)
	case CSV:
		return writeCSV(w, r)
	}
	return fmt.Errorf("format %q is not one of %s", o.Format, strings.Join(Formats(), ", "))
}
