package report

import "podpass/internal/audit"

// everywhereMessage is the message of what apart puts together.
const everywhereMessage = "The same bindings beyond the built-in ones reach this account of every namespace."

// apart shows once what bears on every namespace alike: of results that have
// such evidence beside some of their own, it makes a result of the one and a
// result of the other, so that the first are joined. Results with no evidence
// of their own are left as they are if all are so.
func apart(results []*audit.Result) []*audit.Result {
	mixed := false
	for _, r := range results {
		shared, own := divided(r)
		mixed = mixed || len(shared) > 0 && len(own) > 0
	}
	if !mixed {
		return results
	}
	list := make([]*audit.Result, 0, len(results))
	for _, r := range results {
		shared, own := divided(r)
		if len(shared) == 0 {
			list = append(list, r)
			continue
		}
		joint := *r
		joint.Message, joint.Evidence, joint.Severity = everywhereMessage, shared, worst(shared)
		list = append(list, &joint)
		if len(own) > 0 {
			rest := *r
			rest.Evidence = own
			list = append(list, &rest)
		}
	}
	return list
}

func divided(r *audit.Result) (shared, own []audit.Evidence) {
	if r.Status != audit.Fail {
		return nil, r.Evidence
	}
	for _, e := range r.Evidence {
		if e.Everywhere {
			shared = append(shared, e)
		} else {
			own = append(own, e)
		}
	}
	return shared, own
}

func worst(list []audit.Evidence) audit.Severity {
	severity := audit.Info
	for _, e := range list {
		if e.Severity.Rank() < severity.Rank() {
			severity = e.Severity
		}
	}
	return severity
}
