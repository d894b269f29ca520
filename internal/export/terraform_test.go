package export_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/audit"
	"podpass/internal/export"
	"podpass/internal/plan"
	"podpass/internal/snapshot"
)

const (
	issuer = "https://oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"
	// nodeTrustDoc is a trust as kube2iam needs it.
	nodeTrustDoc = `{"Version":"2012-10-17","Statement":[{"Sid":"Node","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/node"},"Action":"sts:AssumeRole"}]}`
	// bucket is a policy with what means something to Terraform.
	bucket = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::shop/${aws:PrincipalTag/kubernetes-service-account}/%{if}/\"q\"/*","Condition":{"NumericLessThan":{"s3:max-keys":10},"Bool":{"aws:SecureTransport":"true"}}}]}`
)

// roles is a plan with every kind of step on AWS: roles that are made, one whose
// trust is given and that two workloads share, one whose trust is not, one that
// waits; and associations for an account that is new and for one that is used.
func moduleRoles() *plan.Plan {
	s := &snapshot.Snapshot{}
	s.Origin, s.Detail, s.SecretsRead = snapshot.OriginCluster, true, true
	s.Cluster = snapshot.Cluster{Name: "prod", UID: "11111111-2222-3333-4444-555555555555"}
	meta := func(name string) snapshot.Meta {
		return snapshot.Meta{Namespace: "shop", Name: name, UID: "uid-" + name, Live: true}
	}
	s.Namespaces = []snapshot.Namespace{{Meta: snapshot.Meta{Name: "shop", UID: "uid-shop", Live: true}}}
	s.ServiceAccounts = []snapshot.ServiceAccount{{Meta: meta("default"), Automount: snapshot.False}, {Meta: meta("own"), Automount: snapshot.False}}
	for _, name := range []string{"cart", "dotted.name", "shares", "sharing", "unknown", "waits", "pods"} {
		s.Workloads = append(s.Workloads, snapshot.Workload{Meta: meta(name), Group: "apps", Kind: "Deployment", Template: &snapshot.PodSpec{Automount: snapshot.False}})
	}
	s.Workloads = append(s.Workloads, snapshot.Workload{Meta: meta("used"), Group: "apps", Kind: "Deployment", Template: &snapshot.PodSpec{Account: "own", Automount: snapshot.False}})
	s.Sort()
	choices := &plan.Choices{Cluster: plan.ClusterChoice{
		Issuer: issuer, AccountID: "111122223333", Partition: "aws", Region: "eu-central-1", Name: "prod",
		Path: "/podpass/", Boundary: "arn:aws:iam::111122223333:policy/boundary", Tags: map[string]string{"team": "shop", "cost center": "Größe 1"},
	}}
	for name, c := range map[string]plan.WorkloadChoice{
		"cart":        {Role: plan.RoleChoice{Policies: []string{"arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}, Inline: []string{"policies/bucket.json"}, Documents: map[string][]byte{"policies/bucket.json": []byte(bucket)}}},
		"dotted.name": {AWS: plan.AWSIRSA, Role: plan.RoleChoice{Name: "1+dotted.name", Policies: []string{"arn:aws:iam::aws:policy/B", "arn:aws:iam::aws:policy/A"}}},
		"shares":      {Role: given("arn:aws:iam::111122223333:role/app/shared")},
		"sharing":     {Role: given("arn:aws:iam::111122223333:role/app/shared")},
		"unknown":     {Role: plan.RoleChoice{ARN: "arn:aws:iam::111122223333:role/unknown"}},
		"waits":       {AWS: plan.AWSIRSA},
		"pods":        {AWS: plan.AWSPodIdentity, Role: plan.RoleChoice{Policies: []string{"arn:aws:iam::aws:policy/A"}}},
		"used":        {AWS: plan.AWSPodIdentity, Role: plan.RoleChoice{Policies: []string{"arn:aws:iam::aws:policy/A"}}},
	} {
		c.Match = plan.Match{Kind: "Deployment", Namespace: "shop", Name: name}
		choices.Workloads = append(choices.Workloads, c)
	}
	return plan.Make(s, plan.Options{Choices: choices, Now: time.Unix(1700000000, 0).UTC(), Tool: audit.Tool{Name: "podpass", Version: "test"}})
}

func given(arn string) plan.RoleChoice {
	return plan.RoleChoice{ARN: arn, Trust: "t.json", Documents: map[string][]byte{"t.json": []byte(nodeTrustDoc)}}
}

// golden compares an export with what is in a folder.
func goldenFiles(t *testing.T, folder string, list []export.File) {
	t.Helper()
	got := map[string]string{}
	for _, f := range list {
		got[f.Path] = string(f.Data)
	}
	if *update {
		if err := os.RemoveAll(folder); err != nil {
			t.Fatal(err)
		}
		for path, data := range got {
			file := filepath.Join(folder, path)
			if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(data), 0o644)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if diff := cmp.Diff(read(t, folder), got); diff != "" {
		t.Errorf("run go test ./internal/export -update: %s", diff)
	}
}

func read(t *testing.T, folder string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		rel, _ := filepath.Rel(folder, path)
		all[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func terraform(t *testing.T, p *plan.Plan) map[string]string {
	t.Helper()
	list, err := export.Terraform(p)
	if err != nil {
		t.Fatal(err)
	}
	return byPath(t, list)
}

func TestGoldenTerraform(t *testing.T) {
	p := moduleRoles()
	p.Hash = "of no plan" // which changes with all that a plan says
	list, err := export.Terraform(p)
	if err != nil {
		t.Fatal(err)
	}
	goldenFiles(t, "testdata/terraform", list)
}

func TestARoleWhoseTrustIsNotKnownIsNoResource(t *testing.T) {
	all := terraform(t, moduleRoles())
	for path, text := range all {
		if strings.Contains(text, `resource "aws_iam_role" "unknown"`) || strings.Contains(text, "to = aws_iam_role.unknown") {
			t.Errorf("%s would replace its trust", path)
		}
	}
	for _, want := range []string{"aws iam get-role --role-name unknown", "system:serviceaccount:shop:unknown"} {
		if !strings.Contains(all["README.md"], want) {
			t.Errorf("README.md does not say %q", want)
		}
	}
}

func TestWhatWaitsIsNotTerraform(t *testing.T) {
	for path, text := range terraform(t, moduleRoles()) {
		if named := strings.Contains(text, "waits-"); named != (path == "README.md") {
			t.Errorf("%s names the role that waits: %v", path, named)
		}
	}
}

func TestAnotherAWSAccountHasItsFolder(t *testing.T) {
	p := moduleRoles()
	r := p.Steps[stepOf(t, p, "unknown")].After.Role
	r.ARN = strings.Replace(r.ARN, "111122223333", "444455556666", 1)
	r.Statement = []byte(strings.ReplaceAll(string(r.Statement), "111122223333", "444455556666"))
	all := terraform(t, p)
	if !strings.Contains(all["444455556666/1-add/data.tf"], `"444455556666"`) || !strings.Contains(all["111122223333/1-add/roles.tf"], "shop_cart-") {
		t.Errorf("the files are %v", sorted(all))
	}
}

func TestAPlanWithoutAWSIsAREADME(t *testing.T) {
	if all := terraform(t, planned()); len(all) != 1 || !strings.Contains(all["README.md"], "nothing here for Terraform") {
		t.Errorf("the files are %v", all)
	}
}

type spoiled struct {
	spoil func(r *plan.Role)
	want  string
}

// refusals are roles that IAM would refuse, or that Terraform would change.
func refusals() map[string]spoiled {
	long := strings.Repeat("a", 65)
	return map[string]spoiled{
		"a name of 65 characters":            {func(r *plan.Role) { r.Name, r.ARN = long, "arn:aws:iam::111122223333:role/podpass/"+long }, "is none"},
		"a name that is not that of the ARN": {func(r *plan.Role) { r.Name = "other" }, "is none"},
		"a name with a template":             {func(r *plan.Role) { r.Name, r.ARN = "${x}", "arn:aws:iam::111122223333:role/podpass/${x}" }, "is none"},
		"a path without a slash at its end":  {func(r *plan.Role) { r.Path = "/podpass" }, "path of a role"},
		"a path that is too long":            {func(r *plan.Role) { r.Path = "/" + strings.Repeat("a", 512) + "/" }, "path of a role"},
		"a boundary that is no ARN":          {func(r *plan.Role) { r.Boundary = "boundary" }, "boundary"},
		"an account with a quote":            {func(r *plan.Role) { r.Account.Name = `a"b` }, "name of a service account"},
		"a namespace with a line break":      {func(r *plan.Role) { r.Account.Namespace = "a\nb" }, "name of a namespace"},
		"an issuer with a quote":             {func(r *plan.Role) { r.Issuer = `https://a"b` }, "issuer"},
		"a tag with a template":              {func(r *plan.Role) { r.Tags = map[string]string{"a": "${x}"} }, "value that IAM does not take"},
		"a tag of AWS's own":                 {func(r *plan.Role) { r.Tags = map[string]string{"AWS:x": ""} }, "key that IAM does not take"},
		"a tag that Terraform would change":  {func(r *plan.Role) { r.Tags = map[string]string{"a": "\u212b"} }, "normal form C"},
		"51 tags":                            {func(r *plan.Role) { r.Tags = many(51) }, "51 tags"},
		"a managed policy that is no ARN":    {func(r *plan.Role) { r.Policies = []string{"AmazonS3ReadOnlyAccess"} }, "ARN of a policy"},
		"an inline policy with a long name": {func(r *plan.Role) {
			r.Inline = []plan.InlinePolicy{{Name: strings.Repeat("p", 129), Document: []byte(bucket)}}
		}, "rename its file"},
		"two inline policies of a name": {func(r *plan.Role) {
			r.Inline = []plan.InlinePolicy{{Name: "p", Document: []byte(bucket)}, {Name: "P", Document: []byte(bucket)}}
		}, "two inline policies"},
		"an inline policy that is a trust": {func(r *plan.Role) { r.Inline = []plan.InlinePolicy{{Name: "p", Document: []byte(nodeTrustDoc)}} }, "read the inline policy"},
		"a trust that lets in another":     {func(r *plan.Role) { r.Trust = []byte(strings.Replace(string(r.Trust), "shop:cart", "shop:c", 1)) }, "not proven to let in"},
		"a trust that lets in one more": {func(r *plan.Role) {
			r.Trust = []byte(strings.Replace(string(r.Trust), `"system:serviceaccount:shop:cart"`, `["system:serviceaccount:shop:cart","system:serviceaccount:shop:c"]`, 1))
		}, "let in just"},
		"a new role of which the trust lacks": {func(r *plan.Role) { r.Trust, r.Statement = nil, r.Trust }, "no trust policy"},
	}
}

