package exports_test

import (
	"strings"
	"testing"
	"time"

	"podpass/internal/export"
	"podpass/internal/plan"
	"podpass/internal/snapshot"
)

const (
	accountID = "111122223333"
	host      = "oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"
	managed   = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
	nodeTrust = `{"Version":"2012-10-17","Statement":[{"Sid":"Node","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/node"},"Action":"sts:AssumeRole"}]}`
	bucket    = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::shop/${aws:PrincipalTag/kubernetes-service-account}/%{if}/\"q\"/$${x}/*","Condition":{"NumericLessThan":{"s3:max-keys":10},"Bool":{"aws:SecureTransport":"true"}}}}`
)

// choices are, by workload, what a plan with every kind of step on AWS needs.
func choices() map[string]plan.WorkloadChoice {
	known := plan.RoleChoice{ARN: "arn:aws:iam::111122223333:role/app/shared", Trust: "t.json", Documents: map[string][]byte{"t.json": []byte(nodeTrust)}}
	return map[string]plan.WorkloadChoice{
		"cart":                                   {Role: plan.RoleChoice{Policies: []string{managed}, Inline: []string{"bucket.json"}, Documents: map[string][]byte{"bucket.json": []byte(bucket)}}},
		"dotted.name":                            {AWS: plan.AWSIRSA, Role: plan.RoleChoice{Name: "1+dotted.name", Policies: []string{managed, "arn:aws:iam::aws:policy/A"}}},
		"shares":                                 {Role: known},
		"sharing":                                {Role: known},
		"unknown":                                {Role: plan.RoleChoice{ARN: "arn:aws:iam::111122223333:role/unknown"}},
		"waits":                                  {AWS: plan.AWSIRSA},
		"pods":                                   {AWS: plan.AWSPodIdentity, Role: plan.RoleChoice{Policies: []string{managed}}},
		"used":                                   {AWS: plan.AWSPodIdentity, Role: plan.RoleChoice{Policies: []string{managed}}},
		strings.Repeat("long-name.", 25) + "abc": {AWS: plan.AWSIRSA, Role: plan.RoleChoice{Policies: []string{managed}}},
	}
}

// roles makes the plan of a cluster whose workloads get roles.
func roles(tb testing.TB, byName map[string]plan.WorkloadChoice) *plan.Plan {
	tb.Helper()
	s := &snapshot.Snapshot{}
	s.Origin, s.Detail, s.SecretsRead = snapshot.OriginCluster, true, true
	s.Cluster = snapshot.Cluster{Name: "prod", UID: "u"}
	meta := func(name string) snapshot.Meta {
		return snapshot.Meta{Namespace: "shop", Name: name, UID: "uid-" + name, Live: true}
	}
	s.Namespaces = []snapshot.Namespace{{Meta: snapshot.Meta{Name: "shop", UID: "uid-shop", Live: true}}}
	s.ServiceAccounts = []snapshot.ServiceAccount{{Meta: meta("default"), Automount: snapshot.False}, {Meta: meta("own"), Automount: snapshot.False}}
	c := &plan.Choices{Cluster: plan.ClusterChoice{
		Issuer: "https://" + host, AccountID: accountID, Partition: "aws", Region: "eu-central-1", Name: "prod",
		Path: "/podpass/", Boundary: "arn:aws:iam::111122223333:policy/boundary", Tags: map[string]string{"team": "shop", "cost center": "Größe 1"},
	}}
	for name, choice := range byName {
		template := &snapshot.PodSpec{Automount: snapshot.False}
		if name == "used" {
			template.Account = "own"
		}
		s.Workloads = append(s.Workloads, snapshot.Workload{Meta: meta(name), Group: "apps", Kind: "Deployment", Template: template})
		choice.Match = plan.Match{Kind: "Deployment", Namespace: "shop", Name: name}
		c.Workloads = append(c.Workloads, choice)
	}
	s.Sort()
	return plan.Make(s, plan.Options{Choices: c, Now: time.Unix(1700000000, 0).UTC()})
}

// written gives the files of an export by their paths.
func written(tb failing, p *plan.Plan, as string) map[string][]byte {
	tb.Helper()
	list, err := export.Write(p, as)
	if err != nil {
		tb.Fatal(err)
	}
	all := map[string][]byte{}
	for _, f := range list {
		all[f.Path] = f.Data
	}
	return all
}
