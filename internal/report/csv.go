package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"podpass/internal/audit"
)

// csvColumns name the columns. New ones are added at the end only.
func csvColumns() []string {
	return []string{
		"rule", "status", "severity", "kind", "namespace", "name", "container", "file", "line", "managedBy",
		"message", "keyIds", "evidence", "fix", "fingerprint",
		"waiverOwner", "waiverReason", "waiverExpires", "waiverVerdict", "waiverEvidence", "baseline", "absent",
	}
}

// writeCSV writes one row for each result, whatever its status, by RFC 4180:
// lines end in CRLF, quotes are doubled. Cells of several values have one a
// line. What the report says of no single result is not in it.
func writeCSV(w io.Writer, r *audit.Report) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	_ = out.Write(csvColumns()) // kept by the writer, see Error
	for i := range r.Results {
		if err := out.Write(csvRow(&r.Results[i])); err != nil {
			return fmt.Errorf("write csv: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write csv: %w", err)
	}
	return nil
}

func csvRow(r *audit.Result) []string {
	var at audit.Source
	if r.Source != nil {
		at = *r.Source
	}
	var w audit.Waiver
	if r.Waiver != nil {
		w = *r.Waiver
	}
	evidence := make([]string, len(r.Evidence))
	for i := range r.Evidence {
		evidence[i] = r.Evidence[i].Text
	}
	row := escaped([]string{
		r.Rule, string(r.Status), string(r.Severity), r.Object.Kind, r.Object.Namespace, r.Object.Name, r.Object.Container,
		at.File, lineText(at.Line), r.ManagedBy, r.Message})
	row = append(row, strings.Join(escaped(r.KeyIDs), "\n"), strings.Join(escaped(evidence), "\n"), escapeLines(r.Fix))
	row = append(row, escaped([]string{
		r.Fingerprint, w.Owner, oneLine(w.Reason), w.Expires, string(w.Verdict), oneLine(w.Evidence), r.Baseline, absentText(r.Absent)})...)
	for i := range row {
		row[i] = cell(row[i])
	}
	return row
}

func lineText(line int) string {
	if line < 1 {
		return ""
	}
	return strconv.Itoa(line)
}

func absentText(absent bool) string {
	if absent {
		return "true"
	}
	return ""
}

// cell makes escaped text safe for a spreadsheet, which runs a cell that begins
// like a formula: it gets an apostrophe before it. A spreadsheet that takes ";"
// for the separator cuts a quoted cell there and at its line breaks, so that
// what follows those is looked at too.
// https://owasp.org/www-community/attacks/CSV_Injection
func cell(s string) string {
	if !strings.ContainsAny(s, "=+-@＝＋－＠") {
		return s
	}
	var b strings.Builder
	start := 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) && s[i] != ';' && s[i] != '\n' {
			continue
		}
		if part := s[start:i]; formula(part) {
			b.WriteByte('\'')
		}
		b.WriteString(s[start:min(i+1, len(s))])
		start = i + 1
	}
	return b.String()
}

// formula tells text that a spreadsheet may run. Spaces and quotes before it
// are taken off by some. Tabs and carriage returns were escaped before.
func formula(s string) bool {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, " \"'`"))
	return strings.ContainsRune("=+-@＝＋－＠", first)
}