func TestWhatIAMWouldRefuseIsNotWritten(t *testing.T) {
	for name, c := range refusals() {
		t.Run(name, func(t *testing.T) {
			p := moduleRoles()
			c.spoil(p.Steps[stepOf(t, p, "cart")].After.Role)
			if _, err := export.Terraform(p); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "cart") {
				t.Errorf("want an error on cart that says %q, got %v", c.want, err)
			}
		})
	}
}

func TestNamesThatIAMTakesForOneAreRefused(t *testing.T) {
	p := moduleRoles()
	r := p.Steps[stepOf(t, p, "unknown")].After.Role
	r.Name, r.ARN = "SHARED", "arn:aws:iam::111122223333:role/SHARED"
	if _, err := export.Terraform(p); err == nil || !strings.Contains(err.Error(), "takes for one") {
		t.Errorf("got %v", err)
	}
}

func TestATextThatTerraformWouldChangeIsWrittenInASCII(t *testing.T) {
	p := moduleRoles()
	r := p.Steps[stepOf(t, p, "cart")].After.Role
	r.Inline[0].Document = []byte(strings.Replace(bucket, "%{if}", "e\u0301😀", 1))
	text := terraform(t, p)["1-add/roles.tf"]
	if !strings.Contains(text, `\\u0301\\ud83d\\ude00`) || !strings.Contains(text, `$${aws:PrincipalTag`) {
		t.Errorf("the policy is written as\n%s", text)
	}
}

// stepOf gives the step on the role of a workload.
func stepOf(t *testing.T, p *plan.Plan, workload string) int {
	t.Helper()
	for i := range p.Steps {
		if s := &p.Steps[i]; s.After != nil && s.After.Role != nil && s.For.Name == workload {
			return i
		}
	}
	t.Fatalf("no role for %s", workload)
	return 0
}

func many(n int) map[string]string {
	all := map[string]string{}
	for i := range n {
		all[strings.Repeat("k", i+1)] = ""
	}
	return all
}

func sorted(m map[string]string) []string {
	var keys []string
	for key := range m {
		keys = append(keys, key)
	}
	return keys
}
