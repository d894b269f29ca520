package audit

// Rules lists the rules in the order of their ids.
func Rules() []Rule {
	return []Rule{
		{ID: "PP101", Title: "No role is bound to the default service account", On: "ServiceAccount", Letter: true, Severity: High},
		{ID: "PP102", Title: "The default service account mounts no token", On: "ServiceAccount", Letter: true, Severity: Medium},
		{ID: "PP201", Title: "Every workload has a service account of its own, not default", On: "Workload", Severity: Medium},
		{ID: "PP202", Title: "No service account is shared by several workloads", On: "ServiceAccount", Severity: Low},
		{ID: "PP204", Title: "No running pod holds a token that it no longer should", On: "Pod", Severity: Medium},
		{ID: "PP205", Title: "No token is mounted where nothing needs it", On: "Workload", Severity: Low},
		{ID: "PP206", Title: "No long-lived token of a service account is kept in a Secret", On: "Secret", Severity: Medium},
	}
}
