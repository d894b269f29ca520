package plan

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"podpass/internal/audit"
	"podpass/internal/iam"
	"podpass/internal/iam/trust"
)

// Role is an IAM role that workloads get, and what has to be done for it.
type Role struct {
	ARN    string       `json:"arn"`
	Name   string       `json:"name"`
	Path   string       `json:"path"`
	Exists bool         `json:"exists"`
	By     string       `json:"by"` // AWSIRSA or AWSPodIdentity
	For    audit.Object `json:"for"`
	// Account is the service account that may assume it.
	Account Object `json:"account"`
	// Trust is the trust policy: whole, and proven to admit just that account,
	// for a new role; for one that exists that is given, with a statement more.
	// Statement is what has to be added where it is not given.
	Trust     json.RawMessage   `json:"trust,omitempty"`
	Statement json.RawMessage   `json:"statement,omitempty"`
	Policies  []string          `json:"policies,omitempty"` // ARNs of managed policies
	Inline    []InlinePolicy    `json:"inline,omitempty"`
	Boundary  string            `json:"boundary,omitempty"`
	Tags      map[string]string `json:"tags,omitempty"`
	Issuer    string            `json:"issuer,omitempty"`  // of IRSA: its provider must be registered
	Cluster   string            `json:"cluster,omitempty"` // of EKS Pod Identity: the name
	Region    string            `json:"region,omitempty"`
}

// InlinePolicy is a policy within a role.
type InlinePolicy struct {
	Name     string          `json:"name"`
	Document json.RawMessage `json:"document"`
}

// Association ties a role to an account by EKS Pod Identity.
type Association struct {
	Cluster        string `json:"cluster"`
	Region         string `json:"region"`
	Namespace      string `json:"namespace"`
	ServiceAccount string `json:"serviceAccount"`
	RoleARN        string `json:"roleArn"`
}

// Kinds of objects of AWS in steps, and the API version that stands for them.
const (
	AWSAPI          = "aws"
	KindIAMRole     = "IAMRole"
	KindAssociation = "PodIdentityAssociation"
)

// MaxRoleName bounds the name of a role.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const MaxRoleName = 64

// RoleName gives the name of the role of an account: "_" stands in neither part,
// and what is cut or spelt alike is told apart by the hash, which is of the
// cluster too.
func RoleName(cluster, namespace, name string) string {
	text := namespace + "_" + name
	return text[:min(len(text), MaxRoleName-9)] + "-" + hashOf(cluster, namespace, name)
}

// clusterFacts is what roles need to know of it.
type clusterFacts struct {
	issuer, account, partition, region, name string
}

var arnParts = regexp.MustCompile(`^arn:([a-z0-9-]+):iam::([0-9]{12}):role/(.*)$`)

// facts gives what is chosen, else what the sources tell: the issuer that the API
// server names, an account or partition that all ARNs agree on.
func (m *maker) facts() clusterFacts {
	c := clusterFacts{m.choices.Cluster.Issuer, m.choices.Cluster.AccountID, m.choices.Cluster.Partition, m.choices.Cluster.Region, m.choices.Cluster.Name}
	if c.issuer == "" {
		c.issuer = m.s.Cluster.Issuer
	}
	c.issuer = strings.TrimSuffix(strings.TrimPrefix(c.issuer, "https://"), "/")
	accounts, partitions := map[string]bool{}, map[string]bool{}
	see := func(arn string) {
		if parts := arnParts.FindStringSubmatch(arn); parts != nil {
			partitions[parts[1]], accounts[parts[2]] = true, true
		}
	}
	for i := range m.s.ServiceAccounts {
		see(m.s.ServiceAccounts[i].RoleARN)
	}
	for i := range m.choices.Workloads {
		see(m.choices.Workloads[i].Role.ARN)
	}
	c.account, c.partition = only(c.account, accounts), only(c.partition, partitions)
	if host := strings.Split(c.issuer, "."); len(host) > 3 && host[0] == "oidc" && host[1] == "eks" && c.region == "" {
		c.region = host[2]
	}
	if c.partition == "" && c.region != "" {
		c.partition = iam.RegionPartition(c.region)
	}
	return c
}

func only(chosen string, seen map[string]bool) string {
	if chosen == "" && len(seen) == 1 {
		for one := range seen {
			return one
		}
	}
	return chosen
}

// meant is the account that may assume a role.
func (c clusterFacts) meant(by string, a account) trust.Meant {
	if by == AWSPodIdentity {
		arn := fmt.Sprintf("arn:%s:eks:%s:%s:cluster/%s", c.partition, c.region, c.account, c.name)
		return trust.Meant{Cluster: arn, Namespace: a.namespace, ServiceAccount: a.name}
	}
	return trust.Meant{Provider: c.issuer, Namespace: a.namespace, ServiceAccount: a.name, Audience: trust.DefaultAudience}
}

// lacks names what of the cluster has to be known for a role, and is not.
func (c clusterFacts) lacks(by string) []string {
	need := map[string]string{"accountId": c.account, "partition": c.partition}
	if by == AWSPodIdentity {
		need["region"], need["name"] = c.region, c.name
	} else {
		need["issuer"] = c.issuer
	}
	var lacking []string
	for _, key := range []string{"issuer", "accountId", "partition", "region", "name"} {
		if value, needed := need[key]; needed && value == "" {
			lacking = append(lacking, key)
		}
	}
	return lacking
}

// writeTrust writes the trust of a role, and proves it: that who can assume it is
// the one account, that no check objects, and that it is within the limits. What
// stands in the way is given in words.
func (r *Role) writeTrust(meant trust.Meant, accountID string, given []byte) (problem string) {
	// It is judged as whoever reads it judges it: as text.
	doc, err := iam.Parse(iam.Print(trust.For(accountID, []trust.Meant{meant}), "  "), iam.Trust)
	if err != nil {
		return err.Error()
	}
	own := iam.Compile(doc)
	ctx := &trust.Context{Role: r.ARN, Meant: []trust.Meant{meant}}
	found := trust.Lint(own, ctx)
	switch {
	case !trust.Proves(own, []trust.Meant{meant}):
		return "the trust policy for it could not be proven"
	case len(found.Findings) > 0:
		return found.Findings[0].Message
	case !r.Exists:
		r.Trust = iam.Print(doc, "  ")
		return ""
	case given == nil:
		r.Statement = iam.Print(doc, "  ")
		return ""
	}
	return r.merge(doc, meant, given)
}

// merge adds the statement to the trust that the role has. Others whom it lets in
// stay until they are cleaned; the account must be let in whatever it denies.
func (r *Role) merge(doc *iam.Document, meant trust.Meant, given []byte) (problem string) {
	has, err := iam.Parse(given, iam.Trust)
	if err != nil {
		return err.Error()
	}
	both := *has
	both.Statements = append(append([]iam.Statement{}, has.Statements...), doc.Statements...)
	merged, err := iam.Parse(iam.Print(&both, "  "), iam.Trust)
	if err != nil {
		return err.Error()
	}
	all := iam.Compile(merged)
	switch budget := trust.BudgetOf(merged); {
	case trust.NothingMore(iam.Compile(doc), iam.Compile(has)).Verdict == trust.Yes:
		r.Trust = iam.Print(has, "  ") // it is there already
		return ""
	case trust.NothingMore(iam.Compile(doc), all).Verdict != trust.Yes:
		return "a Deny in its trust policy would shut the account out"
	case budget.Exceeded:
		return fmt.Sprintf("its trust policy would have %d characters, and the default quota is %d", budget.Used, budget.Default)
	}
	r.Trust = iam.Print(merged, "  ")
	return ""
}
