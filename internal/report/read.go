package report

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/go-json-experiment/json"

	"podpass/internal/audit"
)

// MaxBytes bounds a saved report, so that a crafted file cannot exhaust
// memory.
const MaxBytes = 1 << 30

// Read reads a report that was saved as JSON. It is strict, for a report is
// evidence: unknown or double fields, text that is not UTF-8, a second
// document, or words that no Podpass writes are refused. So is a report of
// another apiVersion, and first, since its fields may be others.
func Read(r io.Reader) (*audit.Report, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("read report: it is larger than %d bytes", MaxBytes)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // Windows puts it there: RFC 8259, 8.1
	if err := checkKind(data); err != nil {
		return nil, err
	}
	var report audit.Report
	if err := json.Unmarshal(data, &report, json.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	if err := checkWords(&report); err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	whole := normal(&report)
	for i := range whole.Results {
		whole.Results[i] = normalResult(whole.Results[i])
	}
	return whole, nil
}

func checkKind(data []byte) error {
	var head struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return fmt.Errorf("read report: %w", err)
	}
	switch {
	case head.Kind != audit.Kind:
		return fmt.Errorf("read report: kind %q is not %s", head.Kind, audit.Kind)
	case head.APIVersion != audit.APIVersion:
		return fmt.Errorf("read report: apiVersion %q is not %s, which this version of podpass reads: use the one that wrote it, or a newer one", head.APIVersion, audit.APIVersion)
	}
	return nil
}

// checkWords refuses words that would be neither counted nor shown as what
// they are.
func checkWords(r *audit.Report) error {
	if r.GeneratedAt.IsZero() {
		return errors.New("generatedAt is missing")
	}
	if err := checkVerdict(&r.Verdicts.CISAudit); err != nil {
		return fmt.Errorf("verdicts.cisAudit: %w", err)
	}
	if err := checkVerdict(&r.Verdicts.CISIntent); err != nil {
		return fmt.Errorf("verdicts.cisIntent: %w", err)
	}
	for i := range r.Results {
		if err := checkResult(&r.Results[i]); err != nil {
			return fmt.Errorf("results[%d]: %w", i, err)
		}
	}
	return checkBaseline(r.Baseline)
}

func checkResult(r *audit.Result) error {
	baselines := []string{"", audit.New, audit.Unchanged}
	verdicts := []audit.Status{"", audit.Pass, audit.Fail}
	switch {
	case r.Rule == "":
		return errors.New("rule is missing")
	case !slices.Contains(statuses(), r.Status):
		return fmt.Errorf("status %q is not one of %s", r.Status, statuses())
	case !slices.Contains(audit.Severities(), r.Severity):
		return fmt.Errorf("severity %q is not one of %s", r.Severity, audit.Severities())
	case !slices.Contains(baselines, r.Baseline):
		return fmt.Errorf("baseline %q is not one of %s", r.Baseline, baselines[1:])
	case r.Waiver != nil && !slices.Contains(verdicts, r.Waiver.Verdict):
		return fmt.Errorf("waiver.verdict %q is not one of %s", r.Waiver.Verdict, verdicts[1:])
	}
	return nil
}

func checkBaseline(c *audit.Comparison) error {
	if c == nil {
		return nil
	}
	for _, list := range []struct {
		name  string
		known []audit.Known
	}{{"fixed", c.Fixed}, {"notEvaluated", c.NotEvaluated}} {
		for i := range list.known {
			if s := list.known[i].Severity; !slices.Contains(audit.Severities(), s) {
				return fmt.Errorf("baseline.%s[%d]: severity %q is not one of %s", list.name, i, s, audit.Severities())
			}
		}
	}
	return nil
}

func checkVerdict(v *audit.Verdict) error {
	if !slices.Contains(statuses(), v.Status) {
		return fmt.Errorf("status %q is not one of %s", v.Status, statuses())
	}
	for i := range v.Namespaces {
		if n := &v.Namespaces[i]; !slices.Contains(statuses(), n.Status) {
			return fmt.Errorf("namespace %q: status %q is not one of %s", n.Name, n.Status, statuses())
		}
	}
	return nil
}

func statuses() []audit.Status {
	return []audit.Status{audit.Pass, audit.Fail, audit.Manual, audit.Unknown, audit.Waived}
}
