package report

import (
	"strings"

	"podpass/internal/audit"
)

// acrossRules joins unknown results that say the same of the same object for
// several rules, as where a file could not be read: for a reader that is one
// thing to settle. The rule of such a result is how many there are.
func acrossRules(results []*audit.Result) []*audit.Result {
	same := map[string][]*audit.Result{}
	var order []string
	for _, r := range results {
		key := acrossKey(r)
		if same[key] == nil {
			order = append(order, key)
		}
		same[key] = append(same[key], r)
	}
	joined := make([]*audit.Result, 0, len(order))
	for _, key := range order {
		list := same[key]
		if len(list) == 1 {
			joined = append(joined, list[0])
			continue
		}
		one := *list[0]
		rules := make([]string, len(list))
		for i, r := range list {
			rules[i] = r.Rule
			if r.Severity.Rank() < one.Severity.Rank() {
				one.Severity = r.Severity
			}
		}
		one.Rule = count(len(list), "rule", "rules")
		one.Evidence = append(one.Evidence[:len(one.Evidence):len(one.Evidence)], audit.Evidence{Text: "leaves open " + strings.Join(rules, ", ")})
		joined = append(joined, &one)
	}
	return joined
}

func acrossKey(r *audit.Result) string {
	o := r.Object
	parts := []string{o.Kind, o.Namespace, o.Name, o.Container, r.Message, r.Fix, r.ManagedBy}
	for _, e := range r.Evidence {
		parts = append(parts, e.Text)
	}
	return strings.Join(parts, "\x00")
}
