package report

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"unicode/utf8"

	"podpass/internal/audit"
)

// GitHub's limits. A file beyond them is refused, or GitHub drops results by
// an order of its own; so the most severe are written, and a notification
// tells how many were not. Lengths of messages are not documented; they are
// bounded so that one result cannot take the place of many.
// https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
// https://docs.github.com/en/code-security/code-scanning/troubleshooting-sarif-uploads/results-exceed-limit
const (
	maxResults       = 5000 // of 25,000 that are taken, GitHub shows 5,000
	maxZipped        = 10 << 20
	maxName          = 255  // characters of a rule's name
	maxDescription   = 1024 // characters of a rule's descriptions
	maxMessage       = 4000
	maxFix           = 4000
	maxNotifications = 200
)

// spare is kept of maxZipped for all that is not a result, and for what the
// compressor holds back.
const spare = 3 << 20

// cutter tells when the results reach a limit of GitHub.
type cutter struct {
	results int
	zipped  bytes.Buffer
	zip     *gzip.Writer
}

// newCutter measures with the fastest compression: what is uploaded will
// hardly be larger.
func newCutter() *cutter {
	c := &cutter{}
	c.zip, _ = gzip.NewWriterLevel(&c.zipped, gzip.BestSpeed) // the level is valid
	return c
}

// fits tells whether one more result keeps within the limits. After the first
// that does not, the rest are left out, since they are less severe.
func (c *cutter) fits(r *sarifResult) (bool, error) {
	if c.results == maxResults {
		return false, nil
	}
	data, err := marshal(r, 4)
	if err != nil {
		return false, err
	}
	if _, err := c.zip.Write(data); err != nil {
		return false, err
	}
	if c.zipped.Len() > maxZipped-spare {
		return false, nil
	}
	c.results++
	return true, nil
}

// leftText counts what was left out, by severity.
func leftText(left []*audit.Result) string {
	n := map[audit.Severity]int{}
	unknown, waived := 0, 0
	for _, r := range left {
		switch r.Status {
		case audit.Unknown:
			unknown++
		case audit.Waived:
			waived++
		default:
			n[r.Severity]++
		}
	}
	var words []string
	for _, s := range audit.Severities() {
		if n[s] > 0 {
			words = append(words, fmt.Sprintf("%d %s", n[s], s))
		}
	}
	if unknown > 0 {
		words = append(words, fmt.Sprintf("%d unknown", unknown))
	}
	if waived > 0 {
		words = append(words, fmt.Sprintf("%d waived", waived))
	}
	return fmt.Sprintf("%d results were left out to keep within the limits of code scanning, the least severe: %s. --format json has all.",
		len(left), strings.Join(words, ", "))
}

// clip cuts text to a number of characters.
func clip(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	runes := []rune(s)
	return string(runes[:most-1]) + "…"
}
