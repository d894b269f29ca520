package trust

import (
	"unicode/utf8"

	"podpass/internal/iam"
)

// The quotas of a trust policy in characters without white space: the default,
// and what it can be raised to by what this tool writes. AWS's page names 8,192
// as the most since 2025; not all partitions have that.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const (
	DefaultQuota = 2048
	RaisedQuota  = 4096
)

// Budget is how much of the quotas a trust policy uses.
type Budget struct {
	Used     int  `json:"used"` // characters
	Default  int  `json:"default"`
	Raised   int  `json:"raised"`
	Cluster  int  `json:"cluster"`           // characters that one more cluster takes
	Fit      int  `json:"clustersFit"`       // how many more fit in the default quota
	FitMore  int  `json:"clustersFitRaised"` // and in the raised one
	Exceeded bool `json:"exceeded"`          // of the default quota
}

// BudgetOf counts. One more cluster takes the longest statement of the policy
// that trusts a provider alone; where there is none, a usual one.
func BudgetOf(doc *iam.Document) Budget {
	b := Budget{Used: doc.Size(), Default: DefaultQuota, Raised: RaisedQuota}
	for i := range doc.Statements {
		s := &doc.Statements[i]
		if len(s.Principals) == 1 && s.Principals[0].Type == iam.Federated && s.Effect == iam.Allow {
			b.Cluster = max(b.Cluster, statementSize(doc, s))
		}
	}
	if b.Cluster == 0 {
		usual := For("111122223333", []Meant{{Provider: usualIssuer, Namespace: "namespace", ServiceAccount: "service-account"}})
		b.Cluster = statementSize(usual, &usual.Statements[0])
	}
	b.Fit, b.FitMore = fit(DefaultQuota-b.Used, b.Cluster), fit(RaisedQuota-b.Used, b.Cluster)
	b.Exceeded = b.Used > DefaultQuota
	return b
}

// usualIssuer has the length of those of EKS.
const usualIssuer = "oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"

// fit counts statements, each with a comma before it.
func fit(left, size int) int { return max(0, left/(size+1)) }

func statementSize(doc *iam.Document, s *iam.Statement) int {
	alone := *doc
	alone.Statements = []iam.Statement{*s}
	empty := alone
	empty.Statements = nil
	return utf8.RuneCount(iam.Print(&alone, "")) - utf8.RuneCount(iam.Print(&empty, ""))
}
