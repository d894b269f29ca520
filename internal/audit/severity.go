package audit

import "slices"

// grade gives the failures of rules the severity that the user's configuration
// says. Those of severity info stay: they belong to others, and decide
// nothing. Facts that carry a severity of their own are shown by it, so they
// follow. A result that a person must judge may become a failure.
func grade(results []Result, severities map[string]Severity) {
	for i := range results {
		r := &results[i]
		severity, ok := severities[r.Rule]
		if !ok || r.Severity == Info || r.Status != Fail && r.Status != Manual {
			continue
		}
		r.Severity = severity
		r.Evidence = slices.Clone(r.Evidence) // a rule may give the same to several results
		for j := range r.Evidence {
			if r.Evidence[j].Severity != "" {
				r.Evidence[j].Severity = severity
			}
		}
	}
}
